"""Whether a monitored figure may count: the tests of validity.yaml, and which of several kinds goes first. Pure.

    verdict = judge(rows, pollutant="COD", medium="water", kind=kinds, strict=False)

A test is passed, failed or, where its fact is blank, not shown. What failed is refused with the name of the test.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from accounting.factors.shape import CONFIDENCES
from accounting.words import JOINT
from census import declarations

from .table import Column, Table

ACCEPT, UNPROVEN, REFUSE = "accept", "unproven", "refuse"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Test:
    """One test: what it is asked of, the fact, what passes, and what a blank fact means (see validity.yaml)."""

    __test__ = False  # not one of pytest's

    id: str
    name: str
    fact: str
    blank: str
    source: str
    confidence: str
    kinds: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    pollutants: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    at_least: float = np.nan
    above: float = np.nan

    def __post_init__(self) -> None:
        bounds = [bool(self.one_of), not np.isnan(self.at_least), not np.isnan(self.above)]
        if sum(bounds) != 1 or self.blank not in {ACCEPT, UNPROVEN, REFUSE} or not self.source:
            raise ValueError(f"validity.yaml: test {self.id} needs a source, one bound and a word for blanks")
        if self.confidence not in CONFIDENCES:
            raise ValueError(f"validity.yaml: test {self.id}: unknown confidence {self.confidence!r}")

    def asked_of(self, pollutant: str, medium: str) -> bool:
        """Whether the test concerns this pollutant in this medium."""
        return (not self.media or medium in self.media) and (
            not self.pollutants or pollutant in self.pollutants
        )

    def passed(self, values: np.ndarray) -> np.ndarray:
        """True where a known value passes."""
        if self.one_of:
            return np.isin(values.astype(str), self.one_of)
        return values >= self.at_least if np.isnan(self.above) else values > self.above

    def shown(self, value: object) -> str:
        """What a reader of a refusal sees: the test, and the figure beside its bound."""
        if self.one_of:
            return f"{self.name}: {value}" if self.fact == "kind" else self.name
        sign, bound = ("<", self.at_least) if np.isnan(self.above) else ("≤", self.above)
        if self.fact.endswith("_share"):
            return f"{self.name}: {value:.0%} {sign} {bound:.0%}"
        return f"{self.name}: {self.fact} {value:g} {sign} {bound:g}"


@dataclass(frozen=True)
class Verdict:
    """For each row the refusal (blank: it counts) and the names of the tests that are not shown, joined."""

    refused: np.ndarray
    unproven: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """True for the rows that count."""
        return self.refused == ""


@cache
def _data() -> dict:
    return declarations.read(Path(__file__).with_name("validity.yaml"))


@cache
def tests() -> tuple[Test, ...]:
    """The tests in the order in which they are asked."""
    return tuple(
        Test(**{name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()})
        for entry in _data()["tests"]
    )


@cache
def superseded() -> str:
    """What is said of a record beside which a better kind counts."""
    return _data()["order"]["name"]


def kinds(codes: Column | None, count: int) -> np.ndarray:
    """Kinds of monitoring from the codes of the form; ``codes`` None where the form does not ask."""
    if codes is None:
        return np.full(count, _data()["unasked"], dtype=object)
    return np.array([_data()["kinds"].get(code, UNKNOWN) for code in codes], dtype=object)


def judge(rows: Table, *, pollutant: str, medium: str, kind: np.ndarray, strict: bool) -> Verdict:
    """The verdict on each row for one pollutant. ``strict``: what is not shown does not count either.

    ``rows`` holds the facts as columns, numbers with NaN and texts with '' for blank; a fact that is no column is
    blank for all.
    """
    facts = {
        "kind": np.where(kind == UNKNOWN, "", kind),
        "pollutant": np.full(len(rows), pollutant, dtype=object),
    }
    refused, unproven = np.full(len(rows), "", dtype=object), np.full(len(rows), "", dtype=object)
    for test in tests():
        if not test.asked_of(pollutant, medium):
            continue
        asked = (refused == "") & (np.isin(kind.astype(str), test.kinds) if test.kinds else True)
        values = facts.get(test.fact)
        if values is None:
            values = rows[test.fact] if test.fact in rows else np.full(len(rows), "", dtype=object)
        blank = np.isnan(values) if values.dtype.kind == "f" else values == ""
        failed = asked & ~blank
        failed[failed] = ~test.passed(values[failed])
        for row in np.flatnonzero(failed):
            refused[row] = test.shown(values[row])
        missing = asked & blank
        if test.blank == REFUSE or (strict and test.blank == UNPROVEN):
            refused[missing] = test.name
        elif test.blank == UNPROVEN:
            unproven[missing] = [JOINT.join(filter(None, (said, test.name))) for said in unproven[missing]]
    return Verdict(refused, np.where(refused == "", unproven, ""))


def best_of(places: list[tuple], kind: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Rows that count and beside which no better kind counts at the same place."""
    order = {name: number for number, name in enumerate(_data()["order"]["kinds"])}
    rank = np.array([order.get(name, len(order)) for name in kind], dtype=np.int64)
    first: dict[tuple, int] = {}
    for row in np.flatnonzero(counts):
        first[places[row]] = min(first.get(places[row], len(order)), int(rank[row]))
    return counts & np.array([rank[row] == first.get(place) for row, place in enumerate(places)], dtype=bool)
