"""Outlines around the objects of a district."""

import math

from hypothesis import given
from hypothesis import strategies as st

from accounting.maps.outlines import DEGREE, MARGIN, hull, outline, together

metres = st.integers(-5000, 5000)
points = st.lists(st.tuples(metres, metres), min_size=1, max_size=40)


def _turns(ring: list[tuple[float, float]]) -> list[float]:
    """Twice the area of each corner's triangle; positive is counter-clockwise."""
    corners = zip(ring, ring[1:] + ring[:1], ring[2:] + ring[:2], strict=True)
    return [(bx - ax) * (cy - ay) - (by - ay) * (cx - ax) for (ax, ay), (bx, by), (cx, cy) in corners]


@given(points)
def test_a_hull_is_convex_and_holds_every_point(places) -> None:
    ring = hull(places)
    assert set(ring) <= set(places)
    if len(ring) < 3:
        return
    assert all(turn > 0 for turn in _turns(ring))
    for x, y in places:
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
            assert (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0


def test_one_object_is_an_area_of_the_margin() -> None:
    ring = outline([(118.8, 28.9)])
    assert len(ring) == 8
    for lon, lat in ring:
        away = math.hypot((lon - 118.8) * math.cos(math.radians(28.9)), lat - 28.9) * DEGREE
        assert abs(away - MARGIN) < 2  # five decimals of a degree are 1 m
    assert outline([]) == []


def test_a_slipped_coordinate_does_not_stretch_the_area() -> None:
    near = [(118.80 + n / 1000, 28.90 + (n % 3) / 1000) for n in range(6)]
    assert outline([*near, (121.5, 31.2)]) == outline(near)


@given(points)
def test_what_lies_together_keeps_at_least_half(places) -> None:
    assert len(together(places)) * 2 >= len(places)
