"""A map of areas coloured by class, as SVG. Pure: the polygons come from the caller as GeoJSON features.

Albers' equal-area conic projection, fitted to the area shown, so a nation and a county use one formula. Areas whose
value is not published are hatched; areas without a value stay blank.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from census.documents.charts import INK, WIDTH, box, measure, sheet, words

SHADES = ("#EAF2F8", "#BBD6E8", "#7FB2D3", "#3F86B5", "#1A5480", "#0E3450")
EDGE, BLANK = "#6F7B85", "#FFFFFF"
HATCH = (
    '<defs><pattern id="hidden" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="5" height="5" fill="#FFFFFF"/><path d="M0 0V5" stroke="#8A8A8A" stroke-width="1.4"/></pattern></defs>'
)
Point = tuple[float, float]


def albers(west: float, south: float, east: float, north: float) -> Callable[[float, float], Point]:
    """The projection for an area in degrees; its standard parallels lie a sixth from the edges (Snyder 1987, 14-1)."""
    first, second = (math.radians(south + (north - south) * part) for part in (1 / 6, 5 / 6))
    middle = math.radians((west + east) / 2)
    n = (math.sin(first) + math.sin(second)) / 2
    c = math.cos(first) ** 2 + 2 * n * math.sin(first)

    def project(lon: float, lat: float) -> Point:
        rho = math.sqrt(max(c - 2 * n * math.sin(math.radians(lat)), 0)) / n
        theta = n * (math.radians(lon) - middle)
        return rho * math.sin(theta), rho * math.cos(theta)

    return project


def choropleth(
    features: Sequence[Mapping[str, Any]],
    values: Mapping[str, float],
    limits: Sequence[float],
    *,
    labels: Sequence[str],
    blank: str,
    hidden: frozenset[str] = frozenset(),
    hidden_label: str = "",
    names: bool = True,
    tallest: float = 270.0,
) -> str:
    """Draw *features* (properties ``codes``, ``name``) by the class of their value.

    *limits*: class limits, one more than classes; *labels*: the classes as printed; *blank*: what no value is called.
    """
    rings = [(feature, list(_rings(feature["geometry"]))) for feature in features]
    every = [point for _feature, lines in rings for line in lines for point in line]
    if not every:
        return sheet(20, [words(WIDTH / 2, 14, blank, anchor="middle")])
    lons, lats = [point[0] for point in every], [point[1] for point in every]
    project = albers(min(lons), min(lats), max(lons), max(lats))
    placed = [project(*point[:2]) for point in every]
    low_x, low_y = min(x for x, _y in placed), min(y for _x, y in placed)
    wide, high = max(x for x, _y in placed) - low_x, max(y for _x, y in placed) - low_y
    scale = min((WIDTH - 4) / wide, tallest / high)
    left = (WIDTH - wide * scale) / 2

    def at(point: Sequence[float]) -> Point:
        x, y = project(point[0], point[1])
        return left + (x - low_x) * scale, 2 + (y - low_y) * scale

    shapes, texts = [], []
    for feature, lines in rings:
        shapes.append(_shape(feature, [[at(p) for p in line] for line in lines], values, limits, hidden))
        if names and feature["geometry"]["type"].endswith("Polygon"):
            texts.append(_name(feature["properties"]["name"], [[at(p) for p in line] for line in lines]))
    any_blank = any(_code(feature, values) is None and not _in(feature, hidden) for feature, _lines in rings)
    legend, bottom = _legend(
        2 + high * scale + 18, labels, blank if any_blank else "", hidden_label if hidden else ""
    )
    return sheet(bottom + 8, [HATCH, *shapes, *texts, *legend])


def _rings(geometry: Mapping[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    match geometry["type"]:
        case "LineString":
            yield geometry["coordinates"]
        case "Polygon" | "MultiLineString":
            yield from geometry["coordinates"]
        case _:
            for polygon in geometry["coordinates"]:
                yield from polygon


def _in(feature: Mapping[str, Any], codes: frozenset[str]) -> bool:
    return any(code in codes for code in feature["properties"]["codes"])


def _code(feature: Mapping[str, Any], values: Mapping[str, float]) -> str | None:
    return next((code for code in feature["properties"]["codes"] if code in values), None)


def _shape(
    feature: Mapping[str, Any],
    lines: Sequence[Sequence[Point]],
    values: Mapping[str, float],
    limits: Sequence[float],
    hidden: frozenset[str],
) -> str:
    closed = "Z" if feature["geometry"]["type"].endswith("Polygon") else ""
    path = "".join("M" + "L".join(_thin(line)) + closed for line in lines)
    code = _code(feature, values)
    colour = BLANK
    if not closed:
        colour = "none"
    elif _in(feature, hidden):
        colour = "url(#hidden)"
    elif code is not None:
        above = sum(values[code] > limit for limit in limits[1:-1])
        colour = SHADES[above]
    return (
        f'<path d="{path}" fill="{colour}" stroke="{EDGE}" stroke-width="0.5" stroke-linejoin="round" '
        'fill-rule="evenodd"/>'
    )


def _thin(line: Sequence[Point]) -> Iterator[str]:
    """The points that lie at least a third of a point from the one before."""
    last: Point | None = None
    for x, y in line:
        if last is None or abs(x - last[0]) + abs(y - last[1]) >= 0.35:
            last = x, y
            yield f"{x:.1f} {y:.1f}"


def _name(name: str, lines: Sequence[Sequence[Point]]) -> str:
    """The name within the largest ring, unless it would not fit in."""
    left, right, y = _chord(max(lines, key=lambda line: abs(_area(line))))
    if measure(name, 7) > (right - left) * 1.25:
        return ""
    x = (left + right) / 2
    halo = f'<g stroke="#FFFFFF" stroke-width="2" stroke-linejoin="round">{words(x, y + 2.5, name, 7, "middle")}</g>'
    return halo + words(x, y + 2.5, name, 7, "middle", INK)


def _chord(ring: Sequence[Point]) -> tuple[float, float, float]:
    """The longest of some horizontal lines inside the ring: left, right, height. So a bent area keeps its name."""
    low, high = min(y for _x, y in ring), max(y for _x, y in ring)
    found = [(0.0, 0.0, low)]
    for part in range(1, 10):
        y = low + (high - low) * part / 10
        cuts = sorted(
            ax + (bx - ax) * (y - ay) / (by - ay)
            for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)
            if (ay > y) != (by > y)
        )
        found += [(left, right, y) for left, right in zip(cuts[::2], cuts[1::2], strict=True)]
    return max(found, key=lambda chord: chord[1] - chord[0])


def _area(line: Sequence[Point]) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(line, [*line[1:], line[0]], strict=True)) / 2


def _legend(y: float, labels: Sequence[str], blank: str, hidden: str) -> tuple[list[str], float]:
    entries = [(SHADES[number], label) for number, label in enumerate(labels)]
    entries += [("url(#hidden)", hidden)] * bool(hidden) + [(BLANK, blank)] * bool(blank)
    parts, x = [], 6.0
    for colour, label in entries:
        length = 22 + measure(label, 8.5) + 14
        if x + length > WIDTH and x > 6:
            x, y = 6.0, y + 15
        parts += [
            box(x, y - 8, 16, 10, EDGE),
            box(x + 0.5, y - 7.5, 15, 9, colour),
            words(x + 20, y, label, 8.5),
        ]
        x += length
    return parts, y
