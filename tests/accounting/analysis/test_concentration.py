"""Concentration of a total on few objects: known values, properties, and what is refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.analysis.concentration import POINTS, THRESHOLDS, concentration

AMOUNTS = st.lists(st.floats(1e-3, 1e9), min_size=1, max_size=400)


def test_known_values() -> None:
    found = concentration([70.0, 20.0, 10.0])
    assert found.total == 100.0
    assert found.needed == {65.0: 1, 85.0: 2}
    assert found.curve == [(0.0, 0.0), (100 / 3, 70.0), (200 / 3, 90.0), (100.0, 100.0)]
    # by hand: mean absolute difference over twice the mean = (2·(50+60+10)/9)/(2·100/3) = 0.4
    assert found.gini == pytest.approx(0.4)


def test_a_threshold_that_is_met_exactly_needs_no_further_object() -> None:
    assert concentration([65.0, 20.0, 15.0]).needed == {65.0: 1, 85.0: 2}


def test_equal_objects() -> None:
    found = concentration([5.0] * 20)
    assert found.gini == pytest.approx(0, abs=1e-12)
    assert found.needed == {65.0: 13, 85.0: 17}


def test_nothing_above_zero_is_no_concentration() -> None:
    assert concentration([]) is None
    assert concentration([0.0, 0.0]) is None


@pytest.mark.parametrize("amount", [-1.0, math.nan, math.inf])
def test_what_is_no_amount_is_refused(amount: float) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        concentration([1.0, amount])


@given(AMOUNTS)
def test_properties(amounts: list[float]) -> None:
    found = concentration(amounts)
    largest = sorted(amounts, reverse=True)
    assert 0 <= found.gini < 1
    assert len(found.curve) <= POINTS + 1
    assert (found.curve[0], found.curve[-1]) == ((0.0, 0.0), (100.0, 100.0))
    assert all(
        b[1] >= a[1] and b[1] >= b[0] - 1e-9 for a, b in zip(found.curve, found.curve[1:], strict=False)
    )
    for limit in THRESHOLDS:
        needed = found.needed[limit]
        assert sum(largest[:needed]) >= limit / 100 * found.total * (1 - 1e-9)
        assert sum(largest[: needed - 1]) < limit / 100 * found.total * (1 + 1e-9)


@given(AMOUNTS)
def test_the_order_of_the_objects_does_not_matter(amounts: list[float]) -> None:
    assert concentration(amounts) == concentration(sorted(amounts))
