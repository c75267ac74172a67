"""Reading the facts of a table within a scope, already grouped by the children of a region.

Every statement runs under row-level security; the region bound is also written out so that the index is used.
A frame is small (children × groups), so everything after this is plain pandas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pandas as pd
from django.db import connection

from accounting.tables.build import fact_key
from accounting.tables.facts import CHILD_WIDTH, CLASSES, FactKey, own_bounds
from accounting.tables.layout import Column, Layout, Row
from census.access.scope import Scope
from census.places import regions
from census.places.models import Industry, Region
from sources.waters.queries import basins_of

REFERENCE = Path(__file__).parent / "reference.csv"
COUNTY = 3
BASIN = "basin"
COUNTED = "r.state <> 'draft' AND r.active"  # a draft is nobody's answer yet; forms laid to rest do not count


def child_expression(alias: str, region: str) -> str:
    """SQL: the 12-digit code of the child of *region* a row belongs to (the region itself for its own rows)."""
    width = CHILD_WIDTH[len(regions.prefix(region))]
    return f"rpad(left({alias}.region, {width}), 12, '0')"


@dataclass(frozen=True)
class Wanted:
    """What must be read for one fact key: a column that stands for all, and (measure, item) of the forms' items."""

    column: Column
    items: frozenset[tuple[str, str]]


def wanted_by(tables: Iterable[tuple[Layout, str]]) -> dict[FactKey, Wanted]:
    """What the tables (layout, dimension of the rows) need, each fact once however many columns use it."""
    found: dict[FactKey, Wanted] = {}
    for layout, by in tables:
        for column in layout.columns_for(by):
            if column.fact:
                key = fact_key(column)
                items = _item_names(layout, by, column) if column.fact == "items" else frozenset()
                before = found.get(key, Wanted(column, frozenset()))
                found[key] = Wanted(before.column, before.items | items)
    return found


def load_facts(
    scope: Scope, wanted: Mapping[FactKey, Wanted], region: str, run_id: UUID | None
) -> dict[FactKey, pd.DataFrame]:
    """Return the frames of *region*, grouped by its children. Raises PermissionDenied outside the scope."""
    return _load(scope, wanted, region, run_id, regions.bounds(region))


def load_own_facts(
    scope: Scope, wanted: Mapping[FactKey, Wanted], region: str, run_id: UUID | None
) -> dict[FactKey, pd.DataFrame]:
    """As load_facts, but of a nation, province or city only the rows outside its counties (see facts.upward)."""
    bounds = own_bounds(region) if regions.level(region) < COUNTY else regions.bounds(region)
    return _load(scope, wanted, region, run_id, bounds)


def _load(
    scope: Scope,
    wanted: Mapping[FactKey, Wanted],
    region: str,
    run_id: UUID | None,
    bounds: tuple[str, str],
) -> dict[FactKey, pd.DataFrame]:
    scope.require("table.view")
    scope.require_covers(region)
    facts = {}
    for key, one in wanted.items():
        with basins_joined(one.column.by):
            facts[key] = _facts_of(one, region, run_id, bounds)
    return facts


def _facts_of(wanted: Wanted, region: str, run_id: UUID | None, bounds: tuple[str, str]) -> pd.DataFrame:
    column = wanted.column
    if column.fact == "reference":
        return reference_frame(region)
    if column.fact == "objects":
        return _objects(region, bounds, column.by)
    return (
        _lines(region, bounds, run_id, column.by)
        if column.fact == "lines"
        else _items(region, bounds, wanted)
    )


def _frame(sql: str, params: Iterable[Any]) -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        frame = pd.DataFrame(cursor.fetchall(), columns=[c.name for c in cursor.description])
    numbers = [name for name in frame.columns if name not in CLASSES]
    return frame.astype(dict.fromkeys(numbers, float))


def _objects(region: str, bounds: tuple[str, str], by: str) -> pd.DataFrame:
    join, group, asked = by_source(by, "o", bounds, "id")
    return _frame(
        f"""SELECT {child_expression("o", region)} AS region, category, kind, left(industry, 2) AS industry,
                   operating, {group} AS by, count(*)::float8 AS count
            FROM sources_censusobject o {join}
            WHERE o.region >= %s AND o.region < %s AND o.status = 'in_scope'
            GROUP BY 1, 2, 3, 4, 5, 6""",
        [*asked, *bounds],
    )


def _lines(region: str, bounds: tuple[str, str], run_id: UUID | None, by: str) -> pd.DataFrame:
    join, group, asked = by_source(by, "l", bounds)
    return _frame(
        f"""SELECT {child_expression("l", region)} AS region, l.category, l.source, left(l.industry, 2) AS industry,
                   l.subject, l.medium, l.pollutant, l.method, {group} AS by,
                   sum(generated_kg) AS generated, sum(removed_kg) AS removed, sum(environment_kg) AS discharged
            FROM accounting_line l {join}
            WHERE l.run_id = %s AND l.chosen AND l.region >= %s AND l.region < %s
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9""",
        [*asked, run_id, *bounds],
    )


@contextmanager
def basins_joined(by: str) -> Iterator[None]:
    """Around a statement with the join of :func:`by_source`: the planner takes what finds a basin for one row, and
    would go through it once for each line."""
    with connection.cursor() as cursor:
        if by == BASIN:
            cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL jit = off")
        yield
        if by == BASIN:
            cursor.execute("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL jit TO DEFAULT")


def by_source(
    by: str, alias: str, bounds: tuple[str, str], key: str = "object_id"
) -> tuple[str, str, list[Any]]:
    """JOIN, expression and values of the join that group rows of *alias* by ``basin`` or ``FORM.item`` of the same
    object, whose id is in the column *key*. What finds no basin has the basin ''."""
    if not by:
        return "", "NULL::text", []
    if by == BASIN:
        sql, values = basins_of(*bounds)
        return f"LEFT JOIN {sql} b ON b.object_id = {alias}.{key}", "coalesce(b.basin, '')", values
    form, item = by.split(".")
    join = f"LEFT JOIN sources_return b ON b.object_id = {alias}.{key} AND b.form = '{_name(form)}' AND b.sheet = 1"
    return join, f"b.values->>'{_name(item)}'", []


def _name(text: str) -> str:
    """Form and item names come from our own layout files; refuse anything that is not a plain name."""
    if not text.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"not a name: {text!r}")
    return text


def _item_names(layout: Layout, by: str, column: Column) -> frozenset[tuple[str, str]]:
    """(measure, item) of a column; a ``$name`` stands for what the rows bind."""
    if not column.item.startswith("$"):
        return frozenset({(column.measure, column.item)})
    rows = layout.dimensions[by].rows if by in layout.dimensions else ()
    name = column.item[1:]
    return frozenset((column.measure, row.bind[name]) for row in rows if name in row.bind)


def _items(region: str, bounds: tuple[str, str], wanted: Wanted) -> pd.DataFrame:
    """Sums and counts of the forms' items; columns ``<measure>:<item>``."""
    column = wanted.column
    join, by, asked = by_source(column.by, "r", bounds)
    lateral, source = section_source(column)
    group = f"{source}->>'{_name(column.group_item)}'" if column.group_item else "NULL::text"
    parts = [
        f'{measure_expression(measure, source, name)} AS "{measure}:{name}"'
        for measure, name in sorted(wanted.items)
    ]
    return _frame(
        f"""SELECT {child_expression("r", region)} AS region, left(o.industry, 2) AS industry, {group} AS "group",
                   {", ".join([f"{by} AS by", *parts])}
            FROM sources_return r JOIN sources_censusobject o ON o.id = r.object_id AND o.status = 'in_scope'
                 {join} {lateral}
            WHERE r.form = ANY(%s) AND r.region >= %s AND r.region < %s AND {COUNTED}
            GROUP BY 1, 2, 3, 4""",
        [*asked, list(column.forms), *bounds],
    )


def section_source(column: Column) -> tuple[str, str]:
    """JOIN and expression of the JSON that holds the item: a row of the (one) repeating section, or the form."""
    if not column.sections:
        return "", "r.values"
    rows = ", ".join(f"r.values->'{_name(section)}'" for section in column.sections)
    return f" CROSS JOIN LATERAL jsonb_array_elements(COALESCE({rows})) AS line", "line"


def measure_expression(measure: str, source: str, name: str) -> str:
    """SQL aggregate of item *name* of the JSON *source* of returns ``r``: float8, NULL over nothing for a sum."""
    item = f"{source}->>'{_name(name)}'"
    if measure == "count":
        return f"count({item})::float8"
    if measure == "distinct":  # a NULL item makes the text NULL, which is not counted
        return f"count(DISTINCT r.object_id::text || ' ' || ({item}))::float8"
    return f"sum(CASE WHEN jsonb_typeof({source}->'{name}') = 'number' THEN ({item})::float8 END)"


def reference_frame(region: str) -> pd.DataFrame:
    """The published figures of exactly this region (see reference.csv)."""
    frame = pd.read_csv(REFERENCE, dtype={"region": str, "value": float}, comment="#")
    return frame[frame["region"] == region]


def region_rows(codes: Iterable[str], region: str) -> list[Row]:
    """Rows of children of *region*, and first its own row for what is not split below it."""
    names = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
    rows = []
    for code in codes:
        own = code == region
        name = names.get(code, code)
        label = {"zh": f"{name}（本级）", "en": f"{name} (own level)"} if own else {"zh": name, "en": name}
        rows.append(Row(code, label, where={"region": code}))
    return sorted(rows, key=lambda row: (row.id != region, row.id))


def industry_rows(codes: Iterable[str]) -> list[Row]:
    """Rows of divisions of GB/T 4754-2017."""
    names = {i.code: {"zh": f"{i.code} {i.name_zh}", "en": f"{i.code} {i.name_en or i.name_zh}"}
             for i in Industry.objects.filter(code__in=codes)}  # fmt: skip
    return [Row(code, names.get(code, {"zh": code, "en": code}), where={"industry": code}) for code in codes]
