"""Boundary layers as GeoJSON, cut out of the topology files. Pure but for reading the files; cached per process.

CGCS2000 longitude and latitude. See ``data/README.md`` for what the layers hold and what they may not be used for.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import orjson

from census.places.regions import prefix

_FOLDER = Path(__file__).parent / "data" / "boundaries"
_FILES = {
    "provinces": "provinces.topojson",
    "cities": "cities_2017.topojson",
    "counties": "counties_2017.topojson",
}
LAYERS = (*_FILES, "lines")
_FINER = {"33": "counties_2017_33.geojson", "37": "counties_2017_37.geojson"}

Feature = dict[str, Any]


def layer(name: str, within: str) -> dict[str, Any]:
    """Return a FeatureCollection of the areas of layer *name* that lie in the division *within*.

    Names: provinces, cities, counties, lines (the boundary lines of the nation: always drawn with it). A merged
    polygon lists all its 2017 counties in property ``codes_2017``. Raises LookupError for another name.
    """
    if name not in LAYERS:
        raise LookupError(name)
    if name == "lines":
        return _read("boundary_lines.geojson")
    head = prefix(within)[:6]
    finer = _FINER.get(head[:2]) if name == "counties" else None
    features = _read(finer)["features"] if finer else _features(_FILES[name])
    return {
        "type": "FeatureCollection",
        "features": [f for f in features if _inside(f["properties"], head)],
    }


def _inside(properties: dict[str, Any], head: str) -> bool:
    codes = [properties["code"], *str(properties.get("codes_2017", "")).replace(";", " ").split()]
    return any(code.startswith(head) for code in codes)


@cache
def _read(file: str) -> dict[str, Any]:
    return orjson.loads((_FOLDER / file).read_bytes())


@cache
def _features(file: str) -> list[Feature]:
    """Decode a quantised topology: arcs are lists of steps, shapes are lists of arc numbers."""
    topology = _read(file)
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [_decode(arc, scale, shift) for arc in topology["arcs"]]
    (collection,) = topology["objects"].values()
    return [
        {
            "type": "Feature",
            "properties": shape["properties"],
            "geometry": {"type": shape["type"], "coordinates": _shape(shape, arcs)},
        }
        for shape in collection["geometries"]
    ]


def _decode(arc: list[list[int]], scale: list[float], shift: list[float]) -> list[list[float]]:
    longitudes = accumulate(step[0] for step in arc)
    latitudes = accumulate(step[1] for step in arc)
    return [
        [round(x * scale[0] + shift[0], 5), round(y * scale[1] + shift[1], 5)]
        for x, y in zip(longitudes, latitudes, strict=True)
    ]


def _shape(shape: dict[str, Any], arcs: list[list[list[float]]]) -> list[Any]:
    if shape["type"] == "Polygon":
        return [_ring(ring, arcs) for ring in shape["arcs"]]
    return [[_ring(ring, arcs) for ring in polygon] for polygon in shape["arcs"]]


def _ring(numbers: list[int], arcs: list[list[list[float]]]) -> list[list[float]]:
    """Join arcs end to start; a negative number ~n is arc n backwards."""
    ring: list[list[float]] = []
    for number in numbers:
        points = arcs[number] if number >= 0 else arcs[~number][::-1]
        ring += points[1:] if ring else points
    return ring
