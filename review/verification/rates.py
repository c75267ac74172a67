"""Rates, their intervals, and what follows from them. Pure.

Formulas: quality-verification.md section 5; intervals by E. B. Wilson (1927), JASA 22:209-212; weighted sums
by G. Y. Zou and A. Donner (2008), Statistics in Medicine 27:1693-1702 (MOVER); two lists by D. G. Chapman (1951)
with the variance of G. A. F. Seber (1970) and the log-normal interval of A. Chao (1987), Biometrics 43:783-791.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Z95 = 1.959963984540054
OUTCOMES = ("pass", "fix", "fail")  # in order of gravity


@dataclass(frozen=True, slots=True)
class Rate:
    """*hits* of *base* cases, with the 95 % Wilson interval. Over nothing all three figures are None."""

    hits: int
    base: int

    @property
    def value(self) -> float | None:
        return self.hits / self.base if self.base else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.hits, self.base) if self.base else None

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.hits + other.hits, self.base + other.base)


@dataclass(frozen=True, slots=True)
class Weighted:
    """A weighted rate with its interval; *covered*: share of all weight that had anything checked."""

    value: float
    low: float
    high: float
    covered: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """Dual-system estimate of the true number of objects, and the share of them on the register.

    The bounds are None where the lists share nothing: they then tell nothing of the total."""

    registered: int
    walked: int
    both: int
    total: float
    low: float | None
    high: float | None

    @property
    def share(self) -> float:
        return min(1.0, self.registered / self.total) if self.total else 1.0

    @property
    def interval(self) -> tuple[float, float] | None:
        """Interval of the share, None where the bounds are."""
        if not self.low or not self.high:
            return None
        return min(1.0, self.registered / self.high), min(1.0, self.registered / self.low)


def wilson(hits: int, base: int, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of a proportion. ValueError unless 0 <= hits <= base and base > 0.

    >>> low, high = wilson(0, 20)
    >>> low, round(high, 4)
    (0.0, 0.1611)
    """
    if not 0 <= hits <= base or base == 0:
        raise ValueError(f"{hits} of {base} is no proportion")
    share, square = hits / base, z * z
    middle = (share + square / (2 * base)) / (1 + square / base)
    half = z * math.sqrt(share * (1 - share) / base + square / (4 * base * base)) / (1 + square / base)
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == base else min(1.0, middle + half)
    return low, high


def weighted(parts: Iterable[tuple[Rate, float]]) -> Weighted | None:
    """Sum of rate × weight. Parts without a case are left out and the weights of the others brought to 1;
    None when nothing was checked at all."""
    parts = list(parts)
    used = [(rate, weight) for rate, weight in parts if rate.base and weight > 0]
    all_weight, weight_used = sum(w for _r, w in parts), sum(w for _r, w in used)
    if not used:
        return None
    value = below = above = 0.0
    for rate, weight in used:
        share, (low, high) = weight / weight_used, wilson(rate.hits, rate.base)
        own = rate.hits / rate.base
        value += share * own
        below += (share * (own - low)) ** 2
        above += (share * (high - own)) ** 2
    return Weighted(
        value,
        max(0.0, value - math.sqrt(below)),
        min(1.0, value + math.sqrt(above)),
        weight_used / all_weight,
    )


def chapman(registered: int, walked: int, both: int) -> Coverage:
    """Estimate how many objects there are from two independent lists. ValueError when *both* exceeds a list.

    Where one list holds the other, Chapman's variance is 0 though the sample may be small: the interval then comes from
    Wilson's of the share of walked objects that the register has.

    >>> round(chapman(10, 15, 5).total, 2)
    28.33
    """
    if not 0 <= both <= min(registered, walked):
        raise ValueError(f"{both} objects cannot be on lists of {registered} and {walked}")
    total = (registered + 1) * (walked + 1) / (both + 1) - 1
    variance = (
        (registered + 1)
        * (walked + 1)
        * (registered - both)
        * (walked - both)
        / ((both + 1) ** 2 * (both + 2))
    )
    seen = registered + walked - both
    unseen = total - seen
    if unseen <= 0 or variance == 0:
        if not both:
            return Coverage(registered, walked, both, total, None, None)
        low, high = wilson(both, walked)
        return Coverage(registered, walked, both, total, max(seen, registered / high), registered / low)
    factor = math.exp(Z95 * math.sqrt(math.log(1 + variance / unseen**2)))
    return Coverage(registered, walked, both, total, seen + unseen / factor, seen + unseen * factor)


def deviation(reported: Iterable[float | None], verified: Iterable[float | None]) -> float | None:
    """abs(sum reported - sum verified) / sum verified; blanks are skipped; None where there is nothing verified."""
    sums = [math.fsum(v for v in side if v is not None) for side in (reported, verified)]
    return abs(sums[0] - sums[1]) / sums[1] if sums[1] > 0 else None


def outcome_of(value: float | None, limits: tuple[float, float]) -> str | None:
    """pass up to the first limit, fix up to the second, else fail; None for a rate over nothing."""
    if value is None:
        return None
    return OUTCOMES[(value > limits[0]) + (value > limits[1])]


def worst(outcomes: Iterable[str | None]) -> str | None:
    """The gravest of the outcomes; None when nothing could be judged."""
    judged = [one for one in outcomes if one is not None]
    return max(judged, key=OUTCOMES.index) if judged else None


def proven(rate: Rate, limits: tuple[float, float]) -> bool:
    """True when even the upper end of the interval is within the pass limit: the sample was large enough."""
    return rate.interval is not None and rate.interval[1] <= limits[0]


def shares(counts: Mapping[str, int]) -> dict[str, float]:
    """Counts as shares of their sum; empty when the sum is 0."""
    total = sum(counts.values())
    return {key: count / total for key, count in counts.items()} if total else {}
