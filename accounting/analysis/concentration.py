"""How much of a total rests on few objects: Lorenz curve, Gini coefficient, objects that make up a share. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

THRESHOLDS = (65.0, 85.0)  # percent of the total; 65 and 85 mark key sources in census practice
POINTS = 200  # more are not seen on a screen


@dataclass(frozen=True)
class Concentration:
    """Of *objects* with an amount above zero: *total*, Gini coefficient (0 equal, towards 1 concentrated).

    *needed*: threshold in % → number of the largest objects that together reach it. *curve*: at most POINTS + 1
    pairs (share of objects in %, share of the total in %), largest objects first, from (0, 0) to (100, 100).
    """

    objects: int
    total: float
    gini: float
    needed: dict[float, int]
    curve: list[tuple[float, float]]


def concentration(amounts: Sequence[float]) -> Concentration | None:
    """Return the concentration of non-negative *amounts*; None when nothing is above zero.

    Gini: G = (2·Σ i·x_i)/(n·Σ x) - (n+1)/n with x ascending and i from 1 (Sen, On Economic Inequality, 1973).
    Raises ValueError for a negative amount or one that is no number.
    """
    values = np.asarray(amounts, dtype=float)
    if not np.isfinite(values).all() or (values < 0).any():
        raise ValueError("amounts must be numbers of 0 or more")
    values = np.sort(values[values > 0])
    count, total = len(values), float(values.sum())
    if count == 0:
        return None
    ranks = np.arange(1, count + 1)
    gini = float(2 * (ranks * values).sum() / (count * total) - (count + 1) / count)
    shares = 100 * np.cumsum(values[::-1]) / total
    shares[-1] = 100.0  # the sum of all, whatever the last bits say
    needed = {limit: int(np.searchsorted(shares, limit - 1e-9)) + 1 for limit in THRESHOLDS}
    at = np.unique(np.linspace(1, count, min(count, POINTS)).round().astype(int))
    curve = [(0.0, 0.0), *((float(100 * n / count), float(shares[n - 1])) for n in at)]
    return Concentration(count, total, max(gini, 0.0), needed, curve)
