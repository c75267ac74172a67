"""One problem row beside the list: what is asked, the form, the moves, notes, calls and history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from census.access.guard import requires
from census.access.scope import Scope
from census.jobs.services import job_start
from review.picking import back_to, ids_of
from review.problems import moves, states
from review.problems.calls import call_record, calls_of
from review.problems.desk_models import Call
from review.problems.engine import mover_of, row_of
from review.problems.filters import filter_problems
from review.problems.lines import line_of
from review.problems.models import Problem
from review.problems.people import people_for
from review.problems.queries import (
    events_of,
    following,
    noted,
    region_names,
    same_fault,
    twins_of,
    waiting_for,
    with_twins,
)
from review.problems.reasons import reason_groups
from review.problems.settings import reasons
from review.problems.tasks import BULK_MOVES, CHUNK, MOVE, bulk_apply
from review.problems.undo import made_together, problem_note, undoable
from review.problems.views.desk import SORTS
from sources.objects.models import CensusObject
from sources.returns.models import Return
from sources.visits.attachments import attachments_of

# words a move takes from the form
WORDS = {
    "assign": ("person",),
    "correct": ("explanation",),
    "explain": ("explanation", "reason"),
    "reject": ("explanation", "reason"),
    "remove": ("explanation", "reason"),
    "check": ("opinion",),
    "close": ("opinion",),
    "send_back": ("reason",),
    "reopen": ("reason",),
}
# one answer is given to the same finding under all its batches; checks stay with each batch's own ladder
FOR_TWINS = {"receive", "assign", *states.ANSWERS}
BACK = {"withdraw", "undo"}  # taken back together where it was made together


@requires("problem.view")
def problem_panel(request: HttpRequest, problem_id: int) -> HttpResponse:
    """One row beside the list (as a fragment for htmx), or as a page of its own.

    ``?part=verdict``: only what a save of the form changes, so that what is being written stays.
    """
    problem = _get(request.scope, problem_id)
    context = _panel(request, problem)
    if request.GET.get("part") == "verdict":
        return render(request, "review/problems/verdict.html", context | {"swap_row": _on_list(request)})
    if request.headers.get("HX-Request"):
        return render(request, "review/problems/panel.html", context)
    context["following"] = following(request.scope, problem)
    return render(request, "review/problems/detail.html", context)


def _get(scope: Scope, problem_id: int) -> Problem:
    rows = Problem.objects.visible_to(scope).exclude(state=Problem.State.DRAFT).select_related("batch")
    return get_object_or_404(rows, pk=problem_id)


def _panel(request: HttpRequest, problem: Problem) -> dict[str, Any]:
    scope = request.scope
    sheet = (
        Return.objects.visible_to(scope)
        .filter(pk=problem.return_id)
        .only("id", "version_no", "state")
        .first()
    )
    row, mover = row_of(problem, sheet.version_no if sheet else None), mover_of(scope)
    events = list(events_of(scope, problem))
    evidence = attachments_of(scope, subject="problem", subject_ids=[problem.pk]).get(str(problem.pk), [])
    reason = reasons().get(problem.reason)
    allowed = _allowed(row, mover)
    context = {
        "problem": problem,
        "batch": problem.batch,
        "sheet": sheet,
        "object": CensusObject.objects.visible_to(scope).filter(pk=problem.object_id).first(),
        "events": [event for event in events if event.action != "note"],
        "notes": [event for event in events if event.action == "note"],
        "calls": calls_of(scope, problem.object_id)[:20],
        "call_results": Call.Result.choices,
        "same": same_fault(scope, problem)[:10],
        "twins": twins_of(scope, [problem]),
        "noted": noted(scope, [problem.pk]),
        "evidence": evidence,
        "no_evidence": bool(problem.answer and reason and reason.evidence and not evidence),
        "allowed": allowed,
        "answering": allowed & set(states.ANSWERS),
        "reasons": [group for group in reason_groups() if group[0] in allowed],
        "undoable": undoable(scope, problem),
        "may_note": scope.can("problem.answer") or scope.can("problem.check"),
        "hint": _hint(row, mover),
        "ladder": states.ladder(row.level, row.place),
        "people": people_for(scope) if "assign" in allowed else [],
        "place": region_names([problem.region]).get(problem.region, problem.region),
        "row": row,
    }
    return context | {"line": line_of(problem, context)}


# what the form of the panel asks for, or what a save of the questioned form beside it may still change
_TO_COME = {None, "code", "explanation", "unchanged", "rule_fails"}


def _allowed(row: states.Row, mover: states.Mover) -> set[str]:
    """The moves to offer: those that may be made now, and answers that lack only what is still to be written."""
    found = {}
    for move in states.MOVES:
        found[move] = states.refusal(move, states.received_first(move, row, mover), mover, text="x")
    return {
        move for move, why in found.items() if why is None or (move in states.ANSWERS and why in _TO_COME)
    }


def _hint(row: states.Row, mover: states.Mover) -> Any:
    """Why the row cannot be checked by the one who looks at it, where that is worth saying."""
    why = states.refusal("check", row, mover, text="x")
    return states.REFUSALS["own_answer"] if why == "own_answer" else ""


@requires("problem.view")
@require_POST
def problem_move(request: HttpRequest) -> HttpResponse:
    """Make one move on the ticked rows, on all rows of the filter, or on the row of the panel.

    The move ``answer`` takes its kind from the chosen reason (``move:code``).
    """
    scope = request.scope
    move, reason = request.POST.get("move", ""), request.POST.get("reason", "")
    ids = _chosen(request)
    if move == "answer":
        move, _colon, reason = reason.partition(":")
        if move not in states.ANSWERS:
            return _answer(request, ids, [], [_("Choose the reason of the answer.")])
    if move not in BULK_MOVES:
        raise BadRequest("move")
    if move in states.MOVES:
        scope.require(states.MOVES[move][0])
    words: dict[str, Any] = {name: request.POST.get(name, "") for name in WORDS.get(move, ())}
    if "reason" in words:
        words["reason"] = reason
    if move in states.ANSWERS and move != "correct" and "reason" not in request.POST:
        del words["reason"]
    chosen = with_twins(scope, ids) if move in FOR_TWINS | BACK else ids
    if move in BACK:
        chosen = ids + made_together(ids, chosen[len(ids) :])
    files = request.FILES.getlist("evidence") if move in states.ANSWERS else []
    if files and len(chosen) > moves.EVIDENCE_LIMIT:
        text = _("Evidence can be added to at most %(limit)s rows at once; select fewer.")
        return _answer(request, ids, [], [text % {"limit": moves.EVIDENCE_LIMIT}])
    if len(chosen) > CHUNK:
        title = _("Problem rows: %(count)s") % {"count": len(chosen)}
        job = job_start(scope, kind=MOVE, title=title, move=move, ids=chosen, words=words)
        return redirect("job_detail", job.id)
    try:
        outcome = bulk_apply(scope, move, chosen, words | ({"evidence": files} if files else {}))
    except ValidationError as error:
        return _answer(request, ids, [], error.messages)
    except ValueError:
        return _answer(request, ids, [], [_("Choose a person from the list.")])
    asked = set(ids)
    outcome.refused = {
        why: left for why, some in outcome.refused.items() if (left := [pk for pk in some if pk in asked])
    }
    return _answer(request, ids, _told(outcome.done, asked), outcome.sentences)


def _told(done: list[int], asked: set[int]) -> list[str]:
    own, others = len(asked & set(done)), len(set(done) - asked)
    told = [ngettext("%(n)d row done.", "%(n)d rows done.", own) % {"n": own}] if own else []
    if others:
        more = ngettext(
            "%(n)d row of another batch about the same finding too.",
            "%(n)d rows of other batches about the same findings too.",
            others,
        )
        told.append(more % {"n": others})
    return told


def _chosen(request: HttpRequest) -> list[int]:
    """Ticked rows, or (``all=1``) every row of the filter the page was showing."""
    if request.POST.get("all") != "1":
        return ids_of(request)
    params = QueryDict(request.POST.get("filter", ""))
    rows: QuerySet[Problem]
    if request.POST.get("desk") == "checks":
        rows = waiting_for(request.scope)
    else:
        rows = Problem.objects.visible_to(request.scope).exclude(state=Problem.State.DRAFT)
    found = filter_problems(rows, params, request.scope)
    return list(found.order_by(*SORTS["place"][1]).values_list("pk", flat=True))


@requires("problem.view")
@require_POST
def note_add(request: HttpRequest, problem_id: int) -> HttpResponse:
    """Write a note on a row."""
    get_object_or_404(Problem.objects.visible_to(request.scope), pk=problem_id)
    try:
        problem_note(request.scope, ids=[problem_id], text=request.POST.get("note", ""))
    except ValidationError as error:
        return _answer(request, [problem_id], [], error.messages)
    return _answer(request, [problem_id], [_("The note is kept.")], [])


@requires("problem.view")
@require_POST
def call_add(request: HttpRequest, problem_id: int) -> HttpResponse:
    """Log a call to the object of a row."""
    words = {name: request.POST.get(name, "") for name in ("person", "phone", "result", "note")}
    try:
        call_record(request.scope, problem_id=problem_id, **words)
    except ValidationError as error:
        return _answer(request, [problem_id], [], error.messages)
    return _answer(request, [problem_id], [_("The call is logged.")], [])


def _on_list(request: HttpRequest) -> bool:
    """The row stands on the desk's list only; the page of one problem has none to swap."""
    return "/problems/" not in request.headers.get("HX-Current-URL", "")


def _answer(request: HttpRequest, ids: list[int], told: list[str], faults: list[str]) -> HttpResponse:
    """Back to the list with messages, or the panel anew together with its row of the list."""
    if request.POST.get("panel") == "1" and request.headers.get("HX-Request") and len(ids) == 1:
        context = _panel(request, _get(request.scope, ids[0]))
        context |= {"told": told, "faults": faults, "swap_row": _on_list(request)}
        context["typed"] = request.POST if faults else {}
        return render(request, "review/problems/panel.html", context)
    for text in told:
        messages.success(request, text)
    for text in faults:
        messages.warning(request, text)
    return back_to(request, "problem_desk")
