"""Which runs are out of date: a form they count was changed after they began.

Saving a form costs nothing for it. A scheduled task reads the versions that were added since it last looked, once
for all runs, and marks what they touch in one UPDATE.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection

from accounting.runs.models import Run
from census.access.scope import Scope, enter
from census.places import regions
from sources.returns.models import Return, ReturnVersion
from sources.returns.states import ORDER

SEEN = "accounting.runs.versions_seen"
LATE = dt.timedelta(minutes=15)
"""A version may become visible this long after its number was drawn; so much is read again, without harm."""


@dataclass(frozen=True, slots=True)
class Touched:
    """The newest change of one kind in one county. ``county``: first six digits of the region."""

    campaign: int
    county: str
    category: str
    action: str
    state: str
    at: dt.datetime


def outdates(change: Touched, run: Run) -> bool:
    """Whether the change makes the results of *run* old.

    Approvals above the state the run counts from change no figure; what was sent back may drop out of it.
    """
    inside = regions.contains(run.region, change.county.ljust(12, "0")) or run.region.startswith(
        change.county
    )
    counted = {*run.categories, "centralized"}  # plants are credited in every run
    if change.campaign != run.campaign_id or change.category not in counted or not inside:
        return False
    if change.at <= run.started_at:
        return False
    above = ORDER[change.state] - ORDER[run.min_state]
    if change.action == "approved":
        return above == 0
    return above >= 0 or change.action in {"returned", "unlocked", "removed"}


def runs_mark_stale() -> int:
    """Mark the runs that forms changed under since they began. Returns how many were marked."""
    with enter(Scope.system()):
        fresh = list(
            Run.objects.filter(
                stale=False,
                state__in=[Run.State.RUNNING, Run.State.DONE],
                started_at__isnull=False,
                data_cut=None,  # what a cut holds does not change
            )
        )
        if not fresh:
            return 0
        changes, seen = _changes_since(cache.get(SEEN, 0))
        old = [run.pk for run in fresh if _any_outdates(changes, run)]
        marked = Run.objects.filter(pk__in=old, stale=False).update(stale=True) if old else 0
    cache.set(SEEN, seen, timeout=None)
    return marked


def _any_outdates(changes: Iterable[Touched], run: Run) -> bool:
    return any(outdates(change, run) for change in changes)


def _changes_since(seen: int) -> tuple[list[Touched], int]:
    """Changes behind version *seen*, one of each kind a county, and up to where nothing can come late any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.campaign_id, left(v.region, 6), v.category, v.action, v.state, max(v.at),
                       max(v.id) FILTER (WHERE v.at < now() - %s)
                FROM {ReturnVersion._meta.db_table} v JOIN {Return._meta.db_table} r ON r.id = v.return_id
                WHERE v.id > %s GROUP BY 1, 2, 3, 4, 5""",
            [LATE, seen],
        )
        rows = cursor.fetchall()
    return [Touched(*row[:-1]) for row in rows], max([seen, *(row[-1] or 0 for row in rows)])
