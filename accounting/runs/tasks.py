"""Celery entry points of the runs."""

from celery import shared_task

from accounting.runs.models import Run
from accounting.runs.services import shard_next
from accounting.runs.staleness import runs_mark_stale
from census.access.scope import enter
from census.jobs.services import unpack_scope


@shared_task(name="accounting.runs.assist")
def assist(run_id: str, packed_scope: dict) -> int:
    """Help with a run: call up one more helper, then take shards until none is left. Returns how many."""
    scope = unpack_scope(packed_scope)
    with enter(scope):
        run = Run.objects.filter(pk=run_id, state=Run.State.RUNNING).first()
    if run is None:
        return 0
    taken = 0
    while shard_next(scope, run=run):
        taken += 1
        if taken == 1:  # there was work: another idle worker may find some too
            assist.delay(run_id, packed_scope)
        with enter(scope):
            if not Run.objects.filter(pk=run_id, state=Run.State.RUNNING).exists():
                break
    return taken


@shared_task(name="accounting.runs.mark_stale")
def mark_stale() -> int:
    """Mark runs whose forms were changed. Returns how many."""
    return runs_mark_stale()
