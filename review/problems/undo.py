"""Taking back the last own step, while nobody acted after it; and notes on a row, which are no step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from census.audit.services import audit_record
from review.problems import states
from review.problems.engine import TEXT_LIMIT, Outcome, locked_rows, run_sql, write_events
from review.problems.models import Problem
from review.problems.moves import after_close, after_reopen

_LAST = """
SELECT DISTINCT ON (problem_id) problem_id, id, user_id, action, detail -> 'before' ->> 'state', at
FROM review_problemevent WHERE problem_id = ANY (%(ids)s) AND action <> 'note'
ORDER BY problem_id, id DESC
"""
# the columns a step may have changed go back to what its event kept; the others stay as they are now
_RESTORE = """
UPDATE review_problem p
SET state = r.state, round = r.round, assigned_to = r.assigned_to, assigned_name = r.assigned_name,
    answer = r.answer, reason = r.reason, explanation = r.explanation, answered_by = r.answered_by,
    answered_by_name = r.answered_by_name, answered_for = r.answered_for, answered_at = r.answered_at,
    answered_version = r.answered_version,
    county_opinion = r.county_opinion, city_opinion = r.city_opinion, issuer_opinion = r.issuer_opinion,
    closed_at = r.closed_at, updated_at = %(now)s, revision = p.revision + 1
FROM unnest(%(ids)s::bigint[], %(events)s::bigint[]) AS step(problem, event)
JOIN review_problem q ON q.id = step.problem
JOIN review_problemevent e ON e.id = step.event
CROSS JOIN LATERAL jsonb_populate_record(q, e.detail -> 'before') AS r
WHERE p.id = q.id
"""


@transaction.atomic
def problem_undo(actor: Scope, *, ids: Sequence[int]) -> Outcome:
    """Take back the last step of each row: the actor's own, and the last of all. An undo cannot be undone."""
    outcome = Outcome()
    rows = {row.pk: row for row in locked_rows(actor, ids)}
    last = _last_steps(list(rows))
    steps: dict[int, tuple[str, str]] = {}
    undone: dict[str, list[int]] = {}
    for pk, row in rows.items():
        step = last.get(pk, NO_STEP)
        action, before = step.action, step.before
        if (
            action not in states.MOVES
            or before is None
            or actor.user_id is None
            or step.user != actor.user_id
        ):
            outcome.refused["not_last"].append(pk)
        elif not actor.can(states.MOVES[action][0]):
            outcome.refused["right"].append(pk)
        else:
            steps[pk] = (row.state, before)
            undone.setdefault(action, []).append(pk)
    if not steps:
        return outcome
    now = timezone.now()
    run_sql(_RESTORE, {"ids": list(steps), "events": [last[pk].event for pk in steps], "now": now})
    for action, some in undone.items():
        write_events(actor, "undo", {pk: steps[pk] for pk in some}, {}, {"of": action}, now, [])
    after_reopen(undone.get("close", []))
    after_close(undone.get("reopen", []))
    outcome.done = list(steps)
    audit_record(actor, "problem.undone", subject="problem", rows=len(steps))
    return outcome


def undoable(actor: Scope, problem: Problem) -> str:
    """The step of *problem* that the actor may take back now, or blank."""
    last = _last_steps([problem.pk]).get(problem.pk, NO_STEP)
    own = last.action in states.MOVES and last.before is not None and last.user is not None
    return (
        last.action if own and last.user == actor.user_id and actor.can(states.MOVES[last.action][0]) else ""
    )


def made_together(ids: Sequence[int], others: Sequence[int]) -> list[int]:
    """Those of *others* whose last step was made in one with the last step of one of *ids*."""
    last = _last_steps([*ids, *others])
    made = {(last[pk].at, last[pk].user) for pk in ids if pk in last}
    return [pk for pk in others if pk in last and (last[pk].at, last[pk].user) in made]


class Step(NamedTuple):
    """The last event of a row that was a step; *before*: the state it came from, None where that was not kept."""

    event: int
    user: int | None
    action: str
    before: str | None
    at: dt.datetime | None


NO_STEP = Step(0, None, "", None, None)


def _last_steps(ids: Sequence[int]) -> dict[int, Step]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST, {"ids": list(ids)})
        return {pk: Step(*step) for pk, *step in cursor.fetchall()}


@transaction.atomic
def problem_note(actor: Scope, *, ids: Sequence[int], text: str) -> Outcome:
    """Write a note on rows, for all who see them. Raises ValidationError for a blank or too long one."""
    if not actor.can("problem.answer"):
        actor.require("problem.check")
    text = text.strip()
    if not text or len(text) > TEXT_LIMIT:
        raise ValidationError(_("Write a note of at most %(limit)s characters.") % {"limit": TEXT_LIMIT})
    rows = locked_rows(actor, ids)
    steps = {row.pk: (row.state, row.state) for row in rows if row.state != Problem.State.DRAFT}
    write_events(actor, "note", steps, dict.fromkeys(steps, text), {}, timezone.now(), [])
    audit_record(actor, "problem.noted", subject="problem", rows=len(steps))
    outcome = Outcome()
    outcome.done = list(steps)
    return outcome
