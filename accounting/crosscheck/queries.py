"""Reading gaps between methods and their explanations, always within a scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Abs, Ln

from accounting.crosscheck.config import limits, reasons, within
from accounting.crosscheck.models import WAYS, MethodExplanation, MethodGap
from accounting.methods import pollutants
from accounting.runs.models import Line, Run
from accounting.runs.queries import run_newest
from census.access.scope import Scope
from census.places import regions
from sources.objects.models import CensusObject

MOST_COUNTED = 1000
STATES = ("open", "explained", "small")


def large() -> Q:
    """Gaps that need an explanation: the ratio is beyond the limits, or nothing was chosen where there is something."""
    return Q(ratio__lt=limits().low) | Q(ratio__gt=limits().high) | Q(ratio=None, other_kg__gt=0)


def _with_state(gaps: QuerySet[MethodGap]) -> QuerySet[MethodGap]:
    """``state``: open (needs an explanation), explained, small (needs none)."""
    subject = {name: OuterRef(name) for name in MethodGap.SUBJECT}
    newest = MethodExplanation.objects.filter(**subject).order_by("-id")
    width = limits().holds_within
    gaps = gaps.annotate(
        said_act=Subquery(newest.values("act")[:1]),
        said_ratio=Subquery(newest.values("ratio")[:1], output_field=FloatField()),
    )
    near = Q(ratio__lte=F("said_ratio") * width, ratio__gte=F("said_ratio") / width)
    holds = Q(said_act=MethodExplanation.Act.GIVEN) & (near | Q(ratio=None, said_ratio=None))
    return gaps.annotate(
        state=Case(
            When(~large(), then=Value("small")), When(holds, then=Value("explained")), default=Value("open"),
            output_field=CharField(),
        )
    )  # fmt: skip


def gap_search(
    scope: Scope,
    *,
    run: Run,
    region: str = "",
    text: str = "",
    pollutant: str = "",
    category: str = "",
    industry: str = "",
    way: str = "",
    state: str = "open",
) -> QuerySet[MethodGap]:
    """Gaps of a run with their ``state``. *text*: of the object's name or code; *way*: the other method."""
    gaps = MethodGap.objects.visible_to(scope).filter(run=run)
    if region:
        low, high = regions.bounds(region)
        gaps = gaps.filter(region__gte=low, region__lt=high)
    exact = {"pollutant": pollutant, "category": category, "way": way}
    gaps = gaps.filter(**{name: value for name, value in exact.items() if value})
    if industry:
        gaps = gaps.filter(industry__startswith=industry)
    if text:
        objects = CensusObject.objects.visible_to(scope).filter(
            Q(name__icontains=text) | Q(code__startswith=text)
        )
        gaps = gaps.filter(object_id__in=objects.values("id"))
    gaps = _with_state(gaps)
    return gaps.filter(state=state) if state in STATES else gaps


def by_size(gaps: QuerySet[MethodGap], order: str) -> tuple[QuerySet[MethodGap], tuple[str, ...]]:
    """The gaps and the fields to page by: largest amount first, or farthest apart (*order* ratio)."""
    if order != "ratio":
        return gaps, ("-difference_kg", "id")
    apart = Case(
        When(ratio__gt=0, then=Abs(Ln(F("ratio")))), default=Value(1e9), output_field=FloatField()
    )  # nothing beside something is farthest
    return gaps.annotate(apart=apart), ("-apart", "id")


def waiting(scope: Scope) -> int:
    """How many gaps of the newest run wait for an explanation by this post; at most MOST_COUNTED are counted."""
    run = run_newest(scope, scope.region) if scope.can("problem.answer") else None
    return gap_search(scope, run=run)[:MOST_COUNTED].count() if run else 0


def object_gaps(scope: Scope, *, run: Run, object_id: UUID) -> list[MethodGap]:
    """The gaps of one object with state and the words said (``said``), large ones first."""
    found = MethodGap.objects.visible_to(scope).filter(run=run, object_id=object_id)
    gaps = list(_with_state(found).order_by("medium", "pollutant", "place", "way"))
    words = latest(scope, gaps)
    for gap in gaps:
        gap.said = words.get(gap.subject)
    return sorted(gaps, key=lambda gap: STATES.index(gap.state))


def latest(scope: Scope, gaps: Sequence[MethodGap]) -> dict[tuple, MethodExplanation]:
    """The newest words about each gap, by subject."""
    rows = MethodExplanation.objects.visible_to(scope).filter(object_id__in={gap.object_id for gap in gaps})
    return {row.subject: row for row in rows.order_by("id")}


def state_of(gap: MethodGap) -> str:
    """The state of a gap that has ``said``, as the queries give it."""
    beyond = gap.ratio is None or gap.ratio < limits().low or gap.ratio > limits().high
    if not beyond or (gap.ratio is None and gap.other_kg <= 0):
        return "small"
    said = gap.said
    given = said is not None and said.act == MethodExplanation.Act.GIVEN and within(gap.ratio, said.ratio)
    return "explained" if given else "open"


def history(scope: Scope, *, object_id: UUID) -> QuerySet[MethodExplanation]:
    """Everything that was said about the gaps of one object, newest first."""
    return MethodExplanation.objects.visible_to(scope).filter(object_id=object_id).order_by("-id")


def side_by_side(lines: Sequence[Line], gaps: Sequence[MethodGap]) -> list[dict[str, Any]]:
    """What the methods give of one object: a row a pollutant and place, a cell a way, for the places with several.

    {"pollutant", "place", "unit", "cells": {way: {"amount", "chosen", "gap"}}}; amounts in display units, ``gap`` is
    the MethodGap of a way that was not chosen (its percent is ``gap.percent``).
    """
    table = pollutants.table()
    beside = {(gap.medium, gap.pollutant, gap.place, gap.way): gap for gap in gaps}
    rows: dict[tuple, dict[str, Any]] = {}
    for line in lines:
        if not line.place:
            continue
        pollutant = table[line.pollutant]
        row = rows.setdefault(
            (line.medium, line.pollutant, line.place),
            {"pollutant": pollutant, "place": line.place, "unit": line.unit, "form": line.form, "cells": {}},
        )
        way = way_of(line)
        gap = beside.get((line.medium, line.pollutant, line.place, way))
        cell = row["cells"].setdefault(way, {"amount": 0.0, "chosen": False, "gap": gap})
        cell["chosen"] |= line.chosen
        known = cell["amount"] is not None and line.discharged_kg is not None
        cell["amount"] = cell["amount"] + line.discharged_kg * pollutant.scale if known else None
    return list(rows.values())


def object_page(scope: Scope, *, run: Run, object_id: UUID) -> dict[str, Any]:
    """What the account sheet shows: the methods side by side, their gaps, what was said, what may be done."""
    lines = Line.objects.visible_to(scope).filter(run=run, object_id=object_id, place__gt=0).order_by("id")
    gaps = object_gaps(scope, run=run, object_id=object_id)
    rows = side_by_side(lines, gaps)
    return {
        "rows": rows,
        "ways": {way: WAYS[way] for way in ways_used(rows)},
        "gaps": gaps,
        "history": history(scope, object_id=object_id)[:50],
        "reasons": reasons().values(),
        "may_explain": scope.can("problem.answer"),
        "may_return": scope.can("problem.check"),
    }


def way_of(line: Line) -> str:
    """The way to a figure, as the comparison groups it."""
    if line.method in {"monitoring", "balance"}:
        return line.method
    return "declared" if line.form == "G106-1" else "derived"


def ways_used(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The ways that occur, in the order of choice."""
    return [way for way in WAYS if any(way in row["cells"] for row in rows)]
