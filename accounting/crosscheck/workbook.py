"""The list of gaps between methods as a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

import xlsxwriter
from django.utils.translation import gettext as _

from accounting import words
from accounting.crosscheck.config import reasons
from accounting.crosscheck.models import WAYS, MethodExplanation, MethodGap
from accounting.methods import pollutants
from accounting.runs.models import Run
from sources.objects.models import CensusObject

LIMIT = 100_000
WIDTHS = (14, 22, 32, 10, 16, 20, 24, 14, 24, 14, 14, 12, 8, 30, 40, 14)


def gaps_book(
    *,
    run: Run,
    gaps: Sequence[MethodGap],
    objects: Mapping[UUID, CensusObject],
    said: Mapping[tuple, MethodExplanation],
    language: str,
    truncated: bool,
) -> bytes:
    """An xlsx of *gaps* in their order. Amounts unrounded in the unit of the pollutant; texts stay texts."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("Gaps between methods"))
    head = book.add_format({"bold": True, "bg_color": "#F2F2F2", "border": 1, "text_wrap": True})
    amount, percent = book.add_format({"num_format": "#,##0.000"}), book.add_format({"num_format": "0.0"})
    notes = [_("Gaps between methods, accounting run %(number)s") % {"number": run.number}]
    notes += [_("Internal, confidential")]
    notes += [_("Synthetic data")] if run.campaign.synthetic else []
    notes += [_("Forms were changed after the run: out of date.")] if run.stale else []
    notes += [_("Only the first %(count)s rows") % {"count": LIMIT}] if truncated else []
    sheet.write_string(0, 0, " · ".join(notes))
    sheet.write_row(
        1, 0,
        [
            _("Region"), _("Code"), _("Object"), _("Industry"), _("Pollutant"), _("Accounting unit"),
            _("Method chosen"), _("Discharged"), _("Other method"), _("By the other method"), _("Difference"),
            _("Gap in %"), _("Unit"), _("Reason"), _("Explanation"), _("Person who explained"),
        ],
        head,
    )  # fmt: skip
    table = pollutants.table()
    for number, gap in enumerate(gaps, start=2):
        one, pollutant, last = objects.get(gap.object_id), table[gap.pollutant], said.get(gap.subject)
        reason = reasons().get(last.reason) if last else None
        cells = [
            gap.region, one.code if one else "", one.name if one else "", gap.industry, pollutant.label(language),
            words.phrase(gap.unit, language), str(WAYS[gap.chosen_way]), gap.chosen_kg * pollutant.scale,
            str(WAYS[gap.way]), gap.other_kg * pollutant.scale, gap.difference_kg * pollutant.scale, gap.percent,
            words.measure(pollutant.display, language), "", last.text if last else "", last.by_name if last else "",
        ]  # fmt: skip
        if last:
            named = (reason.zh if words.is_chinese(language) else reason.en) if reason else ""
            cells[13] = named or last.get_act_display()
        for column, value in enumerate(cells):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif value is not None:
                sheet.write_number(number, column, value, percent if column == 11 else amount)
    sheet.freeze_panes(2, 0)
    sheet.autofilter(1, 0, 1, len(WIDTHS) - 1)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    book.close()
    return buffer.getvalue()


def methods_sheet(sheet: Any, beside: Mapping[str, Any], head: Any, language: str) -> None:
    """The methods of one object side by side (``queries.object_page``): amounts at the outlet, and gaps in percent."""
    ways = beside["ways"]
    heads = [_("Pollutant"), _("Unit"), _("Accounting unit"), _("Method chosen")]
    for name in ways.values():
        heads += [str(name), f"{name}: {_('Gap in %')}"]
    sheet.write_row(0, 0, heads, head)
    for number, row in enumerate(beside["rows"], start=1):
        pollutant, cells = row["pollutant"], row["cells"]
        chosen = [str(ways[way]) for way, cell in cells.items() if cell["chosen"]]
        texts = (
            pollutant.label(language), words.measure(pollutant.display, language),
            words.phrase(row["unit"], language, row["form"]), " + ".join(chosen),
        )  # fmt: skip
        for column, text in enumerate(texts):
            sheet.write_string(number, column, text)
        for place, way in enumerate(ways):
            cell = cells.get(way)
            if cell and cell["amount"] is not None:
                sheet.write_number(number, 4 + 2 * place, cell["amount"])
            if cell and cell["gap"] and cell["gap"].percent is not None:
                sheet.write_number(number, 5 + 2 * place, cell["gap"].percent)
    sheet.set_column(0, len(heads) - 1, 18)
    sheet.freeze_panes(1, 0)
