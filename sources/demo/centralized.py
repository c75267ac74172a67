"""Centralized facilities: wastewater plants (mostly small rural ones), waste sites, hazardous waste plants."""

from __future__ import annotations

from typing import Any

import numpy as np

from sources.demo import names
from sources.demo.columns import Sheets, Table, only, sheets
from sources.demo.dms import dms
from sources.demo.draw import Draw
from sources.demo.register import Batch, World, header, inventory

TOWN_SHARE = 0.012  # town plants among wastewater plants
MONITORED_SHARE = 0.9  # rural plants with a yearly measurement


def wastewater_plants(world: World) -> list[Sheets]:
    """INV-5, J101-1, J101-2, J101-3. Must run before the enterprises, which name the town plants."""
    batch = world.batches["wastewater_plant"]
    draw, size = batch.draw, len(batch)
    town = np.arange(size) < max(1, round(TOWN_SHARE * size))
    draw.rng.shuffle(town)
    brand = names.brands(draw, size)
    batch.name = np.array(
        [
            f"{place}{'污水处理厂' if big else '农村生活污水处理设施'}{mark}{names.MARK}"
            for place, big, mark in zip(batch.address.tolist(), town.tolist(), brand, strict=True)
        ],
        dtype=object,
    )
    batch.industry = np.full(size, "4620", dtype=object)
    world.town_plants = batch.name[town].tolist()
    monitored = town | draw.chance(size, MONITORED_SHARE)
    for row in np.flatnonzero(monitored).tolist():
        batch.attributes[row]["monitored"] = True
    households = np.round(draw.around(size, 45, 0.7, low=20, high=800))
    people = np.round(households * draw.between(size, 2.2, 3.2))
    capacity = np.where(
        # what the towns of a county discharge (county_units.py) fits into its plants
        town, np.ceil(draw.around(size, 3_500, 0.8, low=500, high=40_000) / 100) * 100,
        np.maximum(10, np.ceil(people * 0.12)),
    )  # fmt: skip
    operating_days = np.where(town, 365, draw.whole(size, 330, 365))
    treated = np.maximum(
        0.02, np.floor(capacity * operating_days * draw.between(size, 0.45, 0.92) / 100) / 100
    )
    return [
        sheets(
            "INV-5",
            np.arange(size),
            inventory(batch, "INV-5")
            | {
                "operator_name": _operator(batch),
                "operating_status": "1",
                "facility_class": "1",
                "is_rural_wwtp": ~town,
                "design_capacity_td": np.where(town, np.nan, capacity),
                "population_served": np.where(town, np.nan, people),
                "households_served": np.where(town, np.nan, households),
            },
        ),
        _plant_basics(batch, draw, town),
        _plant_operation(draw, town, capacity, operating_days, treated),
        _plant_monitoring(draw, np.flatnonzero(monitored), town, treated, operating_days),
    ]


def _operator(batch: Batch) -> list[str]:
    return [f"{batch.county.short}{town}污水运维站{names.MARK}" for town in batch.township.tolist()]


def _outlet(batch: Batch, draw: Draw) -> dict[str, Any]:
    spot = batch.county.outline.near(draw.rng, np.stack([batch.lon, batch.lat], axis=1), 0.001)
    water, codes = names.waters(batch.township.tolist(), batch.region.tolist())
    return {
        "outlet_longitude": dms(spot[:, 0]),
        "outlet_latitude": dms(spot[:, 1]),
        "receiving_water_name": water,
        "receiving_water_code": codes,
    }


def _plant_basics(batch: Batch, draw: Draw, town: np.ndarray) -> Sheets:
    size = len(batch)
    online = only(town, True)
    year = np.where(town, draw.whole(size, 2003, 2016), draw.whole(size, 2010, 2017))
    return sheets(
        "J101-1",
        np.arange(size),
        header(batch, "J101-1")
        | _outlet(batch, draw)
        | {
            "operator_name": _operator(batch),
            "plant_type": np.where(town, "1", "3"),
            "built_on": [
                f"{y}-{m:02d}" for y, m in zip(year.tolist(), draw.whole(size, 1, 12).tolist(), strict=True)
            ],
            "treatment_method_1": np.where(town, "4120", draw.pick(size, {"4110": 5, "5300": 3, "4230": 2})),
            "treatment_method_2": only(~town, draw.pick(size, {"6200": 3, "6300": 1})),
            "drainage_destination": "B",
            "online_monitoring": town,
            **{f"online_{item}": online for item in ("flow", "cod", "nh3n", "tn", "tp")},
            "has_reuse_process": town & draw.chance(size, 0.1),
            "sludge_stabilization": "6",
            "has_boiler": False,
        },
    )


def _plant_operation(
    draw: Draw, town: np.ndarray, capacity: np.ndarray, days: np.ndarray, treated: np.ndarray
) -> Sheets:
    size = len(town)
    domestic = np.floor(treated * np.where(town, draw.between(size, 0.6, 0.95), 1.0) * 100) / 100
    sludge = np.round(treated * np.where(town, draw.between(size, 0.8, 1.6), draw.between(size, 0.1, 0.4)), 2)
    self_handled = np.zeros(size)
    sent = np.floor(sludge * draw.between(size, 0.85, 1.0) * 100) / 100
    power = treated * np.where(town, draw.between(size, 0.22, 0.4), draw.between(size, 0.12, 0.8))
    reclaimed = np.where(town & draw.chance(size, 0.1), np.floor(treated * 5) / 100, 0.0)
    return sheets(
        "J101-2",
        np.arange(size),
        {
            "operating_days": days,
            "electricity_wkwh": np.maximum(np.ceil(power * 100) / 100, 0.01),
            "design_capacity_m3d": capacity,
            "treated_wm3": treated,
            "treated_domestic_wm3": domestic,
            "reclaimed_wm3": reclaimed,
            "reclaimed_municipal_wm3": reclaimed,
            "dry_sludge_t": sludge,
            "sludge_disposed_t": sent,
            "sludge_self_t": self_handled,
            "sludge_sent_t": sent,
        },
    )


def _plant_monitoring(
    draw: Draw, rows: np.ndarray, town: np.ndarray, treated: np.ndarray, days: np.ndarray
) -> Sheets:
    size = len(rows)
    big = town[rows]
    flow = treated[rows] * 10_000 / 365
    values: dict[str, Any] = {
        "flow_annual_m3": flow,
        "flow_max_m3": flow * draw.between(size, 1.15, 1.6),
        "flow_min_m3": flow * draw.between(size, 0.4, 0.85),
        "monitoring_method": np.where(big, "1", "3"),
    }
    inflow = {"cod": (240, 0.35), "tn": (32, 0.25), "tp": (3.6, 0.3)}
    outflow = {"cod": (28, 55), "tn": (10.5, 19), "tp": (0.3, 1.4)}
    decimals = {"cod": 2, "tn": 3, "tp": 3}
    for name, (median, spread) in inflow.items():
        entering = np.round(
            draw.around(size, median, spread, low=median * 0.4, high=median * 3), decimals[name]
        )
        leaving = np.where(big, outflow[name][0], outflow[name][1]) * draw.between(size, 0.6, 1.1)
        _side(values, draw, name, "in", entering, decimals[name])
        _side(
            values,
            draw,
            name,
            "out",
            np.round(np.minimum(leaving, entering * 0.9), decimals[name]),
            decimals[name],
        )
    for side, share in (("in", (0.6, 0.85)), ("out", (0.08, 0.4))):
        annual = np.round(values[f"tn_{side}_annual_mgl"] * draw.between(size, *share), 3)
        _side(values, draw, "nh3n", side, annual, 3)
    values["bod_in_annual_mgl"] = values["cod_in_annual_mgl"] * 0.42
    values["bod_out_annual_mgl"] = values["cod_out_annual_mgl"] * 0.25
    return sheets("J101-3", rows, values)


def _side(
    values: dict[str, Any], draw: Draw, name: str, side: str, annual: np.ndarray, decimals: int
) -> None:
    size = len(annual)
    values[f"{name}_{side}_annual_mgl"] = annual
    values[f"{name}_{side}_max_mgl"] = np.round(annual * draw.between(size, 1.2, 1.7), decimals)
    values[f"{name}_{side}_min_mgl"] = np.round(annual * draw.between(size, 0.4, 0.8), decimals)


def waste_sites(world: World) -> list[Sheets]:
    """Municipal solid waste: landfills and incinerators. INV-5, J102-1, J102-2, J104-1 to -3."""
    batch = world.batches["waste_site"]
    draw, size = batch.draw, len(batch)
    burns = draw.chance(size, 0.3)
    landfill = ~burns
    _describe(batch, burns, ("生活垃圾填埋场", "生活垃圾焚烧发电厂"))
    waste = np.round(np.where(burns, draw.around(size, 18, 0.4), draw.around(size, 5, 0.5)), 2)  # 10^4 t
    days = np.where(burns, draw.whole(size, 320, 350), 365)
    water = np.round(waste * 10_000 * draw.between(size, 0.15, 0.3))
    capacity = np.round(waste * draw.between(size, 12, 25), 2)
    slag = np.round(waste * 10_000 * draw.between(size, 0.18, 0.24), 2)
    ash = np.round(waste * 10_000 * draw.between(size, 0.02, 0.04), 2)
    fed = np.where(burns, waste, np.nan)
    filled = np.where(landfill, waste, np.nan)
    concentrate = np.round(water * 0.12)
    out = np.floor(water * 0.85)
    basics = sheets(
        "J102-1",
        np.arange(size),
        header(batch, "J102-1")
        | _outlet(batch, draw)
        | _stack(batch, draw, burns, 80.0)
        | {
            "facility_type": "1",
            "treatment_modes": [["2"] if burn else ["1"] for burn in burns.tolist()],
            "built_on": [f"{year}-10" for year in draw.whole(size, 1999, 2016).tolist()],
            "landfill_liner": only(landfill, "1"),
            "drainage_destination": "B",
            "online_monitoring": burns,
            "has_boiler": False,
        },
    )
    operation = sheets(
        "J102-2",
        np.arange(size),
        {
            "operating_days": days,
            "treated_wt": waste,
            "landfill_design_wm3": np.where(landfill, capacity * 2, np.nan),
            "landfill_filled_wm3": np.where(landfill, capacity, np.nan),
            "landfill_active_wm2": np.where(landfill, 1.2, np.nan),
            "landfill_clay_wm2": np.where(landfill, 2.4, np.nan),
            "landfill_membrane_wm2": np.where(landfill, 3.1, np.nan),
            "landfill_actual_wt": filled,
            "furnace_count": np.where(burns, 2, np.nan),
            "grate_count": np.where(burns, 2, np.nan),
            "incineration_design_td": np.where(burns, np.ceil(waste * 10_000 / 310), np.nan),
            "incineration_actual_wt": fed,
            "gas_design_m3h": np.where(burns, np.round(waste * 8000), np.nan),
            "slag_generated_t": np.where(burns, slag, np.nan),
            "slag_disposal_mode": only(burns, "2"),
            "slag_recovered_t": np.where(burns, slag, np.nan),
            "fly_ash_generated_t": np.where(burns, ash, np.nan),
            "fly_ash_disposed_t": np.where(burns, ash, np.nan),
            "wastewater_generated_m3": water,
            "wastewater_mode": "1",
            "wastewater_design_m3d": np.ceil(water / 250) + 5,
            "wastewater_method": "4160",
            "wastewater_treated_m3": water,
            "wastewater_discharged_m3": out,
            "concentrate_m3": concentrate,
            "concentrate_mode": "1",
        },
    )
    return [
        _listed(batch, "2"),
        basics,
        operation,
        *_site_results(batch, draw, burns, water, out, waste * 10_000 / days),
    ]


def hazardous_plants(world: World) -> list[Sheets]:
    """Hazardous waste plants: incineration and physical-chemical treatment. INV-5, J103-1, J103-2, J104-1 to -3."""
    batch = world.batches["hazardous_plant"]
    draw, size = batch.draw, len(batch)
    burns = draw.chance(size, 0.6)
    _describe(batch, burns, ("危险废物处置厂", "危险废物焚烧处置厂"))
    handled = np.round(draw.around(size, 9000, 0.6, low=300), 3)
    water = np.round(handled * draw.between(size, 0.3, 0.8))
    out = np.floor(water * 0.9)
    basics = sheets(
        "J103-1",
        np.arange(size),
        header(batch, "J103-1")
        | _outlet(batch, draw)
        | _stack(batch, draw, burns, 50.0)
        | {
            "plant_type": "1",
            "licence_number": [f"SYN-HW-{number:04d}" for number in draw.whole(size, 1, 9999).tolist()],
            "disposal_modes": [["4"] if burn else ["3"] for burn in burns.tolist()],
            "built_on": [f"{year}-05" for year in draw.whole(size, 2004, 2016).tolist()],
            "drainage_destination": "E" if world.town_plants else "B",
            "online_monitoring": burns,
            "has_boiler": False,
        },
    )
    operation = sheets(
        "J103-2",
        np.arange(size),
        {
            "operating_days": draw.whole(size, 290, 340),
            "received_t": np.round(handled * 1.03, 3),
            "design_capacity_ta": np.ceil(handled * 1.25),
            "handled_total_t": handled,
            "industrial_hw_t": handled,
            "medical_waste_t": 0,
            "other_hw_t": 0,
            "recovered_hw_t": 0,
            "physchem_design_ta": np.where(burns, np.nan, np.ceil(handled * 1.2)),
            "physchem_actual_t": np.where(burns, np.nan, handled),
            "furnace_count": np.where(burns, 1, np.nan),
            "rotary_count": np.where(burns, 1, np.nan),
            "incineration_design_ta": np.where(burns, np.ceil(handled * 1.2), np.nan),
            "incineration_actual_t": np.where(burns, handled, np.nan),
            "auxiliary_oil_t": np.where(burns, handled * 0.01, np.nan),
            "gas_design_m3h": np.where(burns, np.round(handled * 2), np.nan),
            "slag_generated_t": np.where(burns, handled * 0.2, np.nan),
            "slag_disposed_t": np.where(burns, handled * 0.2, np.nan),
            "fly_ash_generated_t": np.where(burns, handled * 0.04, np.nan),
            "fly_ash_disposed_t": np.where(burns, handled * 0.04, np.nan),
            "wastewater_method": "3100",
            "wastewater_design_m3d": np.ceil(water / 250) + 5,
            "wastewater_generated_m3": water,
            "wastewater_treated_m3": water,
            "wastewater_discharged_m3": out,
        },
    )
    return [
        _listed(batch, "3"),
        basics,
        operation,
        *_site_results(batch, draw, burns, water, out, handled / 320),
    ]


def _describe(batch: Batch, burns: np.ndarray, words: tuple[str, str]) -> None:
    for row, burn in enumerate(burns.tolist()):
        batch.attributes[row] |= {"monitored": True, "incinerates": burn}
    batch.industry = np.full(len(batch), "7820" if batch.kind == "waste_site" else "7724", dtype=object)
    batch.name = np.array(
        [
            f"{batch.county.short}{brand}{words[burn]}{names.MARK}"
            for brand, burn in zip(names.brands(batch.draw, len(batch)), burns.tolist(), strict=True)
        ],
        dtype=object,
    )


def _listed(batch: Batch, facility_class: str) -> Sheets:
    return sheets(
        "INV-5",
        np.arange(len(batch)),
        inventory(batch, "INV-5")
        | {"operator_name": batch.name, "operating_status": "1", "facility_class": facility_class},
    )


def _stack(batch: Batch, draw: Draw, burns: np.ndarray, height: float) -> dict[str, Any]:
    spot = batch.county.outline.near(draw.rng, np.stack([batch.lon, batch.lat], axis=1), 0.0005)
    return {
        "stack_count": np.where(burns, 1, np.nan),
        "stack_height_m": np.where(burns, height, np.nan),
        "stack_longitude": only(burns, dms(spot[:, 0])),
        "stack_latitude": only(burns, dms(spot[:, 1])),
    }


def _site_results(
    batch: Batch, draw: Draw, burns: np.ndarray, water: np.ndarray, out: np.ndarray, daily_t: np.ndarray
) -> list[Sheets]:
    """J104-1 (water monitoring), J104-2 (incinerator gas) and J104-3 (amounts that follow from them)."""
    size = len(batch)
    inflow = {"cod": 6500.0, "tn": 1900.0, "nh3n": 1500.0, "tp": 12.0}
    outflow = {"cod": 75.0, "tn": 32.0, "nh3n": 18.0, "tp": 1.2}
    entering = {n: np.round(draw.around(size, v, 0.25), 2) for n, v in inflow.items()}
    leaving = {n: np.round(v * draw.between(size, 0.4, 1.0), 2) for n, v in outflow.items()}
    leaving["nh3n"] = np.round(np.minimum(leaving["nh3n"], leaving["tn"] * 0.8), 2)
    point = Table(
        np.arange(size),
        {
            "point_name": "总排口",
            "monitoring_method": "3",
            "flow_m3": out,
            **{f"{name}_in_mgl": value for name, value in entering.items()},
            **{f"{name}_out_mgl": value for name, value in leaving.items()},
        },
    )
    rows = np.flatnonzero(burns)
    hours = np.round(draw.between(len(rows), 7000, 8000))
    gas = np.round(daily_t[rows] * 230)
    dust, so2, nox = (
        draw.between(len(rows), low, high).round(2) for low, high in ((4, 16), (15, 60), (120, 220))
    )
    volume = gas * hours / 10_000  # 10^4 m3
    emitted = {"pm_emission_t": dust, "so2_emission_t": so2, "nox_emission_t": nox}
    air: dict[str, np.ndarray] = {"exhaust_gas_wm3": np.full(size, np.nan)}
    air["exhaust_gas_wm3"][rows] = np.round(volume)
    for item, concentration in emitted.items():
        air[item] = np.full(size, np.nan)
        air[item][rows] = volume * concentration / 1e5
    return [
        sheets("J104-1", np.arange(size), {}, {"points": point}),
        sheets(
            "J104-2",
            rows,
            {},
            {
                "units": Table(
                    np.arange(len(rows)),
                    {
                        "incinerator_code": "FSL01",
                        "incinerator_name": "1号焚烧炉",
                        "incinerator_type": "1" if batch.kind == "waste_site" else "4",
                        "incinerator_capacity_td": np.ceil(daily_t[rows] * 1.2),
                        "operating_hours": hours,
                        "monitoring_method": "1",
                        "gas_flow_m3h": gas,
                        "pm_mgm3": dust,
                        "so2_mgm3": so2,
                        "nox_mgm3": nox,
                        "dioxin_ng": draw.between(len(rows), 0.005, 0.08),
                    },
                )
            },
        ),
        sheets(
            "J104-3",
            np.arange(size),
            {"accounting_method": "1", **air}
            | {f"{name}_generation_t": water * value / 1e6 for name, value in entering.items()}
            | {f"{name}_discharge_t": out * leaving[name] / 1e6 for name in leaving},
        ),
    ]
