"""Reading progress: the board of a region, its targets, its documents."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from census.access.scope import Scope
from census.dispatch.measures import Measure, measures
from census.dispatch.models import Document, Recipient, Snapshot, Target
from census.dispatch.pace import Plan, Point, forecast, pace, share, verdict
from census.places import regions
from census.places.models import Region

TREND_DAYS = 60


@dataclass(slots=True)
class Line:
    """One place on the board. *asked* and *share* are 0..1, *lack* percentage points (negative: ahead)."""

    region: str
    label: str
    points: list[Point]
    plan: Plan | None
    own: bool = False
    rank: int | None = None

    @property
    def total(self) -> int:
        return self.points[-1].total if self.points else 0

    @property
    def done(self) -> int:
        return self.points[-1].done if self.points else 0

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def share(self) -> float | None:
        return share(self.done, self.total)

    @property
    def percent(self) -> float | None:
        return None if self.share is None else round(self.share * 100, 1)

    @property
    def day(self) -> dt.date | None:
        return self.points[-1].day if self.points else None

    @property
    def asked(self) -> float | None:
        return self.plan.asked(self.day) if self.plan and self.day else None

    @property
    def asked_percent(self) -> float | None:
        return None if self.asked is None else round(self.asked * 100, 1)

    @property
    def lack(self) -> float | None:
        if self.asked is None or self.share is None:
            return None
        return round((self.asked - self.share) * 100, 1)

    @property
    def ahead(self) -> float | None:
        return None if self.lack is None else abs(self.lack)

    @property
    def pace(self) -> float | None:
        return pace(self.points)

    @property
    def forecast(self) -> dt.date | None:
        return forecast(self.points, self.plan.percent if self.plan else 100)

    @property
    def late(self) -> bool:
        """The forecast lies behind the target's due date."""
        return bool(self.plan and self.forecast and self.forecast > self.plan.due)

    @property
    def verdict(self) -> str:
        return verdict(self.share, self.plan, self.day) if self.day else "none"


@dataclass(slots=True)
class Board:
    """Progress of the places directly below *region* by one measure, best first, and of all together."""

    region: str
    measure: Measure
    day: dt.date | None
    target: Target | None
    lines: list[Line] = field(default_factory=list)
    whole: Line | None = None

    def verdicts(self) -> dict[str, int]:
        """How many places are done, good, behind, far behind."""
        counts: dict[str, int] = defaultdict(int)
        for line in self.lines:
            counts[line.verdict] += 1
        return dict(counts)


@dataclass(frozen=True, slots=True)
class Step:
    """One measure of a whole region on its newest day."""

    measure: Measure
    total: int
    done: int
    verdict: str

    @property
    def percent(self) -> float | None:
        part = share(self.done, self.total)
        return None if part is None else round(part * 100, 1)


def last_day(scope: Scope, region: str) -> dt.date | None:
    """Day of the newest snapshot of the places below *region*.

    The newest of each measure is the end of its part of the index; the newest of all together would be looked for
    among all days of all places.
    """
    rows = (
        Snapshot.objects.visible_to(scope)
        .filter(parent=region)
        .order_by("-day")
        .values_list("day", flat=True)
    )
    ends = [rows.filter(measure=measure.code)[:1] for measure in measures()]
    return max(ends[0].union(*ends[1:], all=True), default=None) if ends else None


def board(scope: Scope, region: str, measure: Measure, day: dt.date | None = None) -> Board:
    """The board of *region* on *day*, or on the newest, from the snapshots of the days before; one query for the
    counts."""
    day = day or last_day(scope, region)
    target = targets_for(scope, region).get(measure.code)
    found = Board(region, measure, day, target)
    if day is None:
        return found
    rows = Snapshot.objects.visible_to(scope).filter(
        parent=region, measure=measure.code, day__gt=day - dt.timedelta(days=TREND_DAYS), day__lte=day
    )
    series: dict[str, list[Point]] = defaultdict(list)
    sums: dict[dt.date, list[int]] = defaultdict(lambda: [0, 0])
    for place, at, total, done in rows.order_by("day").values_list("region", "day", "total", "done"):
        series[place].append(Point(at, total, done))
        sums[at][0] += total
        sums[at][1] += done
    names = region_names(series)
    plan = target.plan if target else None
    found.lines = [
        Line(place, names.get(place, place), points, plan, own=place == region)
        for place, points in series.items()
        if points[-1].day == day
    ]
    found.lines.sort(key=lambda line: (line.own, line.share is None, -(line.share or 0), line.region))
    _rank([line for line in found.lines if not line.own])
    found.whole = Line(region, "", [Point(at, *both) for at, both in sorted(sums.items())], plan)
    return found


def _rank(lines: list[Line]) -> None:
    """Places of the same share have the same rank; a place with nothing to do has none, nor what is no place below."""
    for number, line in enumerate(lines, 1):
        before = lines[number - 2] if number > 1 else None
        if line.share is not None:
            line.rank = before.rank if before and before.share == line.share else number


def steps(scope: Scope, region: str, day: dt.date | None) -> list[Step]:
    """Every measure of *region* on *day*, in the order of the work; measures without rows are left out."""
    if day is None:
        return []
    codes = [measure.code for measure in measures()]  # named, so that the index is entered at the day of each
    rows = Snapshot.objects.visible_to(scope).filter(parent=region, measure__in=codes, day=day).order_by()
    sums = {
        code: (total, done)
        for code, total, done in rows.values("measure")
        .annotate(t=Sum("total"), d=Sum("done"))
        .values_list("measure", "t", "d")
    }
    targets = targets_for(scope, region)
    found = []
    for measure in measures():
        if measure.code in sums:
            total, done = sums[measure.code]
            target = targets.get(measure.code)
            word = verdict(share(done, total), target.plan if target else None, day)
            found.append(Step(measure, total, done, word))
    return found


def targets_for(scope: Scope, region: str) -> dict[str, Target]:
    """Measure code → the target in force for the places below *region*: its own office's, else the nearest above."""
    found: dict[str, Target] = {}
    rows = Target.objects.visible_to(scope).filter(region__in=regions.ancestors(region))
    for target in sorted(rows, key=lambda row: regions.level(row.region)):
        found[target.measure] = target
    return found


def documents_for(scope: Scope, params: Mapping[str, Any]) -> QuerySet[Document]:
    """Documents in sight: ``box`` is ``in`` (addressed to the own office), ``out`` (its own) or all.

    Each has ``mine``: state of the own office's row. Drafts are shown to those who may issue.
    """
    mine = Recipient.objects.visible_to(scope).filter(document=OuterRef("pk"), region=scope.region)
    rows = Document.objects.visible_to(scope).annotate(mine=Subquery(mine.values("state")[:1]))
    if not scope.can("dispatch.issue"):
        rows = rows.exclude(state=Document.State.DRAFT)
    box = params.get("box")
    if box == "in":
        rows = rows.filter(mine__isnull=False)
    elif box == "out":
        rows = rows.filter(region=scope.region)
    if params.get("kind") in Document.Kind.values:
        rows = rows.filter(kind=params["kind"])
    if params.get("state") in Document.State.values:
        rows = rows.filter(state=params["state"])
    if text := (params.get("q") or "").strip():
        rows = rows.filter(Q(title__icontains=text) | Q(office_name__icontains=text))
    return rows


def reply_counts(scope: Scope, documents: Iterable[Document]) -> dict[Any, dict[str, int]]:
    """Document id → how many addressees in sight there are, have received, have replied, are overdue."""
    found: dict[Any, dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("all", "received", "replied", "late"), 0)
    )
    for row in Recipient.objects.visible_to(scope).filter(document__in=list(documents)):
        counts = found[row.document_id]
        counts["all"] += 1
        counts["received"] += row.received_at is not None
        counts["replied"] += row.replied_at is not None
        counts["late"] += row.overdue
    return dict(found)


def waiting(scope: Scope) -> dict[str, int]:
    """What the own office still has to do: receive, reply, look at replies, finish drafts."""
    own = Recipient.objects.visible_to(scope).filter(region=scope.region)
    today = timezone.localdate()
    open_ = own.filter(state__in=["issued", "received"], deadline__isnull=False)
    counts = {
        "receive": own.filter(state="issued").count(),
        "reply": own.filter(state="received", deadline__isnull=False).count(),
        "late": open_.filter(deadline__lt=today).count(),
    }
    if scope.can("dispatch.issue"):
        sent = Recipient.objects.visible_to(scope).filter(issuer=scope.region)
        counts["decide"] = sent.filter(state="replied").count()
        counts["silent"] = sent.filter(state__in=["issued", "received"], deadline__lt=today).count()
        drafts = Document.objects.visible_to(scope).filter(region=scope.region, state="draft")
        counts["drafts"] = drafts.count()
    return counts


def region_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of divisions by code, in one query."""
    return dict(Region.objects.filter(code__in=set(codes)).values_list("code", "name"))
