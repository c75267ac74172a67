"""Scale classes as printed in the handbooks: half-open intervals, or a text that must match. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from .shape import ANY_SCALE

_NUMBER = r"(?P<{0}>\d+(?:\.\d+)?)\s*(?P<{1}>万|亿)?"
_RANGE = re.compile(
    rf"^{_NUMBER.format('low', 'lowm')}\s*[~-]\s*{_NUMBER.format('high', 'highm')}\s*(?P<unit>.*)$"
)
_BOUND = re.compile(r"(?P<sign>>=|<=|>|<)\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<many>万|亿)?(?P<unit>[^<>=]*)")
_PLAIN = re.compile(rf"^{_NUMBER.format('number', 'many')}\s*(?P<unit>[^\d<>=]*)$")
_MULTIPLE = {None: 1.0, "万": 1e4, "亿": 1e8}


def fold(text: str) -> str:
    """Text for comparison: full width to half width, one form of signs and brackets, no spaces."""
    text = unicodedata.normalize("NFKC", text or "")
    for old, new in (("≥", ">="), ("≤", "<="), ("～", "~"), ("—", "-"), ("–", "-")):
        text = text.replace(old, new)
    return "".join(text.split()).lower()


@dataclass(frozen=True, slots=True)
class Interval:
    """From ``low`` to ``high`` in ``unit``; an open end is infinite."""

    unit: str
    low: float = float("-inf")
    low_in: bool = True
    high: float = float("inf")
    high_in: bool = False

    def holds(self, number: float) -> bool:
        """True when the number lies inside."""
        above = number >= self.low if self.low_in else number > self.low
        below = number <= self.high if self.high_in else number < self.high
        return above and below


@lru_cache(maxsize=4096)
def parse(text: str) -> Interval | None:
    """The interval a scale class prints, or None when it prints none. ``a~b`` holds a and not b."""
    text = fold(text)
    if found := _RANGE.match(text):
        # A multiple printed once, "10~50万", belongs to both ends.
        high_many = _MULTIPLE[found["highm"]]
        low_many = _MULTIPLE[found["lowm"]] if found["lowm"] else high_many
        return Interval(
            _unit(found["unit"]),
            float(found["low"]) * low_many,
            True,
            float(found["high"]) * high_many,
            False,
        )
    bounds = list(_BOUND.finditer(text))
    if not bounds:
        return None
    low, low_in, high, high_in = float("-inf"), True, float("inf"), False
    for bound in bounds:
        number = float(bound["number"]) * _MULTIPLE[bound["many"]]
        if bound["sign"].startswith(">"):
            low, low_in = number, bound["sign"] == ">="
        else:
            high, high_in = number, bound["sign"] == "<="
    return Interval(_unit(bounds[-1]["unit"]), low, low_in, high, high_in)


def matches(printed: str, reported: str) -> bool:
    """True when a reported scale (a class text, or a number with its unit) falls under a printed class."""
    if fold(printed) in ANY_SCALE:
        return True
    if fold(printed) == fold(reported):
        return True
    interval, number = parse(printed), _PLAIN.match(fold(reported))
    if interval is None or number is None:
        return False
    return _unit(number["unit"]) == interval.unit and interval.holds(
        float(number["number"]) * _MULTIPLE[number["many"]]
    )


def _unit(text: str) -> str:
    """The unit of a scale for comparison: connecting words and signs fall away."""
    return re.sub(r"[-·]|每|且|一档|/", "", text)
