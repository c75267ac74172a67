"""The search for other tables: which cells must be hidden so that each need is met by one. Pure. See protect.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import scipy  # its parts are loaded when first used

from accounting.publication.disclosure.audit import WHOLE, Interval
from accounting.publication.disclosure.programme import Programme

SLACK = 1e-3  # asked beyond the protection, so that the solver's tolerance never eats into it
REACH = 1e3  # no cell changes by more than this many times what is needed: keeps the programme well scaled
STILL = 1e-7  # a smaller share of what is needed is no change
COARSE = 1e-2  # of what was needed; a cell that changed by less is not taken as met by the way
NEAR = 1e-6  # of a cell's value, and of what it needs

Tell = Callable[[float], None] | None


@dataclass(frozen=True)
class System:
    """All cells a reader lays side by side: *own* of the table being made first, the settled ones, and *rests* of ties
    last. *fixed*: known to the reader whatever this table hides. *sums*: so many equations, the first, are those within
    tables; the others are ties."""

    equations: scipy.sparse.csr_array
    values: np.ndarray
    floor: np.ndarray
    fixed: np.ndarray
    own: int
    rests: int
    sums: int

    def merged(self) -> tuple[System, np.ndarray]:
        """The same with cells that are tied to change alike made one (the first of them), and for each cell which one
        of the smaller system it is. One of them known, all are; none falls further than the least can."""
        firsts = _alike(self.equations[self.sums :], len(self.values), len(self.values) - self.rests)
        kept, which = np.unique(firsts, return_inverse=True)
        if np.any(kept[: self.own] != np.arange(self.own)):
            raise ValueError("two cells of one table are tied to each other")
        fixed = np.zeros(len(kept), bool)
        np.logical_or.at(fixed, which, self.fixed)
        room = np.full(len(kept), np.inf)
        np.minimum.at(room, which, self.values - self.floor)
        join = scipy.sparse.csr_array(
            (np.ones(len(which)), (np.arange(len(which)), which)), shape=(len(which), len(kept))
        )
        values = self.values[kept]
        equations = _distinct(scipy.sparse.csr_array(self.equations @ join))
        return System(equations, values, values - room, fixed, self.own, self.rests, 0), which


@dataclass(frozen=True)
class Need:
    """*cell* must be possible *amount* away from its value in the direction *sign*."""

    cell: int
    sign: float
    amount: float

    def met_by(self, system: System, known: Interval) -> bool:
        value = system.values[self.cell]
        if self.sign > 0:
            return known.high >= value + self.amount * (1 - NEAR)
        return known.low <= value - self.amount + NEAR * abs(value)


@dataclass
class _Other:
    """Another table: *change* at *cells* of the search. *needs*: numbers of those it meets."""

    cells: np.ndarray
    change: np.ndarray
    needs: set[int] = field(default_factory=set)


class Search:
    """The growing set of hidden cells (vector over all cells of the system), and for each need the other tables that
    meet it. One found for a need often meets many others, grown until some cell is at its floor, or turned round."""

    def __init__(self, system: System, kept: np.ndarray, weights: np.ndarray, whole: bool) -> None:
        self.system, self.whole = system, whole
        beyond = len(system.values) - system.own
        self.kept = np.concatenate([kept, ~system.fixed[system.own :]])
        self.hidden = self.kept.copy()
        self.weights = np.concatenate([weights, np.zeros(beyond)])
        # a printed zero stays: it is known to be structural as often as not
        movable = (system.values != 0) & ~system.fixed
        movable[len(movable) - system.rests :] = True
        self.reached = _reached(system, movable)
        self.cells = np.flatnonzero(self.reached)
        part = scipy.sparse.csr_array(system.equations.tocsc()[:, self.cells].tocsr())
        part = part[np.diff(part.indptr) > 0]
        self.programme = Programme(scipy.sparse.hstack([part, -part], format="csc"))
        self.room = system.values[self.cells] - system.floor[self.cells]
        self.needs: list[Need] = []
        self.lost: list[Need] = []
        self.met: dict[int, set[int]] = defaultdict(set)  # need → other tables
        self.others: dict[int, _Other] = {}
        self.using: dict[int, set[int]] = defaultdict(set)  # cell → other tables that change it
        self._next = 0

    def open(self, needs: Iterable[Need], tell: Tell = None) -> None:
        """Hide what lets every need be met; note in ``lost`` what nothing meets. The largest first: what it hides often
        serves the smaller ones."""
        self.needs = sorted(needs, key=lambda need: -need.amount)
        self._at = np.array([self._place(need.cell) for need in self.needs], int)
        self._signs = np.array([need.sign for need in self.needs])
        wanted = np.array([need.amount for need in self.needs])
        self._wanted = wanted if self.whole else wanted * (1 + SLACK)
        held = self._at >= 0
        down = held & (self._signs < 0)
        self._wanted[down] = np.minimum(self._wanted[down], self.room[self._at[down]])
        for number, need in enumerate(self.needs):
            if not self.met[number] and not self._open(number):
                self.lost.append(need)
            if tell:
                tell((number + 1) / len(self.needs))

    def open_alone(self, need: Need) -> bool:
        """Hide what lets this need be met by a table of its own. False when that hides nothing more."""
        before = int(self.hidden.sum())
        return self._open(self.needs.index(need)) and int(self.hidden.sum()) > before

    def tidy(self, tell: Tell = None) -> None:
        """Publish again, the most missed first, what no need depends on or can do without."""
        cells = np.flatnonzero(self.hidden & ~self.kept)
        order = np.argsort(-self.weights[cells] * np.abs(self.system.values[cells]))
        for number, cell in enumerate(map(int, cells[order])):
            self._without(self._place(cell), cell)
            if tell:
                tell((number + 1) / len(cells))

    def _without(self, place: int, cell: int) -> None:
        """Show the cell if every need that rests on it alone can be met without."""
        gone = set(self.using[place])
        allowed = self.hidden[self.cells]
        allowed[place] = False
        added: list[int] = []
        for number in sorted({need for other in gone for need in self.others[other].needs}):
            if self.met[number] - gone:
                continue
            found = self._other(number, allowed)
            if found is None:
                for other in added:
                    self._forget(other)
                return
            added.append(self._learn(number, *found))
        for other in gone:
            self._forget(other)
        self.hidden[cell] = False

    def _open(self, number: int) -> bool:
        found = self._other(number, np.ones(len(self.cells), bool))
        if found is None:
            return False
        learned = self._learn(number, *found)
        self.hidden[self.cells[self.others[learned].cells]] = True
        return True

    def _place(self, cell: int) -> int:
        """The number of a cell of the system among those that can change; -1 for one that cannot."""
        return int(np.searchsorted(self.cells, cell)) if self.reached[cell] else -1

    def _learn(self, number: int, cells: np.ndarray, change: np.ndarray) -> int:
        """Keep another table found for need *number*, and note all needs that it meets."""
        found = _Other(cells, change, self._meets(cells, change) | {number})
        name, self._next = self._next, self._next + 1
        self.others[name] = found
        for need in found.needs:
            self.met[need].add(name)
        for cell in map(int, cells):
            self.using[cell].add(name)
        return name

    def _forget(self, name: int) -> None:
        gone = self.others.pop(name)
        for need in gone.needs:
            self.met[need].discard(name)
        for cell in map(int, gone.cells):
            self.using[cell].discard(name)

    def _meets(self, cells: np.ndarray, change: np.ndarray) -> set[int]:
        """Numbers of the needs met by the change, or by its reverse, as far as no cell falls below its floor."""
        room = self.room[cells]
        moved = np.zeros(len(self.cells))
        moved[cells] = np.where(np.abs(change) >= COARSE * np.abs(change).max(), change, 0.0)
        reached = []
        for sign in (1.0, -1.0):
            falling = sign * change < 0
            most = REACH if self.whole else REACH * COARSE
            times = min(np.min(room[falling] / np.abs(change[falling]), initial=most), most)
            reached.append((np.floor(times + NEAR) if self.whole else times) * sign * moved)
        held = self._at >= 0
        at, signs = self._at[held], self._signs[held]
        far = np.maximum(signs * reached[0][at], signs * reached[1][at])
        return set(map(int, np.flatnonzero(held)[(far > 0) & (far >= self._wanted[held] * (1 - STILL))]))

    def _other(self, number: int, allowed: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
        """The cheapest change among *allowed* cells that meets the need: cells and by how much; None if there is
        none."""
        at = int(self._at[number])
        if at < 0 or not allowed[at]:
            return None
        change = self._change(number, at, allowed, whole=False)
        if self.whole and change is not None and np.abs(change - np.round(change)).max() > WHOLE:
            change = self._change(number, at, allowed, whole=True)
        if change is None:
            return None
        unit = 1.0 if self.whole else self.needs[number].amount
        cells = np.flatnonzero(np.abs(change) > STILL)
        return cells, (np.round(change[cells]) if self.whole else change[cells]) * unit

    def _change(self, number: int, at: int, allowed: np.ndarray, whole: bool) -> np.ndarray | None:
        """Variables: increase and decrease of each cell, in units of what is needed (of 1 for whole numbers)."""
        need = self.needs[number]
        unit = 1.0 if self.whole else need.amount
        room, count = self.room / unit, len(self.cells)
        sizes = np.abs(self.system.values[self.cells]) / unit
        price = np.where(self.hidden[self.cells], 0.0, self.weights[self.cells] * (1 + np.log1p(sizes)))
        cost = np.concatenate([price, price]) + STILL  # never round in circles among hidden cells for nothing
        high = np.concatenate([np.full(count, REACH), np.minimum(room, REACH)])
        high[~np.concatenate([allowed, allowed])] = 0.0
        low = np.zeros(2 * count)
        fixed, other = (at, at + count) if need.sign > 0 else (at + count, at)
        low[fixed] = high[fixed] = self._wanted[number] / unit
        high[other] = 0.0
        answer = self.programme.solve(cost, low, high, whole=whole)
        return None if answer is None else answer[:count] - answer[count:]


def _reached(system: System, movable: np.ndarray) -> np.ndarray:
    """Of the *movable* cells those that hang together with a cell of the table being made."""
    cells = np.flatnonzero(movable)
    part = abs(system.equations.tocsc()[:, cells].tocsr())
    links = scipy.sparse.block_array([[None, part], [part.T, None]], format="csr")
    _count, names = scipy.sparse.csgraph.connected_components(links, directed=False)
    names = names[part.shape[0] :]
    found = np.zeros(len(movable), bool)
    found[cells] = np.isin(names, names[cells < system.own])
    return found


def _alike(equations: scipy.sparse.csr_array, count: int, cells: int) -> np.ndarray:
    """For each of *count* the first of those that change alike: two of opposite signs that add up to nothing, both of
    the first *cells* (the others are rests)."""
    lengths = np.diff(equations.indptr)
    starts = equations.indptr[:-1][lengths == 2]
    one, other = equations.indices[starts], equations.indices[starts + 1]
    alike = (equations.data[starts] == -equations.data[starts + 1]) & (np.maximum(one, other) < cells)
    links = scipy.sparse.csr_array((np.ones(alike.sum()), (one[alike], other[alike])), shape=(count, count))
    _number, names = scipy.sparse.csgraph.connected_components(links, directed=False)
    _names, firsts = np.unique(names, return_index=True)
    return firsts[names]


def _distinct(equations: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
    """Each equation once, and none that says nothing."""
    equations.sum_duplicates()
    equations.eliminate_zeros()
    found: dict[tuple[bytes, bytes], int] = {}
    for line in range(equations.shape[0]):
        start, end = equations.indptr[line], equations.indptr[line + 1]
        if end > start:
            key = (equations.indices[start:end].tobytes(), equations.data[start:end].tobytes())
            found.setdefault(key, line)
    return scipy.sparse.csr_array(equations[list(found.values())])
