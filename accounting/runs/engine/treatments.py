"""Treatment of waste gas as the forms state it: technique by the handbook's names, hours of device and units served.

Items of a step (desulf, denox, dedust, voc) are process, efficiency_pct, hours and facility_code, perhaps prefixed.
"""

import numpy as np

from .context import Context
from .table import Column, Table, column

STEPS = {"SO2": "desulf", "NOx": "denox", "PM": "dedust", "VOCs": "voc"}
"""Pollutant -> its step of treatment. Other pollutants, and gas volumes, have none of their own."""
CONTROL = {"SO2": "so2_control", "NOx": "nox_control", "PM": "pm_control", "VOCs": "voc_control"}
LOW_NOX = "低氮燃烧技术"


def stated(
    rows: Table,
    pollutant: str,
    unit_hours: object,
    context: Context,
    *,
    prefix: str = "",
    item: str = "",
) -> dict[str, object]:
    """Technique, efficiency as entered, hours of the device (p1) and of the units it serves (p2); blank without a step.

    ``unit_hours``: hours of each row's own unit. ``item``: the item of the technique where it is another one.
    """
    blank = column(np.nan, len(rows))
    step = STEPS.get(pollutant, "")
    item = item or f"{prefix}{step}_process"
    if not step or item not in rows:
        technique = column("", len(rows))
    else:
        technique = rows[item].map(lambda code: context.label(CONTROL[pollutant], code))
        low = rows.get(f"{prefix}low_nox_combustion")
        if pollutant == "NOx" and low is not None:
            technique = _low_nox(rows[item], technique, low)
    own = column(unit_hours, len(rows))
    device = rows.get(f"{prefix}{step}_hours", blank)
    return {
        "technology": technique,
        "declared_efficiency": rows.get(f"{prefix}{step}_efficiency_pct", blank) / 100,
        # Burners are no device that can be off: they run whenever the unit runs.
        "p1": device.where(~device.isna() | (technique != LOW_NOX), own),
        "p2": _longest(rows, rows.get(f"{prefix}{step}_facility_code"), own),
    }


def _longest(rows: Table, facility: Column | None, own: Column) -> Column:
    """Hours of the longest-running unit a shared device serves (rules for industrial accounting, 4.2)."""
    if facility is None:
        return own
    coded = facility != ""
    devices = list(zip(rows["object"][coded].tolist(), facility[coded].tolist(), strict=True))
    if len(set(devices)) == len(devices):  # none is shared
        return own
    longest: dict[tuple, float] = {}
    for device, time in zip(devices, own[coded].tolist(), strict=True):
        longest[device] = (
            max(time, longest.get(device, -np.inf)) if time == time else longest.get(device, np.nan)
        )
    served = own.copy()
    served[coded] = [longest[device] for device in devices]
    return served


def _low_nox(codes: Column, names: Column, low: Column) -> Column:
    """Denitration by the handbook's names: with low-NOx burners it is one combined technique."""
    short = codes.map({"N04": "SNCR", "N05": "SCR"}).fillna("")
    combined = np.where(short != "", "低氮燃烧+" + short, LOW_NOX)
    return names.where(low != "1", combined)
