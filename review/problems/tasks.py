"""Job kinds of problem lists: issuing, importing, and bulk moves too big for a request."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from celery import shared_task
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from census.access.scope import Scope, enter
from census.jobs.services import JobFault, Progress, job_kind
from review.problems import moves, states
from review.problems.batches import batch_issue
from review.problems.engine import WHY, Outcome
from review.problems.models import Batch
from review.problems.people import person_for
from review.problems.reminders import reminders_send
from review.problems.undo import problem_undo

ISSUE = "review.issue"
MOVE = "review.move"
CHUNK = 1000  # rows a committed step

BULK_MOVES: dict[str, Callable[..., Outcome]] = {
    "receive": moves.problem_receive,
    "assign": moves.problem_assign,
    **{move: partial(moves.problem_answer, move=move) for move in states.ANSWERS},
    "withdraw": moves.problem_withdraw,
    "check": moves.problem_check,
    "close": moves.problem_close,
    "send_back": moves.problem_send_back,
    "reopen": moves.problem_reopen,
    "undo": problem_undo,
}


@job_kind(ISSUE)
def issue(progress: Progress, batch: str) -> dict[str, Any]:
    """Issue a batch in one transaction. A restart after the commit finds it issued and is done."""
    progress.start(1, _("Issuing the list"))
    with progress.step(done=1):
        found = Batch.objects.visible_to(progress.scope).get(pk=UUID(batch))
        if found.state == Batch.State.DRAFT:
            try:
                found = batch_issue(progress.scope, batch_id=found.id)
            except ValidationError as error:
                raise JobFault("; ".join(error.messages)) from error
    return {
        "batch": batch,
        "number": found.code,
        "rows": found.rows,
        "url": reverse("batch_detail", args=[found.id]),
        "counts": {_("Rows"): found.rows},
    }


@job_kind(MOVE)
def bulk_move(progress: Progress, move: str, ids: list[int], words: dict[str, Any]) -> dict[str, Any]:
    """Make one move on many rows, some thousand a step; a restart goes on after the last step."""
    progress.start(len(ids), _("Problem rows"))
    at = progress.checkpoint.get("at", 0)
    done = progress.checkpoint.get("moved", 0)
    refused: dict[str, int] = progress.checkpoint.get("refused", {})
    progress.job.done = at
    while at < len(ids):
        some = ids[at : at + CHUNK]
        progress.checkpoint |= {"at": at + len(some)}
        with progress.step(done=len(some)):
            try:
                outcome = bulk_apply(progress.scope, move, some, words)
            except ValidationError as error:
                raise JobFault("; ".join(error.messages)) from error
            done += len(outcome.done)
            for why, rows in outcome.refused.items():
                refused[why] = refused.get(why, 0) + len(rows)
            progress.checkpoint |= {"moved": done, "refused": refused}
        at += len(some)
    left = {str(WHY[why]): count for why, count in refused.items()}
    return {"done": done, "refused": refused, "counts": {_("Rows done"): done, **left}}


def bulk_apply(actor: Any, move: str, ids: list[int], words: dict[str, Any]) -> Outcome:
    """Make *move* on *ids* with the words of the form: ``explanation``, ``reason``, ``opinion``, ``person``."""
    arguments = dict(words)
    if move == "assign":
        arguments["person"] = person_for(actor, int(arguments["person"]))
    return BULK_MOVES[move](actor, ids=ids, **arguments)


@shared_task(name="review.problems.remind")
def remind() -> int:
    """Every morning: the reminders of deadlines that are due."""
    with enter(Scope.system()) as scope:
        return reminders_send(scope)
