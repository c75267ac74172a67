"""The job that counts progress, and its nightly start."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope, enter
from census.audit.services import audit_record
from census.dispatch.progress import SNAPSHOT, current_campaign, recount, store
from census.dispatch.services import warnings_draft
from census.jobs.services import Progress, job_kind, job_start
from census.places import regions
from census.places.models import Region


@job_kind(SNAPSHOT)
def snapshot_take(progress: Progress, warn: bool = False) -> dict[str, int]:
    """Count province by province (or the actor's own region), a step each; resumable.

    With *warn*, warnings are drafted for the offices whose places have fallen far behind their targets.
    """
    with enter(progress.scope):
        areas = _areas(progress.scope.region)
        campaign = current_campaign()
    day = dt.date.fromisoformat(progress.checkpoint.get("day") or timezone.localdate().isoformat())
    first = progress.checkpoint.get("next", 0)
    progress.start(len(areas) - first, _("Counting"))
    for number, area in enumerate(areas[first:], first + 1):
        with progress.step(day=day.isoformat(), next=number):
            rows = progress.checkpoint.get("rows", 0)
            progress.checkpoint["rows"] = rows + store(campaign, area, day, recount(area))
    result = {"rows": progress.checkpoint.get("rows", 0)}
    with enter(progress.scope):
        if warn:
            result["warnings"] = warnings_draft(progress.scope)
        audit_record(progress.scope, "progress.recorded", subject="progress", **result)
    return result


def _areas(region: str) -> list[str]:
    if region != regions.NATION:
        return [region]
    return list(Region.objects.filter(level=1).order_by("code").values_list("code", flat=True))


@shared_task(name="census.dispatch.count_daily")
def count_daily() -> None:
    """Every night: the whole nation, then the warnings."""
    system = Scope.system()
    with enter(system):
        job_start(system, kind=SNAPSHOT, title=_("Daily count of progress"), warn=True)
