"""From an object to its receiving water and basin, and the list of water bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from census.access.scope import Scope
from census.places import regions
from census.places.models import CodeItem, Region
from sources.waters.models import WaterBody

FORMS = ("G101-1", "J101-1", "J102-1", "J103-1", "N101-1", "S104")
"""Forms on which a unit names the water it discharges to."""

STEPS = ("code", "pattern", "name", "area")
"""How a basin was found, the surest first; see WaterBody."""

# One answer for each different (county, code, name): far fewer than objects. The surest step wins, then the longer
# pattern, then the narrower area; a name that stands for several basins in an area says nothing there.
_STATED = """stated AS MATERIALIZED (
    SELECT o.id AS object_id, left(o.region, 6) AS county, coalesce(w.code, '') AS code, coalesce(w.name, '') AS name
    FROM sources_censusobject o LEFT JOIN (
        SELECT DISTINCT ON (object_id) object_id, btrim("values"->>'receiving_water_code') AS code,
               btrim("values"->>'receiving_water_name') AS name
        FROM sources_return
        WHERE region >= %s AND region < %s AND form = ANY(%s) AND active AND state <> 'draft'
        ORDER BY object_id, form, sheet) w ON w.object_id = o.id
    WHERE o.region >= %s AND o.region < %s AND o.status = 'in_scope')"""
_KNOWN = """known AS MATERIALIZED (
    SELECT asked.county, asked.code, asked.name, best.basin, best.step
    FROM (SELECT DISTINCT county, code, name FROM stated) asked
    CROSS JOIN LATERAL (SELECT ARRAY['000000000000', rpad(left(asked.county, 2), 12, '0'),
        rpad(left(asked.county, 4), 12, '0'), rpad(asked.county, 12, '0')] AS areas) around
    LEFT JOIN LATERAL (
        SELECT 1 AS rank, basin, 'code' AS step, 0 AS length, area FROM sources_waterbody
        WHERE current AND key = 'code ' || asked.code
        UNION ALL
        SELECT 2, basin, 'pattern', length(rtrim(code, '?*')), area FROM sources_waterbody
        WHERE current AND key >= 'pattern ' AND key < 'pattern!'
              AND asked.code LIKE replace(replace(code, '?', '_'), '*', '%%')
        UNION ALL
        SELECT 3, min(basin), 'name', 0, area FROM sources_waterbody
        WHERE current AND name = asked.name AND asked.name <> '' AND area = ANY(around.areas)
        GROUP BY area HAVING count(DISTINCT basin) = 1
        UNION ALL
        SELECT 4, basin, 'area', 0, area FROM sources_waterbody
        WHERE current AND key = ANY(SELECT 'area ' || one FROM unnest(around.areas) one)
        ORDER BY 1, 4 DESC, 5 DESC LIMIT 1) best ON true)"""


def basins_of(low: str, high: str) -> tuple[str, list[Any]]:
    """SQL (object_id, basin, step) of the objects in the census between two division codes, and its values.

    *basin* and *step* are null where nothing leads to a basin. Row-level security holds inside it.
    """
    sql = f"""(WITH {_STATED}, {_KNOWN}
               SELECT s.object_id, k.basin, k.step FROM stated s JOIN known k USING (county, code, name))"""
    return sql, [low, high, list(FORMS), low, high]


def basins() -> dict[str, dict[str, str]]:
    """Names of the basins by code, in the order of the list: {"zh", "en"}."""
    rows = CodeItem.objects.filter(list="basins").order_by("position")
    return {row.code: {"zh": row.name_zh, "en": row.name_en or row.name_zh} for row in rows}


def waters_found(params: Mapping[str, Any]) -> QuerySet[WaterBody]:
    """Rows of the list, which everybody reads, narrowed by the filter bar; those that count now unless ``past`` is
    asked for."""
    condition = Q() if params.get("past") else Q(current=True)
    for name in ("basin", "confidence"):
        if value := params.get(name):
            condition &= Q(**{name: value})
    if text := (params.get("q") or "").strip():
        places = Region.objects.filter(name__icontains=text, level__lte=3).values("code")
        condition &= (
            Q(name__icontains=text)
            | Q(code__istartswith=text)
            | Q(flows_into__icontains=text)
            | Q(area__in=places)
        )
    return WaterBody.objects.filter(condition)


def assigned(scope: Scope, region: str) -> list[dict[str, Any]]:
    """How many objects of *region* found which basin by which step: basin, step (None: no basin), objects."""
    scope.require_covers(region)
    sql, values = basins_of(*regions.bounds(region))
    return _rows(
        f"SELECT basin, step, count(*) AS objects FROM {sql} b GROUP BY 1, 2 ORDER BY 3 DESC", values
    )


def unlisted(scope: Scope, region: str, limit: int = 50) -> list[dict[str, Any]]:
    """Waters that forms of *region* name and the list does not know, the most used first: name, code, objects."""
    scope.require_covers(region)
    low, high = regions.bounds(region)
    return _rows(
        f"""WITH {_STATED}, {_KNOWN}
            SELECT name, code, count(*) AS objects FROM stated JOIN known USING (county, code, name)
            WHERE (name <> '' OR code <> '') AND (step IS NULL OR step = 'area')
            GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT %s""",
        [low, high, list(FORMS), low, high, limit],
    )


def _rows(sql: str, values: list[Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
