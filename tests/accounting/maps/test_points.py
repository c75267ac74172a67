"""Points as arrays: what is packed comes back, and every point is counted in exactly one cell."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from accounting.maps.points import Points, chosen, grid, inside, join, pack, step_for, unpack

BOX = (100.0, 20.0, 120.0, 40.0)
places = st.lists(
    st.tuples(
        st.floats(90, 130, width=32),
        st.floats(10, 50, width=32),
        st.integers(0, 5),
        st.integers(0, 99),
        st.integers(0, 4),
    ),
    max_size=60,
)


def made(rows: list) -> Points:
    lon, lat, kind, division, size = zip(*rows, strict=True) if rows else ((),) * 5
    return Points(
        np.array(lon, "f4"), np.array(lat, "f4"), *(np.array(part, "u1") for part in (kind, division, size))
    )


@given(places, places)
def test_packed_and_joined_points_come_back_with_kinds_renamed(some, more) -> None:
    names = np.arange(10, 20, dtype="u1")
    both = join([unpack(pack(made(one)), names) for one in (some, more)])
    whole = made(some + more)
    assert (both.lon == whole.lon).all()
    assert (both.lat == whole.lat).all()
    assert (both.kind == whole.kind + 10).all()
    assert (both.division == whole.division).all()
    assert (both.size == whole.size).all()


@given(places, st.sets(st.integers(0, 5)), st.integers(1, 2000))
def test_the_cells_hold_every_point_of_the_window_once(rows, kinds, pixels) -> None:
    points = made(rows)
    amounts = np.arange(len(points), dtype="f4")
    mask = chosen(points, kinds=sorted(kinds))
    cells = grid(points, BOX, (pixels, pixels), mask, amounts)
    found = inside(points, BOX, mask, 1000)
    assert cells.counts.sum() >= len(found)  # the outer cells reach a little over the window
    west, south = (
        cells.west + (cells.index % cells.columns) * cells.step_x,
        cells.south + cells.index // cells.columns * cells.step_y,
    )
    for place in found:
        lon, lat = float(points.lon[place]), float(points.lat[place])
        edge = 1e-3 * cells.step_x + 1e-4
        held = (
            (west - edge <= lon)
            & (lon <= west + cells.step_x + edge)
            & (south - edge <= lat)
            & (lat <= south + cells.step_y + edge)
        )
        assert held.any()
    assert cells.sums.sum() <= amounts.sum() + 1


@given(places, st.sets(st.integers(0, 99)), st.floats(0, 60))
def test_filters_are_met_together(rows, divisions, least) -> None:
    points = made(rows)
    amounts = np.array([np.nan if n % 3 == 0 else n for n in range(len(points))], "f4")
    mask = chosen(points, divisions=sorted(divisions), amounts=amounts, least=least)
    for place, passed in enumerate(mask):
        wanted = (not divisions or points.division[place] in divisions) and amounts[place] > least
        assert passed == wanted


@given(st.floats(1e-4, 360), st.integers(1, 4000))
def test_cells_are_about_eight_pixels_wide(degrees, pixels) -> None:
    wide = step_for(degrees, pixels) / degrees * pixels
    assert 7.99 <= wide <= 16.01 or step_for(degrees, pixels) < 2e-6
