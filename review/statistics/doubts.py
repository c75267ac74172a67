"""What a detector says: a doubtful place in an object's forms, beside whom it was compared with, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Place(NamedTuple):
    """An item of an object's form. *row*: ``table/key``, or empty for an item of the sheet."""

    form: str
    sheet: int
    row: str
    item: str


@dataclass(frozen=True, slots=True)
class Peers:
    """The group a value was compared with. *group*: the classes its members share, as ``name=value``.

    *low*, *median*, *high*: the middle four fifths of the group (10th, 50th, 90th percentile of the ratio); *own*: the
    ratio of the object itself.
    """

    group: tuple[str, ...]
    count: int
    low: float
    median: float
    high: float
    own: float

    def as_json(self) -> dict[str, Any]:
        return {
            "group": list(self.group),
            "count": self.count,
            "low": self.low,
            "median": self.median,
            "high": self.high,
            "own": self.own,
        }


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubtful value.

    *rule*: the detector's number (``ST-…``), stable, part of a finding's identity. *chance*: how probable an error
    is, 0 to 1. *expected*: the value the peers suggest, in the item's own unit; None where nothing can be said.
    *others*: further items that took part.
    """

    object_id: Any
    rule: str
    place: Place
    chance: float
    zh: str
    en: str
    value: Any = None
    expected: float | None = None
    peers: Peers | None = None
    others: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
