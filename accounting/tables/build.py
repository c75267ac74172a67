"""From facts to a table: one number a cell, unrounded; blank where nothing contributes. Pure (pandas).

Children add up to their parent because a total is the sum of its children's unrounded cells; rounding happens
only where a number is shown or printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounting.tables.facts import FactKey, Facts
from accounting.tables.layout import Column, Layout, Row, Text

SAME = 1e-9  # relative; sums in another order differ in the last bits


@dataclass(frozen=True)
class TableRow:
    """A row of a finished table. *key* names it in links; cells are None where blank."""

    key: str
    label: Text
    cells: list[float | None]
    indent: int = 0
    total: bool = False


@dataclass(frozen=True)
class Table:
    layout: Layout
    by: str
    columns: list[Column]
    head: Text
    rows: list[TableRow]
    total: TableRow | None  # None where the rows are different things

    @property
    def printed_rows(self) -> list[TableRow]:
        """The rows as they stand on paper: the total first, where there is one."""
        return [self.total, *self.rows] if self.total else self.rows


def fact_key(column: Column) -> FactKey:
    """What must be read for a column: columns with the same key share one frame."""
    if column.fact == "items":
        return ("items", column.forms, column.sections, column.group_item, column.by)
    return (column.fact, column.by) if column.by else (column.fact,)


def resolve(conditions: Mapping[str, Any], bound: Mapping[str, str]) -> dict[str, Any]:
    """Replace ``$name`` by what the row binds; a name it does not bind drops the condition."""
    result = {}
    for name, wanted in conditions.items():
        if isinstance(wanted, str) and wanted.startswith("$"):
            if wanted[1:] not in bound:
                continue
            wanted = bound[wanted[1:]]
        result[name] = wanted
    return result


def cell(facts: Facts, column: Column, row: Row) -> float | None:
    """Sum of the column's fact in one row, in the column's unit; None when nothing contributes."""
    name = column.measure
    if column.fact == "items":
        name = f"{column.measure}:{resolve({'item': column.item}, row.bind).get('item')}"
    shared = {k: wanted for k, wanted in resolve(column.where, row.bind).items() if k not in row.where}
    total = facts.total(fact_key(column), name, shared, row.where)
    return None if total is None else total / column.scale


def build(layout: Layout, by: str, facts: Facts, rows: Sequence[Row], head: Text) -> Table:
    """Return the finished table with *rows* of dimension *by* (for regions: the children)."""
    columns = layout.columns_for(by)
    dimension = layout.dimensions.get(by)
    finished = [
        TableRow(row.id, row.label, cells_of(columns, facts, row), row.indent, row.total) for row in rows
    ]
    if by == "industry" or (dimension is not None and dimension.long):
        finished = [row for row in finished if any(value is not None for value in row.cells)]
    if not layout.adds(by):
        return Table(layout, by, columns, head, finished, None)
    adding = [r for r in finished if r.total] or [r for r in finished if r.indent == 0]
    if (rest := _rest(columns, facts, rows, adding)) is not None:
        finished.append(rest)
        adding = [*adding, rest]
    sums = {c.id: None if c.mixed else add(r.cells[i] for r in adding) for i, c in enumerate(columns)}
    total = TableRow("total", {"zh": "合计", "en": "Total"}, derived(columns, sums), total=True)
    return Table(layout, by, columns, head, finished, total)


def _rest(
    columns: Sequence[Column], facts: Facts, rows: Sequence[Row], adding: Sequence[TableRow]
) -> TableRow | None:
    """What a classification leaves over (answers that are blank or no known code), so that totals agree by any row.

    Only for rows that bind a class; None when nothing is left.
    """
    if not any(row.bind for row in rows):
        return None
    every = cells_of(columns, facts, Row("all", {"zh": "", "en": ""}))
    left: list[float | None] = []
    for index, whole in enumerate(every):
        parts = add(row.cells[index] for row in adding)
        over = None if whole is None or columns[index].derive else whole - (parts or 0.0)
        left.append(over if over is not None and abs(over) > abs(whole) * SAME else None)
    if all(value is None for value in left):
        return None
    cells = derived(columns, dict(zip((c.id for c in columns), left, strict=True)))
    return TableRow("rest", {"zh": "未分类", "en": "Not classified"}, cells)


def cells_of(columns: Sequence[Column], facts: Facts, row: Row) -> list[float | None]:
    """All cells of a row; ``sum_of`` and derived columns are made of other columns of the same row."""
    found: dict[str, float | None] = {c.id: cell(facts, c, row) for c in columns if c.fact}
    pending = [c for c in columns if c.sum_of]
    while pending:
        ready = [c for c in pending if all(part in found for part in c.sum_of)]
        if not ready:
            raise ValueError("sum_of columns refer to each other")
        for column in ready:
            found[column.id] = add(found[part] for part in column.sum_of)
        pending = [c for c in pending if c not in ready]
    return derived(columns, found)


def derived(columns: Sequence[Column], found: Mapping[str, float | None]) -> list[float | None]:
    """The cells in the order of *columns*, with shares, differences and changes worked out of the others."""
    return [
        derivation(c.derive, *(found[part] for part in c.of)) if c.derive else found[c.id] for c in columns
    ]


def derivation(kind: str, first: float | None, second: float | None) -> float | None:
    """``share`` 100·a/b, ``difference`` a-b, ``change`` 100·(a-b)/b; blank where a part is blank or b is zero."""
    if first is None or second is None:
        return None
    if kind == "difference":
        return first - second
    if second == 0:
        return None
    return 100 * (first if kind == "share" else first - second) / second


def same(first: float | None, second: float | None) -> bool:
    """Whether two cells hold the same amount, but for the last bits of sums made in another order."""
    if first is None or second is None:
        return first is second
    return abs(first - second) <= SAME * max(abs(first), abs(second))


def add(values: Iterable[float | None]) -> float | None:
    """Sum that skips blanks and is blank over nothing."""
    filled = [v for v in values if v is not None]
    return sum(filled) if filled else None
