"""Reading jobs: the list of a scope, and what the progress line says."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from census.access.scope import Scope
from census.jobs.models import Job

POLL_SECONDS = 2


def jobs_of(scope: Scope, *, state: str = "", mine: bool = False) -> QuerySet[Job]:
    """The jobs of the region that this person may see: the own ones, and all with the right to manage."""
    jobs = Job.objects.visible_to(scope)
    if mine or not scope.can("people.manage"):
        jobs = jobs.filter(user_id=scope.user_id)
    return jobs.filter(state=state) if state in Job.State.values else jobs


def job_get(scope: Scope, job_id: UUID) -> Job:
    """One job of :func:`jobs_of`, or 404."""
    job = jobs_of(scope).filter(pk=job_id).first()
    if job is None:
        raise Http404("no such job")
    return job


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a job goes: units per second, seconds so far and seconds left (None while unknown)."""

    rate: float | None
    elapsed: int
    left: int | None


def pace_of(job: Job) -> Pace:
    """Time since the job's start, and the mean pace of its running stage (none before its first unit is done)."""
    if job.started_at is None:
        return Pace(None, 0, None)
    now = job.finished_at or timezone.now()
    elapsed = (now - job.started_at).total_seconds()
    in_stage = (now - (job.stage_started_at or job.started_at)).total_seconds()
    if job.done <= 0 or in_stage < 1:
        return Pace(None, round(elapsed), None)
    rate = job.done / in_stage
    left = round((job.total - job.done) / rate) if job.total and not job.ended else None
    return Pace(rate, round(elapsed), left)
