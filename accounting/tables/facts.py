"""The facts a table is summed from: small frames, the sums over them, and how they add up to the region above. Pure.

A frame has a row for every combination of its classes (region, category, pollutant …; see queries.py) and number
columns. A condition names a class column: a value, a list (any of), or ``name!`` (none of).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from census.places import regions

FactKey = tuple[Any, ...]
Frames = Mapping[FactKey, pd.DataFrame]
Conditions = Mapping[str, Any]

CHILD_WIDTH = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12, 12: 12}
CLASSES = {
    "region", "category", "kind", "industry", "operating", "source", "subject", "medium", "pollutant", "method",
    "by", "group", "series",
}  # fmt: skip
REFERENCE = ("reference",)  # published figures belong to one region and are never added up


class Facts:
    """The frames of one region, by key. Conditions that were asked once are answered from memory."""

    def __init__(self, frames: Frames) -> None:
        self.frames = frames
        self._codes: dict[tuple[FactKey, str], tuple[np.ndarray, pd.Index]] = {}
        self._masks: dict[tuple[FactKey, str, Any], np.ndarray | None] = {}
        self._chosen: dict[tuple[Any, ...], np.ndarray] = {}
        self._values: dict[tuple[FactKey, str], np.ndarray] = {}

    def classes(self, column: str, keys: Iterable[FactKey]) -> list[str]:
        """All classes named *column* in the frames of *keys*, sorted, without blanks."""
        held = [key for key in keys if key in self.frames and column in self.frames[key].columns]
        return sorted({code for key in held for code in self._coded(key, column)[1] if code})

    def total(self, key: FactKey, measure: str, where: Conditions, also: Conditions) -> float | None:
        """Sum of *measure* over the rows that satisfy *where* and *also*; None where nothing contributes.

        A condition on an absent column matches nothing. *where* is what many cells share, *also* the rest.
        """
        frame = self.frames.get(key)
        if frame is None or frame.empty or measure not in frame.columns:
            return None
        found = self._rows(key, where)
        for name, wanted in also.items():
            mask = self._mask(key, name, wanted)
            if mask is None:
                return None
            found = found[mask[found]]
        numbers = self._numbers(key, measure)[found]
        numbers = numbers[~np.isnan(numbers)]
        return float(numbers.sum()) if numbers.size else None

    def _rows(self, key: FactKey, where: Conditions) -> np.ndarray:
        known = (key, *((name, _frozen(wanted)) for name, wanted in sorted(where.items())))
        if known not in self._chosen:
            masks = [self._mask(key, name, wanted) for name, wanted in where.items()]
            if any(mask is None for mask in masks):
                self._chosen[known] = np.zeros(0, int)
            else:
                every = np.ones(len(self.frames[key]), bool)
                self._chosen[known] = np.flatnonzero(np.logical_and.reduce([every, *masks]))
        return self._chosen[known]

    def _mask(self, key: FactKey, name: str, wanted: Any) -> np.ndarray | None:
        known = (key, name, _frozen(wanted))
        if known not in self._masks:
            column = name.removesuffix("!")
            if column not in self.frames[key].columns:
                self._masks[known] = None
            else:
                codes, classes = self._coded(key, column)
                found = np.append(classes.isin(known[2]), False)[codes]  # a blank has code -1: the last one
                self._masks[known] = ~found if name.endswith("!") else found
        return self._masks[known]

    def _coded(self, key: FactKey, column: str) -> tuple[np.ndarray, pd.Index]:
        if (key, column) not in self._codes:
            self._codes[key, column] = pd.factorize(self.frames[key][column])
        return self._codes[key, column]

    def _numbers(self, key: FactKey, measure: str) -> np.ndarray:
        if (key, measure) not in self._values:
            self._values[key, measure] = self.frames[key][measure].to_numpy(float)
        return self._values[key, measure]


def _frozen(wanted: Any) -> tuple[Any, ...]:
    return tuple(wanted) if isinstance(wanted, list | tuple) else (wanted,)


def child_of(code: str, region: str) -> str:
    """The child of *region* that the division *code* lies in, or *region* itself for its own rows."""
    return code[: CHILD_WIDTH[len(regions.prefix(region))]].ljust(12, "0")


def own_bounds(region: str) -> tuple[str, str]:
    """From and to (see regions.bounds) of the rows that a table of *region* shows as its own."""
    low = region[: CHILD_WIDTH[len(regions.prefix(region))]]
    return low, low + "~"


def lifted(frames: Frames, region: str) -> dict[FactKey, pd.DataFrame]:
    """The frames of a place, grouped by the children of *region*, which lies above it."""
    return {
        key: grouped(frame.assign(region=[child_of(code, region) for code in frame["region"]]))
        for key, frame in frames.items()
        if key != REFERENCE
    }


def added(parts: Sequence[Frames]) -> dict[FactKey, pd.DataFrame]:
    """The frames of several places in one, each combination of classes once."""
    keys = {key for part in parts for key in part if key != REFERENCE}
    return {key: grouped(pd.concat(_filled([part[key] for part in parts if key in part]))) for key in keys}


def _filled(frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    return [frame for frame in frames if not frame.empty] or frames[:1]


def grouped(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for every combination of classes; a number stays blank when all its parts are."""
    classes = [name for name in frame.columns if name in CLASSES]
    if frame.empty or not frame.duplicated(classes).any():
        return frame.reset_index(drop=True)
    return frame.groupby(classes, dropna=False, sort=False, as_index=False).sum(min_count=1)


def upward(
    places: Iterable[str], read: Callable[[str], dict[FactKey, pd.DataFrame]]
) -> Iterator[tuple[str, dict[FactKey, pd.DataFrame]]]:
    """Yield every place with its frames, those below before those above; each row of the database is read once.

    *read* gives the frames of a place's own rows: all of a county, and what a city, province or the nation holds
    itself. What lies below is added to it.
    """
    open_: list[tuple[str, list[Frames]]] = []
    every = set(places)

    def close() -> tuple[str, dict[FactKey, pd.DataFrame]]:
        place, below = open_.pop()
        own = read(place)
        frames = {**own, **added([own, *below])} if below else own
        if open_:
            open_[-1][1].append(lifted(frames, open_[-1][0]))
        return place, frames

    for place in sorted(every):  # a region stands before everything below it
        while open_ and not regions.contains(open_[-1][0], place):
            yield close()
        open_.append((place, []))
    while open_:
        yield close()
