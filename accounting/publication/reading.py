"""What every legal person contributes to a table to be published, read from a cut's run, the register and the returns.

A contributor is a legal person: objects with the same credit or organisation code are one. Region and leaf are those of
the table; figures of areas (subjects.yaml, ``open``) are not read.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from django.db import connection

from accounting.cuts.frozen import thaw
from accounting.cuts.models import Cut, FrozenTable
from accounting.methods import pollutants
from accounting.publication.joint import OWN
from accounting.publication.subjects import Subject, catalogue
from accounting.runs.held import cut_held
from accounting.runs.models import Line
from accounting.tables.build import same
from accounting.tables.layout import Column
from accounting.tables.queries import COUNTED, measure_expression, section_source
from census.access.scope import Scope
from census.places import regions
from sources.objects.models import CensusObject
from sources.returns.models import Return

PERSON = "COALESCE(NULLIF(o.uscc, ''), NULLIF(o.org_code, ''), o.id::text)"
DIVISION = "NULLIF(left(o.industry, 2), '')"


class RegisterMoved(Exception):
    """Register or returns do not say what the cut froze, so nothing of it can be published from them."""


def deepest(region: str) -> int:
    """Level of the leaves: a nation's table goes to provinces, a province's or city's to counties, a county's to
    townships."""
    return {0: 1, 1: 3, 2: 3}.get(regions.level(region), 4)


def contributions_read(cut: Cut, subject: Subject) -> pd.DataFrame:
    """Return row, column, contributor, amount (the subject's unit). Raises RegisterMoved.

    Where register or forms have moved on since, they are made again as the cut holds them.
    """
    try:
        frame = _checked(cut, subject)
    except RegisterMoved:
        with cut_held(cut, _forms(subject)):
            frame = _checked(cut, subject)
    level = deepest(cut.region)
    own = frame["row"].map(regions.level) < level
    frame.loc[own & (frame["row"] != cut.region), "row"] += OWN
    if level > regions.level(cut.region):
        frame.loc[frame["row"] == cut.region, "row"] += OWN
    return frame


def _checked(cut: Cut, subject: Subject) -> pd.DataFrame:
    frame = _read(cut, subject)
    if subject.column is not None and subject.column.fact == "items":
        _check(cut, subject.table, subject.column, frame)
    elif subject.code == "objects":
        _check_objects(cut, frame)
    return frame


def _forms(subject: Subject) -> set[str]:
    """The forms that are read for the subject."""
    if subject.column is None:
        return {"J101-1"}
    return {*subject.column.forms, *filter(None, [subject.column.by.partition(".")[0]])}


def _read(cut: Cut, subject: Subject) -> pd.DataFrame:
    if subject.column is None:
        return _objects(cut, subject) if subject.counts else _discharge(cut, subject)
    return _lines(cut, subject) if subject.column.fact == "lines" else _items(cut, subject)


def _leaf_region(alias: str, cut: Cut) -> str:
    return f"rpad(left({alias}.region, {regions.WIDTHS[deepest(cut.region)]}), 12, '0')"


def _frame(subject: Subject, sql: str, params: list[Any], scale: float = 1.0) -> pd.DataFrame:
    """*sql* gives the columns row, contributor, amount and the classes that lead to a leaf."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = pd.DataFrame(cursor.fetchall(), columns=[one.name for one in cursor.description])
    if found.empty:
        return pd.DataFrame(columns=["row", "column", "contributor", "amount"])
    classes = [name for name in found.columns if name not in {"row", "contributor", "amount"}]
    leaves = {
        key: subject.leaf(dict(zip(classes, key, strict=True)))
        for key in set(found[classes].itertuples(index=False, name=None))
    }
    found["column"] = [leaves[key] for key in found[classes].itertuples(index=False, name=None)]
    found["amount"] = found["amount"].astype(float) * scale
    return found.groupby(["row", "column", "contributor"], as_index=False)["amount"].sum()


def _discharge(cut: Cut, subject: Subject) -> pd.DataFrame:
    return _frame(
        subject,
        f"""SELECT {_leaf_region("l", cut)} AS "row", {PERSON} AS contributor, l.category, l.source,
                   NULLIF(left(l.industry, 2), '') AS industry,
                   CASE WHEN l.category = 'agricultural' THEN NULLIF(l.subject, '') END AS subject,
                   sum(l.environment_kg) AS amount
            FROM accounting_line l JOIN sources_censusobject o ON o.id = l.object_id
            WHERE l.run_id = %s AND l.chosen AND l.medium = %s AND l.pollutant = %s AND NOT l.source = ANY(%s)
              AND l.environment_kg IS NOT NULL AND l.region >= %s AND l.region < %s
            GROUP BY 1, 2, 3, 4, 5, 6""",
        [cut.run_id, subject.medium, subject.pollutant, _areas(), *regions.bounds(cut.region)],
        pollutants.table()[subject.pollutant].scale,
    )


def _areas() -> list[str]:
    found = catalogue()
    return sorted(found.open["sources"] | found.closed_sources)


def _objects(cut: Cut, subject: Subject) -> pd.DataFrame:
    """The second hierarchy splits plants by the type on their form."""
    return _frame(
        subject,
        f"""SELECT {_leaf_region("o", cut)} AS "row", {PERSON} AS contributor, o.kind, {DIVISION} AS industry,
                   b.values->>'plant_type' AS plant_type, count(*) AS amount
            FROM sources_censusobject o
                 LEFT JOIN sources_return b ON b.object_id = o.id AND b.form = 'J101-1' AND b.sheet = 1
            WHERE o.status = 'in_scope' AND o.kind = ANY(%s) AND o.campaign_id = %s
              AND o.region >= %s AND o.region < %s
            GROUP BY 1, 2, 3, 4, 5""",
        [_kinds(subject), cut.campaign_id, *regions.bounds(cut.region)],
    )


def _kinds(subject: Subject) -> list[str]:
    return [node.where["kind"] for node in subject.tree.walk() if node.where and "kind" in node.where]


def _items(cut: Cut, subject: Subject) -> pd.DataFrame:
    column = subject.column
    lateral, source = section_source(column)
    split, join = _split(subject, source, "r")
    fixed, params = _fixed(subject, column, source)
    return _frame(
        subject,
        f"""SELECT {_leaf_region("r", cut)} AS "row", {PERSON} AS contributor, {split} AS "{subject.by or "none"}",
                   {measure_expression(column.measure, source, column.item)} AS amount
            FROM sources_return r JOIN sources_censusobject o ON o.id = r.object_id AND o.status = 'in_scope'
                 {join} {lateral}
            WHERE r.form = ANY(%s) AND r.region >= %s AND r.region < %s AND {COUNTED} {fixed}
            GROUP BY 1, 2, 3 HAVING {measure_expression(column.measure, source, column.item)} IS NOT NULL""",
        [list(column.forms), *regions.bounds(cut.region), *params],
        1 / column.scale,
    )


def _split(subject: Subject, source: str, alias: str) -> tuple[str, str]:
    """Expression of the class that leads to a leaf, and the JOIN it needs."""
    column = subject.column
    if subject.by in {"", "industry"}:
        return (DIVISION if subject.by else "NULL::text"), ""
    if column.group_item:
        return f"{source}->>'{column.group_item}'", ""
    form, item = column.by.split(".")
    join = (
        f"LEFT JOIN sources_return b ON b.object_id = {alias}.object_id AND b.form = '{form}' AND b.sheet = 1"
    )
    return f"b.values->>'{item}'", join


def _fixed(subject: Subject, column: Column, source: str) -> tuple[str, list[Any]]:
    """A condition on the group that is the column's own and not a row's."""
    wanted = column.where.get("group")
    if not isinstance(wanted, list):
        return "", []
    return f"AND {source}->>'{column.group_item}' = ANY(%s)", [wanted]


def _lines(cut: Cut, subject: Subject) -> pd.DataFrame:
    """What plants remove: lines of one source by an item of the plant's form."""
    column = subject.column
    split, join = _split(subject, "", "l")
    measure = {"generated": "generated_kg", "removed": "removed_kg"}[column.measure]
    return _frame(
        subject,
        f"""SELECT {_leaf_region("l", cut)} AS "row", {PERSON} AS contributor, {split} AS "{subject.by}",
                   sum(l.{measure}) AS amount
            FROM accounting_line l JOIN sources_censusobject o ON o.id = l.object_id {join}
            WHERE l.run_id = %s AND l.chosen AND l.source = %s AND l.pollutant = %s AND l.{measure} IS NOT NULL
              AND l.region >= %s AND l.region < %s
            GROUP BY 1, 2, 3""",
        [cut.run_id, column.where["source"], column.where["pollutant"], *regions.bounds(cut.region)],
        1 / column.scale,
    )


def _check(cut: Cut, code: str, column: Column, frame: pd.DataFrame) -> None:
    """What is read now must be what the cut froze, in the whole and in every place of the table by region."""
    frozen = _frozen(cut, code, "region", column.id)
    for key, value in frozen.items():
        if not same(_sum_of(frame, key, cut.region), value or 0.0):
            raise RegisterMoved(f"{code} {column.id} {key}")


def _sum_of(frame: pd.DataFrame, key: str, region: str) -> float:
    """The sum of *frame* in the row *key* of a table of *region*, whose own row holds what lies in no child."""
    if key == "total":
        return float(frame["amount"].sum())
    inside = [row == key if key == region else regions.contains(key, row) for row in frame["row"]]
    return float(frame.loc[inside, "amount"].sum())


def _check_objects(cut: Cut, frame: pd.DataFrame) -> None:
    """Of the number of objects by industry, and by kind where a column of the table has just that kind."""
    held = frame.groupby("column")["amount"].sum()
    for key, value in _frozen(cut, "T02", "industry", "units").items():
        if key not in {"total", "rest"} and not same(float(held.get(key, 0.0)), value or 0.0):
            raise RegisterMoved(f"T02 units {key}")
    for column in ("farms", "boilers", "depots", "stations"):
        kinds = frame[frame["column"] == column]
        for key, value in _frozen(cut, "T01", "region", column).items():
            if not same(_sum_of(kinds, key, cut.region), value or 0.0):
                raise RegisterMoved(f"T01 {column} {key}")


def _frozen(cut: Cut, code: str, by: str, column: str) -> dict[str, float | None]:
    """Row key → number of a column of the cut's own table. Raises RegisterMoved where the cut holds no such table."""
    table = FrozenTable.objects.filter(cut=cut, region=cut.region, code=code, by=by).first()
    if table is None:
        raise RegisterMoved(f"{code}/{by}")
    content = thaw(table.content)
    place = [one["id"] for one in content["columns"]].index(column)
    return {row["key"]: row["cells"][place] for row in content["rows"]}


def anything(scope: Scope, cut: Cut, subject: Subject) -> bool:
    """Whether a unit has anything of the subject at all: where none has, there is nothing to release."""
    low, high = regions.bounds(cut.region)
    inside = {"region__gte": low, "region__lt": high}
    lines = Line.objects.visible_to(scope).filter(run=cut.run_id, chosen=True, **inside)
    if subject.code == "objects":
        return CensusObject.objects.visible_to(scope).filter(
            status="in_scope", kind__in=_kinds(subject), campaign=cut.campaign_id, **inside
        ).exists()  # fmt: skip
    if subject.column is None:
        lines = lines.filter(medium=subject.medium, pollutant=subject.pollutant, environment_kg__gt=0)
        return lines.exclude(source__in=_areas()).exists()
    if subject.column.fact == "lines":
        where = subject.column.where
        return lines.filter(source=where["source"], pollutant=where["pollutant"]).exists()
    forms = Return.objects.visible_to(scope).filter(form__in=subject.column.forms, active=True, **inside)
    return forms.exclude(state="draft").exists()
