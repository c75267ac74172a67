"""Accounting's part of the demo world: one finished run over the loaded area."""

from __future__ import annotations

from django.db import transaction

from accounting.factors.queries import edition_codes
from accounting.maps.building import build_all
from accounting.runs.models import Run, Shard
from accounting.runs.services import run_create, run_execute
from census.access.posts import CATEGORIES
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
