"""Creating, bringing up to date, starting, driving and cancelling runs.

A shard is one transaction (execution.py). Killed at any line a run leaves nothing half done; started again it goes on
with the shards that are not done.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounting.cuts.models import Cut
from accounting.factors.matching import Library, Policy
from accounting.factors.models import Edition
from accounting.factors.queries import Pin, edition_codes, library_load, library_now
from accounting.factors.shape import CONFIDENCES
from accounting.runs.basis import engine_digest
from accounting.runs.engine import DEFAULT_PARAMETERS
from accounting.runs.execution import shard_execute
from accounting.runs.held import as_held, held_regions
from accounting.runs.models import Run, Shard
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.audit.services import audit_record
from census.calendar.models import Campaign
from census.jobs.events import emit
from census.jobs.models import Job
from census.jobs.services import JobCancelled, Progress, job_cancel, job_kind, job_start
from census.places import regions
from census.seals.tasks import seal_soon
from sources.objects.models import CensusObject
from sources.returns.states import ORDER

log = logging.getLogger(__name__)
JOB_KIND = "accounting.run"


def run_create(
    actor: Scope,
    *,
    campaign: Campaign,
    region: str,
    categories: Iterable[str],
    edition: str,
    fallback: bool = True,
    confidences: Iterable[str] = CONFIDENCES,
    analogue: bool = True,
    min_state: str = "submitted",
    parameters: Mapping[str, Mapping[str, object]] | None = None,
    data_cut: Cut | None = None,
) -> Run:
    """Plan a run with its shards. ``fallback``: other editions may step in where the chosen one has no factor.

    Only factors in force on the reference date of the campaign are asked. ``data_cut``: count the register and the
    returns as this cut holds them.

    Raises ValidationError (unknown edition, category, rating or state; nothing to account) and PermissionDenied
    (outside the post's region or categories).
    """
    actor.require("accounting.run")
    chosen = [category for category in CATEGORIES if category in set(categories)]
    for category in chosen:
        actor.require_covers(region, category)
    _validate(chosen, categories, edition, confidences, min_state)
    _validate_cut(data_cut, campaign, region)
    others = [code for code in edition_codes() if code != edition] if fallback else []
    return _planned(
        actor,
        Run(
            campaign=campaign,
            region=region,
            categories=chosen,
            edition=edition,
            parameters={
                **DEFAULT_PARAMETERS,
                **(parameters or {}),
                "editions": [edition, *others],
                "valid_on": campaign.reference_date.isoformat(),
            },
            confidences=[rating for rating in CONFIDENCES if rating in set(confidences)],
            analogue=analogue,
            min_state=min_state,
            data_cut=data_cut,
        ),
    )


def run_update(actor: Scope, *, run: Run, library: bool = True) -> Run:
    """Plan a run that brings a finished one up to date: same region and conditions, the forms as they are now (those
    of the cut, where it counts a cut).

    Only what changed is computed, the rest is taken over; the rows are those of a run from scratch. *library*: with
    the factors of now, else with those the old run had. Raises ValidationError for a run that is not finished.
    """
    actor.require("accounting.run")
    for category in run.categories:
        actor.require_covers(run.region, category)
    if run.state != Run.State.DONE:
        raise ValidationError(_("Only a finished run can be brought up to date."))
    values = {name: getattr(run, name) for name in CONDITIONS}
    return _planned(actor, Run(predecessor=run, **values), newest=library)


def _planned(actor: Scope, run: Run, *, newest: bool = True) -> Run:
    """Number and save a new run with its shards; *newest*: pin the library as it is now."""
    if newest:
        pin = library_now()
        run.parameters = run.parameters | {"library": pin.factors, "technologies": pin.technologies}
    _not_twice(actor, run)
    run.number, run.engine = _next_number(), engine_digest()
    run.created_by, run.created_by_name = actor.user_id, actor.user_name
    run.full_clean(
        exclude=["campaign", "predecessor", "data_cut", "job_id", "created_by", "started_at", "finished_at"]
    )
    run.save()
    shards = shard_regions(run) if run.data_cut is None else held_regions(run)
    if not shards:
        raise ValidationError(_("There is no census object of these categories in this region."))
    Shard.objects.bulk_create([Shard(run=run, region=code) for code in shards])
    audit_record(actor, "run.created", subject="run", subject_id=run.id, number=run.number, region=run.region)
    return run


CONDITIONS = (
    "campaign", "region", "categories", "edition", "parameters", "confidences", "analogue", "min_state", "data_cut",
)  # fmt: skip


def _not_twice(actor: Scope, run: Run) -> None:
    """Two clicks, two people: no second run works on the same at the same time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounting run'), %s)", [int(run.region[:6])])
    same = {name: getattr(run, name) for name in CONDITIONS}
    if going := Run.objects.visible_to(actor).filter(state=Run.State.RUNNING, **same).first():
        raise ValidationError(
            _("Accounting run %(number)s is at work on just this.") % {"number": going.number}
        )


def _validate(chosen, categories, edition, confidences, min_state) -> None:
    unknown = set(categories) - set(CATEGORIES)
    if unknown or not chosen:
        raise ValidationError({"categories": _("Choose at least one source category.")})
    if not Edition.objects.filter(code=edition).exists():
        raise ValidationError({"edition": _("This factor edition is not loaded.")})
    if not set(confidences) or set(confidences) - set(CONFIDENCES):
        raise ValidationError({"confidences": _("Choose at least one rating of confidence.")})
    if min_state not in ORDER or min_state == "draft":
        raise ValidationError({"min_state": _("Drafts are never accounted.")})


def _validate_cut(cut: Cut | None, campaign: Campaign, region: str) -> None:
    if cut is None:
        return
    if not cut.made or cut.campaign_id != campaign.pk:
        raise ValidationError({"data_cut": _("Choose a frozen data cut of this campaign.")})
    if not regions.contains(cut.region, region):
        raise ValidationError({"data_cut": _("This data cut does not hold the whole region of the run.")})


def _next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('accounting_run_number')")
        return cursor.fetchone()[0]


def shard_regions(run: Run) -> list[str]:
    """County codes (and the city's own) that have objects in the census."""
    low, high = regions.bounds(run.region)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT DISTINCT left(region, 6) FROM {CensusObject._meta.db_table}
                WHERE campaign_id = %s AND status = 'in_scope' AND region >= %s AND region < %s
                  AND category = ANY(%s) ORDER BY 1""",
            [run.campaign_id, low, high, run.categories],
        )
        return [code.ljust(12, "0") for (code,) in cursor.fetchall()]


def run_start(actor: Scope, *, run: Run) -> Run:
    """Queue the run as a job. A failed or cancelled run goes on with the shards that are not done."""
    actor.require("accounting.run")
    actor.require_covers(run.region)
    locked = Run.objects.visible_to(actor).select_for_update().get(pk=run.pk)
    if locked.state in {Run.State.RUNNING, Run.State.DONE}:
        raise ValidationError(_("This run is running or done; plan a new one."))
    Shard.objects.filter(run=locked, state=Shard.State.FAILED).update(state=Shard.State.WAITING, error="")
    title = _("Accounting run %(number)s") % {"number": locked.number}
    locked.job_id = job_start(actor, kind=JOB_KIND, title=title, run_id=str(locked.pk)).pk
    locked.state, locked.finished_at = Run.State.RUNNING, None
    locked.started_at = locked.started_at or timezone.now()
    locked.save(update_fields=["job_id", "state", "started_at", "finished_at"])
    return locked


def run_cancel(actor: Scope, *, run: Run) -> None:
    """Ask a running run to stop after the shards in work; what is done stays and can be gone on with.

    Whoever may run the accounting of the region may stop it, not only who started it.
    """
    actor.require("accounting.run")
    actor.require_covers(run.region)
    if run.job_id is None or run.state != Run.State.RUNNING:
        raise ValidationError(_("This run is not running."))
    job = Job.objects.visible_to(actor).filter(pk=run.job_id).first()
    if job is None:
        raise ValidationError(_("An office above started this run, and only it can stop it."))
    if not job.ended:  # ended: its worker died too often, or the post of who started it has ended
        job_cancel(actor, job=job, allowed=True)
        job.refresh_from_db()
    if job.ended:
        _finish(run, Run.State.CANCELLED)


# -- work ---------------------------------------------------------------------------------------------


@job_kind(JOB_KIND)
def run_work(progress: Progress, *, run_id: str) -> dict[str, int]:
    """Drive a run to its end; helpers in other workers take shards from the same table."""
    from accounting.runs.tasks import assist

    scope = progress.scope
    with enter(scope):
        run = Run.objects.get(pk=run_id)
        shards = Shard.objects.filter(run=run).count()
        packed = Job.objects.values_list("actor", flat=True).get(pk=progress.job.pk)
    progress.start(shards, _("Counties"))
    assist.delay(run_id, packed)
    while True:
        try:
            _tell(progress, run)
        except JobCancelled:
            with enter(scope):
                _finish(run, Run.State.CANCELLED)
            raise
        if not shard_next(scope, run=run) and not _others_at_work(scope, run):
            break
    with enter(scope):
        failed = Shard.objects.filter(run=run, state=Shard.State.FAILED).count()
        run = _finish(run, Run.State.FAILED if failed else Run.State.DONE)
    _tell(progress, run)
    return {
        "objects": run.objects_counted,
        "lines": run.lines_written,
        "gaps": run.gaps_written,
        "failed": failed,
    }


def _tell(progress: Progress, run: Run) -> None:
    """Write the progress; raises JobCancelled when somebody asked to stop."""
    with enter(progress.scope):
        done = Shard.objects.filter(run=run).exclude(state=Shard.State.WAITING).count()
        jobs = Job.objects.filter(pk=progress.job.pk)
        jobs.update(done=done, heartbeat=timezone.now())
        if jobs.filter(cancel_requested=True).exists():
            raise JobCancelled


def _others_at_work(scope: Scope, run: Run) -> bool:
    """True while a helper still holds a shard; waits a moment then. A dead helper's lock is gone by itself."""
    with enter(scope):
        waiting = Shard.objects.filter(run=run, state=Shard.State.WAITING).exists()
    if waiting:
        time.sleep(0.2)
    return waiting


def shard_next(scope: Scope, *, run: Run) -> bool:
    """Take one waiting shard nobody holds and execute it. False when there is none to take."""
    taken: Shard | None = None
    try:
        with enter(scope):
            waiting = Shard.objects.filter(run=run, state=Shard.State.WAITING)
            taken = waiting.select_for_update(skip_locked=True).order_by("region").first()
            if taken is not None:
                with as_held(run, taken.region):
                    shard_execute(run=run, shard=taken, library=run_library(run))
    except Exception as error:
        if taken is None:
            raise
        log.exception("run %s, shard %s failed", run.number, taken.region)
        with enter(scope):
            Shard.objects.filter(pk=taken.pk).update(
                state=Shard.State.FAILED,
                error=_told(error)[:2000],
                finished_at=timezone.now(),
            )
    return taken is not None


def _told(error: Exception) -> str:
    """What went wrong: our own words where we have them, else the fault as the program names it."""
    return (
        " ".join(error.messages) if isinstance(error, ValidationError) else f"{type(error).__name__}: {error}"
    )


def run_library(run: Run) -> Library:
    """The factors the run may use, as the library stood when the run was planned."""
    return library_load(editions=tuple(run.parameters["editions"]), policy=run_policy(run), pin=run_pin(run))


def run_policy(run: Run) -> Policy:
    """Ratings, analogues and the day on which factors must be in force (runs from before it was kept: any)."""
    return Policy(frozenset(run.confidences), run.analogue, run.parameters.get("valid_on", ""))


def run_pin(run: Run) -> Pin:
    """The state of the library a run uses."""
    technologies = run.parameters.get("technologies", 0)  # runs from before techniques were pinned
    return Pin(run.parameters["library"], technologies or library_now().technologies)


def _finish(run: Run, state: str) -> Run:
    counts = Shard.objects.filter(run=run).aggregate(
        objects=Sum("objects_counted"), lines=Sum("lines_written"), gaps=Sum("gaps_written")
    )
    run.objects_counted, run.lines_written = counts["objects"] or 0, counts["lines"] or 0
    run.gaps_written, run.state, run.finished_at = counts["gaps"] or 0, state, timezone.now()
    run.save(update_fields=["objects_counted", "lines_written", "gaps_written", "state", "finished_at"])
    if state == Run.State.DONE:
        emit("accounting.run_done", run=run)
        seal_soon()
    return run


def run_execute(actor: Scope, *, run: Run) -> Run:
    """Drive a planned run to its end in this process, without the queue (loads, benchmarks, tests)."""
    with enter(actor):
        Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING, started_at=timezone.now())
        run.refresh_from_db()
    while shard_next(actor, run=run):
        pass
    with enter(actor), transaction.atomic():
        failed = Shard.objects.filter(run=run, state=Shard.State.FAILED).exists()
        return _finish(run, Run.State.FAILED if failed else Run.State.DONE)
