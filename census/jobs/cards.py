"""What the home page says about jobs."""

from __future__ import annotations

from typing import Any

from census.access.scope import Scope
from census.jobs.models import Job
from census.jobs.queries import jobs_of


def running_jobs(scope: Scope) -> dict[str, Any] | None:
    """The person's own jobs that wait or run; no card when there is none."""
    states = [Job.State.QUEUED, Job.State.RUNNING]
    jobs = list(jobs_of(scope, mine=True).filter(state__in=states).order_by("-created_at")[:3])
    return {"jobs": jobs} if jobs else None
