"""Forms of industrial enterprises: inventory, basics, products, materials and energy, water, waste, risk."""

from __future__ import annotations

import numpy as np

from sources.demo import exhaust
from sources.demo.accounting_forms import accounting_forms
from sources.demo.columns import Sheets, Table, only, sheets
from sources.demo.dms import dms
from sources.demo.draw import spread, within
from sources.demo.industry import Enterprises, enterprises, industry_names
from sources.demo.names import waters
from sources.demo.register import FIRST_SITE, World, header, inventory

FUEL_UNITS = {"15": "万立方米", "33": "万千瓦时"}


def fill(world: World) -> list[Sheets]:
    """All forms of the county's enterprises."""
    batch = world.batches["enterprise"]
    plants = enterprises(batch)
    gases, fuels = exhaust.fill(plants)
    water, outlets = _water(plants, world.town_plants)
    return [
        _inventory(plants),
        _basics(plants),
        _products(plants),
        _materials(plants, fuels),
        *water,
        *gases,
        _solid_waste(plants),
        _hazardous_waste(plants),
        _risk(plants),
        *accounting_forms(plants, outlets),
    ]


def _inventory(plants: Enterprises) -> Sheets:
    batch = plants.batch
    names = industry_names()
    return sheets(
        "INV-1",
        np.arange(len(batch)),
        inventory(batch, "INV-1")
        | {
            "uscc_serial": FIRST_SITE,
            "operating_status": batch.operating,
            "industry_name_1": [names[code] for code in batch.industry.tolist()],
            "involves_15_minerals": False,
            "has_other_sites": False,
        },
    )


def _basics(plants: Enterprises) -> Sheets:
    batch, draw, running = plants.batch, plants.draw, plants.running
    size = len(batch)
    names = industry_names()
    gate = {
        "has_industrial_wastewater": plants.gates["wastewater"],
        "has_boiler_gas_turbine": plants.gates["boiler"],
        "has_furnace": plants.gates["furnace"],
        "has_clinker": plants.gates["clinker"],
        "has_organic_liquid_tank": plants.gates["tank"],
        "uses_voc_materials": plants.gates["voc"],
        "has_solid_storage": plants.gates["storage"],
        "has_other_exhaust": plants.gates["other"],
        "has_general_solid_waste": plants.gates["solid"],
        "has_hazardous_waste": plants.gates["hazardous"],
        **dict.fromkeys(
            ("has_coking", "has_sintering", "has_ironmaking", "has_steelmaking", "is_petrochemical"),
            np.zeros(size, dtype=bool),
        ),
        "involves_15_minerals": np.zeros(size, dtype=bool),
    }
    permit = draw.chance(size, 0.15) & running
    water, codes = waters(batch.township.tolist(), batch.region.tolist())
    year, month = draw.whole(size, 1985, 2016), draw.whole(size, 1, 12)
    return sheets(
        "G101-1",
        np.arange(size),
        header(batch, "G101-1")
        | {
            "uscc_serial": FIRST_SITE,
            "industry_name_1": [names[code] for code in batch.industry.tolist()],
            "opening_date": [f"{y}-{m:02d}" for y, m in zip(year.tolist(), month.tolist(), strict=True)],
            "registration_type": draw.pick(
                size, {"173": 62, "171": 16, "159": 8, "160": 3, "172": 4, "310": 2, "190": 5}
            ),
            "receiving_water_name": only(plants.has_outlet, water),
            "receiving_water_code": only(plants.has_outlet, codes),
            "has_new_permit": permit,
            "permit_number": only(permit, [f"{code}001P" for code in batch.uscc.tolist()]),
            "operating_status": batch.operating,
            "normal_production_hours": np.where(running, plants.hours, np.nan),
            "gross_output_kyuan": np.where(running, plants.output, np.nan),
        }
        | {item: only(running, mask) for item, mask in gate.items()},
    )


def _products(plants: Enterprises) -> Sheets:
    rows = np.flatnonzero(plants.running)
    load_share = plants.draw.between(len(rows), 0.45, 0.98)
    made = plants.product[rows]
    return sheets(
        "G101-2",
        rows,
        {},
        {
            "products": Table(
                np.arange(len(rows)),
                {
                    "product_name": plants.of("product", 0, rows=rows),
                    "product_code": plants.of("product", 1, rows=rows),
                    "process_name": plants.of("process", rows=rows),
                    "process_code": plants.of("code", rows=rows) + "01",
                    "unit_of_measure": plants.of("product", 2, rows=rows),
                    "production_capacity": np.ceil(made / load_share * 10) / 10,
                    "actual_output": made,
                },
            )
        },
    )


def _materials(plants: Enterprises, fuels: dict[str, np.ndarray]) -> Sheets:
    """*fuels*: fuel code -> amount burnt in boilers, furnaces and kilns, for each enterprise."""
    rows = np.flatnonzero(plants.running)
    draw, size = plants.draw, len(rows)
    use = (
        plants.product[rows]
        * plants.of("material", 3, rows=rows, dtype=float)
        * draw.between(size, 0.97, 1.05)
    )
    power = plants.output[rows] * draw.around(size, 0.0016, 0.6, low=0.0003, high=0.02)  # 10^4 kWh
    columns: dict[str, list[np.ndarray]] = {"owner": [], "code": [], "use": []}
    for code, amount in {"33": power, **{code: fuels[code][rows] for code in sorted(fuels)}}.items():
        owner = np.flatnonzero(amount > 0)
        columns["owner"].append(owner)
        columns["code"].append(np.full(len(owner), code, dtype=object))
        # what was bought covers what was burnt, rounded up
        columns["use"].append(
            np.ceil(amount[owner] * 100) / 100 if code != "33" else np.maximum(0.01, amount[owner])
        )
    owner = np.concatenate(columns["owner"])
    order = np.argsort(owner, kind="stable")
    code = np.concatenate(columns["code"])[order]
    return sheets(
        "G101-3",
        rows,
        {},
        {
            "materials": Table(
                np.arange(size),
                {
                    "material_name": plants.of("material", 0, rows=rows),
                    "material_code": plants.of("material", 1, rows=rows),
                    "material_unit": plants.of("material", 2, rows=rows),
                    "material_use": np.maximum(0.01, use),
                },
            ),
            "energy": Table(
                owner[order],
                {
                    "energy_name": code,
                    "energy_code": code,
                    "energy_unit": [FUEL_UNITS.get(fuel, "吨") for fuel in code.tolist()],
                    "energy_use": np.concatenate(columns["use"])[order],
                },
            ),
        },
    )


def _water(plants: Enterprises, town_plants: list[str]) -> tuple[list[Sheets], dict[str, np.ndarray]]:
    """G102, and the outlets' figures for the monitoring form."""
    rows = np.flatnonzero(plants.gates["wastewater"])
    batch, draw, size = plants.batch, plants.draw, len(rows)
    intake = (
        np.ceil(
            plants.output[rows] * plants.of("water", rows=rows, dtype=float) * draw.around(size, 1.0, 0.5)
        )
        + 20
    )
    municipal, own, project = draw.parts(intake, [0.45, 0.3, 0.25], evenness=1.5).T
    waste = np.floor(intake * draw.between(size, 0.55, 0.85))
    treated_here = draw.chance(size, 0.82)
    outlet = plants.has_outlet[rows]
    hours = np.floor(plants.hours[rows] * draw.between(size, 0.85, 1.0))
    has_plant = bool(town_plants)
    destination = draw.pick(size, {"E": 5, "L": 3, "B": 2} if has_plant else {"B": 1})
    direct = destination == "B"

    concentration = {
        name: plants.of("conc", position, rows=rows, dtype=float)
        * draw.around(size, 1.0, 0.3, low=0.4, high=2.5)
        for position, name in enumerate(("cod", "nh3n", "tn", "tp"))
    }
    concentration["tn"] = np.maximum(concentration["tn"], concentration["nh3n"] * 1.1)
    limits = {"cod": (60, 260), "nh3n": (5, 25), "tn": (14, 38), "tp": (0.4, 3.0)}
    out = {}
    for name, (to_water, to_plant) in limits.items():
        reached = np.where(direct, to_water, to_plant) * draw.between(size, 0.4, 0.95)
        out[name] = np.where(
            treated_here, np.minimum(reached, concentration[name] * 0.9), concentration[name]
        )
    out["nh3n"] = np.minimum(out["nh3n"], out["tn"] * 0.85)
    concentration = {name: np.round(value, 2) for name, value in concentration.items()}
    out = {name: np.round(value, 2) for name, value in out.items()}
    at = np.flatnonzero(outlet)
    discharge = np.floor(waste * draw.between(size, 0.85, 1.0))
    loads = {}
    for name in limits:
        loads[f"{name}_generation_t"] = (discharge * concentration[name] / 1e6)[at]
        loads[f"{name}_discharge_t"] = (discharge * out[name] / 1e6)[at]
    works = np.flatnonzero(treated_here)
    spot = batch.county.outline.near(
        draw.rng, np.stack([batch.lon[rows], batch.lat[rows]], axis=1)[at], 0.0008
    )
    methods = draw.pick(size, ["4110", "4120", "4150", "4230", "3100", "2200"])
    form = sheets(
        "G102",
        rows,
        {
            "water_intake_m3": intake,
            "municipal_water_m3": municipal,
            "self_supplied_water_m3": own,
            "hydraulic_project_water_m3": project,
            "other_enterprise_water_m3": 0,
            "treatment_facility_count": treated_here.astype(int),
            "outlet_count": outlet.astype(int),
        },
        {
            "facilities": Table(
                works,
                {
                    "wastewater_type": "综合废水",
                    "design_capacity_m3d": np.ceil(
                        (waste * 24 / hours)[works] * draw.between(len(works), 1.1, 1.8)
                    )
                    + 1,
                    "treatment_method_1": draw.pick(len(works), ["1400", "3100", "2100"]),
                    "treatment_method_2": methods[works],
                    "operating_hours": hours[works],
                    "treated_water_m3": waste[works],
                    "treated_water_destination": np.where(outlet[works], "2", "1"),
                },
            ),
            "outlets": Table(
                at,
                {
                    "outlet_code": "DW001",
                    "outlet_name": "废水总排放口",
                    "outlet_type": "3",
                    "drainage_destination": destination[at],
                    "receiving_plant_name": only(~direct[at], draw.pick(len(at), town_plants or [""])),
                    "outlet_longitude": dms(spot[:, 0]),
                    "outlet_latitude": dms(spot[:, 1]),
                    "discharge_m3": discharge[at],
                    **loads,
                },
            ),
        },
    )
    outlets = {"rows": rows[at], "discharge_m3": discharge[at]}
    for name in limits:
        outlets[f"{name}_in"], outlets[f"{name}_out"] = concentration[name][at], out[name][at]
    return [form], outlets


def _solid_waste(plants: Enterprises) -> Sheets:
    rows = np.flatnonzero(plants.gates["solid"])
    draw, size = plants.draw, len(rows)
    made = np.ceil(
        plants.output[rows]
        * plants.of("waste", 1, rows=rows, dtype=float)
        * draw.around(size, 1.0, 0.6)
        * 100
    )
    recovered, disposed, stored = draw.parts(np.maximum(1, made), [0.82, 0.15, 0.03], evenness=6).T / 100
    code = plants.of("waste", 0, rows=rows)
    return sheets(
        "G104-1",
        rows,
        {},
        {
            "wastes": Table(
                np.arange(size),
                {
                    "waste_name": code,
                    "waste_code": code,
                    "generated_t": np.maximum(1, made) / 100,
                    "recovered_t": recovered,
                    "recovered_on_site_t": np.floor(recovered * draw.between(size, 0, 0.5) * 100) / 100,
                    "recovered_prior_stock_t": 0,
                    "disposed_t": disposed,
                    "disposed_on_site_t": 0,
                    "disposed_prior_stock_t": 0,
                    "stored_t": stored,
                    "dumped_t": 0,
                },
            )
        },
    )


def _hazardous_waste(plants: Enterprises) -> Sheets:
    rows = np.flatnonzero(plants.gates["hazardous"])
    draw, size = plants.draw, len(rows)
    category = plants.of("hazardous", 0, rows=rows)
    per_output = plants.of("hazardous", 1, rows=rows, dtype=float)
    made = np.ceil(plants.output[rows] * per_output * draw.around(size, 1.0, 0.6) * 1000)
    opening = np.floor(made * draw.between(size, 0, 0.3))
    sent, on_site, closing = draw.parts(opening + made, [0.82, 0.04, 0.14], evenness=10).T
    return sheets(
        "G104-2",
        rows,
        {},
        {
            "wastes": Table(
                np.arange(size),
                {
                    "waste_name": category,
                    "waste_code": category,
                    "opening_stock_t": opening / 1000,
                    "generated_t": made / 1000,
                    "sent_to_licensed_t": sent / 1000,
                    "received_t": 0,
                    "recovered_on_site_t": on_site / 1000,
                    "disposed_on_site_t": 0,
                    "closing_stock_t": closing / 1000,
                    "dumped_t": 0,
                },
            )
        },
    )


def _risk(plants: Enterprises) -> Sheets:
    rows = np.flatnonzero(plants.gates["risk"])
    draw, size = plants.draw, len(rows)
    owner = spread(draw.whole(size, 1, 3))
    place = (within(owner) - 1).tolist()
    substances = (("氨水", "1336-21-6"), ("盐酸", "7647-01-0"), ("甲醇", "67-56-1"))
    planned = draw.chance(size, 0.9) | plants.gates["hazardous"][rows]
    filed = planned & draw.chance(size, 0.85)
    measures = (
        "interception_measures",
        "accident_water_collection",
        "clean_water_controls",
        "storm_water_controls",
    )
    return sheets(
        "G105",
        rows,
        {
            "toxic_gas_monitoring": draw.pick(size, {"1": 5, "2": 4, "3": 1}),
            **{item: draw.pick(size, {"1": 8, "2": 1, "3": 1}) for item in measures},
            "process_water_controls": "1",
            "sewer_permit": draw.pick(size, {"1": 7, "3": 3}),
            "hazardous_waste_management": "1",
            "has_emergency_plan": planned,
            "plan_filed": only(planned, filed),
            "plan_filing_number": only(
                filed, [f"SYN-{number:06d}" for number in draw.whole(size, 1, 999_999).tolist()]
            ),
            "risk_level": only(filed, draw.pick(size, {"1": 6, "2": 3, "3": 1})),
            "risk_level_year": np.where(filed, draw.whole(size, 2013, 2017), np.nan),
        },
        {
            "substances": Table(
                owner,
                {
                    "substance_name": [substances[p][0] for p in place],
                    "cas_number": [substances[p][1] for p in place],
                    "activity_type": draw.pick(len(owner), ["2", "3"]),
                    "quantity_on_site_t": draw.around(len(owner), 12, 1.0, low=0.05, high=2000),
                },
            )
        },
    )


def park_forms(world: World) -> list[Sheets]:
    """G108 of the industrial parks."""
    batch = world.batches["park"]
    draw, size = batch.draw, len(batch)
    batch.name = np.array(
        [f"{batch.county.short}{town}工业园区（合成）" for town in batch.township.tolist()], dtype=object
    )
    registered = draw.whole(size, 20, 240)
    shares = -np.sort(-draw.percentages(size, [0.5, 0.2, 0.15, 0.15], evenness=8)[:, :3], axis=1)
    plant = bool(world.town_plants)
    return [
        sheets(
            "G108",
            np.arange(size),
            header(batch, "G108")
            | {
                "park_name": batch.name,
                "park_code": [f"SYN{number:03d}" for number in range(1, size + 1)],
                "park_level": draw.pick(size, {"2": 2, "3": 5}),
                "park_type": "2",
                "approved_area_ha": draw.around(size, 420, 0.6, low=40),
                "approving_authority": "省人民政府（合成）",
                "approval_date": [f"{year}-06" for year in draw.whole(size, 1998, 2012).tolist()],
                "registered_enterprises": registered,
                "operating_enterprises": np.floor(registered * draw.between(size, 0.7, 0.98)),
                "lead_industry1_name": "有机化学原料制造",
                "lead_industry1_code": "2614",
                "lead_industry1_pct": shares[:, 0],
                "lead_industry2_name": "机械零部件加工",
                "lead_industry2_code": "3484",
                "lead_industry2_pct": shares[:, 1],
                "lead_industry3_name": "机制纸及纸板制造",
                "lead_industry3_code": "2221",
                "lead_industry3_pct": shares[:, 2],
                "separate_drainage": True,
                "clean_water_destination": "B",
                "sewage_destination": "E" if plant else "B",
                "has_domestic_wwtp": plant,
                "domestic_wwtp_name": world.town_plants[0] if plant else None,
                "has_industrial_wwtp": False,
                "has_hw_plant": False,
                "has_heating": False,
                "one_file_per_enterprise": draw.pick(size, ["1", "2"]),
                "air_station_networked": draw.chance(size, 0.6),
                "water_station_networked": draw.chance(size, 0.6),
                "park_emergency_plan": "1",
                "information_platform": draw.pick(size, ["1", "2"]),
            },
        )
    ]
