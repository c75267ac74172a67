"""Reading amounts of one pollutant for analysis, within a scope and under row-level security.

Amounts are what enters the environment (``environment_kg`` of the chosen lines), in the unit of the choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Sum

from accounting.methods import pollutants
from accounting.runs.models import Line, Run
from accounting.tables.queries import basins_joined, by_source, child_expression
from census.access.scope import Scope
from census.places import regions
from census.places.models import Industry, Region
from sources.waters.queries import FORMS as WATER_FORMS
from sources.waters.queries import basins

TOP = 100


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


def lines_of(scope: Scope, run: Run, region: str, choice: Choice, industry: str = "") -> QuerySet[Line]:
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
    return found.filter(industry__startswith=industry) if industry else found


def amounts(scope: Scope, run: Run, region: str, choice: Choice, industry: str = "") -> list[float]:
    """The amount of every object, in the choice's unit, largest first. Negative sums (credits) are left out."""
    found = (
        lines_of(scope, run, region, choice, industry)
        .values("object_id")
        .annotate(amount=Sum("environment_kg"))
        .filter(amount__gt=0)
        .order_by("-amount")
        .values_list("amount", flat=True)
    )
    return [amount / choice.per for amount in found]


def ranking(
    scope: Scope, run: Run, region: str, choice: Choice, industry: str = "", limit: int = TOP
) -> list[dict[str, Any]]:
    """The largest objects: id, code, name, region, industry, amount (choice's unit). Under row-level security."""
    scope.require("table.view")
    scope.require_covers(region)
    low, high = regions.bounds(region)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT o.id, o.code, o.name, o.region, o.kind, o.industry, sum(l.environment_kg) AS amount
               FROM accounting_line l JOIN sources_censusobject o ON o.id = l.object_id
               WHERE l.run_id = %s AND l.chosen AND l.pollutant = %s AND l.medium = %s
                     AND l.region >= %s AND l.region < %s AND l.industry LIKE %s
               GROUP BY o.id HAVING sum(l.environment_kg) > 0
               ORDER BY amount DESC, o.code LIMIT %s""",
            [run.pk, choice.pollutant, choice.medium, low, high, f"{industry}%", limit],
        )
        names = [column.name for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for entry in found:
        entry["amount"] /= choice.per
    return found


def parts(
    scope: Scope, run: Run, region: str, choice: Choice, by: str, industry: str = ""
) -> list[dict[str, Any]]:
    """Amount and objects by child of *region*, division of industry, basin or receiving water, largest first.

    Each part: code, zh, en, amount (choice's unit), objects. Objects without an industry, basin or water come
    under "". The basin is that of sources/waters, the water the name the unit reports.
    """
    scope.require("table.view")
    scope.require_covers(region)
    low, high = regions.bounds(region)
    part, joined, asked = _dimension(by, region)
    with basins_joined(by), connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {part} AS code, sum(l.environment_kg) AS amount, count(DISTINCT l.object_id) AS objects
                FROM accounting_line l {joined}
                WHERE l.run_id = %s AND l.chosen AND l.pollutant = %s AND l.medium = %s
                      AND l.region >= %s AND l.region < %s AND l.industry LIKE %s
                GROUP BY 1 HAVING sum(l.environment_kg) IS NOT NULL ORDER BY 2 DESC, 1""",
            [*asked, run.pk, choice.pollutant, choice.medium, low, high, f"{industry}%"],
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
    scope: Scope, run: Run, region: str, choice: Choice, by: str, industry: str = ""
) -> dict[str, float]:
    """Kilograms a 10⁴ CNY of gross output, by part as in :func:`parts`: industrial units that report their output.

    G101-1 reports thousand CNY. Units without output or without this pollutant are left out on both sides.
    """
    scope.require("table.view")
    scope.require_covers(region)
    low, high = regions.bounds(region)
    part, joined, asked = _dimension(by, region)
    with basins_joined(by), connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT code, 10 * sum(kg) / sum(kyuan) FROM (
                  SELECT {part} AS code, l.object_id, sum(l.environment_kg) AS kg, min(g.kyuan) AS kyuan
                  FROM accounting_line l {joined}
                  JOIN (SELECT object_id, ("values"->>'gross_output_kyuan')::float AS kyuan FROM sources_return
                        WHERE region >= %s AND region < %s AND form = 'G101-1') g
                    ON g.object_id = l.object_id AND g.kyuan > 0
                  WHERE l.run_id = %s AND l.chosen AND l.category = 'industrial' AND l.pollutant = %s
                        AND l.medium = %s AND l.region >= %s AND l.region < %s AND l.industry LIKE %s
                  GROUP BY 1, 2 HAVING sum(l.environment_kg) IS NOT NULL) objects
                GROUP BY 1""",
            [*asked, low, high, run.pk, choice.pollutant, choice.medium, low, high, f"{industry}%"],
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
