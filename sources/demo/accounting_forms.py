"""How an enterprise's amounts come about: coefficients (G106-1) or monitoring of water and gas (G106-2, G106-3)."""

from __future__ import annotations

import numpy as np

from sources.demo.columns import Sheets, Table, only, sheets
from sources.demo.draw import spread, within
from sources.demo.industry import Enterprises, activity_unit

WATER = frozenset({"COD", "NH3_N", "TN", "TP"})
NAMES = {"PM": "颗粒物", "VOCs": "挥发性有机物", "COD": "化学需氧量", "NH3_N": "氨氮", "NOx": "氮氧化物"}
BY_POWER = frozenset(
    {"33", "cast", "2011", "2012", "2110"}
)  # handbooks that take k from the electricity used
MONITORED = ("cod", "nh3n", "tn", "tp")


def accounting_forms(plants: Enterprises, outlets: dict[str, np.ndarray]) -> list[Sheets]:
    """*outlets*: rows of the enterprises with an outlet and its figures, from G102."""
    return [_coefficients(plants), _water_monitoring(plants, outlets), _gas_monitoring(plants)]


def _coefficients(plants: Enterprises) -> Sheets:
    draw = plants.draw
    rows = np.flatnonzero([attributes.get("monitored") is False for attributes in plants.batch.attributes])
    found = [plants.links_of(row) for row in rows.tolist()]
    sheet = spread(np.array([len(part) for part in found], dtype=int))
    link = [one for part in found for one in part]
    owner, size = rows[sheet], len(sheet)
    on_product = np.array([one.basis == "product" for one in link], dtype=bool)
    per_kyuan = np.array([one.material_per_kyuan for one in link])
    activity = np.where(on_product, plants.product[owner], plants.output[owner] * per_kyuan)
    activity = np.maximum(0.01, np.round(activity, 2))
    in_grams = np.array([one.unit.startswith("g/") for one in link], dtype=bool)
    coefficient = np.array([one.coefficient for one in link])
    generated = np.round(activity * coefficient / np.where(in_grams, 1000, 1), 3)
    treated = draw.chance(size, 0.55)
    efficiency = np.round(np.where(treated, draw.between(size, 60, 97), 0.0), 1)
    hours = np.floor(plants.hours[owner] * draw.between(size, 0.93, 1.0))
    kept = efficiency / 100 * hours / plants.hours[owner]
    air = np.array([one.pollutant not in WATER for one in link], dtype=bool)
    units = [activity_unit(one) for one in link]
    by_power = np.array([one.key in BY_POWER for one in link], dtype=bool)
    power = draw.pick(size, [7.5, 15, 22, 37, 55])
    return sheets(
        "G106-1",
        rows,
        {},
        {
            "rows": Table(
                sheet,
                {
                    "census_form_code": np.where(air, "G103-13", "G102"),
                    "outlet_code": np.where(air, "FQ030", "DW001"),
                    "accounting_link": [one.link for one in link],
                    "material_name": [one.material for one in link],
                    "product_name": [one.product for one in link],
                    "process_name": [one.process for one in link],
                    "scale_class": [one.scale for one in link],
                    "product_output_unit": units,
                    "product_output": np.where(on_product, activity, np.nan),
                    "material_use_unit": units,
                    "material_use": np.where(on_product, np.nan, activity),
                    "pollutant_name": [NAMES[one.pollutant] for one in link],
                    "generation_coefficient": coefficient,
                    "generation_coefficient_unit": [one.unit for one in link],
                    "generation": generated,
                    "generation_unit": "千克",
                    "treatment_process": np.where(treated, np.where(air, "袋式除尘", "物化+生化"), "直排"),
                    "removal_efficiency": efficiency,
                    "removal_efficiency_unit": "%",
                    "run_param1_name": np.where(by_power, "治理设施耗电量", "治理设施运行时间"),
                    "run_param1_value": np.where(by_power, power * hours, hours),
                    "run_param1_unit": np.where(by_power, "千瓦时", "小时"),
                    "run_param2_name": np.where(by_power, "治理设施额定功率", "正常生产时间"),
                    "run_param2_value": np.where(by_power, power, plants.hours[owner]),
                    "run_param2_unit": np.where(by_power, "千瓦", "小时"),
                    "run_param3_name": only(by_power, "正常生产时间"),
                    "run_param3_value": np.where(by_power, plants.hours[owner], np.nan),
                    "run_param3_unit": only(by_power, "小时"),
                    "discharge": np.minimum(generated, generated * (1 - kept)),
                    "discharge_unit": "千克",
                },
            )
        },
    )


def _water_monitoring(plants: Enterprises, outlets: dict[str, np.ndarray]) -> Sheets:
    chosen = plants.monitored[outlets["rows"]]
    rows, water = outlets["rows"][chosen], outlets["discharge_m3"][chosen]
    size = len(rows)
    method = plants.draw.pick(size, {"1": 4, "2": 3, "3": 3})
    concentrations = {
        f"{name}_{side}_mgl": outlets[f"{name}_{side}"][chosen]
        for name in MONITORED
        for side in ("in", "out")
    }
    return sheets(
        "G106-2",
        rows,
        {},
        {
            "points": Table(
                np.arange(size),
                {
                    "census_form_code": "G102",
                    "outlet_code": "DW001",
                    "inlet_water_m3": water,
                    "outlet_water_m3": water,
                    "discharged_through_outlet_m3": water,
                    **{f"{name}_method": method for name in MONITORED},
                    **concentrations,
                    **_evidence(method, water),
                },
            )
        },
    )


def _evidence(method: np.ndarray, figure: np.ndarray) -> dict[str, np.ndarray]:
    """What shows that monitoring is valid: a tenth of the points say nothing, some fail. By the digits of a figure of
    the point: a draw of its own would move every value drawn after it."""
    digits = np.floor(figure).astype(np.int64)
    said, automatic = digits % 10 > 0, method == "1"
    return {
        "auto_valid_pct": np.where(said & automatic, 74 + digits % 260 / 10, np.nan),
        "auto_compared": only(said & automatic, True),
        "samples_count": np.where(said & ~automatic, 3 + digits % 24 // 2, np.nan),
    }


def _gas_monitoring(plants: Enterprises) -> Sheets:
    draw = plants.draw
    gates = plants.gates
    boiler, furnace = gates["boiler"], gates["furnace"]
    rows = np.flatnonzero(plants.monitored & (boiler | furnace | gates["clinker"] | gates["other"]))
    sheet = spread(np.full(len(rows), 2))
    owner, size = rows[sheet], len(sheet)
    inlet = within(sheet) == 1
    burning = (boiler | furnace | gates["clinker"])[owner]
    hours = np.floor(plants.hours[rows] * draw.between(len(rows), 0.8, 1.0))[sheet]
    outlet = np.where(boiler[owner], "FQ001", np.where(furnace[owner], "FQ011", "FQ021"))
    kept = np.where(inlet, 1.0, 0.12)
    method = draw.pick(len(rows), {"1": 4, "2": 2, "3": 4})[sheet]
    return sheets(
        "G106-3",
        rows,
        {},
        {
            "points": Table(
                sheet,
                {
                    "census_form_code": np.where(
                        boiler[owner],
                        "G103-1",
                        np.where(furnace[owner], "G103-2", np.where(burning, "G103-7", "G103-13")),
                    ),
                    "outlet_code": np.where(burning, outlet, "FQ030"),
                    "measurement_point": np.where(inlet, "1", "2"),
                    "monitoring_method": method,
                    **_evidence(method, hours),
                    "average_flow_m3h": np.round(draw.around(len(rows), 18_000, 0.9, low=800, high=600_000))[
                        sheet
                    ],
                    "annual_emission_hours": hours,
                    "so2_mgm3": np.where(burning, draw.around(size, 350, 0.4) * kept, np.nan),
                    "nox_mgm3": np.where(
                        burning, draw.around(size, 260, 0.3) * np.where(inlet, 1.0, 0.6), np.nan
                    ),
                    "pm_mgm3": draw.around(size, 900, 0.4) * np.where(inlet, 1.0, 0.02),
                },
            )
        },
    )
