"""Large-scale livestock farms: INV-2, N101-1, N101-2 (and S103 where the farm has a boiler)."""

from __future__ import annotations

import numpy as np

from sources.demo import boilers, names
from sources.demo.columns import Sheets, Table, lists, only, sheets
from sources.demo.draw import Draw
from sources.demo.register import Batch, World, header, inventory

# animal: code, item of the herd, word in the name, threshold, median herd, share
ANIMALS = (
    ("1", "pig_slaughter", "生猪", 500, 1200, 0.72),
    ("2", "dairy_stock", "奶牛", 100, 180, 0.01),
    ("3", "beef_slaughter", "肉牛", 50, 90, 0.05),
    ("4", "layer_stock", "蛋鸡", 2000, 6500, 0.13),
    ("5", "broiler_slaughter", "肉鸡", 10000, 28000, 0.09),
)
# stage: animal, standing stock per head of the herd figure, weight range kg, feed kg/d, cycle d
STAGES = (
    ("11", "1", 0.045, 130, 220, 2.6, 365),
    ("12", "1", 0.10, 8, 25, 0.9, 40),
    ("13", "1", 0.32, 25, 115, 2.2, 115),
    ("21", "2", 0.6, 450, 650, 20, 365),
    ("22", "2", 0.25, 150, 450, 9, 365),
    ("23", "2", 0.15, 35, 150, 3, 180),
    ("31", "3", 0.3, 350, 550, 9, 365),
    ("32", "3", 0.8, 180, 550, 10, 300),
    ("33", "3", 0.2, 30, 180, 3, 180),
    ("41", "4", 0.3, 0.05, 1.4, 0.05, 130),
    ("42", "4", 0.7, 1.4, 2.0, 0.11, 365),
    ("51", "5", 0.17, 0.05, 2.4, 0.09, 50),
)
SEWAGE = {"1": 2.2, "2": 16.0, "3": 5.0, "4": 0.01, "5": 0.002}  # t a year for each head of the herd figure
DUNG = {"1": 0.35, "2": 9.0, "3": 4.0, "4": 0.042, "5": 0.004}
URINE_SHARES = {
    "urine_liquid_manure_pct": 40,
    "urine_digestate_pct": 34,
    "urine_liquid_fertilizer_pct": 3,
    "urine_ferment_bed_pct": 5,
    "urine_fish_pond_pct": 2,
    "urine_site_reuse_pct": 4,
    "urine_contracted_pct": 6,
    "urine_compliant_pct": 5,
    "urine_direct_pct": 1,
    "urine_other_pct": 0.01,
}
DUNG_SHARES = {
    "dung_farm_manure_pct": 48,
    "dung_organic_fertilizer_pct": 20,
    "dung_digestate_pct": 12,
    "dung_bedding_pct": 0.01,
    "dung_medium_pct": 4,
    "dung_fuel_pct": 1,
    "dung_fish_pond_pct": 2,
    "dung_contracted_pct": 13,
    "dung_dumped_pct": 0.01,
    "dung_other_pct": 0.01,
}
LAND = (
    "field_crop_mu",
    "vegetable_mu",
    "economic_crop_mu",
    "orchard_mu",
    "grassland_mu",
    "forest_mu",
    "other_land_mu",
)


def fill(world: World) -> list[Sheets]:
    batch = world.batches["farm"]
    draw, size = batch.draw, len(batch)
    animal = draw.rng.choice(len(ANIMALS), size, p=[entry[5] for entry in ANIMALS])
    threshold = np.array([entry[3] for entry in ANIMALS], dtype=float)[animal]
    median = np.array([entry[4] for entry in ANIMALS], dtype=float)[animal]
    herd = np.round(np.maximum(threshold, draw.around(size, median, 0.7, high=60_000)))
    batch.name = np.array(
        [
            f"{batch.county.short}{town}{brand}{ANIMALS[kind][2]}养殖场{names.MARK}"
            for town, brand, kind in zip(
                batch.township.tolist(), names.brands(draw, size), animal.tolist(), strict=True
            )
        ],
        dtype=object,
    )
    batch.industry = np.where(animal == 0, "0313", np.where(animal >= 3, "0321", "0311")).astype(object)
    with_boiler = draw.chance(size, 0.02)
    for row in np.flatnonzero(with_boiler).tolist():
        batch.attributes[row]["has_boiler"] = True
    herds = {entry[1]: np.where(animal == kind, herd, np.nan) for kind, entry in enumerate(ANIMALS)}
    return [
        sheets("INV-2", np.arange(size), inventory(batch, "INV-2") | {"operating_status": "1"} | herds),
        _basics(batch, draw, animal, herd, with_boiler),
        _herd(batch, draw, animal, herd, herds),
        boilers.fill(batch, with_boiler, use="1"),
    ]


def _basics(
    batch: Batch, draw: Draw, animal: np.ndarray, herd: np.ndarray, with_boiler: np.ndarray
) -> Sheets:
    size = len(batch)
    code = np.array([entry[0] for entry in ANIMALS], dtype=object)[animal]
    urine = draw.percentages(size, list(URINE_SHARES.values()), evenness=2.5)
    dung = draw.percentages(size, list(DUNG_SHARES.values()), evenness=2.5)
    to_water = (urine[:, 7] + urine[:, 8]) > 0
    water, codes = names.waters(batch.township.tolist(), batch.region.tolist())
    volume = (
        np.ceil(herd * np.array([SEWAGE[one] for one in code.tolist()]) * draw.between(size, 0.1, 0.3)) + 10
    )
    return sheets(
        "N101-1",
        np.arange(size),
        header(batch, "N101-1")
        | {
            "animal_type": [[one] for one in code.tolist()],
            "dung_cleaning": lists(draw.many(size, {"1": 0.5, "2": 0.3, "3": 0.1})),
            "ventilation": draw.pick(size, {"1": 1, "2": 4}),
            "raw_storage_type": lists(draw.many(size, {"3": 0.8, "4": 0.2, "2": 0.1})),
            "raw_storage_mouth": draw.pick(size, ["1", "2"]),
            "raw_storage_area_m2": volume / draw.between(size, 1.5, 4),
            "raw_storage_volume_m3": volume,
            "urine_process": lists(draw.many(size, {"1": 0.6, "2": 0.5, "3": 0.6, "6": 0.15})),
            "urine_facility": lists(draw.many(size, {"1": 0.5, "2": 0.6, "6": 0.5, "8": 0.2})),
            **{item: urine[:, position] for position, item in enumerate(URINE_SHARES)},
            "dung_storage_rainproof": draw.chance(size, 0.9),
            "dung_storage_leakproof": draw.chance(size, 0.92),
            "dung_storage_volume_m3": np.ceil(volume * draw.between(size, 0.2, 0.6)),
            "dung_process": lists(draw.many(size, {"1": 0.75, "2": 0.2, "3": 0.2})),
            **{item: dung[:, position] for position, item in enumerate(DUNG_SHARES)},
            "receiving_water_name": only(to_water, water),
            "receiving_water_code": only(to_water, codes),
            "has_boiler": with_boiler,
        },
    )


def _herd(
    batch: Batch, draw: Draw, animal: np.ndarray, herd: np.ndarray, herds: dict[str, np.ndarray]
) -> Sheets:
    size = len(batch)
    code = [entry[0] for entry in ANIMALS]
    owners, columns = [], []
    for stage, kind, share, low, high, feed, cycle in STAGES:
        rows = np.flatnonzero(animal == code.index(kind))
        stock = np.round(herd[rows] * share)
        owners.append(rows)
        columns.append((stage, stock, low, high, feed, cycle))
    # figures at year end are the sum of their stages: the last stage takes the rounding
    for kind, last in (("2", "23"), ("4", "42")):
        mine = [position for position, entry in enumerate(STAGES) if entry[1] == kind]
        target = next(position for position in mine if STAGES[position][0] == last)
        others = sum(columns[position][1] for position in mine if position != target)
        stage, _, *rest = columns[target]
        columns[target] = (stage, herd[owners[target]] - others, *rest)
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    stacked = {
        "stage": np.concatenate(
            [np.full(len(r), c[0], dtype=object) for r, c in zip(owners, columns, strict=True)]
        ),
        "stage_stock": np.concatenate([c[1] for c in columns]),
        "stage_weight_min_kg": np.concatenate(
            [np.full(len(r), c[2]) for r, c in zip(owners, columns, strict=True)]
        ),
        "stage_weight_max_kg": np.concatenate(
            [np.full(len(r), c[3]) for r, c in zip(owners, columns, strict=True)]
        ),
        "stage_feed_kgd": np.concatenate(
            [
                np.maximum(0.02, c[4] * draw.between(len(r), 0.9, 1.1))
                for r, c in zip(owners, columns, strict=True)
            ]
        ),
        "stage_cycle_d": np.concatenate(
            [np.full(len(r), c[5]) for r, c in zip(owners, columns, strict=True)]
        ),
    }
    letter = np.array(code, dtype=object)[animal].tolist()
    sewage = np.maximum(
        1, np.round(herd * np.array([SEWAGE[one] for one in letter]) * draw.around(size, 1.0, 0.25))
    )
    dung = np.maximum(
        1, np.round(herd * np.array([DUNG[one] for one in letter]) * draw.around(size, 1.0, 0.25))
    )
    land = np.round(draw.around(size, sewage / 8 + 10, 0.6, high=20_000))
    parts = draw.parts(land, [0.3, 0.15, 0.1, 0.25, 0.02, 0.15, 0.03], evenness=2)
    return sheets(
        "N101-2",
        np.arange(size),
        {
            "housing_area_m2": np.ceil(herd * np.where(animal >= 3, 0.08, np.where(animal == 0, 0.9, 8.0)))
            + 20,
            **herds,
            "sewage_generated_ta": sewage,
            "sewage_used_ta": np.floor(sewage * draw.between(size, 0.8, 1.0)),
            "dung_collected_ta": dung,
            "dung_used_ta": np.floor(dung * draw.between(size, 0.85, 1.0)),
            "matched_land_mu": land,
            **{item: parts[:, position] for position, item in enumerate(LAND)},
        },
        {"stages": Table(owner[order], {key: column[order] for key, column in stacked.items()})},
    )
