"""Points of the map as arrays: packing for storage, joining, filtering and counting in a grid. Pure.

A set of n points is one run of bytes: longitudes and latitudes (degrees, float32: 0.8 m at 120°), then kind,
industry division and size (one byte each). 3.6 million points are 40 MB and are counted into a grid so fast, whatever
the filters, that no grid has to be kept in advance (``make bench ARGS=map``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BYTES = 11  # of a point in a packed set
CELL_PIXELS = 8
WHOLE = 360.0  # steps are this, halved again and again: cells stay where they are while the map is moved
Box = tuple[float, float, float, float]  # west, south, east, north in degrees


@dataclass(slots=True)
class Points:
    """Columns of equal length. *kind*: place in a list of kinds; *division*: the industry's first two digits or 0;
    *size*: 1-4 or 0."""

    lon: np.ndarray
    lat: np.ndarray
    kind: np.ndarray
    division: np.ndarray
    size: np.ndarray

    def __len__(self) -> int:
        return len(self.lon)

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in (self.lon, self.lat, self.kind, self.division, self.size))


def pack(points: Points) -> bytes:
    """Bytes of a set, see the module's text."""
    degrees = (np.ascontiguousarray(part, "<f4").tobytes() for part in (points.lon, points.lat))
    small = (
        np.ascontiguousarray(part, "u1").tobytes() for part in (points.kind, points.division, points.size)
    )
    return b"".join((*degrees, *small))


def unpack(data: bytes | memoryview, kinds: np.ndarray) -> Points:
    """The set of these bytes. *kinds*: for each kind number in the set the number wanted here."""
    count = len(data) // BYTES
    degrees = np.frombuffer(data, "<f4", 2 * count)
    small = np.frombuffer(data, "u1", 3 * count, offset=8 * count)
    kind = kinds[small[:count]] if count else small[:0]
    return Points(degrees[:count], degrees[count:], kind, small[count : 2 * count], small[2 * count :])


def join(sets: Sequence[Points]) -> Points:
    """All sets in one, in their order."""
    if not sets:
        none = np.empty(0, "u1")
        return Points(none.astype("f4"), none.astype("f4"), none, none, none)
    return Points(
        *(
            np.concatenate([getattr(one, name) for one in sets])
            for name in ("lon", "lat", "kind", "division", "size")
        )
    )


def chosen(
    points: Points,
    *,
    kinds: Sequence[int] = (),
    divisions: Sequence[int] = (),
    sizes: Sequence[int] = (),
    amounts: np.ndarray | None = None,
    least: float = 0.0,
) -> np.ndarray | None:
    """Mask of the points that pass the filters; None when there is no filter.

    *amounts*: kg a year of each point, NaN for none; then only points above *least* pass.
    """
    masks = []
    for column, wanted in ((points.kind, kinds), (points.division, divisions), (points.size, sizes)):
        if wanted:
            table = np.zeros(256, bool)
            table[list(wanted)] = True
            masks.append(table[column])
    if amounts is not None:
        masks.append(amounts > least)  # NaN never is
    return np.logical_and.reduce(masks) if masks else None


@dataclass(slots=True)
class Grid:
    """Cells that hold points: *index* = row × columns + column from the south-west corner; sums of kg or None."""

    west: float
    south: float
    step_x: float
    step_y: float
    columns: int
    index: np.ndarray
    counts: np.ndarray
    sums: np.ndarray | None


def step_for(degrees: float, pixels: float) -> float:
    """Side of a cell in degrees: about CELL_PIXELS wide, a power of two's part of the whole circle.

    >>> step_for(360, 360)
    5.625
    """
    wanted = max(degrees / max(pixels, 1) * CELL_PIXELS, 1e-6)
    return WHOLE / 2 ** math.floor(math.log2(WHOLE / wanted))


def inside(points: Points, box: Box, mask: np.ndarray | None, limit: int) -> np.ndarray:
    """Places of the points in the window that pass *mask*; cut off one behind *limit*."""
    west, south, east, north = box
    found = (points.lon >= west) & (points.lon <= east) & (points.lat >= south) & (points.lat <= north)
    if mask is not None:
        found &= mask
    return np.flatnonzero(found)[: limit + 1]


def grid(
    points: Points, box: Box, pixels: tuple[float, float], mask: np.ndarray | None, amounts: np.ndarray | None
) -> Grid:
    """Count the points of the window in cells."""
    west, south, east, north = box
    step_x, step_y = step_for(east - west, pixels[0]), step_for(north - south, pixels[1])
    first_x, first_y = math.floor(west / step_x), math.floor(south / step_y)
    columns, rows = math.floor(east / step_x) - first_x + 1, math.floor(north / step_y) - first_y + 1
    x = np.floor(points.lon * np.float32(1 / step_x)).astype("i4") - first_x
    y = np.floor(points.lat * np.float32(1 / step_y)).astype("i4") - first_y
    held = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
    if mask is not None:
        held &= mask
    cell = (y[held] * columns + x[held]).astype("i8")
    counts = np.bincount(cell, minlength=columns * rows)
    index = np.flatnonzero(counts)
    sums = None
    if amounts is not None:
        sums = np.bincount(cell, weights=amounts[held], minlength=columns * rows)[index]
    return Grid(first_x * step_x, first_y * step_y, step_x, step_y, columns, index, counts[index], sums)
