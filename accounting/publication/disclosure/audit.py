"""The attack: what a reader can work out about a suppressed cell from everything that is published. Pure.

It knows nothing of how the cells were chosen (protect.py): only the equations, what is hidden, and the floors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when first used

from accounting.publication.disclosure.programme import Programme, Unbounded

FAR = 1e6  # objects; a number that may grow by so many is open, and whole numbers need a bound to be searched
TOUCHES = 1e-7  # of the cell's value: a table so near to an end reaches it
WORTH = 5  # ends; a table that settles fewer was not worth a programme for many cells
ROUNDS = 30  # of looking what the sums allow; it need not be the last word
WHOLE = 1e-6  # an answer of the solver so near to whole numbers is one


@dataclass(frozen=True)
class Interval:
    """A reader knows that the cell lies in [low, high], and nothing narrower. *high* may be infinite."""

    low: float
    high: float


def intervals(
    equations: scipy.sparse.csr_array,
    values: np.ndarray,
    hidden: np.ndarray,
    asked: Iterable[int],
    floor: np.ndarray | None = None,
    whole: bool = False,
    tell: Callable[[float], None] | None = None,
) -> dict[int, Interval]:
    """Return the feasible interval of each cell in *asked* (cell numbers, all hidden).

    The reader knows every cell that is not *hidden* (boolean vector), all sums, and that no cell is below its *floor*
    (zero where not given); *whole*: also that all cells are whole numbers. What the sums one by one allow at most is
    where to begin: a table in which a cell is as far as that, or at its floor, settles that end of it. Many are
    settled by one such table; each of the rest has a programme of its own. *tell* hears the share done. Raises
    RuntimeError when the solver gives up, for then nothing is proved.
    """
    unknown = np.flatnonzero(hidden)
    matrix = equations.tocsc()[:, unknown].tocsr()
    matrix = scipy.sparse.csr_array(matrix[np.diff(matrix.indptr) > 0])
    least = np.zeros(len(unknown)) if floor is None else floor[unknown]
    asked = np.array(sorted(asked), int)
    places = np.searchsorted(unknown, asked)
    attack = _Attack(matrix, values[unknown], least, whole)
    attack.many(places)
    found = {}
    for number, (cell, at) in enumerate(zip(map(int, asked), map(int, places), strict=True)):
        high = attack.high(at)
        found[cell] = Interval(attack.low(at), high)
        if tell:
            tell((number + 1) / len(asked))
    return found


class _Attack:
    """Programmes in changes from the true table, scaled by the cell's own value: what sums to nothing changes no
    total. *most*, *least*: no cell can change by more; *at_most*, *at_least*: some table does."""

    def __init__(
        self, matrix: scipy.sparse.csr_array, values: np.ndarray, floor: np.ndarray, whole: bool
    ) -> None:
        self.programme = Programme(matrix)
        self.values, self.floor, self.whole = values, floor, whole
        self.least = floor - values
        self.most = _most(matrix, self.least)
        if whole:
            self.most = np.minimum(np.floor(self.most + WHOLE), FAR)
        self.at_most, self.at_least = np.zeros(len(values), bool), np.zeros(len(values), bool)

    def many(self, places: np.ndarray) -> None:
        """Settle as many upper ends as can be by tables in which many cells are as far as the sums allow."""
        size = np.abs(self.values[places])
        places = places[(size > 0) & np.isfinite(self.most[places]) & (self.most[places] > 0)]
        decades = np.floor(np.log10(np.abs(self.values[places])))
        for decade in np.unique(decades):
            left = places[decades == decade]
            while len(left := left[~self.at_most[left]]):
                cost = np.zeros(len(self.values))
                cost[left] = -(10.0**decade) / np.maximum(self.most[left], 10.0**decade * TOUCHES)
                before = self.at_most.sum()
                self._met(self._solve(cost, 1.0 if self.whole else 10.0**decade))
                if self.at_most.sum() - before < WORTH:
                    break

    def high(self, at: int) -> float:
        """The largest the cell can be."""
        if self.at_most[at]:
            change = self.most[at]
        else:
            change = self._end(at, +1.0)
        return np.inf if self.whole and change >= FAR / 2 else float(self.values[at] + change)

    def low(self, at: int) -> float:
        """The smallest the cell can be."""
        change = self.least[at] if self.at_least[at] else self._end(at, -1.0)
        return float(max(self.floor[at], self.values[at] + change))

    def _end(self, at: int, sign: float) -> float:
        cost = np.zeros(len(self.values))
        cost[at] = -sign
        try:
            change = self._solve(cost, 1.0 if self.whole else abs(self.values[at]) or 1.0)
        except Unbounded:
            return sign * np.inf
        self._met(change)
        return float(change[at])

    def _met(self, change: np.ndarray) -> None:
        """Note the ends that a table reaches (*change* as large as it is)."""
        near = TOUCHES * np.abs(self.values)
        if not self.whole or np.abs(change - np.round(change)).max() < WHOLE:
            self.at_most |= change >= self.most - near
            self.at_least |= change <= self.least + near

    def _solve(self, cost: np.ndarray, scale: float) -> np.ndarray:
        """The change of the least cost; counted in *scale* for the solver."""
        low, high = self.least / scale, np.full(len(cost), FAR if self.whole else np.inf)
        change = self.programme.solve(cost, low, high)
        if change is not None and self.whole and np.abs(change - np.round(change)).max() > WHOLE:
            change = self.programme.solve(cost, low, high, whole=True)
        if change is None:  # the true table itself is always an answer
            raise RuntimeError("the solver does not find the true table")
        return change * scale


def _most(matrix: scipy.sparse.csr_array, least: np.ndarray) -> np.ndarray:
    """How much each cell can grow as the sums allow one by one, when none falls by more than *least* (negative)."""
    entries = scipy.sparse.coo_array(matrix)
    line, cell, sign = entries.row, entries.col, entries.data
    most = np.full(len(least), np.inf)
    for _round in range(ROUNDS):
        upper = _rest(line, np.where(sign > 0, sign * least[cell], sign * most[cell]), matrix.shape[0])
        lower = _rest(line, np.where(sign > 0, -sign * most[cell], -sign * least[cell]), matrix.shape[0])
        found = most.copy()
        np.minimum.at(found, cell, np.where(sign > 0, upper, lower) / np.abs(sign))
        if np.allclose(found, most, rtol=TOUCHES, atol=0.0):
            break
        most = found
    return most


def _rest(line: np.ndarray, smallest: np.ndarray, lines: int) -> np.ndarray:
    """For each entry the largest that the other entries of its line leave it: minus the sum of their *smallest*."""
    endless = np.isinf(smallest)
    finite = np.where(endless, 0.0, smallest)
    rest = np.bincount(line, finite, lines)[line] - finite
    others = np.bincount(line, endless, lines)[line] - endless
    return np.where(others > 0, np.inf, -rest)
