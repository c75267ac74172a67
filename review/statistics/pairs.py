"""Two items in each other's place, and values that another source of the same object contradicts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from census import declarations
from review.statistics.columns import Columns
from review.statistics.doubts import Doubt
from review.statistics.peers import standing
from review.statistics.ratios import FAR, LEAST, Ratio, ladder_of, parts_of

SWAPPED, CHANGED = "ST-SWAP", "ST-CHANGE"
LIKELY_AGAIN = 2.5  # spreads within which the ratio lies once the two are exchanged


@dataclass(frozen=True, slots=True)
class Reference:
    """The same quantity elsewhere; more than *within* times apart is a sudden change."""

    of: tuple[str, str, str]
    other: tuple[str, str, str]
    within: float


@cache
def _file() -> tuple[tuple[Ratio, ...], tuple[Reference, ...]]:
    data = declarations.read(Path(__file__).parent / "pairs.yaml")
    swaps = tuple(Ratio(*map(parts_of, row["items"]), tuple(row.get("alike", ()))) for row in data["swapped"])
    references = tuple(
        Reference(parts_of(row["of"]), parts_of(row["other"]), float(row["within"]))
        for row in data["references"]
    )
    return swaps, references


def detect(columns: Columns) -> Iterator[Doubt]:
    """Swapped items (``ST-SWAP``) and sudden changes against another source (``ST-CHANGE``)."""
    swaps, references = _file()
    for pair in swaps:
        yield from _swapped(columns, pair)
    for reference in references:
        yield from _changed(columns, reference)


def _swapped(columns: Columns, pair: Ratio) -> Iterator[Doubt]:
    """A ratio far from its peers that would lie among them upside down, each value being fit for the other's place."""
    table = columns.table(*pair.of[:2])
    if not len(table):
        return
    one, other = pair.of[2], pair.by[2]
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = np.log10(table.numbers(one)), np.log10(table.numbers(other))
        usable = np.isfinite(first) & np.isfinite(second)
        ratio = np.where(usable, first - second, np.nan)
    where = standing(ratio, ladder_of(columns, table, pair))
    median = ratio - where.deviation
    exchanged = np.abs(-ratio - median) / where.spread
    levels = [standing(np.where(usable, v, np.nan), ladder_of(columns, table, pair)) for v in (first, second)]
    places = np.maximum(  # the first value in the second's place, and the other way round
        np.abs(second - (first - levels[0].deviation)) / levels[0].spread,
        np.abs(first - (second - levels[1].deviation)) / levels[1].spread,
    )
    failing = (
        (np.abs(where.deviation) > np.maximum(FAR * where.spread, LEAST))
        & (exchanged < LIKELY_AGAIN)
        & (places < LIKELY_AGAIN)
    )
    for position in np.flatnonzero(failing).tolist():
        record = table.records[position]
        zh = "两项疑似互填：交换后与同类一致"
        en = "The two items look exchanged: the other way round they are like their peers"
        yield Doubt(
            *(columns.ids[int(table.owner[position])], SWAPPED, table.place(position, one), 0.85, zh, en),
            value=record.get(one),
            expected=float(record[other]),
            peers=where.peers(position),
            others=(other,),
        )


def _changed(columns: Columns, reference: Reference) -> Iterator[Doubt]:
    table, other = columns.table(*reference.of[:2]), columns.table(*reference.other[:2])
    theirs = other.numbers(reference.other[2])
    for position, value in enumerate(table.numbers(reference.of[2]).tolist()):
        at = other.single.get(int(table.owner[position]))
        if at is None or not (value > 0 and theirs[at] > 0):
            continue
        times = max(value / theirs[at], theirs[at] / value)
        if times <= reference.within:
            continue
        known = float(theirs[at])
        zh = f"与 {reference.other[0]} 表所填 {known:,.10g} 相差 {times:,.1f} 倍"
        en = f"{times:,.1f} times apart from {known:,.10g} on form {reference.other[0]}"
        yield Doubt(
            *(
                columns.ids[int(table.owner[position])],
                CHANGED,
                table.place(position, reference.of[2]),
                0.6,
                zh,
                en,
            ),
            value=value,
            expected=known,
            others=(reference.other[2],),
        )
