"""The publishable table and its audit report as workbooks (xlsxwriter)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from accounting.publication.models import Publication
from accounting.publication.tables import PUBLISHED

HIDDEN = "…"


def publishable(
    publication: Publication, *, title: str, unit: str, decimals: int, synthetic: bool, lang: str
) -> bytes:
    """Return the released table as xlsx. A hidden cell is "…" and nothing else of it is in the file.

    Published numbers are rounded to *decimals* in the file itself: more digits would narrow the hidden ones.
    """
    content: dict[str, Any] = publication.content
    buffer = BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True})
    workbook.set_properties({"title": title})
    box = {
        "font_name": "SimSun",
        "font_size": 10,
        "border": 1,
        "border_color": "#808080",
        "valign": "vcenter",
    }
    head = workbook.add_format(
        {**box, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#F2F2F2"}
    )
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    number = workbook.add_format({**box, "align": "right", "num_format": pattern})
    line = workbook.add_format({"font_name": "SimSun", "font_size": 10})
    note = workbook.add_format({"font_name": "SimSun", "font_size": 9})
    heading = workbook.add_format({"font_name": "SimHei", "font_size": 16})
    sheet = workbook.add_worksheet()
    sheet.write(0, 0, title, heading)
    sheet.write(1, 0, _("Unit: %(unit)s") % {"unit": unit}, line)
    top = 2
    if synthetic:
        sheet.write(top, 0, _("Synthetic data for demonstration; no figure here is real."), line)
        top += 1
    sheet.write(top, 0, _("Region"), head)
    for place, column in enumerate(content["columns"], start=1):
        sheet.write(top, place, column["label"][lang], head)
    for offset, (row, cells) in enumerate(zip(content["rows"], content["cells"], strict=True), start=top + 1):
        label = workbook.add_format({**box, "indent": row["depth"]})
        sheet.write(offset, 0, row["label"][lang], label)
        for place, (value, state, *_proof) in enumerate(cells, start=1):
            if state != PUBLISHED:
                sheet.write_string(offset, place, HIDDEN, number)
            elif value is None:
                sheet.write_blank(offset, place, None, number)
            else:
                sheet.write_number(offset, place, round(value, decimals), number)
    end = top + len(content["rows"]) + 2
    for text in (
        _("“…”: not published, so that no single respondent can be recognised. Blank: no respondent."),
        _("Source: data cut no. %(number)s of %(date)s.")
        % {"number": publication.cut.number, "date": f"{publication.cut.as_of:%Y-%m-%d}"},
    ):
        sheet.write(end, 0, text, note)
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
