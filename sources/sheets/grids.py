"""Printed tables in an uploaded file: every sheet with its merged cells filled, whatever stands in it.

Other than :mod:`sources.sheets.reader`, which wants one table in a known layout, this takes a workbook as people
copy it from a handbook. What its cells mean is the caller's to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from sources.sheets.reader import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    SheetFault,
    clean,
    is_workbook,
    read_bytes,
    read_csv,
    read_workbook,
)

FILLED = 2_000_000
"""Cells that merged areas may fill: a file of a few kilobytes can merge a whole sheet."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its name ('' for a csv) and the lines that are not blank, each with its number from 1."""

    name: str
    lines: list[tuple[int, list[str]]]


def read_grids(file: BinaryIO, name: str) -> list[Grid]:
    """All visible sheets of *file*, uploaded as *name*. Every cell of a merged area has its text. Raises SheetFault."""
    data = read_bytes(file)
    if is_workbook(data):
        found = [Grid(sheet["name"], _filled(sheet)) for sheet in read_workbook(data, every=True)]
    else:
        found = [Grid("", [(line, _cells(cells)) for line, cells in read_csv(data, name)])]
    found = [grid for grid in found if grid.lines]
    if not found:
        raise SheetFault(_("The file has no rows."))
    if sum(len(grid.lines) for grid in found) > MAX_ROWS:
        raise SheetFault(
            _("The table has more than %(limit)s rows. Split it and upload the parts one after the other.")
            % {"limit": MAX_ROWS}
        )
    return found


def _cells(cells: list[str]) -> list[str]:
    return [clean(cell)[:MAX_CELL] for cell in cells[:MAX_COLUMNS]]


def _filled(sheet: dict[str, Any]) -> list[tuple[int, list[str]]]:
    lines = {line: _cells(cells) for line, cells in sheet["rows"]}
    left, end = FILLED, max(lines, default=0)
    for top, bottom, first, last in sheet["merged"]:
        bottom, last = min(bottom, end), min(last, MAX_COLUMNS - 1)
        rows = [line for line in range(top, bottom + 1) if line in lines]
        left -= (bottom - top + 1) + len(rows) * max(last - first + 1, 0)
        if left < 0:
            raise SheetFault(_("Too many merged cells. Copy the table alone into a new workbook."))
        if top not in lines or first >= len(lines[top]):
            continue
        text = lines[top][first]
        for line in rows:
            cells = lines[line]
            cells.extend([""] * (last + 1 - len(cells)))
            cells[first : last + 1] = [text] * (last + 1 - first)
    return list(lines.items())
