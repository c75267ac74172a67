"""Decisions over many returns at once: approve, send back. Set-wise, at least a thousand a second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.jobs import events
from census.jobs.services import Progress, job_kind
from sources.returns import store
from sources.returns.services import may_review, send_back_reason
from sources.returns.states import STATES
from sources.returns.store import Move, Row

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """A return that was left as it is, and why (in the running language)."""

    id: UUID
    form: str
    text: str


@dataclass(slots=True)
class Decided:
    """What came of a bulk decision."""

    done: list[Row] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def returns_approve_bulk(actor: Scope, *, ids: Sequence[UUID]) -> Decided:
    """Approve every return of *ids* that lies at the actor's desk, was not filled by the actor, and has no open
    error; the others are refused one by one with the reason.

    Upper rooms may refuse more: inside handlers of ``returns.approving`` (actor, rows) return the set of ids of
    returns that must not pass.
    """
    actor.require("return.approve")
    decided, passing = Decided(), []
    for row in store.lock(actor, ids):
        target, _targets = may_review(actor, row)
        if why := _not_approvable(actor, row, target):
            decided.refused.append(Refusal(row.id, row.form, why))
        else:
            passing.append((row, target))
    blocked = _blocked(actor, [row for row, _target in passing])
    moves = []
    for row, target in passing:
        if row.id in blocked:
            text = _("Form %(form)s has open findings.") % {"form": row.form}
            decided.refused.append(Refusal(row.id, row.form, text))
            continue
        row.state, row.returned = target, None
        moves.append(Move(row, "approved"))
    return _carry_out(actor, decided, moves, "returns.approved")


def returns_send_back_bulk(
    actor: Scope,
    *,
    ids: Sequence[UUID],
    reason: str,
    text: str,
    target: str | None = None,
    rules: Sequence[str] = (),
    paths: Mapping[str, str] | None = None,
    proposed: Mapping[str, str] | None = None,
) -> Decided:
    """Send every return of *ids* back with one reason (see ``return_send_back``)."""
    actor.require("return.approve")
    decided, moves = Decided(), []
    for row in store.lock(actor, ids):
        _target, targets = may_review(actor, row)
        chosen = target or (targets[0] if targets else None)
        if chosen not in targets:
            decided.refused.append(Refusal(row.id, row.form, _not_at_desk(row)))
            continue
        row.returned = send_back_reason(
            actor, row, reason=reason, text=text, rules=rules, paths=paths, proposed=proposed
        )
        row.state = chosen
        moves.append(Move(row, "returned", reason=row.returned))
    return _carry_out(actor, decided, moves, "returns.returned")


@job_kind("sources.returns.decide")
def decide_all(progress: Progress, *, ids: list[str], decision: str, **reason: Any) -> dict[str, Any]:
    """Approve or send back any number of returns, chunk by chunk; a second start goes on behind the last one."""
    at = progress.checkpoint.get("at", 0)
    done, refused = progress.checkpoint.get("done", 0), progress.checkpoint.get("refused", [])
    progress.start(len(ids), str(_("Deciding")))
    progress.job.done = at
    while at < len(ids):
        chunk = [UUID(one) for one in ids[at : at + CHUNK]]
        with progress.step(done=len(chunk)):
            if decision == "approve":
                decided = returns_approve_bulk(progress.scope, ids=chunk)
            else:
                decided = returns_send_back_bulk(progress.scope, ids=chunk, **reason)
            at, done = at + len(chunk), done + len(decided.done)
            refused = (refused + [[str(r.id), r.text] for r in decided.refused])[:1000]
            progress.checkpoint.update(at=at, done=done, refused=refused)
    return {"done": done, "refused": refused}


def _not_approvable(actor: Scope, row: Row, target: str | None) -> str | None:
    if row.filled_in_by(actor):
        return _("You filled form %(form)s yourself; another person has to approve it.") % {"form": row.form}
    if target is None or not row.active:
        return _not_at_desk(row)
    if row.errors or row.pending:
        return _("Form %(form)s has %(count)d open errors.") % {
            "form": row.form,
            "count": row.errors or len(row.pending),
        }
    return None


def _not_at_desk(row: Row) -> str:
    return _("Form %(form)s is in the state “%(state)s” and does not lie at your desk.") % {
        "form": row.form,
        "state": STATES[row.state],
    }


def _blocked(actor: Scope, rows: Sequence[Row]) -> set[UUID]:
    answers = events.emit("returns.approving", actor=actor, rows=rows) if rows else []
    return {one for answer in answers if answer for one in answer}


def _carry_out(actor: Scope, decided: Decided, moves: Sequence[Move], event: str) -> Decided:
    if moves:
        store.write(actor, moves, at=timezone.now(), values_changed=False)
        decided.done = [move.row for move in moves]
        events.emit(event, actor=actor, rows=decided.done)
    return decided
