"""Tables that a reader lays beside a table: what they add to its equations. Pure.

Cells of several tables are tied where a reader knows how they hang together: the same number in the tables of two
offices, a balance (generated = used + disposed + stored), a number that is at least another. What a tie leaves out
(other terms of a balance, what changed between two cuts) counts as known to the reader, so a change that nobody could
notice keeps the tie: it is one between changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when first used

from accounting.publication.disclosure.grid import Grid


@dataclass(frozen=True)
class Settled:
    """A table as it is or will be published. The vectors run over the grid's cells.

    *protection*, *below*: what its sensitive cells need, 0 elsewhere. *floor*: what a reader knows each to be at least.
    """

    grid: Grid
    values: np.ndarray
    hidden: np.ndarray
    protection: np.ndarray
    below: np.ndarray
    floor: np.ndarray


@dataclass(frozen=True)
class Tie:
    """Of *cells* (table, cell number, sign) the signed changes add up to nothing. Table 0 is the one being made, 1 the
    first settled. *rest*: add up to the change of something never published that is now *rest*, and never below 0."""

    cells: tuple[tuple[int, int, float], ...]
    rest: float | None = None


@dataclass(frozen=True)
class Beside:
    """*equations* over the cells of this table, those of *tables* one after the other, and the *rests* of ties."""

    equations: scipy.sparse.csr_array
    tables: tuple[Settled, ...]
    rests: np.ndarray

    def joined(self, name: str, rest: np.ndarray | float = 0.0) -> np.ndarray:
        """The vector *name* of all settled tables one after the other, and *rest* for the rests of ties."""
        parts = [getattr(table, name) for table in self.tables]
        return np.concatenate([*parts, np.broadcast_to(rest, len(self.rests))])

    def place(self, number: int) -> tuple[int, tuple[str, str]]:
        """Which of the tables, and which of its cells (row, column), has this number among all of them."""
        for which, table in enumerate(self.tables):
            if number < len(table.values):
                return which, table.grid.cells[number]
            number -= len(table.values)
        raise IndexError(number)


def beside(grid: Grid, tables: Sequence[Settled] = (), ties: Sequence[Tie] = ()) -> Beside:
    """Lay settled *tables* beside *grid*, with what is known between their cells."""
    grids = [grid, *(table.grid for table in tables)]
    offsets = np.cumsum([0, *(len(one.cells) for one in grids)])
    rests = [tie.rest for tie in ties if tie.rest is not None]
    entries, rest = [], int(offsets[-1])
    for line, tie in enumerate(ties):
        entries += [(line, int(offsets[table]) + cell, sign) for table, cell, sign in tie.cells]
        if tie.rest is not None:
            entries.append((line, rest, -1.0))
            rest += 1
    line_of, cell_of, signs = zip(*entries, strict=True) if entries else ((), (), ())
    known = scipy.sparse.csr_array((np.array(signs, float), (line_of, cell_of)), shape=(len(ties), rest))
    within = scipy.sparse.block_diag([one.equations for one in grids], format="csr")
    within.resize((within.shape[0], rest))
    equations = scipy.sparse.vstack([within, known], format="csr")
    return Beside(scipy.sparse.csr_array(equations), tuple(tables), np.array(rests, float))
