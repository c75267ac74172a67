"""The job that counts progress, and its nightly start."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.scope import Scope, enter
from census.audit.services import audit_record
from census.dispatch.counting import fold, refresh_derived, take
from census.dispatch.progress import SNAPSHOT, current_campaign
from census.dispatch.rhythm import rhythms_draft
from census.dispatch.services import warnings_draft
from census.jobs.services import Progress, job_kind, job_start
from census.places import regions
from census.places.models import Region


@job_kind(SNAPSHOT)
def snapshot_take(progress: Progress, warn: bool = False) -> dict[str, int]:
    """Count anew province by province (or the actor's own region), a step each; resumable. ``corrected``: how many
    counts were not what the tables say, which the folding would have left wrong.

    With *warn*, warnings are drafted for the offices whose places have fallen far behind their targets.
    """
    with enter(progress.scope):
        areas = _areas(progress.scope.region)
        current_campaign()
    first = progress.checkpoint.get("next", 0)
    progress.start(len(areas) - first, _("Counting"))
    for number, area in enumerate(areas[first:], first + 1):
        with progress.step(next=number):
            progress.checkpoint["corrected"] = progress.checkpoint.get("corrected", 0) + take(area)
    result = {"corrected": progress.checkpoint.get("corrected", 0)}
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


@shared_task(name="census.dispatch.fold", ignore_result=True)
def fold_changes() -> int:
    """Every five seconds: what changed since the last."""
    return fold()


@shared_task(name="census.dispatch.derive", ignore_result=True)
def derive() -> int:
    """Every ten minutes: the measures that no tally can follow."""
    return refresh_derived()


@shared_task(name="census.dispatch.rhythm", ignore_result=True)
def draft_regular() -> int:
    """Every morning: the documents that are due."""
    system = Scope.system()
    with enter(system):
        return rhythms_draft(system, timezone.localdate())
