"""Exhaust gas forms of enterprises: boilers (G103-1), furnaces (G103-2), clinker kilns (G103-7) and the rest."""

from __future__ import annotations

from typing import Any

import numpy as np

from sources.demo import control, process_gas
from sources.demo.columns import Sheets, Table, only, sheets
from sources.demo.dms import dms
from sources.demo.draw import Draw, spread, within
from sources.demo.industry import Enterprises

# fuel: boiler type, firing, t (10^4 m3) of fuel per t of steam, heating value kcal/kg (m3), sulphur low-high
# (percent, gases mg/m3), ash %, volatile %
BOILER_FUELS: dict[str, tuple[str, str, float, float, float, float, float, float]] = {
    "4": ("R1", "RM02", 0.16, 5100, 0.35, 0.95, 16.0, 32.0),
    "15": ("R3", "RQ01", 0.0075, 8500, 20, 90, np.nan, np.nan),
    "37": ("R4", "RS01", 0.20, 3900, 0.02, 0.08, np.nan, np.nan),
    "21": ("R2", "RY01", 0.065, 10200, 0.005, 0.03, np.nan, np.nan),
}
FURNACE_FUELS: dict[str, tuple[float, float, float, float, float]] = {
    # heating value, sulphur low-high, ash, volatile
    "2": (6000, 0.4, 1.0, 18.0, 8.0),
    "4": (5100, 0.35, 0.95, 16.0, 32.0),
    "35": (2600, 0.5, 1.2, 55.0, 22.0),
    "9": (6800, 0.4, 0.8, np.nan, np.nan),
    "15": (8500, 20, 90, np.nan, np.nan),
    "21": (10200, 0.005, 0.03, np.nan, np.nan),
    "23": (11500, 0.005, 0.02, np.nan, np.nan),
    "37": (3900, 0.02, 0.08, np.nan, np.nan),
}
COAL = frozenset({"2", "4", "35"})
# kg per unit of fuel, only to give the filled amounts a plausible size; accounting uses the factor library
NOX_PER_UNIT = {"4": 2.94, "2": 2.94, "35": 1.5, "9": 2.5, "15": 18.71, "37": 1.02, "21": 3.67, "23": 3.0}
GAS_PER_UNIT = {
    "4": 1.03,
    "2": 1.0,
    "35": 0.6,
    "9": 1.1,
    "15": 13.6,
    "37": 0.62,
    "21": 1.78,
    "23": 1.6,
}  # 10^4 m3


def fill(plants: Enterprises) -> tuple[list[Sheets], dict[str, np.ndarray]]:
    """The G103 forms, and the fuel burnt by each enterprise: fuel code -> amount."""
    fuels: dict[str, np.ndarray] = {}
    found = [_boilers(plants, fuels), _furnaces(plants, fuels), _kilns(plants, fuels)]
    return [*found, *process_gas.fill(plants)], fuels


def _burn(
    fuels: dict[str, np.ndarray], owner: np.ndarray, code: np.ndarray, amount: np.ndarray, size: int
) -> None:
    for fuel in np.unique(code.astype(str)).tolist():
        mine = code == fuel
        fuels[fuel] = fuels.get(fuel, np.zeros(size)) + np.bincount(owner[mine], amount[mine], minlength=size)


def stack(
    plants: Enterprises, owner: np.ndarray, number: np.ndarray, height: np.ndarray, prefix: str = ""
) -> dict[str, Any]:
    """Code, position and height of the outlet of each row."""
    batch = plants.batch
    centre = np.stack([batch.lon[owner], batch.lat[owner]], axis=1)
    spot = batch.county.outline.near(plants.draw.rng, centre, 0.0006)
    return {
        f"{prefix}outlet_code": [f"FQ{n:03d}" for n in number.tolist()],
        f"{prefix}outlet_longitude": dms(spot[:, 0]),
        f"{prefix}outlet_latitude": dms(spot[:, 1]),
        f"{prefix}outlet_height_m": height,
    }


def column(table: dict[str, tuple], codes: np.ndarray, position: int) -> np.ndarray:
    """A figure of each row's fuel."""
    return np.array([table[code][position] for code in codes.tolist()], dtype=float)


def _sulphur_t(code: np.ndarray, amount: np.ndarray, sulphur: np.ndarray) -> np.ndarray:
    """SO2 in t: 16 S kg/t of solid or liquid fuel, S in percent; 0.02 S kg per 10^4 m3 of gas, S in mg/m3."""
    return np.where(code == "15", 0.02, 16.0) * sulphur * amount / 1000


def _boilers(plants: Enterprises, fuels: dict[str, np.ndarray]) -> Sheets:
    draw = plants.draw
    rows = np.flatnonzero(plants.gates["boiler"])
    sheet = spread(np.where(plants.output[rows] > 100_000, draw.whole(len(rows), 1, 2), 1))
    owner, number, size = rows[sheet], within(sheet), len(sheet)
    power = plants.gates["power"][owner]
    code = np.where(power, "4", draw.pick(size, {"15": 46, "37": 34, "4": 14, "21": 6})).astype(object)
    steam = draw.pick(size, {1: 3, 2: 5, 4: 5, 6: 3, 10: 2}).astype(float)
    steam = np.where(plants.output[owner] > 100_000, draw.pick(size, [10, 20, 35]).astype(float), steam)
    steam = np.where(power, draw.pick(size, [75, 130]).astype(float), steam)
    hours = np.floor(plants.hours[owner] * draw.between(size, 0.6, 1.0))
    per_tonne = column(BOILER_FUELS, code, 2)
    amount = np.maximum(0.01, np.round(steam * hours * draw.between(size, 0.3, 0.75) * per_tonne, 2))
    _burn(fuels, owner, code, amount, len(plants.batch))
    sulphur = np.round(draw.between(size, column(BOILER_FUELS, code, 4), column(BOILER_FUELS, code, 5)), 2)
    ash = np.round(column(BOILER_FUELS, code, 6) * draw.between(size, 0.7, 1.4), 2)
    coal, solid = code == "4", (code == "4") | (code == "37")

    so2 = _sulphur_t(code, amount, sulphur)
    nox = amount * np.array([NOX_PER_UNIT[fuel] for fuel in code.tolist()]) / 1000
    dust = amount * np.where(coal, 1.25 * np.nan_to_num(ash), np.where(solid, 0.5, 0.1)) / 1000
    desulf, so2_left = control.unit(
        draw, "desulf", coal, number, "S08", draw.between(size, 72, 93), hours, generated_t=so2
    )
    denox, nox_left = control.unit(
        draw, "denox", coal & (steam >= 20), number, "N04", draw.between(size, 40, 60), hours, generated_t=nox
    )
    dedust, dust_left = control.unit(
        draw, "dedust", solid, number, draw.pick(size, ["P01", "P14"]), draw.between(size, 96, 99.6), hours
    )
    voc = amount * 0.02
    heat = steam * hours * 0.5 * 2.7 / 10_000  # 2.7 GJ a tonne of steam, in 10^4 GJ
    capacity = np.where(power, steam / 5 / 10, np.nan)  # 5 t/h of steam a megawatt; in 10^4 kW
    for_power = np.floor(amount * 50) / 100
    return sheets(
        "G103-1",
        rows,
        {},
        {
            "units": Table(
                sheet,
                {
                    "power_unit_code": only(power, [f"MF{n:02d}" for n in number.tolist()]),
                    "power_unit_type": only(power, "R1"),
                    "generator_code": only(power, [f"JZ{n:02d}" for n in number.tolist()]),
                    "generator_capacity_wkw": capacity,
                    "is_cogeneration": only(power, True),
                    "power_firing_method": only(power, "RM04"),
                    "power_rated_output_th": np.where(power, steam, np.nan),
                    "power_unit_hours": np.where(power, hours, np.nan),
                    "industrial_boiler_code": only(~power, [f"GL{n:02d}" for n in number.tolist()]),
                    "industrial_boiler_type": only(~power, [BOILER_FUELS[fuel][0] for fuel in code.tolist()]),
                    "industrial_boiler_use": _wrap(~power, ["1"]),
                    "industrial_firing_method": only(
                        ~power, [BOILER_FUELS[fuel][1] for fuel in code.tolist()]
                    ),
                    "industrial_rated_output_th": np.where(power, np.nan, steam),
                    "industrial_boiler_hours": np.where(power, np.nan, hours),
                    "power_generated_wkwh": np.where(power, np.nan_to_num(capacity) * hours * 0.55, np.nan),
                    "heat_supplied_wgj": heat,
                    "fuel1_type": code,
                    "fuel1_consumption": amount,
                    "fuel1_for_power": np.where(power, for_power, np.nan),
                    "fuel1_for_heat": np.where(power, np.floor((amount - for_power) * 100) / 100, np.nan),
                    "fuel1_lhv": np.round(column(BOILER_FUELS, code, 3) * draw.between(size, 0.92, 1.08)),
                    "fuel1_sulfur": sulphur,
                    "fuel1_ash_pct": ash,
                    "fuel1_volatile_pct": column(BOILER_FUELS, code, 7) * draw.between(size, 0.8, 1.15),
                    **stack(
                        plants,
                        owner,
                        number,
                        np.where(steam > 10, 45.0, draw.pick(size, [15.0, 18.0, 25.0, 30.0])),
                    ),
                    **desulf,
                    "low_nox_combustion": (code == "15") & draw.chance(size, 0.3),
                    **denox,
                    **dedust,
                    **_loads(code, amount, so2, so2_left, nox, nox_left, dust, dust_left, voc),
                },
            )
        },
    )


def _wrap(mask: np.ndarray, codes: list[str]) -> list[list[str] | None]:
    return [codes if on else None for on in mask.tolist()]


def _loads(
    code: np.ndarray,
    amount: np.ndarray,
    so2: np.ndarray,
    so2_left: np.ndarray,
    nox: np.ndarray,
    nox_left: np.ndarray,
    dust: np.ndarray,
    dust_left: np.ndarray,
    voc_kg: np.ndarray,
) -> dict[str, np.ndarray]:
    gas = amount * np.array([GAS_PER_UNIT[fuel] for fuel in code.tolist()])
    return {
        "exhaust_gas_wm3": np.ceil(gas),
        "so2_generation_t": so2,
        "so2_emission_t": so2 * so2_left,
        "nox_generation_t": nox,
        "nox_emission_t": nox * nox_left,
        "pm_generation_t": dust,
        "pm_emission_t": dust * dust_left,
        "voc_generation_kg": voc_kg,
        "voc_emission_kg": voc_kg,
    }


def _furnaces(plants: Enterprises, fuels: dict[str, np.ndarray]) -> Sheets:
    draw = plants.draw
    rows = np.flatnonzero(plants.gates["furnace"])
    sheet = spread(draw.whole(len(rows), 1, 2))
    owner, number, size = rows[sheet], within(sheet), len(sheet)
    code = _furnace_fuel(plants, owner, draw)
    hours = np.floor(plants.hours[owner] * draw.between(size, 0.7, 1.0))
    each = 1.0 / np.bincount(sheet, minlength=len(rows))[sheet]
    amount = (
        plants.output[owner]
        * plants.of("furnace", 3, rows=owner, dtype=float)
        * each
        * draw.around(size, 1.0, 0.3)
    )
    amount = np.maximum(0.01, np.round(amount * np.where(code == "15", 0.12, 1.0), 2))
    _burn(fuels, owner, code, amount, len(plants.batch))
    sulphur = np.round(draw.between(size, column(FURNACE_FUELS, code, 1), column(FURNACE_FUELS, code, 2)), 2)
    # half of the product is booked here, the other half on G103-13 where the enterprise has that form too
    made = np.maximum(0.01, np.floor(plants.product[owner] * each * 49) / 100)
    made = np.minimum(made, plants.product[owner] * each)
    solid = np.isin(code.astype(str), ["2", "4", "35", "9", "37"])
    so2 = _sulphur_t(code, amount, sulphur)
    nox = amount * np.array([NOX_PER_UNIT[fuel] for fuel in code.tolist()]) / 1000
    dust = amount * np.where(solid, 9.0, 0.3) / 1000
    dedust, dust_left = control.unit(
        draw, "dedust", solid, number, "P01", draw.between(size, 95, 99.5), hours
    )
    desulf, so2_left = control.unit(
        draw,
        "desulf",
        solid & (sulphur > 0.3),
        number,
        "S08",
        draw.between(size, 65, 90),
        hours,
        generated_t=so2,
    )
    return sheets(
        "G103-2",
        rows,
        {},
        {
            "units": Table(
                sheet,
                {
                    "furnace_code": [f"LY{n:02d}" for n in number.tolist()],
                    "furnace_type": plants.of("furnace", 0, rows=owner),
                    "furnace_scale": np.maximum(1, np.ceil(made / 300)),
                    "furnace_scale_unit": plants.of("furnace", 1, rows=owner),
                    "production_hours": hours,
                    "fuel1_type": code,
                    "fuel1_consumption": amount,
                    "fuel1_lhv": np.round(column(FURNACE_FUELS, code, 0) * draw.between(size, 0.92, 1.08)),
                    "fuel1_sulfur": sulphur,
                    "fuel1_ash_pct": column(FURNACE_FUELS, code, 3) * draw.between(size, 0.8, 1.2),
                    "fuel1_volatile_pct": column(FURNACE_FUELS, code, 4) * draw.between(size, 0.8, 1.2),
                    "product_name": plants.of("product", 0, rows=owner),
                    "product_code": plants.of("product", 1, rows=owner),
                    "product_unit": plants.of("product", 2, rows=owner),
                    "product_output": made,
                    "material1_name": plants.of("material", 0, rows=owner),
                    "material1_unit": plants.of("material", 2, rows=owner),
                    "material1_use": made * plants.of("material", 3, rows=owner, dtype=float),
                    **stack(plants, owner, number + 10, draw.pick(size, [15.0, 20.0, 25.0, 35.0])),
                    **desulf,
                    "low_nox_combustion": draw.chance(size, 0.15),
                    **dedust,
                    **_loads(code, amount, so2, so2_left, nox, np.ones(size), dust, dust_left, amount * 0.02),
                },
            )
        },
    )


def _furnace_fuel(plants: Enterprises, owner: np.ndarray, draw: Draw) -> np.ndarray:
    """Fuel of each furnace, by the weights of its industry."""
    mixes = plants.of("furnace", 2, rows=owner)
    chance = draw.rng.random(len(owner))
    codes = np.empty(len(owner), dtype=object)
    for row, (mix, at) in enumerate(zip(mixes.tolist(), chance.tolist(), strict=True)):
        bounds = np.cumsum(list(mix.values())) / sum(mix.values())
        codes[row] = list(mix)[int(np.searchsorted(bounds, at))]
    return codes


def _kilns(plants: Enterprises, fuels: dict[str, np.ndarray]) -> Sheets:
    draw = plants.draw
    rows = np.flatnonzero(plants.gates["clinker"])
    size = len(rows)
    number = np.ones(size, dtype=int)
    clinker = np.maximum(0.5, np.floor(plants.product[rows] / 100) / 100)  # 10^4 t
    hours = np.floor(plants.hours[rows] * draw.between(size, 0.8, 1.0))
    capacity = np.ceil(clinker * 10_000 / 320 / 100) * 100
    coal = np.round(clinker * 10_000 * draw.between(size, 0.12, 0.16), 2)
    _burn(fuels, rows, np.full(size, "4", dtype=object), coal, len(plants.batch))
    nox, dust, so2 = clinker * 10_000 * 1.7 / 1000, clinker * 10_000 * 0.09, clinker * 10_000 * 0.00012
    denox, nox_left = control.unit(
        draw,
        "denox",
        np.ones(size, bool),
        number,
        "N04",
        draw.between(size, 50, 65),
        hours,
        nox,
        prefix="tail_",
    )
    tail, tail_left = control.unit(
        draw,
        "dedust",
        np.ones(size, bool),
        number,
        "P01",
        draw.between(size, 99.5, 99.9),
        hours,
        prefix="tail_",
    )
    head, head_left = control.unit(
        draw,
        "dedust",
        np.ones(size, bool),
        number + 1,
        "P01",
        draw.between(size, 99.5, 99.9),
        hours,
        prefix="head_",
    )
    return sheets(
        "G103-7",
        rows,
        {},
        {
            "kilns": Table(
                np.arange(size),
                {
                    "kiln_code": "SNY01",
                    "kiln_type": "1",
                    "production_hours": hours,
                    "capacity_td": capacity,
                    "clinker_output_wt": clinker,
                    "limestone_use_wt": clinker * 1.3,
                    "coal_type": "4",
                    "coal_use_t": coal,
                    "coal_lhv_kcal": np.round(draw.between(size, 5000, 5800)),
                    "coal_sulfur_pct": draw.between(size, 0.4, 0.9),
                    "coal_ash_pct": draw.between(size, 15, 25),
                    "coal_volatile_pct": draw.between(size, 24, 32),
                    "co_processing": False,
                    **stack(plants, rows, number + 20, np.full(size, 90.0), prefix="tail_"),
                    "tail_low_nox_combustion": True,
                    **denox,
                    **tail,
                    "tail_exhaust_gas_wm3": np.ceil(clinker * 2600),
                    "tail_so2_generation_t": so2,
                    "tail_so2_emission_t": so2,
                    "tail_nox_generation_t": nox,
                    "tail_nox_emission_t": nox * nox_left,
                    "tail_pm_generation_t": dust,
                    "tail_pm_emission_t": dust * tail_left,
                    **stack(plants, rows, number + 21, np.full(size, 35.0), prefix="head_"),
                    **head,
                    "head_exhaust_gas_wm3": np.ceil(clinker * 1500),
                    "head_pm_generation_t": dust * 0.4,
                    "head_pm_emission_t": dust * 0.4 * head_left,
                    "fugitive_pm_generation_t": dust * 0.05,
                    "fugitive_pm_emission_t": dust * 0.005,
                },
            )
        },
    )
