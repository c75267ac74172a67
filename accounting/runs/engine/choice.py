"""Which of several methods counts, and where industrial waste water goes. Pure; no database."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from accounting.methods.monitoring import outlet_only as behind_outlet

from .context import Context
from .table import Table

MONITORED, DECLARED, DERIVED, BALANCED = 0, 1, 2, 3
"""Ranks of the methods, best first. A material balance counts only where nothing else gives the pollutant."""
INDIRECT = frozenset({"E", "L", "H"})
"""Drainage destinations (codelist drainage_destination) that go to a plant or another unit first."""


@dataclass(slots=True)
class _Figure:
    """What one method says of one outlet: its lines of a form and outlet, added up.

    ``unknown``: 0 all of it is known, 1 a part, 2 nothing.
    """

    rank: int
    origin: str
    outlet: str
    rows: list[int]
    unknown: int = 0
    place: int = 0

    def covers(self, worse: "_Figure") -> bool:
        """Whether this tells of what a worse method tells of: same form or this for all forms, same outlet or either
        unnamed."""
        if self.origin == worse.origin:
            return self.outlet == worse.outlet or not self.outlet or not worse.outlet
        return not self.origin and (self.outlet == worse.outlet or not self.outlet)

    def beside(self, other: "_Figure") -> bool:
        """Whether the two are different methods for the same."""
        if self.rank == other.rank:
            return False
        return self.covers(other) if self.rank < other.rank else other.covers(self)


_rank, _turn = attrgetter("rank"), attrgetter("unknown", "rank")


def choose(lines: Table) -> Table:
    """Mark which of the methods that tell of the same counts (``chosen``), and number what they tell of (``place``).

    The better method goes first; but one whose discharge is known goes before one where a part of it is unknown, and
    this before one where nothing is known. One after the other, a figure counts unless one that counts already tells
    of the same. ``place``: from 1 within object, medium and pollutant; 0: one method only.
    """
    chosen, place = np.ones(len(lines), dtype=bool), np.zeros(len(lines), dtype=np.int64)
    for figures in _several(lines):
        counting: list[_Figure] = []
        for one in sorted(figures, key=_turn):
            if any(map(one.beside, counting)):
                chosen[one.rows] = False
            else:
                counting.append(one)
        if len(counting) < len(figures):
            _number(figures)
            for one in figures:
                place[one.rows] = one.place
    return lines.assign(chosen=chosen, place=place)


def _several(lines: Table) -> Iterator[list[_Figure]]:
    """The figures of each object, medium and pollutant that several methods tell of, better methods first."""
    ranks, origins, outlets = (lines[name].tolist() for name in ("rank", "origin", "outlet"))
    blank = np.isnan(lines["discharged"]).tolist()
    subjects: dict[tuple, list[int]] = {}
    for row, subject in enumerate(lines.keys(["object", "medium", "pollutant"])):
        subjects.setdefault(subject, []).append(row)
    for rows in subjects.values():
        if len({ranks[row] for row in rows}) < 2:
            continue
        figures: dict[tuple, _Figure] = {}
        for row in rows:
            key = (ranks[row], origins[row], outlets[row])
            if key not in figures:
                figures[key] = _Figure(*key, [])
            figures[key].rows.append(row)
        for one in figures.values():
            known = {not blank[row] for row in one.rows}
            one.unknown = 1 if len(known) > 1 else 0 if True in known else 2
        yield sorted(figures.values(), key=_rank)


def _number(figures: list[_Figure]) -> None:
    """Number the places: figures of different methods that tell of the same, directly or through others, share one.

    All methods of a place tell of the same outlets or boilers, so their sums can be compared.
    """
    number = 0
    for position, one in enumerate(figures):
        others = [other for other in figures[:position] if other.beside(one)]
        if not others:
            continue
        joined = {other.place for other in others if other.place}
        if not joined:
            number += 1
            joined = {number}
        for other in (*others, one):
            other.place = min(joined)
        if len(joined) > 1:
            for other in figures:
                if other.place in joined:
                    other.place = min(joined)


def outlet_only(lines: Table) -> Table:
    """Where only the outlet is measured: generated = discharged ÷ (1 − η·k), the share that passes by coefficient.

    The share is Σ discharged ÷ Σ generated of the best coefficients at the same place; kept as the input ``passed``.
    Unknown stays unknown where there is none.
    """
    measured = (lines["rank"] == MONITORED) & (lines["place"] > 0)
    alone = np.flatnonzero(measured & lines["generated"].isna() & ~lines["discharged"].isna())
    if not len(alone):
        return lines
    where = ["object", "medium", "pollutant", "place"]
    by_rank = lines[lines["rank"].isin([DECLARED, DERIVED])].groups([*where, "rank"])
    sums = {key: (float(part["discharged"].sum()), float(part["generated"].sum())) for key, part in by_rank}
    passed: dict[tuple, float] = {}
    for (*place, _rank), (out, entering) in sorted(sums.items()):
        if 0 < out <= entering:
            passed.setdefault(tuple(place), out / entering)
    generated, removed = lines["generated"].copy(), lines["removed"].copy()
    inputs = lines["inputs"].copy()
    for row, place in zip(alone, lines.take(alone).keys(where), strict=True):
        share = passed.get(place)
        if share is not None:
            out = float(lines["discharged"][row])
            entering = float(behind_outlet(discharged=out, efficiency=1.0 - share, k=1.0)["generated"])
            generated[row], removed[row] = entering, entering - out
            inputs[row] = {**(inputs[row] or {}), "passed": share}
    return lines.assign(generated=generated, removed=removed, inputs=inputs)


WHOLE = ("G103-1", "G103-2", "G103-13")
"""Forms whose gaps are closed by any better figure of the pollutant, whichever form it was made for."""


def open_gaps(gaps: Table, lines: Table) -> Table:
    """Gaps of the plant's own forms are no work where a better method already gives that pollutant.

    A special process (G103-3 to G103-12) is covered by figures made for its own form only: a measured boiler says
    nothing of the yard beside it.
    """
    if lines.empty or gaps.empty:
        return gaps
    given = lines[lines["chosen"] & ~lines["discharged"].isna()]
    have = given[given["rank"] < DERIVED]
    done = set(zip(have["object"], have["pollutant"], strict=True))
    for_form = set(zip(have["object"], have["pollutant"], have["origin"], strict=True))
    covered = np.array(
        [
            (obj, pollutant) in done if form in WHOLE else (obj, pollutant, form) in for_form
            for obj, pollutant, form in zip(gaps["object"], gaps["pollutant"], gaps["form"], strict=True)
        ],
        dtype=bool,
    )
    covered &= gaps["form"].map(lambda form: form.startswith("G103-")).astype(bool)
    # A balance tells of the one row it was made of; what a coefficient of that row lacks stays work.
    row = ["object", "pollutant", "form", "sheet", "row_key"]
    lacking = set(lines[lines["discharged"].isna()].keys(row))
    balanced = set(given[given["rank"] == BALANCED].keys(row)) - lacking
    return gaps[~(covered | np.array([key in balanced for key in gaps.keys(row)], dtype=bool))]


def destinations(lines: Table, context: Context) -> Table:
    """Direct or indirect by the outlet of G102; the amount that enters the environment follows in ``indirect``."""
    if lines.empty:
        return lines
    outlets = context.outlets()
    destination, plant = (np.full(len(lines), "", dtype=object) for _column in range(2))
    water = np.flatnonzero(lines["medium"] == "water")
    for row, (obj, outlet) in zip(water, lines.take(water).keys(["object", "outlet"]), strict=True):
        to, plant[row] = outlets.get((obj, outlet)) or outlets.get((obj, "")) or ("", "")
        if to:
            destination[row] = "indirect" if to in INDIRECT else "direct"
    return lines.assign(destination=destination, plant=plant)
