"""Codes and figures of the forms that mislead: names with another word in them, blanks, plants that treat nothing."""

import pytest

from tests.accounting.runs.shards import account

STATION = {
    "_k": 1, "power_unit_code": "MF1", "power_firing_method": "RY01", "power_unit_hours": 5000,
    "generator_capacity_wkw": 5, "fuel1_consumption": 100,
}  # fmt: skip


@pytest.mark.parametrize(
    ("fuel", "coal"), [("4", True), ("12", False), ("17", False), ("20", False), ("35", True)]
)
def test_only_coal_has_the_coal_coefficients_of_power_stations(fuel, coal):
    """高炉煤气, 煤层气 and 煤油 have the word coal in their names."""
    lines, gaps = account(("G103-1", {"units": [STATION | {"fuel1_type": fuel}]}))
    assert ("NOx" in set(lines[lines["method"] == "coefficient"]["pollutant"])) == coal
    assert set(gaps[gaps["pollutant"] == "NOx"]["reason"]) == (set() if coal else {"no_factor"})


@pytest.mark.parametrize("animal", ["", "9"])
def test_a_herd_of_no_known_animal_is_a_gap_and_stops_nothing(animal):
    herds = [{"_k": 1, "herd": 40, "animal": animal}, {"_k": 2, "herd": 10, "animal": "1"}]
    lines, gaps = account(("N202", {"animals": herds}), kind="county_small_farms")
    assert set(lines["row_key"]) == {2}
    assert gaps[gaps["row_key"] == 1][["reason", "key", "size"]].to_numpy().tolist() == [
        ["missing_input", "animal", 40]
    ]


def test_an_outlet_without_a_code_does_not_stand_for_the_largest():
    outlets = [
        {"_k": 1, "outlet_code": "DW001", "discharge_m3": 900, "drainage_destination": "E"},
        {"_k": 2, "discharge_m3": 5, "drainage_destination": "A"},
    ]
    point = {"_k": 1, "outlet_code": "DW009", "outlet_water_m3": 100, "cod_out_mgl": 30}
    lines, _gaps = account(("G102", {"outlets": outlets}), ("G106-2", {"points": [point]}))
    assert set(lines[lines["method"] == "monitoring"]["destination"]) == {"indirect"}


def test_a_plant_that_treated_nothing_lets_through_no_known_share():
    outlet = {"_k": 1, "outlet_code": "DW001", "drainage_destination": "E", "receiving_plant_name": "one"}
    point = {"_k": 1, "outlet_code": "DW001", "outlet_water_m3": 100, "cod_out_mgl": 30}
    idle = {"treated_wm3": 0, "reclaimed_wm3": 2}
    lines, gaps = account(
        ("G102", {"outlets": [outlet]}),
        ("G106-2", {"points": [point]}),
        ("J101-2", idle),
        ("J101-3", {"cod_in_annual_mgl": 300, "cod_out_annual_mgl": 30}),
    )
    assert lines[lines["form"] == "G106-2"]["environment"].tolist() == [3.0]
    assert "unknown_plant" in set(gaps["reason"])
