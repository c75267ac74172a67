"""Reading problems and batches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, Substr, TruncDate
from django.utils import timezone

from census.access.scope import Scope
from census.people.models import Post
from census.places.models import Region
from review.counting import counted
from review.problems import states
from review.problems.models import Batch, Problem, ProblemEvent

NOT_LIVING = ("draft", "closed")
ENTERPRISE = 18  # digits of an object's code that are the enterprise's own; places of it add more
CITY_OBJECT = Q(region__endswith="00000000")  # a city's own object has no county rung


def to_answer(scope: Scope) -> QuerySet[Problem]:
    """Open rows that the actor's office or person answers: a county's, a city's own, or those assigned."""
    rows = Problem.objects.visible_to(scope).filter(state__in=states.OPEN)
    if not scope.can("problem.assign"):
        return rows.filter(assigned_to__in=scope.persons)
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


def following(scope: Scope, problem: Problem) -> int | None:
    """The next row, in order of place, of the work that *problem* is or was part of: to answer, or to check. On a
    phone, where a row is a page of its own, it is the way on."""
    rows = waiting_for(scope) if problem.state in states.WAITING else to_answer(scope)
    beyond = Q(region__gt=problem.region) | Q(region=problem.region, pk__gt=problem.pk)
    rows = rows.filter(beyond, region__gte=problem.region).order_by("region", "pk")
    return rows.values_list("pk", flat=True).first()


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


# what a day's work is counted from: count of the line -> actions of events
DAY_WORK = {
    "issued": ("issue",),
    "received": ("receive",),
    "answered": tuple(states.ANSWERS),
    "corrected": ("correct",),
    "confirmed": ("explain",),
    "rejected": ("reject",),
    "removed": ("remove",),
    "checked": ("check", "close"),
    "closed": ("close",),
    "reopened": ("reopen",),
}


def work_by(
    scope: Scope, key: str, first: dt.date, last: dt.date, rows: QuerySet[Problem] | None = None
) -> list[dict[str, Any]]:
    """Steps made from *first* to *last* (both counted), by ``day`` or by ``person``; of *rows* only, where given.

    Steps taken back again count where they were made.
    """
    zone = timezone.get_current_timezone()
    begin = dt.datetime.combine(first, dt.time(), zone)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    events = ProblemEvent.objects.visible_to(scope).filter(at__gte=begin, at__lt=end).order_by()
    if rows is not None:
        events = events.filter(problem_id__in=rows.values("pk"))
    counts = {name: Count("pk", filter=Q(action__in=actions)) for name, actions in DAY_WORK.items()}
    if key == "day":
        found = events.annotate(day=TruncDate("at")).values("day").annotate(**counts).order_by("day")
    else:
        people = events.filter(user_id__isnull=False).exclude(action="issue")
        found = (
            people.values("user_id").annotate(name=Max("user_name"), **counts).order_by("-answered", "name")
        )
    return [row | {"late": 0} for row in found]


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


def once(rows: QuerySet[Problem], order: Sequence[str]) -> Callable[[list[Problem]], list[Problem]]:
    """For ``paginate``: of the same finding under several batches the first of *rows* in their *order* stands for all.

    Asked for the few rows that were read, not in the query of the list: there the planner, without fresh statistics,
    takes it for cheap and does it for each row of a province.
    """

    def keep(read: list[Problem]) -> list[Problem]:
        same = rows.filter(finding_id__in={row.finding_id for row in read} - {None}).order_by(*order)
        first: dict[int, int] = {}
        for finding, pk in same.values_list("finding_id", "pk"):
            first.setdefault(finding, pk)
        return [row for row in read if row.finding_id is None or first.get(row.finding_id, row.pk) == row.pk]

    return keep


def twins_of(scope: Scope, rows: Iterable[Problem]) -> dict[int, list[Problem]]:
    """For each row that has a finding: the other living rows about it, first issued first; of them and their batches
    only what names them."""
    by_finding = {row.finding_id: row.pk for row in rows if row.finding_id}
    others = Problem.objects.visible_to(scope).filter(finding_id__in=by_finding).exclude(state__in=NOT_LIVING)
    others = others.exclude(pk__in=by_finding.values()).select_related("batch").order_by("pk")
    others = others.only("finding_id", "level", "batch__year", "batch__number")
    found: dict[int, list[Problem]] = {}
    for other in others:
        found.setdefault(by_finding[other.finding_id], []).append(other)
    return found


def with_twins(scope: Scope, ids: Iterable[int]) -> list[int]:
    """*ids* and the living rows of other batches about the same findings: one answer is given to all of them."""
    ids = list(ids)
    findings = Problem.objects.visible_to(scope).filter(pk__in=ids, finding_id__isnull=False)
    twins = Problem.objects.visible_to(scope).filter(finding_id__in=findings.values("finding_id"))
    known = set(ids)
    living = twins.exclude(state__in=NOT_LIVING).order_by("pk").values_list("pk", flat=True)
    return ids + [pk for pk in living if pk not in known]


def noted(scope: Scope, ids: Iterable[int]) -> set[int]:
    """Which of *ids* carry notes."""
    notes = ProblemEvent.objects.visible_to(scope).filter(problem_id__in=list(ids), action="note")
    return set(notes.order_by().values_list("problem_id", flat=True))


GROUP_KEYS: dict[str, Any] = {
    "object": F("object_id"),
    "enterprise": Substr("object_code", 1, ENTERPRISE),
    "person": F("assigned_to"),
    "rule": F("rule"),
    "form": F("form"),
    "township": Concat(Substr("region", 1, 9), Value("000")),
    "enumerator": F("district_id"),
}
GROUP_NAMES = {  # what a group is called is read from its first row; of a rule, what it says there
    "object": "object_name",
    "enterprise": "object_name",
    "person": "assigned_name",
    "rule": "description",
}


def groups(rows: QuerySet[Problem], by: str, limit: int = 100) -> list[dict[str, Any]]:
    """Rows per object, enterprise, rule, township, form, enumerator or person, most first.

    Each with ``key`` (as the filter takes it), ``label``, ``count``, ``errors`` and ``late``. Names are looked up for
    the groups shown, not carried along while a province is counted.
    """
    today = timezone.localdate()
    counts = {
        "count": Count("id"),
        "errors": Count("id", filter=Q(severity="error")),
        "late": Count("id", filter=Q(state__in=states.OPEN, deadline__lt=today)),
    }
    found = rows.order_by().values(key=GROUP_KEYS[by]).annotate(**counts).order_by("-count", "key")
    if by == "enumerator":
        return _enumerators(list(found))[:limit]
    name = GROUP_NAMES.get(by)
    buckets = list((found.annotate(one=Min("id")) if name else found)[:limit])
    if by == "township":
        names: Mapping[Any, str] = region_names(row["key"] for row in buckets)
    elif name:
        told = rows.order_by().filter(pk__in=[row["one"] for row in buckets]).values_list("pk", name)
        texts = dict(told)
        names = {row["key"]: texts[row["one"]] for row in buckets if row["one"] in texts}
    else:
        names = {}
    return [{**row, "label": names.get(row["key"], row["key"])} for row in buckets]


def _enumerators(districts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Counts by census district summed up by the enumerator who has it; of several, the first by number."""
    posts = Post.objects.current().filter(
        kind="enumerator", districts__overlap=[row["key"] for row in districts if row["key"]]
    )
    owners: dict[Any, tuple[int, str]] = {}
    for user, name, own in posts.order_by("-user_id").values_list("user_id", "user__name", "districts"):
        owners |= dict.fromkeys(own, (user, name))
    sums: dict[Any, dict[str, Any]] = {}
    for row in districts:
        user, name = owners.get(row["key"], ("none" if row["key"] is None else "", ""))
        group = sums.setdefault(user, {"key": user, "label": name, "count": 0, "errors": 0, "late": 0})
        for count in ("count", "errors", "late"):
            group[count] += row[count]
    return sorted(sums.values(), key=lambda group: -group["count"])


def region_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of divisions by code, in one query."""
    return dict(Region.objects.filter(code__in=set(codes)).values_list("code", "name"))
