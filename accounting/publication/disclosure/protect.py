"""Secondary suppression: hide the cheapest further cells until no sensitive cell can be narrowed. Pure.

For a sensitive cell and a direction the linear programme (searching.py) looks for another table with the same published
cells in which the cell is further away than its protection: the cheapest change that keeps all sums and makes no amount
negative. The cells that change must be hidden; then that other table is as possible as the true one, and hiding more
cells never takes this away. So one pass over the sensitive cells protects them all; a second pass publishes again what
later choices made unnecessary. (Fischetti and Salazar 2001 solve the same exactly.)

Numbers of objects are whole, and a hidden one is known not to be 0: the other table must be of that kind too.
Tables laid beside this one (beside.py) keep what they hide; their sensitive cells must stay open as well. At the end
all is attacked as a reader would (audit.py), which takes no word of the search's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from accounting.publication.disclosure.audit import Interval, intervals
from accounting.publication.disclosure.beside import Beside, beside
from accounting.publication.disclosure.grid import Grid
from accounting.publication.disclosure.rules import Rules, assess, assess_count
from accounting.publication.disclosure.searching import Need, Search, System

TOLERANCE = 1e-6  # of a cell's value, in the final check
Tell = Callable[[float], None]


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
    tell: Tell | None = None,
) -> Protected:
    """Return which cells to hide. *contributions* are those of every cell of the grid, totals too.

    *counts*: the cells are numbers of objects. *given*: cells to hide in any case (boolean vector). *least*: what a
    reader knows a hidden cell to be at least. *tied*: tables laid beside this one; where no choice of cells protects
    all, the result says what is exposed. *tell* hears the share done. Raises RuntimeError when the solver gives up.
    """
    values = np.array([sum(amounts) for amounts in contributions], dtype=float)
    verdicts = [(assess_count if counts else assess)(amounts, rules) for amounts in contributions]
    broken = {cell: verdict.broken for cell, verdict in enumerate(verdicts) if verdict.broken}
    protection = np.array([verdict.protection for verdict in verdicts])
    below = np.array([verdict.below for verdict in verdicts])
    primary = np.array([bool(verdict.broken) for verdict in verdicts])
    kept = primary if given is None else primary | (given & (values != 0))
    tied = tied or beside(grid)
    whole = _system(grid, values, floor_of(contributions, values, counts, least), tied)
    system, which = whole.merged()
    search = Search(system, kept, grid.weights, counts)
    own = _needs(np.flatnonzero(primary), protection, below)
    away, down = tied.joined("protection"), tied.joined("below")
    beyond = which[len(values) :]
    # a change elsewhere that moves none of ours is as possible as before
    asked = np.flatnonzero(search.reached[beyond] & (away > 0))
    others = [replace(need, cell=int(beyond[need.cell])) for need in _needs(asked, away, down)]
    search.open([*own, *others], _part(tell, 0.0, 0.4))
    if search.lost and not counts and not tied.tables:  # amounts in proportion are always another table
        raise RuntimeError(f"no other table found for cell {search.lost[0].cell}")
    search.tidy(_part(tell, 0.4, 0.6))
    known = _attacked(system, search, [*own, *others], counts, _part(tell, 0.6, 1.0))
    narrowed = {}
    for cell in map(int, asked):
        value, like = whole.values[len(values) + cell], int(beyond[cell])
        interval = _moved(known[like], system.values[like], value)
        if not open_enough(value, away[cell], down[cell], interval):
            narrowed[cell] = interval
    hidden = search.hidden[: len(values)]
    known = {cell: interval for cell, interval in known.items() if cell < len(values)}
    return Protected(grid, values, primary, hidden & ~primary, broken, protection, below, known, narrowed)


def floor_of(
    contributions: list[list[float]], values: np.ndarray, counts: bool, least: np.ndarray | None = None
) -> np.ndarray:
    """What a reader knows each cell to be at least: 0, 1 object, *least*; where units give negative amounts, as far
    below 0 as they are large."""
    floor = np.full(len(values), float(counts)) if least is None else np.maximum(float(counts), least)
    sizes = [-sum(map(abs, amounts)) if min(amounts, default=0) < 0 else np.inf for amounts in contributions]
    return np.minimum(np.minimum(floor, values), sizes)


def _system(grid: Grid, values: np.ndarray, floor: np.ndarray, tied: Beside) -> System:
    return System(
        tied.equations,
        np.concatenate([values, tied.joined("values", tied.rests)]),
        np.concatenate([floor, np.minimum(tied.joined("floor"), tied.joined("values"))]),
        np.concatenate([np.zeros(len(values), bool), tied.joined("hidden", 1.0) == 0]),
        len(values),
        len(tied.rests),
        sum(one.equations.shape[0] for one in (grid, *(table.grid for table in tied.tables))),
    )


def _needs(cells: np.ndarray, up: np.ndarray, down: np.ndarray) -> list[Need]:
    found = [Need(int(cell), +1.0, float(up[cell])) for cell in cells]
    return found + [Need(int(cell), -1.0, float(down[cell])) for cell in cells if down[cell] > 0]


def _moved(known: Interval, start: float, to: float) -> Interval:
    """The interval of a cell that changes as another does, whose value is *start* and not *to*."""
    return Interval(known.low - start + to, known.high - start + to)


def _attacked(
    system: System, search: Search, needs: list[Need], whole: bool, tell: Tell | None
) -> dict[int, Interval]:
    """What a reader can work out of every hidden cell here and every sensitive one beside.

    A cell that the search took for safe and the attack narrows (the solver's tolerance, seldom) is opened by itself,
    and all is attacked again.
    """
    while True:
        hidden = search.hidden & ~system.fixed
        asked = {*map(int, np.flatnonzero(search.hidden[: system.own])), *(need.cell for need in needs)}
        attacked = [cell for cell in asked if hidden[cell]]
        known = intervals(system.equations, system.values, hidden, attacked, system.floor, whole, tell)
        known |= {
            cell: Interval(system.values[cell], system.values[cell]) for cell in asked if not hidden[cell]
        }
        short = [
            need for need in needs if need not in search.lost and not need.met_by(system, known[need.cell])
        ]
        opened = [search.open_alone(need) for need in short]
        if not any(opened):
            return known


def _part(tell: Tell | None, start: float, end: float) -> Tell | None:
    """*tell* for a part of the work."""
    return tell and (lambda share: tell(start + (end - start) * share))
