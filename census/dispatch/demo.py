"""The demo's part of dispatch: weeks of counts before today, targets, a circular, a letter, warnings. All synthetic.

Today's counts are counted; the days before are drawn backwards from them, every place at a speed of its own, and
marked synthetic. Registered by the room sources, which owns the loading of the demo.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from census.access.scope import Scope
from census.calendar.models import Campaign
from census.dispatch import services
from census.dispatch.counting import counts_of, take
from census.dispatch.measures import Count, measure_of
from census.dispatch.models import Document, Snapshot
from census.dispatch.progress import roll_up, store
from census.dispatch.queries import board
from census.places.regions import NATION

DAYS = 21
CIRCULAR, LETTER = "problems.closed", "review.county"  # what they are about
REPLY = "（演示）已组织专班逐表复核，明确专人负责，每日调度，预计一周内完成剩余普查表审核。"
# share of today's work that was still to do DAYS days ago, on average
SPANS = {
    "survey.begun": 0.03,
    "survey.submitted": 0.08,
    "review.instructor": 0.12,
    "review.county": 0.2,
    "review.city": 0.35,
    "review.province": 0.5,
    "problems.answered": 0.15,
    "problems.closed": 0.25,
}
# measure → days since the start, days until due, tolerance in points, as the demo's city asks of its counties
TARGETS = {
    "survey.submitted": (60, 5, 10),
    "review.county": (45, 1, 2),
    "review.city": (40, 3, 10),
    "problems.closed": (21, 1, 10),
}


class Load(Protocol):
    """What of ``sources.demo.stages.DemoLoad`` is used here."""

    campaign: Campaign
    cities: tuple[str, ...]
    today: dt.date


def load_dispatch(demo: Load) -> str:
    """Counts, targets and papers of each demo city that has none yet."""
    rows = papers = 0
    for city in demo.cities:
        if Snapshot.objects.filter(parent=city, synthetic=True).exists():
            continue
        with transaction.atomic():
            rows += _snapshots(demo, city)
            papers += _papers(city, demo.today)
    return f"{rows:,} snapshot rows of {DAYS} days, {papers} papers"


def _snapshots(demo: Load, city: str) -> int:
    """The first city's counts are the nation's; a further one leaves what the levels above showed before."""
    area = city if Snapshot.objects.exists() else NATION
    take(NATION)
    counts = list(counts_of(area))
    rows = 0
    for ago in range(DAYS - 1, -1, -1):
        then = [_earlier(count, ago) for count in counts] if ago else counts
        day = demo.today - dt.timedelta(days=ago)
        rows += store(demo.campaign, area, day, roll_up(then, area), synthetic=bool(ago))
    return rows


def _earlier(count: Count, ago: int) -> Count:
    """The count *ago* days before: counties differ in how much they did in these weeks, and slow down at its end."""
    head, measure, total, done = count
    speed = 0.5 + zlib.crc32(head[:6].encode()) % 100 / 100
    span = min(0.95, SPANS.get(measure, 0) * speed)
    return head, measure, total, round(done * (1 - span * (ago / DAYS) ** 1.3))


def _papers(city: str, today: dt.date) -> int:
    office = Scope.system(city, name="演示数据装载")
    for measure, (since, left, tolerance) in TARGETS.items():
        services.target_set(
            office,
            measure=measure,
            starts=today - dt.timedelta(days=since),
            due=today + dt.timedelta(days=left),
            percent=Decimal(100),
            tolerance=Decimal(tolerance),
        )
    places = [place.code for place in services.places_below(city)]
    counted = board(office, city, measure_of(LETTER))
    last = [line.region for line in counted.lines if line.region in places][-2:]
    if not last:
        return 0
    circular = _issued(office, Document.Kind.CIRCULAR, CIRCULAR, places, None)
    for place in places[:3]:
        services.document_receive(_county(place), document_id=circular.id)
    # letters are written now, also in a world whose day is fixed
    deadline = max(today, timezone.localdate()) + dt.timedelta(days=services.REPLY_DAYS)
    letter = _issued(office, Document.Kind.SUPERVISION, LETTER, last, deadline)
    services.document_receive(_county(last[0]), document_id=letter.id)
    services.document_reply(_county(last[0]), document_id=letter.id, text=REPLY)
    return 2 + services.warnings_draft(office)


def _issued(
    office: Scope, kind: str, measure: str, places: Sequence[str], deadline: dt.date | None
) -> Document:
    draft = services.document_draft(office, kind=kind, measure=measure, addressed=places, deadline=deadline)
    return services.document_issue(office, document_id=draft.id)


def _county(code: str) -> Scope:
    return Scope.system(code, name="演示数据装载")
