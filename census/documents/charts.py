"""Drawings for documents as SVG text: bars, parts of a whole, shares side by side, a Lorenz curve. Pure.

Widths are in points of the finished page (the text of a page is 442 pt wide). Words keep the document's type face.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

WIDTH = 442.0
FACE = "Noto Serif SC"
INK, PALE = "#222222", "#B8BEC4"
COLOURS = ("#1F5F8B", "#4C9A6A", "#E0A33A", "#B5533C", "#6B5B95", "#7F8C8D", "#2A9D8F", "#A8763E")


def measure(text: str, size: float) -> float:
    """About how wide *text* is: Chinese letters are square, Latin ones a little over half as wide."""
    return sum(size if ord(letter) > 0x2E80 else size * 0.56 for letter in text)


def words(x: float, y: float, text: str, size: float = 9, anchor: str = "start", colour: str = INK) -> str:
    """A line of text whose base line is at *y*."""
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-family="{FACE}" font-size="{size}" text-anchor="{anchor}" '
        f'fill="{colour}">{escape(text)}</text>'
    )


def box(x: float, y: float, width: float, height: float, colour: str) -> str:
    return (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(width, 0):.2f}" height="{height:.2f}" fill="{colour}"/>'
    )


def sheet(height: float, parts: Sequence[str], width: float = WIDTH) -> str:
    """The drawing around its *parts*."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.2f} {height:.2f}" '
        f'width="{width:.2f}" height="{height:.2f}">{"".join(parts)}</svg>'
    )


def bars(rows: Sequence[tuple[str, float, str]]) -> str:
    """Horizontal bars. Each row: label, value, the value as printed. Values are not negative."""
    step, thick = 19.0, 12.0
    left = max((measure(label, 9) for label, _value, _text in rows), default=0) + 8
    right = max((measure(text, 9) for _label, _value, text in rows), default=0) + 8
    longest = max((value for _label, value, _text in rows), default=0) or 1
    parts = []
    for number, (label, value, text) in enumerate(rows):
        y = number * step + 4
        length = (WIDTH - left - right) * value / longest
        parts += [
            words(left - 6, y + 9.5, label, anchor="end"),
            box(left, y, length, thick, COLOURS[0]),
            words(left + length + 5, y + 9.5, text),
        ]
    base = f'<path d="M{left:.2f} 0V{len(rows) * step + 2:.2f}" stroke="{PALE}" stroke-width="0.8"/>'
    return sheet(len(rows) * step + 4, [*parts, base])


def pie(rows: Sequence[tuple[str, float, str]]) -> str:
    """Parts of a whole as a ring with a legend: label, value, the share as printed. Parts of zero are left out."""
    shown = [row for row in rows if row[1] > 0]
    whole = sum(value for _label, value, _text in shown) or 1
    radius, inner, centre = 74.0, 40.0, 82.0
    parts, angle = [], -math.pi / 2
    for number, (_label, value, _text) in enumerate(shown):
        turn = min(2 * math.pi * value / whole, 2 * math.pi - 1e-4)
        parts.append(_slice(centre, radius, inner, angle, angle + turn, COLOURS[number % len(COLOURS)]))
        angle += turn
    top = centre - len(shown) * 9 + 9
    for number, (label, _value, text) in enumerate(shown):
        y = top + number * 18
        parts += [
            box(220, y - 8, 10, 10, COLOURS[number % len(COLOURS)]),
            words(236, y, label, 9.5),
            words(WIDTH - 10, y, text, 9.5, "end"),
        ]
    return sheet(2 * centre, parts)


def _slice(centre: float, radius: float, inner: float, start: float, end: float, colour: str) -> str:
    large = int(end - start > math.pi)
    points = [(r * math.cos(a) + centre, r * math.sin(a) + centre)
              for r, a in ((radius, start), (radius, end), (inner, end), (inner, start))]  # fmt: skip
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points
    return (
        f'<path d="M{ax:.2f} {ay:.2f}A{radius} {radius} 0 {large} 1 {bx:.2f} {by:.2f}L{cx:.2f} {cy:.2f}'
        f'A{inner} {inner} 0 {large} 0 {dx:.2f} {dy:.2f}Z" fill="{colour}" stroke="#FFFFFF" stroke-width="1"/>'
    )


def shares(rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str]) -> str:
    """One full bar a row, cut into the shares of its parts; *names* of the parts make the legend.

    A share of at least 6 % carries its number. A row without any amount shows an empty bar.
    """
    step, thick = 24.0, 16.0
    left = max((measure(label, 9) for label, _values in rows), default=0) + 10
    wide = WIDTH - left - 6
    parts: list[str] = []
    for number, (label, values) in enumerate(rows):
        y, x, whole = number * step + 2, left, sum(values)
        parts.append(words(left - 7, y + 11.5, label, anchor="end"))
        if not whole:
            parts.append(
                f'<rect x="{left:.2f}" y="{y}" width="{wide:.2f}" height="{thick}" fill="none" stroke="{PALE}"/>'
            )
        for place, value in enumerate(values):
            length = wide * value / whole if whole else 0
            parts.append(box(x, y, length, thick, COLOURS[place % len(COLOURS)]))
            if whole and value / whole >= 0.06:
                text = f"{100 * value / whole:.0f}%"
                parts.append(words(x + length / 2, y + 11.5, text, 8, "middle", "#FFFFFF"))
            x += length
    y, x = len(rows) * step + 12, left
    for place, name in enumerate(names):
        length = measure(name, 9) + 28
        if x + length > WIDTH and x > left:
            x, y = left, y + 15
        parts += [box(x, y - 8, 10, 10, COLOURS[place % len(COLOURS)]), words(x + 14, y, name)]
        x += length
    return sheet(y + 6, parts)


def lorenz(points: Sequence[tuple[float, float]], across: str, up: str) -> str:
    """Cumulated share *up* (0..1) over cumulated share *across* of the contributors, beside the even line."""
    side, left, top = 210.0, 130.0, 6.0
    place = [(left + side * x, top + side * (1 - y)) for x, y in points]
    line = "L".join(f"{x:.2f} {y:.2f}" for x, y in place)
    parts = [
        f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="{PALE}"/>',
        f'<path d="M{left} {top + side}L{left + side} {top}" stroke="{PALE}" stroke-dasharray="3 3"/>',
        f'<path d="M{line}" fill="none" stroke="{COLOURS[0]}" stroke-width="1.6"/>' if place else "",
        words(left + side / 2, top + side + 26, across, anchor="middle"),
        words(left - 34, top + side / 2, up, anchor="end"),
    ]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        parts += [
            words(left + side * tick, top + side + 12, f"{tick:.0%}", 8, "middle"),
            words(left - 5, top + side * (1 - tick) + 3, f"{tick:.0%}", 8, "end"),
        ]
    return sheet(top + side + 32, parts)
