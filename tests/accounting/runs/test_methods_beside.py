"""Several methods of one outlet in the engine: the sulfur balance, and what is generated behind a measured outlet."""

import numpy as np
import pytest

from tests.accounting.runs.shards import account

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
