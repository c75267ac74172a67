"""The publishable table and its audit report as workbooks (xlsxwriter)."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from accounting.publication.models import Publication
from accounting.publication.tables import PUBLISHED

HIDDEN = "…"


@dataclass(frozen=True)
class Heading:
    """What stands over a table of a publication. *place*: of the region; *unit*, *decimals*: of the subject."""

    title: str
    place: str
    unit: str
    decimals: int
    synthetic: bool
    lang: str


def publishable(publication: Publication, heading: Heading) -> bytes:
    """Return the released table as xlsx. A hidden cell is "…" and nothing else of it is in the file.

    Published numbers stand as rounded together (see ``rounded`` in tables.py): they add up, and more digits would
    narrow the hidden ones.
    """
    content: dict[str, Any] = publication.content
    lang = heading.lang
    buffer, workbook, formats = _open(heading)
    sheet = workbook.add_worksheet()
    top = _over(sheet, heading, formats)
    sheet.write(top, 0, _("Region"), formats["head"])
    for place, column in enumerate(content["columns"], start=1):
        sheet.write(top, place, column["label"][lang], formats["head"])
    printed = zip(content["rows"], content["cells"], content["rounded"], strict=True)
    for offset, (row, cells, values) in enumerate(printed, start=top + 1):
        sheet.write(offset, 0, row["label"][lang], formats[f"label{min(row['depth'], 3)}"])
        for place, (cell, value) in enumerate(zip(cells, values, strict=True), start=1):
            if cell[1] != PUBLISHED:
                sheet.write_string(offset, place, HIDDEN, formats["number"])
            elif value is None:
                sheet.write_blank(offset, place, None, formats["number"])
            else:
                sheet.write_number(offset, place, value, formats["number"])
    end = top + len(content["rows"]) + 2
    for text in (
        _("“…”: not published, so that no single respondent can be recognised. Blank: no respondent."),
        _(
            "Rounded so that the published parts add up (controlled rounding after Cox and Ernst 1982): no cell "
            "differs from the true one by more than one unit of the last place."
        ),
        _("Source: data cut no. %(number)s of %(date)s.")
        % {"number": publication.cut.number, "date": f"{publication.cut.as_of:%Y-%m-%d}"},
    ):
        sheet.write(end, 0, text, formats["note"])
        end += 1
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, len(content["columns"]), 13)
    sheet.set_row(top, 44)
    sheet.freeze_panes(top + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, top)
    workbook.close()
    return buffer.getvalue()


def audit_report(publication: Publication, heading: Heading, lines: list[dict[str, Any]]) -> bytes:
    """Return the audit of a publication as xlsx: rules, result, and every hidden cell with what a reader can find out.

    *lines*: as views.report gives them. Holds the hidden values, so every page is marked confidential.
    """
    buffer, workbook, formats = _open(heading)
    summary, cells = workbook.add_worksheet(_("Result")), workbook.add_worksheet(_("Hidden cells"))
    for sheet in (summary, cells):
        sheet.set_header(f'&C&"SimHei,Regular"&26&KBFBFBF{_("Confidential · holds hidden values")}')
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
    top = _over(summary, heading, formats)
    for offset, (label, value) in enumerate(result(publication)):
        summary.write(top + offset, 0, label, formats["label0"])
        summary.write(top + offset, 1, value, formats["label0"])
    summary.set_column(0, 0, 58)
    summary.set_column(1, 1, 40)
    heads = (
        _("Region"), _("Column"), _("State"), _("Reason"), _("Contributors"), _("Amount"), _("Protection asked"),
        _("At least"), _("At most"), _("Protected"),
    )  # fmt: skip
    for place, head in enumerate(heads):
        cells.write(0, place, head, formats["head"])
    for offset, line in enumerate(lines, start=1):
        texts = (line["row"][heading.lang], line["column"][heading.lang], line["state_label"], line["reason"])
        for place, text in enumerate(texts):
            cells.write(offset, place, text, formats["label0"])
        high = _("no limit") if line["high"] is None else line["high"]
        for place, value in enumerate(
            (line["contributors"], line["value"], line["protection"], line["low"], high), start=4
        ):
            cells.write(offset, place, value, formats["plain"] if place == 4 else formats["number"])
        cells.write(offset, 9, _("Protected") if line["protected"] else _("Not safe"), formats["label0"])
    cells.set_column(0, 3, 24)
    cells.set_column(4, 9, 14)
    cells.freeze_panes(1, 2)
    cells.autofilter(0, 0, max(len(lines), 1), len(heads) - 1)
    cells.repeat_rows(0)
    workbook.close()
    return buffer.getvalue()


def result(publication: Publication) -> list[tuple[str, Any]]:
    """The rules and what came of them: (label, value)."""
    rules, content, released = publication.rules, publication.content, publication.released_at
    count = len(content["rows"]) * len(content["columns"])
    hidden = content["hidden_value"]
    return [
        (_("Fewest contributors of a cell"), rules["threshold"]),
        *([] if publication.about.counts else _rules_of_amounts(rules)),
        (_("Cells of the table with all totals"), count),
        (_("Sensitive cells"), publication.primary),
        (_("Hidden with them"), publication.secondary),
        (_("Value not published"), "–" if hidden is None else f"{hidden:.1f} %"),
        (
            _("Attack: ends of intervals worked out, two for each hidden cell"),
            2 * (publication.primary + publication.secondary),
        ),
        (
            _("Tables laid beside it: of this cut, other cuts and other offices"),
            len(content.get("beside", ())),
        ),
        (_("Cells that could be narrowed"), publication.exposed),
        (_("Prepared by"), f"{publication.created_by_name} {publication.created_at:%Y-%m-%d %H:%M}"),
        (_("Released by"), f"{publication.released_by_name} {released:%Y-%m-%d %H:%M}" if released else "–"),
    ]


def _rules_of_amounts(rules: dict[str, Any]) -> list[tuple[str, Any]]:
    """Of numbers of objects only the threshold is asked."""
    return [
        (_("Dominance (n, k %)"), f"{rules['dominance_n']}, {rules['dominance_k']} %"),
        (_("p % rule"), f"{rules['p_percent']} %"),
        (_("Smallest margin"), f"{rules['margin']} %"),
    ]


def _open(heading: Heading) -> tuple[BytesIO, xlsxwriter.Workbook, dict[str, Any]]:
    buffer = BytesIO()
    workbook = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    workbook.set_properties({"title": heading.title})
    font = {"font_name": "SimSun", "font_size": 10}
    box = {**font, "border": 1, "border_color": "#808080", "valign": "vcenter"}
    pattern = "#,##0" + ("." + "0" * heading.decimals if heading.decimals else "")
    formats = {
        "head": {**box, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#F2F2F2"},
        "number": {**box, "align": "right", "num_format": pattern},
        "plain": {**box, "align": "right", "num_format": "#,##0"},
        "line": font,
        "note": {**font, "font_size": 9},
        "title": {"font_name": "SimHei", "font_size": 16},
        **{f"label{depth}": {**box, "indent": depth} for depth in range(4)},
    }
    return buffer, workbook, {name: workbook.add_format(options) for name, options in formats.items()}


def _over(sheet: Any, heading: Heading, formats: dict[str, Any]) -> int:
    """Write title, unit and the mark of synthetic data; return the next line."""
    sheet.write(0, 0, heading.title, formats["title"])
    sheet.write(1, 0, _("Unit: %(unit)s") % {"unit": heading.unit}, formats["line"])
    if not heading.synthetic:
        return 2
    sheet.write(2, 0, _("Synthetic data for demonstration; no figure here is real."), formats["line"])
    return 3
