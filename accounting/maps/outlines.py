"""Outlines of groups of points: the area a team works in, drawn from where its objects lie. Pure.

No source holds boundaries of census districts. What is drawn is the smallest convex area around the objects of a
district, each with a margin; objects far from the rest (a slipped coordinate) do not stretch it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Place = tuple[float, float]  # longitude, latitude in degrees

DEGREE = 111_320.0  # metres of a degree of latitude
MARGIN = (
    120.0  # metres around each object: one object alone is an area too, and no corner is an exact position
)
FAR = 6.0  # times the median distance from the middle …
NEAR = 1_500.0  # … and metres: what is farther than both is left out
_CORNERS = [(math.cos(n * math.pi / 4), math.sin(n * math.pi / 4)) for n in range(8)]


def outline(places: Sequence[Place]) -> list[Place]:
    """Corners of the area around *places*, counter-clockwise, the first not repeated; [] of no places."""
    if not places:
        return []
    scale = math.cos(math.radians(places[0][1]))
    flat = [(lon * scale * DEGREE, lat * DEGREE) for lon, lat in places]
    corners = hull(together(flat))
    wide = hull([(x + MARGIN * dx, y + MARGIN * dy) for x, y in corners for dx, dy in _CORNERS])
    return [(round(x / DEGREE / scale, 5), round(y / DEGREE, 5)) for x, y in wide]


def together(points: Sequence[Place]) -> list[Place]:
    """The points (in metres) without those far from the middle of the rest (medians, so half may not be wrong)."""
    middle = _median([x for x, _y in points]), _median([y for _x, y in points])
    distances = [math.dist(point, middle) for point in points]
    limit = max(FAR * _median(distances), NEAR)
    return [point for point, distance in zip(points, distances, strict=True) if distance <= limit]


def _median(values: Sequence[float]) -> float:
    """The lower of two middle values: one that occurs, so that some point is always near."""
    return sorted(values)[(len(values) - 1) // 2]


def hull(points: Sequence[Place]) -> list[Place]:
    """Convex hull, counter-clockwise (Andrew's monotone chain, Information Processing Letters 9, 1979).

    >>> hull([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2)])
    [(0, 0), (2, 0), (2, 2), (0, 2)]
    """
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return lower[:-1] + upper[:-1]


def _chain(ordered: Sequence[Place]) -> list[Place]:
    kept: list[Place] = []
    for x, y in ordered:
        while len(kept) > 1:
            (ax, ay), (bx, by) = kept[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            kept.pop()
        kept.append((x, y))
    return kept
