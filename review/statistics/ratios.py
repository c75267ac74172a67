"""Intensities within peers, unit slips, and which of the two values of a ratio is the doubtful one.

A ratio of two items is an edit (Hidiroglou and Berthelot 1986): it fails where its logarithm lies too far from the
median of the peers. Which item is wrong is settled per object, not per ratio: the failing ratios of an object are
a small graph of items, and the fewest items that explain all of them are looked for (Fellegi and Holt 1976), an item
being the less suspect the more of its other ratios are as they should be. The value that would bring the item back to
its peers says what happened: near a power of ten it is a slip of the unit (Al-Hamad, Lewis and Silva 2008, on
thousand-pound errors).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from census import declarations
from review.statistics.columns import Columns, Table
from review.statistics.doubts import Doubt, Peers, Place
from review.statistics.peers import Standing, standing
from sources.forms.catalogue import load

FAR = 4.0  # spreads away from the median that make a ratio fail
LEAST = 0.5  # and at least this far in log10: a threefold difference
SLIPS = (1, 2, 3, 4)  # powers of ten that units are apart
SLIP_SPREADS = 2.0  # how near to the power of ten, in spreads of the peers …
SLIP_REACH = 0.35  # … and at most, in log10
UNIT, INTENSITY = "ST-UNIT", "ST-RATIO"


@dataclass(frozen=True, slots=True)
class Ratio:
    """``of`` / ``by``: (form, table, item) each. *alike*: items of the record that peers share."""

    of: tuple[str, str, str]
    by: tuple[str, str, str]
    alike: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """One ratio of one object. *deviation* and *spread* in log10; *fails*: too far from the peers."""

    of: Place
    by: Place
    deviation: float
    spread: float
    fails: bool
    standing: Standing
    position: int


@dataclass(frozen=True, slots=True)
class Suspect:
    """An item that explains failing ratios: by how much it is off (log10), from which ratios."""

    place: Place
    shift: float
    spread: float
    edits: tuple[Edit, ...]
    clean: int

    @property
    def z(self) -> float:
        return max(abs(edit.deviation) / edit.spread for edit in self.edits)

    @property
    def peers(self) -> Peers:
        first = min(self.edits, key=lambda edit: edit.spread)
        return first.standing.peers(first.position)


@cache
def ratios() -> tuple[Ratio, ...]:
    """The ratios of ``ratios.yaml``."""
    rows = declarations.read(Path(__file__).parent / "ratios.yaml")
    return tuple(Ratio(parts_of(r["of"]), parts_of(r["by"]), tuple(r.get("alike", ()))) for r in rows)


def parts_of(path: str) -> tuple[str, str, str]:
    """``FORM.item`` or ``FORM.table.item`` as (form, table or '', item)."""
    form, *table, item = path.split(".")
    return form, table[0] if table else "", item


@dataclass(frozen=True, slots=True)
class Compared:
    """A ratio of all records that have it: *beside*: for each record of *table* the one of *other* (−1: none)."""

    ratio: Ratio
    table: Table
    other: Table
    beside: np.ndarray
    where: Standing
    failing: np.ndarray


def compared(columns: Columns) -> list[Compared]:
    """Every ratio of ``ratios.yaml`` that the forms here can answer."""
    found = []
    for ratio in ratios():
        table, other = columns.table(*ratio.of[:2]), columns.table(*ratio.by[:2])
        if not len(table) or not len(other):
            continue
        beside = _beside(table, other)
        with np.errstate(divide="ignore", invalid="ignore"):
            top = table.numbers(ratio.of[2])
            below = np.where(beside >= 0, other.numbers(ratio.by[2])[beside], np.nan)
            values = np.where((top > 0) & (below > 0), np.log10(top) - np.log10(below), np.nan)
            rounding = _rounding(ratio.of, top) + _rounding(ratio.by, below)
        where = standing(values, ladder_of(columns, table, ratio))
        failing = np.abs(where.deviation) > np.maximum(FAR * where.spread + rounding, LEAST)
        found.append(Compared(ratio, table, other, beside, where, failing))
    return found


def edits(
    columns: Columns, also: Iterable[int] = (), held: Sequence[Compared] | None = None
) -> dict[int, list[Edit]]:
    """All ratios of the objects that have a failing one: position of the object → its edits, good ones too.

    *also*: positions of further objects whose ratios are wanted; *held*: the answer of :func:`compared`, where it is
    at hand.
    """
    found: dict[int, list[Edit]] = defaultdict(list)
    held = compared(columns) if held is None else held
    doubtful = set(also).union(*(one.table.owner[one.failing].tolist() for one in held))
    wanted_owners = np.array(sorted(doubtful), dtype=np.int64)
    for one in held:
        shown = np.isin(one.table.owner, wanted_owners) & np.isfinite(one.where.deviation)
        for position in np.flatnonzero(shown).tolist():
            found[int(one.table.owner[position])].append(
                Edit(
                    one.table.place(position, one.ratio.of[2]),
                    one.other.place(int(one.beside[position]), one.ratio.by[2]),
                    float(one.where.deviation[position]),
                    float(one.where.spread[position]),
                    bool(one.failing[position]),
                    one.where,
                    position,
                )
            )
    return found


def _rounding(path: tuple[str, str, str], values: np.ndarray) -> np.ndarray:
    """How far rounding to the form's decimals can move a value, in log10: much for 0.01, nothing for 1,000."""
    decimals = load().forms[path[0]].indicators[path[2]].decimals
    return np.log10(1 + 0.5 * 10.0 ** -(decimals or 0) / values)


def _beside(table: Table, other: Table) -> np.ndarray:
    """For each record of *table* the record of *other* to divide by: itself, or its owner's only one; else −1."""
    if table is other:
        return np.arange(len(table))
    return np.array([other.single.get(owner, -1) for owner in table.owner.tolist()], dtype=np.int64)


def ladder_of(columns: Columns, table: Table, ratio: Ratio) -> list[dict[str, Sequence[str]]]:
    """The groups to compare within: from trade, process and size to all units that share the item's own classes."""
    own = {name: table.texts(name) for name in ratio.alike}
    trade = columns.fact("industry", table.owner)
    size = columns.fact("size", table.owner)
    return [
        {**own, "industry": trade, "size": size},
        {**own, "industry": trade},
        {**own, "industry": [code[:2] for code in trade]},
        own,
    ]


def suspects(found: Sequence[Edit]) -> list[Suspect]:
    """The fewest, most suspect items that explain the failing ratios of one object; the most suspect first.

    Greedy weighted set cover: an item covers its failing ratios that agree on how far it is off, and pays for
    each ratio that is as it should be.
    """
    left = [edit for edit in found if edit.fails]
    clean: dict[Place, int] = defaultdict(int)
    for edit in found:
        if not edit.fails:
            clean[edit.of] += 1
            clean[edit.by] += 1
    chosen: list[Suspect] = []
    while left:
        candidates = {place for edit in left for place in (edit.of, edit.by)}
        best = max(
            (_suspect(place, left, clean[place]) for place in sorted(candidates)),
            key=lambda one: (sum(abs(e.deviation) for e in one.edits) / (1 + one.clean), len(one.edits)),
        )
        chosen.append(best)
        left = [edit for edit in left if edit not in best.edits]
    return chosen


def _suspect(place: Place, left: Sequence[Edit], clean: int) -> Suspect:
    touching = [edit for edit in left if place in (edit.of, edit.by)]
    shifts = [edit.deviation if edit.of == place else -edit.deviation for edit in touching]
    shift = float(np.median(shifts))
    agreeing = [
        (edit, own)
        for edit, own in zip(touching, shifts, strict=True)
        if own * shift > 0 and abs(own - shift) <= max(FAR * edit.spread, LEAST)
    ] or [(touching[0], shifts[0])]
    weights = [1 / edit.spread**2 for edit, _own in agreeing]
    shift = float(np.average([own for _edit, own in agreeing], weights=weights))
    spread = float(np.sum(weights)) ** -0.5
    return Suspect(place, shift, spread, tuple(edit for edit, _own in agreeing), clean)


def slip_of(suspect: Suspect) -> int | None:
    """The power of ten by which the value is off (3: a thousand times too much), or None where it is none."""
    power = round(suspect.shift)
    reach = min(max(SLIP_SPREADS * max(e.spread for e in suspect.edits), 0.1), SLIP_REACH)
    return power if abs(power) in SLIPS and abs(suspect.shift - power) <= reach else None


def detect(columns: Columns, found_edits: Mapping[int, Sequence[Edit]] | None = None) -> Iterator[Doubt]:
    """Unit slips (``ST-UNIT``) and unusual intensities (``ST-RATIO``), each with the item most probably wrong.

    *found_edits*: the answer of :func:`edits`, where it is at hand.
    """
    for number, found in (edits(columns) if found_edits is None else found_edits).items():
        for suspect in suspects(found):
            yield _doubt(columns, number, suspect)


def _doubt(columns: Columns, number: int, suspect: Suspect) -> Doubt:
    slip = slip_of(suspect)
    value = columns.value(number, suspect.place)
    expected = value / 10**slip if slip is not None else float(f"{value / 10**suspect.shift:.4g}")
    others = tuple(sorted({p.item for e in suspect.edits for p in (e.of, e.by)} - {suspect.place.item}))
    peers = suspect.peers
    facts = {"shift": round(suspect.shift, 3), "z": round(suspect.z, 1), "ratios": len(suspect.edits)}
    if slip is not None:
        times = f"{10 ** abs(slip):,}"
        zh = f"疑似计量单位错误：约为同类的 {times} {'倍' if slip > 0 else '分之一'}（{peers.count} 个同类）"
        en = (
            f"The unit looks wrong: about {times} times "
            f"{'what' if slip > 0 else 'less than'} {peers.count} peers report"
        )
        chance = 0.95 if abs(slip) > 1 else 0.7
        return Doubt(
            columns.ids[number], UNIT, suspect.place, chance, zh, en, value, expected, peers, others, facts
        )
    times = f"{10 ** abs(suspect.shift):,.1f}"
    zh = f"强度异常：为同类中位数的 {times} {'倍' if suspect.shift > 0 else '分之一'}（{peers.count} 个同类）"
    en = (
        f"Unusual intensity: {times} times {'above' if suspect.shift > 0 else 'below'} "
        f"the median of {peers.count} peers"
    )
    chance = _chance(suspect)
    return Doubt(
        columns.ids[number], INTENSITY, suspect.place, chance, zh, en, value, expected, peers, others, facts
    )


def _chance(suspect: Suspect) -> float:
    """How probable an error is: rises with the distance from the peers, falls with ratios that are in order."""
    return round(min(0.9, suspect.z / (suspect.z + 8) / (1 + 0.25 * suspect.clean)), 3)
