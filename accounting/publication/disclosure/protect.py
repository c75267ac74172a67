"""Secondary suppression: hide the cheapest further cells until no sensitive cell can be narrowed. Pure.

For a sensitive cell and a direction the linear programme looks for another table with the same published cells in
which the cell is further away than its protection: the cheapest change that keeps all sums and leaves no
amount negative. The cells that change must be hidden; then that other table is as possible as the true one, and
hiding more cells never takes this away. So one pass over the sensitive cells protects them all; a second
pass publishes again what later choices made unnecessary. (Fischetti and Salazar 2001 solve the same exactly.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when first used

from accounting.publication.disclosure.audit import Interval, intervals
from accounting.publication.disclosure.grid import Grid
from accounting.publication.disclosure.rules import Rules, assess

SLACK = 1e-3  # asked beyond the protection, so that the solver's tolerance never eats into it
REACH = 1e3  # no cell changes by more than this many times what is needed: keeps the programme well scaled
STILL = 1e-7  # a smaller share of what is needed is no change
TOLERANCE = 1e-6  # of a cell's value, in the final check


@dataclass(frozen=True)
class Protected:
    """A table that may be published, with the proof.

    primary, secondary: boolean vectors over the grid's cells. broken: cell → rules. protection: vector in the
    cells' unit. known: cell → what a reader can work out, for every hidden cell.
    """

    grid: Grid
    values: np.ndarray
    primary: np.ndarray
    secondary: np.ndarray
    broken: dict[int, tuple[str, ...]]
    protection: np.ndarray
    known: dict[int, Interval]

    @property
    def hidden(self) -> np.ndarray:
        return self.primary | self.secondary

    def exposed(self) -> list[int]:
        """Sensitive cells whose interval is narrower than value ± protection. Must be empty to publish."""
        return [
            cell
            for cell in map(int, np.flatnonzero(self.primary))
            if self.known[cell].low > self._lowest(cell) + TOLERANCE * self.values[cell]
            or self.known[cell].high < self.values[cell] + self.protection[cell] * (1 - TOLERANCE)
        ]

    def _lowest(self, cell: int) -> float:
        return max(0.0, self.values[cell] - self.protection[cell])


def protect(grid: Grid, contributions: list[list[float]], rules: Rules) -> Protected:
    """Return which cells to hide. *contributions* are those of every cell of the grid, totals too.

    Raises ValueError for negative contributions and RuntimeError when the solver gives up.
    """
    values = np.array([sum(amounts) for amounts in contributions], dtype=float)
    verdicts = [assess(amounts, rules) for amounts in contributions]
    broken = {cell: verdict.broken for cell, verdict in enumerate(verdicts) if verdict.broken}
    protection = np.array([verdict.protection for verdict in verdicts])
    primary = protection > 0
    search = _Search(grid, values, primary)
    # the largest need first: what it hides often serves the smaller ones
    for cell in sorted(broken, key=lambda number: -protection[number]):
        search.open(cell, +1.0, protection[cell])
        search.open(cell, -1.0, min(protection[cell], values[cell]))
    search.tidy()
    hidden = search.hidden
    known = intervals(grid.equations, values, hidden, map(int, np.flatnonzero(hidden)))
    return Protected(grid, values, primary, hidden & ~primary, broken, protection, known)


class _Search:
    """The growing set of hidden cells, and for each need the cells of the other table that meets it."""

    def __init__(self, grid: Grid, values: np.ndarray, primary: np.ndarray) -> None:
        self.values, self.primary, self.hidden = values, primary, primary.copy()
        self.weights = grid.weights
        self.movable = values > 0  # a printed zero stays: it is known to be structural as often as not
        self.matrix: scipy.sparse.csr_array = grid.equations
        self.met: dict[tuple[int, float, float], frozenset[int]] = {}

    def open(self, cell: int, sign: float, needed: float) -> None:
        """Hide what lets *cell* move by *needed* in the direction *sign*."""
        moved = self._other_table(cell, sign, needed, self.movable)
        if moved is None:  # all amounts in proportion are always another table, so the solver failed
            raise RuntimeError(f"no other table found for cell {cell}")
        self.met[cell, sign, needed] = moved
        self.hidden[list(moved)] = True

    def tidy(self) -> None:
        """Publish again, the most missed first, what no need depends on or can do without."""
        cells = np.flatnonzero(self.hidden & ~self.primary)
        for cell in map(int, cells[np.argsort(-self.weights[cells] * self.values[cells])]):
            without = self.hidden.copy()
            without[cell] = False
            others: dict[tuple[int, float, float], frozenset[int]] = {}
            for need in [need for need, moved in self.met.items() if cell in moved]:
                other = self._other_table(*need, without & self.movable)
                if other is None:
                    break
                others[need] = other
            else:
                self.met |= others
                self.hidden = without

    def _other_table(
        self, cell: int, sign: float, needed: float, allowed: np.ndarray
    ) -> frozenset[int] | None:
        """Cells of the cheapest change among *allowed* that moves *cell*; None when there is none.

        Variables: increase and decrease of each allowed cell, in units of *needed*.
        """
        cells = np.flatnonzero(allowed)
        at = int(np.searchsorted(cells, cell))
        room = self.values[cells] / needed
        wanted = min(1 + SLACK, room[at]) if sign < 0 else 1 + SLACK
        count = len(cells)
        price = np.where(self.hidden[cells], 0.0, self.weights[cells] * (1 + np.log1p(room)))
        cost = np.concatenate([price, price]) + STILL  # never round in circles among hidden cells for nothing
        up, down = np.full(count, REACH), np.minimum(room, REACH)
        low = np.zeros(2 * count)
        fixed, other = (at, at + count) if sign > 0 else (at + count, at)
        high = np.concatenate([up, down])
        low[fixed] = high[fixed] = wanted
        high[other] = 0.0
        part = self.matrix[:, cells]
        part = part[np.diff(part.indptr) > 0]
        answer = scipy.optimize.linprog(
            cost,
            A_eq=scipy.sparse.hstack([part, -part]),
            b_eq=np.zeros(part.shape[0]),
            bounds=np.column_stack([low, high]),
            method="highs",
        )
        if answer.status:
            return None
        change = np.abs(answer.x[:count] - answer.x[count:])
        return frozenset(int(number) for number in cells[change > STILL])
