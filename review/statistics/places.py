"""Wrong places: coordinates the wrong way round, outside the county, read off a GCJ-02 map, one point for many.

GCJ-02 is the obfuscated grid of Chinese web maps: 300 to 700 m off, by an offset that is known at every place. The
transform below is the published approximation (as in the open-source eviltransform; accurate to a few metres).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from review.statistics.columns import Columns
from review.statistics.doubts import Doubt, Place
from sources.language.scalars import degrees

SWAPPED, OUTSIDE, GCJ, SHARED = "ST-PLACE-SWAP", "ST-PLACE-OUT", "ST-PLACE-GCJ", "ST-PLACE-SAME"
CHINA = (73.0, 136.0, 3.0, 54.0)  # longitude from, to; latitude from, to
NEAR_M = 60.0  # how well an offset must match the GCJ-02 one
MANY = 3  # objects on one point from which on it is doubtful
BORDER_DEG = 0.02  # the boundary files are generalised: this near to the county is no finding
AXIS = 6_378_245.0
ECCENTRICITY = 0.00669342162296594323

Rings = Sequence[np.ndarray]


def detect(columns: Columns, rings: Mapping[str, Rings] | None = None) -> Iterator[Doubt]:
    """Doubts about the own position on each object's forms.

    *rings*: county prefix (6 digits) → outlines as arrays (n, 2) of degrees; without them 'outside' is not tested.
    """
    points: dict[tuple[float, float], dict[int, Place]] = defaultdict(dict)
    for form in columns.forms:
        table = columns.table(form)
        for position, record in enumerate(table.records):
            if "longitude" not in record and "latitude" not in record:
                continue
            number, place = int(table.owner[position]), table.place(position, "longitude")
            lon, lat = (degrees(str(record.get(name) or "")) for name in ("longitude", "latitude"))
            if lon is not None and (lat is None or not _in_china(lon, lat)):
                if CHINA[2] <= lon <= CHINA[3]:  # where latitudes of China lie
                    yield _swapped(columns, number, place, record)
                continue
            if lon is None or lat is None:
                continue
            if not form.startswith("INV"):
                points[lon, lat][number] = place
            yield from _of_register(columns, number, place, lon, lat, rings or {})
    yield from _shared(columns, points)


def _in_china(lon: float, lat: float) -> bool:
    west, east, south, north = CHINA
    return west <= lon <= east and south <= lat <= north


def _swapped(columns: Columns, number: int, place: Place, record: Mapping[str, Any]) -> Doubt:
    zh, en = "经度与纬度疑似填反", "Longitude and latitude look swapped"
    value = record.get("longitude")
    return Doubt(columns.ids[number], SWAPPED, place, 0.98, zh, en, value, others=("latitude",))


def _of_register(
    columns: Columns, number: int, place: Place, lon: float, lat: float, rings: Mapping[str, Rings]
) -> Iterator[Doubt]:
    facts = columns.facts[number]
    known = facts.get("lon"), facts.get("lat")
    if None not in known and looks_gcj((lon, lat), known):
        zh = "坐标与名录坐标之差等于 GCJ-02 偏移量，疑似从网络地图读取"
        en = "The point differs from the register's by the GCJ-02 offset: it was read off a web map"
        yield Doubt(
            columns.ids[number], GCJ, place, 0.9, zh, en, f"{lon:.5f}, {lat:.5f}", others=("latitude",)
        )
    county = str(facts.get("region") or "")[:6]
    outline = rings.get(county)
    if outline and not inside(outline, lon, lat) and away(outline, lon, lat) > BORDER_DEG:
        kilometres = away(outline, lon, lat) * 111
        zh, en = (
            f"坐标在所属县区界外约 {kilometres:.0f} 公里",
            f"The point lies about {kilometres:.0f} km outside its county",
        )
        yield Doubt(
            columns.ids[number], OUTSIDE, place, 0.9, zh, en, f"{lon:.5f}, {lat:.5f}", others=("latitude",)
        )


def _shared(columns: Columns, points: Mapping[tuple[float, float], Mapping[int, Place]]) -> Iterator[Doubt]:
    for (lon, lat), owners in points.items():
        if len(owners) < MANY:
            continue
        zh = f"{len(owners)} 个普查对象坐标完全相同"
        en = f"{len(owners)} census objects have exactly this point"
        for number, place in owners.items():
            yield Doubt(
                columns.ids[number], SHARED, place, 0.3, zh, en, f"{lon:.5f}, {lat:.5f}", others=("latitude",)
            )


def inside(rings: Rings, lon: float, lat: float) -> bool:
    """Ray casting over all *rings* at once: an odd number of crossings is inside (holes are rings too)."""
    crossings = 0
    for ring in rings:
        x, y = ring[:, 0], ring[:, 1]
        x2, y2 = np.roll(x, -1), np.roll(y, -1)
        spans = (y > lat) != (y2 > lat)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = x + (lat - y) * (x2 - x) / (y2 - y)
        crossings += int(np.count_nonzero(spans & (lon < at)))
    return crossings % 2 == 1


def away(rings: Rings, lon: float, lat: float) -> float:
    """Distance to the nearest corner of the outline in degrees of latitude."""
    shrink = math.cos(math.radians(lat))
    return min(float(np.min(np.hypot((ring[:, 0] - lon) * shrink, ring[:, 1] - lat))) for ring in rings)


def gcj_offset(lon: float, lat: float) -> tuple[float, float]:
    """Offset of GCJ-02 from WGS-84 at a place, in degrees (longitude, latitude)."""
    x, y = lon - 105.0, lat - 35.0
    ripple = (20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + ripple
    north += (20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + ripple
    east += (20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    radians = math.radians(lat)
    magic = 1 - ECCENTRICITY * math.sin(radians) ** 2
    north = north * 180 / (AXIS * (1 - ECCENTRICITY) / (magic * math.sqrt(magic)) * math.pi)
    east = east * 180 / (AXIS / math.sqrt(magic) * math.cos(radians) * math.pi)
    return east, north


def looks_gcj(point: tuple[float, float], known: tuple[Any, Any]) -> bool:
    """True where *point* is *known* moved by the GCJ-02 offset, within ``NEAR_M``."""
    lon, lat = float(known[0]), float(known[1])
    if not _in_china(lon, lat):
        return False
    east, north = gcj_offset(lon, lat)
    metre = 111_320.0
    across = (point[0] - lon - east) * metre * math.cos(math.radians(lat))
    return math.hypot(across, (point[1] - lat - north) * metre) < NEAR_M


def rings_of(features: Sequence[Mapping[str, Any]]) -> dict[str, list[np.ndarray]]:
    """GeoJSON areas → outlines by county prefix; a merged polygon serves all its counties."""
    found: dict[str, list[np.ndarray]] = {}
    for feature in features:
        facts, shape = feature["properties"], feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        outline = [np.asarray(ring, dtype=np.float64)[:, :2] for polygon in polygons for ring in polygon]
        for code in (facts["code"], *str(facts.get("codes_2017", "")).replace(";", " ").split()):
            found[str(code)[:6]] = outline
    return found
