"""Making the point sets from the register and the newest run, county by county."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

import numpy as np
import pandas as pd
from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone

from accounting.maps.models import AMOUNTS, PointSet
from accounting.maps.points import Points, pack
from accounting.runs.models import Run, Shard
from accounting.runs.queries import runs_counting
from census.access.scope import Scope, enter
from census.places import regions
from sources.objects.models import CensusObject

LATE = dt.timedelta(minutes=2)  # a change of the register may become visible this long after its time


def county_of(region: str) -> str:
    """The county of *region*; a city, province or the nation is a unit of its own."""
    return regions.at_level(region, min(regions.level(region), 3))


def _bounds(unit: str) -> tuple[str, str]:
    """Region codes that belong to *unit*: all below a county, only itself above."""
    return regions.bounds(unit) if regions.level(unit) >= 3 else (unit, unit + "0")


def build(unit: str, run: Run | None) -> int:
    """Make the sets of one unit anew; must run in a scope that holds it. Returns the number of points."""
    low, high = _bounds(unit)
    found = CensusObject.objects.filter(region__gte=low, region__lt=high, status="in_scope")
    rows = found.order_by("id").values_list("id", "category", "kind", "industry", "size", "lon", "lat")
    frame = pd.DataFrame(rows, columns=["id", "category", "kind", "industry", "size", "lon", "lat"])
    amounts = _amounts(low, high, run)
    kept = set()
    for category, part in frame.groupby("category"):
        kept.add(category)
        _store(unit, category, part, amounts, run)
    PointSet.objects.filter(region=unit).exclude(category__in=kept).delete()
    return int(frame["lon"].notna().sum())


def _amounts(low: str, high: str, run: Run | None) -> dict[tuple[str, str], dict[UUID, float]]:
    """kg a year into the environment by (medium, pollutant), then object."""
    found: dict[tuple[str, str], dict[UUID, float]] = {}
    if run is None:
        return found
    media, pollutants = zip(*AMOUNTS, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT medium, pollutant, object_id, sum(environment_kg) FROM accounting_line
               WHERE run_id = %s AND region >= %s AND region < %s AND chosen AND environment_kg IS NOT NULL
                 AND (medium, pollutant) IN (SELECT * FROM unnest(%s, %s)) GROUP BY 1, 2, 3""",
            [run.pk, low, high, list(media), list(pollutants)],
        )
        for medium, pollutant, object_id, amount in cursor.fetchall():
            found.setdefault((medium, pollutant), {})[object_id] = amount
    return found


def _store(unit: str, category: str, part: pd.DataFrame, amounts: dict, run: Run | None) -> None:
    placed = part[part["lon"].notna() & part["lat"].notna()]
    kind, kinds = pd.factorize(placed["kind"], sort=True)
    division = pd.to_numeric(placed["industry"].str[:2], errors="coerce").fillna(0)
    size = pd.to_numeric(placed["size"], errors="coerce").fillna(0)
    ids = list(placed["id"])
    columns = [
        np.fromiter((amounts.get(key, {}).get(one, np.nan) for one in ids), "<f4", len(ids))
        for key in AMOUNTS
    ]
    points = Points(
        *(placed[name].to_numpy() for name in ("lon", "lat")), kind, division.to_numpy(), size.to_numpy()
    )
    values = {
        "kinds": list(kinds),
        "points": len(placed),
        "unplaced": len(part) - len(placed),
        "places": pack(points),
        "ids": b"".join(one.bytes for one in ids),
        "amounts": b"".join(column.tobytes() for column in columns),
        "run_number": run.number if run else None,
        "built_at": timezone.now(),
    }
    made, new = PointSet.objects.get_or_create(region=unit, category=category, defaults=values)
    if not new:
        PointSet.objects.filter(pk=made.pk).update(revision=made.revision + 1, **values)


def build_all(scope: Scope, units: Iterable[str]) -> int:
    """Make the sets of these units, each in a transaction of its own. Returns the number of points."""
    total = 0
    for unit in sorted(set(units)):
        with enter(scope), transaction.atomic():
            total += build(unit, runs_counting(scope, unit).first())
    return total


def refresh(scope: Scope) -> int:
    """Make anew what the register or a finished run has changed since. Returns how many units that were."""
    with enter(scope):
        units = _changed_in_register() | _newly_accounted()
    build_all(scope, units)
    return len(units)


def _changed_in_register() -> set[str]:
    built = dict(PointSet.objects.order_by("region").values_list("region").annotate(Min("built_at")))
    changed = CensusObject.objects.order_by("region")
    if built:
        changed = changed.filter(updated_at__gt=max(built.values()) - LATE)
    touched = changed.values_list("region").annotate(Max("updated_at"))
    units = [(county_of(region), at) for region, at in touched.iterator()]
    return {unit for unit, at in units if unit not in built or at > built[unit] - LATE}


def _newly_accounted() -> set[str]:
    """Units whose newest run is newer than the one their sets carry."""
    carried: dict[str, int] = {}
    for unit, number in PointSet.objects.values_list("region", "run_number"):
        carried[unit] = min(number or 0, carried.get(unit, number or 0))
    newest: dict[str, int] = {}
    for run in Run.objects.filter(state=Run.State.DONE, data_cut=None).order_by("finished_at"):
        shards = Shard.objects.filter(run=run, state=Shard.State.DONE)
        newest |= dict.fromkeys(shards.values_list("region", flat=True), run.number)
    return {unit for unit, number in newest.items() if unit in carried and carried[unit] != number}
