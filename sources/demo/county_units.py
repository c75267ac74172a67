"""Region-level ("comprehensive") objects of a county: crops, small farms, aquaculture, towns, machinery, vessels.

Sizes follow the number of villages of the county, so a small county gets small figures.
"""

from __future__ import annotations

import numpy as np

from sources.demo import names
from sources.demo.columns import Sheets, Table, sheets
from sources.demo.draw import Draw
from sources.demo.register import Batch, World

ONE = np.arange(1)
LABELS = {
    "county_crops": "种植业",
    "county_small_farms": "规模以下畜禽养殖",
    "county_aquaculture": "水产养殖",
    "county_domestic": "县域城镇生活",
    "county_farm_machinery": "农业机械",
    "county_fishing_vessels": "机动渔船",
}
# crop code, share of sown area, share film-covered, share harvested by machine
CROPS = (
    ("01", 0.34, 0.0, 0.8),
    ("03", 0.04, 0.05, 0.2),
    ("07", 0.05, 0.0, 0.1),
    ("10", 0.04, 0.0, 0.0),
    ("13", 0.12, 0.0, 0.4),
    ("23", 0.14, 0.12, 0.0),
    ("24", 0.02, 0.5, 0.0),
    ("25", 0.04, 0.3, 0.0),
    ("26", 0.15, 0.0, 0.0),
    ("27", 0.06, 0.0, 0.1),
)
# straw crop, output t per mu, straw per t of grain, share of sown area
STRAW = (("2", 0.45, 0.9, 0.34), ("5", 0.35, 1.0, 0.04), ("9", 0.13, 2.0, 0.12), ("10", 0.14, 1.1, 0.05))
# animal: households per village, herd per household
SMALL_FARMS = {"1": (6, 35), "2": (0.02, 20), "3": (0.8, 6), "4": (10, 60), "5": (9, 90)}
# machinery: number per village, kW each, share of diesel
MACHINES = {
    "1": (1.5, 45, 1.0),
    "2": (14, 9, 1.0),
    "3": (9, 5, 0.7),
    "5": (16, 4, 0.6),
    "6": (1.2, 50, 1.0),
    "7": (7, 5, 0.5),
}
FUEL_USES = {"1": 4.0, "2": 1.2, "3": 0.6, "4": 0.3, "5": 0.6, "6": 2.4}  # t per village


def fill(world: World) -> list[tuple[str, list[Sheets]]]:
    """(kind, forms) of every county-level object there is in the world."""
    makers = {
        "county_crops": crops,
        "county_small_farms": small_farms,
        "county_aquaculture": aquaculture,
        "county_domestic": towns,
        "county_farm_machinery": machinery,
        "county_fishing_vessels": vessels,
    }
    found = []
    for kind, make in makers.items():
        if batch := world.batches.get(kind):
            batch.name = np.array([f"{batch.county.name}{LABELS[kind]}综合调查{names.MARK}"], dtype=object)
            found.append(
                (kind, make(batch, batch.draw, int(batch.county.rural.sum()) or len(batch.county.villages)))
            )
    return found


def crops(batch: Batch, draw: Draw, villages: int) -> list[Sheets]:
    cultivated = np.round(draw.around(1, villages * 850.0, 0.1))
    orchard = np.round(cultivated * draw.between(1, 0.15, 0.35))
    dry, paddy = draw.parts(cultivated, [0.35, 0.65])[0]
    flat, gentle, steep = draw.parts(cultivated + orchard, [0.55, 0.33, 0.12])[0]
    gentle_terraced, gentle_plain = draw.parts(np.array([gentle]), [0.6, 0.4])[0]
    gentle_down, gentle_contour = draw.parts(np.array([gentle_plain]), [0.45, 0.55])[0]
    steep_terraced, steep_plain = draw.parts(np.array([steep]), [0.75, 0.25])[0]
    steep_down, steep_contour = draw.parts(np.array([steep_plain]), [0.4, 0.6])[0]
    total = float(cultivated[0] + orchard[0])
    sown = np.floor(np.array([crop[1] for crop in CROPS]) * total * 1.6)
    film = np.floor(sown * np.array([crop[2] for crop in CROPS]))
    nitrogen, phosphate, compound, other = (
        np.floor(draw.parts(np.array([total * 28 / 10]), [0.38, 0.14, 0.36, 0.12])[0]) / 100
    )
    film_use = round(float(film.sum()) * 0.0048, 2)
    large = np.round(cultivated * 0.12)
    grain, cash, vegetables, groves = draw.parts(large, [0.4, 0.2, 0.2, 0.2])[0]
    straw_sown = np.array([entry[3] for entry in STRAW]) * total * 1.6
    output = np.floor(straw_sown * np.array([entry[1] for entry in STRAW]))
    straw = np.floor(output * np.array([entry[2] for entry in STRAW]) * 0.8)
    used = np.floor(straw * draw.between(len(STRAW), 0.88, 0.97))
    fertiliser, feed, medium, fuel = draw.parts(used, [0.75, 0.12, 0.06, 0.07], evenness=30).T
    return [
        sheets(
            "N201-1",
            ONE,
            {
                "farm_households": villages * 380,
                "rural_population": villages * 1150,
                "large_grower_count": max(1, villages // 3),
                "large_grower_area_mu": large,
                "large_grain_mu": grain,
                "large_economic_mu": cash,
                "large_vegetable_mu": vegetables,
                "large_orchard_mu": groves,
                "cultivated_mu": cultivated,
                "dryland_mu": dry,
                "paddy_mu": paddy,
                "open_vegetable_mu": np.floor(cultivated * 0.12),
                "protected_vegetable_mu": np.floor(cultivated * 0.02),
                "orchard_mu": orchard,
                "flat_mu": flat,
                "gentle_mu": gentle,
                "steep_mu": steep,
                "gentle_terraced_mu": gentle_terraced,
                "gentle_unterraced_mu": gentle_plain,
                "gentle_downslope_mu": gentle_down,
                "gentle_contour_mu": gentle_contour,
                "steep_terraced_mu": steep_terraced,
                "steep_unterraced_mu": steep_plain,
                "steep_downslope_mu": steep_down,
                "steep_contour_mu": steep_contour,
                "fertilizer_total_t": round(nitrogen + phosphate + compound + other, 2),
                "nitrogen_t": nitrogen,
                "phosphate_t": phosphate,
                "compound_t": compound,
                "pesticide_t": round(total * 0.0006, 2),
                "film_area_mu": float(film.sum()),
                "film_use_t": film_use,
                "film_thick_t": round(film_use * 0.8, 2),
                "film_producers": 0,
                "film_recyclers": 1,
                "film_recycled_t": round(film_use * 0.5, 2),
                "film_reused_t": round(film_use * 0.3, 2),
            },
        ),
        sheets(
            "N201-2",
            ONE,
            {},
            {
                "crops": Table(
                    np.zeros(len(CROPS), dtype=int),
                    {
                        "crop": [crop[0] for crop in CROPS],
                        "crop_code": [crop[0] for crop in CROPS],
                        "sown_mu": sown,
                        "film_covered_mu": film,
                        "machine_harvested_mu": np.floor(sown * np.array([crop[3] for crop in CROPS])),
                    },
                )
            },
        ),
        sheets(
            "N201-3",
            ONE,
            {},
            {
                "straw": Table(
                    np.zeros(len(STRAW), dtype=int),
                    {
                        "straw_crop": [entry[0] for entry in STRAW],
                        "grain_output_t": output,
                        "straw_collectable_t": straw,
                        "straw_return_mu": np.floor(straw_sown * 0.6),
                        "straw_fertilizer_t": fertiliser,
                        "straw_feed_t": feed,
                        "straw_medium_t": medium,
                        "straw_fuel_t": fuel,
                        "straw_used_t": used,
                        "straw_burned_t": 0,
                    },
                )
            },
        ),
    ]


def small_farms(batch: Batch, draw: Draw, villages: int) -> list[Sheets]:
    animals = list(SMALL_FARMS)
    size = len(animals)
    households = np.ceil(
        np.array([SMALL_FARMS[one][0] for one in animals]) * villages * draw.around(size, 1.0, 0.3)
    )
    herd = np.ceil(
        households * np.array([SMALL_FARMS[one][1] for one in animals]) * draw.around(size, 1.0, 0.2)
    )
    cleaning = draw.percentages(size, [70, 8, 3, 14, 3, 2])
    dung = draw.percentages(size, [5, 72, 4, 2, 1, 1, 3, 12])
    sewage = draw.percentages(size, [4, 32, 42, 1, 6, 15])
    return [
        sheets(
            "N202",
            ONE,
            {"manure_field_mu": villages * 300},
            {
                "animals": Table(
                    np.zeros(size, dtype=int),
                    {"animal": animals, "household_count": households, "herd": herd}
                    | _columns(
                        "{}_pct",
                        ("dry_cleaning", "flushing", "soaking", "bedding", "raised_floor", "cleaning_other"),
                        cleaning,
                    )
                    | _columns(
                        "dung_{}_pct",
                        (
                            "contracted",
                            "farm_manure",
                            "organic",
                            "bedding",
                            "medium",
                            "feed",
                            "fuel",
                            "unused",
                        ),
                        dung,
                    )
                    | _columns(
                        "sewage_{}_pct",
                        ("contracted", "biogas", "manure", "ferment_bed", "other", "unused"),
                        sewage,
                    ),
                )
            },
        )
    ]


def _columns(pattern: str, parts: tuple[str, ...], values: np.ndarray) -> dict[str, np.ndarray]:
    return {pattern.format(part): values[:, position] for position, part in enumerate(parts)}


def aquaculture(batch: Batch, draw: Draw, villages: int) -> list[Sheets]:
    species = ["02", "03", "04", "06", "24"]
    size = len(species)
    area = np.round(draw.around(size, villages * np.array([9.0, 12.0, 8.0, 5.0, 2.0]), 0.3, low=1), 2)
    output = area * draw.between(size, 0.25, 0.7)
    return [
        sheets(
            "N203",
            ONE,
            {"large_farm_count": max(1, villages // 12), "household_count": villages * 2},
            {
                "rows": Table(
                    np.zeros(size, dtype=int),
                    {
                        "species": species,
                        "species_code": species,
                        "water_type": "1",
                        "culture_mode": "1",
                        "output_t": output,
                        "seed_t": output * draw.between(size, 0.08, 0.2),
                        "culture_area_mu": area,
                    },
                )
            },
        )
    ]


PEOPLE, SEAT, TOWN = 1700, 0.22, 0.14
"""Persons of a county for each of its villages; shares of the county seat and of the towns."""
VILLAGERS = PEOPLE * (1 - SEAT - TOWN)


def towns(batch: Batch, draw: Draw, villages: int) -> list[Sheets]:
    people = villages * PEOPLE / 10_000  # 10^4 persons
    seat, town = round(people * SEAT, 4), round(people * TOWN, 4)
    guests = round(people * 0.05, 4)
    served = round(seat * 0.96, 4)
    litres = float(draw.between(1, 130, 190)[0])
    seat_water = served * litres * 365 / 1000  # 10^4 m3
    town_served = round(town * 0.9, 4)
    town_litres = float(draw.between(1, 90, 140)[0])
    return [
        sheets(
            "S202",
            ONE,
            {
                "total_population_wren": people,
                "county_seat_population_wren": seat,
                "temporary_population_wren": guests,
                "county_seat_temporary_wren": round(guests * 0.5, 4),
                "public_service_water_wm3": seat_water * 0.28,
                "household_water_wm3": seat_water * 0.7,
                "free_domestic_water_wm3": seat_water * 0.02,
                "water_population_wren": served,
                "central_heating_area_wm2": 0,
                "manufactured_gas_wm3": 0,
                "natural_gas_wm3": seat * 35,
                "lpg_t": seat * 180,
                "town_count": max(1, villages // 25),
                "town_population_wren": town,
                "town_water_wm3": town_served * town_litres * 365 / 1000,
                "town_water_population_wren": town_served,
                "town_water_lpd": town_litres,
                "village_water_lpd": draw.between(1, 70, 110),
            },
        )
    ]


def machinery(batch: Batch, draw: Draw, villages: int) -> list[Sheets]:
    kinds = list(MACHINES)
    count = np.ceil(
        np.array([MACHINES[kind][0] for kind in kinds]) * villages * draw.around(len(kinds), 1.0, 0.3)
    )
    power = np.round(count * np.array([MACHINES[kind][1] for kind in kinds]), 2)
    diesel = np.floor(power * np.array([MACHINES[kind][2] for kind in kinds]))
    uses = list(FUEL_USES)
    fuel = np.ceil(np.array(list(FUEL_USES.values())) * villages * draw.around(len(uses), 1.0, 0.2))
    burnt = np.floor(fuel * 0.92)
    nox = float(burnt.sum()) * 0.035
    return [
        sheets(
            "Y202-1",
            ONE,
            {},
            {
                "machines": Table(
                    np.zeros(len(kinds), dtype=int),
                    {
                        "machine_type": kinds,
                        "machine_count": count,
                        "machine_power_kw": power,
                        "diesel_power_kw": diesel,
                        "gasoline_power_kw": np.floor((power - diesel) * 0.5),
                    },
                )
            },
        ),
        sheets(
            "Y202-2",
            ONE,
            {},
            {
                "uses": Table(
                    np.zeros(len(uses), dtype=int),
                    {
                        "fuel_use": uses,
                        "fuel_total_t": fuel,
                        "fuel_diesel_t": burnt,
                        "fuel_gasoline_t": fuel - burnt,
                    },
                )
            },
        ),
        sheets(
            "Y202-4",
            ONE,
            {},
            {
                "rows": Table(
                    np.zeros(1, dtype=int),
                    {
                        "source_name": ["农业机械"],
                        "nox_emission_t": nox,
                        "pm_emission_t": nox * 0.08,
                        "voc_emission_t": nox * 0.25,
                    },
                )
            },
        ),
    ]


def vessels(batch: Batch, draw: Draw, villages: int) -> list[Sheets]:
    kinds = ("3", "4")
    count = np.ceil(np.array([0.25, 0.1]) * villages)
    return [
        sheets(
            "Y202-3",
            ONE,
            {},
            {
                "vessels": Table(
                    np.zeros(len(kinds), dtype=int),
                    {
                        "vessel_type": kinds,
                        "power_class": "1",
                        "vessel_count": count,
                        "vessel_tonnage_gt": count * 2,
                        "vessel_power_kw": count * draw.between(len(kinds), 8, 20).round(1),
                    },
                )
            },
        )
    ]
