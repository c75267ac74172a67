"""Every method agrees with its decimal oracle, keeps unknowns unknown, and works on arrays."""

import importlib.util
import random
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from accounting.methods.registry import MethodError, catalogue, get

_spec = importlib.util.spec_from_file_location("oracle", Path(__file__).with_name("oracle.py"))
oracle = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(oracle)

SHARE_UNITS = {"1", "%"}


def _draw(spec, chance: random.Random) -> Decimal:
    unit = getattr(spec, "unit", "")
    upper = {"1": 1, "%": 60}.get(unit, 5000)
    return Decimal(chance.randint(1, upper * 1000 - 1)) / 1000


def _inputs(method, seed: int) -> dict:
    chance = random.Random(f"{method.id}{seed}")
    return {
        name: [_draw(spec, chance) for _ in range(3)] if spec.many else _draw(spec, chance)
        for name, spec in method.inputs.items()
    }


def _plain(value):
    return [float(item) for item in value] if isinstance(value, list) else float(value)


def test_every_method_has_an_oracle_and_the_other_way_round():
    assert set(catalogue()) == set(oracle.ORACLE)


@pytest.mark.parametrize("name", sorted(oracle.ORACLE))
def test_method_equals_its_oracle(name):
    method = get(name)
    for seed in range(25):
        inputs = _inputs(method, seed)
        expected = oracle.ORACLE[name](**inputs)
        computed = method(**{key: _plain(value) for key, value in inputs.items()})
        assert set(computed) == set(method.outputs) == set(expected)
        for key, value in expected.items():
            scale = max(abs(float(value)), max(abs(float(v)) for v in expected.values()) * 1e-3, 1e-9)
            assert abs(float(computed[key]) - float(value)) <= 1e-11 * scale, (key, inputs)


@pytest.mark.parametrize("name", sorted(oracle.ORACLE))
def test_an_unknown_required_input_makes_a_result_unknown(name):
    method = get(name)
    for unknown, spec in method.inputs.items():
        if spec.default is not None:
            continue
        inputs = {key: _plain(value) for key, value in _inputs(method, 1).items()}
        inputs[unknown] = [np.nan] * 3 if spec.many else np.nan
        assert any(np.isnan(value) for value in method(**inputs).values()), unknown


@pytest.mark.parametrize("name", sorted(oracle.ORACLE))
def test_arrays_give_the_same_bits_as_single_rows(name):
    method = get(name)
    rows = [{key: _plain(value) for key, value in _inputs(method, seed).items()} for seed in range(4)]
    together = method(**{key: np.array([row[key] for row in rows]) for key in method.inputs})
    for index, row in enumerate(rows):
        for key, value in method(**row).items():
            assert value == together[key][index]


def test_no_treatment_needs_no_operating_rate():
    result = get("coefficient.treated")(activity=10.0, coefficient=2.0, efficiency=0.0, k=np.nan)
    assert result["discharged"] == 20.0


def test_treatment_with_unknown_operating_rate_is_unknown_but_generation_is_known():
    result = get("coefficient.treated")(activity=10.0, coefficient=2.0, efficiency=0.9, k=np.nan)
    assert result["generated"] == 20.0
    assert np.isnan(result["discharged"])
    assert np.isnan(result["removed"])


def test_operating_rate_above_one_counts_as_one_and_without_hours_is_unknown():
    assert get("k.time")(control_hours=9000, production_hours=8000)["k"] == 1.0
    assert np.isnan(get("k.time")(control_hours=10, production_hours=0)["k"])


def test_aquaculture_may_be_negative():
    assert get("aquaculture.gain")(output=10.0, seed=1.0, coefficient=-2.0)["discharged"] == -18.0


def test_plant_with_outlet_above_inlet_removes_nothing():
    result = get("centralized.sewage_plant")(treated=100.0, inlet=10.0, outlet=30.0, reclaimed=0.0)
    assert result["removed"] == 0.0
    assert result["discharged"] == 3.0


def test_unknown_method_and_inputs_are_named():
    with pytest.raises(MethodError, match=r"did you mean coefficient\.treated"):
        get("coefficient.treat")
    with pytest.raises(MethodError, match="unknown input colour; it takes activity, coefficient"):
        get("coefficient.emission")(activity=1, coefficient=1, colour=1)
    with pytest.raises(MethodError, match="missing input coefficient"):
        get("coefficient.emission")(activity=1)
