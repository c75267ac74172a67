"""The clerk's desk and the checker's queue: the same list, with the moves of the one who looks at it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from census.access.guard import requires
from census.access.scope import Scope
from census.jobs.services import job_start
from census.ui.paging import paginate
from review.picking import back_to, ids_of
from review.problems import moves, states
from review.problems.engine import mover_of, row_of
from review.problems.filters import filter_problems
from review.problems.models import Batch, Problem
from review.problems.people import people_for
from review.problems.queries import (
    batches_for,
    count_cached,
    events_of,
    groups,
    region_names,
    same_fault,
    waiting_for,
)
from review.problems.tasks import BULK_MOVES, CHUNK, MOVE, bulk_apply
from sources.forms.catalogue import load
from sources.objects.models import CensusObject
from sources.returns.models import Return
from sources.visits.attachments import attachments_of

ORDER = ("region", "id")
GROUPS = {
    "object": gettext_lazy("Object"),
    "rule": gettext_lazy("Rule"),
    "township": gettext_lazy("Township"),
    "form": gettext_lazy("Form"),
    "person": gettext_lazy("Person"),
}
GROUP_FILTER = {"object": "object", "rule": "rule", "township": "region", "form": "form", "person": "person"}
# words a move takes from the form: field -> argument
WORDS = {
    "assign": ("person",),
    "correct": ("explanation",),
    "explain": ("explanation",),
    "remove": ("explanation",),
    "check": ("opinion",),
    "close": ("opinion",),
    "send_back": ("reason",),
    "reopen": ("reason",),
}


@requires("problem.view")
def problem_desk(request: HttpRequest) -> HttpResponse:
    """Rows to work on. Open ones first thing; an enumerator or filler sees those assigned to them."""
    params = request.GET.copy()
    params.setdefault("state", "open")
    if not request.scope.can("problem.assign") and not request.scope.can("problem.check"):
        params.setdefault("person", "me")
    rows = Problem.objects.visible_to(request.scope).exclude(state=Problem.State.DRAFT)
    return _list(request, rows, params, "desk")


@requires("problem.check")
def problem_checks(request: HttpRequest) -> HttpResponse:
    """Answers that wait for this office: to check, or as issuer to accept or reopen."""
    params = request.GET.copy()
    return _list(request, waiting_for(request.scope), params, "checks")


def _list(request: HttpRequest, rows: QuerySet[Problem], params: Any, desk: str) -> HttpResponse:
    scope = request.scope
    rows = filter_problems(rows, params, scope)
    by = params.get("by") if params.get("by") in GROUPS else ""
    context: dict[str, Any] = {
        "desk": desk,
        "params": params,
        "total": count_cached(scope, rows, f"{desk}?{params.urlencode()}"),
        "by": by,
        "groupings": GROUPS.items(),
        "group_field": GROUP_FILTER.get(by),
        "forms": sorted(load().forms),
        "batches": batches_for(scope, {}).exclude(state=Batch.State.DRAFT).order_by("-issued_at")[:100],
        "states": Problem.State.choices[1:],
        "people": people_for(scope) if scope.can("problem.assign") else [],
        "may": _rights(scope),
    }
    if by:
        context["buckets"] = groups(rows, by)
    else:
        page = paginate(rows.select_related("batch"), ORDER, params)
        context["page"] = page
        context["places"] = region_names(row.region for row in page.rows)
        context["current"] = _current(page.rows, request.GET.get("row"))
    return render(request, "review/problems/desk.html", context)


def _current(rows: list[Problem], wanted: str | None) -> int | None:
    """The row whose panel is shown first: the one asked for, else the first."""
    ids = [row.pk for row in rows]
    if wanted and wanted.isdigit() and int(wanted) in ids:
        return int(wanted)
    return ids[0] if ids else None


def _rights(scope: Scope) -> dict[str, bool]:
    return {move: scope.can(capability) for move, (capability, _from) in states.MOVES.items()}


@requires("problem.view")
def problem_panel(request: HttpRequest, problem_id: int) -> HttpResponse:
    """One row beside the list (as a fragment for htmx), or as a page of its own."""
    problem = _get(request.scope, problem_id)
    template = "panel" if request.headers.get("HX-Request") else "detail"
    return render(request, f"review/problems/{template}.html", _panel(request, problem))


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
    row = row_of(problem, sheet.version_no if sheet else None)
    mover = mover_of(scope)
    # a text is asked for in the form itself, so it is not what stands in the way here
    allowed = {
        move
        for move in states.MOVES
        if states.refusal(move, states.received_first(move, row, mover), mover, text="x") is None
    }
    return {
        "problem": problem,
        "batch": problem.batch,
        "sheet": sheet,
        "object": CensusObject.objects.visible_to(scope).filter(pk=problem.object_id).first(),
        "events": events_of(scope, problem),
        "same": same_fault(scope, problem)[:10],
        "evidence": attachments_of(scope, subject="problem", subject_ids=[problem.pk]).get(
            str(problem.pk), []
        ),
        "allowed": allowed,
        "answering": allowed & set(states.ANSWERS),
        "hint": _hint(row, mover),
        "ladder": states.ladder(row.level, row.place),
        "people": people_for(scope) if "assign" in allowed else [],
        "place": region_names([problem.region]).get(problem.region, problem.region),
        "row": row,
    }


def _hint(row: states.Row, mover: states.Mover) -> Any:
    """Why the row cannot be checked by the one who looks at it, where that is worth saying."""
    why = states.refusal("check", row, mover, text="x")
    return states.REFUSALS["own_answer"] if why == "own_answer" else ""


@requires("problem.view")
@require_POST
def problem_move(request: HttpRequest) -> HttpResponse:
    """Make one move on the ticked rows, on all rows of the filter, or on the row of the panel."""
    move = request.POST.get("move", "")
    if move not in BULK_MOVES:
        raise BadRequest("move")
    scope = request.scope
    scope.require(states.MOVES[move][0])
    ids = _chosen(request)
    words = {name: request.POST.get(name, "") for name in WORDS.get(move, ())}
    panel = request.POST.get("panel") == "1"
    if request.FILES and len(ids) > moves.EVIDENCE_LIMIT:
        text = _("Evidence can be added to at most %(limit)s rows at once; select fewer.")
        return _answer(request, panel, ids, [], [text % {"limit": moves.EVIDENCE_LIMIT}])
    if len(ids) > CHUNK:
        title = _("Problem rows: %(count)s") % {"count": len(ids)}
        job = job_start(scope, kind=MOVE, title=title, move=move, ids=ids, words=words)
        return redirect("job_detail", job.id)
    try:
        arguments: dict[str, Any] = dict(words)
        if move == "explain" and request.FILES:
            arguments["evidence"] = request.FILES.getlist("evidence")
        outcome = bulk_apply(scope, move, ids, arguments)
    except (ValidationError, ValueError) as error:
        texts = (
            error.messages if isinstance(error, ValidationError) else [_("Choose a person from the list.")]
        )
        return _answer(request, panel, ids, [], texts)
    done = len(outcome.done)
    told = [ngettext("%(n)d row done.", "%(n)d rows done.", done) % {"n": done}] if done else []
    return _answer(request, panel, ids, told, outcome.sentences)


def _chosen(request: HttpRequest) -> list[int]:
    """Ticked rows, or (``all=1``) every row of the filter the page was showing."""
    if request.POST.get("all") != "1":
        return ids_of(request)
    params = QueryDict(request.POST.get("filter", ""))
    if request.POST.get("desk") == "checks":
        rows = waiting_for(request.scope)
    else:
        rows = Problem.objects.visible_to(request.scope).exclude(state=Problem.State.DRAFT)
    found = filter_problems(rows, params, request.scope)
    return list(found.order_by(*ORDER).values_list("pk", flat=True))


def _answer(
    request: HttpRequest, panel: bool, ids: list[int], told: list[str], faults: list[str]
) -> HttpResponse:
    """Back to the list with messages, or the panel anew together with its row of the list."""
    if panel and request.headers.get("HX-Request") and len(ids) == 1:
        context = _panel(request, _get(request.scope, ids[0]))
        # the row stands on the desk's list only; the page of one problem has none to swap
        on_list = "/problems/" not in request.headers.get("HX-Current-URL", "")
        context |= {"told": told, "faults": faults, "swap_row": on_list, "typed": request.POST}
        return render(request, "review/problems/panel.html", context)
    for text in told:
        messages.success(request, text)
    for text in faults:
        messages.warning(request, text)
    return back_to(request, "problem_desk")
