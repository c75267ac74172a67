"""Where a factor is used: counties from what each shard noted, objects from the lines of one county."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet, Sum

from accounting.factors.models import Factor
from accounting.runs.models import Line, Run, Shard
from accounting.runs.queries import run_newest, runs_visible
from census.access.scope import Scope
from census.places import regions


def usage_run(scope: Scope, number: int | None = None) -> Run | None:
    """The run asked for, or the newest finished one over the forms of now: of those that cover the post's region,
    else of those of parts of it."""
    if number is None:
        counting = runs_visible(scope).filter(state=Run.State.DONE, data_cut=None)
        return run_newest(scope, scope.region) or counting.first()
    return runs_visible(scope).filter(state=Run.State.DONE, number=number).first()


def usage_counties(scope: Scope, run: Run, factor: Factor) -> list[dict[str, Any]]:
    """Counties whose account asked for the factor: lines and objects it is the factor of.

    0 lines: it was only a parameter of others (mileage, removal rate, content).
    """
    key = str(factor.pk)
    shards = Shard.objects.visible_to(scope).filter(run=run, used__has_key=key).only("region", "used")
    rows = [
        {"code": shard.region, "lines": shard.used[key][0], "objects": shard.used[key][1]} for shard in shards
    ]
    return sorted(rows, key=lambda row: (-row["lines"], row["code"]))


def usage_lines(scope: Scope, run: Run, factor: Factor, county: str) -> QuerySet[Line]:
    """The lines of one county (code of its shard) that rest on the factor."""
    low, high = regions.at_level(county, 3), county[:6] + "~"
    return Line.objects.visible_to(scope).filter(
        run=run, region__gte=low, region__lt=high, factor_id=factor.pk
    )


def usage_objects(lines: QuerySet[Line]) -> QuerySet[Line, dict[str, Any]]:
    """Objects of such lines: number of lines and amount entering the environment (kg; m3 for volumes)."""
    return (
        lines.order_by()
        .values("object_id")
        .annotate(lines=Count("id"), amount=Sum("environment_kg"))
        .order_by("-amount", "object_id")
    )
