"""Region-level objects of a city: urban domestic sources, motor vehicles, oil storage, transport and sale."""

from __future__ import annotations

import numpy as np

from sources.demo import names
from sources.demo.columns import Sheets, Table, sheets
from sources.demo.draw import Draw
from sources.demo.register import Batch, World

ONE = np.arange(1)
LABELS = {"city_domestic": "城市生活源", "city_vehicles": "机动车", "city_oil": "油品储运销"}
# vehicle type, use, fuel, number per 1,000 villages of the city, NOx and PM t per vehicle (sizes only)
FLEET = (
    ("11", "1", "1", 6_000, 0.0004, 0.00001),
    ("12", "1", "1", 210_000, 0.0003, 0.00001),
    ("12", "1", "2", 3_000, 0.004, 0.0003),
    ("12", "2", "1", 700, 0.006, 0.0001),
    ("13", "4", "2", 500, 0.02, 0.001),
    ("14", "3", "2", 500, 0.12, 0.003),
    ("14", "4", "2", 900, 0.1, 0.003),
    ("21", "1", "1", 900, 0.002, 0.00003),
    ("22", "1", "2", 18_000, 0.02, 0.001),
    ("23", "4", "2", 1_500, 0.06, 0.003),
    ("24", "4", "2", 6_500, 0.25, 0.008),
    ("31", "1", "2", 1_200, 0.012, 0.001),
    ("32", "1", "2", 900, 0.015, 0.001),
    ("41", "1", "1", 90_000, 0.0004, 0.00003),
)
STAGES = ("stage_pre1", "stage_1", "stage_2", "stage_3", "stage_4", "stage_5")
STAGE_SHARES = (0.01, 0.03, 0.08, 0.25, 0.45, 0.18)


def fill(world: World, villages: int) -> list[tuple[str, list[Sheets]]]:
    """(kind, forms) of the city's objects; *villages* of the whole city give the size."""
    makers = {"city_domestic": domestic, "city_vehicles": vehicles, "city_oil": oil}
    found = []
    for kind, make in makers.items():
        if batch := world.batches.get(kind):
            batch.name = np.array(
                [f"{batch.region[0][:4]}市{LABELS[kind]}综合调查{names.MARK}"], dtype=object
            )
            found.append((kind, make(batch, batch.draw, villages)))
    return found


def domestic(batch: Batch, draw: Draw, villages: int) -> list[Sheets]:
    people = round(villages * 0.137, 4)  # 10^4 persons
    urban, town = round(people * 0.3, 4), round(people * 0.14, 4)
    guests = round(people * 0.04, 4)
    served = round(urban * 0.98, 4)
    water = served * float(draw.between(1, 150, 210)[0]) * 365 / 1000  # 10^4 m3
    town_served = round(town * 0.9, 4)
    litres = round(float(draw.between(1, 95, 140)[0]), 2)
    return [
        sheets(
            "S201",
            ONE,
            {
                "total_population_wren": people,
                "housing_completed_wm2": people * 1.1,
                "housing_per_capita_m2": draw.between(1, 38, 55),
                "new_asphalt_road_km": people * 0.3,
                "rebuilt_asphalt_road_km": people * 0.2,
                "urban_road_km": people * 3.1,
                "urban_population_wren": urban,
                "urban_temporary_wren": guests,
                "public_service_water_wm3": water * 0.3,
                "household_water_wm3": water * 0.68,
                "free_domestic_water_wm3": water * 0.02,
                "water_population_wren": served,
                "natural_gas_wm3": urban * 38,
                "lpg_t": urban * 160,
                "town_count": max(1, villages // 30),
                "town_population_wren": town,
                "town_water_wm3": town_served * litres * 365 / 1000,
                "town_water_population_wren": town_served,
                "town_water_lpd": litres,
                "village_water_lpd": draw.between(1, 75, 105),
            },
        )
    ]


def vehicles(batch: Batch, draw: Draw, villages: int) -> list[Sheets]:
    size = len(FLEET)
    total = np.ceil(np.array([row[3] for row in FLEET]) * villages / 1000 * draw.around(size, 1.0, 0.15))
    stages = draw.parts(total, STAGE_SHARES, evenness=60)
    nox = total * np.array([row[4] for row in FLEET])
    dust = total * np.array([row[5] for row in FLEET])
    # the emission form has one row for each type and fuel, whatever the use
    keys = [(row[0], row[2]) for row in FLEET]
    groups = list(dict.fromkeys(keys))
    place = np.array([groups.index(key) for key in keys])
    nox_of, dust_of = np.bincount(place, nox), np.bincount(place, dust)
    return [
        sheets(
            "Y201-1",
            ONE,
            {},
            {
                "vehicles": Table(
                    np.zeros(size, dtype=int),
                    {
                        "vehicle_type": [row[0] for row in FLEET],
                        "vehicle_use": [row[1] for row in FLEET],
                        "fuel": [row[2] for row in FLEET],
                        **{stage: stages[:, position] for position, stage in enumerate(STAGES)},
                        "stage_6": 0,
                        "total_count": total,
                    },
                )
            },
        ),
        sheets(
            "Y201-2",
            ONE,
            {},
            {
                "vehicles": Table(
                    np.zeros(len(groups), dtype=int),
                    {
                        "vehicle_type": [kind for kind, _ in groups],
                        "fuel": [fuel for _, fuel in groups],
                        "nox_emission_t": np.maximum(nox_of, 0.001),
                        "pm_emission_t": np.clip(dust_of, 0.001, np.maximum(nox_of, 0.001)),
                        "voc_emission_t": nox_of
                        * np.array([2.0 if fuel == "1" else 0.15 for _, fuel in groups]),
                    },
                )
            },
        ),
    ]


def oil(batch: Batch, draw: Draw, villages: int) -> list[Sheets]:
    depot, station, carrier = np.round(np.array([0.02, 0.35, 0.01]) * villages * draw.around(3, 1.0, 0.2), 3)
    return [
        sheets(
            "Y203",
            ONE,
            {
                "depot_voc_t": depot,
                "station_voc_t": station,
                "carrier_voc_t": carrier,
                "total_voc_t": depot + station + carrier,
            },
        )
    ]
