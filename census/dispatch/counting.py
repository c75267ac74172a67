"""Counts that follow the work: changes folded in every five seconds, or an area counted anew, by one path.

Both come out as differences, leaf by leaf, that are added to the counts and to today's snapshots of every place above.
It is done within a scope of the whole nation, since the sums of a province change with those of its townships; one
at a time, under an advisory lock.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from psycopg2.extras import execute_values

from census.access.scope import Scope, enter
from census.dispatch import measures
from census.dispatch.measures import Count
from census.dispatch.models import ProgressCount, Snapshot
from census.dispatch.progress import current_campaign, forget_townships, pairs
from census.dispatch.tallies import tallies
from census.places import regions

Leaf = tuple[str, str]  # place (township, or a higher place for what hangs on itself), measure
Numbers = tuple[int, int]  # total, done

_FOLDED = """
WITH gone AS (DELETE FROM census_progressdelta RETURNING region, measure, total, done)
SELECT region, measure, sum(total)::int, sum(done)::int FROM gone GROUP BY region, measure
"""
# one statement, so one view of the data: a change is either in the count or still to be folded, never both or neither
_ANEW = """
WITH gone AS (DELETE FROM census_progressdelta WHERE region >= %(low)s AND region < %(high)s),
counted AS ({tallies})
SELECT region, measure, total, done FROM counted
"""

# the sums of every level; a place below its parent, and what hangs on a higher place itself (see ``progress.pairs``)
_DAY = """
INSERT INTO census_snapshot (campaign_id, parent, region, measure, day, total, done, synthetic)
SELECT %(campaign)s, parent, place, measure, %(day)s, sum(total), sum(done), false
FROM (SELECT v.parent, v.place, measure, total, done
      FROM census_progresscount
      CROSS JOIN LATERAL (VALUES {pairs}) AS v (parent, place)
      WHERE v.parent <> v.place
      UNION ALL
      SELECT region, region, measure, total, done FROM census_progresscount WHERE right(region, 6) = '000000') AS all_
GROUP BY parent, place, measure
"""


def fold() -> int:
    """Add what changed since the last time. Returns how many counts changed. The first time, all is counted."""
    with enter(Scope.system()):
        _lock()
        if not ProgressCount.objects.exists():
            return _take(regions.NATION)
        with connection.cursor() as cursor:
            cursor.execute(_FOLDED)
            changed = {(region, measure): (total, done) for region, measure, total, done in cursor.fetchall()}
        return _apply(changed)


def take(area: str) -> int:
    """Count *area* anew from the tables. Returns how many counts were wrong (or new)."""
    with enter(Scope.system()):
        _lock()
        return _take(area)


def counts_of(area: str) -> Iterable[Count]:
    """The counts of *area* as kept, in the form of ``measures.count_all``."""
    for (region, measure), (total, done) in _held(area).items():
        yield region[: measures.HEAD], measure, total, done


def drift(area: str) -> dict[Leaf, tuple[Numbers, Numbers]]:
    """Where the counts kept differ from the tables: leaf → (kept, counted now); {} when they are exact. Run
    :func:`fold` before."""
    held, counted = _held(area), _as_leaves(measures.count_all(Scope.system(area)))
    keys = held.keys() | counted.keys()
    pairs_ = {key: (held.get(key, (0, 0)), counted.get(key, (0, 0))) for key in keys}
    return {key: both for key, both in sorted(pairs_.items()) if both[0] != both[1]}


def _take(area: str) -> int:
    low, high = regions.bounds(area)
    known = tallies()
    counted: dict[Leaf, Numbers] = {}
    if known:
        where = "region >= %(low)s AND region < %(high)s"
        parts = " UNION ALL ".join(tally.select(where) for tally in known)
        with connection.cursor() as cursor:
            cursor.execute(_ANEW.format(tallies=parts), {"low": low, "high": high})
            counted = {(region, measure): (total, done) for region, measure, total, done in cursor.fetchall()}
    for counter in measures.derived({tally.count for tally in known}):
        counted |= _as_leaves(counter(Scope.system(area)))
    held = _held(area)
    changed = {
        key: (counted.get(key, (0, 0))[0] - total, counted.get(key, (0, 0))[1] - done)
        for key in held.keys() | counted.keys()
        for total, done in [held.get(key, (0, 0))]
    }
    return _apply({key: both for key, both in changed.items() if both != (0, 0)})


def refresh_derived() -> int:
    """Count anew the measures that no tally can follow (accounting)."""
    with enter(Scope.system()):
        _lock()
        changed: dict[Leaf, Numbers] = {}
        held = _held(regions.NATION)
        for counter, codes in measures.derived({tally.count for tally in tallies()}).items():
            counted = _as_leaves(counter(Scope.system()))
            for key in counted.keys() | {key for key in held if key[1] in codes}:
                (total, done), before = counted.get(key, (0, 0)), held.get(key, (0, 0))
                changed[key] = (total - before[0], done - before[1])
        return _apply({key: both for key, both in changed.items() if both != (0, 0)})


def _apply(changed: Mapping[Leaf, Numbers]) -> int:
    """Add to the counts, and to today's snapshots; the first time on a day these are made from the counts."""
    with connection.cursor() as cursor:
        if changed:
            execute_values(
                cursor.cursor,
                "INSERT INTO census_progresscount AS c (region, measure, total, done) VALUES %s "
                "ON CONFLICT (region, measure) DO UPDATE SET total = c.total + EXCLUDED.total, "
                "done = c.done + EXCLUDED.done",
                [(*key, *both) for key, both in sorted(changed.items())],
                page_size=5000,
            )
        try:
            campaign = current_campaign()
        except ValidationError:
            return len(changed)  # before the census is set up there is nothing to show
        day = timezone.localdate()
        if not Snapshot.objects.filter(parent=regions.NATION, day=day).exists():
            _open_day(cursor, campaign.pk, day)
        elif changed:
            _add_to_snapshots(cursor, campaign.pk, day, changed)
    return len(changed)


def _open_day(cursor: object, campaign: int, day: dt.date) -> None:
    """Today's snapshots from the counts, in the place of any; townships of long ago go."""
    Snapshot.objects.filter(day=day).delete()
    widths = regions.WIDTHS[:-1]  # down to the township
    pairs_ = ", ".join(
        f"(rpad(left(region, {upper}), 12, '0'), rpad(left(region, {lower}), 12, '0'))"
        for upper, lower in pairwise(widths)
    )
    cursor.execute(_DAY.format(pairs=pairs_), {"campaign": campaign, "day": day})
    forget_townships(regions.NATION, day)


def _add_to_snapshots(cursor: object, campaign: int, day: dt.date, changed: Mapping[Leaf, Numbers]) -> None:
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for (leaf, measure), (total, done) in changed.items():
        for parent, place in pairs(leaf):
            entry = sums[parent, place, measure]
            entry[0] += total
            entry[1] += done
    execute_values(
        cursor.cursor,
        "INSERT INTO census_snapshot AS s (campaign_id, parent, region, measure, day, total, done, synthetic) "
        "VALUES %s ON CONFLICT (parent, measure, day, region) DO UPDATE SET total = s.total + EXCLUDED.total, "
        "done = s.done + EXCLUDED.done",
        [
            (campaign, parent, place, measure, day, *both, False)
            for (parent, place, measure), both in sums.items()
            if both != [0, 0]
        ],
        page_size=5000,
    )


def _held(area: str) -> dict[Leaf, Numbers]:
    low, high = regions.bounds(area)
    rows = ProgressCount.objects.filter(region__gte=low, region__lt=high) if low else ProgressCount.objects
    found = rows.exclude(total=0, done=0).values_list("region", "measure", "total", "done")
    return {(region, measure): (total, done) for region, measure, total, done in found}


def _as_leaves(counts: Iterable[Count]) -> dict[Leaf, Numbers]:
    return {
        (head.ljust(12, "0"), measure): (total, done)
        for head, measure, total, done in counts
        if total or done
    }


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('dispatch.progress'))")
