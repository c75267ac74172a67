"""What can colour the map: columns of summary tables, progress of the work, and a released publication."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounting.cuts.models import Cut
from accounting.cuts.queries import frozen_table
from accounting.maps.classes import breaks
from accounting.publication.models import Publication
from accounting.publication.tables import Cell
from accounting.runs.models import Run
from accounting.tables.build import Table
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


def values_of(
    scope: Scope, indicator: Indicator, region: str, run: Run | None, cut: Cut | None = None
) -> Values:
    """Values of the places directly below *region*; of a county its own, as it has no polygons below it. With *cut*
    those it froze: none where it holds no such table or column."""
    if indicator.code.startswith(PROGRESS):
        return _progress(scope, indicator, region)
    code, _dot, name = indicator.code.partition(".")
    found = Values(indicator)
    table = _table(scope, code, region, run, cut)
    at = (
        next((place for place, column in enumerate(table.columns) if column.id == name), None)
        if table
        else None
    )
    if table is None or at is None:
        return found
    found.values = {
        row.key: row.cells[at] for row in table.rows if row.key != region
    }  # its own row has no polygon
    found.rows = [{"code": row.key, "name": _local(row.label), "value": row.cells[at]} for row in table.rows]
    if regions.level(region) >= 3:  # the row of what belongs to no township is part of the county's total
        found.values = {region: table.total.cells[at]} if table.total else {}
    return found


def _table(scope: Scope, code: str, region: str, run: Run | None, cut: Cut | None) -> Table | None:
    if cut is None:
        return make_table(scope, load()[code], "region", region, run)
    held = frozen_table(scope, cut, region=region, code=code, by="region")
    return held and held[0]


def _progress(scope: Scope, indicator: Indicator, region: str) -> Values:
    found = Values(indicator)
    progress = board(scope, region, measure_of(indicator.code.removeprefix(PROGRESS)))
    found.values = {line.region: line.percent for line in progress.lines if not line.own}
    found.rows = [{"code": line.region, "name": line.label, "value": line.percent} for line in progress.lines]
    if regions.level(region) >= 3 and progress.whole:
        found.values = {region: progress.whole.percent}
    return found


def published_values(publication: Publication, region: str, column: str = "") -> Values:
    """A column (the first where not named) of the places below *region* as *publication* prints it; what it hides has
    no value and is hatched."""
    content, subject = publication.content, publication.about
    at = next((n for n, head in enumerate(content["columns"]) if head["key"] == column), 0)
    label = f"{publication.title} · {_local(content['columns'][at]['label'])}"
    found = Values(
        Indicator(
            f"publication.{publication.pk}",
            "",
            label,
            _local(subject.unit),
            subject.decimals,
        )
    )
    for head, cells, printed in zip(*(content[name] for name in ("rows", "cells", "rounded")), strict=True):
        key, cell = head["key"], Cell(*cells[at])
        if not regions.contains(region, key[:12]) or ":" in key or key == region:
            continue
        value = printed[at]
        if cell.hidden:
            found.hidden.append(key)
        found.values[key] = value
        found.rows.append({"code": key, "name": _local(head["label"]), "value": value, "hidden": cell.hidden})
    return found
