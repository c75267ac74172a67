"""Accounting's part of the demo world: a finished run over the nation, the area's cut of it, and one released table."""

from __future__ import annotations

from django.db import transaction

from accounting.cuts.models import Cut
from accounting.cuts.services import cut_approve, cut_check, cut_create, cut_execute
from accounting.factors.queries import edition_codes
from accounting.maps.building import build_all
from accounting.publication.services import publication_prepare, publication_release
from accounting.runs.models import Run, Shard
from accounting.runs.services import run_create, run_execute, run_update, shard_regions
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.jobs.services import job_execute
from census.places import regions
from sources.demo.stages import DemoLoad


def load_run(demo: DemoLoad) -> str:
    """Account the nation, so that the office of every level finds results; a later load brings them up to date."""
    office = Scope.system(name=demo.actor.user_name)
    run = _newest_run(demo)
    if run is None:
        editions = edition_codes()
        if not editions:
            return "the factor library is empty; run load_factors, then load_demo again"
        with transaction.atomic():
            run = run_create(
                office,
                campaign=demo.campaign,
                region=regions.NATION,
                categories=CATEGORIES,
                edition=editions[0],  # the strongest
            )
    elif run.state == Run.State.DONE:
        if set(shard_regions(run)) <= set(run.shards.values_list("region", flat=True)):
            return "there is a finished run"
        with transaction.atomic():
            run = run_update(office, run=run)
    run = run_execute(office, run=run)
    return (
        f"run {run.number} {run.state}: {run.objects_counted:,} objects, {run.lines_written:,} lines, "
        f"{run.gaps_written:,} gaps"
    )


def _newest_run(demo: DemoLoad) -> Run | None:
    runs = Run.objects.filter(region=regions.NATION, campaign=demo.campaign)
    return runs.order_by("-number").first()


def load_points(demo: DemoLoad) -> str:
    """The points of the map."""
    low, high = regions.bounds(demo.area)
    counties = Shard.objects.filter(run=_newest_run(demo), region__gte=low, region__lt=high)
    return f"{build_all(demo.actor, counties.values_list('region', flat=True)):,} points on the map"


def load_cut(demo: DemoLoad) -> str:
    """A cut of the area, approved by the office above, and one pollutant of it released after disclosure control."""
    run = _newest_run(demo)
    if run is None or run.state != Run.State.DONE:
        return "no finished run to cut"
    if Cut.objects.filter(region=demo.area).exists():
        return "there is a cut"
    actor, above = demo.actor, Scope.system(regions.ancestors(demo.area)[-2], name="演示数据装载")
    with enter(actor):
        cut = cut_create(actor, run=run, purpose="演示：首次上报")
    cut = cut_execute(actor, cut=cut)
    if not cut.made or cut.changed:
        return f"cut {cut.number} is not finished or does not fit its run; nothing was released"
    with enter(actor):
        cut_check(actor, cut=cut)
    with enter(above):
        cut_approve(above, cut=cut)
    with enter(actor):
        (table,) = publication_prepare(actor, cut=cut, subjects=["discharge.air.NOx"], rules={})
    job_execute(job_id=str(table.job_id), region=demo.area)
    with enter(actor):
        table.refresh_from_db()
        if table.content and not table.exposed:
            table = publication_release(actor, publication=table)
    return (
        f"cut {cut.number} with {cut.tables.count()} tables; of the released table {table.primary} cells are sensitive "
        f"and {table.secondary} hidden with them"
    )
