"""Moves of problem rows: receive, assign, answer, check, close, reopen. One row or thousands, the same code.

What a move is allowed to do stands in ``states``; how it is made, in ``engine``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope
from review.findings.models import Finding
from review.problems import states
from review.problems.engine import Outcome, Text, move_rows, run_sql, text_of
from review.problems.models import Batch, Problem
from review.problems.people import Person
from review.problems.settings import OTHER
from sources.objects.models import CensusObject
from sources.returns.models import Return
from sources.visits.attachments import attachment_add

AFTER_ANSWER = ("fails_again", "changed_after_answer", "accounted")  # marks that speak of an answer
ACCEPTED = ("explained", "false_alarm")  # answers that leave the value as it is
EVIDENCE_LIMIT = 200  # rows one upload may be bound to at once

_EXPLAIN = """
UPDATE review_problem p SET explanation = told.text, reason = told.reason
FROM unnest(%(ids)s::bigint[], %(texts)s::text[], %(reasons)s::text[]) AS told(id, text, reason)
WHERE told.id = p.id
"""


def problem_receive(actor: Scope, *, ids: Sequence[int]) -> Outcome:
    """The office of the place takes issued rows to its desk."""
    return move_rows(actor, "receive", ids)


def problem_assign(actor: Scope, *, ids: Sequence[int], person: Person) -> Outcome:
    """Give rows to *person*; rows still to be received are received first (two events)."""
    detail = {"to": person.id, "to_name": person.name}
    sets = {"assigned_to": person.id, "assigned_name": person.name}
    return move_rows(actor, "assign", ids, sets=sets, detail=detail, within=person.region)


@transaction.atomic
def problem_answer(
    actor: Scope,
    move: str,
    *,
    ids: Sequence[int],
    explanation: Text = "",
    reason: Text = OTHER,
    evidence: Iterable[UploadedFile] = (),
) -> Outcome:
    """Answer by *move*: ``correct`` (the form must have changed since issue; the rule passes now, or it is explained),
    ``explain`` (the value is right), ``reject`` (a false alarm, the rule is at fault; only for rows that a rule asked)
    or ``remove`` (the object does not belong to the census; it is taken from the register separately).

    *explanation* is one text for all *ids*, or a text for each; *reason* likewise a code (``settings.reasons``), of
    all but corrections; the files of *evidence* are bound to each row, all or nothing.
    """
    reason = "" if move == "correct" else reason
    version = Return.objects.filter(pk=OuterRef("return_id")).values("version_no")
    sets = {
        "answer": states.ANSWERS[move],
        "reason": _whole(reason),
        "explanation": _whole(explanation),
        "answered_by": actor.user_id,
        "answered_by_name": actor.user_name,
        "answered_for": actor.behalf_of,
        "answered_at": timezone.now(),
        "answered_version": Subquery(version[:1]),
        # what happened to an earlier answer is past
        "mark": Case(When(mark__in=AFTER_ANSWER, then=Value("")), default=F("mark")),
    }
    detail = {"reason": reason} if sets["reason"] else {}
    outcome = move_rows(actor, move, ids, text=explanation, sets=sets, detail=detail, reason=reason)
    if outcome.done and (isinstance(explanation, Mapping) or isinstance(reason, Mapping)):
        facts = {
            "ids": outcome.done,
            "texts": [text_of(explanation, pk).strip() for pk in outcome.done],
            "reasons": [text_of(reason, pk) for pk in outcome.done],
        }
        run_sql(_EXPLAIN, facts)
    evidence_add(actor, ids=outcome.done, files=evidence)
    return outcome


def problem_withdraw(actor: Scope, *, ids: Sequence[int]) -> Outcome:
    """Take one's own answer back before anybody checked it."""
    nobody = dict.fromkeys(("answered_by", "answered_for", "answered_at", "answered_version"))
    cleared = {"answer": "", "reason": "", "answered_by_name": ""}
    return move_rows(actor, "withdraw", ids, sets=cleared | nobody)


def problem_check(actor: Scope, *, ids: Sequence[int], opinion: str = "") -> Outcome:
    """Accept answers at the own rung of the ladder (county, then city)."""
    return move_rows(actor, "check", ids, text=opinion)


@transaction.atomic
def problem_close(actor: Scope, *, ids: Sequence[int], opinion: str = "") -> Outcome:
    """The issuer accepts: the end of the ladder. What was explained is explained as a finding too."""
    outcome = move_rows(actor, "close", ids, text=opinion, sets={"closed_at": timezone.now()})
    after_close(outcome.done)
    return outcome


def problem_send_back(actor: Scope, *, ids: Sequence[int], reason: str) -> Outcome:
    """A county or city does not accept the answer: back to whom it was assigned."""
    return move_rows(actor, "send_back", ids, text=reason)


@transaction.atomic
def problem_reopen(actor: Scope, *, ids: Sequence[int], reason: str) -> Outcome:
    """The issuer does not accept, or finds a closed row wrong: a new round with the reason."""
    sets = {"round": F("round") + 1, "closed_at": None}
    outcome = move_rows(actor, "reopen", ids, text=reason, sets=sets)
    after_reopen(outcome.done)
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
    if set(owners.values()) - objects.keys():
        raise ValidationError(
            _("Evidence is kept with a census object; for a row about a place, answer in words.")
        )
    for pk, object_id in owners.items():
        for upload in files:
            upload.seek(0)
            attachment_add(actor, subject="problem", subject_id=pk, obj=objects[object_id], upload=upload)
    return len(owners) * len(files)


# -- small parts -----------------------------------------------------------------------------------
def _whole(text: Text) -> str:
    """A text for all rows; blank for now where each has its own."""
    return "" if isinstance(text, Mapping) else text.strip()


def after_close(ids: Sequence[int]) -> None:
    """A batch is closed with its last row. What the issuer accepted as explained or as a false alarm is no open
    finding any more; errors only where the issuer stands above the county that approves the forms."""
    touched = Problem.objects.filter(pk__in=ids).values("batch_id")
    alive = Problem.objects.filter(batch=OuterRef("pk")).exclude(state=Problem.State.CLOSED)
    full = Batch.objects.filter(~Exists(alive), pk__in=touched, state=Batch.State.ISSUED)
    full.update(state=Batch.State.CLOSED)
    accepted = Problem.objects.filter(pk__in=ids, answer__in=ACCEPTED)
    above = accepted.filter(level__lt=states.COUNTY)
    open_ones = Finding.objects.filter(state=Finding.State.OPEN)
    at_ease = Q(pk__in=accepted.values("finding_id")) & ~Q(severity="error")
    open_ones.filter(at_ease | Q(pk__in=above.values("finding_id"))).update(state=Finding.State.EXPLAINED)


def after_reopen(ids: Sequence[int]) -> None:
    """The batch lives again, and so does what had been accepted as explained."""
    rows = Problem.objects.filter(pk__in=ids)
    closed = Batch.objects.filter(
        pk__in=rows.values("batch_id"), state=Batch.State.CLOSED, number__isnull=False
    )
    closed.update(state=Batch.State.ISSUED)
    explained = Finding.objects.filter(state=Finding.State.EXPLAINED)
    explained.filter(pk__in=rows.filter(answer__in=ACCEPTED).values("finding_id")).update(
        state=Finding.State.OPEN
    )
