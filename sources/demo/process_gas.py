"""Tanks (G103-10), VOC materials (G103-11), yards (G103-12) and other process exhaust (G103-13)."""

from __future__ import annotations

import numpy as np

from sources.demo import control
from sources.demo.columns import Sheets, Table, lists, only, sheets
from sources.demo.draw import spread, within
from sources.demo.industry import Enterprises, activity_unit

LIQUIDS = (("甲醇", "YJ001"), ("甲苯", "YJ002"), ("丙酮", "YJ003"), ("乙醇", "YJ004"))
VOC_MATERIALS = (
    ("水性涂料", "1"),
    ("溶剂型涂料", "1"),
    ("油墨", "2"),
    ("胶粘剂", "3"),
    ("稀释剂", "4"),
    ("清洗剂", "5"),
)


def fill(plants: Enterprises) -> list[Sheets]:
    return [_tanks(plants), _voc_materials(plants), _yards(plants), _processes(plants)]


def _tanks(plants: Enterprises) -> Sheets:
    draw = plants.draw
    rows = np.flatnonzero(plants.gates["tank"])
    sheet = spread(draw.whole(len(rows), 1, 3))
    liquid, size = (within(sheet) - 1).tolist(), len(sheet)
    volume, tanks = draw.pick(size, [20, 50, 100, 200, 500]), draw.whole(size, 1, 4)
    turnover = volume * tanks * draw.around(size, 8, 0.8, low=0.8, high=120)
    generated = turnover * draw.between(size, 0.3, 1.2)
    process = draw.pick(size, {"V00": 5, "V04": 2, "V11": 1})
    kept = np.where(process == "V00", 0.0, draw.between(size, 0.4, 0.85))
    return sheets(
        "G103-10",
        rows,
        {},
        {
            "materials": Table(
                sheet,
                {
                    "material_name": [LIQUIDS[p][0] for p in liquid],
                    "material_code": [LIQUIDS[p][1] for p in liquid],
                    "tank_type": draw.pick(size, {"1": 6, "2": 3}),
                    "tank_volume_m3": volume,
                    "storage_temperature_c": draw.between(size, 15, 30),
                    "tank_count": tanks,
                    "annual_turnover_t": turnover,
                    "tank_voc_process": process,
                    "voc_generation_kg": generated,
                    "voc_emission_kg": generated * (1 - kept),
                },
            )
        },
    )


def _voc_materials(plants: Enterprises) -> Sheets:
    draw = plants.draw
    rows = np.flatnonzero(plants.gates["voc"])
    sheet = spread(draw.whole(len(rows), 1, 3))
    size = len(sheet)
    material = (draw.whole(len(rows), 0, 5)[sheet] + within(sheet) - 1) % len(VOC_MATERIALS)
    used = np.maximum(
        0.02, np.round(plants.output[rows][sheet] * draw.around(size, 0.0004, 0.9, high=0.01), 2)
    )
    generated = used * 1000 * draw.between(size, 0.1, 0.6)
    process = draw.pick(size, {"V00": 6, "V11": 2, "V16": 1, "V17": 2})
    kept = np.where(process == "V00", 0.0, draw.between(size, 0.3, 0.8))
    return sheets(
        "G103-11",
        rows,
        {},
        {
            "materials": Table(
                sheet,
                {
                    "voc_material_category": [VOC_MATERIALS[p][1] for p in material.tolist()],
                    "voc_material_name": [VOC_MATERIALS[p][0] for p in material.tolist()],
                    "voc_material_code": [f"VF{p + 1:03d}" for p in material.tolist()],
                    "voc_material_use_t": used,
                    "voc_process": process,
                    "voc_collection": np.where(process == "V00", "5", draw.pick(size, ["2", "3", "4"])),
                    "voc_generation_kg": generated,
                    "voc_emission_kg": generated * (1 - kept),
                },
            )
        },
    )


def _yards(plants: Enterprises) -> Sheets:
    draw = plants.draw
    rows = np.flatnonzero(plants.gates["storage"])
    sheet = spread(draw.whole(len(rows), 1, 2))
    size = len(sheet)
    moved = np.clip(plants.product[rows][sheet] * draw.between(size, 0.2, 0.6), 30, 2_000_000)
    load = draw.pick(size, [15.0, 20.0, 30.0, 40.0])
    trips = np.maximum(1, np.round(moved / load))
    generated = np.maximum(0.001, moved * draw.between(size, 0.0005, 0.003))
    return sheets(
        "G103-12",
        rows,
        {},
        {
            "yards": Table(
                sheet,
                {
                    "yard_code": [f"DC{n:02d}" for n in within(sheet).tolist()],
                    "yard_type": draw.pick(size, {"1": 3, "2": 3, "3": 4}),
                    "stored_material": plants.of("material", 0, rows=rows[sheet]),
                    "stored_material_type": draw.pick(size, {"2": 6, "3": 3}),
                    "yard_area_m2": draw.around(size, 1500, 0.8, low=50, high=60_000),
                    "max_height_m": draw.between(size, 2, 8),
                    "daily_storage_t": moved / 30,
                    "final_transfer_t": trips * load,
                    "vehicle_trips": trips,
                    "load_per_trip_t": load,
                    "dust_controls": lists(draw.many(size, {"1": 0.8, "2": 0.5, "4": 0.4, "5": 0.4})),
                    "pm_generation_t": generated,
                    "pm_emission_t": generated * draw.between(size, 0.15, 0.6),
                },
            )
        },
    )


def _processes(plants: Enterprises) -> Sheets:
    """One row for each accounting process of the industry; only the first books the product."""
    draw = plants.draw
    rows = np.flatnonzero(plants.gates["other"])
    counts = np.empty(len(rows), dtype=int)
    names: list[str] = []
    materials: list[str | None] = []
    uses: list[float] = []
    units: list[str] = []
    for position, row in enumerate(rows.tolist()):
        found = plants.links_of(row)
        processes = dict.fromkeys(link.link for link in found) or dict.fromkeys([plants.of("process")[row]])
        counts[position] = len(processes)
        names.extend(processes)
        by_name = {link.link: link for link in found}
        for order, name in enumerate(processes):
            link = by_name.get(name)
            materials.append((link.material if link else "原料") if order else None)
            units.append(activity_unit(link) if link and link.basis == "raw_material" else "吨")
            uses.append(max(0.01, plants.output[row] * (link.material_per_kyuan if link else 0.1) or 1.0))
    sheet = spread(counts)
    owner, number, size = rows[sheet], within(sheet), len(sheet)
    first = number == 1
    share = np.where(plants.gates["furnace"][owner], 0.5, 1.0)
    made = np.floor(plants.product[owner] * share * 100) / 100
    book = first & (made > 0)
    named = ~book
    hours = plants.hours[owner]
    dust = np.where(
        np.isin(plants.of("code", rows=owner).astype(str), ["2921", "2922", "2926", "2927", "2641"]),
        0.0,
        plants.output[owner] * draw.around(size, 0.0003, 1.0, high=0.05),
    )
    voc = np.where(
        plants.gates["voc"][owner], plants.output[owner] * draw.around(size, 0.02, 0.9, high=1.0), 0.0
    )
    dedust, dust_left = control.unit(
        draw,
        "dedust",
        (dust > 0) & draw.chance(size, 0.7),
        number,
        draw.pick(size, ["P01", "P10", "P11"]),
        draw.between(size, 80, 98),
        hours,
    )
    abate, voc_left = control.unit(
        draw,
        "voc",
        (voc > 0) & draw.chance(size, 0.5),
        number,
        draw.pick(size, ["V11", "V16", "V17"]),
        draw.between(size, 30, 80),
        hours,
    )
    material = np.array(materials, dtype=object)
    material[named & first] = "原料"
    return sheets(
        "G103-13",
        rows,
        {},
        {
            "processes": Table(
                sheet,
                {
                    "process_name": names,
                    "product_name": only(book, plants.of("product", 0, rows=owner)),
                    "product_code": only(book, plants.of("product", 1, rows=owner)),
                    "product_unit": only(book, plants.of("product", 2, rows=owner)),
                    "product_output": np.where(book, made, np.nan),
                    "material_name": only(named, material),
                    "material_unit": only(named, units),
                    "material_use": np.where(named, np.array(uses), np.nan),
                    "low_nox_combustion": False,
                    **dedust,
                    **abate,
                    "so2_generation_t": 0,
                    "so2_emission_t": 0,
                    "nox_generation_t": 0,
                    "nox_emission_t": 0,
                    "pm_generation_t": dust,
                    "pm_emission_t": dust * dust_left,
                    "voc_generation_kg": voc,
                    "voc_emission_kg": voc * voc_left,
                },
            )
        },
    )
