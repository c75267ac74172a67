"""Writing tables for people (xlsx)."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from sources.sheets.columns import Column

_FORMATS = {"integer": "#,##0", "number": "#,##0.####", "date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm"}
_LIST_SHEET = "代码 Codes"
_TEMPLATE_ROWS = 5000


def write_table(
    target: str | os.PathLike[str] | BinaryIO,
    *,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    title: str,
    notes: Sequence[str] = (),
    sheet: str = "数据 Data",
    template: bool = False,
) -> int:
    """Write one table as xlsx and return the number of rows.

    Layout: title, *notes* (who exported when, what was filtered; also printed in the footer of every page),
    a Chinese and an English header row, then the *rows* (values in the order of *columns*; None is a blank
    cell). Memory does not grow with the rows. With *template*, notes of the columns and drop-downs with the
    columns' choices are added for ``_TEMPLATE_ROWS`` rows. Texts are never taken for formulas.
    """
    # constant memory wants rows in order and drops each when the next begins
    book = xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "remove_timezone": True,
        },
    )
    try:
        page = book.add_worksheet(sheet)
        top = len(notes) + 1
        _dress(book, page, columns, top, title, notes)
        count = _write_rows(page, columns, rows, top + 2)
        page.autofilter(top + 1, 0, top + 1 + max(count, 1), len(columns) - 1)
        if template:
            _offer_choices(book, page, columns, top + 2)
    finally:
        book.close()
    return count


def _dress(
    book: Workbook, page: Worksheet, columns: Sequence[Column], top: int, title: str, notes: Sequence[str]
) -> None:
    """Column widths and formats, title, notes, header rows, print set-up."""
    for index, column in enumerate(columns):
        style = {"num_format": "@" if column.kind == "code" else _FORMATS.get(column.kind, "General")}
        page.set_column(index, index, column.width, book.add_format(style | {"valign": "top"}))
    page.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    quiet = book.add_format({"font_color": "#64748b"})
    for line, note in enumerate(notes, start=1):
        page.write_string(line, 0, note, quiet)
    head = {"bold": True, "bg_color": "#e6f2f0", "border": 1, "border_color": "#cbd5e1", "text_wrap": True}
    for line, name in ((top, "zh"), (top + 1, "en")):
        style = book.add_format(head | {"bold": name == "zh", "font_size": 11 if name == "zh" else 9})
        for index, column in enumerate(columns):
            page.write_string(line, index, getattr(column, name) + ("*" if column.required else ""), style)
    page.freeze_panes(top + 2, min(2, len(columns) - 1))
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top, top + 1)
    footer = (notes[0] if notes else "").replace("&", "&&")[:200]
    page.set_footer(f"&L&8{footer}&R&8&P / &N")


def _write_rows(page: Worksheet, columns: Sequence[Column], rows: Iterable[Sequence[Any]], first: int) -> int:
    texts = [column.kind in {"text", "code"} for column in columns]
    count = 0
    for count, row in enumerate(rows, start=1):
        line = first + count - 1
        for index, value in enumerate(row):
            if value is None or value == "":
                continue
            if not texts[index] and isinstance(value, int | float):
                page.write_number(line, index, value)
            elif not texts[index] and isinstance(value, dt.date):
                page.write_datetime(line, index, value)
            else:
                page.write_string(line, index, str(value)[:32767])
    return count


def _offer_choices(book: Workbook, page: Worksheet, columns: Sequence[Column], first: int) -> None:
    """A second sheet with the allowed texts, and drop-downs and input notes that use it."""
    listed = [column for column in columns if column.choices]
    lists = book.add_worksheet(_LIST_SHEET)
    bold = book.add_format({"bold": True, "bg_color": "#e6f2f0"})
    for index, column in enumerate(listed):
        lists.set_column(index, index, 28)
        lists.write_string(0, index, column.zh, bold)
    for line in range(max((len(column.choices) for column in listed), default=0)):
        for index, column in enumerate(listed):
            if line < len(column.choices):
                lists.write_string(line + 1, index, column.choices[line])
    last = first + _TEMPLATE_ROWS
    for index, column in enumerate(columns):
        rule: dict[str, Any] = {"validate": "any"}
        if column.choices:
            at = xlsxwriter.utility.xl_col_to_name(listed.index(column), col_abs=True)
            rule = {
                "validate": "list",
                "source": f"='{_LIST_SHEET}'!{at}$2:{at}${len(column.choices) + 1}",
                "error_type": "warning",
            }
        if column.note:
            rule |= {"input_title": column.zh[:32], "input_message": column.note[:255]}
        if len(rule) > 1:
            page.data_validation(first, index, last, index, rule)
