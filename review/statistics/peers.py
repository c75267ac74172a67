"""Peers: where a value lies in its group, in robust measure, the group as narrow as its members allow.

Location and spread are the median and 1.4826 × MAD (Hampel 1974; for census editing see De Waal, Pannekoek and
Scholtus, Handbook of Statistical Data Editing and Imputation, 2011, ch. 3); the spread is never less than what the
middle four fifths of the group take up, so that a group of two kinds (treated and untreated water) is not taken for
a narrow one with many outliers. Ratios are compared as logarithms, as Hidiroglou and Berthelot (1986) centre theirs,
so that ten times too much and ten times too little weigh the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from review.statistics.doubts import Peers

MIN_PEERS = 12  # below this a median says little; the next wider group is taken
MAD_TO_SIGMA = 1.4826
TAIL, TAIL_TO_SIGMA = 0.1, 1 / 1.2816  # 10th and 90th percentile, and the distance of these in a normal law
FLOOR = 0.03  # of log10: values closer than 7 % are never told apart, however alike the peers are


@dataclass(frozen=True)
class Standing:
    """For each value: deviation from its peers' median and their spread (both log10; NaN without peers).

    *level*: which step of the ladder was taken; *group*: number of the group on that step (*labels*: its classes;
    *level_groups*: the group of every value on each step).
    """

    values: np.ndarray
    deviation: np.ndarray
    spread: np.ndarray
    count: np.ndarray
    level: np.ndarray
    group: np.ndarray
    ladder: tuple[tuple[str, ...], ...]
    labels: tuple[list[tuple[str, ...]], ...]
    level_groups: tuple[np.ndarray, ...]

    @property
    def z(self) -> np.ndarray:
        return self.deviation / self.spread

    def peers(self, position: int) -> Peers:
        """The group of one value, for people to look at."""
        level, group = int(self.level[position]), int(self.group[position])
        held = self.values[(self.level_groups[level] == group) & np.isfinite(self.values)]
        low, median, high = (10 ** np.quantile(held, [0.1, 0.5, 0.9])).tolist()
        names = self.ladder[level]
        shown = tuple(f"{n}={v}" for n, v in zip(names, self.labels[level][group], strict=True) if v)
        return Peers(shown, len(held), low, median, high, float(10 ** self.values[position]))

    def median(self, position: int) -> float | None:
        """Median (log10) of the narrowest group with enough values that the record at *position* belongs to, whether
        it has a value of its own or not; None where all its groups are small."""
        known = np.isfinite(self.values)
        for groups in self.level_groups:
            held = self.values[known & (groups == groups[position])]
            if len(held) >= MIN_PEERS:
                return float(np.median(held))
        return None


def standing(values: np.ndarray, ladder: Sequence[dict[str, Sequence[str]]]) -> Standing:
    """Compare log10 *values* (NaN: not compared) within groups.

    *ladder*: from the narrowest group to the widest; each step names its classes and gives them for every value.
    A value is compared on the first step where at least ``MIN_PEERS`` values stand with it.
    """
    size = len(values)
    known = np.isfinite(values)
    deviation, spread = np.full(size, np.nan), np.full(size, np.nan)
    count, level, group = (np.zeros(size, dtype=np.int64) for _ in range(3))
    waiting = known.copy()
    groups, labels = [], []
    for step, classes in enumerate(ladder):
        numbers, names = _groups(classes, size)
        groups.append(numbers)
        labels.append(names)
        if not waiting.any():
            continue
        here = numbers[known]
        medians, low, high = _quantiles(values[known], here, (0.5, TAIL, 1 - TAIL))
        (mad,) = _quantiles(np.abs(values[known] - medians), here, (0.5,))
        wide = np.maximum(medians - low, high - medians) * TAIL_TO_SIGMA
        sizes = np.bincount(here)[here]
        taken = np.zeros(size, dtype=bool)
        taken[known] = sizes >= MIN_PEERS
        taken &= waiting
        inner = taken[known]
        deviation[taken] = (values[known] - medians)[inner]
        spread[taken] = np.maximum(np.maximum(MAD_TO_SIGMA * mad, wide), FLOOR)[inner]
        count[taken], level[taken], group[taken] = sizes[inner], step, numbers[taken]
        waiting &= ~taken
    return Standing(
        values,
        deviation,
        spread,
        count,
        level,
        group,
        tuple(tuple(classes) for classes in ladder),
        tuple(labels),
        tuple(groups),
    )


def _quantiles(values: np.ndarray, groups: np.ndarray, at: Sequence[float]) -> list[np.ndarray]:
    """Quantiles of each value's group (linear between ranks), as long as *values*. *groups*: numbers from 0."""
    order = np.lexsort((values, groups))
    ordered = values[order]
    sizes = np.bincount(groups)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    found = []
    for share in at:
        rank = starts + share * np.maximum(sizes - 1, 0)
        below = np.minimum(np.floor(rank).astype(np.int64), len(values) - 1)
        above = np.minimum(np.ceil(rank).astype(np.int64), len(values) - 1)
        part = rank - below
        found.append((ordered[below] * (1 - part) + ordered[above] * part)[groups])
    return found


def _groups(classes: dict[str, Sequence[str]], size: int) -> tuple[np.ndarray, list[tuple[str, ...]]]:
    if not classes:
        return np.zeros(size, dtype=np.int64), [()]
    keys = list(zip(*classes.values(), strict=True))
    numbers: dict[tuple[str, ...], int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64), list(numbers)
