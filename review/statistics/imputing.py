"""What probably stands where nothing usable does: a blank figure, or a code that does not exist.

A figure by ratio imputation (De Waal, Pannekoek and Scholtus 2011, ch. 7): each ratio that ties it to a filled item is
set to the median of the peers, and the median of what these say is taken. A code by the commonest one of the form.
Only for weighing how much an error may be worth and for showing beside it: nobody's answer is filled in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from review.statistics.columns import Columns
from review.statistics.doubts import Place
from review.statistics.ratios import Compared
from sources.forms.catalogue import load
from sources.forms.model import NUMERIC


def as_typed(place: Place, value: float) -> float:
    """*value* with the decimals the form takes at *place*, unless nothing were left of it; no other items than numbers
    (a position, a code) are touched."""
    indicator = load().forms[place.form].indicators.get(place.item)
    if indicator is None or indicator.type not in NUMERIC:
        return value
    return round(value, indicator.decimals or 0) or value


class Imputer:
    """Expected values for places of an area. *held*: the ratios of its objects, as compared."""

    def __init__(self, columns: Columns, held: Sequence[Compared]) -> None:
        self.columns, self.held = columns, held
        self.common: dict[tuple[str, str, str], Any] = {}

    def expected(self, number: int, place: Place) -> Any:
        """The value probable at *place* of the object at position *number*; None where nothing can be said."""
        indicator = load().forms[place.form].indicators.get(place.item)
        if indicator is None:
            return None
        if indicator.type == "choice":
            return self._commonest(place, {choice.code for choice in indicator.choices})
        if indicator.type not in NUMERIC:
            return None
        said = list(self._said(number, place))
        if not said:
            return None
        return as_typed(place, float(f"{10 ** float(np.median(said)):.4g}"))

    def _said(self, number: int, place: Place) -> Iterator[float]:
        """log10 of what each ratio makes of it."""
        path = (place.form, place.row.partition("/")[0], place.item)
        for one in self.held:
            if path not in (one.ratio.of, one.ratio.by):
                continue
            for position in np.flatnonzero(one.table.owner == number).tolist():
                beside = int(one.beside[position])
                if beside < 0:
                    continue
                places = (
                    one.table.place(position, one.ratio.of[2]),
                    one.other.place(beside, one.ratio.by[2]),
                )
                values = (
                    one.table.records[position].get(one.ratio.of[2]),
                    one.other.records[beside].get(one.ratio.by[2]),
                )
                for own, known, sign in ((0, 1, 1), (1, 0, -1)):
                    value = values[known]
                    if places[own] != place or type(value) not in (int, float) or value <= 0:
                        continue
                    if (median := one.where.median(position)) is not None:
                        yield float(np.log10(value)) + sign * median

    def _commonest(self, place: Place, codes: set[str]) -> Any:
        table = place.row.partition("/")[0]
        key = (place.form, table, place.item)
        if key not in self.common:
            found = Counter(self.columns.table(place.form, table).texts(place.item))
            self.common[key] = next((code for code, _count in found.most_common() if code in codes), None)
        return self.common[key]
