"""What can colour the map: columns of summary tables, progress of the work, and a released publication."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounting.maps.classes import breaks
from accounting.methods import pollutants
from accounting.publication.forms import subject_name
from accounting.publication.models import Publication
from accounting.publication.tables import ALL, PUBLISHED
from accounting.runs.models import Run
from accounting.tables.layout import load
from accounting.tables.making import make_table
from census.access.scope import Scope
from census.dispatch.measures import measure_of, measures
from census.dispatch.queries import board
from census.places import regions

PROGRESS = "progress."


@dataclass(frozen=True, slots=True)
class Indicator:
    """*code*: ``T03.COD_discharged`` or ``progress.survey.submitted``; *group* is a heading of the list."""

    code: str
    group: str
    label: str
    unit: str
    decimals: int


@dataclass(slots=True)
class Values:
    """One value for each polygon, and the rows of the list below the map. *hidden*: suppressed polygons."""

    indicator: Indicator
    values: dict[str, float | None] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        known = [value for value in self.values.values() if value is not None]
        return {
            "values": self.values,
            "rows": self.rows,
            "hidden": self.hidden,
            "breaks": breaks(known),
            "unit": self.indicator.unit,
            "label": self.indicator.label,
            "decimals": self.indicator.decimals,
        }


def _local(text: dict[str, str] | Any) -> str:
    return text["en" if get_language() == "en" else "zh"]


def indicators(scope: Scope) -> Iterator[Indicator]:
    """Everything that can colour the map for a person of *scope*, in the order of the list."""
    for layout in load().values():
        if "region" not in layout.rows:
            continue
        for column in layout.columns_for("region"):
            label = _local(column.label)
            if column.group:
                label = f"{_local(column.group)} · {label}"
            group = f"{layout.code} {_local(layout.title)}"
            yield Indicator(f"{layout.code}.{column.id}", group, label, _local(column.unit), column.decimals)
    if scope.can("dispatch.view"):
        for measure in measures():
            yield Indicator(PROGRESS + measure.code, _("Progress"), str(measure.label), "%", 1)


def indicator_of(scope: Scope, code: str) -> Indicator | None:
    """The indicator with this code."""
    return next((one for one in indicators(scope) if one.code == code), None)


def values_of(scope: Scope, indicator: Indicator, region: str, run: Run | None) -> Values:
    """Values of the places directly below *region*; of a county its own, as it has no polygons below it."""
    if indicator.code.startswith(PROGRESS):
        return _progress(scope, indicator, region)
    code, _dot, name = indicator.code.partition(".")
    layout = load()[code]
    table = make_table(scope, layout, "region", region, run)
    at = next(place for place, column in enumerate(table.columns) if column.id == name)
    found = Values(indicator)
    found.values = {
        row.key: row.cells[at] for row in table.rows if row.key != region
    }  # its own row has no polygon
    found.rows = [{"name": _local(row.label), "value": row.cells[at]} for row in table.rows]
    if regions.level(region) >= 3:  # the row of what belongs to no township is part of the county's total
        found.values = {region: table.total.cells[at]} if table.total else {}
    return found


def _progress(scope: Scope, indicator: Indicator, region: str) -> Values:
    found = Values(indicator)
    progress = board(scope, region, measure_of(indicator.code.removeprefix(PROGRESS)))
    found.values = {line.region: line.percent for line in progress.lines if not line.own}
    found.rows = [{"name": line.label, "value": line.percent} for line in progress.lines]
    if regions.level(region) >= 3 and progress.whole:
        found.values = {region: progress.whole.percent}
    return found


def published_values(publication: Publication, region: str) -> Values:
    """Totals of the places below *region* as *publication* gives them; what it hides has no value and is hatched."""
    content = publication.content
    kind = pollutants.table()[publication.pollutant]
    label = subject_name(publication.medium, publication.pollutant)
    indicator = Indicator(f"publication.{publication.pk}", "", str(label), kind.display, kind.decimals)
    found = Values(indicator)
    column = next(place for place, head in enumerate(content["columns"]) if head["key"] == ALL)
    for head, cells in zip(content["rows"], content["cells"], strict=True):
        key = head["key"]
        if not regions.contains(region, key[:12]) or ":" in key or key == region:
            continue
        value, state = cells[column][:2]
        if state != PUBLISHED:
            found.hidden.append(key)
            value = None
        found.values[key] = value
        found.rows.append({"name": _local(head["label"]), "value": value, "hidden": state != PUBLISHED})
    return found
