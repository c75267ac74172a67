"""Starting, running, watching and cancelling jobs.

A job kind is a plain function ``work(progress, **arguments) -> dict`` registered with :func:`job_kind`. It
commits its own steps through ``progress.step()``; killed at any line, it is started again with the last
checkpoint and must go on from there.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from census.access.scope import Scope, enter
from census.audit.services import audit_record
from census.jobs.models import Job
from census.people.models import Post

log = logging.getLogger(__name__)
Work = Callable[..., dict[str, Any] | None]
_kinds: dict[str, Work] = {}
HEARTBEAT_LIMIT = dt.timedelta(minutes=3)
BEAT = dt.timedelta(seconds=30)
MAX_ATTEMPTS = 5


class JobCancelled(Exception):
    """Raised inside the work when somebody asked to cancel."""


class JobFault(Exception):
    """A failure the user can understand: its text is shown as it is."""


def job_kind(code: str) -> Callable[[Work], Work]:
    """Register a function as the work of job kind *code* (permanent, dotted)."""

    def register(work: Work) -> Work:
        _kinds[code] = work
        return work

    return register


def pack_scope(scope: Scope) -> dict[str, Any]:
    """Scope as JSON, so that a worker acts within exactly the starter's rights."""
    return {
        "user_id": scope.user_id,
        "user_name": scope.user_name,
        "post_id": scope.post_id,
        "post_kind": scope.post_kind,
        "region": scope.region,
        "categories": sorted(scope.categories),
        "districts": None if scope.districts is None else [str(d) for d in scope.districts],
        "object_id": scope.object_id and str(scope.object_id),
        "capabilities": sorted(scope.capabilities),
        "behalf_of": scope.behalf_of,
    }


def unpack_scope(packed: dict[str, Any]) -> Scope:
    """The inverse of :func:`pack_scope`."""
    from uuid import UUID

    return Scope(
        user_id=packed["user_id"],
        user_name=packed["user_name"],
        post_id=packed["post_id"],
        post_kind=packed["post_kind"],
        region=packed["region"],
        categories=frozenset(packed["categories"]),
        districts=None if packed["districts"] is None else tuple(map(UUID, packed["districts"])),
        object_id=packed["object_id"] and UUID(packed["object_id"]),
        capabilities=frozenset(packed["capabilities"]),
        behalf_of=packed.get("behalf_of"),
    )


def job_start(actor: Scope, *, kind: str, title: str, **arguments: Any) -> Job:
    """Create the job row and queue it after commit. The work runs within the actor's scope."""
    if kind not in _kinds:
        raise LookupError(f"no job kind {kind!r}")
    job = Job.objects.create(
        kind=kind,
        title=title,
        language=translation.get_language() or settings.LANGUAGE_CODE,
        region=actor.region,
        arguments=arguments,
        user_id=actor.user_id,
        user_name=actor.user_name,
        actor=pack_scope(actor),
    )
    audit_record(actor, "job.started", subject="job", subject_id=job.id, kind=kind)
    transaction.on_commit(lambda: _queue(job))
    return job


def _queue(job: Job) -> None:
    from census.jobs.tasks import run

    run.delay(str(job.id), job.region)


def job_cancel(actor: Scope, *, job: Job, allowed: bool = False) -> None:
    """Ask a job to stop; a waiting one stops at once. Only its starter or a region administrator may, and whoever the
    caller found to have a right over its subject (*allowed*)."""
    if job.user_id != actor.user_id and not allowed:
        actor.require("people.manage")
    locked = Job.objects.visible_to(actor).select_for_update().get(pk=job.pk)
    locked.cancel_requested = True
    if locked.state == Job.State.QUEUED:
        locked.state, locked.finished_at = Job.State.CANCELLED, timezone.now()
    locked.save(update_fields=["cancel_requested", "state", "finished_at"])
    audit_record(actor, "job.cancelled", subject="job", subject_id=job.id)


class Progress:
    """Handed to the work: counts, commits step by step, notices a cancel."""

    def __init__(self, job: Job, scope: Scope) -> None:
        self.job, self.scope, self.checkpoint = job, scope, dict(job.checkpoint)

    def start(self, total: int, stage: str = "") -> None:
        """Say how much there is to do (in the work's own unit) and in which stage."""
        self._write(total=total, done=0, stage=stage, stage_started_at=timezone.now())

    @contextlib.contextmanager
    def step(self, done: int = 1, **checkpoint: Any) -> Iterator[None]:
        """One committed step: the block's changes, the count and the checkpoint go in together."""
        with enter(self.scope):
            if Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
                raise JobCancelled
            yield
            self.checkpoint.update(checkpoint)
            self.job.done += done
            Job.objects.filter(pk=self.job.pk).update(
                done=self.job.done, checkpoint=self.checkpoint, heartbeat=timezone.now()
            )

    def _write(self, **changes: Any) -> None:
        with enter(self.scope):
            Job.objects.filter(pk=self.job.pk).update(heartbeat=timezone.now(), **changes)
        for name, value in changes.items():
            setattr(self.job, name, value)


def job_execute(*, job_id: str, region: str) -> None:
    """Run one job in this process (called by the Celery task, and directly by tests)."""
    finder = Scope.system(region=region)
    with enter(finder):
        job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id).first()
        if job is None or job.ended:
            return
        if (
            job.state == Job.State.RUNNING
            and job.heartbeat
            and timezone.now() - job.heartbeat < HEARTBEAT_LIMIT
        ):
            return  # another worker has it
        job.state, job.attempts = Job.State.RUNNING, job.attempts + 1
        job.started_at = job.started_at or timezone.now()
        job.heartbeat = timezone.now()
        job.save()
    with translation.override(job.language):
        _execute(job, unpack_scope(job.actor))


def _execute(job: Job, scope: Scope) -> None:
    if _ended(scope):
        _finish(
            job,
            scope,
            Job.State.FAILED,
            error=_("The post through which this was started has ended; nothing was done."),
        )
        return
    try:
        with _beating(job, scope):
            result = _kinds[job.kind](Progress(job, scope), **job.arguments) or {}
    except JobCancelled:
        _finish(job, scope, Job.State.CANCELLED)
    except JobFault as fault:
        _finish(job, scope, Job.State.FAILED, error=str(fault))
    except Exception:
        log.exception("job %s (%s) failed", job.id, job.kind)
        told = _(
            "A fault of the program ended this job; the log holds it under %(id)s. What was finished stays."
        )
        _finish(job, scope, Job.State.FAILED, error=told % {"id": job.id})
    else:
        _finish(job, scope, Job.State.DONE, result=result)


def _ended(scope: Scope) -> bool:
    """Whether the starter's post or account has ended since; one may wait long for a worker, or be started again."""
    posts = Post.objects.filter(pk=scope.post_id) if scope.post_id else Post.objects.none()
    return posts.exists() and not posts.current().filter(user__is_active=True).exists()


@contextlib.contextmanager
def _beating(job: Job, scope: Scope) -> Iterator[None]:
    """Say every half minute that the worker lives: one step may take longer than HEARTBEAT_LIMIT."""
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(BEAT.total_seconds()):
            try:
                with enter(scope):
                    Job.objects.filter(pk=job.pk).update(heartbeat=timezone.now())
            except DatabaseError:
                log.warning("job %s could not say that it lives", job.id, exc_info=True)
            finally:
                connection.close()

    thread = threading.Thread(target=beat, name=f"job {job.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _finish(
    job: Job, scope: Scope, state: str, *, result: dict[str, Any] | None = None, error: str = ""
) -> None:
    with enter(scope):
        Job.objects.filter(pk=job.pk).update(
            state=state, finished_at=timezone.now(), result=result or {}, error=error
        )


def jobs_revive() -> int:
    """Queue again what was running when its worker died. Returns how many."""
    limit = timezone.now() - HEARTBEAT_LIMIT
    revived = 0
    with enter(Scope.system()):
        lost = Job.objects.filter(state=Job.State.RUNNING, heartbeat__lt=limit)
        waiting = Job.objects.filter(state=Job.State.QUEUED, created_at__lt=limit)
        for job in [*lost, *waiting]:
            if job.attempts >= MAX_ATTEMPTS:
                with translation.override(job.language):
                    told = _("The worker died several times; nothing more is tried. What was finished stays.")
                Job.objects.filter(pk=job.pk).update(
                    state=Job.State.FAILED, finished_at=timezone.now(), error=told
                )
                continue
            transaction.on_commit(lambda job=job: _queue(job))
            revived += 1
    return revived
