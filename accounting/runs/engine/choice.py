"""Which of several methods counts, and where industrial waste water goes. Pure; no database."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from accounting.methods.monitoring import outlet_only as behind_outlet

from .context import Context
from .table import Table

MONITORED, DECLARED, DERIVED, BALANCED = 0, 1, 2, 3
"""Ranks of the methods, best first. A material balance counts only where nothing else gives the pollutant."""
INDIRECT = frozenset({"E", "L", "H"})
"""Drainage destinations (codelist drainage_destination) that go to a plant or another unit first."""


def _numbered(*columns: Iterable[object]) -> np.ndarray:
    """A number for each distinct row of the columns; 0 for a blank text."""
    numbers = np.zeros(0, dtype=np.int64)
    for column in columns:
        values = np.asarray(column, dtype=object)
        codes = pd.factorize(np.concatenate([np.array([""], dtype=object), values]))[0][1:]
        numbers = codes if not len(numbers) else pd.factorize(numbers * (codes.max() + 1) + codes)[0]
    return numbers


def choose(lines: Table) -> Table:
    """Mark as not chosen what a better method covers: same pollutant and form, same outlet or either unnamed."""
    if lines.empty:
        return lines
    subject = _numbered(lines["object"], lines["medium"], lines["pollutant"])
    origin, outlet = _numbered(lines["origin"]), _numbered(lines["outlet"])
    rank = lines["rank"]
    forms, outlets = origin.max() + 1, outlet.max() + 1
    # keys of the pollutant at its form and outlet, and with either or both unnamed
    exact = (subject * forms + origin) * outlets + outlet
    no_outlet = (subject * forms + origin) * outlets
    place, whole = subject * forms * outlets + outlet, subject * forms * outlets
    covered = np.zeros(len(lines), dtype=bool)
    unnamed, nameless = outlet == 0, origin == 0
    for worse in (DECLARED, DERIVED, BALANCED):
        better = rank < worse
        taken = np.concatenate(
            [
                exact[better],
                no_outlet[better & unnamed],
                place[better & nameless],
                whole[better & nameless & unnamed],
            ]
        )
        hit = (
            np.isin(exact, taken) | np.isin(no_outlet, taken) | np.isin(place, taken) | np.isin(whole, taken)
        )
        covered |= (rank == worse) & (hit | (unnamed & np.isin(no_outlet, no_outlet[better])))
    return number_places(lines.assign(chosen=~covered))


def number_places(lines: Table) -> Table:
    """Number, from 1 within object, medium and pollutant, the parts that several methods cover (``place``).

    All methods of a place tell of the same outlets or boilers, so their sums can be compared. 0: one method only.
    """
    rank, origin, outlet = (lines[name] for name in ("rank", "origin", "outlet"))
    subjects = lines.keys(["object", "medium", "pollutant"])
    beside: dict[tuple, list[int]] = {subjects[row]: [] for row in np.flatnonzero(~lines["chosen"])}
    for row, subject in enumerate(subjects):
        if subject in beside:
            beside[subject].append(row)
    place = np.zeros(len(lines), dtype=np.int64)
    for rows in beside.values():
        number = 0
        for row in sorted(rows, key=lambda one: rank[one]):
            better = [
                one
                for one in rows
                if rank[one] < rank[row] and _covers(origin[one], outlet[one], origin[row], outlet[row])
            ]
            joined = {place[one] for one in better if place[one]}
            if better and not joined:
                number += 1
            here = min(joined, default=number)
            for one in (*better, row) if better else ():
                place[one] = here
            for other in joined - {here}:
                place[[one for one in rows if place[one] == other]] = here
    return lines.assign(place=place)


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


def _covers(origin: str, outlet: str, other_origin: str, other_outlet: str) -> bool:
    """Whether a better figure for (form, outlet) stands for a worse one, as in ``choose``; blank is any."""
    here = outlet in {other_outlet, ""}
    return (origin in {other_origin, ""} and here) or (other_outlet == "" and origin == other_origin)


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
    # a balance tells of the one row it was made of
    row = ["object", "pollutant", "form", "sheet", "row_key"]
    balanced = set(given[given["rank"] == BALANCED].keys(row))
    return gaps[~(covered | np.array([key in balanced for key in gaps.keys(row)], dtype=bool))]


def destinations(lines: Table, context: Context) -> Table:
    """Direct or indirect by the outlet of G102; the amount that enters the environment follows in ``indirect``."""
    if lines.empty:
        return lines
    outlets = context.outlets()
    water = lines["medium"] == "water"
    destination, plant = [], []
    for wet, obj, outlet in zip(water, lines["object"], lines["outlet"], strict=True):
        to, name = (outlets.get((obj, outlet)) or outlets.get((obj, "")) or ("", "")) if wet else ("", "")
        destination.append("" if not wet or not to else "indirect" if to in INDIRECT else "direct")
        plant.append(name)
    return lines.assign(destination=destination, plant=plant)
