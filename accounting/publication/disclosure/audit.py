"""The attack: what a reader can work out about a suppressed cell from everything that is published. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when first used

UNBOUNDED = 3  # status of scipy's linprog


@dataclass(frozen=True)
class Interval:
    """A reader knows that the cell lies in [low, high], and nothing narrower. *high* may be infinite."""

    low: float
    high: float


def intervals(
    equations: scipy.sparse.csr_array, values: np.ndarray, hidden: np.ndarray, asked: Iterable[int]
) -> dict[int, Interval]:
    """Return the feasible interval of each cell in *asked* (cell numbers, all hidden).

    The reader knows every cell that is not *hidden* (boolean vector), all sums, and that no amount is negative.
    Two linear programmes a cell, solved by HiGHS over the hidden cells only. Raises RuntimeError when the
    solver gives up, for then nothing is proved.
    """
    unknown = np.flatnonzero(hidden)
    position = {cell: number for number, cell in enumerate(unknown)}
    matrix = equations.tocsc()[:, unknown].tocsr()
    matrix = matrix[np.diff(matrix.indptr) > 0]
    return {cell: _interval(matrix, values[unknown], position[cell]) for cell in asked}


def _interval(matrix: scipy.sparse.csr_array, values: np.ndarray, at: int) -> Interval:
    """In changes from the true table, scaled by the cell's own value: what sums to nothing changes no total."""
    scale = values[at] or 1.0
    bounds = np.column_stack([-values / scale, np.full(len(values), np.inf)])
    ends = []
    for sign in (1.0, -1.0):
        cost = np.zeros(len(values))
        cost[at] = sign
        answer = scipy.optimize.linprog(
            cost, A_eq=matrix, b_eq=np.zeros(matrix.shape[0]), bounds=bounds, method="highs"
        )
        if answer.status == UNBOUNDED:
            ends.append(sign * -np.inf)
        elif answer.status:
            raise RuntimeError(f"the solver stopped without an answer: {answer.message}")
        else:
            ends.append(sign * answer.fun)
    return Interval(max(0.0, values[at] + scale * ends[0]), values[at] + scale * ends[1])
