"""Units: parsing, exact conversion, dimensions."""

import pytest

from accounting.methods import units
from accounting.methods.pollutants import code_of, table


@pytest.mark.parametrize(
    ("coefficient", "activity", "target", "number"),
    [
        ("kg/t-coal", "t", "kg", 1.0),
        ("kg/t-coal", "吨", "kg", 1.0),
        ("kg/t", "万吨", "kg", 10000.0),
        ("g/1e4m3-gas", "万立方米", "kg", 0.001),
        ("Nm3/1e4m3-gas", "1e4m3", "m3", 1.0),
        ("g/kL-product", "千升", "kg", 0.001),
        ("g/(head·d)", "head·d", "kg", 0.001),
        ("mg/L", "10^4 m3", "kg", 10.0),
        ("kg/1e4-standard-brick", "1e4standard-brick", "kg", 1.0),
        ("g/km", "vehicle·km", "kg·vehicle", 0.001),
        ("% of N or P applied", "kg", "kg", 0.01),
    ],
)
def test_product_of_coefficient_and_activity(coefficient, activity, target, number):
    assert units.product_factor(coefficient, activity, target) == number


@pytest.mark.parametrize(
    ("coefficient", "activity"),
    [("kg/head", "t"), ("kg/t", "m3"), ("kg/m3-product", "t"), ("g/kWh", "h"), ("kg/t", "head")],
)
def test_wrong_dimension_is_refused(coefficient, activity):
    with pytest.raises(units.UnitError, match="does not fit"):
        units.product_factor(coefficient, activity, "kg")


def test_unknown_unit_is_named():
    with pytest.raises(units.UnitError, match="unknown unit '担'"):
        units.factor("担", "kg")
    assert not units.known("furlong")
    assert units.known("万千瓦时")


def test_conversions_are_exact():
    assert units.factor("mg/L", "kg/m3") == 0.001
    assert units.factor("亩", "ha") == 1 / 15
    assert units.factor("%", "1") == 0.01


def test_pollutants_are_found_by_their_names():
    assert code_of("化学需氧量") == "COD"
    assert code_of("氨氮") == "NH3_N"
    assert code_of("总 砷") == "As"
    assert code_of("幻想物") is None
    assert code_of("") is None
    for pollutant in table().values():
        assert pollutant.scale > 0
        assert pollutant.zh
        assert pollutant.en
