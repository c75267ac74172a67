"""The engine of all moves: lock the rows, ask ``states.refusal`` row by row, change the allowed ones set-wise,
and write one event a row. Rows that may not move stay as they are and are reported with the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs import events
from census.places import regions
from review.editor.services import wrote
from review.problems import states
from review.problems.models import Problem
from sources.returns.models import Return

TEXT_LIMIT = 4000
OPINIONS = {"county_checked": "county_opinion", "city_checked": "city_opinion", "closed": "issuer_opinion"}

Text = str | Mapping[int, str]  # one text for all rows, or a text a row

_EVENTS = """
INSERT INTO review_problemevent (problem_id, object_id, region, category, district_id, at, user_id, user_name,
                                 post_kind, action, source, target, round, note, detail)
SELECT p.id, p.object_id, p.region, p.category, p.district_id, %(at)s, %(user)s, %(name)s, %(post)s, %(move)s,
       moved.source, moved.target, p.round + %(rounds)s, moved.note,
       %(detail)s::jsonb || jsonb_build_object('before', (
           SELECT jsonb_object_agg(key, value) FROM jsonb_each(to_jsonb(p)) WHERE key = ANY (%(changing)s)))
FROM review_problem p
JOIN unnest(%(ids)s::bigint[], %(sources)s::text[], %(targets)s::text[], %(notes)s::text[])
     AS moved(id, source, target, note) ON moved.id = p.id
"""

WHY = states.REFUSALS | {
    "outside": gettext_lazy("the place lies outside the person's post"),
    "wrote_rule": gettext_lazy("you wrote the rule; somebody else decides about what it found"),
}


@dataclass(slots=True)
class Outcome:
    """What a bulk move did. *refused*: why (a key of ``WHY``) → ids left as they were."""

    done: list[int] = field(default_factory=list)
    refused: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    @property
    def sentences(self) -> list[str]:
        """Why rows were left, with their number, for the user."""
        return [
            _("%(count)s rows left: %(why)s") % {"count": len(ids), "why": WHY[key]}
            for key, ids in self.refused.items()
        ]


def mover_of(actor: Scope) -> states.Mover:
    """The part of a scope that decides about moves."""
    return states.Mover(actor.user_id, actor.level, actor.region, actor.capabilities, actor.behalf_of)


def text_of(text: Text, pk: int) -> str:
    """The text of one row."""
    return text[pk] if isinstance(text, Mapping) else text


@transaction.atomic
def move_rows(
    actor: Scope,
    move: str,
    ids: Sequence[int],
    *,
    text: Text = "",
    sets: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
    within: str | None = None,
    reason: Text = "",
) -> Outcome:
    """Make *move* on *ids*. *within*: region beyond which rows are refused. One lock, one update a target.

    Who may receive and answers or assigns an issued row has received it: that step is written too. The event
    keeps what the changed columns held before, so that the step can be undone.
    """
    actor.require(states.MOVES[move][0])
    words = text if isinstance(text, Mapping) else dict.fromkeys(ids, text)
    _check_lengths(words.values() if isinstance(text, Mapping) else (text,))
    outcome, mover = Outcome(), mover_of(actor)
    rows = locked_rows(actor, ids)
    versions = _versions(actor, rows) if move == "correct" else {}
    # whoever wrote a rule, under whatever post, does not decide about what it found
    written = wrote(actor.persons, (row.rule for row in rows)) if move in {"check", "close"} else frozenset()
    received: dict[int, tuple[str, str]] = {}
    steps: dict[int, tuple[str, str]] = {}
    for problem in rows:
        row = row_of(problem, versions.get(problem.return_id))
        taken = states.received_first(move, row, mover)
        why = states.refusal(move, taken, mover, text=words[problem.pk], reason=text_of(reason, problem.pk))
        if why is None and within is not None and not regions.contains(within, problem.region):
            why = "outside"
        if why is None and problem.rule in written:
            why = "wrote_rule"
        if why is not None:
            outcome.refused[why].append(problem.pk)
            continue
        if taken.state != row.state:
            received[problem.pk] = (row.state, taken.state)
        steps[problem.pk] = (taken.state, states.target(move, taken))
    now = timezone.now()
    sets = sets or {}
    opinions = OPINIONS.values() if move in {"check", "close"} else ()
    changing = ["state", *(name for name in sets if name != "mark"), *opinions]
    write_events(actor, "receive", received, {}, {}, now, ["state"])
    write_events(actor, move, steps, words, detail or {}, now, changing, rounds=int(move == "reopen"))
    for state in sorted({target for _source, target in steps.values()}):
        changes = dict(sets, state=state, updated_at=now, revision=F("revision") + 1)
        if move in {"check", "close"}:
            changes[OPINIONS[state]] = str(text).strip()[:600]
        Problem.objects.filter(pk__in=[pk for pk, step in steps.items() if step[1] == state]).update(
            **changes
        )
    outcome.done = list(steps)
    if steps:
        audit_record(
            actor,
            f"problem.{move}",
            subject="problem",
            subject_id=outcome.done[0] if len(steps) == 1 else "",
            rows=len(steps),
        )
        events.emit("problem.moved", actor=actor, move=move, ids=outcome.done)
    return outcome


def _check_lengths(texts: Iterable[str]) -> None:
    if any(len(text) > TEXT_LIMIT for text in texts):
        raise ValidationError(
            _("The text is longer than %(limit)s characters; shorten it or attach a file.")
            % {"limit": TEXT_LIMIT}
        )


def row_of(problem: Problem, version: int | None = None) -> states.Row:
    """A problem as ``states`` sees it; *version*: the form's present version number."""
    return states.Row(
        state=problem.state,
        level=problem.level,
        issuer=problem.issuer,
        place=states.place_of(regions.level(problem.region)),
        assigned_to=problem.assigned_to,
        answered_by=problem.answered_by,
        answered_for=problem.answered_for,
        answer=problem.answer,
        rule_passes=problem.rule_passes,
        changed=version is not None and version > (problem.version_at_issue or 0),
        explained=bool(problem.explanation),
        ruled=bool(problem.rule),
    )


def locked_rows(actor: Scope, ids: Sequence[int]) -> list[Problem]:
    """The rows in scope, locked in one order so that two bulk moves cannot lock each other out."""
    fields = (
        "id",
        "state",
        "level",
        "issuer",
        "region",
        "assigned_to",
        "answered_by",
        "answered_for",
        "answer",
        "rule_passes",
    )
    fields += ("return_id", "version_at_issue", "explanation", "rule")
    rows = Problem.objects.visible_to(actor).filter(pk__in=ids).only(*fields)
    return list(rows.order_by("pk").select_for_update())


def _versions(actor: Scope, rows: Iterable[Problem]) -> dict[Any, int]:
    wanted = {row.return_id for row in rows if row.return_id}
    return dict(Return.objects.visible_to(actor).filter(pk__in=wanted).values_list("pk", "version_no"))


def write_events(
    actor: Scope,
    move: str,
    steps: Mapping[int, tuple[str, str]],
    words: Mapping[int, str],
    detail: Mapping[str, Any],
    at: Any,
    changing: Sequence[str],
    rounds: int = 0,
) -> None:
    """One event a row, before the rows change; *steps*: row → (source, target); *changing*: columns."""
    if not steps:
        return
    facts = {
        "at": at,
        "user": actor.user_id,
        "name": actor.user_name,
        "post": actor.post_kind,
        "move": move,
        "detail": orjson.dumps(detail).decode(),
        "changing": list(changing),
        "rounds": rounds,
        "ids": list(steps),
        "sources": [source for source, _target in steps.values()],
        "targets": [target for _source, target in steps.values()],
        "notes": [words.get(pk, "").strip() for pk in steps],
    }
    run_sql(_EVENTS, facts)


def run_sql(statement: str, params: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
