"""Reading the facts of a table within a scope, already grouped by the children of a region.

Every statement runs under row-level security; the region bound is also written out so that the index is used.
A frame is small (children × groups), so everything after this is plain pandas.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import pandas as pd
from django.db import connection

from accounting.tables.build import FactKey, Facts, fact_key
from accounting.tables.layout import Column, Layout, Row
from census.access.scope import Scope
from census.places import regions
from census.places.models import Industry, Region

CHILD_WIDTH = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12, 12: 12}
REFERENCE = Path(__file__).parent / "reference.csv"
COUNTED = "r.state <> 'draft' AND r.active"  # a draft is nobody's answer yet; forms laid to rest do not count


def child_expression(alias: str, region: str) -> str:
    """SQL: the 12-digit code of the child of *region* a row belongs to (the region itself for its own rows)."""
    width = CHILD_WIDTH[len(regions.prefix(region))]
    return f"rpad(left({alias}.region, {width}), 12, '0')"


def load_facts(
    scope: Scope,
    layout: Layout,
    by: str,
    region: str,
    run_id: UUID | None,
    known: dict[FactKey, pd.DataFrame] | None = None,
) -> Facts:
    """Return the frames that the layout's columns need. Raises PermissionDenied outside the scope.

    *known* collects the frames that do not depend on the layout, for callers that make many tables of one region
    and one run.
    """
    scope.require("table.view")
    scope.require_covers(region)
    known = {} if known is None else known
    wanted: dict[FactKey, list[Column]] = {}
    for column in layout.columns_for(by):
        if column.fact:
            wanted.setdefault(fact_key(column), []).append(column)
    facts = {}
    for key, columns in wanted.items():
        if key[0] == "items":  # which items are read depends on the layout
            facts[key] = _items(region, columns[0], _item_names(layout, by, columns))
            continue
        if key not in known:
            known[key] = _frame_of(key[0], region, run_id, columns[0].by)
        facts[key] = known[key]
    return facts


def _frame_of(fact: str, region: str, run_id: UUID | None, by: str) -> pd.DataFrame:
    if fact == "objects":
        return _objects(region)
    return reference_frame(region) if fact == "reference" else _lines(region, run_id, by)


def _frame(sql: str, params: Iterable[Any]) -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return pd.DataFrame(cursor.fetchall(), columns=[c.name for c in cursor.description])


def _objects(region: str) -> pd.DataFrame:
    low, high = regions.bounds(region)
    return _frame(
        f"""SELECT {child_expression("o", region)} AS region, category, kind, left(industry, 2) AS industry,
                   operating, count(*)::float8 AS count
            FROM sources_censusobject o
            WHERE region >= %s AND region < %s AND status = 'in_scope'
            GROUP BY 1, 2, 3, 4, 5""",
        [low, high],
    )


def _lines(region: str, run_id: UUID | None, by: str) -> pd.DataFrame:
    low, high = regions.bounds(region)
    join, group = _by(by, "l")
    return _frame(
        f"""SELECT {child_expression("l", region)} AS region, l.category, l.source, left(l.industry, 2) AS industry,
                   l.subject, l.medium, l.pollutant, l.method, {group} AS by,
                   sum(generated_kg) AS generated, sum(removed_kg) AS removed, sum(environment_kg) AS discharged
            FROM accounting_line l {join}
            WHERE l.run_id = %s AND l.chosen AND l.region >= %s AND l.region < %s
            GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9""",
        [run_id, low, high],
    )


def _by(by: str, alias: str) -> tuple[str, str]:
    """JOIN and expression that group by ``FORM.item`` of the same object."""
    if not by:
        return "", "NULL::text"
    form, item = by.split(".")
    join = f"LEFT JOIN sources_return b ON b.object_id = {alias}.object_id AND b.form = '{_name(form)}' AND b.sheet = 1"
    return join, f"b.values->>'{_name(item)}'"


def _name(text: str) -> str:
    """Form and item names come from our own layout files; refuse anything that is not a plain name."""
    if not text.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"not a name: {text!r}")
    return text


def _item_names(layout: Layout, by: str, columns: Iterable[Column]) -> set[tuple[str, str]]:
    """(measure, item) of every column; a ``$name`` stands for what the rows bind."""
    names = set()
    rows = layout.dimensions[by].rows if by in layout.dimensions else ()
    for column in columns:
        if column.item.startswith("$"):
            bound = {row.bind[column.item[1:]] for row in rows if column.item[1:] in row.bind}
            names |= {(column.measure, name) for name in bound}
        else:
            names.add((column.measure, column.item))
    return names


def _items(region: str, column: Column, names: set[tuple[str, str]]) -> pd.DataFrame:
    """Sums and counts of the forms' items; columns ``<measure>:<item>``."""
    low, high = regions.bounds(region)
    join, by = _by(column.by, "r")
    lateral, source = section_source(column)
    group = f"{source}->>'{_name(column.group_item)}'" if column.group_item else "NULL::text"
    parts = [
        f'{measure_expression(measure, source, name)} AS "{measure}:{name}"'
        for measure, name in sorted(names)
    ]
    return _frame(
        f"""SELECT {child_expression("r", region)} AS region, left(o.industry, 2) AS industry, {group} AS "group",
                   {by} AS by, {", ".join(parts)}
            FROM sources_return r JOIN sources_censusobject o ON o.id = r.object_id AND o.status = 'in_scope'
                 {join} {lateral}
            WHERE r.form = ANY(%s) AND r.region >= %s AND r.region < %s AND {COUNTED}
            GROUP BY 1, 2, 3, 4""",
        [list(column.forms), low, high],
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


def region_rows(facts: Facts, region: str) -> list[Row]:
    """The children of *region* that have facts, and the region's own row for what is not split below it."""
    codes = sorted({code for frame in facts.values() for code in frame.get("region", ())})
    names = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
    rows = []
    for code in codes:
        own = code == region
        name = names.get(code, code)
        label = {"zh": f"{name}（本级）", "en": f"{name} (own level)"} if own else {"zh": name, "en": name}
        rows.append(Row(code, label, where={"region": code}))
    return sorted(rows, key=lambda row: (row.id != region, row.id))


def industry_rows(facts: Facts) -> list[Row]:
    """Divisions of GB/T 4754-2017 that have facts."""
    codes = sorted({code for frame in facts.values() for code in frame.get("industry", ()) if code})
    names = {i.code: {"zh": f"{i.code} {i.name_zh}", "en": f"{i.code} {i.name_en or i.name_zh}"}
             for i in Industry.objects.filter(code__in=codes)}  # fmt: skip
    return [Row(code, names.get(code, {"zh": code, "en": code}), where={"industry": code}) for code in codes]
