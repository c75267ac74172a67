"""A summary table as a formatted workbook (xlsxwriter): official header, merged heads, number formats, print set-up."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounting.tables.build import Table
from accounting.tables.layout import Column, Text
from accounting.tables.present import VANISHING, vanishes

A3, A4 = 8, 9  # paper numbers of the format
WIDE, MOST = 12, 26  # more columns than these do not fit A4, or one sheet of A3, across
LINE, NARROW, LABEL = (
    17,
    9,
    48,
)  # height of a line in points; widths in characters: least, and most of the first column

SIGNED = (
    gettext_noop("Head of the office:"),
    gettext_noop("Head of statistics:"),
    gettext_noop("Filled in by:"),
    gettext_noop("Reported on:"),
)


@dataclass(frozen=True)
class Imprint:
    """What must stand on every printed table: where, what it rests on, by whom, when, and what the data are.

    *mark*: the words across the head of every printed page; none for published tables. *rounded*: by controlled
    rounding, see rounding.py. *stale*: forms were changed after the run. *reference_date*: of the campaign.
    *remarks*: what else the reader must know of these numbers (what they are compared with, what they are shares of).
    *only*: the source categories they hold, where these are not all: their sums are no totals of the place.
    """

    region: str
    source: str
    printed_by: str
    printed_at: dt.datetime
    synthetic: bool
    language: str  # "zh" or "en"
    mark: str = ""
    rounded: bool = False
    stale: bool = False
    reference_date: dt.date | None = None
    remarks: tuple[str, ...] = ()
    only: str = ""

    @property
    def warnings(self) -> list[str]:
        """What must be read before the numbers."""
        found = [_("Synthetic data for demonstration; no figure here is real.")] if self.synthetic else []
        found += [_("Holds only: %(categories)s.") % {"categories": self.only}] if self.only else []
        return [
            *found,
            *([_("Forms were changed after this run: the figures are out of date.")] if self.stale else []),
        ]


def book(tables: Sequence[Table], imprint: Imprint) -> bytes:
    """Return an xlsx file with one sheet a table, and before them a list of the sheets if there are several.

    Values are unrounded; the number format rounds what is seen.
    """
    buffer = BytesIO()
    workbook = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    title = tables[0].layout.title[imprint.language] if len(tables) == 1 else _("Summary tables")
    workbook.set_properties(
        {"title": f"{title} · {imprint.region}", "author": imprint.printed_by, "comments": imprint.source}
    )
    formats = _formats(workbook)
    if len(tables) > 1:
        _contents(workbook, tables, imprint, formats)
    for table in tables:
        _sheet(workbook, table, imprint, formats)
    workbook.close()
    return buffer.getvalue()


def _contents(
    workbook: xlsxwriter.Workbook, tables: Sequence[Table], imprint: Imprint, formats: dict[str, Any]
) -> None:
    lang = imprint.language
    sheet = workbook.add_worksheet(_("Contents"))
    sheet.set_row(0, 28)
    sheet.merge_range(0, 0, 0, 3, f"{_('Summary tables')} · {imprint.region}", formats["title"])
    sheet.write(1, 0, _("Source: %(run)s.") % {"run": imprint.source}, formats["line"])
    sheet.write(2, 0, " ".join(imprint.warnings), formats["warning"])
    for place, head in enumerate((_("Table"), _("Title"), _("Rows"), _("Lines"))):
        sheet.write(3, place, head, formats["head"])
    for line, table in enumerate(tables, start=4):
        address = f"internal:'{_sheet_name(table, lang)}'!A1"
        sheet.write_url(line, 0, address, formats["link"], table.layout.code)
        sheet.write(line, 1, table.layout.title[lang], formats["label0"])
        sheet.write(line, 2, table.head[lang], formats["label0"])
        sheet.write_number(line, 3, len(table.rows), formats["number0"])
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, 1, 44)
    sheet.set_column(2, 3, 20)
    _page(sheet, A4, imprint, _("Contents"))


def _page(sheet: Any, paper: int, imprint: Imprint, name: str, across: int = 1) -> None:
    """Paper across, *across* pages wide, the mark at the head and the origin at the foot of every page."""
    sheet.set_landscape()
    sheet.set_paper(paper)
    sheet.set_margins(left=0.5, right=0.5, top=1.0, bottom=0.75)
    sheet.center_horizontally()
    sheet.fit_to_pages(across, 0)
    if imprint.mark:
        sheet.set_header(f'&C&"SimHei,Regular"&26&KBFBFBF{imprint.mark}', {"margin": 0.3})
    printed = f"{imprint.printed_by} {imprint.printed_at:%Y-%m-%d %H:%M}".replace("&", "&&")
    sheet.set_footer(f"&L{name} · {imprint.region}&C&P / &N&R{printed}")


def _formats(workbook: xlsxwriter.Workbook) -> dict[str, Any]:
    font = {"font_name": "SimSun", "font_size": 10}
    box = {**font, "border": 1, "border_color": "#808080", "valign": "vcenter"}
    head = {**box, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#F2F2F2"}
    formats = {
        "title": {"font_name": "SimHei", "font_size": 16, "align": "center", "valign": "vcenter"},
        "line": font,
        "right": {**font, "align": "right"},
        "warning": {**font, "bold": True, "font_color": "#B45309"},
        "note": {**font, "font_size": 9, "text_wrap": True, "valign": "top"},
        "head": head,
        "unit": {**head, "bold": False, "font_size": 9},
        "total_label": {**box, "bold": True},
        "link": {**box, "font_color": "#0F766E", "underline": 1},
    }
    for indent in range(3):
        formats[f"label{indent}"] = {**box, "indent": indent, "text_wrap": True}
    for decimals in range(4):
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        formats[f"number{decimals}"] = {**box, "num_format": pattern, "align": "right"}
        formats[f"total{decimals}"] = {**box, "num_format": pattern, "align": "right", "bold": True}
    trace = {**box, "num_format": f'"{VANISHING}"', "align": "right"}
    formats |= {"trace": trace, "total_trace": {**trace, "bold": True}}
    return {name: workbook.add_format(options) for name, options in formats.items()}


def _sheet(workbook: xlsxwriter.Workbook, table: Table, imprint: Imprint, formats: dict[str, Any]) -> None:
    lang, columns = imprint.language, table.columns
    sheet = workbook.add_worksheet(_sheet_name(table, lang))
    sheet.set_default_row(LINE)
    last = len(columns)
    edge = min(last, MOST)  # what stands above and below the table stays on the first of several sheets
    sheet.set_row(0, 28)
    sheet.merge_range(0, 0, 0, edge, table.layout.title[lang], formats["title"])
    sheet.write(1, 0, _("Table %(code)s") % {"code": table.layout.code}, formats["line"])
    sheet.write(1, edge, imprint.mark or _("Internal, confidential"), formats["right"])
    sheet.write(2, 0, _("Region: %(region)s") % {"region": imprint.region}, formats["line"])
    if imprint.reference_date:
        date = _("Reference date: %(date)s") % {"date": f"{imprint.reference_date:%Y-%m-%d}"}
        sheet.write(2, edge, date, formats["right"])
    sheet.write(3, 0, _("Source: %(run)s.") % {"run": imprint.source}, formats["line"])
    top = 4
    for warning in imprint.warnings:
        sheet.write(top, 0, warning, formats["warning"])
        top += 1
    first = _head(sheet, top, table, lang, formats)
    rows = table.printed_rows
    widths = [
        _width(column, columns, [row.cells[at] for row in rows], lang) for at, column in enumerate(columns)
    ]
    name = min(LABEL, max([14, *(_length(row.label[lang], lang) + 2 * row.indent + 2 for row in table.rows)]))
    for line, row in enumerate(rows, start=first):
        is_total = row is table.total
        if _length(row.label[lang], lang) + 2 * row.indent > name:
            sheet.set_row(line, 1.6 * LINE)
        sheet.write(line, 0, row.label[lang], formats["total_label" if is_total else f"label{row.indent}"])
        for index, (column, value) in enumerate(zip(columns, row.cells, strict=True), start=1):
            style = formats[("total" if is_total else "number") + str(column.decimals)]
            if vanishes(value, column.decimals):
                style = formats["total_trace" if is_total else "trace"]
            if value is None:
                sheet.write_blank(line, index, None, style)
            else:
                sheet.write_number(line, index, value, style)
    end = first + len(rows) + 1
    for note in notes_of(table, imprint):
        sheet.merge_range(end, 0, end, edge, note, formats["note"])
        sheet.set_row(end, 12.5 * (1 + _length(note, lang) // int(sum(widths[:edge]) + name)))
        end += 1
    sheet.write_row(end + 1, 0, ["        ".join(_(name) + " " * 16 for name in SIGNED)], formats["line"])
    sheet.set_column(0, 0, name)
    for place, width in enumerate(widths, start=1):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(first, 1)
    sheet.repeat_rows(0, first - 1)
    sheet.repeat_columns(0)
    sheet.print_area(0, 0, end + 1, last)
    _page(sheet, A3 if last > WIDE else A4, imprint, table.layout.code, -(-last // MOST))


def _length(text: str, lang: str) -> int:
    """Width of a text in characters of the first typeface; a Chinese character takes two."""
    return len(text) * 2 if lang == "zh" else len(text)


def _width(column: Column, columns: Sequence[Column], values: Sequence[float | None], lang: str) -> float:
    """Characters that hold every number of the column, its head in two lines, and its part of the group's head."""
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    numbers = len(f"{largest:,.{column.decimals}f}")
    label = column.label[lang]
    word = max(map(len, label.split())) if lang == "en" else 0
    group = _length(column.group[lang], lang) / _members(column, columns) if column.group else 0
    return min(24, max(NARROW, numbers * 1.15 + 2, word + 3, _length(label, lang) / 2 + 2, group + 2))


def _members(column: Column, columns: Sequence[Column]) -> int:
    return sum(_group_key(other) == _group_key(column) for other in columns)


def _sheet_name(table: Table, lang: str) -> str:
    """T03, and "T03 污染源" for the same table by another dimension than its first."""
    layout = table.layout
    if table.by == layout.rows[0]:
        return layout.code
    return re.sub(r"[\[\]:*?/\\]", " ", f"{layout.code} {table.head[lang]}")[:31]


def _head(sheet: Any, top: int, table: Table, lang: str, formats: dict[str, Any]) -> int:
    """Write group, column and unit heads; return the first line of the body."""
    sheet.merge_range(top, 0, top + 2, 0, table.head[lang], formats["head"])
    sheet.set_row(top + 1, 30)
    index = 1
    for group, members in groupby(table.columns, key=_group_key):
        size = len(items := list(members))
        if group and size > 1:
            sheet.merge_range(top, index, top, index + size - 1, items[0].group[lang], formats["head"])
        elif group:
            sheet.write(top, index, items[0].group[lang], formats["head"])
        for column in items:
            if group:
                sheet.write(top + 1, index, column.label[lang], formats["head"])
            else:
                sheet.merge_range(top, index, top + 1, index, column.label[lang], formats["head"])
            sheet.write(top + 2, index, column.unit[lang], formats["unit"])
            index += 1
    return top + 3


def _group_key(column: Column) -> str:
    return column.group["zh"] if column.group else ""


def rounding_note(*, controlled: bool) -> str:
    """How the numbers were rounded, for the reader."""
    if controlled:
        return _(
            "Blank: nothing reported or accounted, which is not zero. Rounded so that the printed parts add up "
            "(controlled rounding after Cox and Ernst 1982): no cell differs from the true one by more than one unit "
            "of the last place."
        )
    return _(
        "Blank: nothing reported or accounted, which is not zero. … : less than half of the last place. Sums are made "
        "before rounding, so printed parts may differ by one in the last place."
    )


def notes_of(table: Table, imprint: Imprint) -> list[str]:
    """The notes below the table: those of the layout, numbered, what is compared, and how to read the numbers."""
    lang = imprint.language
    notes: list[Text] = list(table.layout.notes)
    lines = [f"{number}. {note[lang]}" for number, note in enumerate(notes, start=1)]
    return [*lines, *imprint.remarks, rounding_note(controlled=imprint.rounded)]
