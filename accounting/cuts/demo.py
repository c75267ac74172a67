"""The second round of the demo world: the largest objects corrected by their counties, accounted anew, cut again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

from accounting.cuts.models import Cut
from accounting.cuts.services import cut_approve, cut_check, cut_create, cut_execute
from accounting.runs.models import Run
from accounting.runs.services import run_execute, run_update
from census.access.scope import Scope, enter
from census.access.signin import scope_of
from census.people.models import Post
from census.places import regions
from sources.demo.plant import Planted
from sources.demo.slips import PREFIX
from sources.demo.stages import DemoLoad
from sources.demo.world import read_planted
from sources.returns.models import Return
from sources.returns.services import return_save

LARGE = 0.005
"""Share of the area's COD, NH3-N, SO2 or NOx from which an object is looked at first, as review by size does."""


def load_second_cut(demo: DemoLoad) -> str:
    """Correct the slips of the largest objects and cut again; the first cut stays as it was reported."""
    if not demo.corrected:
        return "not asked for"
    first = Cut.objects.filter(region=demo.area, state=Cut.State.APPROVED).order_by("number").first()
    if first is None or Cut.objects.filter(region=demo.area).exclude(pk=first.pk).exists():
        return "no first cut" if first is None else "there is a second cut"
    large = _large(first.run, demo.area)
    slips = [
        one for one in read_planted(demo.planted) if one.error.startswith(PREFIX) and one.object_id in large
    ]
    done = sum(_corrected(slip) for slip in slips)
    office, above = Scope.system(name=demo.actor.user_name), Scope.system(regions.ancestors(demo.area)[-2])
    with transaction.atomic():
        run = run_update(office, run=first.run)
    run = run_execute(office, run=run)
    with enter(demo.actor):
        cut = cut_create(demo.actor, run=run, purpose="演示：审核整改后上报")
    cut = cut_execute(demo.actor, cut=cut)
    with enter(demo.actor):
        cut_check(demo.actor, cut=cut)
    with enter(above):
        cut_approve(above, cut=cut)
    return f"{done} of {len(slips)} slips of {len(large)} large objects corrected, run {run.number}, cut {cut.number}"


def _large(run: Run, area: str) -> set[str]:
    """Ids of the objects that give at least LARGE of a pollutant's discharge in *area*."""
    low, high = regions.bounds(area)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT object_id::text FROM (
                   SELECT object_id, pollutant, sum(environment_kg) AS kg,
                          sum(sum(environment_kg)) OVER (PARTITION BY pollutant) AS whole
                   FROM accounting_line
                   WHERE run_id = %s AND chosen AND pollutant IN ('COD', 'NH3_N', 'SO2', 'NOx')
                         AND medium IN ('water', 'air') AND region >= %s AND region < %s
                   GROUP BY 1, 2) each WHERE kg >= %s * whole GROUP BY 1""",
            [run.pk, low, high, LARGE],
        )
        return {one for (one,) in cursor.fetchall()}


def _corrected(slip: Planted) -> bool:
    """Put the form right as an officer of its county; a form that no county may change stays."""
    form = Return.objects.get(object_id=slip.object_id, form=slip.form, sheet=slip.sheet)
    county = regions.at_level(form.region, 3)
    officer = Post.objects.filter(kind="county_officer", region=county).select_related("user").first()
    if officer is None or form.state in ("draft", "frozen"):
        return False
    actor = scope_of(officer.user, officer)
    with enter(actor):
        values = _put_right(form.values, slip.row, slip.repairs)
        return_save(actor, return_id=form.pk, values=values, base_version=form.version_no)
    return True


def _put_right(values: dict[str, Any], row: str, repairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """*values* with the items of the sheet, or of the row ``table/key``, set; None leaves an item blank."""
    table, _slash, key = row.partition("/")

    def mended(record: dict[str, Any]) -> dict[str, Any]:
        changed = record | dict(repairs)
        return {name: value for name, value in changed.items() if value is not None}

    if not table:
        return mended(values)
    return values | {table: [mended(one) if str(one["_k"]) == key else one for one in values[table]]}
