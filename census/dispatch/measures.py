"""What progress is measured by: a registry that the upper rooms fill in their apps' ``ready``.

A counter answers for several measures at once with one pass over its table. It runs as SQL over a whole area and
must see every row there, so the caller enters a scope without limits of category or district.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from census.access.scope import Scope

# (first nine digits of the division, measure code, how many there are, how many are done)
Count = tuple[str, str, int, int]
Counter = Callable[[Scope], Iterable[Count]]
HEAD = 9  # digits of a township: the finest place that is counted


@dataclass(frozen=True, slots=True)
class Measure:
    """One step of the work. *code* is permanent (``survey.submitted``); *label* and *unit* are lazy texts.

    *zh* and *unit_zh* are the Chinese words of the documents, which are Chinese whatever the reader's language.
    """

    code: str
    label: Any
    unit: Any
    zh: str
    unit_zh: str
    order: int


_measures: dict[str, Measure] = {}
_counters: dict[Counter, tuple[str, ...]] = {}


def register_measures(counter: Counter, *measures: Measure) -> None:
    """Register *measures*, all of which *counter* counts within the region of the scope it is given."""
    for measure in measures:
        if _measures.get(measure.code, measure) != measure:
            raise ValueError(f"two measures are called {measure.code!r}")
        _measures[measure.code] = measure
    _counters[counter] = tuple(measure.code for measure in measures)


def measures() -> list[Measure]:
    """All measures in the order of the work."""
    return sorted(_measures.values(), key=lambda measure: measure.order)


def measure_of(code: str) -> Measure | None:
    """The measure with this code, or None."""
    return _measures.get(code)


def count_all(scope: Scope) -> Iterable[Count]:
    """Every measure of every township (or what hangs on a county or city itself) in the scope's region."""
    for counter in _counters:
        yield from counter(scope)


def derived(tallied: set[Counter]) -> dict[Counter, tuple[str, ...]]:
    """The counters besides those of *tallied* with the measures of each: what no table of its own tells, counted anew
    now and then."""
    return {counter: codes for counter, codes in _counters.items() if counter not in tallied}
