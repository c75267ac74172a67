"""The table to publish: its two hierarchies, and the protected table as JSON and back."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from accounting.publication.disclosure import Grid, Protected, Settled, Tree
from accounting.publication.reading import OWN
from accounting.publication.subjects import Subject
from accounting.tables.layout import load
from accounting.tables.rounding import controlled
from census.places import regions
from census.places.models import Industry, Region

PUBLISHED, PRIMARY, SECONDARY = "published", "primary", "secondary"
CLASSES = {"subject": ("T14", "species", "species"), "plant_type": ("T18", "plant_type", "type")}
Content = Mapping[str, Any]
Text = Mapping[str, str]


class Cell(NamedTuple):
    """*value* is None without contributor. *low*, *high*: what a reader can work out about a hidden cell (high None:
    without limit). *up*, *down*: the protection asked to either side."""

    value: float | None
    state: str
    broken: Sequence[str] = ()
    low: float | None = None
    high: float | None = None
    contributors: int = 0
    up: float = 0.0
    down: float = 0.0

    @property
    def hidden(self) -> bool:
        return self.state != PUBLISHED


def grid_of(region: str, subject: Subject, frame: pd.DataFrame) -> Grid:
    """The table's hierarchies: *region* with what lies below it in *frame*, and the leaves found of the second."""
    levels = {leaf: _chain(region, leaf) for leaf in sorted(set(frame["row"]))}
    children: dict[str, list[str]] = {}
    for chain in levels.values():
        for parent, child in itertools.pairwise(chain):
            if child not in children.setdefault(parent, []):
                children[parent].append(child)
    rows = Tree(region, {parent: tuple(below) for parent, below in children.items()})
    return Grid(rows, subject.tree_of(frame["column"]))


def _chain(region: str, leaf: str) -> list[str]:
    code = leaf.removesuffix(OWN)
    above = [one for one in regions.ancestors(code) if regions.contains(region, one)]
    return [*above, leaf] if leaf.endswith(OWN) else above


def content_of(result: Protected, subject: Subject, contributors: list[int]) -> dict[str, Any]:
    """The protected table as JSON: heads, and the cells as :class:`Cell` says.

    ``rounded``: what is printed, so rounded that published cells still add up; null where hidden or without
    contributor.
    """
    grid = result.grid
    printed = controlled(grid.equations, result.values, subject.decimals, free=result.hidden)
    cells = []
    for number in range(len(grid.cells)):
        state = PRIMARY if result.primary[number] else SECONDARY if result.secondary[number] else PUBLISHED
        known = result.known.get(number)
        cells.append(
            Cell(
                float(result.values[number]) if contributors[number] else None,
                state,
                list(result.broken.get(number, ())),
                known and known.low,
                known and (None if np.isinf(known.high) else known.high),
                contributors[number],
                float(result.protection[number]),
                float(result.below[number]),
            )
        )
    wide = len(grid.columns.nodes)
    places, columns = _places(grid.rows.nodes), column_labels(subject, grid.columns.nodes)
    return {
        "rows": [_head(node, grid.rows.depth(node), places[node]) for node in grid.rows.nodes],
        "columns": [_head(node, grid.columns.depth(node), columns[node]) for node in grid.columns.nodes],
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


def cells_in(content: Content) -> Iterator[tuple[dict[str, Any], dict[str, Any], Cell]]:
    """Head of the row, head of the column and cell, in the order of the grid."""
    for row, cells in zip(content["rows"], content["cells"], strict=True):
        for column, cell in zip(content["columns"], cells, strict=True):
            yield row, column, Cell(*cell)


def cell_in(content: Content, row: str, column: str) -> Cell | None:
    """The cell of these keys; None where the table has none."""
    at = next((n for n, head in enumerate(content["rows"]) if head["key"] == row), None)
    across = next((n for n, head in enumerate(content["columns"]) if head["key"] == column), None)
    return None if at is None or across is None else Cell(*content["cells"][at][across])


def settled(content: Content, floor: float | np.ndarray = 0.0) -> Settled:
    """A finished table as one that others are tied to (see disclosure/beside.py). *floor*: what a reader knows of its
    hidden cells at least, one number or one for each."""
    cells = [cell for _row, _column, cell in cells_in(content)]
    values = np.array([cell.value or 0.0 for cell in cells])
    return Settled(
        grid_in(content),
        values,
        np.array([cell.hidden for cell in cells]),
        np.array([cell.up if cell.state == PRIMARY else 0.0 for cell in cells]),
        np.array([cell.down if cell.state == PRIMARY else 0.0 for cell in cells]),
        np.minimum(floor, values),
    )


def grid_in(content: Content) -> Grid:
    """The hierarchies of a finished table."""
    return Grid(_tree(content["rows"]), _tree(content["columns"]))


def _tree(heads: Sequence[Mapping[str, Any]]) -> Tree:
    """The hierarchy of heads in the order of printing, each with its depth."""
    children: dict[str, list[str]] = {}
    above: list[str] = []
    for head in heads:
        del above[head["depth"] :]
        if above:
            children.setdefault(above[-1], []).append(head["key"])
        above.append(head["key"])
    return Tree(heads[0]["key"], {parent: tuple(below) for parent, below in children.items()})


def _head(key: str, depth: int, label: Text) -> dict[str, Any]:
    return {"key": key, "depth": depth, "label": label}


def _places(nodes: Iterable[str]) -> dict[str, Text]:
    codes = {node: node.removesuffix(OWN) for node in nodes}
    names = dict(Region.objects.filter(code__in=set(codes.values())).values_list("code", "name"))
    found = {}
    for node, code in codes.items():
        name = names.get(code, code)
        own = node.endswith(OWN)
        found[node] = (
            {"zh": f"{name}（本级）", "en": f"{name} (own level)"} if own else {"zh": name, "en": name}
        )
    return found


def column_labels(subject: Subject, keys: Iterable[str]) -> dict[str, Text]:
    """Names of the nodes of the second hierarchy."""
    declared = {node.id: node.label for node in subject.tree.walk()}
    keys, classes = list(keys), _class_labels(subject)
    divisions = {
        one.code: {"zh": f"{one.code} {one.name_zh}", "en": f"{one.code} {one.name_en or one.name_zh}"}
        for one in Industry.objects.filter(code__in=keys)
    }
    unknown = {"zh": "未分类", "en": "Not classified"}
    return {
        key: declared.get(key) or divisions.get(key) or classes.get(key.rpartition(":")[2]) or unknown
        for key in keys
    }


def _class_labels(subject: Subject) -> dict[str, Text]:
    """Value → name of what splits the nodes: rows of the summary tables' dimensions, by what they bind."""
    found: dict[str, Text] = {}
    for node in subject.tree.walk():
        table, by, bound = CLASSES.get(node.split, (subject.table, node.split, node.split))
        dimension = load()[table].dimensions.get(by) if table else None
        for row in dimension.rows if dimension else ():
            found[row.bind[bound]] = row.label
    return found


def _hidden_share(result: Protected) -> float | None:
    """Percent of the value in the innermost cells that is not published; None for an empty table."""
    grid = result.grid
    leaves = np.array(
        [row not in grid.rows.children and column not in grid.columns.children for row, column in grid.cells]
    )
    whole = float(result.values[leaves].sum())
    return 100 * float(result.values[leaves & result.hidden].sum()) / whole if whole else None
