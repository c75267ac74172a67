"""Classes of a choropleth. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence


def breaks(values: Sequence[float], wanted: int = 5) -> list[float]:
    """Return increasing class limits (at most *wanted* + 1) at quantiles, rounded to two significant digits.

    >>> breaks([1, 2, 3, 4, 100], 2)
    [1.0, 3.0, 100.0]
    """
    ordered = sorted(v for v in values if v is not None and math.isfinite(v))
    if not ordered:
        return []
    limits = [_floor(ordered[0])]
    for index in range(1, wanted):
        limits.append(_round(ordered[min(len(ordered) - 1, int(len(ordered) * index / wanted))]))
    limits.append(_ceil(ordered[-1]))
    increasing = limits[:1]
    for limit in limits[1:]:
        if limit > increasing[-1]:
            increasing.append(limit)
    return increasing


def _digits(value: float) -> int:
    return 1 - math.floor(math.log10(abs(value))) if value else 0


def _round(value: float) -> float:
    return round(value, _digits(value))


def _floor(value: float) -> float:
    rounded = _round(value)
    return rounded if rounded <= value else round(rounded - 10.0 ** -_digits(value), _digits(value))


def _ceil(value: float) -> float:
    rounded = _round(value)
    return rounded if rounded >= value else round(rounded + 10.0 ** -_digits(value), _digits(value))
