"""Spreadsheets of a run: the list of gaps, and the account of one object with formulas that work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from accounting import words
from accounting.crosscheck.workbook import methods_sheet
from accounting.methods import pollutants
from accounting.runs.models import GAP_REASONS, Gap, Run
from accounting.runs.recompute import AMOUNTS, expressions_of, values_of
from census.access.posts import CATEGORIES
from sources.objects.models import CensusObject

TEXTS_STAY_TEXTS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
A3 = 8  # number of the paper in the format
LIMIT = 100_000
"""Rows written at most; the sheet says so when there are more."""


def gaps_book(
    *, run: Run, gaps: Iterable[Gap], objects: dict, language: str, synthetic: bool, truncated: bool
) -> bytes:
    """An xlsx of the gaps: object, form, row, pollutant, reason, key, size. Texts are written as texts."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, TEXTS_STAY_TEXTS)
    sheet = book.add_worksheet(_("Gaps"))
    bold = book.add_format({"bold": True, "bg_color": "#F2F2F2", "border": 1})
    title = _("Gaps of accounting run %(number)s") % {"number": run.number}
    notes = [title, _("Internal, confidential")] + ([_("Synthetic data")] if synthetic else [])
    notes += [_("Only the first %(count)s rows") % {"count": LIMIT}] if truncated else []
    sheet.write(0, 0, " · ".join(notes))
    heads = [
        _("Region"), _("Category"), _("Code"), _("Object"), _("Form"), _("Sheet"), _("Row"), _("Pollutant"),
        _("Reason"), _("What is missing"), _("Amount concerned"), _("Unit"),
    ]  # fmt: skip
    sheet.write_row(1, 0, heads, bold)
    table = pollutants.table()
    for number, gap in enumerate(gaps, start=2):
        one: CensusObject | None = objects.get(gap.object_id)
        cells = [
            gap.region, str(CATEGORIES[gap.category]), one.code if one else "", one.name if one else "", gap.form,
            gap.sheet, gap.row_key, table[gap.pollutant].label(language) if gap.pollutant in table else "",
            str(GAP_REASONS[gap.reason]), words.phrase(gap.key, language, gap.form), gap.size,
            words.measure(gap.size_unit, language),
        ]  # fmt: skip
        for column, value in enumerate(cells):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif value is not None:
                sheet.write_number(number, column, value)
    sheet.freeze_panes(2, 0)
    sheet.autofilter(1, 0, 1, len(heads) - 1)
    for column, width in enumerate([14, 12, 22, 30, 8, 7, 7, 14, 22, 50, 14, 8]):
        sheet.set_column(column, column, width)
    book.close()
    return buffer.getvalue()


# -- account of one object ----------------------------------------------------------------------------

_NAME = re.compile(r"[A-Za-z_]\w*")
FIRST_LINE = 4
"""Row (from 0) of the first line of the account."""


def account_book(
    *,
    run: Run,
    one: CensusObject,
    rows: Sequence[dict[str, Any]],
    gaps: Iterable[Gap],
    beside: dict[str, Any],
    language: str,
) -> bytes:
    """The account of *one*: each line with activity, factor, efficiency, k and amounts as formulas over them.

    *rows*: lines as the account sheet shows them (``views._opened``). *beside*: see crosscheck.queries.object_page.
    Amounts are unrounded, in kg (volumes in m3).
    An amount that can not be worked out from its line is a plain number; the last columns say how and by what.
    """
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, TEXTS_STAY_TEXTS)
    bold = book.add_format(
        {"bold": True, "bg_color": "#F2F2F2", "border": 1, "text_wrap": True, "valign": "top"}
    )
    strong = book.add_format({"bold": True, "font_size": 13})
    title = _("Account of %(name)s (%(code)s), accounting run %(number)s") % {
        "name": one.name, "code": one.code, "number": run.number,
    }  # fmt: skip
    notes = [_("Internal, confidential")]
    notes += [_("Amounts in kg, volumes in m³. White cells of numbers may be changed: the formulas follow.")]
    notes += [_("Synthetic data")] if run.campaign.synthetic else []
    notes += [_("Forms were changed after the run: out of date.")] if run.stale else []
    sheet = book.add_worksheet(_("Account sheet"))
    totals = book.add_worksheet(_("Totals"))
    for page in (sheet, totals):
        page.write_string(0, 0, title, strong)
        page.write_string(1, 0, " · ".join(notes))
    position = _account_lines(book, sheet, rows, bold, language)
    _account_totals(totals, sheet.get_name(), position, rows, bold, language)
    _account_gaps(book.add_worksheet(_("Gaps")), gaps, bold, language)
    if beside["rows"]:
        methods_sheet(book.add_worksheet(_("Methods side by side")), beside, bold, language)
    for page in book.worksheets():  # one sheet of paper wide
        page.set_landscape()
        page.set_paper(A3)
        page.fit_to_pages(1, 0)
    book.close()
    return buffer.getvalue()


def _account_lines(book, sheet, rows: Sequence[dict[str, Any]], bold, language: str) -> dict[str, int]:
    """Write the lines; returns the column of each value."""
    values = [values_of(row["values"]) for row in rows]
    columns = ["activity", "factor", "conversion", "eta", "k"]
    others = sorted({name for known in values for name in known} - {*columns, *AMOUNTS})
    heads = {
        "pollutant": _("Pollutant"), "counted": _("Counted"), "unit": _("Accounting unit"), "method": _("Method"),
        "activity": _("Activity level"), "activity_unit": _("Unit"), "factor": _("Factor"), "factor_unit": _("Unit"),
        "conversion": _("Conversion of units"), "eta": "η", "k": "k",
        **{name: words.symbol(name, language) for name in others},
        "generated": _("Generated"), "removed": _("Amount removed"), "discharged": _("Discharged"),
        "environment": _("Into the environment"), "stored": _("Discharged, as stored by the run"),
        "difference": _("Formula less stored"), "formula": _("Formula"), "formula_source": _("Source of the formula"),
        "source": _("Source of the factor"), "edition": _("Factor edition"), "rating": _("Confidence"),
        "step": _("Found by"), "form": _("Form"), "place": _("Row"), "version": _("Version"),
    }  # fmt: skip
    position = {name: number for number, name in enumerate(heads)}
    sheet.write_row(FIRST_LINE - 1, 0, list(heads.values()), bold)
    worked = book.add_format({"num_format": "#,##0.######", "bg_color": "#EAF3FB"})
    plain = book.add_format({"num_format": "#,##0.######"})
    for number, (row, known) in enumerate(zip(rows, values, strict=True), start=FIRST_LINE):
        line, factor, explanation = row["line"], row["factor"], row["explanation"]
        texts = {
            "pollutant": row["pollutant"].label(language),
            "counted": _("Counted") if line.chosen else _("for comparison, not counted"),
            "unit": words.phrase(line.unit, language, line.form), "method": str(row["method"]),
            "activity_unit": words.measure(line.activity_unit, language),
            "factor_unit": words.measure(line.factor_unit, language),
            "formula": words.formula(explanation.formula, language) if explanation else "",
            "formula_source": words.source(explanation.source, language) if explanation else "",
            "source": factor.source if factor else "",
            "edition": factor.edition_id if factor else "", "rating": str(row["rating"]), "step": str(row["step"]),
            "form": line.form, "place": row["path"], "version": str(line.version_no),
        }  # fmt: skip
        for name, text in texts.items():
            sheet.write_string(number, position[name], text)
        for name in (*columns, *others):
            if name in known:
                sheet.write_number(number, position[name], known[name], plain)
        worked_out = expressions_of(row["values"])
        for amount in AMOUNTS:
            if amount in worked_out:
                formula = "=" + _with_cells(worked_out[amount], number, position)
                sheet.write_formula(number, position[amount], formula, worked, known[amount])
            elif amount in known:
                sheet.write_number(number, position[amount], known[amount], plain)
        if "discharged" in known:
            sheet.write_number(number, position["stored"], known["discharged"], plain)
            difference = _with_cells("discharged - stored", number, position)
            sheet.write_formula(number, position["difference"], "=" + difference, worked, 0)
    sheet.freeze_panes(FIRST_LINE, 1)
    sheet.set_column(0, len(heads) - 1, 13)
    for name, width in (("unit", 26), ("formula", 44), ("formula_source", 30), ("source", 50)):
        sheet.set_column(position[name], position[name], width)
    return position


def _with_cells(text: str, row: int, position: dict[str, int]) -> str:
    return _NAME.sub(lambda name: xl_rowcol_to_cell(row, position[name[0]]), text)


def _account_totals(
    sheet, lines_sheet: str, position: dict[str, int], rows: Sequence[dict[str, Any]], bold, language: str
) -> None:
    """Sums over the counted lines of each pollutant, as formulas over the other sheet."""
    heads = [_("Pollutant"), _("Generated"), _("Amount removed"), _("Discharged"), _("Into the environment")]
    sheet.write_row(FIRST_LINE - 1, 0, heads, bold)
    last = FIRST_LINE + len(rows)
    names = dict.fromkeys(row["pollutant"].code for row in rows)
    for number, code in enumerate(names, start=FIRST_LINE):
        sheet.write_string(number, 0, pollutants.table()[code].label(language))
        for column, amount in enumerate(AMOUNTS):
            area = [
                f"'{lines_sheet}'!${letter}${FIRST_LINE + 1}:${letter}${last}"
                for letter in (xl_col_to_name(position[name]) for name in (amount, "pollutant", "counted"))
            ]
            counted = [
                getattr(row["line"], f"{amount}_kg") or 0.0
                for row in rows
                if row["pollutant"].code == code and row["line"].chosen
            ]
            formula = f'=SUMIFS({area[0]},{area[1]},$A{number + 1},{area[2]},"{_("Counted")}")'
            sheet.write_formula(number, column + 1, formula, None, sum(counted))
    sheet.set_column(0, 4, 20)


def _account_gaps(sheet, gaps: Iterable[Gap], bold, language: str) -> None:
    heads = [
        _("Pollutant"),
        _("Reason"),
        _("What is missing"),
        _("Form"),
        _("Row"),
        _("Amount concerned"),
        _("Unit"),
    ]
    sheet.write_row(0, 0, heads, bold)
    table = pollutants.table()
    for number, gap in enumerate(gaps, start=1):
        name = table[gap.pollutant].label(language) if gap.pollutant in table else ""
        sheet.write_row(
            number,
            0,
            [name, str(GAP_REASONS[gap.reason]), words.phrase(gap.key, language, gap.form), gap.form],
        )
        for column, value in ((4, gap.row_key), (5, gap.size)):
            if value is not None:
                sheet.write_number(number, column, value)
        sheet.write_string(number, 6, words.measure(gap.size_unit, language))
    sheet.set_column(0, 6, 18)
