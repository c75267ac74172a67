"""Tables of the same cut that a reader lays beside a table: what they add to its equations. Pure.

``Beside`` holds settled tables whose cells are tied to this table's by equations (a balance: generated = used +
disposed + stored). The terms of a balance that no table shows are taken as known to the reader, so a change that
the reader could not notice keeps the balance: the equation is one between changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when first used

from accounting.publication.disclosure.grid import Grid


@dataclass(frozen=True)
class Settled:
    """A table as it is or will be published. The vectors run over the grid's cells; *sign*: in the balance.

    *protection*, *below*: what its sensitive cells need, 0 elsewhere.
    """

    grid: Grid
    values: np.ndarray
    hidden: np.ndarray
    protection: np.ndarray
    below: np.ndarray
    sign: float


@dataclass(frozen=True)
class Beside:
    """*equations* over the cells of this table, then those of *tables* one after the other."""

    equations: scipy.sparse.csr_array
    tables: tuple[Settled, ...]

    def joined(self, name: str) -> np.ndarray:
        """The vector *name* of all settled tables, one after the other."""
        parts = [getattr(table, name) for table in self.tables]
        return np.concatenate(parts) if parts else np.zeros(0)

    def place(self, number: int) -> tuple[int, tuple[str, str]]:
        """Which of the tables, and which of its cells (row, column), has this number among all of them."""
        for which, table in enumerate(self.tables):
            if number < len(table.values):
                return which, table.grid.cells[number]
            number -= len(table.values)
        raise IndexError(number)


def beside(grid: Grid, sign: float, tables: Sequence[Settled]) -> Beside:
    """Tie *grid* (with *sign* in the balance) to settled *tables*: in each innermost cell the signed changes add up to
    nothing. A table that lacks the cell has nothing there, and a reader sees that."""
    blocks = [grid.equations, *(table.grid.equations for table in tables)]
    if not tables:
        return Beside(grid.equations, ())
    grids = [(grid, sign), *((table.grid, table.sign) for table in tables)]
    offsets = np.cumsum([0, *(len(one.cells) for one, _sign in grids)])
    lines: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for (one, weight), offset in zip(grids, offsets[:-1], strict=True):
        for number, (row, column) in enumerate(one.cells):
            if row not in one.rows.children and column not in one.columns.children:
                lines.setdefault((row, column), []).append((int(offset) + number, weight))
    entries = [(line, place, weight) for line, cells in enumerate(lines.values()) for place, weight in cells]
    line_of, cell_of, data = zip(*entries, strict=True)
    ties = scipy.sparse.csr_array((data, (line_of, cell_of)), shape=(len(lines), offsets[-1]))
    return Beside(scipy.sparse.vstack([scipy.sparse.block_diag(blocks), ties], format="csr"), tuple(tables))
