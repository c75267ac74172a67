"""A comparison as xlsx: totals and causes of every pollutant, then counties and industries."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter
from django.db.models import Count, Sum
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from accounting.comparing.models import CAUSES, MEASURES, Comparison
from accounting.comparing.queries import Subject, differences, subjects
from accounting.runs.sheets import TEXTS_STAY_TEXTS
from census.access.scope import Scope
from census.places.models import Industry, Region
from census.places.regions import WIDTHS


def comparison_book(scope: Scope, comparison: Comparison, language: str) -> bytes:
    """The workbook; amounts unrounded in the display unit of each pollutant. Texts are written as texts."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, TEXTS_STAY_TEXTS)
    head = book.add_format({"bold": True, "bg_color": "#F2F2F2", "border": 1, "text_wrap": True})
    number = book.add_format({"num_format": "#,##0.00####"})
    found = {(one.measure, one.medium, one.pollutant.code): one for one in subjects(scope, comparison)}
    _totals(book.add_worksheet(_("Pollutants")), comparison, list(found.values()), head, number, language)
    regions = dict(Region.objects.filter(level__lte=3).values_list("code", "name"))
    industries = dict(Industry.objects.filter(code__regex=r"^\d\d$").values_list("code", "name_zh"))
    for title, part, names in (
        (_("By region"), Substr("region", 1, WIDTHS[3]), {code[:6]: name for code, name in regions.items()}),
        (_("By industry"), Substr("industry", 1, 2), industries),
    ):
        rows = (
            differences(scope, comparison)
            .order_by()
            .annotate(part=part)
            .values("measure", "part", "medium", "pollutant", "cause")
            .annotate(total=Sum("amount"), objects=Count("object_id", distinct=True))
            .order_by("-measure", "part", "medium", "pollutant", "cause")
        )
        _parts(book.add_worksheet(title), title, rows, names, found, head, number, language)
    book.close()
    return buffer.getvalue()


def _title(comparison: Comparison) -> str:
    if comparison.change_id:
        words = {"number": comparison.change.number, "title": comparison.change.title}
        return _("Dry run of factor change %(number)s: %(title)s") % words
    numbers = {"first": comparison.first.number, "second": comparison.second.number}
    return _("Comparison of accounting runs %(first)s and %(second)s") % numbers


def _totals(
    sheet: Any, comparison: Comparison, found: list[Subject], head: Any, number: Any, language: str
) -> None:
    note = [_title(comparison), _("Internal, confidential")]
    note += [_("Synthetic data")] if comparison.first.campaign.synthetic else []
    sheet.write_string(0, 0, " · ".join(note))
    heads = [
        _("Amount"),
        _("Pollutant"),
        _("Medium"),
        _("Unit"),
        _("Before"),
        *(str(word) for word in CAUSES.values()),
    ]
    heads += [_("After"), _("Difference"), _("Rest")]
    sheet.write_row(1, 0, heads, head)
    media = {"water": _("Water"), "air": _("Air"), "waste": _("Solid waste")}
    for line, one in enumerate(found, start=2):
        texts = [
            str(MEASURES[one.measure]), one.pollutant.label(language), media.get(one.medium, one.medium),
            one.pollutant.display,
        ]  # fmt: skip
        for column, text in enumerate(texts):
            sheet.write_string(line, column, text)
        causes = [one.causes.get(cause, 0) for cause in CAUSES]
        for column, amount in enumerate([one.before, *causes, one.after, one.change, one.rest], start=4):
            sheet.write_number(line, column, one.shown(amount), number)
    sheet.freeze_panes(2, 2)
    sheet.set_column(0, 1, 18)
    sheet.set_column(2, len(heads) - 1, 14)


def _parts(
    sheet: Any,
    title: str,
    rows: Any,
    names: dict[str, str],
    found: dict,
    head: Any,
    number: Any,
    language: str,
) -> None:
    heads = [
        _("Amount"),
        title,
        _("Code"),
        _("Pollutant"),
        _("Cause of the difference"),
        _("Difference"),
        _("Unit"),
        _("Objects"),
    ]
    sheet.write_row(0, 0, heads, head)
    for line, row in enumerate(rows, start=1):
        one: Subject = found[row["measure"], row["medium"], row["pollutant"]]
        texts = [
            str(MEASURES[one.measure]),
            names.get(row["part"], ""),
            row["part"],
            one.pollutant.label(language),
            str(CAUSES[row["cause"]]),
        ]
        for column, text in enumerate(texts):
            sheet.write_string(line, column, text)
        sheet.write_number(line, 5, one.shown(row["total"]), number)
        sheet.write_string(line, 6, one.pollutant.display)
        sheet.write_number(line, 7, row["objects"])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(rows)), len(heads) - 1)
    sheet.set_column(0, len(heads) - 1, 18)
