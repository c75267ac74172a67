"""The accounting of a shard without a database: choices between methods, blanks, units, credits."""

import numpy as np
import pytest

from accounting.factors.matching import Policy, library
from accounting.runs.engine import Documents
from accounting.runs.engine.plants import plant_table
from tests.accounting.runs.shards import EDITIONS, FACTORS, account

MEAT = {
    "_k": 1, "census_form_code": "G102", "outlet_code": "DW001", "accounting_link": "屠宰分割", "material_name": "羊",
    "product_name": "冻羊肉", "process_name": "屠宰、分割", "scale_class": "≥1500头/天", "material_use": 1000,
    "material_use_unit": "头", "pollutant_name": "化学需氧量",
}  # fmt: skip
POINT = {
    "_k": 1, "census_form_code": "G102", "outlet_code": "DW001", "inlet_water_m3": 5000, "outlet_water_m3": 5000,
    "cod_in_mgl": 500, "cod_out_mgl": 60,
}  # fmt: skip


def chosen(lines, pollutant):
    """The counted line of a pollutant."""
    found = lines[(lines["pollutant"] == pollutant) & lines["chosen"]]
    assert len(found) == 1
    return found.iloc[0]


def test_nothing_gives_nothing():
    lines, gaps = account()
    assert lines.empty
    assert gaps.empty


@pytest.mark.parametrize("outlet", ["DW001", ""])
def test_monitoring_goes_before_the_coefficient_of_the_same_outlet(outlet):
    lines, _gaps = account(
        ("G106-1", {"rows": [MEAT | {"outlet_code": outlet}]}), ("G106-2", {"points": [POINT]})
    )
    cod = chosen(lines, "COD")
    assert (cod["method"], cod["generated"], cod["discharged"]) == ("monitoring", 2500.0, 300.0)
    assert set(lines[~lines["chosen"]]["method"]) == {"coefficient"}


def test_another_outlet_keeps_its_coefficient():
    lines, _gaps = account(
        ("G106-1", {"rows": [MEAT | {"outlet_code": "DW002"}]}), ("G106-2", {"points": [POINT]})
    )
    assert sorted(lines[lines["chosen"]]["method"]) == ["coefficient", "monitoring"]


def test_a_blank_concentration_is_not_a_measurement():
    point = {name: value for name, value in POINT.items() if name != "cod_out_mgl"}
    lines, gaps = account(("G106-2", {"points": [point]}))
    assert lines.empty
    assert gaps.empty


def test_a_blank_inlet_leaves_the_generation_unknown():
    point = {name: value for name, value in POINT.items() if name != "cod_in_mgl"}
    cod = chosen(account(("G106-2", {"points": [point]}))[0], "COD")
    assert np.isnan(cod["generated"])
    assert cod["discharged"] == 300.0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"material_use_unit": "吨"}, "unit_mismatch"),
        ({"material_use_unit": ""}, "unit_mismatch"),
        ({"material_use": None}, "missing_input"),
        ({"material_name": "牛"}, "no_factor"),
        ({"pollutant_name": "幻想物"}, "unknown_pollutant"),
        ({"treatment_process": "魔法"}, "no_efficiency"),
    ],
)
def test_what_can_not_be_computed_is_a_gap(change, reason):
    row = {name: value for name, value in (MEAT | change).items() if value is not None}
    lines, gaps = account(("G106-1", {"rows": [row]}))
    assert gaps["reason"].tolist() == [reason]
    assert lines["discharged"].isna().all()


@pytest.mark.parametrize(("sulfur", "reason"), [(80, "out_of_range"), (None, "missing_input"), (0.8, None)])
def test_sulfur_outside_its_range_is_a_probable_unit_slip(sulfur, reason):
    boiler = {
        "_k": 1, "industrial_boiler_code": "1", "industrial_firing_method": "RM02", "fuel1_type": "4",
        "fuel1_consumption": 100,
    }  # fmt: skip
    boiler |= {} if sulfur is None else {"fuel1_sulfur": sulfur}
    lines, gaps = account(("G103-1", {"units": [boiler]}))
    found = gaps[gaps["pollutant"] == "SO2"]["reason"].tolist()
    assert found == ([reason] if reason else [])
    if reason is None:
        assert chosen(lines, "SO2")["generated"] == 1280.0


def test_zero_activity_is_a_true_zero():
    assert chosen(account(("G106-1", {"rows": [MEAT | {"material_use": 0}]}))[0], "COD")["discharged"] == 0.0


def test_villages_without_a_coefficient_are_gaps_by_pollutant():
    lines, gaps = account(("S102", {"population": 900, "sewage_water_households": 10}), kind="village")
    assert lines.empty
    assert set(gaps["pollutant"]) == {"COD", "NH3_N", "TN", "TP", "VOCs"}
    assert set(gaps["size"]) == {900.0}


def test_a_loaded_rural_coefficient_is_used_by_route():
    rural = {
        "edition": "census2_2021", "sector": "domestic", "pollutant": "COD", "source": "test handbook",
        "confidence": "verified", "medium": "water",
    }  # fmt: skip
    shape = type(FACTORS[0])
    more = [
        shape(**rural, kind="generation", product="rural resident", process="generation", value=30.0,
              value_unit="g/(cap·d)", id=90001),
        shape(**rural, kind="removal", product="rural sewage", process="removal rate", stage="rural plant",
              value=80.0, value_unit="%", id=90002),
    ]  # fmt: skip
    books = library([*FACTORS, *more], [], EDITIONS, Policy())
    village = {
        "population": 1000, "sewage_water_households": 50, "sewage_rural_plant_households": 30,
        "sewage_municipal_households": 20,
    }  # fmt: skip
    cod = chosen(account(("S102", village), kind="village", books=books)[0], "COD")
    generated = 1000 * 30 * 365 / 1000
    assert cod["generated"] == pytest.approx(generated)
    assert cod["discharged"] == pytest.approx(generated * (0.5 + 0.3 * 0.2))


TOWN = {"public_service_water_wm3": 300, "household_water_wm3": 1200, "water_population_wren": 20}


def plants(*documents):
    """A table of sewage plants from (type, treated 10^4 m3) with 300 in and 30 out."""
    count = len(documents)
    numbers = list(range(count))
    forms = {
        "J101-1": [{"plant_type": kind} for kind, _ in documents],
        "J101-2": [{"treated_wm3": volume, "treated_domestic_wm3": volume} for _, volume in documents],
        "J101-3": [{"cod_in_annual_mgl": 300, "cod_out_annual_mgl": 30}] * count,
    }
    made = {
        form: Documents(form, numbers, [1] * count, [1] * count, values) for form, values in forms.items()
    }
    return plant_table(made, np.array([f"plant {number}" for number in numbers], dtype=object))


def test_a_city_is_credited_with_the_plants_given_to_it_but_not_with_rural_ones():
    lines, _gaps = account(("S201", TOWN), kind="city_domestic", credited=plants(("1", 500), ("3", 300)))
    assert chosen(lines, "COD")["removed"] == pytest.approx(500 * 1e4 * 270 / 1e3)


def test_more_removed_than_generated_is_floored_and_told():
    lines, gaps = account(("S202", TOWN), kind="county_domestic", credited=plants(("1", 9000)))
    assert chosen(lines, "COD")["discharged"] == 0.0
    assert "negative" in gaps[gaps["pollutant"] == "COD"]["reason"].tolist()


VEHICLES = {"vehicles": [{"_k": 1, "vehicle_type": "12", "vehicle_use": "1", "fuel": "1", "stage_3": 1000}]}


def test_vehicles_are_corrected_by_stated_conditions_only():
    plain = {"vehicles": {}}
    base = chosen(account(("Y201-1", VEHICLES), kind="city_vehicles", parameters=plain)[0], "CO")
    assert base["discharged"] == pytest.approx(1000 * 1.18 * 18000 / 1000)
    cold = {"vehicles": {"year": 2017, "temperature": 5, "speed": 50, "petrol_sulfur": 10}}
    lines, _gaps = account(("Y201-1", VEHICLES), kind="city_vehicles", parameters=cold)
    line = lines[(lines["pollutant"] == "CO")].iloc[0]
    assert line["inputs"]["deterioration"] == 1.34
    assert line["discharged"] == pytest.approx(base["discharged"] * 1.34 * 1.36 * 0.39 * 0.9)


def test_reported_particles_say_what_they_were_taken_from():
    lines, _gaps = account(("Y201-1", VEHICLES), kind="city_vehicles", parameters={"vehicles": {}})
    particles = chosen(lines, "PM")
    assert particles["inputs"]["taken_from"] == "PM10"
    assert particles["discharged"] == chosen(lines, "PM10")["discharged"]
    assert particles["subject"] == "12"


def test_evaporation_without_a_mean_speed_is_a_gap():
    _lines, gaps = account(("Y201-1", VEHICLES), kind="city_vehicles", parameters={"vehicles": {}})
    assert gaps[gaps["pollutant"] == "HC"]["key"].tolist() == ["mean speed of the run"]


KILN = {
    "_k": 1, "kiln_type": "1", "capacity_td": 5000, "clinker_output_wt": 10, "production_hours": 7000,
    "tail_denox_process": "N04", "tail_denox_efficiency_pct": 60, "tail_denox_hours": 7000,
}  # fmt: skip


def test_a_kiln_takes_the_printed_coefficient_of_its_scale_and_leaves_gaps_for_the_rest():
    lines, gaps = account(("G103-7", {"kilns": [KILN]}), industry="3011")
    nox = chosen(lines, "NOx")
    assert (nox["generated"], nox["eta"], nox["k"]) == (158_400.0, 0.3, 1.0)  # the library knows SNCR: 30 %
    assert nox["discharged"] == pytest.approx(158_400 * 0.7)
    dust = gaps[gaps["pollutant"] == "PM"]
    assert len(dust) == 3  # tail, head, unorganised
    assert set(dust["size"]) == {10.0}
    small = chosen(account(("G103-7", {"kilns": [KILN | {"capacity_td": 2500}]}))[0], "NOx")
    assert small["generated"] == 174_600.0


def test_a_special_process_is_covered_by_figures_of_its_own_form_only():
    yard = {"_k": 1, "stored_material": "煤", "final_transfer_t": 900}
    stack = {
        "_k": 1, "outlet_code": "DA1", "measurement_point": "2", "average_flow_m3h": 10, "annual_emission_hours": 10,
        "pm_mgm3": 5,
    }  # fmt: skip
    for form, left in (("G103-1", {"PM", "VOCs"}), ("G103-12", {"VOCs"})):
        _lines, gaps = account(
            ("G103-12", {"yards": [yard]}), ("G106-3", {"points": [stack | {"census_form_code": form}]})
        )
        assert set(gaps[gaps["form"] == "G103-12"]["pollutant"]) == left


def test_steel_by_arc_furnace_has_no_primary_converter_gas():
    heat = {"_k": 1, "unit_type": "2", "crude_steel_output_wt": 1}
    furnace, converter = (account(("G103-6", {"units": [heat | {"unit_type": kind}]}))[1] for kind in "21")
    assert len(converter) == len(furnace) + 1


SOLVENT = {"_k": 1, "voc_material_category": "1", "voc_material_name": "溶剂型涂料", "voc_material_use_t": 2}


def voc_content(**row):
    """The library with a content that is made up for the test."""
    shape = type(FACTORS[0])
    content = shape(
        edition="census2_2021", sector="industrial", pollutant="VOCs", kind="parameter", source="test",
        confidence="verified", medium="air", industry="13-43", unit="VOCs含量", id=90003, **row,
    )  # fmt: skip
    return library([*FACTORS, content], [], EDITIONS, Policy())


def test_voc_materials_without_a_content_are_gaps_with_their_use():
    lines, gaps = account(("G103-11", {"materials": [SOLVENT]}))
    assert lines.empty
    assert gaps[["reason", "size", "size_unit"]].to_numpy().tolist() == [["no_factor", 2.0, "t"]]


@pytest.mark.parametrize(("value", "unit"), [(50.0, "%"), (500.0, "kg/t")])
@pytest.mark.parametrize("material", ["溶剂型涂料", "涂料"])
def test_voc_materials_go_by_solvent_balance(value, unit, material):
    books = voc_content(value=value, value_unit=unit, material=material)
    bare = chosen(
        account(("G103-11", {"materials": [SOLVENT | {"voc_process": "V00"}]}), books=books)[0], "VOCs"
    )
    assert (bare["method"], bare["generated"], bare["removed"], bare["discharged"]) == (
        "balance",
        1e3,
        0.0,
        1e3,
    )
    treated = SOLVENT | {"voc_process": "V07", "voc_collection": "2"}
    lines, gaps = account(("G103-11", {"materials": [treated]}), books=books)
    assert chosen(lines, "VOCs")["generated"] == 1e3
    assert np.isnan(chosen(lines, "VOCs")["discharged"])
    assert gaps["reason"].tolist() == ["missing_k"]


def test_outfalls_and_sampled_households_are_kept_for_comparison_only():
    samples = [{"_k": k, "flow_m3h": 10, "cod_mgl": 100} for k in (1, 2)]
    lines, _gaps = account(("S105", {"samples": samples}), kind="village")
    assert lines["discharged"].sum() == pytest.approx(10 * 8760 * 100 / 1e3)
    assert not lines["chosen"].any()
    lines, _gaps = account(("S106", {"firewood_kg": 1000, "straw_kg": 0}), kind="village")
    assert (lines["pollutant"].tolist(), lines["chosen"].tolist()) == (["VOCs"], [False])
    assert lines["discharged"].tolist() == [5.3]


def test_machines_count_by_power_only_where_their_fuel_is_missing():
    power = ("Y202-1", {"machines": [{"_k": 1, "machine_power_kw": 900}]})
    fuel = ("Y202-2", {"uses": [{"_k": 1, "fuel_diesel_t": 5}]})
    assert set(account(power, kind="county_farm_machinery")[1]["form"]) == {"Y202-1"}
    lines, gaps = account(power, fuel, kind="county_farm_machinery")
    assert "Y202-1" not in {*lines["form"], *gaps["form"]}


def test_products_nobody_accounts_are_gaps_and_others_are_not():
    made = (
        "G101-2",
        {"products": [{"_k": 1, "product_name": "砖", "actual_output": 7, "unit_of_measure": "吨"}]},
    )
    _lines, gaps = account(made)
    assert gaps[["key", "size"]].to_numpy().tolist() == [["G106-1 / 砖", 7.0]]
    assert "G101-2" not in set(account(made, ("G106-1", {"rows": [MEAT]}))[1]["form"])


def test_an_inlet_measured_alone_is_told():
    inlet = {
        "_k": 1,
        "measurement_point": "1",
        "average_flow_m3h": 10,
        "annual_emission_hours": 10,
        "pm_mgm3": 5,
    }
    _lines, gaps = account(("G106-3", {"points": [inlet]}))
    assert gaps["key"].tolist() == ["measurement_point = 2"]


# -- treatments ---------------------------------------------------------------------------------------

BURNER = {
    "industrial_firing_method": "RM02", "fuel1_type": "4", "fuel1_consumption": 1000, "fuel1_sulfur": 1,
    "desulf_process": "S08", "desulf_efficiency_pct": 80,
}  # fmt: skip


def rates(*boilers):
    """Operating rate of the desulfurisation by boiler."""
    units = [BURNER | boiler | {"_k": key} for key, boiler in enumerate(boilers, start=1)]
    lines, _gaps = account(("G103-1", {"units": units}))
    return (
        lines[(lines["pollutant"] == "SO2") & (lines["method"] == "balance")]
        .set_index("row_key")["k"]
        .to_dict()
    )


def test_a_shared_device_is_measured_by_the_unit_that_runs_longest():
    shared = {"desulf_facility_code": "TA001", "desulf_hours": 3000}
    long, short = (
        {"industrial_boiler_code": code, "industrial_boiler_hours": hours}
        for code, hours in (("1", 4000), ("2", 2000))
    )
    assert rates(long | shared, short | shared) == {1: 0.75, 2: 0.75}
    assert rates(long | shared, short | shared | {"desulf_facility_code": "TA002"}) == {1: 0.75, 2: 1.0}
    gas = {"fuel1_type": "17", "fuel1_sulfur": None}
    assert rates(short | shared, long | shared | gas) == {1: 0.75}


def test_low_nox_burners_run_whenever_the_boiler_runs():
    boiler = BURNER | {"_k": 1, "industrial_boiler_hours": 4000, "low_nox_combustion": True}
    lines, _gaps = account(("G103-1", {"units": [boiler]}))
    nox = chosen(lines, "NOx")
    assert (nox["k"], nox["inputs"]["technology"]) == (1.0, "低氮燃烧技术")
    assert nox["discharged"] < nox["generated"]


def test_a_furnace_has_the_treatment_of_each_pollutant_and_none_for_its_gas():
    furnace = {
        "_k": 1, "furnace_code": "预处理", "product_name": "干式预处理件", "material1_name": "钢材",
        "material1_unit": "吨", "material1_use": 100, "production_hours": 2000, "dedust_process": "P03",
        "dedust_efficiency_pct": 90, "dedust_hours": 1000, "voc_process": "V07", "voc_efficiency_pct": 50,
    }  # fmt: skip
    lines, gaps = account(("G103-2", {"units": [furnace]}), industry="3311")
    dust, gas = (chosen(lines, name) for name in ("PM", "exhaust_gas_volume"))
    assert (dust["eta"], dust["k"]) == (0.9, 0.5)
    assert gas["generated"] == gas["discharged"] > 0
    assert gaps.empty
