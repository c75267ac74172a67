"""How a finished table is looked at: sorted, as shares of its columns, beside another run. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from accounting.tables.build import Table, TableRow, derivation, same
from accounting.tables.layout import Column

SHARE, ROW_SHARE = "share", "row"  # percent of the column's total, percent of the row's first column


@dataclass(frozen=True)
class Cell:
    """One number on screen. *share*: percent of the column's total, *of_row*: of the row's first column;
    *difference*, *change* (%): against *before*."""

    column: Column
    value: float | None
    share: float | None = None
    of_row: float | None = None
    before: float | None = None
    difference: float | None = None
    change: float | None = None


@dataclass(frozen=True)
class Shown:
    """A row with its cells ready to show."""

    row: TableRow
    cells: list[Cell]


def sortable(table: Table) -> bool:
    """Rows that are parts of other rows keep their order."""
    return not any(row.indent or row.total for row in table.rows)


def ordered(table: Table, column_id: str, descending: bool) -> Table:
    """The table sorted by a column, blanks last; as it was for an unknown column or rows that keep their order."""
    places = {column.id: place for place, column in enumerate(table.columns)}
    if column_id not in places or not sortable(table):
        return table
    place, sign = places[column_id], -1 if descending else 1

    def key(row: TableRow) -> tuple[bool, float]:
        value = row.cells[place]
        return value is None, sign * (value or 0.0)

    return replace(table, rows=sorted(table.rows, key=key))


def shown(table: Table, other: Table | None = None) -> list[Shown]:
    """All rows, the total first. *other* is the same table from another run; rows only it has come last."""
    before = {} if other is None else {row.key: row for row in other.printed_rows}
    rows = list(table.printed_rows)
    present = {row.key for row in rows}
    blank: list[float | None] = [None] * len(table.columns)
    rows += [replace(row, cells=blank) for key, row in before.items() if key not in present]
    totals = table.total.cells if table.total else blank
    return [
        Shown(row, _cells(table.columns, row, totals, before.get(row.key), compared=other is not None))
        for row in rows
    ]


def _cells(
    columns: Sequence[Column],
    row: TableRow,
    totals: Sequence[float | None],
    before: TableRow | None,
    *,
    compared: bool,
) -> list[Cell]:
    cells = []
    for place, (column, value) in enumerate(zip(columns, row.cells, strict=True)):
        share = None if column.derive else derivation("share", value, totals[place])
        of_row = None if column.derive else derivation("share", value, row.cells[0])
        if not compared:
            cells.append(Cell(column, value, share, of_row))
            continue
        old = before.cells[place] if before else None
        if same(value, old):
            cells.append(Cell(column, value, share, of_row, old, None if old is None else 0.0, 0.0))
            continue
        change = derivation("change", value, old)
        cells.append(Cell(column, value, share, of_row, old, derivation("difference", value, old), change))
    return cells
