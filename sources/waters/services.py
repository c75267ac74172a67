"""Loading the list of water bodies from a spreadsheet: every row checked, all or none taken, nothing overwritten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from census.places import regions
from census.places.models import Region
from sources.sheets.columns import Column
from sources.sheets.reader import Row
from sources.sheets.report import Report
from sources.sheets.statements import rows_read, statements_lock, statements_take
from sources.waters.models import WaterBody, key_of
from sources.waters.queries import basins

SHIPPED = Path(__file__).parent / "data" / "waters.csv"
_LOADING = 7_301_046  # number of the lock
_KEPT = ("area", "code", "name", "basin", "flows_into", "source", "confidence")


def columns() -> tuple[Column, ...]:
    """The columns of the spreadsheet, with the texts that may be chosen."""
    return (
        Column(
            "code", "水体代码", "Water body code", "code", 18,
            note=_("One character may be ?, the end may be *. Needs no area."),
        ),
        Column("name", "水体名称", "Water body", "text", 20, note=_("As forms write it; holds within the area.")),
        Column(
            "area", "适用区划代码", "Area", "code", 16,
            note=_("Nation, province, city or county. With neither code nor name: where this area drains to."),
        ),
        Column("basin", "流域代码", "Basin", "code", 16, tuple(basins()), required=True),
        Column("flows_into", "汇入水体", "Flows into", "text", 18),
        Column("source", "资料来源", "Source", "text", 40, required=True, note=_("Title, year, page or table.")),
        Column("confidence", "可信度", "Confidence", "code", 12, tuple(WaterBody.Confidence.values), required=True),
    )  # fmt: skip


@transaction.atomic
def waters_load(actor: Scope, *, file: BinaryIO, name: str) -> Report:
    """Take the rows of a spreadsheet. With a faulty row nothing is taken; the report says which and why.

    ``counts``: added, replaced (another statement about the same water), unchanged.
    Raises SheetFault for a file that is no table, PermissionDenied without the right.
    """
    actor.require("reference.load")
    report, found = _read(actor, file, name)
    if not report.faults:
        _store(actor, found, name, report)
        audit_record(actor, "waters.loaded", subject="waters", file=name[:200], **report.counts)
    return report


@transaction.atomic
def waters_ship() -> Report:
    """Bring the shipped list up to date; what an office has loaded stays. Raises ValueError for a faulty list."""
    actor = Scope.system(name="manage.py load_waters")
    with SHIPPED.open("rb") as file:
        report, found = _read(actor, file, SHIPPED.name)
    if report.faults:
        raise ValueError(f"{SHIPPED.name}: {next(iter(report.rows()))}")
    own = WaterBody.objects.filter(current=True).exclude(loaded_by_name=actor.user_name)
    kept = set(own.values_list("key", flat=True))
    _store(actor, [one for one in found if one.key not in kept], SHIPPED.name, report)
    gone = WaterBody.objects.filter(current=True, loaded_by_name=actor.user_name).exclude(
        key__in=[one.key for one in found]
    )
    gone.update(current=False)
    return report


def _read(actor: Scope, file: BinaryIO, name: str) -> tuple[Report, list[WaterBody]]:
    rows, report = rows_read(file, name, columns())
    return report, list(_Reader(actor, report, basins()).read(rows))


def _store(actor: Scope, found: list[WaterBody], name: str, report: Report) -> None:
    statements_lock(_LOADING)
    current = WaterBody.objects.filter(current=True, key__in=[one.key for one in found])
    before = {row.key: row for row in current}
    pairs = [(one, before.get(one.key)) for one in found]
    statements_take(actor, pairs, kept=_KEPT, name=name, report=report)


@dataclass
class _Reader:
    """Rows of cells as statements; what is wrong goes to the report."""

    actor: Scope
    report: Report
    basins: Mapping[str, object]

    def read(self, rows: list[Row]) -> Iterator[WaterBody]:
        areas = {row.cells.get("area", "").strip() or regions.NATION for row in rows}
        known = set(Region.objects.filter(code__in=areas, level__lte=3).values_list("code", flat=True))
        current = WaterBody.objects.filter(current=True)
        others = {row.key for row in current if not self.actor.covers(row.area)}
        seen: dict[str, int] = {}
        for row in rows:
            water = self.water(row, known, others)
            if water is None:
                continue
            first = seen.setdefault(water.key, row.line)
            if first != row.line:
                self.report.add(
                    row.line, "", "", _("The same water stands in row %(line)s.") % {"line": first}
                )
            yield water

    def water(self, row: Row, known: set[str], others: set[str]) -> WaterBody | None:
        cells = {column.key: row.cells.get(column.key, "").strip() for column in columns()}
        before = len(self.report.faults)

        def bad(column: str, message: str, hint: str = "") -> None:
            self.report.add(row.line, column, cells[column], message, hint)

        cells["area"] = cells["area"] or regions.NATION
        if cells["area"] not in known:
            bad(
                "area", _("There is no such division."), _("Nation, province, city or county, twelve digits.")
            )
        elif not self.actor.covers(cells["area"]):
            bad("area", _("This place lies outside your region."))
        if cells["code"] and not cells["code"].rstrip("*").replace("?", "").isalnum():
            bad("code", _("Letters and digits; ? for one character, * at the end for the rest."))
        if not (cells["code"] or cells["name"]) and cells["area"] == regions.NATION:
            bad("name", _("Give a code, a name or an area."))
        if cells["basin"] not in self.basins:
            bad("basin", _("Not among the choices."), ", ".join(self.basins))
        if cells["confidence"] not in WaterBody.Confidence.values:
            bad("confidence", _("Not among the choices."), ", ".join(WaterBody.Confidence.values))
        if not cells["source"] or len(cells["source"]) > 300:
            bad("source", _("Say where this comes from, in at most 300 characters."))
        for name, most in (("code", 20), ("name", 60), ("flows_into", 60)):
            if len(cells[name]) > most:
                bad(name, _("At most %(count)d characters.") % {"count": most})
        key = key_of(cells["code"], cells["name"], cells["area"])
        if key in others:
            bad("code" if cells["code"] else "name", _("The office above keeps this entry."))
        return None if len(self.report.faults) > before else WaterBody(**cells, key=key)
