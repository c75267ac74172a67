"""How a finished table is looked at: sorted, as shares, beside another run, on screen and in files. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from accounting.tables.build import Table, TableRow, derivation, same
from accounting.tables.layout import Column, Text
from census.rounding import half_up

SHARE, ROW_SHARE = "share", "row"  # percent of the column's total, percent of the row's first column
VANISHING = "…"  # the mark of the statistical yearbooks for what is there and smaller than the last place
PERCENT: Text = {"zh": "%", "en": "%"}
BESIDE: tuple[tuple[str, Text], ...] = (
    ("value", {"zh": "本表", "en": "This table"}),
    ("before", {"zh": "对照", "en": "Beside it"}),
    ("difference", {"zh": "相差", "en": "Difference"}),
    ("change", {"zh": "变动", "en": "Change"}),
)
"""What stands in a file for each column of a compared table: field of a Cell, head."""


def vanishes(value: float | None, decimals: int) -> bool:
    """Whether a number that is not zero would be shown as one: a trace is neither nothing nor blank."""
    return bool(value) and not half_up(value, decimals)


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

    @property
    def vanishes(self) -> bool:
        """Whether the amount is there and less than half of the last place."""
        return vanishes(self.value, self.column.decimals)


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


def as_seen(table: Table, other: Table | None = None, show: str = "", *, totals: bool = True) -> Table:
    """The table as a file holds what the screen shows: shares for amounts, four columns for each that is compared.

    *show*: SHARE or ROW_SHARE; *totals*: whether total rows are kept.
    """
    rows = shown(table, other)
    columns, fields = list(table.columns), [("value",)] * len(table.columns)
    if other is not None:
        columns = [_beside(column, *head) for column in table.columns for head in BESIDE]
        fields = [tuple(name for name, _label in BESIDE)] * len(table.columns)
    elif show:
        columns = [c if c.derive else replace(c, unit=PERCENT, decimals=1) for c in table.columns]
        name = "share" if show == SHARE else "of_row"
        fields = [("value",) if c.derive else (name,) for c in table.columns]
    finished = [
        replace(
            one.row,
            cells=[
                getattr(cell, name) for cell, names in zip(one.cells, fields, strict=True) for name in names
            ],
        )
        for one in rows
    ]
    total = next((row for row in finished if table.total and row.key == table.total.key), None)
    finished = [row for row in finished if row is not total]
    if not totals:
        total, finished = None, [row for row in finished if not row.total]
    layout = replace(table.layout, columns=tuple(columns))
    return replace(table, layout=layout, columns=columns, rows=finished, total=total)


def _beside(column: Column, name: str, label: Text) -> Column:
    group = {
        language: f"{column.group[language]} · {word}" if column.group else word
        for language, word in column.label.items()
    }
    percent = {"unit": PERCENT, "decimals": 1} if name == "change" else {}
    return replace(column, id=f"{column.id}.{name}", label=label, group=group, **percent)


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
            none = None if old is None else 0.0  # between two blanks there is no difference and no change
            cells.append(Cell(column, value, share, of_row, old, none, none))
            continue
        change = derivation("change", value, old)
        cells.append(Cell(column, value, share, of_row, old, derivation("difference", value, old), change))
    return cells
