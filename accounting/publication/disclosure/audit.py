"""The attack: what a reader can work out about a suppressed cell from everything that is published. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when first used

UNBOUNDED = 3  # status of scipy's linprog
FAR = 1e6  # objects; a number that may grow by so many is open, and whole numbers need a bound to be searched


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
) -> dict[int, Interval]:
    """Return the feasible interval of each cell in *asked* (cell numbers, all hidden).

    The reader knows every cell that is not *hidden* (boolean vector), all sums, and that no cell is below its *floor*
    (zero where not given); *whole*: also that all cells are whole numbers. Two programmes a cell, solved by HiGHS
    over the hidden cells only. Raises RuntimeError when the solver gives up, for then nothing is proved.
    """
    unknown = np.flatnonzero(hidden)
    position = {cell: number for number, cell in enumerate(unknown)}
    matrix = equations.tocsc()[:, unknown].tocsr()
    matrix = matrix[np.diff(matrix.indptr) > 0]
    least = np.zeros(len(unknown)) if floor is None else floor[unknown]
    return {cell: _interval(matrix, values[unknown], least, position[cell], whole) for cell in asked}


def _interval(
    matrix: scipy.sparse.csr_array, values: np.ndarray, floor: np.ndarray, at: int, whole: bool
) -> Interval:
    """In changes from the true table, scaled by the cell's own value: what sums to nothing changes no total."""
    scale = 1.0 if whole else abs(values[at]) or 1.0
    bounds = np.column_stack([(floor - values) / scale, np.full(len(values), FAR if whole else np.inf)])
    ends = []
    for sign in (1.0, -1.0):
        cost = np.zeros(len(values))
        cost[at] = sign
        answer = scipy.optimize.linprog(
            cost,
            A_eq=matrix,
            b_eq=np.zeros(matrix.shape[0]),
            bounds=bounds,
            method="highs",
            integrality=int(whole) or None,
        )
        if answer.status == UNBOUNDED:
            ends.append(sign * -np.inf)
        elif answer.status:
            raise RuntimeError(f"the solver stopped without an answer: {answer.message}")
        elif whole and abs(answer.fun) >= FAR / 2:
            ends.append(sign * -np.inf)
        else:
            ends.append(sign * answer.fun)
    return Interval(max(floor[at], values[at] + scale * ends[0]), values[at] + scale * ends[1])
