"""Reading problems and batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone

from census.access.scope import Scope
from census.places.models import Region
from review.counting import counted
from review.problems import states
from review.problems.models import Batch, Problem, ProblemEvent

CITY_OBJECT = Q(region__endswith="00000000")  # a city's own object has no county rung


def to_answer(scope: Scope) -> QuerySet[Problem]:
    """Open rows that the actor's office or person answers: a county's, a city's own, or those assigned."""
    rows = Problem.objects.visible_to(scope).filter(state__in=states.OPEN)
    if not scope.can("problem.assign"):
        return rows.filter(assigned_to=scope.user_id)
    return rows.filter(CITY_OBJECT) if scope.level == states.CITY else rows


def waiting_for(scope: Scope) -> QuerySet[Problem]:
    """Rows whose next step belongs to the actor's office: to check, or (as issuer) to accept."""
    own = Q(issuer=scope.region, level=scope.level)
    county_step = Q(state="answered", level__lt=states.COUNTY)
    city_step = Q(state="county_checked", level__lt=states.CITY)
    if scope.level == states.COUNTY:
        mine = (county_step & ~CITY_OBJECT) | (own & Q(state="answered"))
    elif scope.level == states.CITY:
        mine = city_step | (Q(state="answered", level__lt=states.CITY) & CITY_OBJECT)
        mine |= own & (Q(state="county_checked") | (Q(state="answered") & CITY_OBJECT))
    else:
        mine = own & Q(state="city_checked")
    return Problem.objects.visible_to(scope).filter(mine)


def batches_for(scope: Scope, params: Mapping[str, Any]) -> QuerySet[Batch]:
    """Batches the actor has something to do with: the office's own, and those with rows in its scope."""
    rows = Problem.objects.visible_to(scope).filter(batch=OuterRef("pk"))
    batches = Batch.objects.visible_to(scope).filter(Exists(rows) | Q(region=scope.region))
    batches = batches.exclude(state=Batch.State.CLOSED, number__isnull=True)  # discarded drafts
    if not scope.can("problem.issue"):
        batches = batches.exclude(state=Batch.State.DRAFT)
    if params.get("level") in {"0", "1", "2", "3"}:
        batches = batches.filter(level=int(params["level"]))
    if params.get("state") in Batch.State.values:
        batches = batches.filter(state=params["state"])
    if text := (params.get("q") or "").strip():
        batches = batches.filter(Q(title__icontains=text) | Q(office_name__icontains=text))
    return batches


def drafts_of(scope: Scope) -> QuerySet[Batch]:
    """Drafts of the actor's own office, newest first; none for a post that issues no lists."""
    if not scope.can("problem.issue"):
        return Batch.objects.none()
    drafts = Batch.objects.visible_to(scope).filter(region=scope.region, state=Batch.State.DRAFT)
    return drafts.order_by("-created_at")[:20]


def progress_of(rows: QuerySet[Problem], *keys: str) -> list[dict[str, Any]]:
    """Counts that all rates are made of, grouped by *keys*. See ``rates.Line`` for their meaning."""
    today = timezone.localdate()
    counted = {
        "issued": Count("id"),
        "received": Count("id", filter=~Q(state="issued") | Q(round__gt=1)),
        "answered": Count("id", filter=Q(state__in=states.ANSWERED)),
        "corrected": Count("id", filter=Q(state__in=states.ANSWERED, answer="corrected")),
        "confirmed": Count("id", filter=Q(state__in=states.ANSWERED, answer="explained")),
        "rejected": Count("id", filter=Q(state__in=states.ANSWERED, answer="false_alarm")),
        "removed": Count("id", filter=Q(state__in=states.ANSWERED, answer="removed")),
        "checked": Count("id", filter=Q(state__in=states.CHECKED)),
        "closed": Count("id", filter=Q(state="closed")),
        "reopened": Count("id", filter=Q(round__gt=1)),
        "late": Count("id", filter=Q(state__in=states.OPEN, deadline__lt=today)),
    }
    return list(rows.exclude(state="draft").order_by().values(*keys).annotate(**counted).order_by(*keys))


def count_cached(scope: Scope, rows: QuerySet, key: str) -> int:
    """Number of *rows*, kept for some seconds by scope and filter."""
    return counted(scope, "problems", key, rows.count)


def same_fault(scope: Scope, problem: Problem) -> QuerySet[Problem]:
    """Rows of other batches about the same finding, or the same item where there is no finding."""
    rows = Problem.objects.visible_to(scope).exclude(pk=problem.pk).select_related("batch")
    if problem.finding_id:
        return rows.filter(finding_id=problem.finding_id)
    if not problem.indicator:
        return rows.none()
    place = {"form": problem.form, "sheet": problem.sheet, "row": problem.row, "indicator": problem.indicator}
    return rows.filter(object_id=problem.object_id, **place)


def events_of(scope: Scope, problem: Problem) -> QuerySet[ProblemEvent]:
    """The life of a row, oldest first."""
    return ProblemEvent.objects.visible_to(scope).filter(problem_id=problem.pk).order_by("id")


def groups(rows: QuerySet[Problem], by: str, limit: int = 100) -> list[dict[str, Any]]:
    """Rows per object, rule, township or person, most first: ``key, label, count``."""
    if by == "object":
        found = rows.order_by().values(key=F("object_id"), label=F("object_name"))
    elif by == "person":
        found = rows.order_by().values(key=F("assigned_to"), label=F("assigned_name"))
    elif by == "rule":
        found = rows.order_by().values(key=F("rule"))
    elif by == "form":
        found = rows.order_by().values(key=F("form"))
    else:
        return _townships(rows, limit)
    return list(found.annotate(count=Count("id")).order_by("-count")[:limit])


def _townships(rows: QuerySet[Problem], limit: int) -> list[dict[str, Any]]:
    township = Concat(Substr("region", 1, 9), Value("000"))
    found = rows.order_by().annotate(key=township).values("key").annotate(count=Count("id"))
    counted = list(found.order_by("-count")[:limit])
    names = region_names(row["key"] for row in counted)
    return [{**row, "label": names.get(row["key"], row["key"])} for row in counted]


def region_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of divisions by code, in one query."""
    return dict(Region.objects.filter(code__in=set(codes)).values_list("code", "name"))
