"""Plan against actual, pace and forecast. Pure arithmetic on counts and days."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

PACE_DAYS = 7
FARTHEST = 3650  # a forecast beyond ten years says nothing


@dataclass(frozen=True, slots=True)
class Point:
    """The counts of one day: *done* of *total*."""

    day: dt.date
    total: int
    done: int


@dataclass(frozen=True, slots=True)
class Plan:
    """From nothing on *starts* to *percent* of all on *due*, in a straight line.

    A place is behind when it lacks more than nothing, and far behind when it lacks more than *tolerance*
    percentage points of what the line asks for.
    """

    starts: dt.date
    due: dt.date
    percent: float
    tolerance: float

    def asked(self, day: dt.date) -> float:
        """Share (0..1) that should be done on *day*."""
        whole = self.percent / 100
        if day >= self.due:
            return whole
        if day <= self.starts:
            return 0.0
        return whole * (day - self.starts).days / (self.due - self.starts).days


def share(done: int, total: int) -> float | None:
    """done / total; over nothing there is no share."""
    return done / total if total else None


def pace(points: Sequence[Point]) -> float | None:
    """Done a day over the last ``PACE_DAYS`` days of *points* (in order of days); None with only one day.

    Counted from the newest point that is at least so many days old, or the oldest there is. May be negative:
    forms sent back are not done any more.
    """
    if len(points) < 2:
        return None
    last = points[-1]
    since = last.day - dt.timedelta(days=PACE_DAYS)
    first = next((point for point in reversed(points[:-1]) if point.day <= since), points[0])
    return (last.done - first.done) / (last.day - first.day).days


def forecast(points: Sequence[Point], percent: float = 100) -> dt.date | None:
    """Day on which *percent* of the total will be done at the pace of the last days.

    The last day itself when it is done already; None without a pace forward, or beyond ten years.
    """
    if not points or not points[-1].total:
        return None
    last = points[-1]
    left = math.ceil(last.total * percent / 100) - last.done
    if left <= 0:
        return last.day
    speed = pace(points)
    if speed is None or speed <= 0:
        return None
    days = math.ceil(left / speed)
    return last.day + dt.timedelta(days=days) if days <= FARTHEST else None


def verdict(actual: float | None, plan: Plan | None, day: dt.date) -> str:
    """``done``, ``good``, ``behind`` or ``far``; ``none`` without anything to count or without a plan.

    >>> plan = Plan(dt.date(2018, 9, 1), dt.date(2018, 9, 11), 100, 10)
    >>> verdict(0.42, plan, dt.date(2018, 9, 6))
    'behind'
    """
    if actual is None:
        return "none"
    if plan is None:
        return "done" if actual >= 1 else "none"
    if actual >= plan.percent / 100:
        return "done"
    lack = (plan.asked(day) - actual) * 100
    if lack <= 0:
        return "good"
    return "behind" if lack <= plan.tolerance else "far"
