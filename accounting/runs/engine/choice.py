"""Which of several methods counts, and where industrial waste water goes. Pure; no database."""

import numpy as np
import pandas as pd

from .context import Context

MONITORED, DECLARED, DERIVED = 0, 1, 2
"""Ranks of the methods, best first."""
INDIRECT = frozenset({"E", "L", "H"})
"""Drainage destinations (codelist drainage_destination) that go to a plant or another unit first."""


def _keys(lines: pd.DataFrame, *names: str) -> pd.Series:
    parts = [
        lines["object"].astype(str),
        lines["medium"],
        lines["pollutant"],
        *(lines[name] for name in names),
    ]
    text = parts[0]
    for part in parts[1:]:
        text = text + "|" + part.astype(str)
    return text


def choose(lines: pd.DataFrame) -> pd.DataFrame:
    """Mark as not chosen what a better method covers: same pollutant and form, same outlet or either unnamed."""
    if lines.empty:
        return lines
    any_origin = lines.assign(origin="")
    exact, no_outlet = _keys(lines, "origin", "outlet"), _keys(lines.assign(outlet=""), "origin", "outlet")
    place, whole = (
        _keys(any_origin, "origin", "outlet"),
        _keys(any_origin.assign(outlet=""), "origin", "outlet"),
    )
    covered = np.zeros(len(lines), dtype=bool)
    unnamed = (lines["outlet"] == "").to_numpy()
    for rank in (DECLARED, DERIVED):
        better = (lines["rank"] < rank).to_numpy()
        worse = (lines["rank"] == rank).to_numpy()
        taken = set(exact[better]) | set(no_outlet[better & unnamed])
        nameless = better & (lines["origin"] == "").to_numpy()
        taken |= set(place[nameless]) | set(whole[nameless & unnamed])
        somewhere = set(no_outlet[better])
        hit = exact.isin(taken) | no_outlet.isin(taken) | place.isin(taken) | whole.isin(taken)
        covered |= worse & (hit | (unnamed & no_outlet.isin(somewhere))).to_numpy()
    return lines.assign(chosen=~covered)


WHOLE = ("G103-1", "G103-2", "G103-13")
"""Forms whose gaps are closed by any better figure of the pollutant, whichever form it was made for."""


def open_gaps(gaps: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Gaps of the plant's own forms are no work where a better method already gives that pollutant.

    A special process (G103-3 to G103-12) is covered by figures made for its own form only: a measured boiler says
    nothing of the yard beside it.
    """
    if lines.empty or gaps.empty:
        return gaps
    have = lines[lines["chosen"] & (lines["rank"] < DERIVED) & ~lines["discharged"].isna()]
    done = set(zip(have["object"], have["pollutant"], strict=True))
    for_form = set(zip(have["object"], have["pollutant"], have["origin"], strict=True))
    covered = np.array(
        [
            (obj, pollutant) in done if form in WHOLE else (obj, pollutant, form) in for_form
            for obj, pollutant, form in zip(gaps["object"], gaps["pollutant"], gaps["form"], strict=True)
        ],
        dtype=bool,
    )
    return gaps[~(gaps["form"].str.startswith("G103-") & covered)]


def destinations(lines: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Direct or indirect by the outlet of G102; the amount that enters the environment follows in ``indirect``."""
    if lines.empty:
        return lines
    outlets = context.outlets()
    water = (lines["medium"] == "water").to_numpy()
    destination, plant = [], []
    for wet, obj, outlet in zip(water, lines["object"], lines["outlet"], strict=True):
        to, name = (outlets.get((obj, outlet)) or outlets.get((obj, "")) or ("", "")) if wet else ("", "")
        destination.append("" if not wet or not to else "indirect" if to in INDIRECT else "direct")
        plant.append(name)
    return lines.assign(destination=destination, plant=plant)
