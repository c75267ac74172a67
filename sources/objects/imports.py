"""Import of a spreadsheet in three steps: upload, report of every bad row (nothing written), confirm.

Both halves are jobs. Up to ONE_TRANSACTION rows are written in one transaction; a longer file goes in by steps
of _STEP rows, each committed, and goes on after a crash where it stopped. Bad rows are left out.

A row is matched to an object by its identification code, else by credit code and name, else by name and
region; blank cells change nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.jobs.models import Job
from census.jobs.services import JobFault, Progress, job_kind, job_start
from sources.objects import codes
from sources.objects.bulk import Entry, objects_import
from sources.objects.checks import FIELDS, check_object
from sources.objects.columns import export_columns, import_columns, read_cells
from sources.objects.exports import sweep
from sources.objects.kinds import KINDS
from sources.objects.lookups import Lookups
from sources.objects.models import CensusObject
from sources.objects.names import NameFault, normalise_name
from sources.sheets.reader import MAX_BYTES, Row, SheetFault, Table, read_table
from sources.sheets.report import COLUMNS, Report
from sources.sheets.writer import write_table

ONE_TRANSACTION = 2_000
_STEP = 500
_LONGEST_REPORT = 2_000  # faults kept in the job's row; a file that has more is wrong as a whole


@dataclass(frozen=True, slots=True)
class Plan:
    """What a row would do. same: what is stored already."""

    entry: Entry
    same: bool = False


def import_start(actor: Scope, *, file: BinaryIO, name: str) -> Job:
    """Keep the uploaded file and start its check. Raises SheetFault when it is no table at all."""
    actor.require("register.import")
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SheetFault(_("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 2**20})
    digest = hashlib.sha256(data).hexdigest()
    path = _path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    path.write_bytes(data)
    return job_start(
        actor,
        kind="objects.import_check",
        title=_("Check of %(name)s") % {"name": name[:100]},
        digest=digest,
        name=name[:200],
    )


def import_confirm(actor: Scope, *, check: Job) -> Job:
    """Write the good rows of a checked file. Raises ValidationError when there is nothing to write."""
    actor.require("register.import")
    counts = check.result.get("report", {}).get("counts", {})
    if check.kind != "objects.import_check" or check.state != Job.State.DONE:
        raise ValidationError(_("The file is not checked yet."))
    if not counts.get("new") and not counts.get("changed"):
        raise ValidationError(_("The file has no row to import."))
    return job_start(
        actor,
        kind="objects.import_write",
        title=_("Import of %(name)s") % {"name": check.arguments["name"][:100]},
        digest=check.arguments["digest"],
        name=check.arguments["name"],
    )


@job_kind("objects.import_check")
def import_check_work(progress: Progress, *, digest: str, name: str) -> dict[str, Any]:
    """Read and check the whole file; writes nothing but the report."""
    table = _read(digest, name)
    report = Report(counts={"rows": len(table.rows), "new": 0, "changed": 0, "same": 0})
    for unknown in table.unknown:
        report.warn(0, unknown, "", _("Unknown column; it is not imported."))
    lookups, seen = Lookups(progress.scope), {}
    progress.start(len(table.rows), _("Checking rows"))
    for rows in _parts(table.rows):
        with progress.step(done=len(rows)):
            for plan in plan_rows(progress.scope, rows, lookups, report, seen):
                report.counts["same" if plan.same else "changed" if plan.entry.target else "new"] += 1
    report.counts["bad"] = len(report.bad_lines)
    packed = report.pack()
    packed["faults"] = packed["faults"][:_LONGEST_REPORT]
    packed["warnings"] = packed["warnings"][:_LONGEST_REPORT]
    return {"report": packed, "url": reverse("register_import_job", args=[progress.job.id])}


@job_kind("objects.import_write")
def import_write_work(progress: Progress, *, digest: str, name: str) -> dict[str, Any]:
    """Write the good rows. Rows that went bad since the check are reported, not written."""
    table = _read(digest, name)
    report = Report(counts=dict(progress.checkpoint.get("counts") or {"new": 0, "changed": 0, "same": 0}))
    after = progress.checkpoint.get("line", 0)
    rows = [row for row in table.rows if row.line > after]
    lookups, seen = Lookups(progress.scope), {}
    progress.start(len(rows), _("Writing rows"))
    size = ONE_TRANSACTION if len(table.rows) <= ONE_TRANSACTION else _STEP
    for part in _parts(rows, size):
        counts = dict(report.counts)
        with progress.step(done=len(part), line=part[-1].line, counts=counts):
            plans = list(plan_rows(progress.scope, part, lookups, report, seen))
            counts["same"] += sum(plan.same for plan in plans)
            entries = [plan.entry for plan in plans if not plan.same]
            written = objects_import(progress.scope, entries=entries, source=str(progress.job.id))
            counts["new"] += len(written.new)
            counts["changed"] += len(written.changed)
            for entry, text in written.refused:
                report.add(entry.line, "", entry.values["name"], text)
        report.counts = counts
    report.counts["bad"] = len(report.bad_lines)
    return {"report": report.pack(), "url": reverse("register_import_job", args=[progress.job.id])}


def report_table(target: BinaryIO, report: Report, name: str) -> None:
    """The whole report as xlsx, in the order of the file's rows."""
    write_table(
        target, columns=COLUMNS, rows=report.rows(), title="导入检查结果 Result of the check", notes=[name]
    )


def plan_rows(
    scope: Scope, rows: list[Row], lookups: Lookups, report: Report, seen: dict[tuple[str, ...], int]
) -> Iterator[Plan]:
    """What each good row would do; the faults of the others go into *report*.

    *seen* remembers, over the parts of a file, which line first named an object.
    """
    read = [(row, read_cells(row.cells)) for row in rows]
    lookups.prefetch(
        {values.get("region", "") for _row, values in read},
        {values.get("industry", "") for _row, values in read},
    )
    stored = _stored(scope, [values for _row, values in read])
    titles = {column.key: column.zh for column in import_columns()}
    for row, values in read:
        before = len(report.faults)
        code = codes.tidy(values.pop("code", ""))
        target = _match(row, code, values, stored, report, titles)
        kind = target.kind if target else values.get("kind", "")
        if len(report.faults) == before and not target and kind not in KINDS:
            report.add(
                row.line,
                titles["kind"],
                kind,
                _("This is no kind of census object."),
                _("Choose from the list."),
            )
        if len(report.faults) > before:
            continue
        if target and values.get("kind", kind) != kind:
            report.add(
                row.line, titles["kind"], values["kind"], _("The kind of an object cannot be changed."),
                _("Remove the object and register it anew."),
            )  # fmt: skip
            continue
        plan = _checked(row, kind, values, target, lookups, report, titles)
        if plan is None or not _once(plan, row, code, seen, report, titles):
            continue
        yield plan


def _checked(
    row: Row, kind: str, values: dict[str, Any], target: CensusObject | None, lookups: Lookups,
    report: Report, titles: dict[str, str],
) -> Plan | None:  # fmt: skip
    """Run the common check over the row, blank cells standing for what is stored."""
    stored = {name: getattr(target, name) for name in FIELDS} if target else {}
    if "attributes" in values:
        values["attributes"] = {**stored.get("attributes", {}), **values["attributes"]}
    checked = check_object(kind, stored | values, lookups)
    for flaw in checked.flaws:
        add = report.add if flaw.severity == "error" else report.warn
        value = row.cells.get(flaw.field, "")
        if flaw.severity == "error" or flaw.field in row.cells:
            add(row.line, titles.get(flaw.field, flaw.field), value, flaw.message, flaw.hint)
    if checked.errors:
        return None
    same = target is not None and all(checked.values[name] == stored[name] for name in FIELDS)
    return Plan(Entry(row.line, kind, checked.values, target), same)


def _once(
    plan: Plan, row: Row, code: str, seen: dict[tuple[str, ...], int], report: Report, titles: dict[str, str]
) -> bool:
    """False, with a fault, when an earlier row of the file names the same object."""
    entry = plan.entry
    if entry.target:
        key: tuple[str, ...] = (str(entry.target.id),)
    else:
        key = (entry.values["name"], entry.values["region"], entry.kind)
    first = seen.setdefault(key, row.line)
    if first != row.line:
        report.add(
            row.line, titles["name"], entry.values["name"],
            _("The same object stands in row %(line)s.") % {"line": first}, _("Delete one of the two rows."),
        )  # fmt: skip
    return first == row.line


@dataclass(frozen=True, slots=True)
class _Stored:
    by_code: dict[str, CensusObject]
    by_uscc: dict[tuple[str, str], CensusObject]
    by_place: dict[tuple[str, str], CensusObject]


def _stored(scope: Scope, values: Iterable[dict[str, Any]]) -> _Stored:
    """The objects that the rows may mean, read with one query."""
    wanted = list(values)
    names = {_name(v.get("name", "")) for v in wanted} - {""}
    rows = CensusObject.objects.visible_to(scope).filter(
        Q(code__in={codes.tidy(v.get("code", "")) for v in wanted} - {""}) | Q(name__in=names)
    )
    by_code, by_uscc, by_place = {}, {}, {}
    for row in rows:
        by_code[row.code] = row
        if row.status != "removed":
            by_place[row.name, row.region] = row
            if row.uscc:
                by_uscc[row.uscc, row.name] = row
    return _Stored(by_code, by_uscc, by_place)


def _match(
    row: Row, code: str, values: dict[str, Any], stored: _Stored, report: Report, titles: dict[str, str]
) -> CensusObject | None:
    if code:
        target = stored.by_code.get(code)
        if target is None:
            faults = codes.identification_faults(code)
            message = faults[0].message if faults else _("No object of your region has this code.")
            report.add(row.line, titles["code"], code, message, _("Leave the cell blank for a new object."))
        elif target.status == "removed":
            report.add(row.line, titles["code"], code, _("The object was removed. Restore it first."))
        return target
    name = _name(values.get("name", ""))
    target = stored.by_uscc.get((codes.tidy(values.get("uscc", "")), name)) or stored.by_place.get(
        (name, values.get("region", ""))
    )
    if target:
        report.warn(
            row.line, titles["name"], values.get("name", ""),
            _("Taken for the registered object %(code)s of the same name.") % {"code": target.code},
        )  # fmt: skip
    return target


def _name(text: str) -> str:
    try:
        return normalise_name(text)
    except NameFault:
        return ""


def _parts(rows: list[Row], size: int = _STEP) -> Iterator[list[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _path(digest: str) -> Path:
    return Path(settings.MEDIA_ROOT) / "imports" / digest


def _read(digest: str, name: str) -> Table:
    try:
        with _path(digest).open("rb") as file:
            return read_table(file, name, export_columns())
    except FileNotFoundError as error:
        raise JobFault(_("The uploaded file is gone. Upload it again.")) from error
    except SheetFault as fault:
        raise JobFault(str(fault)) from fault
