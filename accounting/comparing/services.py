"""Comparing two runs, and trying a factor change: both are jobs over counties that write differences, nothing else.

A trial accounts each county twice, with the library as it is and with the change, from the same forms. Where the run
it starts from rests on the same forms, its stored lines are the first account; a county that does not ask for any
changed factor is not computed at all. The lines of a trial live in temporary tables.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounting.changes.models import Change
from accounting.changes.rows import change_rows
from accounting.comparing.differences import Side, Split, split, totals
from accounting.comparing.models import Comparison, Difference, Portion
from accounting.factors import asking
from accounting.factors.matching import Library
from accounting.factors.queries import Pin, library_changed, library_load, library_now
from accounting.runs.basis import compare, inputs_read
from accounting.runs.engine import compute
from accounting.runs.execution import account, basis_asked, basis_inputs, basis_of
from accounting.runs.held import as_held
from accounting.runs.models import Line, Run, Shard
from accounting.runs.reading import context_read
from accounting.runs.services import run_policy, shard_regions
from accounting.runs.writing import rows_aside
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.audit.services import audit_record
from census.jobs.models import Job
from census.jobs.services import JobCancelled, JobFault, Progress, job_kind, job_start
from census.places import regions

JOB_KIND = "accounting.compare"


def require_all_categories(scope: Scope) -> None:
    """Totals mix all categories: PermissionDenied for a post that sees only some."""
    if set(CATEGORIES) - scope.categories:
        raise PermissionDenied("a comparison holds all source categories")


def comparison_create(actor: Scope, *, first: Run, second: Run) -> Comparison:
    """Compare two finished runs where they overlap within the actor's region; an existing comparison is found again.

    Raises ValidationError (not finished, same run, regions apart) and PermissionDenied.
    """
    actor.require("accounting.run")
    require_all_categories(actor)
    if first.pk == second.pk:
        raise ValidationError(_("Choose another run to compare with."))
    if {first.state, second.state} != {Run.State.DONE}:
        raise ValidationError(_("Only finished runs can be compared."))
    region = max(first.region, second.region, actor.region, key=lambda code: len(regions.prefix(code)))
    if not all(regions.contains(area, region) for area in (first.region, second.region, actor.region)):
        raise ValidationError(_("The two runs have no region in common."))
    known = Comparison.objects.visible_to(actor).filter(first=first, second=second, region=region)
    if found := known.exclude(state__in=[Comparison.State.FAILED, Comparison.State.CANCELLED]).first():
        return found
    comparison = _new(actor, Comparison(region=region, first=first, second=second))
    shards = Shard.objects.visible_to(actor).filter(run__in=[first, second])
    low, high = regions.bounds(region)
    codes = shards.filter(region__gte=low, region__lt=high).values_list("region", flat=True)
    return _start(actor, comparison, set(codes))


def trial_create(actor: Scope, *, change: Change, run: Run, region: str) -> Comparison:
    """Try a change over *region* with the conditions of *run* (its forms are read as they are now).

    Raises ValidationError (no rows, run not finished, nothing to account) and PermissionDenied.
    """
    actor.require("factor.change")
    require_all_categories(actor)
    actor.require_covers(region)
    if not change.digest:
        raise ValidationError(_("This change has no rows yet."))
    if run.state != Run.State.DONE:
        raise ValidationError(_("Choose a finished run: its conditions are those of the dry run."))
    pin = library_now()
    comparison = _new(
        actor,
        Comparison(
            region=region, first=run, change=change, change_digest=change.digest, library=pin.factors,
            technologies=pin.technologies,
        ),
    )  # fmt: skip
    codes = shard_regions(Run(campaign_id=run.campaign_id, region=region, categories=run.categories))
    return _start(actor, comparison, set(codes))


def _new(actor: Scope, comparison: Comparison) -> Comparison:
    comparison.created_by, comparison.created_by_name = actor.user_id, actor.user_name
    comparison.save()
    return comparison


def _start(actor: Scope, comparison: Comparison, codes: set[str]) -> Comparison:
    if not codes:
        raise ValidationError(_("There is no census object of these categories in this region."))
    Portion.objects.bulk_create([Portion(comparison=comparison, region=code) for code in sorted(codes)])
    names = {"first": comparison.first.number, "region": comparison.region}
    if comparison.change_id:
        names["change"] = comparison.change.number
        audit_record(actor, "change.dry_run", subject="change", subject_id=comparison.change_id, **names)
    else:
        names["second"] = comparison.second.number
        audit_record(actor, "comparison.created", subject="comparison", subject_id=comparison.pk, **names)
    return comparison_start(actor, comparison=comparison)


def comparison_start(actor: Scope, *, comparison: Comparison) -> Comparison:
    """Queue a comparison, also again after it failed: it goes on with the counties that are not done."""
    actor.require("factor.change" if comparison.change_id else "accounting.run")
    actor.require_covers(comparison.region)
    locked = Comparison.objects.visible_to(actor).select_for_update().get(pk=comparison.pk)
    if locked.state == Comparison.State.DONE:
        raise ValidationError(_("This comparison is done."))
    # an office above may be making it, whose job is not seen
    job = Job.objects.visible_to(actor).filter(pk=locked.job_id).first() if locked.job_id else None
    if locked.state == Comparison.State.RUNNING and locked.job_id and (job is None or not job.ended):
        raise ValidationError(_("This comparison is being made."))
    if locked.change_id:
        title = _("Dry run of factor change %(number)s") % {"number": locked.change.number}
    else:
        numbers = {"first": locked.first.number, "second": locked.second.number}
        title = _("Comparison of accounting runs %(first)s and %(second)s") % numbers
    locked.job_id = job_start(actor, kind=JOB_KIND, title=title, comparison_id=str(locked.pk)).pk
    locked.state = Comparison.State.RUNNING
    locked.save(update_fields=["job_id", "state"])
    return locked


@job_kind(JOB_KIND)
def comparison_work(progress: Progress, *, comparison_id: str) -> dict[str, Any]:
    """Take county after county apart; killed or cancelled it goes on where it was."""
    state = Comparison.State.FAILED
    try:
        with progress.step(done=0):
            comparison = Comparison.objects.select_related("first", "second", "change").get(pk=comparison_id)
            waiting = list(Portion.objects.filter(comparison=comparison, done=False))
        progress.start(len(waiting), _("Counties"))
        for portion in waiting:
            with progress.step():
                portion_execute(comparison, portion)
        state = Comparison.State.DONE
    except JobCancelled:
        state = Comparison.State.CANCELLED
        raise
    finally:
        with enter(progress.scope):
            Comparison.objects.filter(pk=comparison_id).update(state=state, finished_at=timezone.now())
    with enter(progress.scope):
        portions = Portion.objects.filter(comparison_id=comparison_id)
        return {"counties": portions.count(), "touched": portions.filter(touched=True).count()}


def portion_execute(comparison: Comparison, portion: Portion) -> None:
    """One county, inside the caller's transaction. Doing it twice leaves the same rows."""
    low, high = portion.region[:6] + "000000", portion.region[:6] + "~"
    Difference.objects.filter(comparison=comparison, region__gte=low, region__lt=high).delete()
    if comparison.change_id:
        with as_held(comparison.first, portion.region):
            found = _tried(comparison, portion.region)
    else:
        first, second = comparison.first, comparison.second
        names = ("parameters", "confidences", "analogue", "min_state", "categories", "engine")
        same = all(_condition(first, name) == _condition(second, name) for name in names)
        found = split(
            comparison_id=comparison.pk, region=portion.region, first=Side.of(first), second=Side.of(second),
            same_forms=False, same_conditions=same,
        )  # fmt: skip
    portion.before = {name: str(amount) for name, amount in found.before.items()}
    portion.after = {name: str(amount) for name, amount in found.after.items()}
    portion.touched, portion.objects_differing, portion.done = found.objects > 0, found.objects, True
    portion.save()


def _condition(run: Run, name: str) -> object:
    value = getattr(run, name)
    if name == "parameters":
        return {key: part for key, part in value.items() if key not in {"library", "technologies"}}
    return value


# -- trials -------------------------------------------------------------------------------------------


def _tried(comparison: Comparison, region: str) -> Split:
    run, before, after = comparison.first, *_libraries(comparison.pk)
    basis, low, high = basis_of(run, region), region[:6] + "000000", region[:6] + "~"
    first = None
    if basis is not None and compare(basis_inputs(basis), inputs_read(run=run, region=region)).nothing:
        asked = basis_asked(basis)
        answers = asking.answers_digest(before, asked)
        if answers == basis.answers:
            first = Side.of(run)
        if first is not None and answers == asking.answers_digest(after, asked):  # not a line can differ
            same = totals(first, low, high)
            return Split(same, same, 0)
    context = context_read(run=run, region=region)
    if first is None:
        first = Side("trial_before")
        rows_aside(model=Line, frame=account(run, compute(context, before))[0], table=first.table)
    second = Side("trial_after")
    rows_aside(model=Line, frame=account(run, compute(context, after))[0], table=second.table)
    return split(
        comparison_id=comparison.pk, region=region, first=first, second=second, same_forms=True,
        same_conditions=True,
    )  # fmt: skip


@lru_cache(maxsize=2)
def _libraries(comparison_id: UUID) -> tuple[Library, Library]:
    """The library of a trial as it was when the trial was planned, and with the change."""
    comparison = Comparison.objects.select_related("first", "change").get(pk=comparison_id)
    if comparison.change.digest != comparison.change_digest:
        raise JobFault(_("The change was edited after this dry run began; start a new one."))
    run, pin = comparison.first, Pin(comparison.library, comparison.technologies)
    editions = tuple(run.parameters["editions"])
    policy = run_policy(run)
    rows, retired = change_rows(comparison.change)
    before = library_load(editions=editions, policy=policy, pin=pin)
    return before, library_changed(editions=editions, policy=policy, pin=pin, rows=rows, retired=retired)
