"""Shards of one job taken by several workers: who holds a shard's lock works on it, results stand in the job.

A shard is a region code, mostly a county. The job's checkpoint keeps ``{"found": {shard: counts}}``. A shard's
changes, its counts and the job's progress are one transaction, so a killed worker leaves nothing half done and its
shard is free for the next one.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson
from celery import shared_task
from django.db import connection
from django.utils import translation

from census.access.scope import Scope, enter
from census.jobs.models import Job
from census.jobs.services import JobCancelled, Progress, unpack_scope

Work = Callable[[Scope, Job, str], dict[str, Any]]  # one shard within the running transaction -> its counts
_works: dict[str, Work] = {}  # job kind -> work
PAUSE = 0.2  # seconds until looking again whether another worker is done

_HOLD = "SELECT pg_try_advisory_xact_lock(hashtext(%s), hashtext(%s))"
_DONE = """
UPDATE census_job SET done = done + 1, heartbeat = now(),
       checkpoint = jsonb_set(checkpoint, '{found}', coalesce(checkpoint -> 'found', '{}') || %s::jsonb)
WHERE id = %s
"""


def shard_work(kind: str) -> Callable[[Work], Work]:
    """Register a function as the work on one shard of job kind *kind*."""

    def register(work: Work) -> Work:
        _works[kind] = work
        return work

    return register


def shared_run(progress: Progress, shards: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Work on *shards* with whatever workers are free. Returns the counts of each. Raises JobCancelled."""
    job = progress.job
    with enter(progress.scope):
        packed = Job.objects.values_list("actor", flat=True).get(pk=job.pk)
        Job.objects.filter(pk=job.pk).update(done=len(_found(job) or {}))
    assist.delay(str(job.pk), packed, list(shards))
    while True:
        taken = shard_take(progress.scope, job, shards)
        with enter(progress.scope):
            if Job.objects.filter(pk=job.pk, cancel_requested=True).exists():
                raise JobCancelled
            found = _found(job)
        if found is not None and len(found) >= len(shards):
            job.done = len(found)
            return found
        if not taken:  # another worker still holds one; were it killed, its lock would be gone
            time.sleep(PAUSE)


def shard_take(scope: Scope, job: Job, shards: Sequence[str]) -> bool:
    """Take one shard nobody has worked on or holds, and work on it. False when there is none."""
    with enter(scope), connection.cursor() as cursor:
        found = _found(job)
        if found is None:
            return False
        for shard in shards:
            if shard in found:
                continue
            cursor.execute(_HOLD, [str(job.pk), shard])
            if not cursor.fetchone()[0]:
                continue
            if shard in (_found(job) or {}):  # finished between the look and the lock
                continue
            with translation.override(job.language):
                counts = _works[job.kind](scope, job, shard)
            cursor.execute(_DONE, [orjson.dumps({shard: counts}).decode(), job.pk])
            return True
    return False


@shared_task(name="census.jobs.assist")
def assist(job_id: str, packed: dict[str, Any], shards: list[str]) -> int:
    """Help with a job: call up one more helper, then take shards until none is left. Returns how many."""
    scope = unpack_scope(packed)
    with enter(scope):
        job = Job.objects.filter(pk=job_id, state=Job.State.RUNNING).first()
    taken = 0
    with contextlib.suppress(JobCancelled):  # a long shard may hear it by itself
        while job is not None and shard_take(scope, job, shards):
            taken += 1
            if taken == 1:
                assist.delay(job_id, packed, shards)
            with enter(scope):
                job = Job.objects.filter(pk=job_id, state=Job.State.RUNNING, cancel_requested=False).first()
    return taken


def _found(job: Job) -> dict[str, Any] | None:
    """The counts of the finished shards as committed now; None when the job is gone."""
    checkpoint = Job.objects.filter(pk=job.pk).values_list("checkpoint", flat=True).first()
    return None if checkpoint is None else checkpoint.get("found", {})
