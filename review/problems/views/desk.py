"""The clerk's desk and the checker's queue: the same list, with the moves of the one who looks at it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from census.access.guard import requires
from census.access.scope import Scope
from census.numbers import whole
from census.people.models import User
from census.saved.views import opening
from census.ui.paging import paginate
from review.problems import states
from review.problems.filters import filter_problems
from review.problems.lines import desk_lines
from review.problems.models import Batch, Problem
from review.problems.people import people_for
from review.problems.queries import (
    batches_for,
    count_cached,
    groups,
    noted,
    once,
    region_names,
    twins_of,
    waiting_for,
)
from review.problems.reasons import reason_groups
from sources.forms.catalogue import load
from sources.objects.queries import plan_for_lists

SORTS = {
    "place": (gettext_lazy("place"), ("region", "id")),
    "deadline": (gettext_lazy("deadline"), ("deadline", "id")),
    "object": (gettext_lazy("object code"), ("object_code", "id")),
    "newest": (gettext_lazy("newest first"), ("-id",)),
}
MORE = ("severity", "form", "person", "answer", "late", "mark")  # filters folded away until one is set
GROUPS = {
    "object": gettext_lazy("Object"),
    "enterprise": gettext_lazy("Enterprise"),
    "rule": gettext_lazy("Rule"),
    "township": gettext_lazy("Township"),
    "form": gettext_lazy("Form"),
    "enumerator": gettext_lazy("Enumerator"),
    "person": gettext_lazy("Assigned to"),
}
FEW = ("rule", "township", "form", "enumerator", "person")  # few groups: several workers count them sooner
# the filter that shows one group's rows
GROUP_FILTER = dict.fromkeys(GROUPS) | {name: name for name in GROUPS} | {"township": "region"}


@requires("problem.view")
def problem_desk(request: HttpRequest) -> HttpResponse:
    """Rows to work on. Open ones first thing; an enumerator or filler sees those assigned to them."""
    if (elsewhere := opening(request, "problem_desk")) is not None:
        return elsewhere
    params = request.GET.copy()
    params.setdefault("state", "open")
    if not request.scope.can("problem.assign") and not request.scope.can("problem.check"):
        params.setdefault("person", "me")
    rows = Problem.objects.visible_to(request.scope).exclude(state=Problem.State.DRAFT)
    return _list(request, rows, params, "desk")


@requires("problem.check")
def problem_checks(request: HttpRequest) -> HttpResponse:
    """Answers that wait for this office: to check, or as issuer to accept or reopen."""
    if (elsewhere := opening(request, "problem_checks")) is not None:
        return elsewhere
    return _list(request, waiting_for(request.scope), request.GET.copy(), "checks")


@requires("problem.view")
def problem_count(request: HttpRequest) -> HttpResponse:
    """How many problems the filter of a desk holds, in every batch. The page does not wait for it."""
    scope, params = request.scope, request.GET
    rows = Problem.objects.visible_to(scope).exclude(state=Problem.State.DRAFT)
    if params.get("desk") == "checks":
        scope.require("problem.check")
        rows = waiting_for(scope)
    total = count_cached(scope, filter_problems(rows, params, scope), _filters(params))
    return render(request, "review/problems/count.html", {"total": total})


def _list(request: HttpRequest, rows: QuerySet[Problem], params: Any, desk: str) -> HttpResponse:
    scope = request.scope
    by = params.get("by") if params.get("by") in GROUPS else ""
    if by not in FEW:
        plan_for_lists()
    rows = filter_problems(rows, params, scope)
    sort = params.get("sort") if params.get("sort") in SORTS else "place"
    context: dict[str, Any] = {
        "desk": desk,
        "page_name": f"problem_{desk}",
        "params": params,
        "filters": _filters(params),
        "by": by,
        "groupings": GROUPS.items(),
        "group_field": GROUP_FILTER.get(by),
        "sort": sort,
        "more_open": sort != "place" or any(params.get(name) for name in MORE),
        "sorts": [(code, label) for code, (label, _order) in SORTS.items()],
        "forms": sorted(load().forms),
        "batches": list(batches_for(scope, {}).exclude(state=Batch.State.DRAFT).order_by("-issued_at")[:100]),
        "states": Problem.State.choices[1:],
        "answers": Problem.Answer.choices,
        "people": _people(scope),
        "may": _rights(scope),
        "reasons": reason_groups(),
    }
    if (filler := whole(params.get("enumerator"))) is not None:
        context["enumerator"] = User.objects.filter(pk=filler).values_list("name", flat=True).first()
    if by:
        context["buckets"] = groups(rows, by)
    else:
        rows, order = _ordered(scope, rows, sort)
        # lines only: groups and counts are of problems, in every batch; and a list is shown whole
        keep = once(rows, order) if desk == "desk" and not params.get("batch") else None
        page = paginate(rows, order, params, keep=keep)
        prefetch_related_objects(
            page.rows, "batch"
        )  # joined, they would be fetched for every row that is sorted
        context |= _shown(scope, page.rows, request.GET.get("row"), SORTS[sort][1])
        context["page"] = page
    return render(request, "review/problems/desk.html", context)


def _name_batches(rows: list[Problem], known: list[Batch]) -> None:
    """Give *rows* their batches. Joined, they would be fetched for every row that is sorted."""
    by_id = {batch.pk: batch for batch in known}
    for row in rows:
        if row.batch_id in by_id:
            row.batch = by_id[row.batch_id]
    prefetch_related_objects(rows, "batch")  # of the others


def _ordered(scope: Scope, rows: QuerySet[Problem], sort: str) -> tuple[QuerySet[Problem], tuple[str, ...]]:
    """*rows* and the fields of their order. A city or county sorts its own rows: the index of an order other than by
    place runs over the whole country, and would be walked past every other office's rows to find one's own."""
    order = SORTS[sort][1]
    if sort == "place" or scope.level < states.CITY:
        return rows, order
    down, field = order[0].startswith("-"), order[0].lstrip("-")
    keyed = rows.annotate(sort_key=Coalesce(field, field))  # the same value, which no index knows
    return keyed, ("-sort_key" if down else "sort_key", *order[1:])


def _people(scope: Scope) -> list[tuple[int, str, str]]:
    """Whom the rows may be given to: (number, name, place)."""
    people = people_for(scope) if scope.can("problem.assign") else []
    names = region_names(person.region for person in people)
    return [(person.id, person.name, names.get(person.region, person.region)) for person in people]


def _filters(params: Any) -> str:
    """What narrows the list, without the place in it and its order: the count depends on these alone."""
    kept = params.copy()
    for name in ("at", "row", "sort", "size", "view", "by"):
        kept.pop(name, None)
    return kept.urlencode()


def _shown(scope: Scope, rows: list[Problem], wanted: str | None, order: tuple[str, ...]) -> dict[str, Any]:
    """What the lines of a page say besides their own row."""
    current = _current(scope, rows, wanted, order)
    lines = desk_lines(
        rows,
        places=region_names(row.region for row in rows),
        twins=twins_of(scope, rows),
        noted=noted(scope, [row.pk for row in rows]),
        current=current,
    )
    return {"lines": lines, "current": current}


def _current(scope: Scope, rows: list[Problem], wanted: str | None, order: tuple[str, ...]) -> int | None:
    """The row whose panel is shown first: the one asked for; the next one where it has left the list; the first."""
    if not rows:
        return None
    number = whole(wanted)
    if number is None:
        return rows[0].pk
    if number in {row.pk for row in rows}:
        return number
    left = Problem.objects.visible_to(scope).filter(pk=number).first()
    if left is None:
        return rows[0].pk
    field = order[0].lstrip("-")
    place = (getattr(left, field), left.pk)
    following = [row for row in rows if (getattr(row, field), row.pk) > place]
    if order[0].startswith("-"):
        following = [row for row in rows if (getattr(row, field), row.pk) < place]
    return following[0].pk if following else rows[-1].pk


def _rights(scope: Scope) -> dict[str, bool]:
    return {move: scope.can(capability) for move, (capability, _from) in states.MOVES.items()}
