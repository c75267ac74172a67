"""What the forms of a county add up to, for the comparisons: set-wise, on the columns of a run. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from census.places import regions
from review.comparisons.spec import Comparison, Part
from sources.language.columns import evaluate
from sources.language.tables import Axis, Dataset

Totals = dict[str, list[float | None]]  # number -> [census, other], None for a blank


def numbers_of(data: Dataset, part: Part) -> tuple[np.ndarray, np.ndarray]:
    """The number of each sheet of the part's form (NaN for a blank), and the places of their objects."""
    axis = Axis.of_sheets(data, part.form)
    return evaluate(data, part.node, axis), axis.objects


def totals(data: Dataset, wanted: Iterable[Comparison], own: np.ndarray) -> Totals:
    """What all sheets of objects that are *own* (a mask by object) add up to; a side without any number is blank."""
    kept: dict[tuple[str, str], float | None] = {}

    def total(parts: tuple[Part, ...]) -> float | None:
        for part in parts:
            if (part.form, part.text) not in kept:
                values, objects = numbers_of(data, part)
                values = values[own[objects] & ~np.isnan(values)]
                kept[part.form, part.text] = float(values.sum()) if len(values) else None
        return _added(kept[part.form, part.text] for part in parts)

    return {one.number: [total(one.census), total(one.other)] for one in wanted}


def by_place(shards: Mapping[str, Totals], level: int) -> dict[str, Totals]:
    """Totals of shards (counties, and cities with what hangs on themselves) added up to the places of *level*."""
    parts: dict[str, list[Totals]] = {}
    for shard, found in shards.items():
        if regions.level(shard) >= level:
            parts.setdefault(regions.at_level(shard, level), []).append(found)
    return {
        place: {
            number: [_added(one[number][side] for one in some if number in one) for side in (0, 1)]
            for number in {number for one in some for number in one}
        }
        for place, some in parts.items()
    }


def _added(values: Iterable[Any]) -> float | None:
    filled = [value for value in values if value is not None]
    return sum(filled) if filled else None
