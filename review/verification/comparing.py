"""Is a reported item right? Compared with what the verifiers found. Pure.

An item is wrong when it is missing, when a code or text differs, or when a number is off by more than the
tolerance; a difference with a document behind it is excused (quality-verification.md section 5).
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import Any

NUMERIC = frozenset({"integer", "decimal"})
POSITION = "position"
EARTH_M = 6_371_008.8

# what the verifiers say about an item: a value, there is nothing to report, or it cannot be told
VALUE, NOTHING, UNABLE = "value", "nothing", "unable"
HOWS = (VALUE, NOTHING, UNABLE)

# verdicts: right and within count as checked and right, the next three as wrong, "unable" is not counted
RIGHT, WITHIN, WRONG, MISSING, SURPLUS = "right", "within", "wrong", "missing", "surplus"
FAULTS = frozenset({WRONG, MISSING, SURPLUS})


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a number may be off (share of the verified value) and a position (metres)."""

    number: float = 0.10
    position_m: float = 100.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """*difference*: of numbers (reported - verified) / verified, of positions in metres, else None."""

    code: str
    difference: float | None = None


def compare(kind: str, reported: Any, how: str, verified: Any, tolerance: Tolerance) -> Verdict:
    """Judge a *reported* value of an item of type *kind* (None for a blank). Blank is not zero: a blank where
    zero was found is missing. ValueError for an unknown *how*, or a value said to be there that is blank."""
    if how not in HOWS or (how == VALUE and verified is None):
        raise ValueError(f"{how}: {verified!r}")
    if how == UNABLE:
        return Verdict(UNABLE)
    if how == NOTHING:
        return Verdict(RIGHT if reported is None else SURPLUS)
    if reported is None:
        return Verdict(MISSING)
    if kind in NUMERIC:
        return _numbers(float(reported), float(verified), tolerance.number)
    if kind == POSITION:
        metres = distance_m(reported, verified)
        return Verdict(RIGHT if metres == 0 else WITHIN if metres <= tolerance.position_m else WRONG, metres)
    return Verdict(RIGHT if plain(reported) == plain(verified) else WRONG)


def _numbers(reported: float, verified: float, tolerance: float) -> Verdict:
    if reported == verified:
        return Verdict(RIGHT, 0.0)
    if verified == 0:
        return Verdict(WRONG)
    off = (reported - verified) / abs(verified)
    # a value that lies on the limit in decimal writing is within it
    return Verdict(WITHIN if abs(off) <= tolerance * (1 + 1e-12) else WRONG, off)


def plain(value: Any) -> Any:
    """A text without differences of width, case and spaces; lists in order; other values as they are."""
    if isinstance(value, str):
        return "".join(unicodedata.normalize("NFKC", value).split()).casefold()
    if isinstance(value, list):
        return sorted(map(plain, value))
    return value


def distance_m(one: list[float], other: list[float]) -> float:
    """Great-circle distance of two positions [longitude, latitude] in degrees, in metres."""
    (lon1, lat1), (lon2, lat2) = (map(math.radians, place) for place in (one, other))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, half)))
