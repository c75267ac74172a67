"""Where a report's numbers come from: frozen tables of a cut, or the published reference figures; one shape for both.

An address is ``TABLE/ROWS/row/column``: ``T03/source/total/COD_discharged``. Reading an address that is not there
raises :class:`Missing`; a cell that is there may be blank (None), which is not zero.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from accounting.cuts.frozen import Content, freeze, thaw
from accounting.cuts.models import Cut, FrozenTable
from accounting.cuts.queries import require_all_categories
from accounting.tables.build import Table, TableRow
from accounting.tables.layout import Row, load
from census.access.scope import Scope
from census.places import regions

REFERENCE = Path(__file__).parent / "reference" / "national_2017.csv"
Text = Mapping[str, str]
TOTAL = {"zh": "合计", "en": "Total"}


class Missing(LookupError):
    """There is no such table, row or column; the text names it."""


@dataclass(frozen=True)
class Cell:
    """A number in its table's unit, and where it stands."""

    address: str
    value: float | None
    row: Content
    column: Content


class Cells(Protocol):
    """Tables of one region as they stood, by code and row dimension."""

    region: str

    def table(self, code: str, by: str) -> Content:
        """Raises Missing."""

    def leaders(self, address: str, top: int) -> tuple[list[Text], float] | None:
        """Names of the *top* largest rows of TABLE/ROWS/column and their share in % of the total, or None."""


def cell_at(cells: Cells, address: str) -> Cell:
    """The cell of an address. Raises Missing naming the part that is not there."""
    parts = address.split("/")
    if len(parts) != 4:
        raise Missing(f"{address}: an address has four parts, TABLE/ROWS/row/column")
    code, by, row_key, column_id = parts
    content = cells.table(code, by)
    row = next((row for row in content["rows"] if row["key"] == row_key), None)
    place, column = column_of(content, column_id)
    if row is None:
        # a row of a long list or of a region is only there when it has numbers; a declared one always is
        layout = load().get(code)
        declared = (
            {one.id for one in layout.dimensions[by].rows} if layout and by in layout.dimensions else set()
        )
        if row_key != "total" and row_key not in declared:
            raise Missing(f"{address}: the table has no row {row_key}")
        row = {
            "key": row_key,
            "label": {"zh": row_key, "en": row_key},
            "cells": [],
            "indent": 0,
            "total": False,
        }
    value = row["cells"][place] if place < len(row["cells"]) else None
    return Cell(address, value, row, column)


def column_of(content: Content, column_id: str) -> tuple[int, Content]:
    """Place and head of a column. Raises Missing."""
    for place, column in enumerate(content["columns"]):
        if column["id"] == column_id:
            return place, column
    raise Missing(f"{content['code']}: the table has no column {column_id}")


def parts_of(content: Content) -> list[Content]:
    """The rows that add up to the total: marked ones, else all of the first level; without total and rest."""
    rows = [row for row in content["rows"] if row["key"] not in {"total", "rest"}]
    return [row for row in rows if row["total"]] or [row for row in rows if row["indent"] == 0]


def ranked(content: Content, place: int, own: str) -> list[Content]:
    """The parts with a number, the largest first. What belongs to no part (the region's *own* row, a row ``none``) is
    not among them."""
    rows = [row for row in parts_of(content) if row["cells"][place] and row["key"] not in {own, "none"}]
    return sorted(rows, key=lambda row: (-row["cells"][place], row["key"]))


def largest(content: Content, column_id: str, top: int, own: str) -> tuple[list[Text], float] | None:
    """See :meth:`Cells.leaders`; with too few rows there are no leaders."""
    place, _column = column_of(content, column_id)
    total = next((row["cells"][place] for row in content["rows"] if row["key"] == "total"), None)
    rows = ranked(content, place, own)
    if not total or len(rows) <= top:
        return None
    return [row["label"] for row in rows[:top]], 100 * sum(row["cells"][place] for row in rows[:top]) / total


class CutCells:
    """The frozen tables of a cut's own region. PermissionDenied for a post that sees only some categories."""

    def __init__(self, scope: Scope, cut: Cut) -> None:
        require_all_categories(scope)
        self.scope, self.cut, self.region = scope, cut, cut.region
        self._held: dict[tuple[str, str], Content] = {}

    def table(self, code: str, by: str) -> Content:
        if (code, by) not in self._held:
            rows = FrozenTable.objects.visible_to(self.scope).filter(cut=self.cut, region=self.region)
            found = rows.filter(code=code, by=by).first()
            if found is None:
                raise Missing(f"{code}/{by}: the cut holds no such table")
            self._held[code, by] = thaw(found.content)
        return self._held[code, by]

    def leaders(self, address: str, top: int) -> tuple[list[Text], float] | None:
        code, by, column = address.split("/")
        return largest(self.table(code, by), column, top, self.region)


@dataclass(frozen=True)
class Reference:
    """One published figure: the value in the unit of the table's column, *mark* (V, A, L) and source."""

    address: str
    value: float
    text: str
    mark: str
    source: str


@cache
def reference_figures() -> tuple[Reference, ...]:
    """The figures of the national bulletin of 10 June 2020; see the head of the file for the marks."""
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return tuple(Reference(**{**row, "value": float(row["value"])}) for row in rows)


class ReferenceCells:
    """The published national figures in the shape of a cut's tables; cells without a figure are blank."""

    region = regions.NATION

    def __init__(self, figures: Iterable[Reference] | None = None) -> None:
        found = reference_figures() if figures is None else tuple(figures)
        self._values = {one.address: one.value for one in found if not one.text}
        self._leaders = {one.address: one for one in found if one.text}

    def table(self, code: str, by: str) -> Content:
        layout = load().get(code)
        if layout is None or by not in layout.rows:
            raise Missing(f"{code}/{by}: there is no such table")
        columns = layout.columns_for(by)
        dimension = layout.dimensions.get(by)
        heads = [("total", TOTAL, 0, True), *_heads(dimension.rows if dimension else ())]
        total, *rows = (
            TableRow(
                key, label, [self._values.get(f"{code}/{by}/{key}/{one.id}") for one in columns], indent, adds
            )
            for key, label, indent, adds in heads
        )
        head = dimension.label if dimension else {"zh": "地区", "en": "Region"}
        return thaw(freeze(Table(layout, by, columns, head, rows, total)))

    def leaders(self, address: str, top: int) -> tuple[list[Text], float] | None:
        found = self._leaders.get(f"{address}@{top}")
        if found is None:
            return None
        return [
            {"zh": zh, "en": en} for zh, en in (pair.split("=") for pair in found.text.split(";"))
        ], found.value


def _heads(rows: Iterable[Row]) -> Iterator[tuple[str, Text, int, bool]]:
    for row in rows:
        yield row.id, row.label, row.indent, row.total
