"""Accounting's part of the demo world: a finished run over the loaded area, its cut, and one released table."""

from __future__ import annotations

from django.db import transaction

from accounting.cuts.models import Cut
from accounting.cuts.services import cut_approve, cut_check, cut_create, cut_execute
from accounting.factors.queries import edition_codes
from accounting.maps.building import build_all
from accounting.publication.services import publication_prepare, publication_release
from accounting.runs.models import Run, Shard
from accounting.runs.services import run_create, run_execute
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.jobs.services import job_execute
from census.places import regions
from sources.demo.stages import DemoLoad


def load_run(demo: DemoLoad) -> str:
    """Account the area with the strongest edition of the factor library, unless a run over it is done."""
    runs = Run.objects.filter(region=demo.area, campaign=demo.campaign).order_by("number")
    if runs.filter(state=Run.State.DONE).exists():
        return "there is a finished run"
    run = runs.first()
    if run is None:
        editions = edition_codes()
        if not editions:
            return "the factor library is empty; run load_factors, then load_demo again"
        with transaction.atomic():
            run = run_create(
                demo.actor,
                campaign=demo.campaign,
                region=demo.area,
                categories=CATEGORIES,
                edition=editions[0],
            )
    run = run_execute(demo.actor, run=run)
    return (
        f"run {run.number} {run.state}: {run.objects_counted:,} objects, {run.lines_written:,} lines, "
        f"{run.gaps_written:,} gaps"
    )


def load_points(demo: DemoLoad) -> str:
    """The points of the map."""
    counties = Shard.objects.filter(run__region=demo.area).values_list("region", flat=True)
    return f"{build_all(demo.actor, counties):,} points on the map"


def load_cut(demo: DemoLoad) -> str:
    """A cut of the area, approved by the office above, and one pollutant of it released after disclosure control."""
    run = Run.objects.filter(region=demo.area, state=Run.State.DONE).order_by("-number").first()
    if run is None:
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
        table = publication_prepare(actor, cut=cut, medium="air", pollutant="NOx", rules={})
    job_execute(job_id=str(table.job_id), region=demo.area)
    with enter(actor):
        table.refresh_from_db()
        if table.content and not table.exposed:
            table = publication_release(actor, publication=table)
    return (
        f"cut {cut.number} with {cut.tables.count()} tables; of the released table {table.primary} cells are sensitive "
        f"and {table.secondary} hidden with them"
    )
