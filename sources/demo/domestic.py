"""Domestic sources: villages (S102, samples S106), non-industrial boilers (INV-3, S103), outfalls (INV-4, S104-5)."""

from __future__ import annotations

import numpy as np

from sources.demo import boilers, names
from sources.demo.columns import Sheets, Table, sheets
from sources.demo.county_units import VILLAGERS
from sources.demo.draw import spread, within
from sources.demo.register import World, header, inventory

OWNERS = (("中学", "2"), ("医院", "3"), ("宾馆", "4"), ("机关食堂", "1"), ("浴场", "5"), ("商厦", "7"))
FUEL_OF = {"R1": "4", "R2": "21", "R3": "15", "R4": "37"}


def villages(world: World) -> list[Sheets]:
    batch = world.batches["village"]
    draw, size = batch.draw, len(batch)
    batch.name = batch.county.village_names[batch.village]
    households = draw.around(size, 420, 0.5, low=40, high=2500)
    persons = draw.between(size, 1.9, 3.3)
    # villages and towns together are the people of the county, as county_units.towns says them
    villagers = VILLAGERS * min(size, int(batch.county.rural.sum()) or size)
    households = np.ceil(households * villagers / max(1.0, (households * persons).sum()))
    population = np.round(households * persons)
    flush = np.floor(households * draw.between(size, 0.75, 1.0))
    excreta = draw.parts(households, [0.34, 0.02, 0.01, 0.02, 0.58, 0.03], evenness=12)
    septic = excreta[:, 4]
    # what leaves a septic tank into a sewer has to arrive somewhere: field, water, rural plant, town or elsewhere
    sewage = draw.parts(households, [0.14, 0.06, 0.02, 0.66, 0.1, 0.02], evenness=12)
    shortfall = np.maximum(0, septic - (households - sewage[:, 2])).astype(np.int64)
    sewage[:, 2] -= shortfall
    sewage[:, 3] += shortfall
    waste = draw.parts(households, [0.85, 0.1, 0.04, 0.01], evenness=15)
    sampled = draw.chance(size, 0.02)
    for row in np.flatnonzero(sampled).tolist():
        batch.attributes[row]["sampled"] = True
    ways = ("used", "tank", "water", "device", "septic_sewer", "other")
    flows = ("farmland", "water", "device", "rural_plant", "municipal", "other")
    wastes = ("town", "sanitary", "dump", "none")
    survey = sheets(
        "S102",
        np.arange(size),
        header(batch, "S102")
        | {
            "village_name": batch.name,
            "household_count": households,
            "population": population,
            "flush_toilet_households": flush,
            "no_flush_toilet_households": households - flush,
            **{f"excreta_{item}_households": excreta[:, position] for position, item in enumerate(ways)},
            **{f"sewage_{item}_households": sewage[:, position] for position, item in enumerate(flows)},
            **{f"waste_{item}_households": waste[:, position] for position, item in enumerate(wastes)},
            "coal_to_gas_households": 0,
            "coal_to_power_households": 0,
            "coal_heating_households": 0,
            "radiator_stove_households": 0,
            "stove_households": np.floor(households * draw.between(size, 0, 0.1)),
            "kang_households": 0,
        },
    )
    return [survey, _household_samples(world, np.flatnonzero(sampled))]


def _household_samples(world: World, rows: np.ndarray) -> Sheets:
    """S106: five households of each village drawn for the sample, a sheet each."""
    batch = world.batches["village"]
    draw = batch.draw
    owner = np.repeat(rows, 5)
    size = len(owner)
    fuel = draw.pick(size, {"4": 6, "6": 4, "3": 3, "5": 1})
    area = np.round(draw.around(size, 140, 0.35, low=30, high=500))
    form = sheets(
        "S106",
        owner,
        {
            "region_code": batch.region[owner],
            "village_name": batch.name[owner],
            "head_name": names.people(draw, size),
            "contact_phone": names.phones(draw, size),
            "household_size": draw.whole(size, 1, 6),
            "house_area_m2": area,
            "main_cooking_fuel": fuel,
            "stove_type": [["4"]] * size,
            "firewood_kg": np.where(fuel == "3", np.round(draw.around(size, 900, 0.5)), np.nan),
            "lpg_kg": np.where(fuel == "4", np.round(draw.around(size, 110, 0.4)), np.nan),
            "natural_gas_m3": np.where(fuel == "5", np.round(draw.around(size, 150, 0.4)), np.nan),
            "electricity_kwh": np.round(draw.around(size, 1700, 0.4)),
        },
    )
    form.number = within(owner)
    form.label = "抽样户"
    return form


def boiler_units(world: World) -> list[Sheets]:
    batch = world.batches["boiler_unit"]
    draw, size = batch.draw, len(batch)
    kind = draw.whole(size, 0, len(OWNERS) - 1)
    batch.name = np.array(
        [
            f"{batch.county.short}{brand}{OWNERS[one][0]}{names.MARK}"
            for brand, one in zip(names.brands(draw, size), kind.tolist(), strict=True)
        ],
        dtype=object,
    )
    counts = draw.pick(size, {1: 7, 2: 3}).astype(int)
    survey = boilers.fill(batch, np.ones(size, bool), use="5", counts=counts)
    owner, rows = boilers.boiler_kinds(survey)
    listed = sheets(
        "INV-3",
        np.arange(size),
        inventory(batch, "INV-3")
        | {"unit_type": np.array([code for _, code in OWNERS], dtype=object)[kind], "boiler_count": counts},
        {
            "boilers": Table(
                owner,
                {
                    "boiler_code": [row["boiler_code"] for row in rows],
                    "boiler_use": "5",
                    "commission_year": [row["commission_year"] for row in rows],
                    "boiler_type": [row["boiler_type"] for row in rows],
                    "rated_output_th": [row["rated_output_th"] for row in rows],
                    "fuel_type": [FUEL_OF[row["boiler_type"]] for row in rows],
                    "status": "1",
                },
            )
        },
    )
    return [listed, survey]


def outfalls(world: World) -> list[Sheets]:
    batch = world.batches["outfall"]
    draw, size = batch.draw, len(batch)
    batch.name = np.array(
        [f"{village}排污口{names.MARK}" for village in batch.address.tolist()], dtype=object
    )
    large = draw.chance(size, 0.4)
    water, water_codes = names.waters(batch.township.tolist(), batch.region.tolist())
    code = [f"SYN{county[:6]}{n:04d}" for n, county in enumerate([batch.county.code] * size, start=1)]
    common = {
        "outfall_name": batch.name,
        "outfall_code": code,
        "outfall_class": "1",
        "setting_unit": [f"{town}人民政府（合成）" for town in batch.township.tolist()],
        "outfall_scale": np.where(large, "1", "2"),
        "outfall_type": draw.pick(size, {"1": 2, "2": 5, "3": 3}),
        "entry_mode": draw.pick(size, {"1": 5, "2": 5, "4": 1}),
        "receiving_water_name": water,
    }
    rows = np.flatnonzero(large)
    sheet = spread(np.full(len(rows), 2))
    cod = np.round(draw.around(len(sheet), 45, 0.5, low=8, high=400), 2)
    tn = np.round(draw.around(len(sheet), 14, 0.4, low=1, high=80), 3)
    wet = within(sheet) == 2
    return [
        sheets("INV-4", np.arange(size), inventory(batch, "INV-4") | common),
        sheets(
            "S104",
            np.arange(size),
            header(batch, "S104") | common | {"receiving_water_code": water_codes},
        ),
        sheets(
            "S105",
            rows,
            {"outfall_name": batch.name[rows], "outfall_code": np.array(code, dtype=object)[rows]},
            {
                "samples": Table(
                    sheet,
                    {
                        "season": np.where(wet, "2", "1"),
                        "monitor_time": np.where(wet, "2018-06-12", "2018-01-15"),
                        "flow_m3h": draw.around(len(sheet), 40, 0.8, low=0.5, high=3000),
                        "cod_mgl": cod,
                        "bod5_mgl": cod * 0.35,
                        "nh3n_mgl": tn * 0.5,
                        "tn_mgl": tn,
                        "tp_mgl": draw.around(len(sheet), 0.8, 0.5, low=0.05, high=8),
                        "oil_mgl": draw.around(len(sheet), 0.5, 0.6, low=0.02, high=10),
                    },
                )
            },
        ),
    ]
