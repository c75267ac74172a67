"""The points in a window under the filters: single objects while few, cells of a grid when many.

Which sets may be seen is asked of the database each time, under the scope; their contents are kept in memory by
revision.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Sum

from accounting.maps import points as p
from accounting.maps.models import AMOUNTS, PointSet
from accounting.runs.models import Line, Run
from census.access.scope import Scope
from census.places import regions
from sources.objects.kinds import KINDS
from sources.objects.models import CensusObject
from sources.objects.queries import Filters, object_list

SINGLE_LIMIT = 1500  # more points than this in the window are drawn as cells
KEPT_BYTES = 250_000_000  # of joined sets, a web process
KIND_NUMBERS = {code: number for number, code in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. *kinds*: codes; *divisions*: two digits; *amount*: one of AMOUNTS; *least* in kg."""

    box: p.Box
    pixels: tuple[float, float] = (1200, 800)
    kinds: tuple[str, ...] = ()
    divisions: tuple[int, ...] = ()
    sizes: tuple[int, ...] = ()
    amount: tuple[str, str] | None = None
    least: float = 0.0


@dataclass(slots=True)
class _Joined:
    """Sets read and joined. *starts*: place of each set's first point; *amounts*: read when first asked for."""

    keys: list[int]
    starts: np.ndarray
    points: p.Points
    amounts: dict[int, np.ndarray] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        return self.points.nbytes + sum(part.nbytes for part in self.amounts.values())


class _Kept:
    """Joined sets by what went into them, the least used forgotten first. Threads share it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.found: OrderedDict[str, _Joined] = OrderedDict()

    def get(self, key: str) -> _Joined | None:
        with self.lock:
            if key in self.found:
                self.found.move_to_end(key)
            return self.found.get(key)

    def put(self, key: str, joined: _Joined) -> None:
        with self.lock:
            self.found[key] = joined
            while len(self.found) > 1 and sum(one.nbytes for one in self.found.values()) > KEPT_BYTES:
                self.found.popitem(last=False)


_kept = _Kept()


def map_points(scope: Scope, region: str, wanted: Wanted) -> dict[str, Any]:
    """Return {"single": [[lon, lat, id, name, kind, kg or null], …]} or {"grid": {…}} (see points.Grid), and "count",
    "unplaced"."""
    scope.require("table.view")
    scope.require_covers(region)
    low, high = regions.bounds(region)
    sets = list(
        PointSet.objects.visible_to(scope)
        .filter(region__gte=low, region__lt=high)
        .order_by("pk")
        .values_list("pk", "revision", "points", "unplaced")
    )
    joined = _joined([one[:3] for one in sets])
    amounts = _amounts(joined, AMOUNTS.index(wanted.amount)) if wanted.amount else None
    mask = p.chosen(
        joined.points,
        kinds=[KIND_NUMBERS[kind] for kind in wanted.kinds],
        divisions=wanted.divisions,
        sizes=wanted.sizes,
        amounts=amounts,
        least=wanted.least,
    )
    answer: dict[str, Any] = {"unplaced": sum(one[3] for one in sets), "kg": wanted.amount is not None}
    found = p.inside(joined.points, wanted.box, mask, SINGLE_LIMIT)
    if len(found) <= SINGLE_LIMIT:
        return answer | {"count": len(found), "single": _single(joined, found, amounts)}
    cells = p.grid(joined.points, wanted.box, wanted.pixels, mask, amounts)
    return answer | {
        "count": int(cells.counts.sum()),
        "grid": {
            "west": cells.west,
            "south": cells.south,
            "step": [cells.step_x, cells.step_y],
            "columns": cells.columns,
            "index": cells.index,
            "counts": cells.counts,
            "sums": None if cells.sums is None else cells.sums.round(1),
        },
    }


def _joined(sets: Sequence[tuple[int, int, int]]) -> _Joined:
    key = hashlib.blake2b(repr(sets).encode(), digest_size=16).hexdigest()
    if joined := _kept.get(key):
        return joined
    keys = [pk for pk, _revision, _points in sets]
    rows = PointSet.objects.filter(pk__in=keys).values_list("pk", "kinds", "places")
    read = {pk: (kinds, data) for pk, kinds, data in rows}
    keys = [pk for pk in keys if pk in read]
    parts = []
    for pk in keys:
        kinds, data = read.pop(pk)
        parts.append(p.unpack(data, np.array([KIND_NUMBERS.get(kind, 255) for kind in kinds] or [255], "u1")))
    starts = np.cumsum([0, *(len(part) for part in parts)])
    joined = _Joined(keys, starts, p.join(parts))
    _kept.put(key, joined)
    return joined


def _amounts(joined: _Joined, which: int) -> np.ndarray:
    """kg a year of each point, NaN for none."""
    if which in joined.amounts:
        return joined.amounts[which]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, substring(amounts FROM %s * 4 * points + 1 FOR 4 * points) FROM accounting_pointset
               WHERE id = ANY(%s)""",
            [which, joined.keys],
        )
        read = dict(cursor.fetchall())
    sizes = np.diff(joined.starts)
    parts = [
        np.frombuffer(read[pk], "<f4") if len(read.get(pk, b"")) == 4 * size else np.full(size, np.nan, "f4")
        for pk, size in zip(joined.keys, sizes, strict=True)
    ]
    joined.amounts[which] = np.concatenate(parts) if parts else np.empty(0, "f4")
    return joined.amounts[which]


def _single(joined: _Joined, found: np.ndarray, amounts: np.ndarray | None) -> list[list[Any]]:
    """The objects at these places; one that was removed meanwhile is left out."""
    if not len(found):
        return []
    of = np.searchsorted(joined.starts, found, side="right") - 1
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT q.place, substring(s.ids FROM q.at * 16 + 1 FOR 16) FROM unnest(%s, %s, %s) AS q (place, key, at)
               JOIN accounting_pointset s ON s.id = q.key""",
            [found.tolist(), [joined.keys[one] for one in of], (found - joined.starts[of]).tolist()],
        )
        ids = {place: UUID(bytes=bytes(data)) for place, data in cursor.fetchall() if len(data) == 16}
    named = CensusObject.objects.filter(pk__in=list(ids.values())).values_list("pk", "name", "kind")
    names = {pk: (name, kind) for pk, name, kind in named}
    lon, lat = joined.points.lon, joined.points.lat
    return [
        [
            *(round(float(part[place]), 5) for part in (lon, lat)),
            str(ids[place]),
            *names[ids[place]],
            None if amounts is None else round(float(amounts[place]), 1),
        ]
        for place in found.tolist()
        if ids.get(place) in names
    ]


def map_find(scope: Scope, region: str, text: str, limit: int = 8) -> list[dict[str, Any]]:
    """Objects with a position whose name, code or initials match *text*, best first, as the register finds them."""
    found = object_list(scope, Filters(region=region, q=text)).filter(lon__isnull=False, lat__isnull=False)
    return [
        {
            "id": str(one.pk),
            "name": one.name,
            "code": one.code,
            "kind": one.get_kind_display(),
            "at": [one.lon, one.lat],
        }
        for one in found[:limit]
    ]


def object_amounts(obj: CensusObject, run: Run | None) -> list[dict[str, Any]]:
    """What *run* found for the object by pollutant, kg a year into the environment, the largest first."""
    if run is None:
        return []
    lines = Line.objects.filter(
        run=run, object_id=obj.pk, chosen=True, environment_kg__gt=0, medium__in=("water", "air")
    )
    totals = (
        lines.exclude(pollutant__endswith="_volume")
        .values("medium", "pollutant")
        .order_by("medium", "pollutant")
    )
    return sorted(totals.annotate(kg=Sum("environment_kg")), key=lambda one: -one["kg"])[:8]


def receiving_waters(obj: CensusObject) -> list[str]:
    """Names of the waters that the object's forms say it discharges into."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT DISTINCT jsonb_path_query(values, '$.**.receiving_water_name') #>> '{}' FROM sources_return
               WHERE object_id = %s AND active ORDER BY 1""",
            [obj.pk],
        )
        return [name for (name,) in cursor.fetchall() if name]
