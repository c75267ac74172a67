"""Rows of a handbook that wait with a draft until somebody has looked at them: read anew whenever they are shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from accounting.changes.handbook import Read
from accounting.changes.models import Change
from accounting.changes.reading import Proposed, read
from accounting.factors.models import Edition
from accounting.factors.shape import FactorRow
from census.places.models import Region
from sources.sheets.reader import Row, Table
from sources.sheets.report import Fault, Report

_TAIL = re.compile(r"(省|市|(壮族|回族|维吾尔)?自治区|特别行政区|地区|盟)$")


def waiting_rows(change: Change, current: Mapping[str, FactorRow]) -> tuple[list[Proposed], Report] | None:
    """What the rows that wait would propose beside the library as it is now, and the whole report; None: none wait.

    *current*: factors in use by code. Lines are those of the file; of several sheets the report names the sheet.
    """
    if "table" not in change.report:
        return None
    waiting = Read.unpack(change.report)
    rows = waiting.rows
    table = Table([], [Row(number, row.cells) for number, row in enumerate(rows)])
    editions = Edition.objects.values_list("code", flat=True)
    found, report = read(table, current, editions, place=lambda number: rows[number].line)

    def placed(fault: Fault) -> Fault:
        row = rows[fault.line]
        return replace(fault, line=row.line, column=" · ".join(filter(None, [row.sheet, fault.column])))

    report.faults = [*waiting.report.faults, *map(placed, report.faults)]
    report.warnings = [*waiting.report.warnings, *map(placed, report.warnings)]
    return [replace(one, line=rows[one.line].line, sheet=rows[one.line].sheet) for one in found], report


def places_by_name() -> dict[str, str]:
    """Provinces and cities by name, also without 省, 市, 自治区, with the digits of their codes that count."""
    found: dict[str, str] = {}
    named = Region.objects.filter(level__in=(1, 2)).order_by("-level").values_list("code", "name", "level")
    for code, name, level in named:  # the cities first: 吉林 is the province
        found |= dict.fromkeys((name, _TAIL.sub("", name)), code[: 2 * level])
    return found
