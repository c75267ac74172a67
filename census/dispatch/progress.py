"""The daily snapshots: sums of all levels from counts of townships, and their proof against a recount."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.calendar.models import Campaign
from census.dispatch.measures import HEAD, Count, count_all
from census.dispatch.models import Snapshot
from census.jobs.models import Job
from census.jobs.services import job_start
from census.places import regions

SNAPSHOT = "dispatch.snapshot"
TOWNSHIP_DAYS = 40  # townships are ten times as many rows as all above them: kept for the pace, not for ever

Key = tuple[str, str, str]  # parent, region, measure
Sums = dict[Key, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where snapshot and recount disagree; None where one of them has no row."""

    parent: str
    region: str
    measure: str
    stored: tuple[int, int] | None
    counted: tuple[int, int] | None


def pairs(leaf: str) -> Iterator[tuple[str, str]]:
    """(parent, place) from the nation down to *leaf*, and (leaf, leaf) for what hangs on a higher place itself.

    >>> list(pairs("330802000000"))[-1]
    ('330802000000', '330802000000')
    """
    chain = regions.ancestors(leaf)
    yield from pairwise(chain)
    if regions.level(leaf) < 4:
        yield leaf, leaf


def roll_up(counts: Iterable[Count], area: str) -> Sums:
    """Counts of townships summed up every level; only places inside *area*, whose sums are complete."""
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for head, measure, total, done in counts:
        for parent, place in pairs(head[:HEAD].ljust(12, "0")):
            if regions.contains(area, place):
                entry = sums[parent, place, measure]
                entry[0] += total
                entry[1] += done
    return {key: (total, done) for key, (total, done) in sums.items()}


def recount(area: str) -> Sums:
    """Count *area* now, in the transaction of the entered scope."""
    return roll_up(count_all(Scope.system(area)), area)


def store(campaign: Campaign, area: str, day: dt.date, sums: Sums, *, synthetic: bool = False) -> int:
    """Put *sums* in the place of what is stored for *area* on *day*. Returns the number of rows."""
    low, high = regions.bounds(area)
    held = Snapshot.objects.filter(region__gte=low, region__lt=high)
    held.filter(day=day).delete()
    forget_townships(area, day)
    rows = [
        Snapshot(
            campaign=campaign,
            parent=parent,
            region=place,
            measure=measure,
            day=day,
            total=total,
            done=done,
            synthetic=synthetic,
        )
        for (parent, place, measure), (total, done) in sums.items()
    ]
    Snapshot.objects.bulk_create(rows, batch_size=5000)
    return len(rows)


def forget_townships(area: str, day: dt.date) -> None:
    """Drop what townships had done long before *day*."""
    low, high = regions.bounds(area)
    rows = Snapshot.objects.filter(day__lt=day - dt.timedelta(days=TOWNSHIP_DAYS))
    rows.filter(region__gte=low, region__lt=high).exclude(region__endswith="000000").delete()


def differences(area: str, day: dt.date) -> list[Difference]:
    """Where the snapshot of *day* differs from a recount made now; [] when it is exact."""
    low, high = regions.bounds(area)
    rows = Snapshot.objects.filter(region__gte=low, region__lt=high, day=day)
    stored = {
        (parent, place, measure): (total, done)
        for parent, place, measure, total, done in rows.values_list(
            "parent", "region", "measure", "total", "done"
        )
    }
    counted = recount(area)
    nothing = (0, 0)  # a place that lost all its forms keeps its row for the day
    return [
        Difference(*key, stored.get(key), counted.get(key))
        for key in sorted(stored.keys() | counted.keys())
        if (stored.get(key) or nothing) != (counted.get(key) or nothing)
    ]


def current_campaign() -> Campaign:
    """The census that is on. Raises ValidationError when there is none."""
    campaign = Campaign.objects.filter(active=True).order_by("-reference_date").first()
    if campaign is None:
        raise ValidationError(_("There is no active census. Ask the data administrator to set one up."))
    return campaign


def progress_count(actor: Scope) -> Job:
    """Start the job that counts the actor's region anew for today.

    ValidationError for a post of some source categories only: it would see, and store, a part for the whole.
    """
    actor.require("dispatch.issue")
    if not sees_all(actor):
        raise ValidationError(
            _(
                "Your post covers some source categories only. Progress is counted over all of them: "
                "ask an officer of your office who sees all."
            )
        )
    current_campaign()
    return job_start(actor, kind=SNAPSHOT, title=_("Count progress"))


def sees_all(scope: Scope) -> bool:
    """True when the scope hides nothing inside its region."""
    return scope.categories >= set(CATEGORIES) and scope.districts is None and scope.object_id is None
