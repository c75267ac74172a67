"""Names, scales and industries as the handbooks print them, and whether a reported one falls under them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

ANY_SCALE = ("", "所有规模", "各类")
TIMES = {None: 1.0, "万": 1e4, "亿": 1e8}
NUMBER = r"(\d+(?:\.\d+)?)(万|亿)?"


@cache
def fold(text: str) -> str:
    """One spelling: half width, one form of signs, no spaces, small letters."""
    text = unicodedata.normalize("NFKC", text)
    for printed, plain in (("≥", ">="), ("≤", "<="), ("—", "-"), ("–", "-")):
        text = text.replace(printed, plain)
    return "".join(text.split()).lower()


@cache
def together(cell: str) -> set[str]:
    """The names in one cell: 钢板、铝板 are two, with a note in brackets also without it."""
    cell = fold(cell)
    bare = re.sub(r"\(.*?\)", "", cell)
    names = {cell, bare, *re.split("[、,;+/()或]", cell), *re.split("[、,;+/或]", bare)}
    return names - {""}


@cache
def covers(printed: str, industry: str) -> bool:
    """Whether a code falls under ``33-37;431-434``: begins with a prefix, or lies between two."""
    for part in filter(None, printed.split(";")):
        first, _, last = part.partition("-")
        if first <= industry[: len(first)] <= (last or first):
            return True
    return False


@cache
def in_scale(printed: str, reported: str) -> bool:
    """Whether a reported class, or a capacity with its unit, falls under a printed class; ``a~b`` holds a, not b."""
    printed, reported = fold(printed), fold(reported)
    if printed in ANY_SCALE or printed == reported:
        return True
    given = re.fullmatch(NUMBER + r"([^\d<>=]*)", reported)
    if not given:
        return False
    amount, unit = float(given[1]) * TIMES[given[2]], _measure(given[3])
    if ends := re.match(NUMBER + "[~-]" + NUMBER + "(.*)", printed):
        low, high = float(ends[1]) * TIMES[ends[2] or ends[4]], float(ends[3]) * TIMES[ends[4]]
        return unit == _measure(ends[5]) and low <= amount < high
    bounds = re.findall("(>=|<=|>|<)" + NUMBER + "([^<>=]*)", printed)
    if not bounds or unit != _measure(bounds[-1][3]):
        return False
    compare = {">=": float.__ge__, "<=": float.__le__, ">": float.__gt__, "<": float.__lt__}
    return all(compare[sign](amount, float(n) * TIMES[many or None]) for sign, n, many, _ in bounds)


def _measure(text: str) -> str:
    return re.sub("[-·每且/]|一档", "", text)
