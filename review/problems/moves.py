"""Moves of problem rows: receive, assign, answer, check, close, reopen. One row or thousands, the same code.

Every move locks its rows, asks ``states.refusal`` row by row, changes the allowed ones set-wise, and writes
one event a row. Rows that may not move stay as they are and are reported with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs import events
from census.people.models import Post
from census.places import regions
from review.problems import states
from review.problems.models import Batch, Problem
from sources.objects.models import CensusObject
from sources.returns.models import Return
from sources.visits.attachments import attachment_add

ASSIGNABLE = ("enumerator", "instructor", "third_party", "filler", "county_officer", "city_officer")
TEXT_LIMIT = 4000
OPINIONS = {"county_checked": "county_opinion", "city_checked": "city_opinion", "closed": "issuer_opinion"}
EVIDENCE_LIMIT = 200  # rows one upload may be bound to at once

Text = str | Mapping[int, str]  # one text for all rows, or a text a row

_EVENTS = """
INSERT INTO review_problemevent (problem_id, object_id, region, category, district_id, at, user_id, user_name,
                                 post_kind, action, source, target, round, note, detail)
SELECT p.id, p.object_id, p.region, p.category, p.district_id, %(at)s, %(user)s, %(name)s, %(post)s, %(move)s,
       moved.source, moved.target, p.round, moved.note, %(detail)s::jsonb
FROM review_problem p
JOIN unnest(%(ids)s::bigint[], %(sources)s::text[], %(targets)s::text[], %(notes)s::text[])
     AS moved(id, source, target, note) ON moved.id = p.id
"""
_EXPLAIN = """
UPDATE review_problem p SET explanation = told.text
FROM unnest(%(ids)s::bigint[], %(texts)s::text[]) AS told(id, text) WHERE told.id = p.id
"""


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


WHY = states.REFUSALS | {"outside": gettext_lazy("the place lies outside the person's post")}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may be given problems."""

    id: int
    name: str
    kind: str
    region: str


def mover_of(actor: Scope) -> states.Mover:
    """The part of a scope that decides about moves."""
    return states.Mover(actor.user_id, actor.level, actor.region, actor.capabilities)


def problem_receive(actor: Scope, *, ids: Sequence[int]) -> Outcome:
    """The office of the place takes issued rows to its desk."""
    return _move(actor, "receive", ids)


def problem_assign(actor: Scope, *, ids: Sequence[int], person: Person) -> Outcome:
    """Give rows to *person*; rows still to be received are received first (two events)."""
    detail = {"to": person.id, "to_name": person.name}
    sets = {"assigned_to": person.id, "assigned_name": person.name}
    return _move(actor, "assign", ids, sets=sets, detail=detail, within=person.region)


def problem_answer_corrected(actor: Scope, *, ids: Sequence[int], explanation: Text = "") -> Outcome:
    """Answer: corrected. The form must have changed since issue; the rule passes now, or it is explained.

    *explanation*: one text for all *ids*, or a text for each (of all three kinds of answer).
    """
    return _answer(actor, "correct", ids, explanation)


@transaction.atomic
def problem_answer_explained(
    actor: Scope, *, ids: Sequence[int], explanation: Text, evidence: Iterable[UploadedFile] = ()
) -> Outcome:
    """Answer: the value is right, with the reason; files are bound to each row. All or nothing."""
    outcome = _answer(actor, "explain", ids, explanation)
    evidence_add(actor, ids=outcome.done, files=evidence)
    return outcome


def problem_answer_removed(actor: Scope, *, ids: Sequence[int], explanation: Text) -> Outcome:
    """Answer: the object does not belong to the census (it is removed from the register separately)."""
    return _answer(actor, "remove", ids, explanation)


def problem_withdraw(actor: Scope, *, ids: Sequence[int]) -> Outcome:
    """Take one's own answer back before anybody checked it."""
    cleared = {"answer": "", "answered_by": None, "answered_by_name": "", "answered_at": None}
    return _move(actor, "withdraw", ids, sets=cleared | {"answered_version": None})


def problem_check(actor: Scope, *, ids: Sequence[int], opinion: str = "") -> Outcome:
    """Accept answers at the own rung of the ladder (county, then city)."""
    return _move(actor, "check", ids, text=opinion)


def problem_close(actor: Scope, *, ids: Sequence[int], opinion: str = "") -> Outcome:
    """The issuer accepts: the end of the ladder."""
    outcome = _move(actor, "close", ids, text=opinion, sets={"closed_at": timezone.now()})
    _close_batches(outcome.done)
    return outcome


def problem_send_back(actor: Scope, *, ids: Sequence[int], reason: str) -> Outcome:
    """A county or city does not accept the answer: back to whom it was assigned."""
    return _move(actor, "send_back", ids, text=reason)


def problem_reopen(actor: Scope, *, ids: Sequence[int], reason: str) -> Outcome:
    """The issuer does not accept, or finds a closed row wrong: a new round with the reason."""
    sets = {"round": F("round") + 1, "closed_at": None}
    outcome = _move(actor, "reopen", ids, text=reason, sets=sets)
    batches = Problem.objects.filter(pk__in=outcome.done).values("batch_id")
    Batch.objects.filter(pk__in=batches, state=Batch.State.CLOSED).update(state=Batch.State.ISSUED)
    return outcome


def evidence_add(actor: Scope, *, ids: Sequence[int], files: Iterable[UploadedFile]) -> int:
    """Bind uploaded *files* to every row of *ids*. Raises ValidationError for too many rows or a bad file."""
    files = list(files)
    if not files or not ids:
        return 0
    if len(ids) > EVIDENCE_LIMIT:
        raise ValidationError(
            _("Evidence can be added to at most %(limit)s rows at once; select fewer.")
            % {"limit": EVIDENCE_LIMIT}
        )
    owners = dict(Problem.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "object_id"))
    objects = CensusObject.objects.visible_to(actor).in_bulk(set(owners.values()))
    for pk, object_id in owners.items():
        for upload in files:
            upload.seek(0)
            attachment_add(actor, subject="problem", subject_id=pk, obj=objects[object_id], upload=upload)
    return len(owners) * len(files)


def people_for(actor: Scope) -> list[Person]:
    """Whom an office may give problems: people with a field post (or the desk itself) in its region.

    A city gives out the rows of its own objects only, so only to people of the city itself.
    """
    low, high = regions.bounds(actor.region)
    posts = Post.objects.current().filter(kind__in=ASSIGNABLE, region__gte=low, region__lt=high)
    if actor.level == states.CITY:
        posts = posts.filter(region=actor.region)
    rows = posts.filter(user__is_active=True).values_list("user_id", "user__name", "kind", "region")
    return [Person(*row) for row in rows.order_by("region", "kind", "user__name", "user_id")]


def person_for(actor: Scope, user_id: int) -> Person:
    """The assignable person *user_id*. Raises ValidationError when there is none in the actor's region."""
    person = next((one for one in people_for(actor) if one.id == user_id), None)
    if person is None:
        raise ValidationError(_("This person has no post in your region. Choose somebody from the list."))
    return person


# -- the one engine --------------------------------------------------------------------------------
def _answer(actor: Scope, move: str, ids: Sequence[int], explanation: Text) -> Outcome:
    sets = {
        "answer": states.ANSWERS[move],
        "answered_by": actor.user_id,
        "answered_by_name": actor.user_name,
        "answered_at": timezone.now(),
    }
    if isinstance(explanation, str):
        sets["explanation"] = explanation.strip()
    outcome = _move(actor, move, ids, text=explanation, sets=sets)
    if not isinstance(explanation, str):
        _run(_EXPLAIN, {"ids": outcome.done, "texts": [explanation[pk].strip() for pk in outcome.done]})
    return outcome


@transaction.atomic
def _move(
    actor: Scope,
    move: str,
    ids: Sequence[int],
    *,
    text: Text = "",
    sets: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
    within: str | None = None,
) -> Outcome:
    """Make *move* on *ids*. *within*: region beyond which rows are refused. One lock, one update a target.

    Who may receive and answers or assigns an issued row has received it: that step is written too.
    """
    actor.require(states.MOVES[move][0])
    words = text if isinstance(text, Mapping) else dict.fromkeys(ids, text)
    _check_lengths(words.values() if isinstance(text, Mapping) else (text,))
    outcome, mover = Outcome(), mover_of(actor)
    rows = _locked(actor, ids)
    versions = _versions(actor, rows) if move == "correct" else {}
    received: dict[int, tuple[str, str]] = {}
    steps: dict[int, tuple[str, str]] = {}
    for problem in rows:
        row = row_of(problem, versions.get(problem.return_id))
        taken = states.received_first(move, row, mover)
        why = states.refusal(move, taken, mover, text=words[problem.pk])
        if why is None and within is not None and not regions.contains(within, problem.region):
            why = "outside"
        if why is not None:
            outcome.refused[why].append(problem.pk)
            continue
        if taken.state != row.state:
            received[problem.pk] = (row.state, taken.state)
        steps[problem.pk] = (taken.state, states.target(move, taken))
    now = timezone.now()
    for state in sorted({target for _source, target in steps.values()}):
        changes = dict(sets or {}, state=state, updated_at=now, revision=F("revision") + 1)
        if move in {"check", "close"}:
            changes[OPINIONS[state]] = str(text).strip()[:600]
        Problem.objects.filter(pk__in=[pk for pk, step in steps.items() if step[1] == state]).update(
            **changes
        )
    _write_events(actor, "receive", received, {}, {}, now)
    _write_events(actor, move, steps, words, detail or {}, now)
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
        answer=problem.answer,
        rule_passes=problem.rule_passes,
        changed=version is not None and version > (problem.version_at_issue or 0),
        explained=bool(problem.explanation),
    )


def _locked(actor: Scope, ids: Sequence[int]) -> list[Problem]:
    """The rows in scope, locked in one order so that two bulk moves cannot lock each other out."""
    fields = (
        "id",
        "state",
        "level",
        "issuer",
        "region",
        "assigned_to",
        "answered_by",
        "answer",
        "rule_passes",
    )
    fields += ("return_id", "version_at_issue", "explanation")
    rows = Problem.objects.visible_to(actor).filter(pk__in=ids).only(*fields)
    return list(rows.order_by("pk").select_for_update())


def _versions(actor: Scope, rows: Iterable[Problem]) -> dict[Any, int]:
    wanted = {row.return_id for row in rows if row.return_id}
    return dict(Return.objects.visible_to(actor).filter(pk__in=wanted).values_list("pk", "version_no"))


def _write_events(
    actor: Scope,
    move: str,
    steps: Mapping[int, tuple[str, str]],
    words: Mapping[int, str],
    detail: Mapping[str, Any],
    at: Any,
) -> None:
    """One event a row; *steps*: row → (source, target)."""
    if not steps:
        return
    facts = {
        "at": at,
        "user": actor.user_id,
        "name": actor.user_name,
        "post": actor.post_kind,
        "move": move,
        "detail": orjson.dumps(detail).decode(),
        "ids": list(steps),
        "sources": [source for source, _target in steps.values()],
        "targets": [target for _source, target in steps.values()],
        "notes": [words.get(pk, "").strip() for pk in steps],
    }
    _run(_EVENTS, facts)


def _run(statement: str, params: Mapping[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def _close_batches(ids: Sequence[int]) -> None:
    """A batch is closed with its last row."""
    touched = Problem.objects.filter(pk__in=ids).values("batch_id")
    alive = Problem.objects.filter(batch=OuterRef("pk")).exclude(state=Problem.State.CLOSED)
    full = Batch.objects.filter(~Exists(alive), pk__in=touched, state=Batch.State.ISSUED)
    full.update(state=Batch.State.CLOSED)
