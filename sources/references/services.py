"""Loading outside figures from a spreadsheet: every row checked, all or none taken, nothing overwritten."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.places.models import Region
from sources.objects.models import CensusObject
from sources.references.indicators import OBJECT, reference_indicators
from sources.references.models import ReferenceFigure
from sources.sheets.columns import Column
from sources.sheets.reader import Row
from sources.sheets.report import Report
from sources.sheets.statements import rows_read, statements_lock, statements_take

_LOADING = 7_301_045  # number of the lock
_KEY = ("region", "object_code", "indicator", "year", "kind")
_KEPT = ("value", "unit", "source", "confidence")


def columns() -> tuple[Column, ...]:
    """The columns of the spreadsheet, with the texts that may be chosen."""
    kinds, confidences = ReferenceFigure.Kind.values, ReferenceFigure.Confidence.values
    return (
        Column("region", "区划代码", "Division code", "code", 16, required=True),
        Column(
            "object_code",
            "普查对象代码",
            "Object code",
            "code",
            22,
            note=_("Only for figures of one object."),
        ),
        Column(
            "indicator", "指标代码", "Indicator", "code", 22, tuple(reference_indicators()), required=True
        ),
        Column("year", "年份", "Year", "integer", 8, required=True),
        Column("kind", "资料类别", "Kind of source", "code", 16, tuple(kinds), required=True),
        Column("value", "数值", "Figure", "number", 14, required=True),
        Column("unit", "计量单位", "Unit", "text", 10, required=True),
        Column(
            "source", "资料来源", "Source", "text", 40, required=True, note=_("Title, year, page or table.")
        ),
        Column("confidence", "可信度", "Confidence", "code", 12, tuple(confidences), required=True),
    )


@transaction.atomic
def figures_load(actor: Scope, *, file: BinaryIO, name: str) -> Report:
    """Take the figures of a spreadsheet. With a faulty row nothing is taken; the report says which and why.

    ``counts``: added, replaced (another value for the same place, year and kind of source), unchanged.
    Raises SheetFault for a file that is no table, PermissionDenied without the right.
    """
    actor.require("reference.load")
    rows, report = rows_read(file, name, columns())
    found = list(_Reader(actor, report).read(rows))
    if not report.faults:
        _store(actor, found, name, report)
        audit_record(actor, "reference.loaded", subject="reference", file=name[:200], **report.counts)
    return report


def _store(actor: Scope, found: list[ReferenceFigure], name: str, report: Report) -> None:
    statements_lock(_LOADING)
    low, high = min(one.region for one in found), max(one.region for one in found)
    current = ReferenceFigure.objects.visible_to(actor).filter(
        current=True, region__gte=low, region__lte=high
    )
    before = {_key(row): row for row in current}
    pairs = [(one, before.get(_key(one))) for one in found]
    statements_take(actor, pairs, kept=_KEPT, name=name, report=report)


def _key(row: ReferenceFigure) -> tuple[object, ...]:
    return tuple(getattr(row, field) for field in _KEY)


@dataclass
class _Reader:
    """Rows of cells as figures; what is wrong goes to the report."""

    actor: Scope
    report: Report

    def read(self, rows: list[Row]) -> Iterator[ReferenceFigure]:
        codes = {row.cells.get("region", "") for row in rows}
        known = set(Region.objects.filter(code__in=codes).values_list("code", flat=True))
        wanted = {row.cells.get("object_code", "") for row in rows} - {""}
        objects = CensusObject.objects.visible_to(self.actor).filter(code__in=wanted)
        places = dict(objects.values_list("code", "region"))
        seen: dict[tuple[object, ...], int] = {}
        for row in rows:
            figure = self.figure(row, known, places)
            if figure is None:
                continue
            first = seen.setdefault(_key(figure), row.line)
            if first != row.line:
                self.report.add(
                    row.line, "", "", _("The same figure stands in row %(line)s.") % {"line": first}
                )
            yield figure

    def figure(self, row: Row, known: set[str], places: dict[str, str]) -> ReferenceFigure | None:
        cells = {column.key: row.cells.get(column.key, "").strip() for column in columns()}
        before = len(self.report.faults)

        def bad(column: str, message: str, hint: str = "") -> None:
            self.report.add(row.line, column, cells[column], message, hint)

        indicator = reference_indicators().get(cells["indicator"])
        if cells["region"] not in known:
            bad("region", _("There is no such division."), _("Twelve digits, as in the list of divisions."))
        elif not self.actor.covers(cells["region"]):
            bad("region", _("This place lies outside your region."))
        if indicator is None:
            bad("indicator", _("There is no such indicator."), ", ".join(reference_indicators()))
        else:
            if cells["unit"] != indicator.unit:
                bad("unit", _("The unit of this indicator is %(unit)s.") % {"unit": indicator.unit})
            if (indicator.of == OBJECT) != bool(cells["object_code"]):
                bad("object_code", _("Needed for figures of one object, and only there."))
        if cells["object_code"] and cells["object_code"] not in places:
            bad("object_code", _("There is no object with this code in your region."))
        elif cells["object_code"] and cells["region"] != places[cells["object_code"]][:6].ljust(12, "0"):
            bad("region", _("The object lies in another county."))
        year, value = _number(cells["year"]), _number(cells["value"])
        if year is None or year != int(year) or not 1949 <= year <= 2100:
            bad("year", _("A year of four digits is expected."))
        if value is None or value < 0:
            bad("value", _("A number of zero or more is expected."))
        for key, choices in (
            ("kind", ReferenceFigure.Kind.values),
            ("confidence", ReferenceFigure.Confidence.values),
        ):
            if cells[key] not in choices:
                bad(key, _("Not among the choices."), ", ".join(choices))
        if not cells["source"] or len(cells["source"]) > 300:
            bad("source", _("Say where the figure comes from, in at most 300 characters."))
        if len(self.report.faults) > before:
            return None
        return ReferenceFigure(**cells | {"year": int(year), "value": value})


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
