"""A finished summary table as JSON and back: labels, units and numbers as they stood. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from accounting.tables.build import Table, TableRow, same
from accounting.tables.layout import Column, Layout

Content = dict[str, Any]


def freeze(table: Table) -> str:
    """Return the table as canonical JSON. Floats keep every bit; blanks are null."""
    rows = [table.total, *table.rows] if table.total else table.rows
    content = {
        "code": table.layout.code,
        "title": table.layout.title,
        "by": table.by,
        "head": table.head,
        "columns": [_column(column) for column in table.columns],
        "rows": [_row(row) for row in rows],
        "notes": list(table.layout.notes),
        "source": table.layout.source,
    }
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()


def _column(column: Column) -> Content:
    return {
        "id": column.id,
        "label": column.label,
        "unit": column.unit,
        "decimals": column.decimals,
        "group": column.group,
        "where": column.where,
        "fact": column.fact,
        "measure": column.measure,
        "by": column.by,
        "scale": column.scale,
        "derive": column.derive,
        "item": column.item,
        "sum_of": column.sum_of,
    }


def _row(row: TableRow) -> Content:
    return {
        "key": row.key,
        "label": row.label,
        "indent": row.indent,
        "total": row.total,
        "cells": row.cells,
    }


def thaw(text: str) -> Content:
    """The inverse of :func:`freeze`, as plain lists and mappings."""
    return orjson.loads(text)


def as_table(content: Content, bys: Sequence[str]) -> Table:
    """The frozen table in the shape of a live one. *bys*: row dimensions the cut holds of it."""
    columns = [
        Column(
            **{name: column[name] for name in ("id", "label", "unit", "decimals", "group", "where")},
            **{name: column[name] for name in ("fact", "measure", "by")},
            per=column["scale"],
            derive=column.get("derive", ""),
            item=column.get("item", ""),
            sum_of=tuple(column.get("sum_of", ())),
        )
        for column in content["columns"]
    ]
    rows = [TableRow(**row) for row in content["rows"]]
    total = next((row for row in rows if row.key == "total"), None)
    layout = Layout(
        code=content["code"],
        title=content["title"],
        rows=tuple(bys),
        columns=tuple(columns),
        dimensions={},
        notes=tuple(content["notes"]),
        source=content["source"],
    )
    return Table(
        layout, content["by"], columns, content["head"], [row for row in rows if row is not total], total
    )


def differences(before: Content, after: Content) -> Iterator[dict[str, Any]]:
    """Cells whose numbers differ: {"row", "column", "before", "after", "difference"}; in printing order.

    A row or column that only one has counts as blank in the other. A difference with a blank is the whole number.
    """
    sides = [_cells(content) for content in (before, after)]
    for row_key, row in _union(before["rows"], after["rows"], "key").items():
        for column_id, column in _union(before["columns"], after["columns"], "id").items():
            old, new = (side.get((row_key, column_id)) for side in sides)
            if not same(old, new):
                yield {
                    "row": row,
                    "column": column,
                    "before": old,
                    "after": new,
                    "difference": (new or 0.0) - (old or 0.0),
                }


def _union(before: list[Content], after: list[Content], key: str) -> dict[str, Content]:
    """Entries of both by key, in the order of *after*, then what only *before* has."""
    found = {entry[key]: entry for entry in after}
    for entry in before:
        found.setdefault(entry[key], entry)
    return found


def _cells(content: Content) -> dict[tuple[str, str], float | None]:
    """(row, column) → number."""
    columns = [column["id"] for column in content["columns"]]
    return {
        (row["key"], column): number
        for row in content["rows"]
        for column, number in zip(columns, row["cells"], strict=True)
    }
