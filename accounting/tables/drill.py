"""From a cell to the places and objects behind it: the conditions of the cell, one row an object, largest first."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import BadRequest
from django.db import connection
from django.http import Http404, QueryDict

from accounting.runs.models import Run
from accounting.tables import queries
from accounting.tables.build import resolve
from accounting.tables.facts import own_bounds
from accounting.tables.layout import Column, Layout, Row
from census.access.scope import Scope
from census.numbers import whole
from census.places import regions

PAGE = 100
LINE_COLUMNS = {"category", "source", "subject", "medium", "pollutant", "kind", "method"}
OBJECT_COLUMNS = {"category", "kind", "operating"}


def objects_behind(
    scope: Scope,
    layout: Layout,
    by: str,
    column: Column,
    region: str,
    row_key: str,
    run: Run | None,
    params: QueryDict,
    head: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """Return {"row", "area", "objects", "places", "total", "count", "start", "next", "previous"} for the cell.

    *head*: of a crossed table, the dimension in the columns and the key of one of them. Each object: id, code, name,
    region, county (of its region, or what lies above it), kind, value (column's unit), share (%), and for items of
    forms form, sheet and path of the first place that is filled in and how many there are. *places*: the divisions
    directly below the area, with value, share and number of objects; none where nothing lies below. Raises Http404 for
    a row that is not there.
    """
    scope.require("table.view")
    scope.require_covers(region)
    row = _row(layout, by, row_key, region)
    if head:
        row = _both(row, _row(layout, *head, region))
    area = row.where.get("region", region)
    if not scope.covers(area):
        raise Http404(area)
    own_only = row.where.get("region") == region  # the region's own row; the total has no region of its own
    bounds = own_bounds(area) if own_only else regions.bounds(area)
    known = _known_classes(layout, by, column, bounds) if row_key == "rest" else None
    conditions = {k: v for k, v in {**resolve(column.where, row.bind), **row.where}.items() if k != "region"}
    value, source, where, values = _statement(column, row, conditions, run, bounds)
    address, filled = _address(column, row) if column.fact == "items" else ("NULL", "0")
    below = "'" + area + "'" if own_only else queries.child_expression("behind", area)
    if known:
        expression, classes = known
        where += f" AND COALESCE({expression} <> ALL(%s), true)"
        values = [*values, classes]
    start = _start(params)
    sql = f"""WITH behind AS MATERIALIZED (
                  SELECT o.id, o.code, o.name, o.region, o.kind, {value} AS value, {address} AS address,
                         {filled} AS filled
                  FROM {source} WHERE {where} AND o.region >= %s AND o.region < %s
                  GROUP BY o.id HAVING {value} IS NOT NULL)
              (SELECT id, code, name, region, kind, value, address, filled, 1 AS objects FROM behind
               ORDER BY value DESC, code LIMIT %s OFFSET %s)
              UNION ALL
              SELECT NULL, '', '', {below}, '', sum(value), NULL, 0, count(*) FROM behind GROUP BY 4"""
    with queries.basins_joined(column.by), connection.cursor() as cursor:
        cursor.execute(sql, [*values, *bounds, PAGE, start])
        names = [c.name for c in cursor.description]
        found = [dict(zip(names, line, strict=True)) for line in cursor.fetchall()]
    places = sorted((one for one in found if one["id"] is None), key=lambda one: -one["value"])
    objects = [one for one in found if one["id"] is not None]
    count = sum(one["objects"] for one in places)
    total = sum(one["value"] for one in places) / column.scale if places else None
    for entry in found:
        entry["value"] /= column.scale
        entry["share"] = 100 * entry["value"] / total if total else None
    for entry in objects:
        entry["county"] = regions.at_level(entry["region"], queries.COUNTY)
        entry["form"], entry["sheet"], entry["path"] = (entry["address"] or "||").split("|")
    return {
        "row": row,
        "area": area,
        "objects": objects,
        "places": [] if own_only or [one["region"] for one in places] == [area] else places,
        "count": count,
        "total": total,
        "start": start,
        "next": start + PAGE if start + PAGE < count else None,
        "previous": max(0, start - PAGE) if start else None,
    }


def _both(row: Row, head: Row) -> Row:
    label = {name: f"{row.label[name]} · {head.label[name]}" for name in row.label}
    return Row(row.id, label, where={**head.where, **row.where}, bind={**head.bind, **row.bind})


def _known_classes(
    layout: Layout, by: str, column: Column, bounds: tuple[str, str]
) -> tuple[str, list[str]] | None:
    """SQL expression of the class a column binds and the declared classes; their rest is what is not classified."""
    bound = next(
        ((name, w[1:]) for name, w in column.where.items() if isinstance(w, str) and w[:1] == "$"), None
    )
    if bound is None:
        return None
    name, variable = bound
    classes = [row.bind[variable] for row in layout.dimensions[by].rows if variable in row.bind]
    if name == "by":
        return queries.by_source(column.by, "o", bounds, "id")[1], classes
    if name == "group":
        return f"line->>'{queries._name(column.group_item)}'", classes
    return f"l.{queries._name(name)}", classes


def _start(params: QueryDict) -> int:
    text = params.get("start", "0")
    start = whole(text, 999_999_999)
    if start is None:
        raise BadRequest("start")
    return start


def _row(layout: Layout, by: str, key: str, region: str) -> Row:
    if key == "total":
        return Row("total", {"zh": "合计", "en": "Total"})
    if by == "region":
        if not regions.is_code(key) or not regions.contains(region, key):
            raise Http404(key)
        return queries.region_rows([key], region)[0]
    if by == "industry":
        if not key.isalnum():
            raise Http404(key)
        return queries.industry_rows([key])[0]
    if key == "rest":
        return Row("rest", {"zh": "未分类", "en": "Not classified"})
    found = next((r for r in layout.dimensions[by].rows if r.id == key), None)
    if found is None:
        raise Http404(key)
    return found


def _statement(
    column: Column, row: Row, conditions: dict[str, Any], run: Run | None, bounds: tuple[str, str]
) -> tuple[str, str, str, list[Any]]:
    """Value expression, FROM, WHERE and its parameters for the column's fact."""
    join, by, asked = queries.by_source(column.by, "o", bounds, "id")
    clauses, values = [], []

    def want(expression: str, wanted: Any) -> None:
        without = expression.endswith("!")
        clauses.append(f"{expression.removesuffix('!')} {'<> ALL' if without else '= ANY'}(%s)")
        values.append(wanted if isinstance(wanted, list) else [wanted])

    industry = conditions.pop("industry", None)
    if industry is not None:
        want("left(o.industry, 2)", industry)
    if "by" in conditions:
        want(by, conditions.pop("by"))
    if column.fact == "objects":
        for name in sorted(k for k in conditions if k.removesuffix("!") in OBJECT_COLUMNS):
            want(f"o.{name}", conditions[name])
        return (
            "count(*)::float8",
            f"sources_censusobject o {join}",
            _and(["o.status = 'in_scope'", *clauses]),
            [*asked, *values],
        )
    if column.fact == "lines":
        for name in sorted(k for k in conditions if k.removesuffix("!") in LINE_COLUMNS):
            want(f"l.{name}", conditions[name])
        amount = "environment_kg" if column.measure == "discharged" else f"{column.measure}_kg"
        source = f"accounting_line l JOIN sources_censusobject o ON o.id = l.object_id {join}"
        return (
            f"sum(l.{amount})",
            source,
            _and(["l.run_id = %s", "l.chosen", *clauses]),
            [*asked, run and run.id, *values],
        )
    item = queries._name(resolve({"item": column.item}, row.bind).get("item", column.item).lstrip("$"))
    lateral, cell = queries.section_source(column)
    if column.sections and "group" in conditions:
        want(f"{cell}->>'{queries._name(column.group_item)}'", conditions.pop("group"))
    value = queries.measure_expression(column.measure, cell, item)
    if column.measure != "sum":
        value = f"NULLIF({value}, 0)"
    source = f"sources_return r JOIN sources_censusobject o ON o.id = r.object_id {join}{lateral}"
    fixed = ["r.form = ANY(%s)", queries.COUNTED, "o.status = 'in_scope'"]
    return value, source, _and([*fixed, *clauses]), [*asked, list(column.forms), *values]


def _address(column: Column, row: Row) -> tuple[str, str]:
    """SQL aggregates: FORM|sheet|path of the first place of the item that is filled in, and how many there are."""
    item = queries._name(resolve({"item": column.item}, row.bind).get("item", column.item).lstrip("$"))
    _lateral, cell = queries.section_source(column)
    filled = f"FILTER (WHERE {cell}->>'{item}' IS NOT NULL)"
    path = f"'{item}'"
    if column.sections:
        names = [queries._name(name) for name in column.sections]
        held = " ".join(f"WHEN r.values->'{name}' IS NOT NULL THEN '{name}'" for name in names)
        path = f"(CASE {held} END) || '/' || ({cell}->>'_k') || '/{item}'"
    address = f"r.form || '|' || r.sheet || '|' || COALESCE({path}, '')"
    return f"(array_agg({address} ORDER BY r.form, r.sheet) {filled})[1]", f"count(*) {filled}"


def _and(parts: list[str]) -> str:
    return " AND ".join(parts)
