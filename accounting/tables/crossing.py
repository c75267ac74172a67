"""One column of a layout spread over a second row dimension: regions × sources, species × regions … Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from accounting.tables.build import SAME, Table, TableRow, add
from accounting.tables.layout import Column, Layout, Row

WHOLE, REST = "all", "rest"


def crossable(layout: Layout, by: str, across: str) -> list[Column]:
    """Columns that can be spread over *across* with rows *by*: plain sums that mean the same in every row."""
    if by == across or not (layout.adds(by) and layout.adds(across)):
        return []
    both = [column for column in layout.columns_for(by) if column in layout.columns_for(across)]
    return [column for column in both if column.opens and not column.mixed and column.measure != "distinct"]


def crossed(layout: Layout, by: str, column: Column, heads: Sequence[Row]) -> Layout:
    """The layout whose columns are *column* as a whole and under the conditions of each of *heads*."""
    whole = replace(column, id=WHOLE, label={"zh": "合计", "en": "Total"}, group=None, only="")
    group = {
        name: f"{column.group[name]} · {column.label[name]}" if column.group else column.label[name]
        for name in ("zh", "en")
    }
    spread = [
        replace(
            whole, id=head.id, label=head.label, group=group, where={**_bound(column, head), **head.where}
        )
        for head in heads
    ]
    return replace(layout, columns=(whole, *spread), rows=(by,))


def _bound(column: Column, head: Row) -> dict[str, object]:
    """The column's conditions with the names that *head* binds; others wait for the rows."""
    return {
        name: head.bind[wanted[1:]]
        if isinstance(wanted, str) and wanted[:1] == "$" and wanted[1:] in head.bind
        else wanted
        for name, wanted in column.where.items()
    }


def completed(table: Table, heads: Sequence[Row]) -> Table:
    """The crossed table without blank columns, and with what *heads* leave over, so that every row adds up."""
    tops = {head.id for head in heads if head.total} or {head.id for head in heads if not head.indent}
    parts = [place for place, column in enumerate(table.columns) if column.id in tops]
    rows = [*table.rows, table.total] if table.total else table.rows
    left = [_left(row, parts) for row in rows]
    kept = [0] + [n for n in range(1, len(table.columns)) if any(row.cells[n] is not None for row in rows)]
    columns = [table.columns[n] for n in kept]
    more = any(value is not None for value in left)
    if more:
        label = {"zh": "未分类", "en": "Not classified"}
        columns.append(replace(table.columns[0], id=REST, label=label, group=columns[-1].group))
    finished = [
        replace(row, cells=[*(row.cells[n] for n in kept), *([value] if more else [])])
        for row, value in zip(rows, left, strict=True)
    ]
    total = finished.pop() if table.total else None
    layout = replace(table.layout, columns=tuple(columns))
    return replace(table, layout=layout, columns=columns, rows=finished, total=total)


def _left(row: TableRow, parts: Sequence[int]) -> float | None:
    whole = row.cells[0]
    over = None if whole is None else whole - (add(row.cells[n] for n in parts) or 0.0)
    return over if over is not None and whole is not None and abs(over) > abs(whole) * SAME else None
