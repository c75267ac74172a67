"""The life of a factor change: draft, tried, submitted, approved by somebody else, published as new revisions.

Every step: right, lock, check, write, audit. Nothing in the library is overwritten; runs pin the revisions they use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounting.changes.handbook import printed_rows
from accounting.changes.models import Change, ChangeRow
from accounting.changes.reading import Proposed, read
from accounting.changes.rows import change_rows, columns, content_of, differing, rows_digest
from accounting.changes.waiting import places_by_name, waiting_rows
from accounting.factors.models import Edition, Factor
from accounting.factors.queries import as_row, library_now
from accounting.factors.services import factors_publish, library_lock
from accounting.factors.shape import FactorRow
from census.access.scope import Scope
from census.audit.services import audit_record
from census.places.regions import NATION
from census.seals.tasks import seal_soon
from sources.sheets.grids import read_grids
from sources.sheets.reader import read_table
from sources.sheets.report import Report

State = Change.State


def edition_create(
    actor: Scope, *, code: str, kind: str, year: int, official: bool, name_zh: str, name_en: str
) -> Edition:
    """Add an empty edition, the last in the order of fallback; factor changes fill it.

    Raises ValidationError for a code that is taken, and PermissionDenied (not national).
    """
    _require(actor)
    library_lock()
    if Edition.objects.filter(code=code).exists():
        raise ValidationError({"code": _("There is an edition with this code.")})
    last = Edition.objects.aggregate(last=Max("position"))["last"]
    edition = Edition.objects.create(
        code=code, position=0 if last is None else last + 1, kind=kind, year=year, official=official,
        name_zh=name_zh, name_en=name_en,
    )  # fmt: skip
    audit_record(actor, "edition.created", subject="edition", subject_id=code, code=code)
    return edition


def change_create(actor: Scope, *, title: str, reason: str) -> Change:
    """Begin a draft. Raises ValidationError (title or reason missing) and PermissionDenied (not national)."""
    _require(actor)
    change = Change(number=_next_number(), created_by=actor.user_id, created_by_name=actor.user_name)
    _describe(change, title, reason)
    change.save()
    _record(actor, "change.created", change)
    return change


def change_describe(actor: Scope, *, change: Change, title: str, reason: str) -> Change:
    """Change title and reason of an own draft."""
    locked = _own_draft(actor, change)
    _describe(locked, title, reason)
    locked.save(update_fields=["title", "reason"])
    _record(actor, "change.changed", locked)
    return locked


def _describe(change: Change, title: str, reason: str) -> None:
    change.title, change.reason = title.strip(), reason.strip()
    if not change.title or not change.reason:
        raise ValidationError(_("A change needs a title, and the reason for it."))


def change_read(actor: Scope, *, change: Change, file: BinaryIO, name: str) -> Report:
    """Take the rows of a spreadsheet into an own draft, all or none; the report is kept with the draft.

    A row of a factor that the draft holds already replaces it. Raises SheetFault for a file that is no table.
    """
    locked = _own_draft(actor, change)
    found, report = read(
        read_table(file, name, columns()), factors_current(), Edition.objects.values_list("code", flat=True)
    )
    if not report.faults:
        _put(actor, locked, found)
        _record(actor, "change.rows_added", locked, count=len(found))
    locked.report = report.pack() | {"name": name[:200]}
    locked.save(update_fields=["report"])
    return report


def change_print(
    actor: Scope, *, change: Change, file: BinaryIO, name: str, stated: Mapping[str, str]
) -> Report:
    """Read a file of handbook tables as they are printed; its rows wait with an own draft until :func:`change_take`.

    *stated*: what holds for all rows (:func:`accounting.changes.handbook.printed_rows`). Nothing is proposed yet.
    Raises SheetFault for a file that is no table.
    """
    locked = _own_draft(actor, change)
    waiting = printed_rows(read_grids(file, name), stated, factors_current().values(), places_by_name())
    locked.report = waiting.pack() | {"name": name[:200], "stated": dict(stated)}
    locked.save(update_fields=["report"])
    return change_waiting(change=locked)[1]


def change_waiting(*, change: Change) -> tuple[list[Proposed], Report] | None:
    """What the rows that wait with a draft would propose beside the library as it is now; None when none wait."""
    return waiting_rows(change, factors_current())


def change_take(actor: Scope, *, change: Change) -> int:
    """Propose the rows that wait with an own draft, all of them; returns how many.

    Raises ValidationError when none wait, or one of them is faulty.
    """
    locked = _own_draft(actor, change)
    waiting = change_waiting(change=locked)
    if waiting is None:
        raise ValidationError(_("No rows wait to be taken."))
    found, report = waiting
    if report.faults:
        count = {"count": len(report.faults)}
        raise ValidationError(_("The table has %(count)s faults; nothing was taken. See the report.") % count)
    _put(actor, locked, found)
    locked.report = report.pack() | {"name": locked.report["name"]}
    locked.save(update_fields=["report"])
    _record(actor, "change.rows_added", locked, count=len(found))
    return len(found)


def change_put(actor: Scope, *, change: Change, action: str, row: FactorRow) -> ChangeRow:
    """Put one factor, entered on a page, into an own draft.

    Raises ValidationError when there is no such factor to change or retire, one to be added exists already, or
    nothing differs.
    """
    locked = _own_draft(actor, change)
    before = factors_current().get(row.key_code)
    if (before is None) != (action == "add"):
        raise ValidationError(
            _("There is such a factor in the library already.")
            if before
            else _("There is no such factor in the library.")
        )
    if action == "change" and not differing(before, row):
        raise ValidationError(_("Nothing differs from the present revision."))
    _put(actor, locked, [Proposed(action, row)])
    _record(actor, "change.rows_added", locked, count=1)
    return locked.rows.get(code=row.key_code)


def _put(actor: Scope, change: Change, found: Iterable[Proposed]) -> None:
    found = list(found)
    bases = dict(Factor.objects.filter(current=True, retired=False).values_list("code", "id"))
    ChangeRow.objects.filter(change=change, code__in=[item.row.key_code for item in found]).delete()
    ChangeRow.objects.bulk_create(
        [
            ChangeRow(
                change=change, action=item.action, code=item.row.key_code, base_id=bases.get(item.row.key_code),
                content=content_of(item.row), line=item.line, added_by_name=actor.user_name,
            )
            for item in found
        ],
        batch_size=500,
    )  # fmt: skip
    _digest(change)


def change_drop(actor: Scope, *, change: Change, row_ids: Iterable[int]) -> int:
    """Take rows out of an own draft; returns how many."""
    locked = _own_draft(actor, change)
    count, _kinds = locked.rows.filter(pk__in=list(row_ids)).delete()
    _digest(locked)
    _record(actor, "change.rows_removed", locked, count=count)
    return count


def _digest(change: Change) -> None:
    change.digest = rows_digest(change.rows.all())
    change.save(update_fields=["digest"])


def change_submit(actor: Scope, *, change: Change) -> Change:
    """Put an own draft forward for approval; it must have been tried over the whole country as it is."""
    locked = _own_draft(actor, change)
    _check(locked)
    locked.state, locked.sent_back = State.SUBMITTED, ""
    locked.submitted_at, locked.submitted_by, locked.submitted_by_name = _now(actor)
    locked.save()
    _record(actor, "change.submitted", locked, digest=locked.digest)
    return locked


def change_approve(actor: Scope, *, change: Change) -> Change:
    """Approve what another person put forward."""
    locked = _decided(actor, change)
    _check(locked)
    locked.state = State.APPROVED
    locked.approved_at, locked.approved_by, locked.approved_by_name = _now(actor)
    locked.save()
    _record(actor, "change.approved", locked, digest=locked.digest)
    return locked


def change_send_back(actor: Scope, *, change: Change, reason: str) -> Change:
    """Send a change back to its author as a draft. Raises ValidationError without a reason."""
    locked = _decided(actor, change, also=State.APPROVED)
    if not reason.strip():
        raise ValidationError(_("Say why the change is sent back."))
    locked.state, locked.sent_back = State.DRAFT, reason.strip()[:300]
    locked.approved_at = locked.approved_by = None
    locked.approved_by_name = ""
    locked.save()
    _record(actor, "change.sent_back", locked)
    return locked


def change_withdraw(actor: Scope, *, change: Change) -> Change:
    """Give up an own change that is not published; it stays readable."""
    locked = _locked(actor, change)
    _require_author(actor, locked)
    if locked.state in {State.PUBLISHED, State.WITHDRAWN}:
        raise ValidationError(_("A change that is published or withdrawn stays as it is."))
    locked.state = State.WITHDRAWN
    locked.save(update_fields=["state"])
    _record(actor, "change.withdrawn", locked)
    return locked


def change_publish(actor: Scope, *, change: Change) -> Change:
    """Make the revisions of an approved change part of the library. Runs planned from now on use them."""
    locked = _locked(actor, change)
    if locked.state != State.APPROVED:
        raise ValidationError(_("Only an approved change can be published."))
    library_lock()
    _check(locked)
    rows, retired = change_rows(locked)
    locked.published_from = library_now().factors
    factors_publish(rows=rows, retired=retired, change=locked.number)
    locked.published_to = library_now().factors
    locked.state, locked.published_at, locked.published_by_name = (
        State.PUBLISHED,
        timezone.now(),
        actor.user_name,
    )
    locked.save()
    _record(actor, "change.published", locked, rows=len(rows), retired=len(retired))
    seal_soon()
    return locked


# -- checks -------------------------------------------------------------------------------------------


def obstacles(change: Change) -> list[str]:
    """Why a change cannot be put forward, approved or published as it is; empty when it can."""
    if not change.digest:
        return [_("This change has no rows yet.")]
    found = []
    if count := len(conflicts(change)):
        found.append(
            _(
                "%(count)s factors were changed in the library since they were taken into this change; take them anew."
            )
            % {"count": count}
        )
    if not trials_valid(change).exists():
        found.append(
            _("It needs a dry run over the whole country, of just these rows and the library as it is now.")
        )
    return found


def trials_valid(change: Change) -> Any:
    """Finished dry runs over the whole country of the present rows beside the present library."""
    return change.trials.filter(
        state="done", change_digest=change.digest, region=NATION, library=library_now().factors
    )


def conflicts(change: Change) -> set[str]:
    """Codes of rows whose factor is no longer the one they were made against."""
    current = dict(Factor.objects.filter(current=True, retired=False).values_list("code", "id"))
    rows = change.rows.values_list("code", "base_id")
    return {code for code, base_id in rows if current.get(code) != base_id}


def factors_current() -> Mapping[str, FactorRow]:
    """The factors in use by code."""
    return {factor.code: as_row(factor) for factor in Factor.objects.filter(current=True, retired=False)}


def may_decide(actor: Scope, change: Change) -> bool:
    """Whether the actor may approve or send back: national staff, and not who made or submitted it."""
    authors = {change.created_by, change.submitted_by}
    return _may(actor) and actor.user_id is not None and actor.persons.isdisjoint(authors)


def may_edit(actor: Scope, change: Change) -> bool:
    """Whether the actor may change the rows: the author of a draft."""
    return _may(actor) and change.state == State.DRAFT and change.created_by == actor.user_id


def _may(actor: Scope) -> bool:
    return actor.can("factor.change") and actor.covers(NATION)


def _require(actor: Scope) -> None:
    actor.require("factor.change")
    actor.require_covers(NATION)


def _require_author(actor: Scope, change: Change) -> None:
    if change.created_by != actor.user_id:
        raise PermissionDenied("only its author changes a draft")


def _locked(actor: Scope, change: Change) -> Change:
    _require(actor)
    return Change.objects.visible_to(actor).select_for_update().get(pk=change.pk)


def _own_draft(actor: Scope, change: Change) -> Change:
    locked = _locked(actor, change)
    _require_author(actor, locked)
    if locked.state != State.DRAFT:
        raise ValidationError(_("Only a draft can be changed."))
    return locked


def _decided(actor: Scope, change: Change, also: str = "") -> Change:
    locked = _locked(actor, change)
    if locked.state not in {State.SUBMITTED, also}:
        raise ValidationError(_("Only a change that waits for approval can be decided on."))
    if not may_decide(actor, locked):
        raise PermissionDenied("nobody approves their own change")
    return locked


def _check(change: Change) -> None:
    if found := obstacles(change):
        raise ValidationError(found)


def _now(actor: Scope) -> tuple[Any, int | None, str]:
    return timezone.now(), actor.user_id, actor.user_name


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('factor change number'))")
    return (Change.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def _record(actor: Scope, action: str, change: Change, **detail: Any) -> None:
    audit_record(actor, action, subject="change", subject_id=change.pk, number=change.number, **detail)
