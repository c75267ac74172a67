"""S103: boilers of units that are not industry, also of farms and of treatment plants."""

from __future__ import annotations

import numpy as np

from sources.demo import control
from sources.demo.columns import Sheets, Table, only, sheets
from sources.demo.draw import spread, within
from sources.demo.register import Batch, header

HOURS_A_MONTH = 260


def fill(batch: Batch, mask: np.ndarray, use: str, counts: np.ndarray | None = None) -> Sheets:
    """S103 for the objects of *batch* in *mask*, with *counts* boilers each (one by default)."""
    draw = batch.draw
    rows = np.flatnonzero(mask)
    counts = np.ones(len(rows), dtype=int) if counts is None else counts
    sheet = spread(counts)
    number, size = within(sheet), len(sheet)
    kind = draw.pick(size, {"R3": 50, "R4": 32, "R2": 14, "R1": 4})
    rated = draw.pick(size, [1.0, 1.0, 2.0, 2.0, 4.0])
    months = draw.pick(size, [6.0, 8.0, 10.0, 12.0])
    steam = rated * months * HOURS_A_MONTH * draw.between(size, 0.3, 0.7)
    coal, oil, gas, bio = (kind == code for code in ("R1", "R2", "R3", "R4"))
    used = np.maximum(0.01, np.round(steam * np.select([coal, oil, gas], [0.16, 0.065, 0.0075], 0.2), 2))
    sulphur = np.round(draw.between(size, 0.4, 0.9), 2)
    oil_sulphur = np.round(draw.between(size, 0.005, 0.03), 2)
    ash = np.round(draw.between(size, 10, 22), 2)
    so2 = used * np.select([coal, oil, gas], [16 * sulphur, 19 * oil_sulphur, 0.8], 0.6) / 1000
    nox = used * np.select([coal, oil, gas], [2.94, 3.67, 18.71], 1.02) / 1000
    dust = used * np.select([coal, oil, gas], [1.25 * ash, 0.26, 0.2], 0.5) / 1000
    hours = np.floor(months * HOURS_A_MONTH)
    dedust, dust_left = control.unit(
        draw,
        "dedust",
        coal | bio,
        number,
        draw.pick(size, ["P01", "P14", "P11"]),
        draw.between(size, 80, 98),
        hours,
    )
    desulf, so2_left = control.unit(
        draw, "desulf", coal & draw.chance(size, 0.6), number, "S08", draw.between(size, 60, 85), hours, so2
    )
    known = header(batch, "S103", rows)
    return sheets(
        "S103",
        rows,
        known | {"boiler_count": counts},
        {
            "boilers": Table(
                sheet,
                {
                    "boiler_code": [f"GL{n:02d}" for n in number.tolist()],
                    "boiler_use": [[use]] * size,
                    "commission_year": draw.whole(size, 1998, 2017),
                    "boiler_type": kind,
                    "rated_output_th": rated,
                    "firing_method": np.select([coal, oil, gas], ["RM02", "RY01", "RQ01"], "RS01").astype(
                        object
                    ),
                    "operating_months": months,
                    "coal_type": only(coal, "4"),
                    "coal_use_t": np.where(coal, used, np.nan),
                    "coal_sulfur_pct": np.where(coal, sulphur, np.nan),
                    "coal_ash_pct": np.where(coal, ash, np.nan),
                    "coal_volatile_pct": np.where(coal, draw.between(size, 24, 34), np.nan),
                    "oil_type": only(oil, "21"),
                    "oil_use_t": np.where(oil, used, np.nan),
                    "oil_sulfur_pct": np.where(oil, oil_sulphur, np.nan),
                    "gas_type": only(gas, "15"),
                    "gas_use_wm3": np.where(gas, used, np.nan),
                    "biomass_type": only(bio, "生物质成型燃料"),
                    "biomass_use_t": np.where(bio, used, np.nan),
                    **dedust,
                    **desulf,
                    "low_nox_combustion": gas & draw.chance(size, 0.3),
                    "online_monitoring": False,
                    "stack_code": [f"PQ{n:02d}" for n in number.tolist()],
                    "stack_height_m": draw.pick(size, [8.0, 12.0, 15.0, 20.0]),
                    "ash_destination": only(coal | bio, "综合利用"),
                    "so2_generation_t": so2,
                    "so2_emission_t": so2 * so2_left,
                    "nox_generation_t": nox,
                    "nox_emission_t": nox,
                    "pm_generation_t": dust,
                    "pm_emission_t": dust * dust_left,
                    "voc_generation_kg": used * 0.02,
                    "voc_emission_kg": used * 0.02,
                },
            )
        },
    )


def boiler_kinds(form: Sheets) -> tuple[np.ndarray, list[dict]]:
    """The boilers of filled S103 sheets: sheet index and row, for the inventory form to agree with."""
    rows = [(position, row) for position, values in enumerate(form.documents) for row in values["boilers"]]
    return np.array([position for position, _ in rows], dtype=int), [row for _, row in rows]
