"""Several methods of one outlet in the engine: material balances, and what is generated behind a measured outlet."""

from dataclasses import replace

import numpy as np
import pytest

from accounting.factors import normalise
from accounting.factors.matching import Policy, library
from accounting.factors.shape import CONFIDENCES
from accounting.runs.engine import balances
from accounting.runs.engine.choice import DECLARED, DERIVED, MONITORED, choose
from accounting.runs.engine.context import labels
from accounting.runs.engine.table import Table
from accounting.runs.recompute import expressions_of
from tests.accounting.runs.shards import EDITIONS, FACTORS, account

BOILER = {
    "_k": 1, "industrial_boiler_code": "B1", "industrial_firing_method": "RM02", "industrial_boiler_hours": 4000,
    "fuel1_type": "4", "fuel1_consumption": 1000, "fuel1_sulfur": 0.8, "outlet_code": "DA001",
}  # fmt: skip
TREATED = {**BOILER, "desulf_process": "S08", "desulf_efficiency_pct": 80, "desulf_hours": 4000}
OUTLET = {
    "_k": 1, "census_form_code": "G103-1", "outlet_code": "DA001", "measurement_point": "2", "average_flow_m3h": 10000,
    "annual_emission_hours": 4000, "so2_mgm3": 50,
}  # fmt: skip


def chosen(lines, pollutant):
    """The one counted line of a pollutant."""
    (found,) = lines[lines["chosen"] & (lines["pollutant"] == pollutant)].to_dict("records")
    return found


def so2(boiler, *points):
    forms = [("G103-1", {"units": [boiler]})]
    forms += [("G106-3", {"points": list(points)})] if points else []
    lines, _gaps = account(*forms)
    return lines[lines["pollutant"] == "SO2"]


@pytest.mark.parametrize(("boiler", "discharged"), [(BOILER, 12_800.0), (TREATED, 2_560.0)])
def test_sulfur_is_balanced_beside_the_coefficient(boiler, discharged):
    lines = so2(boiler)
    balance = lines[lines["method"] == "balance"].iloc[0]
    assert (balance["generated"], balance["discharged"]) == pytest.approx((12_800.0, discharged))
    assert not balance["chosen"]
    assert set(lines["place"]) == {1}


@pytest.mark.parametrize(
    "change", [{"fuel1_sulfur": 80}, {"industrial_firing_method": "RS01"}, {"fuel1_sulfur": None}]
)
def test_without_a_plausible_sulfur_or_share_there_is_no_balance(change):
    boiler = {name: value for name, value in (BOILER | change).items() if value is not None}
    assert "balance" not in set(so2(boiler)["method"])


# -- ash, nitrogen, power stations ----------------------------------------------------------------------

ASH = BOILER | {"fuel1_ash_pct": 20}
STATION = {
    "_k": 1, "power_unit_code": "D1", "power_firing_method": "RM05", "power_unit_hours": 5000,
    "generator_capacity_wkw": 30, "fuel1_type": "4", "fuel1_consumption": 100_000, "fuel1_sulfur": 1, "fuel1_lhv": 5000,
    "fuel1_ash_pct": 20, "outlet_code": "DA001", "exhaust_gas_wm3": 100_000,
}  # fmt: skip
BOUND = {"dedust_process": "P03", "dedust_efficiency_pct": 99, "dedust_hours": 5000}
FURNACE = {
    "_k": 1, "census_form_code": "G103-1", "outlet_code": "DA001", "measurement_point": "1", "nox_mgm3": 400,
    "average_flow_m3h": 200_000, "annual_emission_hours": 5000,
}  # fmt: skip


def parameter(pollutant, unit, value, **row):
    """The library with a parameter in percent that is made up for the test."""
    shape = type(FACTORS[0])
    more = shape(
        edition="census2_2021", sector="industrial", pollutant=pollutant, kind="parameter", source="test",
        confidence=row.pop("confidence", "verified"), medium="air", unit=unit, value=value, value_unit="%", id=90010,
        material=labels("fuel")["4"], **row,
    )  # fmt: skip
    return library([*FACTORS, more], normalise.technologies(), EDITIONS, Policy())


def balance(boiler, pollutant, *points, **kwargs):
    """The balance line of a pollutant; None without one."""
    forms = [("G103-1", {"units": [boiler]})] + ([("G106-3", {"points": list(points)})] if points else [])
    lines, _gaps = account(*forms, **kwargs)
    found = lines[(lines["pollutant"] == pollutant) & (lines["method"] == "balance")].to_dict("records")
    assert len(found) <= 1
    return found[0] if found else None


def test_smoke_of_a_chain_grate_is_that_of_the_published_example():
    """doczj.com/doc/2513939973: a tonne of coal with 20 % ash gives 10 kg behind a deduster of 80 %."""
    treated = ASH | {
        "fuel1_consumption": 1,
        "dedust_process": "P03",
        "dedust_efficiency_pct": 80,
        "dedust_hours": 4000,
    }
    line = balance(treated, "PM")
    assert (line["generated"], line["discharged"]) == pytest.approx((50.0, 10.0))
    assert (line["formula"], line["confidence"]) == ("balance.smoke", "declared")
    assert line["inputs"] == {"A": 20.0, "combustible": 0.2}


@pytest.mark.parametrize(
    "change",
    [{"fuel1_ash_pct": 80}, {"fuel1_ash_pct": None}, {"industrial_firing_method": "RM04"}, {"fuel1_consumption": None},
     {"dedust_process": "P03", "dedust_efficiency_pct": 80}],
)  # fmt: skip
def test_without_a_plausible_ash_a_single_share_or_hours_there_is_no_smoke_balance(change):
    boiler = {name: value for name, value in (ASH | change).items() if value is not None}
    assert balance(boiler, "PM") is None


def test_a_power_station_is_balanced_and_counts_where_nothing_else_gives_the_pollutant():
    lines, gaps = account(("G103-1", {"units": [STATION | BOUND]}))
    pm, so2 = (chosen(lines, name) for name in ("PM", "SO2"))
    assert (pm["formula"], so2["formula"]) == ("balance.pm_power", "balance.so2_power")
    assert (pm["generated"], pm["discharged"]) == pytest.approx((18_000_000.0, 180_000.0))
    assert so2["generated"] == pytest.approx(2 * 100_000 * 0.01 * 0.9 * 1000)
    assert pm["inputs"] == {"A": 20.0, "unburnt_loss": 0.0, "heating_value": pytest.approx(20_934.0)}
    assert not len(gaps[gaps["pollutant"].isin(["PM", "SO2"])])


def test_an_unburnt_loss_from_the_library_enters_the_balance():
    books = parameter("PM", "机械未完全燃烧损失", 1.5, industry="4411", process="煤粉炉")
    line = balance(STATION, "PM", books=books)
    assert line["inputs"]["unburnt_loss"] == 1.5
    assert line["generated"] == pytest.approx(100_000 * (0.20 + 1.5 * 5000 * 4.1868 / 3_387_000) * 0.9 * 1000)
    less = parameter("SO2", "机械未完全燃烧损失", 1.5, industry="4411", process="煤粉炉")
    assert balance(STATION, "SO2", books=less)["generated"] == pytest.approx(1_800_000 * 0.985)


def test_a_loss_without_a_heating_value_leaves_no_line():
    books = parameter("PM", "机械未完全燃烧损失", 1.5, industry="4411", process="煤粉炉")
    station = {name: value for name, value in STATION.items() if name != "fuel1_lhv"}
    assert balance(station, "PM", books=books) is None
    assert balance(station, "PM")["generated"] == pytest.approx(18_000_000.0)


def test_nox_goes_by_the_nitrogen_of_the_fuel_once_it_is_loaded():
    assert balance(BOILER, "NOx") is None
    books = parameter("NOx", "燃料含氮量", 1.5, industry="4430", confidence="recalled")
    line = balance(BOILER | {"fuel1_consumption": 1}, "NOx", books=books)
    assert line["generated"] == pytest.approx(7.641, abs=5e-4)
    assert (line["factor_id"], line["confidence"]) == (90010, "recalled")
    assert line["inputs"] == {"nitrogen_conversion": 0.25}


def test_nox_of_a_power_station_goes_by_what_is_measured_before_the_denitration():
    denitration = {"denox_process": "N05", "denox_efficiency_pct": 80, "denox_hours": 4500}
    line = balance(STATION | denitration, "NOx", FURNACE)
    assert line["formula"] == "balance.nox_power"
    assert (line["generated"], line["discharged"]) == pytest.approx((400_000.0, 400_000.0 * (1 - 0.8 * 0.9)))
    assert balance(STATION, "NOx", FURNACE)["confidence"] == "measured"


@pytest.mark.parametrize(
    ("station", "points"),
    [
        (STATION, [FURNACE | {"measurement_point": "2"}]),
        (STATION, [FURNACE | {"outlet_code": "DA002"}]),
        (STATION, [FURNACE, FURNACE | {"_k": 2}]),
        (STATION, [FURNACE | {"monitoring_method": "5"}]),
        ({name: value for name, value in STATION.items() if name != "exhaust_gas_wm3"}, [FURNACE]),
        (BOILER | {"exhaust_gas_wm3": 100_000}, [FURNACE]),
    ],
)
def test_nox_of_a_furnace_needs_one_valid_record_and_the_gas_volume(station, points):
    assert balance(station, "NOx", *points) is None


def test_a_run_without_recalled_figures_balances_with_none():
    strict = library(
        FACTORS, normalise.technologies(), EDITIONS, Policy(frozenset({"verified", "secondary", "declared"}))
    )
    assert balance(STATION, "PM", books=strict) is None
    assert balance(ASH, "PM", books=strict) is not None


@pytest.mark.parametrize("boiler", [ASH, STATION, STATION | BOUND])
def test_every_balance_can_be_worked_out_again_from_its_line(boiler):
    lines, _gaps = account(("G103-1", {"units": [boiler]}), ("G106-3", {"points": [FURNACE]}))
    for row in lines[lines["method"] == "balance"].to_dict("records"):
        stored = {f"{name}_kg": row[name] for name in ("generated", "removed", "discharged", "environment")}
        known = {name: None if value != value else value for name, value in (row | stored).items()}
        assert {"generated", "discharged"} <= set(expressions_of(known)), row["formula"]


def test_every_share_has_a_source_and_a_rating():
    for pollutant in ("SO2", "PM", "NOx"):
        for entry in balances.shares(pollutant).values():
            assert entry["source"]
            assert entry["confidence"] in CONFIDENCES
            assert 0 < entry["share"] <= 1


# -- what is unknown ------------------------------------------------------------------------------------

ROW = {
    "_k": 1, "census_form_code": "G103-1", "outlet_code": "DA001", "accounting_link": "锅炉燃烧",
    "material_name": "一般烟煤", "process_name": "层燃炉", "scale_class": "所有规模", "material_use": 1000,
    "material_use_unit": "吨", "coefficient_parameter": 0.8, "pollutant_name": "二氧化硫",
}  # fmt: skip
UNKNOWN = ROW | {"_k": 2, "treatment_process": "一种没有列出的工艺"}


def ways(lines):
    """(form, chosen) of the coefficients of SO2."""
    mine = lines[(lines["pollutant"] == "SO2") & (lines["method"] == "coefficient")]
    return sorted(zip(mine["form"], mine["chosen"], strict=True))


@pytest.mark.parametrize(
    ("declared", "counted"),
    [
        ([ROW], [("G103-1", False), ("G106-1", True)]),
        ([UNKNOWN], [("G103-1", True), ("G106-1", False)]),
        ([ROW, UNKNOWN], [("G103-1", True), ("G106-1", False), ("G106-1", False)]),  # a part is unknown
    ],
)
def test_an_unknown_treatment_does_not_blot_out_a_known_figure(declared, counted):
    books = library(
        [replace(row, industry="06-46") if row.industry == "4430" else row for row in FACTORS],
        normalise.technologies(), EDITIONS, Policy(),
    )  # fmt: skip
    lines, gaps = account(("G106-1", {"rows": declared}), ("G103-1", {"units": [BOILER]}), books=books)
    assert ways(lines) == counted
    assert chosen(lines[lines["form"] == counted[-1 if declared == [ROW] else 0][0]], "SO2")["discharged"] > 0
    left = gaps[(gaps["form"] == "G106-1") & (gaps["pollutant"] == "SO2")]
    assert list(left["reason"]) == ["no_efficiency"] * (UNKNOWN in declared)


def test_where_all_is_unknown_the_better_method_stays():
    units = [BOILER | {"desulf_process": "S08"}]  # hours and efficiency are blank
    row = ROW | {"treatment_process": "一种没有列出的工艺"}
    books = library(
        [replace(row, industry="06-46") if row.industry == "4430" else row for row in FACTORS],
        normalise.technologies(), EDITIONS, Policy(),
    )  # fmt: skip
    lines, _gaps = account(("G106-1", {"rows": [row]}), ("G103-1", {"units": units}), books=books)
    assert ways(lines) == [("G103-1", False), ("G106-1", True)]


def test_a_figure_that_does_not_count_blots_out_no_other():
    """Monitoring of one outlet stands for the coefficient of all outlets; the other outlet keeps its own figure."""
    figures = [("DA1", MONITORED), ("", DECLARED), ("DA2", DERIVED)]
    same = {"object": 0, "medium": "air", "pollutant": "SO2", "origin": "G103-1", "discharged": 1.0}
    lines = choose(Table.from_rows(figures, ["outlet", "rank"]).assign(**same))
    assert lines["chosen"].tolist() == [True, False, True]
    assert set(lines["place"]) == {1}


def test_behind_a_measured_outlet_stands_what_passes_by_coefficient():
    lines = so2(TREATED, OUTLET)
    measured = chosen(lines, "SO2")
    coefficient = lines[lines["method"] == "coefficient"].iloc[0]
    passed = coefficient["discharged"] / coefficient["generated"]
    assert measured["discharged"] == pytest.approx(2000.0)
    assert measured["generated"] == pytest.approx(2000.0 / passed)
    assert measured["removed"] == pytest.approx(measured["generated"] - 2000.0)
    assert measured["inputs"]["passed"] == pytest.approx(passed)


def test_a_measured_inlet_is_not_replaced():
    inlet = {**OUTLET, "_k": 2, "measurement_point": "1", "so2_mgm3": 400}
    measured = chosen(so2(TREATED, OUTLET, inlet), "SO2")
    assert measured["generated"] == pytest.approx(16_000.0)
    assert "passed" not in measured["inputs"]


def test_without_a_coefficient_the_generation_stays_unknown():
    lines, _gaps = account(("G106-3", {"points": [OUTLET]}))
    assert np.isnan(chosen(lines, "SO2")["generated"])
