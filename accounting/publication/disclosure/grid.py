"""A table of two hierarchies with all its totals, as a vector of cells and the equations between them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import scipy  # its parts are loaded when first used


@dataclass(frozen=True)
class Tree:
    """A hierarchy: *children* of every node that has any. A parent is the sum of its children."""

    root: str
    children: Mapping[str, tuple[str, ...]]

    @cached_property
    def paths(self) -> dict[str, tuple[str, ...]]:
        """Node → the nodes from the root down to it, in the order of printing."""
        found: dict[str, tuple[str, ...]] = {}

        def walk(node: str, above: tuple[str, ...]) -> None:
            if node in found:
                raise ValueError(f"{node} stands twice in the hierarchy")
            found[node] = (*above, node)
            for child in self.children.get(node, ()):
                walk(child, found[node])

        walk(self.root, ())
        return found

    @property
    def nodes(self) -> tuple[str, ...]:
        return tuple(self.paths)

    def depth(self, node: str) -> int:
        """0 at the root."""
        return len(self.paths[node]) - 1


@dataclass(frozen=True)
class Grid:
    """Every node of *rows* with every node of *columns*: cell number = row number × columns + column number."""

    rows: Tree
    columns: Tree

    @cached_property
    def cells(self) -> list[tuple[str, str]]:
        return [(row, column) for row in self.rows.nodes for column in self.columns.nodes]

    @cached_property
    def index(self) -> dict[tuple[str, str], int]:
        return {cell: number for number, cell in enumerate(self.cells)}

    @cached_property
    def equations(self) -> scipy.sparse.csr_array:
        """Matrix M (equations × cells) with M x = 0 for every consistent table: children minus parent."""
        data, row_of, column_of = [], [], []
        for number, (parent, children) in enumerate(self._sums()):
            data += [-1.0, *[1.0] * len(children)]
            row_of += [number] * (len(children) + 1)
            column_of += [parent, *children]
        count = max(row_of) + 1 if row_of else 0
        return scipy.sparse.csr_array((data, (row_of, column_of)), shape=(count, len(self.cells)))

    def _sums(self) -> Iterator[tuple[int, list[int]]]:
        for parent, children in self.rows.children.items():
            for column in self.columns.nodes:
                yield self.index[parent, column], [self.index[child, column] for child in children]
        for parent, children in self.columns.children.items():
            for row in self.rows.nodes:
                yield self.index[row, parent], [self.index[row, child] for child in children]

    @cached_property
    def weights(self) -> np.ndarray:
        """How much a reader misses a cell: each level of total weighs four times the level below it."""
        height = max(map(self.rows.depth, self.rows.nodes)) + max(map(self.columns.depth, self.columns.nodes))
        depths = [self.rows.depth(row) + self.columns.depth(column) for row, column in self.cells]
        return 4.0 ** (height - np.array(depths))


def cells_of(grid: Grid, frame: pd.DataFrame) -> list[list[float]]:
    """Return the contributions of every cell, totals too, from *frame* (row, column, contributor, amount).

    A contributor (a legal person) counts once a cell, with all it has there. Rows and columns are nodes of the
    grid without children; anything else raises ValueError.
    """
    for name, tree in (("row", grid.rows), ("column", grid.columns)):
        if strange := set(frame[name]) - (set(tree.nodes) - set(tree.children)):
            raise ValueError(f"no leaf of the {name} hierarchy: {sorted(strange)[:5]}")
    found: list[list[float]] = [[] for _ in grid.cells]
    if frame.empty:
        return found
    spread = frame
    for name, tree in (("row", grid.rows), ("column", grid.columns)):
        spread = spread.assign(**{name: spread[name].map(tree.paths)}).explode(name)
    sums = spread.groupby(["row", "column", "contributor"])["amount"].sum()
    for (row, column), amounts in sums.groupby(level=["row", "column"]):
        found[grid.index[row, column]] = amounts.tolist()
    return found
