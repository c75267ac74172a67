"""Sources whose factors no public table holds: gaps that name the factor, and lines as soon as it is loaded."""

import numpy as np
import pytest

from accounting.factors.matching import Policy, library
from accounting.runs.engine import Context, Documents, compute
from accounting.runs.engine.table import Table
from accounting.runs.recompute import expressions_of
from tests.accounting.runs.shards import BOOKS, EDITIONS, FACTORS, account
from tests.accounting.runs.test_engine import MEAT, POINT, chosen

SHAPE = type(FACTORS[0])


def books(*more, policy=None):
    """The library with further factors: dictionaries of what differs from a verified national emission factor."""
    base = {
        "edition": "census2_2021", "source": "test handbook", "confidence": "verified", "kind": "emission",
        "medium": "air", "pollutant": "VOCs", "sector": "mobile",
    }  # fmt: skip
    rows = [SHAPE(**base | row, id=90_000 + number) for number, row in enumerate(more)]
    return library([*FACTORS, *rows], [], EDITIONS, policy or Policy())


def amounts(lines, pollutant):
    """unit -> discharged of the counted lines of a pollutant."""
    found = lines[(lines["pollutant"] == pollutant) & lines["chosen"]]
    return dict(zip(found["unit"], found["discharged"], strict=True))


def keys(gaps, pollutant):
    return set(gaps[gaps["pollutant"] == pollutant]["key"])


def sheet_holds(lines):
    """The account sheet can work out every amount of the lines again."""
    for row in lines.to_dict("records"):
        names = ("generated", "removed", "discharged", "environment")
        stored = {f"{name}_kg": None if np.isnan(row[name]) else row[name] for name in names}
        found = expressions_of({**row, **stored})
        assert {name for name in ("generated", "discharged") if stored[f"{name}_kg"]} <= set(found), row[
            "formula"
        ]


# -- waste water used again ---------------------------------------------------------------------------

FACILITY = {"_k": 1, "treated_water_m3": 3000, "treated_water_destination": "1"}
OUTLET = {"_k": 1, "outlet_code": "DW001", "drainage_destination": "A", "discharge_m3": 1000}
TREATED = MEAT | {
    "treatment_process": "化学混凝法", "run_param1_value": 4000, "run_param2_value": 4000, "removal_efficiency": 50
}  # fmt: skip


def reused(facilities, outlets, *others):
    """The counted COD of a slaughterhouse without an emission coefficient, and the gaps."""
    row = TREATED | {"treatment_process": "一种没有列出的工艺"}
    lines, gaps = account(
        ("G106-1", {"rows": [row]}), ("G102", {"facilities": facilities, "outlets": outlets}), *others
    )
    return chosen(lines, "COD"), gaps


def test_what_is_used_again_does_not_leave():
    plain, _gaps = reused([FACILITY | {"treated_water_destination": "2"}], [OUTLET])
    again, gaps = reused([FACILITY], [OUTLET])
    assert again["formula"] == "coefficient.reuse"
    assert (again["generated"], again["removed"]) == (plain["generated"], plain["removed"])
    assert again["discharged"] == pytest.approx(plain["discharged"] * 1000 / 4000)
    assert again["environment"] == again["discharged"]
    assert again["inputs"]["reuse_rate"] == 0.75
    assert "treated_water_m3 / discharge_m3" not in set(gaps["key"])
    sheet_holds(again.to_frame().T.infer_objects())


def test_a_site_without_an_outlet_lets_nothing_out():
    assert reused([FACILITY], [])[0]["discharged"] == 0.0


@pytest.mark.parametrize(
    ("facility", "outlet"), [({"treated_water_m3": None}, {}), ({}, {"discharge_m3": None})]
)
def test_an_unknown_volume_takes_nothing_off_and_is_told(facility, outlet):
    line, gaps = reused([FACILITY | facility], [OUTLET | outlet])
    assert line["formula"] == "coefficient.treated"
    assert "treated_water_m3 / discharge_m3" in set(gaps["key"])


def test_measured_discharge_is_what_it_is():
    line, _gaps = reused([FACILITY], [OUTLET], ("G106-2", {"points": [POINT]}))
    assert (line["method"], line["discharged"]) == ("monitoring", 300.0)


# -- operating rates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "given", "k"),
    [
        ("TIME", (3000, 4000), 0.75),
        ("POWER", (1200, 2, 1000), 0.6),
        ("REAGENT", (90, 100), 0.9),
        ("TIME", (9, 4), 1.0),
    ],
)
def test_each_family_of_operating_rates(family, given, k):
    (factor,) = [
        one for one in FACTORS if one.pollutant == "COD" and one.value == 495.0 and one.kind == "generation"
    ]
    same = {
        name: getattr(factor, name)
        for name in ("sector", "industry", "unit", "product", "material", "process", "scale")
    }
    more = same | {
        "edition": factor.edition, "kind": "removal", "technology": "试验工艺", "value": 80.0, "value_unit": "%",
        "k_family": family, "medium": "water", "pollutant": "COD",
    }  # fmt: skip
    row = (
        MEAT
        | {"treatment_process": "试验工艺"}
        | {f"run_param{n}_value": value for n, value in enumerate(given, 1)}
    )
    line = chosen(account(("G106-1", {"rows": [row]}), books=books(more))[0], "COD")
    assert (line["eta"], line["k"]) == (0.8, k)
    assert line["discharged"] == pytest.approx(line["generated"] * (1 - 0.8 * k))


def test_units_on_one_plant_products_and_lines_add_up():
    """Three accounting rows to one outlet with one treatment: the sum is what one row of all their material gives."""
    rows = [MEAT | {"_k": number, "material_use": amount} for number, amount in enumerate((200, 300, 500), 1)]
    parts = account(("G106-1", {"rows": rows}))[0]
    whole = chosen(account(("G106-1", {"rows": [MEAT | {"material_use": 1000}]}))[0], "COD")
    cod = parts[parts["pollutant"] == "COD"]
    assert len(cod) == 3
    assert cod["generated"].sum() == pytest.approx(whole["generated"])
    assert cod["discharged"].sum() == pytest.approx(whole["discharged"])


# -- crops and aquaculture ----------------------------------------------------------------------------


def test_ammonia_of_fertiliser():
    lines, gaps = account(("N201-1", {"nitrogen_t": 1000}), kind="county_planting")
    assert "NH3" not in set(lines["pollutant"])
    assert keys(gaps, "NH3") == {"planting: N fertiliser / NH3 volatilisation / nitrogen applied"}
    rate = {
        "sector": "agriculture", "product": "planting: N fertiliser", "process": "NH3 volatilisation",
        "stage": "nitrogen applied", "pollutant": "NH3", "value": 8.0, "value_unit": "%",
    }  # fmt: skip
    lines, gaps = account(("N201-1", {"nitrogen_t": 1000}), kind="county_planting", books=books(rate))
    assert chosen(lines, "NH3")["environment"] == pytest.approx(80_000)
    assert not keys(gaps, "NH3")


def test_straw_as_reported_or_by_ratio():
    told = {"_k": 1, "straw_crop": "4", "grain_output_t": 900, "straw_collectable_t": 800, "straw_used_t": 700,
            "straw_burned_t": 10}  # fmt: skip
    lines, _gaps = account(("N201-3", {"straw": [told]}), kind="county_planting")
    line = chosen(lines, "straw")
    assert (line["generated"], line["removed"], line["discharged"]) == (800e3, 700e3, 10e3)
    assert chosen(lines, "VOCs")["discharged"] == pytest.approx(74.8)
    blank = told | {"straw_collectable_t": None}
    assert keys(account(("N201-3", {"straw": [blank]}))[1], "straw") == {
        "straw / straw to grain ratio / wheat straw"
    }
    assert keys(account(("N201-3", {"straw": [blank | {"grain_output_t": None}]}))[1], "straw") == {
        "straw_collectable_t"
    }
    ratio = {"sector": "agriculture", "product": "straw", "stage": "wheat straw", "pollutant": "straw",
             "kind": "parameter", "value_unit": "1"}  # fmt: skip
    known = books(
        ratio | {"process": "straw to grain ratio", "value": 1.2},
        ratio | {"process": "collectable ratio", "value": 0.8},
    )
    lines, gaps = account(("N201-3", {"straw": [blank]}), kind="county_planting", books=known)
    assert chosen(lines, "straw")["generated"] == pytest.approx(900e3 * 1.2 * 0.8)
    assert not keys(gaps, "straw")
    sheet_holds(lines[lines["pollutant"] == "straw"].assign(discharged=np.nan))


@pytest.mark.parametrize(
    ("back", "left", "gap"), [(30, 20e3, set()), (60, None, {"negative"}), (None, None, {"missing_input"})]
)
def test_film_left_in_the_soil(back, left, gap):
    lines, gaps = account(("N201-1", {"film_use_t": 50, "film_recycled_t": back}), kind="county_planting")
    line = chosen(lines, "mulch_film")
    assert line["generated"] == 50e3
    assert line["discharged"] == left if left else np.isnan(line["discharged"])
    assert set(gaps[gaps["pollutant"] == "mulch_film"]["reason"]) == gap


def test_aquaculture_by_net_gain_may_take_up():
    fish = {"_k": 1, "species": "S01", "culture_mode": "1", "output_t": 120, "seed_t": 20}
    gaps = account(("N203", {"rows": [fish]}), kind="county_aquaculture")[1]
    assert set(gaps["pollutant"]) == {"COD", "NH3_N", "TN", "TP"}
    (product, _process, stage) = gaps["key"].iloc[0].split(" / ")
    factor = {"sector": "agriculture", "product": product, "process": "aquaculture discharge", "stage": stage,
              "medium": "water", "value_unit": "g/kg"}  # fmt: skip
    known = books(factor | {"pollutant": "COD", "value": 2.5}, factor | {"pollutant": "TN", "value": -0.4})
    lines = account(("N203", {"rows": [fish]}), kind="county_aquaculture", books=known)[0]
    assert chosen(lines, "COD")["discharged"] == pytest.approx(250)
    assert chosen(lines, "TN")["environment"] == pytest.approx(-40)


# -- domestic -----------------------------------------------------------------------------------------

CITY = {
    "urban_population_wren": 30, "urban_temporary_wren": 2, "town_population_wren": 8, "housing_completed_wm2": 12,
    "new_asphalt_road_km": 40, "rebuilt_asphalt_road_km": 10,
}  # fmt: skip
KINDS = {"household products", "catering", "dry cleaning", "building decoration", "asphalt paving"}


def solvent(stage, value, unit):
    return {"sector": "domestic", "product": "domestic solvent use", "process": "evaporative loss", "stage": stage,
            "value": value, "value_unit": unit}  # fmt: skip


def test_domestic_vocs_of_products_finishing_and_paving():
    gaps = account(("S201", CITY), kind="city_domestic")[1]
    named = {
        key.rpartition(" / ")[2]: size
        for key, size in zip(gaps["key"], gaps["size"], strict=True)
        if "solvent" in key
    }
    assert named == dict.fromkeys(("household products", "catering", "dry cleaning"), 400_000.0) | {
        "building decoration": 120_000.0, "asphalt paving": 50.0
    }  # fmt: skip
    known = books(
        solvent("household products", 500, "g/cap"), solvent("building decoration", 0.03, "kg/m2"),
        solvent("asphalt paving", 200, "kg/km"),
    )  # fmt: skip
    lines, gaps = account(
        ("S201", CITY), ("S202", {"county_seat_population_wren": 5}), kind="city_domestic", books=known
    )
    found = lines[lines["unit"].str.contains("solvent")].groupby("unit")["environment"].sum()
    assert found.to_dict() == pytest.approx(
        {
            "domestic solvent use / evaporative loss / household products": 225_000,
            "domestic solvent use / evaporative loss / building decoration": 3_600,
            "domestic solvent use / evaporative loss / asphalt paving": 10_000,
        }
    )
    village = account(("S102", {"population": 1000}), kind="village", books=known)[0]
    assert chosen(village, "VOCs")["environment"] == pytest.approx(500)


def test_household_coal_goes_by_its_sulfur_where_no_coefficient_may_be_used():
    coal = {"household_loose_coal_t": 100, "household_briquette_t": 50, "coal_sulfur_pct": 0.6}
    lines, gaps = account(("S101", coal), kind="village")
    sulfur = lines[lines["pollutant"] == "SO2"]
    assert dict(zip(sulfur["method"], sulfur["chosen"], strict=True)) == {
        "coefficient": True,
        "balance": False,
    }
    assert "PM" in set(gaps["pollutant"])
    own = library(FACTORS, [], EDITIONS, Policy(analogue=False))
    lines, gaps = account(("S101", coal), kind="village", books=own)
    assert sum(amounts(lines, "SO2").values()) == pytest.approx(2 * 150 * 0.006 * 0.8 * 1000)
    assert "SO2" not in set(gaps["pollutant"])
    assert set(lines[lines["pollutant"] == "SO2"]["confidence"]) == {"secondary"}
    sheet_holds(lines[lines["pollutant"] == "SO2"])
    lines, gaps = account(("S101", coal | {"coal_sulfur_pct": 60}), kind="village", books=own)
    assert "SO2" in set(gaps["pollutant"])
    assert "SO2" not in set(lines["pollutant"])


# -- centralized --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("points", "flow"), [(1, 5000.0), (2, np.nan)])
def test_leachate_without_a_flow_takes_what_the_site_discharges(points, flow):
    measured = [{"_k": number, "cod_out_mgl": 80, "cod_in_mgl": 4000} for number in range(points)]
    site = {"wastewater_discharged_m3": 5000}
    lines, gaps = account(("J104-1", {"points": measured}), ("J102-2", site), kind="waste_site")
    if flow == flow:
        assert (chosen(lines, "COD")["discharged"], chosen(lines, "COD")["generated"]) == (400.0, 20_000.0)
    else:
        assert lines.empty
        assert set(gaps["key"]) == {"flow_m3"}


def test_sludge_nobody_weighed_is_work():
    plant = ("J101-2", {"treated_wm3": 50})
    gaps = account(("J101-1", {"plant_type": "1"}), plant, kind="wastewater_plant")[1]
    assert keys(gaps, "sludge_dry") == {"dry_sludge_t"}


# -- oil, machines, vessels ---------------------------------------------------------------------------


def test_depots_by_tank_and_by_oil():
    tanks = [
        {"_k": 1, "oil_type": "2", "tank_type": "2", "turnover_ta": 1000},
        {"_k": 2, "oil_type": "3", "turnover_ta": 9},
    ]
    loading = [
        {"_k": 1, "load_oil_type": "3", "load_amount_t": 840, "loading_mode": "2", "has_vapor_unit": "2"},
        {"_k": 2, "load_oil_type": "1", "load_amount_t": 100, "has_vapor_unit": "1", "vapor_efficiency_pct": 90},
    ]  # fmt: skip
    depot = ("Y101", {"tanks": tanks, "loading": loading})
    lines, gaps = account(depot, kind="oil_depot")
    assert lines.empty
    assert keys(gaps, "VOCs") == {
        "oil depot / tank breathing / petrol / internal floating roof",
        "oil depot / tank breathing / diesel / other tank",
        "oil depot / evaporative loss / tank-truck loading / diesel",
        "oil depot / evaporative loss / tank-truck loading / crude oil",
    }  # fmt: skip
    known = books(
        {"product": "oil depot", "process": "tank breathing", "stage": "petrol / internal floating roof", "value": 0.5,
         "value_unit": "kg/t"},
        {"product": "oil depot", "process": "evaporative loss", "stage": "tank-truck loading / diesel", "value": 0.05,
         "value_unit": "kg/m3"},
        {"product": "oil depot", "process": "evaporative loss", "stage": "tank-truck loading / crude oil", "value": 0.3,
         "value_unit": "kg/t"},
    )  # fmt: skip
    lines, _gaps = account(depot, kind="oil_depot", books=known)
    assert amounts(lines, "VOCs") == pytest.approx(
        {
            "oil depot / tank breathing / petrol / internal floating roof": 500,
            "tank-truck loading / diesel": 50,
            "tank-truck loading / crude oil": 3,
        }
    )
    sheet_holds(lines)


def test_tankers_machines_and_vessels_once_their_factors_are_loaded():
    known = books(
        {"product": "road tanker", "process": "transport loss", "stage": "petrol", "value": 0.1, "value_unit": "kg/t"},
        {"product": "farm machinery", "process": "fuel-based exhaust", "stage": "diesel", "pollutant": "NOx",
         "value": 32.0, "value_unit": "g/kg"},
        {"product": "fishing vessel", "process": "annual exhaust", "pollutant": "NOx", "value": 3.0,
         "value_unit": "kg/kW"},
    )  # fmt: skip
    lines, gaps = account(
        ("Y103", {"gasoline_transport_t": 5000, "diesel_transport_t": 100}),
        ("Y202-2", {"uses": [{"_k": 1, "fuel_diesel_t": 10}]}),
        ("Y202-3", {"vessels": [{"_k": 1, "vessel_power_kw": 200}]}),
        kind="oil_carrier", books=known,
    )  # fmt: skip
    assert chosen(lines, "VOCs")["environment"] == pytest.approx(500)
    assert sorted(amounts(lines, "NOx").values()) == pytest.approx([320, 600])
    assert keys(gaps, "VOCs") == {"road tanker / transport loss / diesel"}
    assert len(account(("Y103", {"gasoline_transport_t": 5000}), kind="oil_carrier", books=BOOKS)[1]) == 1


@pytest.mark.parametrize(
    ("form", "values", "product"),
    [
        ("Y202-3", {"vessels": [{"_k": 1, "vessel_power_kw": 200}]}, "fishing vessel"),
        ("Y202-1", {"machines": [{"_k": 1, "machine_power_kw": 200, "machine_count": 4}]}, "farm machinery"),
    ],
)
def test_machines_by_the_guidelines_power_method(form, values, product):
    factor = {
        "product": product,
        "process": "exhaust by power",
        "pollutant": "NOx",
        "value": 9.2,
        "value_unit": "g/kWh",
    }
    hours = {"product": product, "process": "annual hours", "pollutant": "hours", "kind": "parameter", "value": 600,
             "value_unit": "h"}  # fmt: skip
    load = hours | {"process": "load factor", "pollutant": "load_factor", "value": 0.65, "value_unit": "1"}
    lines, gaps = account((form, values), kind="vessels", books=books(factor))
    assert lines.empty
    assert keys(gaps, "NOx") == {f"{product} / annual hours / load factor"}
    assert keys(gaps, "PM") == {f"{product} / annual exhaust"}
    lines, gaps = account((form, values), kind="vessels", books=books(factor, hours, load))
    assert chosen(lines, "NOx")["environment"] == pytest.approx(200 * 600 * 0.65 * 9.2 / 1000)
    assert not keys(gaps, "NOx")
    sheet_holds(lines)


def test_each_object_of_a_shard_has_the_factor_of_its_own_city():
    """Stations, depots and machines of two cities in one table: the order of the objects decides nothing."""
    places = {"33": "zhejiang", "37": "shandong"}
    factors = {
        "Y102": ("petrol station", "vehicle refuelling", "diesel", "kg/m3"),
        "Y101": ("oil depot", "evaporative loss", "tank-truck loading / crude oil", "kg/t"),
        "Y202-1": ("farm machinery", "exhaust by power", "", "g/kWh"),
    }
    known = books(
        *(
            {"product": product, "process": process, "stage": stage, "value": float(code), "value_unit": unit,
             "region": name, "region_codes": (code,), "pollutant": "HC" if form == "Y202-1" else "VOCs"}
            for form, (product, process, stage, unit) in factors.items()
            for code, name in places.items()
        ),
        {"product": "farm machinery", "process": "annual hours", "pollutant": "hours", "kind": "parameter",
         "value": 100, "value_unit": "h"},
        {"product": "farm machinery", "process": "load factor", "pollutant": "load_factor", "kind": "parameter",
         "value": 1, "value_unit": "1"},
    )  # fmt: skip
    values = {
        "Y102": {"diesel_sales_t": 840, "recovery_stage": "1", "operating_status": "1"},
        "Y101": {"loading": [{"_k": 1, "load_oil_type": "1", "load_amount_t": 1, "has_vapor_unit": "2"}]},
        "Y202-1": {"machines": [{"_k": 1, "machine_power_kw": 2, "machine_count": 1}]},
    }
    for codes in (["33", "37", "33"], ["37", "33"]):
        objects = Table.from_rows(
            [(str(n), "any", "mobile", f"{code}0802001001", "", "") for n, code in enumerate(codes)],
            ["id", "kind", "category", "region", "industry", "name"],
        )
        ones, numbers = [1] * len(codes), list(range(len(codes)))
        forms = {
            form: Documents(form, numbers, ones, ones, [said] * len(codes)) for form, said in values.items()
        }
        lines = compute(Context(objects, forms), known).lines
        for form, (_product, process, _stage, _unit) in factors.items():
            mine = lines[(lines["form"] == form) & lines["unit"].map(lambda unit, p=process: p in unit)]
            mine = mine if form != "Y101" else lines[lines["form"] == form]
            found = dict(zip(mine["object_id"].tolist(), mine["factor_value"].tolist(), strict=True))
            assert found == {str(n): float(code) for n, code in enumerate(codes)}, form


# -- livestock ----------------------------------------------------------------------------------------


def test_more_manure_used_than_there_is_is_a_gap_and_no_negative_discharge():
    used = {"dung_farm_manure_pct": 100, "dung_organic_fertilizer_pct": 50, "urine_liquid_manure_pct": 100}
    forms = ("N101-1", {"dung_cleaning": ["1"], **used}), ("N101-2", {"pig_slaughter": 1000})
    lines, gaps = account(*forms, kind="farm")
    assert not (lines["discharged"] < 0).any()
    over = gaps[gaps["reason"] == "negative"]
    assert set(over["key"]) == {"pig / manure handling"}
    found = lines[lines["pollutant"].isin(over["pollutant"])]
    assert (found["generated"] > 0).all()
    assert found["discharged"].isna().all()
