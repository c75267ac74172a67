"""Reading comparisons within a scope: totals, causes, places and industries, objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Abs, Substr

from accounting.comparing.models import CAUSES, MEASURES, Comparison, Difference, Portion
from accounting.methods import pollutants
from accounting.methods.pollutants import Pollutant
from census.access.scope import Scope
from census.places import regions

COUNTY = 3
"""Level of division down to which differences are shown by place."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One pollutant of one medium by one measure: totals of both sides and the differences by cause, in base units
    (kg, m3). ``rest`` is what the causes leave unexplained: zero, always.
    """

    measure: str
    medium: str
    pollutant: Pollutant
    before: Decimal
    after: Decimal
    causes: dict[str, Decimal] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.medium}-{self.pollutant.code}"

    @property
    def change(self) -> Decimal:
        return self.after - self.before

    @property
    def share(self) -> float | None:
        """The change in percent of the total before."""
        return float(self.change / self.before * 100) if self.before else None

    @property
    def rest(self) -> Decimal:
        return self.change - sum(self.causes.values())

    def shown(self, amount: Decimal | float | None) -> float:
        """An amount in the display unit."""
        return float(amount or 0) * self.pollutant.scale

    @property
    def shown_before(self) -> float:
        return self.shown(self.before)

    @property
    def shown_after(self) -> float:
        return self.shown(self.after)

    @property
    def shown_change(self) -> float:
        return self.shown(self.change)


def comparisons_visible(scope: Scope) -> QuerySet[Comparison]:
    """Comparisons that concern the post's region, newest first."""
    return Comparison.objects.visible_to(scope).select_related("first", "second", "change")


def differences(
    scope: Scope,
    comparison: Comparison,
    *,
    subject: Subject | None = None,
    area: str = "",
    industry: str | None = None,
    cause: str = "",
) -> QuerySet[Difference]:
    """Differences narrowed to a pollutant and measure, a place, an industry division ('' = none) and a cause."""
    found = Difference.objects.visible_to(scope).filter(comparison=comparison)
    if subject is not None:
        found = found.filter(measure=subject.measure, medium=subject.medium, pollutant=subject.pollutant.code)
    if area:
        low, high = regions.bounds(area)
        found = found.filter(region__gte=low or "0", region__lt=high)
    if industry is not None:
        found = found.filter(industry__startswith=industry) if industry else found.filter(industry="")
    return found.filter(cause=cause) if cause else found


def subjects(scope: Scope, comparison: Comparison, measure: str = "") -> list[Subject]:
    """Every pollutant either side has within the scope by the measure (blank: by each), in the order of the table."""
    sides: list[dict[str, Decimal]] = [defaultdict(Decimal), defaultdict(Decimal)]
    for portion in Portion.objects.visible_to(scope).filter(comparison=comparison, done=True):
        for total, amounts in zip(sides, (portion.before, portion.after), strict=True):
            for name, amount in amounts.items():
                total[name] += Decimal(amount)
    causes: dict[str, dict[str, Decimal]] = defaultdict(dict)
    rows = differences(scope, comparison).order_by().values("measure", "medium", "pollutant", "cause")
    for row in rows.annotate(s=Sum("amount")):
        causes[f"{row['measure']}/{row['medium']}/{row['pollutant']}"][row["cause"]] = row["s"]
    table = pollutants.table()
    order = {code: position for position, code in enumerate(table)}
    measures = [measure] if measure else list(MEASURES)
    keys = [tuple(name.split("/")) for name in {*sides[0], *sides[1]}]
    keys = [key for key in keys if key[0] in measures]
    keys.sort(key=lambda key: (measures.index(key[0]), key[1] != "water", order[key[2]], key))
    found = []
    for key in keys:
        by, medium, code = key
        name = "/".join(key)
        subject = Subject(by, medium, table[code], sides[0][name], sides[1][name], causes[name])
        if subject.before or subject.after or subject.causes:
            found.append(subject)
    return found


def steps(scope: Scope, comparison: Comparison, subject: Subject, area: str = "") -> list[dict[str, Any]]:
    """The causes of a pollutant in a fixed order: amount in the display unit, and how many objects."""
    rows = {
        row["cause"]: row
        for row in differences(scope, comparison, subject=subject, area=area)
        .order_by()
        .values("cause")
        .annotate(amount=Sum("amount"), objects=Count("object_id", distinct=True))
    }
    return [
        {
            "cause": cause, "label": label, "amount": subject.shown(rows[cause]["amount"]),
            "objects": rows[cause]["objects"],
        }
        for cause, label in CAUSES.items()
        if cause in rows
    ]  # fmt: skip


def by_place(scope: Scope, comparison: Comparison, subject: Subject, area: str) -> list[dict[str, Any]]:
    """Differences by the divisions below *area* (down to counties), the largest first."""
    width = regions.WIDTHS[min(regions.level(area) + 1, COUNTY)]
    rows = _grouped(differences(scope, comparison, subject=subject, area=area), Substr("region", 1, width))
    for row in rows:
        row["code"] = row.pop("part").ljust(12, "0")
    return _shown(rows, subject)


def by_industry(scope: Scope, comparison: Comparison, subject: Subject, area: str) -> list[dict[str, Any]]:
    """Differences by industry division (two digits; '' for objects without one), the largest first."""
    rows = _grouped(differences(scope, comparison, subject=subject, area=area), Substr("industry", 1, 2))
    for row in rows:
        row["code"] = row.pop("part")
    return _shown(rows, subject)


def _grouped(found: QuerySet[Difference], part: Any) -> list[dict[str, Any]]:
    return list(
        found.order_by()
        .annotate(part=part)
        .values("part")
        .annotate(amount=Sum("amount"), objects=Count("object_id", distinct=True))
    )


def _shown(rows: list[dict[str, Any]], subject: Subject) -> list[dict[str, Any]]:
    """Rows in display units with a bar from -100 to 100 beside the largest."""
    for row in rows:
        row["exact"], row["amount"] = row["amount"], subject.shown(row["amount"])
    largest = max((abs(row["amount"]) for row in rows), default=0) or 1
    for row in rows:
        row["bar"] = row["amount"] / largest * 100
    return sorted(rows, key=lambda row: (-abs(row["amount"]), row["code"]))


def objects_differing(found: QuerySet[Difference]) -> QuerySet[Difference]:
    """The rows with their size, for paging by it."""
    return found.annotate(size=Abs(F("amount")))


def places_of(rows: Iterable[dict[str, Any]]) -> set[str]:
    """Region codes that need a name."""
    return {row["code"] for row in rows}
