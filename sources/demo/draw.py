"""Random draws of the demo world. One `Draw` per county and subject, so that counties are independent."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


class Draw:
    """Named draws over a numpy Generator; equal (seed, name) give equal worlds on every machine."""

    def __init__(self, seed: int, name: str) -> None:
        self.rng = np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode())]))

    def around(
        self, size: int, median: float | np.ndarray, spread: float, low: float = 0.0, high: float = np.inf
    ) -> np.ndarray:
        """Log-normal values around *median* (spread = sigma of the logarithm), cut to [low, high]."""
        return np.clip(median * np.exp(self.rng.normal(0.0, spread, size)), low, high)

    def between(self, size: int, low: float | np.ndarray, high: float | np.ndarray) -> np.ndarray:
        """Uniform values."""
        return low + (np.asarray(high) - low) * self.rng.random(size)

    def whole(self, size: int, low: int, high: int) -> np.ndarray:
        """Whole numbers from *low* to *high*, both included."""
        return self.rng.integers(low, high + 1, size)

    def chance(self, size: int, share: float | np.ndarray) -> np.ndarray:
        """True with probability *share*."""
        return self.rng.random(size) < share

    def pick(self, size: int, options: Sequence[Any] | Mapping[Any, float]) -> np.ndarray:
        """One of *options* each; a mapping gives the weights. Numbers come as floats, all else as objects."""
        weights = None
        if isinstance(options, Mapping):
            weights = np.array(list(options.values()), dtype=float)
            weights /= weights.sum()
            options = list(options)
        numeric = all(isinstance(option, int | float) for option in options)
        cells = np.empty(len(options), dtype=float if numeric else object)
        cells[:] = options
        return cells[self.rng.choice(len(options), size, p=weights)]

    def parts(self, totals: np.ndarray, weights: Sequence[float], evenness: float = 20.0) -> np.ndarray:
        """Whole parts of whole *totals*, shape (n, parts), adding up exactly; shares vary around *weights*."""
        mean = np.asarray(weights, dtype=float)
        shares = self.rng.dirichlet(mean / mean.sum() * evenness + 1e-9, len(totals))
        cuts = np.rint(np.cumsum(shares, axis=1) * np.asarray(totals, dtype=float)[:, None]).astype(np.int64)
        cuts[:, -1] = np.asarray(totals, dtype=np.int64)
        return np.diff(cuts, axis=1, prepend=0)

    def percentages(self, size: int, weights: Sequence[float], evenness: float = 20.0) -> np.ndarray:
        """Percentages with two decimals, shape (n, parts), each row adding up to 100 exactly."""
        return self.parts(np.full(size, 100), weights, evenness).astype(float)

    def many(self, size: int, options: Mapping[str, float]) -> dict[str, np.ndarray]:
        """Multiple choice: a mask per code, at least one code in each row (the first)."""
        masks = {code: self.chance(size, share) for code, share in options.items()}
        first = next(iter(masks))
        masks[first] |= ~np.any(list(masks.values()), axis=0)
        return masks


def spread(counts: np.ndarray) -> np.ndarray:
    """Owner index of each row when sheet i has counts[i] rows."""
    return np.repeat(np.arange(len(counts)), counts)


def within(owner: np.ndarray) -> np.ndarray:
    """Position of each row in its group, from 1; *owner* ascending."""
    if not len(owner):
        return np.zeros(0, dtype=int)
    starts = np.flatnonzero(np.diff(owner, prepend=owner[0] - 1))
    lengths = np.diff(np.append(starts, len(owner)))
    return np.arange(len(owner)) - np.repeat(starts, lengths) + 1
