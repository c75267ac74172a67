"""County outlines from the boundary file, and random points inside them."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from census.places import loading

BOUNDARIES = Path(loading.__file__).parent / "data" / "boundaries"


class Outline:
    """The rings of an area as one array of edges; inside is decided by the even-odd rule."""

    def __init__(self, rings: list[np.ndarray]) -> None:
        self.start = np.concatenate([ring[:-1] for ring in rings])
        self.end = np.concatenate([ring[1:] for ring in rings])
        self.low = np.minimum(self.start.min(axis=0), self.end.min(axis=0))
        self.high = np.maximum(self.start.max(axis=0), self.end.max(axis=0))

    def contains(self, points: np.ndarray) -> np.ndarray:
        """Mask of *points* (n, 2; longitude, latitude) that lie inside."""
        inside = np.zeros(len(points), dtype=bool)
        (x0, y0), (x1, y1) = self.start.T, self.end.T
        for begin in range(0, len(points), 2000):  # bounds the size of the point × edge table
            x, y = points[begin : begin + 2000, 0, None], points[begin : begin + 2000, 1, None]
            with np.errstate(divide="ignore", invalid="ignore"):
                crossed = ((y0 > y) != (y1 > y)) & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
            inside[begin : begin + 2000] = crossed.sum(axis=1) % 2 == 1
        return inside

    def points(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """*size* uniform points inside, shape (size, 2)."""
        found = np.empty((0, 2))
        while len(found) < size:
            tries = self.low + (self.high - self.low) * rng.random((max(64, size * 3), 2))
            found = np.concatenate([found, tries[self.contains(tries)]])
        return found[:size]

    def near(self, rng: np.random.Generator, centres: np.ndarray, degrees: float) -> np.ndarray:
        """A point near each of *centres*, inside; a centre itself where chance falls outside."""
        moved = centres + rng.normal(0.0, degrees, centres.shape)
        return np.where(self.contains(moved)[:, None], moved, centres)


@lru_cache(maxsize=2)
def _topology(name: str) -> dict:
    return json.loads((BOUNDARIES / name).read_text(encoding="utf-8"))


def outline(code: str) -> Outline:
    """The outline of a county or city (12-digit code). A development zone without one gets its city's.

    Raises LookupError when neither is in the boundary files.
    """
    for name, layer, key in (
        ("counties_2017.topojson", "counties", code[:6]),
        ("cities_2017.topojson", "cities", code[:4] + "00"),
    ):
        topology = _topology(name)
        for shape in topology["objects"][layer]["geometries"]:
            properties = shape["properties"]
            if (
                key == properties["code"]
                or key in str(properties.get("codes_2017", "")).replace(",", " ").split()
            ):
                return Outline(_rings(topology, shape))
    raise LookupError(f"no outline for {code}")


def _rings(topology: dict, shape: dict) -> list[np.ndarray]:
    polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
    return [
        np.concatenate(
            [_arc(topology, number)[(1 if position else 0) :] for position, number in enumerate(ring)]
        )
        for polygon in polygons
        for ring in polygon
    ]


def _arc(topology: dict, number: int) -> np.ndarray:
    """Points of an arc: deltas of quantised integers; ~number is the arc backwards."""
    transform = topology["transform"]
    quantised = np.cumsum(np.array(topology["arcs"][number if number >= 0 else ~number]), axis=0)
    points = quantised * np.array(transform["scale"]) + np.array(transform["translate"])
    return points if number >= 0 else points[::-1]
