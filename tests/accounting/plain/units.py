"""Units as they are printed and filled in: the number that makes coefficient × activity an amount in kg or m3."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from math import nan

from tests.accounting.plain.facts import pollutants

SIMPLE = {
    "t": (1e3, "mass"), "kg": (1, "mass"), "g": (1e-3, "mass"), "mg": (1e-6, "mass"),
    "m3": (1, "volume"), "Nm3": (1, "volume"), "L": (1e-3, "volume"), "kL": (1, "volume"),
    "m2": (1, "area"), "ha": (1e4, "area"), "mu": (1e4 / 15, "area"), "km": (1e3, "length"), "m": (1, "length"),
    "h": (1, "time"), "d": (24, "time"), "yr": (8766, "time"), "a": (8766, "time"), "kWh": (3.6e6, "energy"),
    "kW": (1, "power"), "head": (1, "head"), "cap": (1, "person"), "vehicle": (1, "vehicle"),
    "%": (1e-2, ""), "-": (1, ""), "1": (1, ""), "multiplier": (1, ""),
}  # fmt: skip
CHINESE = {
    "吨": "t", "千克": "kg", "公斤": "kg", "克": "g", "立方米": "m3", "标立方米": "m3", "方": "m3", "升": "L",
    "千升": "kL", "平方米": "m2", "公顷": "ha", "亩": "mu", "头": "head", "羽": "head", "只": "head", "人": "cap",
    "小时": "h", "天": "d", "年": "yr", "公里": "km", "辆": "vehicle", "度": "kWh", "千瓦时": "kWh",
}  # fmt: skip
COUNTS = {"1e4": 1e4, "10^4": 1e4, "万": 1e4, "亿": 1e8}
SUBSTANCE = re.compile(
    r"-(?!off|standard|brick)[A-Za-z]+| (?:of )?(?:coal|fuel|diesel|product|throughput|manure|straw)"
)


@cache
def read(text: str) -> tuple[float, Counter] | None:
    """(number of base units, dimension -> power) of a unit; None for one that is not known."""
    text = "%" if text.startswith("%") else SUBSTANCE.sub("", text.strip())
    over, _, under = text.partition("/")
    number, powers = 1.0, Counter()
    for part, power in ((over, 1), (under, -1)):
        for word in re.split("[·*/]", part.strip("()")) if part else ():
            one = _simple(word.strip())
            if one is None:
                return None
            number *= one[0] ** power
            powers[one[1]] += power
    del powers[""]
    return (number, Counter({name: power for name, power in powers.items() if power})) if text else None


def _simple(word: str) -> tuple[float, str] | None:
    for printed, count in COUNTS.items():
        if word.startswith(printed):
            inner = _simple(word.removeprefix(printed).removeprefix("-"))
            return inner and (inner[0] * count, inner[1])
    return SIMPLE.get(CHINESE.get(word, word))


@cache
def product(coefficient: str, activity: str, pollutant: str) -> float:
    """What coefficient × activity is multiplied with to be in the unit of the pollutant; NaN when they do not fit."""
    parts = read(coefficient), read(activity), read(pollutants()[pollutant]["base"])
    if None in parts:
        return nan
    (a, of_a), (b, of_b), (c, of_c) = parts
    have = Counter(of_a)
    have.update(of_b)
    if {name: power for name, power in have.items() if power} != dict(of_c):
        return nan
    return a * b / c
