"""Boundaries of a region's children as GeoJSON, decoded from the topology files of ``census/places/data``.

Coordinates are CGCS2000 (equal to WGS 84 at this accuracy). The derived data has no map review number: pages say so.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import orjson

from census.places import data as places_data
from census.places import regions

FOLDER = Path(places_data.__path__[0]) / "boundaries"
FINER_PROVINCES = {"330000", "370000"}
Feature = dict[str, Any]


def _read(name: str) -> dict[str, Any]:
    return orjson.loads((FOLDER / name).read_bytes())


@cache
def _topology(name: str) -> tuple[Feature, ...]:
    """Decode a quantised TopoJSON file into GeoJSON features."""
    topology = _read(name)
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append([round(x * sx + tx, 4), round(y * sy + ty, 4)])
        arcs.append(line)

    def ring(indexes: list[int]) -> list[list[float]]:
        points: list[list[float]] = []
        for index in indexes:
            part = arcs[index] if index >= 0 else arcs[~index][::-1]
            points += part[1:] if points else part
        return points

    features = []
    for shape in next(iter(topology["objects"].values()))["geometries"]:
        if shape["type"] == "Polygon":
            coordinates = [ring(r) for r in shape["arcs"]]
        else:
            coordinates = [[ring(r) for r in polygon] for polygon in shape["arcs"]]
        features.append(_feature(shape["properties"], {"type": shape["type"], "coordinates": coordinates}))
    return tuple(features)


def _feature(properties: dict[str, Any], geometry: dict[str, Any]) -> Feature:
    """Feature with a 12-digit code; ``codes`` lists the 2017 units of a polygon whose old line is lost."""
    codes = str(properties.get("codes_2017") or properties["code"]).replace("|", ";").split(";")
    kept = {
        "name": properties["name"],
        "code": properties["code"].ljust(12, "0"),
        "codes": [code.strip().ljust(12, "0") for code in codes if code.strip()],
        "city": properties.get("city", ""),
        "prov": properties.get("prov", ""),
    }
    return {"type": "Feature", "properties": kept, "geometry": geometry}


@lru_cache(maxsize=64)
def children(region: str) -> bytes:
    """GeoJSON bytes: polygons of the children of *region* (provinces of the nation, cities, counties).

    A county (or smaller) gives its own polygon. The nation is always complete: 34 provinces and the boundary lines.
    """
    prefix = regions.prefix(region)
    if prefix == "":
        lines = [
            {
                "type": "Feature",
                "properties": {"name": "境界线", "code": "", "codes": []},
                "geometry": f["geometry"],
            }
            for f in _read("boundary_lines.geojson")["features"]
        ]
        features = [*_topology("provinces.topojson"), *lines]
    elif len(prefix) == 2:
        features = [f for f in _topology("cities_2017.topojson") if f["properties"]["prov"] == region[:6]]
    else:
        wanted = [f for f in _counties(region) if f["properties"]["city"] == region[:4] + "00"]
        own = [f for f in wanted if region[:6].ljust(12, "0") in f["properties"]["codes"]]
        features = own if len(prefix) >= 6 and own else wanted
    return orjson.dumps({"type": "FeatureCollection", "features": list(features)})


@cache
def _county_boxes() -> tuple[tuple[str, tuple[float, float, float, float]], ...]:
    """(code of 2017, west, south, east, north) of every county's polygon."""
    found = []
    for feature in _topology("counties_2017.topojson"):
        shape = feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        lon, lat = zip(*(place for polygon in polygons for place in polygon[0]), strict=True)
        box = min(lon), min(lat), max(lon), max(lat)
        found += [(code, box) for code in feature["properties"]["codes"]]
    return tuple(found)


def counties_in(region: str, box: tuple[float, float, float, float]) -> list[str]:
    """Codes of the counties that are in *region* (or hold it) and may reach into *box* (west, south, east, north)."""
    west, south, east, north = box
    return [
        code
        for code, (left, low, right, high) in _county_boxes()
        if left <= east
        and right >= west
        and low <= north
        and high >= south
        and (regions.contains(region, code) or regions.contains(code, region))
    ]


def _counties(region: str) -> tuple[Feature, ...]:
    province = region[:2] + "0000"
    if province in FINER_PROVINCES:
        return _finer(province)
    return _topology("counties_2017.topojson")


@cache
def _finer(province: str) -> tuple[Feature, ...]:
    data = _read(f"counties_2017_{province[:2]}.geojson")
    return tuple(_feature(f["properties"], f["geometry"]) for f in data["features"])
