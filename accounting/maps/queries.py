"""Points of the map: single objects while few, cells of a grid when many. Aggregated in PostgreSQL under the scope."""

from __future__ import annotations

from typing import Any

from django.db import connection

from census.access.scope import Scope
from census.places import regions

SINGLE_LIMIT = 3000  # more points than this are drawn as grid cells
GRID = 64  # cells along the longer side of the window


def points(
    scope: Scope, region: str, kinds: list[str], window: tuple[float, float, float, float]
) -> dict[str, Any]:
    """Return {"single": [[lon, lat, id, name, kind], …]} or {"grid": [[lon, lat, count], …]}.

    *window* is (west, south, east, north) in degrees. Objects without a position are counted in "unplaced".
    """
    scope.require("table.view")
    scope.require_covers(region)
    low, high = regions.bounds(region)
    west, south, east, north = window
    where = "region >= %s AND region < %s AND status = 'in_scope'"
    values: list[Any] = [low, high]
    if kinds:
        where += " AND kind = ANY(%s)"
        values.append(kinds)
    inside = where + " AND lon BETWEEN %s AND %s AND lat BETWEEN %s AND %s"
    box = [west, east, south, north]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id::text, name, kind, lon, lat FROM sources_censusobject WHERE {inside} LIMIT %s""",
            [*values, *box, SINGLE_LIMIT + 1],
        )
        rows = cursor.fetchall()
        cursor.execute(
            f"SELECT count(*) FROM sources_censusobject WHERE {where} AND (lon IS NULL OR lat IS NULL)",
            values,
        )
        unplaced = cursor.fetchone()[0]
        if len(rows) <= SINGLE_LIMIT:
            return {"single": [[r[3], r[4], r[0], r[1], r[2]] for r in rows], "unplaced": unplaced}
        step = max(east - west, north - south) / GRID
        cursor.execute(
            f"""SELECT avg(lon)::float8, avg(lat)::float8, count(*) FROM sources_censusobject WHERE {inside}
                GROUP BY floor((lon - %s) / %s), floor((lat - %s) / %s)""",
            [*values, *box, west, step, south, step],
        )
        return {"grid": [list(row) for row in cursor.fetchall()], "unplaced": unplaced}
