"""What a user picked in a filter bar, as conditions.

Unknown or malformed values are ignored: addresses are typed, bookmarked and shortened by people.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from census.access.scope import Scope
from census.numbers import whole
from census.people.models import Post
from census.places import regions
from review.problems import states
from review.problems.models import Problem
from review.problems.search import searched

STATE_GROUPS = {
    "open": states.OPEN,
    "waiting": states.WAITING,
    "closed": ("closed",),
}
NONE = "none"  # in the address: rows that have none of it


def region_condition(code: str | None, field: str = "region") -> Q:
    """Rows in the division *code* (any level); no condition for a malformed code."""
    if not regions.is_code(code):
        return Q()
    low, high = regions.bounds(code)
    return Q(**{f"{field}__gte": low, f"{field}__lt": high})


def filter_problems(rows: QuerySet[Problem], params: Mapping[str, Any], scope: Scope) -> QuerySet[Problem]:
    """Narrow *rows* by the filters of the desk (see ``templates/review/problems/filters.html``)."""
    condition = region_condition(params.get("region"))
    if batch := _uuid(params.get("batch")):
        condition &= Q(batch_id=batch)
    if group := STATE_GROUPS.get(params.get("state", "")):
        condition &= Q(state__in=group)
    elif params.get("state") in Problem.State.values:
        condition &= Q(state=params["state"])
    for name in ("form", "rule", "severity", "answer", "reason"):
        if value := params.get(name):
            condition &= Q(**{name: "" if value == NONE else value})
    if (level := params.get("level", "")) in {"0", "1", "2", "3"}:
        condition &= Q(level=int(level))
    if params.get("late"):
        condition &= Q(deadline__lt=timezone.localdate(), state__in=states.OPEN)
    person = params.get("person", "")
    if person == "me":
        condition &= Q(assigned_to__in=scope.persons)
    elif person == NONE:
        condition &= Q(assigned_to__isnull=True)
    elif (number := whole(person)) is not None:
        condition &= Q(assigned_to=number)
    if obj := _uuid(params.get("object")):
        condition &= Q(object_id=obj)
    if enterprise := params.get("enterprise", ""):
        # a range, because row-level security keeps LIKE away from the index
        condition &= Q(object_code__gte=enterprise, object_code__lt=enterprise + "~")
    filler = params.get("enumerator", "")
    if (number := whole(filler)) is not None:
        condition &= Q(district_id__in=districts_of(number))
    elif filler == NONE:
        condition &= Q(district_id__isnull=True)
    if params.get("mark"):
        condition &= ~Q(mark="")
    rows = rows.filter(condition)
    return searched(rows, text) if (text := params.get("q", "").strip()) else rows


def districts_of(user_id: int) -> list[uuid.UUID]:
    """The census districts of an enumerator, from the posts in force."""
    posts = Post.objects.current().filter(user_id=user_id, kind="enumerator")
    return [district for post in posts for district in post.districts]


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
