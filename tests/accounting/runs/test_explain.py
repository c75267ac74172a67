"""A line as a person reads it: the formula with its numbers."""

from accounting.runs.explain import explain

AIR = {"method": "monitoring", "formula": "monitoring.air", "activity": 10134600.0, "factor_value": 67.27,
       "discharged_kg": 681.754542}  # fmt: skip


def test_a_measured_gas_is_explained_by_its_hourly_flow():
    found = explain(AIR | {"inputs": {"hours": 1524.0}})
    assert found.numbers == "mass = 681.75454 = 6,650 × 67.27 × 1,524 ÷ 10⁶"


def test_a_name_whose_number_is_not_known_stays_a_name():
    assert "flow_rate × 67.27 × hours" in explain(AIR | {"inputs": {}}).numbers
