"""Reads one xlsx file in a process of its own and prints its cells as JSON.

A workbook of a few kilobytes can name a cell in the last row and column, or unpack to gigabytes. Here that
kills only this process, which has limits on memory and time; ``reader.py`` starts it and tells the user.
It imports no Django, so that it starts quickly.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys
from typing import Any

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MEMORY = 1024 * 2**20
SECONDS = 120


def cell_text(value: Any) -> str:
    """The text a person would type for a cell's value; whole numbers without a decimal point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    return str(value)


def sheets(path: str, *, every: bool) -> list[dict[str, Any]]:
    """The first visible worksheet with cells, or *every* one, each as
    ``{"name": …, "rows": [[line, [text, …]], …], "merged": [[first line, last, first column, last], …]}``.

    Lines are numbered from 1 as in the spreadsheet program, columns from 0; blank rows are left out.
    """
    with CalamineWorkbook.from_path(path) as book:
        names = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        return [_cells(book, name) for name in (names if every else names[:1])]


def _cells(book: CalamineWorkbook, name: str) -> dict[str, Any]:
    sheet = book.get_sheet_by_name(name)
    merged = [[a[0] + 1, b[0] + 1, a[1], b[1]] for a, b in sheet.merged_cell_ranges or []]
    rows = []
    if sheet.start is not None:
        left = [""] * sheet.start[1]
        for line, cells in enumerate(sheet.to_python(skip_empty_area=True), start=sheet.start[0] + 1):
            texts = [cell_text(cell) for cell in cells]
            if any(text.strip() for text in texts):
                rows.append([line, left + texts])
    return {"name": name, "rows": rows, "merged": merged}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.write(json.dumps(sheets(sys.argv[1], every="every" in sys.argv[2:]), ensure_ascii=True))
