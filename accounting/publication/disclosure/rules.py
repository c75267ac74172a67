"""Which cells are sensitive: threshold, (n, k) dominance, p %. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Rules:
    """Parameters of the rules; the office that publishes decides them. 0 switches a rule off.

    threshold: fewer contributors than this are sensitive. dominance_n, dominance_k: the n largest give more than
    k % of the cell. p_percent: the second largest contributor could estimate the largest to within p %.
    margin: a sensitive cell stays uncertain by at least this percentage of its value.
    """

    threshold: int = 3
    dominance_n: int = 2
    dominance_k: float = 85.0
    p_percent: float = 10.0
    margin: float = 10.0

    def __post_init__(self) -> None:
        if self.threshold < 0 or self.dominance_n < 0:
            raise ValueError("threshold and n count contributors and cannot be negative")
        if self.dominance_n and not 0 < self.dominance_k <= 100:
            raise ValueError("k is a percentage above 0, at most 100")
        if self.p_percent < 0 or not 0 < self.margin <= 100:
            raise ValueError("p cannot be negative; the margin is a percentage above 0, at most 100")

    def for_counts(self) -> Rules:
        """The rules of a table of numbers of objects: a number has no dominance, only the threshold is left."""
        return replace(self, dominance_n=0, p_percent=0.0)

    @property
    def fewest(self) -> int:
        """How many contributors a published cell has at least, as a reader of these rules knows."""
        dominance = self.dominance_n + 1 if self.dominance_n and self.dominance_k < 100 else 1
        return max(1, self.threshold, dominance, 3 if self.p_percent else 1)


@dataclass(frozen=True)
class Verdict:
    """Which rules a cell breaks (threshold, dominance, p_percent) and its protection, in the cell's unit.

    A reader must not be able to tell that the value lies anywhere narrower than value - *below* to value +
    *protection*.
    """

    broken: tuple[str, ...]
    protection: float
    below: float


SAFE = Verdict((), 0.0, 0.0)


def assess(contributions: Sequence[float], rules: Rules) -> Verdict:
    """Return the verdict on an amount with these contributions (one a contributor, any order).

    A cell whose contributions are all zero hides nothing. A negative contribution counts by its size: it tells as much
    of who gave it.
    """
    amounts = sorted((abs(x) for x in contributions if x), reverse=True)
    if not amounts:
        return SAFE
    total = sum(amounts)
    broken, protection = [], total * rules.margin / 100
    if len(amounts) < rules.threshold:
        broken.append("threshold")
    if rules.dominance_n:
        # the n largest are at most k % of value + protection
        needed = sum(amounts[: rules.dominance_n]) * 100 / rules.dominance_k - total
        if needed > total * 1e-12:
            broken.append("dominance")
            protection = max(protection, needed)
    if rules.p_percent:
        # the second largest takes itself off; what is left exceeds the largest by at least p %
        needed = amounts[0] * rules.p_percent / 100 - sum(amounts[2:])
        if needed > total * 1e-12:
            broken.append("p_percent")
            protection = max(protection, needed)
    return Verdict(tuple(broken), protection, min(protection, total)) if broken else SAFE


def assess_count(contributions: Sequence[float], rules: Rules) -> Verdict:
    """Return the verdict on a number of objects: *contributions* says how many each legal person has.

    Fewer legal persons than the threshold are sensitive. Then the number must be possible as one that reaches the
    threshold, or is at least one more. Downward nothing can be asked: a reader knows that what is hidden is not 0, so
    two hidden cells of 1 are at least 2 together.
    """
    held = [x for x in contributions if x]
    if not held or len(held) >= rules.threshold:
        return SAFE
    total = sum(held)
    return Verdict(("threshold",), max(1.0, rules.threshold - total), 0.0)
