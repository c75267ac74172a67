"""Secondary suppression: hide the cheapest further cells until no sensitive cell can be narrowed. Pure.

For a sensitive cell and a direction the linear programme looks for another table with the same published cells in
which the cell is further away than its protection: the cheapest change that keeps all sums and makes no amount
negative. The cells that change must be hidden; then that other table is as possible as the true one, and hiding more
cells never takes this away. So one pass over the sensitive cells protects them all; a second pass publishes again what
later choices made unnecessary. (Fischetti and Salazar 2001 solve the same exactly.)

Numbers of objects are whole, and a hidden one is known not to be 0: the other table must be of that kind too.
Tables laid beside this one (beside.py) keep what they hide; their sensitive cells must stay open as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy  # its parts are loaded when first used

from accounting.publication.disclosure.audit import Interval, intervals
from accounting.publication.disclosure.beside import Beside, beside
from accounting.publication.disclosure.grid import Grid
from accounting.publication.disclosure.rules import Rules, assess, assess_count

SLACK = 1e-3  # asked beyond the protection, so that the solver's tolerance never eats into it
REACH = 1e3  # no cell changes by more than this many times what is needed: keeps the programme well scaled
STILL = 1e-7  # a smaller share of what is needed is no change
TOLERANCE = 1e-6  # of a cell's value, in the final check


@dataclass(frozen=True)
class Protected:
    """A table that may be published, with the proof.

    primary, secondary: boolean vectors over the grid's cells. broken: cell → rules. protection, below: how far a
    reader must be kept from the value to either side, in the cells' unit. known: cell → what a reader can work out, for
    every hidden cell. exposed_beside: cells of settled tables (see Beside.place) that this table would narrow.
    """

    grid: Grid
    values: np.ndarray
    primary: np.ndarray
    secondary: np.ndarray
    broken: dict[int, tuple[str, ...]]
    protection: np.ndarray
    below: np.ndarray
    known: dict[int, Interval]
    exposed_beside: dict[int, Interval] = field(default_factory=dict)

    @property
    def hidden(self) -> np.ndarray:
        return self.primary | self.secondary

    def exposed(self) -> list[int]:
        """Sensitive cells whose interval is narrower than their protection. Must be empty to publish."""
        return [
            cell
            for cell in map(int, np.flatnonzero(self.primary))
            if not open_enough(self.values[cell], self.protection[cell], self.below[cell], self.known[cell])
        ]


def open_enough(value: float, protection: float, below: float, known: Interval) -> bool:
    """Whether what a reader can work out reaches from value - *below* to value + *protection*."""
    enough_below = known.low <= value - below + TOLERANCE * abs(value)
    return enough_below and known.high >= value + protection * (1 - TOLERANCE)


def protect(
    grid: Grid,
    contributions: list[list[float]],
    rules: Rules,
    *,
    counts: bool = False,
    given: np.ndarray | None = None,
    least: np.ndarray | None = None,
    tied: Beside | None = None,
) -> Protected:
    """Return which cells to hide. *contributions* are those of every cell of the grid, totals too.

    *counts*: the cells are numbers of objects. *given*: cells to hide in any case (boolean vector). *least*: what a
    reader knows a hidden cell to be at least. *tied*: tables laid beside this one; where no choice of cells protects
    all, the result says what is exposed. Raises RuntimeError when the solver gives up.
    """
    values = np.array([sum(amounts) for amounts in contributions], dtype=float)
    verdicts = [(assess_count if counts else assess)(amounts, rules) for amounts in contributions]
    broken = {cell: verdict.broken for cell, verdict in enumerate(verdicts) if verdict.broken}
    protection = np.array([verdict.protection for verdict in verdicts])
    below = np.array([verdict.below for verdict in verdicts])
    primary = np.array([bool(verdict.broken) for verdict in verdicts])
    kept = primary if given is None else primary | (given & (values != 0))
    floor = np.full(len(values), float(counts)) if least is None else np.maximum(float(counts), least)
    sizes = np.array(
        [-sum(map(abs, amounts)) if min(amounts, default=0) < 0 else np.inf for amounts in contributions]
    )
    floor = np.minimum(np.minimum(floor, values), sizes)
    tied = tied or beside(grid, 1.0, ())
    search = _Search(grid, values, kept, floor, tied, counts)
    own = [(cell, protection[cell], below[cell]) for cell in broken]
    away, down = tied.joined("protection"), tied.joined("below")
    others = [(len(values) + cell, away[cell], down[cell]) for cell in map(int, np.flatnonzero(away))]
    # the largest need first: what it hides often serves the smaller ones
    for cell, up, low in sorted([*own, *others], key=lambda need: -need[1]):
        search.open(cell, +1.0, up)
        if low > 0:
            search.open(cell, -1.0, low)
    if search.lost and not counts and not tied.tables:  # amounts in proportion are always another table
        raise RuntimeError(f"no other table found for cell {search.lost[0]}")
    search.tidy()
    hidden = search.hidden[: len(values)]
    asked = [*map(int, np.flatnonzero(hidden)), *(cell for cell, _up, _low in others)]
    known = intervals(tied.equations, search.values, search.hidden, asked, search.floor, counts)
    narrowed = {
        cell - len(values): known[cell]
        for cell, up, low in others
        if not open_enough(search.values[cell], up, low, known[cell])
    }
    known = {cell: interval for cell, interval in known.items() if cell < len(values)}
    return Protected(grid, values, primary, hidden & ~primary, broken, protection, below, known, narrowed)


class _Search:
    """The growing set of hidden cells, and for each need the cells of the other table that meets it.

    The vectors run over the grid's cells and then those of the settled tables, of which none is hidden or shown anew.
    """

    def __init__(
        self, grid: Grid, values: np.ndarray, kept: np.ndarray, floor: np.ndarray, tied: Beside, whole: bool
    ) -> None:
        settled = tied.joined("hidden").astype(bool)
        self.values = np.concatenate([values, tied.joined("values")])
        self.kept = np.concatenate([kept, settled])
        self.hidden = self.kept.copy()
        self.floor = np.concatenate([floor, np.minimum(0.0, tied.joined("values"))])
        self.weights = np.concatenate([grid.weights, np.zeros(len(settled))])
        # a printed zero stays: it is known to be structural as often as not
        self.movable = np.concatenate([values != 0, settled & (tied.joined("values") != 0)])
        self.matrix: scipy.sparse.csr_array = tied.equations
        self.whole = whole
        self.met: dict[tuple[int, float, float], frozenset[int]] = {}
        self.lost: list[int] = []

    def open(self, cell: int, sign: float, needed: float) -> None:
        """Hide what lets *cell* move by *needed* in the direction *sign*; note in ``lost`` where nothing does."""
        moved = self._other_table(cell, sign, needed, self.movable)
        if moved is None:
            self.lost.append(cell)
            return
        self.met[cell, sign, needed] = moved
        self.hidden[list(moved)] = True

    def tidy(self) -> None:
        """Publish again, the most missed first, what no need depends on or can do without."""
        cells = np.flatnonzero(self.hidden & ~self.kept)
        for cell in map(int, cells[np.argsort(-self.weights[cells] * np.abs(self.values[cells]))]):
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
        """Cells of the cheapest change among *allowed* that moves *cell*; None when there is none."""
        moved = self._change(cell, sign, needed, allowed, integer=False)
        if self.whole and moved is not None and np.abs(moved[1] - np.round(moved[1])).max() > TOLERANCE:
            moved = self._change(cell, sign, needed, allowed, integer=True)
        if moved is None:
            return None
        cells, change = moved
        return frozenset(int(number) for number in cells[np.abs(change) > STILL])

    def _change(
        self, cell: int, sign: float, needed: float, allowed: np.ndarray, integer: bool
    ) -> tuple[np.ndarray, np.ndarray] | None:
        """Variables: increase and decrease of each allowed cell, in units of *needed* (of 1 for whole numbers)."""
        cells = np.flatnonzero(allowed)
        if not allowed[cell]:
            return None
        at = int(np.searchsorted(cells, cell))
        unit = 1.0 if self.whole else needed
        room = (self.values[cells] - self.floor[cells]) / unit
        wanted = needed if self.whole else 1 + SLACK
        if sign < 0:
            wanted = min(wanted, room[at])
        count = len(cells)
        price = np.where(
            self.hidden[cells], 0.0, self.weights[cells] * (1 + np.log1p(np.abs(self.values[cells]) / unit))
        )
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
            integrality=int(integer) or None,
        )
        if answer.status:
            return None
        return cells, answer.x[:count] - answer.x[count:]
