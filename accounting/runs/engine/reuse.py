"""Treated waste water that is used again does not leave: discharged × (1 − reuse rate). Pure; no database.

Source: census 2017 handbook 1910 (draft). The forms ask for no rate; it is read from the volumes of G102: the treated
water of facilities that send it back into the site (treated_water_destination 1), over that and what the outlets
discharge.
"""

import numpy as np

from .context import Context
from .result import Ledger
from .table import Table

ON_SITE = "1"


def leave_out(lines: Table, context: Context, ledger: Ledger) -> Table:
    """Coefficient lines of waste water without what is used again; the rate is an input of the line (``reuse_rate``).

    Emission coefficients are left as they are: what they hold is not known. Where a volume is blank nothing is taken
    off, and a gap says so.
    """
    wet = (lines["medium"] == "water") & (lines["formula"] == "coefficient.treated")
    if not wet.any():
        return lines
    rows, rates = _rates(context)
    if not rates:
        return lines
    objects = lines["object"]
    unknown = {owner for owner in objects[wet].tolist() if np.isnan(rates.get(owner, 0.0))}
    first = rows.firsts("object")
    ledger.miss(
        first, first["object"].isin(unknown), source="industrial",
        reason="missing_input", key="treated_water_m3 / discharge_m3",
    )  # fmt: skip
    rate = np.where(wet, [rates.get(owner, 0.0) for owner in objects.tolist()], 0.0)
    used = rate > 0  # unknown is not
    inputs = lines["inputs"].copy()
    for row in np.flatnonzero(used):
        inputs[row] = {**(inputs[row] or {}), "reuse_rate": float(rate[row])}
    return lines.assign(
        discharged=np.where(used, lines["discharged"] * (1.0 - rate), lines["discharged"]),
        formula=np.where(used, "coefficient.reuse", lines["formula"]),
        inputs=inputs,
    )


def _rates(context: Context) -> tuple[Table, dict[int, float]]:
    """The facilities that send water back, and the rate of each object that has one (NaN: a volume is blank)."""
    form = context.form("G102")
    rows = form.rows("facilities", numbers=["treated_water_m3"], texts=["treated_water_destination"])
    rows = rows[rows["treated_water_destination"] == ON_SITE]
    left: dict[int, float] = {}
    outlets = form.rows("outlets", numbers=["discharge_m3"]) if len(rows) else rows[:0]
    for owner, volume in zip(outlets["object"], outlets.get("discharge_m3", ()), strict=True):
        left[owner] = left.get(owner, 0.0) + volume
    again: dict[int, float] = {}
    for owner, volume in zip(rows["object"], rows["treated_water_m3"], strict=True):
        again[owner] = again.get(owner, 0.0) + volume
    rates = {}
    for owner, volume in again.items():
        total = volume + left.get(owner, 0.0)
        rates[owner] = 0.0 if total == 0 else volume / total
    return rows, rates
