"""The table to publish: contributions of legal persons read from a cut's run, and the protected table as JSON."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection

from accounting.cuts.models import Cut
from accounting.methods import pollutants
from accounting.publication.disclosure import TOLERANCE, Grid, Protected, Tree
from accounting.tables.rounding import controlled
from census.places import regions
from census.places.models import Industry, Region

ALL = "all"
OWN = ":own"  # marks the leaf for rows of a city or province itself
PUBLISHED, PRIMARY, SECONDARY = "published", "primary", "secondary"


def grid_of(region: str, frame: pd.DataFrame) -> Grid:
    """The table's hierarchies: *region* with what lies below it in *frame*, and the industry divisions found."""
    levels = {leaf: _chain(region, leaf) for leaf in sorted(set(frame["row"]))}
    children: dict[str, list[str]] = {}
    for chain in levels.values():
        for parent, child in itertools.pairwise(chain):
            if child not in children.setdefault(parent, []):
                children[parent].append(child)
    rows = Tree(region, {parent: tuple(below) for parent, below in children.items()})
    return Grid(rows, Tree(ALL, {ALL: tuple(sorted(set(frame["column"])))}))


def _chain(region: str, leaf: str) -> list[str]:
    code = leaf.removesuffix(OWN)
    above = [one for one in regions.ancestors(code) if regions.contains(region, one)]
    return [*above, leaf] if leaf.endswith(OWN) else above


def deepest(region: str) -> int:
    """Level of the leaves: a nation's table goes to provinces, any other down to counties."""
    return 1 if region == regions.NATION else 3


def contributions_read(cut: Cut, *, medium: str, pollutant: str) -> pd.DataFrame:
    """Return row, column, contributor, amount (display unit) of industrial discharge into the environment.

    A contributor is a legal person: objects with the same credit or organisation code are one.
    """
    low, high = regions.bounds(cut.region)
    level = deepest(cut.region)
    width = regions.WIDTHS[level]
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT rpad(left(l.region, %s), 12, '0') AS "row",
                      COALESCE(NULLIF(left(l.industry, 2), ''), '?') AS "column",
                      COALESCE(NULLIF(o.uscc, ''), NULLIF(o.org_code, ''), l.object_id::text) AS contributor,
                      sum(l.environment_kg) AS amount
               FROM accounting_line l JOIN sources_censusobject o ON o.id = l.object_id
               WHERE l.run_id = %s AND l.chosen AND l.category = 'industrial' AND l.medium = %s
                 AND l.pollutant = %s AND l.environment_kg IS NOT NULL AND l.region >= %s AND l.region < %s
               GROUP BY 1, 2, 3""",
            [width, cut.run_id, medium, pollutant, low, high],
        )
        frame = pd.DataFrame(cursor.fetchall(), columns=["row", "column", "contributor", "amount"])
    frame["amount"] = frame["amount"].astype(float) * pollutants.table()[pollutant].scale
    own = frame["row"].map(regions.level) < level
    frame.loc[own & (frame["row"] != cut.region), "row"] += OWN
    if level > regions.level(cut.region):
        frame.loc[frame["row"] == cut.region, "row"] += OWN
    return frame


def content_of(result: Protected, contributors: list[int], decimals: int) -> dict[str, Any]:
    """The protected table as JSON: heads, and per cell
    [value, state, rules broken, low, high, contributors, protection].

    *low* and *high* are what a reader can work out about a hidden cell (high null: without limit). ``rounded``: what
    is printed, so rounded to *decimals* that published cells still add up; null where hidden or without contributor.
    """
    grid = result.grid
    printed = controlled(grid.equations, result.values, decimals, free=result.hidden)
    cells = []
    for number in range(len(grid.cells)):
        state = PRIMARY if result.primary[number] else SECONDARY if result.secondary[number] else PUBLISHED
        known = result.known.get(number)
        cells.append(
            [
                float(result.values[number]) if contributors[number] else None,
                state,
                list(result.broken.get(number, ())),
                known and known.low,
                known and (None if np.isinf(known.high) else known.high),
                contributors[number],
                float(result.protection[number]),
            ]
        )
    wide = len(grid.columns.nodes)
    return {
        "rows": [_head(node, grid.rows.depth(node), _place(node)) for node in grid.rows.nodes],
        "columns": [_head(node, grid.columns.depth(node), _industry(node)) for node in grid.columns.nodes],
        "cells": [cells[start : start + wide] for start in range(0, len(cells), wide)],
        "rounded": [
            [
                None if np.isnan(printed[number]) or not contributors[number] else float(printed[number])
                for number in range(start, start + wide)
            ]
            for start in range(0, len(cells), wide)
        ],
        "hidden_value": _hidden_share(result),
    }


def open_enough(value: float, protection: float, low: float, high: float | None) -> bool:
    """Whether what a reader can work out reaches at least *protection* to either side (down to zero at most)."""
    enough_below = low <= max(0.0, value - protection) + TOLERANCE * value
    return enough_below and (high is None or high >= value + protection * (1 - TOLERANCE))


def _head(key: str, depth: int, label: dict[str, str]) -> dict[str, Any]:
    return {"key": key, "depth": depth, "label": label}


def _place(node: str) -> dict[str, str]:
    code = node.removesuffix(OWN)
    name = Region.objects.filter(code=code).values_list("name", flat=True).first() or code
    if node.endswith(OWN):
        return {"zh": f"{name}（本级）", "en": f"{name} (own level)"}
    return {"zh": name, "en": name}


def _industry(code: str) -> dict[str, str]:
    if code == ALL:
        return {"zh": "合计", "en": "Total"}
    named = Industry.objects.filter(code=code).first()
    if named is None:
        return {"zh": "未分类", "en": "Not classified"}
    return {"zh": f"{code} {named.name_zh}", "en": f"{code} {named.name_en or named.name_zh}"}


def _hidden_share(result: Protected) -> float | None:
    """Percent of the value in the innermost cells that is not published; None for an empty table."""
    grid = result.grid
    leaves = np.array(
        [row not in grid.rows.children and column not in grid.columns.children for row, column in grid.cells]
    )
    whole = float(result.values[leaves].sum())
    return 100 * float(result.values[leaves & result.hidden].sum()) / whole if whole else None
