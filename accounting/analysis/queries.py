"""Reading amounts of one pollutant for analysis, within a scope and under row-level security.

Amounts are what enters the environment (``environment_kg`` of the chosen lines), in the unit of the choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum

from accounting.methods import pollutants
from accounting.runs.models import Line, Run
from accounting.tables.queries import basins_joined, by_source, child_expression
from census.access.scope import Scope
from census.places import regions
from census.places.models import Industry, Region
from sources.objects.kinds import KINDS
from sources.waters.queries import FORMS as WATER_FORMS
from sources.waters.queries import basins

TOP = 100
AREAS = [kind.code for kind in KINDS.values() if kind.level is not None]
"""Kinds that stand for a whole county or city: they belong to totals, not to a ranking of units beside each other."""


@dataclass(frozen=True)
class Choice:
    """A pollutant in one medium: *code* in addresses, *per*: kg in one unit shown."""

    code: str
    pollutant: str
    medium: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    per: float


@dataclass(frozen=True)
class Only:
    """What an analysis is narrowed to: a division of industry, a source category; blank for all."""

    industry: str = ""
    category: str = ""

    @property
    def sql(self) -> tuple[str, list[str]]:
        """Condition on lines ``l`` and its values."""
        return "l.industry LIKE %s AND l.category LIKE %s", [f"{self.industry}%", self.category or "%"]


EVERYTHING = Only()
MEDIA = {"water": ("废水", "water"), "air": ("废气", "air")}
ANALYSED = (
    "COD", "NH3_N", "TN", "TP", "petroleum", "volatile_phenol", "cyanide", "As", "Pb", "Cd", "Cr", "Hg",
    "SO2", "NOx", "PM", "VOCs",
)  # fmt: skip


def choices() -> dict[str, Choice]:
    """The pollutants that can be analysed, by ``medium-code``. Traces are shown in kg, the others in t."""
    found = {}
    for code in ANALYSED:
        entry = pollutants.table()[code]
        in_kg = entry.display == "kg"
        for medium in entry.media:
            zh, en = MEDIA[medium]
            key = f"{medium}-{code}"
            unit = ("千克", "kg", 1.0) if in_kg else ("吨", "t", 1000.0)
            found[key] = Choice(key, code, medium, f"{entry.zh}（{zh}）", f"{entry.en} ({en})", *unit)
    return found


def lines_of(scope: Scope, run: Run, region: str, choice: Choice, only: Only = EVERYTHING) -> QuerySet[Line]:
    """The chosen lines with an amount of *choice* in *region*. Raises PermissionDenied outside the scope."""
    scope.require("table.view")
    scope.require_covers(region)
    low, high = regions.bounds(region)
    found = Line.objects.visible_to(scope).filter(
        run=run,
        chosen=True,
        pollutant=choice.pollutant,
        medium=choice.medium,
        region__gte=low,
        region__lt=high,
        environment_kg__isnull=False,
    )
    if only.industry:
        found = found.filter(industry__startswith=only.industry)
    return found.filter(category=only.category) if only.category else found


def amounts(scope: Scope, run: Run, region: str, choice: Choice, only: Only = EVERYTHING) -> list[float]:
    """The amount of every unit, in the choice's unit, largest first: objects above zero that are not AREAS."""
    found = (
        lines_of(scope, run, region, choice, only)
        .exclude(kind__in=AREAS)
        .values("object_id")
        .annotate(amount=Sum("environment_kg"))
        .filter(amount__gt=0)
        .order_by("-amount")
        .values_list("amount", flat=True)
    )
    return [amount / choice.per for amount in found]


def of_areas(
    scope: Scope, run: Run, region: str, choice: Choice, only: Only = EVERYTHING
) -> dict[str, float]:
    """What AREAS give, beside the units: {"objects", "amount" (the choice's unit)}."""
    lines = lines_of(scope, run, region, choice, only).filter(kind__in=AREAS)
    found = lines.aggregate(objects=Count("object_id", distinct=True), amount=Sum("environment_kg"))
    return {"objects": found["objects"], "amount": (found["amount"] or 0) / choice.per}


def ranking(
    scope: Scope, run: Run, region: str, choice: Choice, only: Only = EVERYTHING, limit: int = TOP
) -> list[dict[str, Any]]:
    """The largest units: id, code, name, region, kind, industry (code), division (its name in zh, en; {} where not
    known), amount (choice's unit). Under row-level security.
    """
    scope.require("table.view")
    scope.require_covers(region)
    low, high = regions.bounds(region)
    condition, values = only.sql
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT o.id, o.code, o.name, o.region, o.kind, o.industry, sum(l.environment_kg) AS amount
               FROM accounting_line l JOIN sources_censusobject o ON o.id = l.object_id
               WHERE l.run_id = %s AND l.chosen AND l.pollutant = %s AND l.medium = %s
                     AND l.region >= %s AND l.region < %s AND {condition} AND l.kind <> ALL(%s)
               GROUP BY o.id HAVING sum(l.environment_kg) > 0
               ORDER BY amount DESC, o.code LIMIT %s""",
            [run.pk, choice.pollutant, choice.medium, low, high, *values, AREAS, limit],
        )
        names = [column.name for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    industries = {one.code: one for one in Industry.objects.filter(code__in={o["industry"] for o in found})}
    for entry in found:
        entry["amount"] /= choice.per
        named = industries.get(entry["industry"])
        entry["division"] = {"zh": named.name_zh, "en": named.name_en} if named else {}
    return found


def parts(
    scope: Scope, run: Run, region: str, choice: Choice, by: str, only: Only = EVERYTHING
) -> list[dict[str, Any]]:
    """Amount and objects by child of *region*, division of industry, basin or receiving water, largest first.

    Each part: code, zh, en, amount (choice's unit), objects (above zero). Objects without an industry, basin or
    water come under "". The basin is that of sources/waters, the water the name the unit reports.
    """
    scope.require("table.view")
    scope.require_covers(region)
    low, high = regions.bounds(region)
    part, joined, asked = _dimension(by, region)
    condition, values = only.sql
    with basins_joined(by), connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT code, sum(kg) AS amount, count(*) FILTER (WHERE kg > 0) AS objects FROM (
                  SELECT {part} AS code, l.object_id, sum(l.environment_kg) AS kg
                  FROM accounting_line l {joined}
                  WHERE l.run_id = %s AND l.chosen AND l.pollutant = %s AND l.medium = %s
                        AND l.region >= %s AND l.region < %s AND {condition}
                  GROUP BY 1, 2 HAVING sum(l.environment_kg) IS NOT NULL) objects
                GROUP BY 1 ORDER BY 2 DESC, 1""",
            [*asked, run.pk, choice.pollutant, choice.medium, low, high, *values],
        )
        found = cursor.fetchall()
    named = _names(by, [code for code, _, _ in found], region)
    return [
        {"code": code, **named[code], "amount": amount / choice.per, "objects": objects}
        for code, amount, objects in found
    ]


def _dimension(by: str, region: str) -> tuple[str, str, list[Any]]:
    """SQL of the part a line belongs to, of what is joined for it, and the values of the join."""
    if by == "region":
        return child_expression("l", region), "", []
    if by == "industry":
        return "left(l.industry, 2)", "", []
    low, high = regions.bounds(region)
    if by == "basin":
        joined, part, asked = by_source("basin", "l", (low, high))
        return part, joined, asked
    return (
        "coalesce(w.name, '')",
        """LEFT JOIN (SELECT object_id, max(trim("values"->>'receiving_water_name')) AS name FROM sources_return
                      WHERE region >= %s AND region < %s AND form = ANY(%s) GROUP BY 1) w
                  ON w.object_id = l.object_id""",
        [low, high, list(WATER_FORMS)],
    )


def intensities(
    scope: Scope, run: Run, region: str, choice: Choice, by: str, only: Only = EVERYTHING
) -> dict[str, float]:
    """Kilograms a 10⁴ CNY of gross output, by part as in :func:`parts`: industrial units that report their output.

    G101-1 reports thousand CNY. Units without output or without this pollutant are left out on both sides.
    """
    scope.require("table.view")
    scope.require_covers(region)
    low, high = regions.bounds(region)
    part, joined, asked = _dimension(by, region)
    condition, values = only.sql
    with basins_joined(by), connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT code, 10 * sum(kg) / sum(kyuan) FROM (
                  SELECT {part} AS code, l.object_id, sum(l.environment_kg) AS kg, min(g.kyuan) AS kyuan
                  FROM accounting_line l {joined}
                  JOIN (SELECT object_id, ("values"->>'gross_output_kyuan')::float AS kyuan FROM sources_return
                        WHERE region >= %s AND region < %s AND form = 'G101-1') g
                    ON g.object_id = l.object_id AND g.kyuan > 0
                  WHERE l.run_id = %s AND l.chosen AND l.category = 'industrial' AND l.pollutant = %s
                        AND l.medium = %s AND l.region >= %s AND l.region < %s AND {condition}
                  GROUP BY 1, 2 HAVING sum(l.environment_kg) IS NOT NULL) objects
                GROUP BY 1""",
            [*asked, low, high, run.pk, choice.pollutant, choice.medium, low, high, *values],
        )
        return dict(cursor.fetchall())


def _names(by: str, codes: list[str], region: str) -> dict[str, dict[str, str]]:
    if by == "basin":
        known, missing = basins(), {"zh": "未确定流域", "en": "basin not known"}
        return {code: known.get(code, {"zh": code, "en": code}) if code else missing for code in codes}
    if by == "water":
        missing = {"zh": "未填报受纳水体", "en": "no water named"}
        return {code: {"zh": code, "en": code} if code else missing for code in codes}
    if by == "region":
        known = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
        names = {code: {"zh": known.get(code, code), "en": known.get(code, code)} for code in codes}
        if region in names and len(codes) > 1:
            name = names[region]["zh"]
            names[region] = {"zh": f"{name}（本级）", "en": f"{name} (own level)"}
        return names
    known = {i.code: i for i in Industry.objects.filter(code__in=codes)}
    names = {
        code: {"zh": f"{code} {i.name_zh}", "en": f"{code} {i.name_en or i.name_zh}"}
        for code, i in known.items()
    }
    return {code: names.get(code, {"zh": code or "非工业", "en": code or "not industrial"}) for code in codes}


def structure(scope: Scope, run: Run, region: str, choice: Choice) -> list[dict[str, Any]]:
    """Amounts by category, method, step of the match and rating, in the choice's unit."""
    found = (
        lines_of(scope, run, region, choice)
        .values("category", "method", "match_step", "confidence")
        .annotate(amount=Sum("environment_kg"))
        .order_by("category", "method", "match_step", "confidence")
    )
    return [{**row, "amount": row["amount"] / choice.per} for row in found]
