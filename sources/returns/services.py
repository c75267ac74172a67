"""What happens to a return: saved, submitted, approved, sent back, unlocked. Every change is a chained version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.jobs import events
from sources.forms.amending import form_in_force
from sources.forms.check import Verdict
from sources.forms.differences import Change
from sources.forms.model import Form
from sources.returns import checks, links, merge, store
from sources.returns.checks import counts, key_of
from sources.returns.merge import Conflict, Document
from sources.returns.states import (
    REASONS,
    STATES,
    STEPS_OF_POST,
    after_edit,
    after_submit,
    may_edit,
    return_targets,
)
from sources.returns.store import Move, Row
from sources.returns.versions import documents_since

MAX_NOTE = 500
MAX_REASON = 2000


class ConflictError(Exception):
    """Somebody else changed the same fields meanwhile; nothing was saved.

    *conflicts* holds both values of each field, *row* the stored return as it is now.
    """

    def __init__(self, row: Row, conflicts: Sequence[Conflict]) -> None:
        super().__init__(f"{len(conflicts)} fields were changed by {row.id}'s other editor")
        self.row, self.conflicts = row, conflicts


@dataclass(frozen=True, slots=True)
class Overrule:
    """A person's choice after a conflict: in *version*, which was shown, my values win at *paths*."""

    version: int
    paths: frozenset[str]


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer to a save. *merged*: the stored values hold more than what was sent."""

    row: Row
    verdicts: Sequence[Verdict]
    rejected: Mapping[str, Any] = field(default_factory=dict)  # path -> forms.values.Fault
    changes: Sequence[Change] = ()
    merged: bool = False
    documents: checks.Documents = field(default_factory=dict)  # what the checks saw of the object


def return_save(
    actor: Scope,
    *,
    return_id: UUID,
    values: Any,
    base_version: int,
    client_id: str | None = None,
    notes: Mapping[str, str] | None = None,
    overrule: Overrule | None = None,
    action: str = "saved",
) -> Saved:
    """Store the whole sheet as typed (*values*, raw) over version *base_version*.

    What is no value is kept as pending text; newer changes of others to other fields are merged in. A repeat
    with the same *client_id* gives the same answer and changes nothing. *notes* explain warnings (key -> text).
    *overrule* says which fields of a version that was shown as conflicting are to be replaced.

    Raises ConflictError when the same field was changed meanwhile, PermissionDenied when the post may not edit
    in this state, Http404 outside the scope, ValidationError for a base version that does not exist.
    """
    actor.require("return.fill")
    row = _lock_one(actor, return_id)
    if not row.active or not may_edit(row.state, actor.post_kind, row.unit_level):
        raise PermissionDenied(_closed_text(row))
    form = form_in_force(row.form)
    cleaned = form.clean(values)
    typed = {path: fault.raw for path, fault in cleaned.rejected.items()}
    mine, stored = Document(cleaned.values, typed), Document(row.values, row.pending)
    merged = base_version != row.version_no
    if merged:
        base = documents_since(row, base_version)
        if base.repeats(client_id):
            return _unchanged(row)
        keep = overrule.paths if overrule and overrule.version == row.version_no else ()
        mine, conflicts = merge.merge(base.document, stored, mine, keep)
        if conflicts:
            raise ConflictError(row, conflicts)
    changes = form.differences(row.values, mine.values)
    kept_notes = row.notes if notes is None else _clean_notes(notes)
    if not changes and mine.pending == row.pending and kept_notes == row.notes:
        return _unchanged(row, cleaned.rejected)
    source = row.state
    row.values, row.pending, row.notes = dict(mine.values), dict(mine.pending), kept_notes
    row.state = after_edit(row.state, actor.post_kind)
    row.form_version = form.version[:16]
    touched = links.touched(changes, first=row.version_no == 0)
    siblings = _siblings_for(row, form, touched)
    documents = _documents(siblings or (), row)
    verdicts = checks.check(form, row, documents)
    row.errors, warnings = counts(verdicts, row.pending)
    move = Move(
        row,
        "corrected" if row.state != source else action,
        warnings=warnings,
        client=client_id,
        filled=bool(changes) or mine.pending != stored.pending,
    )
    store.write(actor, [move], at=timezone.now(), values_changed=True)
    events.emit("return.saved", actor=actor, ret=row, form=form, verdicts=verdicts, changes=changes)
    if siblings is not None:
        _recheck_others(actor, row, siblings, touched)
    _ask_for_forms(actor, row, touched)
    return Saved(row, verdicts, cleaned.rejected, changes, merged, documents)


def return_check(actor: Scope, *, return_id: UUID) -> Saved:
    """Check a return as it is stored, without changing it."""
    actor.require("return.view")
    return _unchanged(_one(store.read(actor, [return_id])))


def return_submit(actor: Scope, *, return_id: UUID) -> Row:
    """Hand in a draft. Every error must be gone, every warning must have a note.

    Raises ValidationError saying how many are left, or that the form is not this post's to hand in.
    """
    actor.require("return.submit")
    row = _lock_one(actor, return_id)
    target = after_submit(actor.post_kind, row.unit_level)
    if target is None or row.state != "draft" or not row.active:
        raise ValidationError(_closed_text(row))
    verdicts = _unchanged(row).verdicts
    row.errors, warnings = counts(verdicts, row.pending)
    if row.errors:
        raise ValidationError(
            _("%(count)d errors are left in form %(form)s. Correct them, then submit again.")
            % {"count": row.errors, "form": row.form}
        )
    silent = [v for v in verdicts if v.severity == "warning" and not row.notes.get(key_of(v))]
    if silent:
        raise ValidationError(
            _("%(count)d warnings in form %(form)s have no note. Correct the value or say why it is right.")
            % {"count": len(silent), "form": row.form}
        )
    row.state, row.returned = target, None
    move = Move(row, "submitted", warnings=warnings, submitted=True)
    store.write(actor, [move], at=timezone.now(), values_changed=False)
    events.emit("return.submitted", actor=actor, ret=row)
    return row


def return_approve(actor: Scope, *, return_id: UUID) -> Row:
    """Approve a return that lies at the actor's desk. Raises ValidationError with the reason it cannot be."""
    from sources.returns.bulk import returns_approve_bulk

    _lock_one(actor, return_id)
    decided = returns_approve_bulk(actor, ids=[return_id])
    if decided.refused:
        raise ValidationError(decided.refused[0].text)
    return decided.done[0]


def return_send_back(
    actor: Scope,
    *,
    return_id: UUID,
    reason: str,
    text: str,
    target: str | None = None,
    rules: Sequence[str] = (),
    paths: Mapping[str, str] | None = None,
    proposed: Mapping[str, str] | None = None,
) -> Row:
    """Send a return back to *target* (default: one step down), with a reason; upper approvals lapse.

    *reason* is a key of REASONS, *paths* maps questioned items to what is wrong with each, *proposed* to the value
    the reviewer holds for right. Their present values are kept with the reason, so that the filler sees old value,
    reviewer's value and remark at the field.
    """
    from sources.returns.bulk import returns_send_back_bulk

    _lock_one(actor, return_id)
    decided = returns_send_back_bulk(
        actor,
        ids=[return_id],
        reason=reason,
        text=text,
        target=target,
        rules=rules,
        paths=paths,
        proposed=proposed,
    )
    if decided.refused:
        raise ValidationError(decided.refused[0].text)
    return decided.done[0]


def send_back_reason(
    actor: Scope,
    row: Row,
    *,
    reason: str,
    text: str,
    rules: Sequence[str] = (),
    paths: Mapping[str, str] | None = None,
    proposed: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The reason as it is stored with the return and its version. Raises ValidationError for one that says
    nothing."""
    if reason not in REASONS:
        raise ValidationError(_("Choose a reason for sending the form back."))
    better = {
        path: str(value).strip()[:MAX_NOTE] for path, value in (proposed or {}).items() if str(value).strip()
    }
    remarks = dict.fromkeys(better, "") | {
        path: str(remark)[:MAX_NOTE] for path, remark in (paths or {}).items()
    }
    if not text.strip() and not any(remarks.values()) and not better:
        raise ValidationError(_("Say in words what is to be corrected."))
    now = Document(row.values, row.pending).flat()
    return {
        "reason": reason,
        "text": text.strip()[:MAX_REASON],
        "rules": list(rules),
        "paths": remarks,
        "proposed": better,
        "values": {path: now[path] for path in remarks if path in now and now[path] is not True},
        "by": actor.user_name,
        "by_id": actor.user_id,
        "post": actor.post_kind,
        "at": timezone.now().isoformat(),
        "source": row.state,
    }


def may_review(actor: Scope, row: Any) -> tuple[str | None, tuple[str, ...]]:
    """What the actor may do with *row* (a Row or Return with ``unit_level``): (approval target or None, targets
    of sending back)."""
    if "return.approve" not in actor.capabilities:
        return None, ()
    own = row.filled_in_by(actor)
    steps = [s for s in STEPS_OF_POST.get(actor.post_kind, ()) if s.source == row.state]
    targets = return_targets(row.state, actor.post_kind, row.unit_level)
    if own:  # one's own work can only be taken back whole, not put on one's own desk
        targets = tuple(target for target in targets if target == "draft")
    return (steps[0].target if steps and not own else None), targets


def _lock_one(actor: Scope, return_id: UUID) -> Row:
    return _one(store.lock(actor, [return_id]))


def _one(rows: Sequence[Row]) -> Row:
    if not rows:
        raise Http404(_("There is no such form within your scope."))
    return rows[0]


def _closed_text(row: Row) -> str:
    if not row.active:
        return _("Form %(form)s is no longer asked for; it cannot be changed.") % {"form": row.form}
    return _("Form %(form)s is in the state “%(state)s” and not open to you.") % {
        "form": row.form,
        "state": STATES[row.state],
    }


def _unchanged(row: Row, rejected: Mapping[str, Any] | None = None) -> Saved:
    """The answer for a return as it is stored."""
    form = form_in_force(row.form)
    siblings = store.siblings_of(row.object_id, besides=row.id) if links.reads(form) else ()
    if rejected is None:  # say again what is wrong with the pending texts
        rejected = {
            path: fault
            for path, fault in form.clean(merge.typed_over(row.values, row.pending)).rejected.items()
            if path in row.pending
        }
    documents = _documents(siblings, row)
    return Saved(row, checks.check(form, row, documents), rejected, documents=documents)


def _siblings_for(row: Row, form: Form, touched: frozenset[str]) -> list[dict[str, Any]] | None:
    """The object's other sheets, when this form's rules read them or theirs read what changed; else None."""
    wanted = links.reads(form) or links.disturbed(row.form, touched)
    return store.siblings_of(row.object_id, besides=row.id) if wanted else None


def _documents(siblings: Sequence[Mapping[str, Any]], row: Row | None) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {row.form: [row.values]} if row is not None else {}
    for sheet in siblings:
        found.setdefault(sheet["form"], []).append(sheet["values"])
    return found


def _recheck_others(
    actor: Scope, row: Row, siblings: Sequence[dict[str, Any]], touched: frozenset[str]
) -> None:
    """Check again the object's other forms whose rules read what changed here."""
    affected = links.disturbed(row.form, touched)
    others = [sheet for sheet in siblings if sheet["form"] in affected]
    if not others:
        return
    documents = _documents(siblings, row)
    recounted = []
    for sheet in others:
        other = store.sibling_row(row, sheet)
        form = form_in_force(other.form)
        verdicts = checks.check(form, other, documents)
        found = counts(verdicts, sheet["pending"])
        if found != (sheet["errors"], sheet["warnings"]):
            recounted.append((other.id, *found))
        other.errors = found[0]
        events.emit("return.saved", actor=actor, ret=other, form=form, verdicts=verdicts, changes=[])
    store.recount(recounted)


def _ask_for_forms(actor: Scope, row: Row, touched: frozenset[str]) -> None:
    """A changed gate answer opens and closes forms of the object."""
    if not links.gates(row.kind).get(row.form, frozenset()).isdisjoint(touched):
        from sources.returns.drafts import forms_reconcile

        forms_reconcile(actor, object_id=row.object_id)


def _clean_notes(notes: Mapping[str, str]) -> dict[str, str]:
    return {
        str(key)[:120]: str(text).strip()[:MAX_NOTE]
        for key, text in list(notes.items())[:1000]
        if str(text).strip()
    }
