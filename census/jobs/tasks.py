"""Celery entry points."""

from celery import shared_task

from census.jobs.services import job_execute, jobs_revive


@shared_task(name="census.jobs.run")
def run(job_id: str, region: str) -> None:
    job_execute(job_id=job_id, region=region)


@shared_task(name="census.jobs.revive")
def revive() -> int:
    return jobs_revive()
