"""Many checks along one axis at once: those of one item that only look whether it is filled, in bounds, or of few
enough decimals (two of three checks of a form) are evaluated together, as one matrix of items and records.

The others go to `columns.evaluate` one by one; the answer is the same either way, check by check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from sources.language.columns import FALSE, evaluate
from sources.language.nodes import NUMBER, Node
from sources.language.tables import Axis, Dataset, Table


@dataclass(frozen=True)
class Bundle:
    """Checks of one axis, sorted by how they are evaluated. Each tuple is (place among the checks, what it takes)."""

    filled: tuple[tuple[int, str], ...]
    fits: tuple[tuple[int, str, float], ...]  # the power of ten of the decimals
    between: tuple[tuple[int, str, float, float], ...]
    others: tuple[tuple[int, Node], ...]

    @classmethod
    def of(cls, nodes: Sequence[Node]) -> Bundle:
        """The trees of checks along one axis, in their order."""
        filled, fits, between, others = [], [], [], []
        for place, node in enumerate(nodes):
            item = node.args[0] if node.op in ("filled", "fits", "between") else None
            if not isinstance(item, Node) or item.op not in ("own", "row"):
                others.append((place, node))
            elif node.op == "filled":
                filled.append((place, item.args[0]))
            elif node.op == "fits":
                fits.append((place, item.args[0], 10.0 ** node.args[1]))
            elif item.type == NUMBER:
                low, high = (
                    inf * sign if end is None else end
                    for end, sign in zip(node.args[1:], (-1, 1), strict=True)
                )
                between.append((place, item.args[0], low, high))
            else:
                others.append((place, node))
        return cls(tuple(filled), tuple(fits), tuple(between), tuple(others))

    def failing(self, data: Dataset, axis: Axis, area_digits: int = 6) -> dict[int, np.ndarray]:
        """Place of a check -> where along *axis* it is definitely false, for the checks that fail at all."""
        if not axis.size:
            return {}
        table = data.sheet(axis.form) if axis.section is None else data.rows(axis.form, axis.section)
        found = dict(self._together(table))
        for place, node in self.others:
            (failing,) = (evaluate(data, node, axis, area_digits) == FALSE).nonzero()
            if len(failing):
                found[place] = failing
        return found

    def _together(self, table: Table) -> Iterator[tuple[int, np.ndarray]]:
        for place, key in self.filled:
            filled = table.filled(key)
            if not filled.all():
                yield place, (~filled).nonzero()[0]
        if self.fits:
            places, keys, scales = zip(*self.fits, strict=True)
            values, scale = table.matrix(keys), np.array(scales)[:, None]
            yield from _bad(places, (np.rint(values * scale) / scale != values) & ~np.isnan(values))
        if self.between:
            places, keys, lows, highs = zip(*self.between, strict=True)
            values = table.matrix(keys)
            yield from _bad(places, (values < np.array(lows)[:, None]) | (values > np.array(highs)[:, None]))


def _bad(places: Sequence[int], wrong: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    for at in wrong.any(axis=1).nonzero()[0].tolist():
        yield places[at], wrong[at].nonzero()[0]
