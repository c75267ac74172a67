"""Rates against published worked examples, and what must hold for all numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.verification import rates
from review.verification.rates import Rate


@pytest.mark.parametrize(
    ("hits", "base", "low", "high"),
    [
        # R. G. Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 3 (score)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0000),
    ],
)
def test_wilson_as_published(hits, base, low, high):
    assert rates.wilson(hits, base) == pytest.approx((low, high), abs=6e-5)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_rate_and_mirrors(case):
    hits, base = case
    low, high = rates.wilson(hits, base)
    assert 0 <= low <= hits / base <= high <= 1
    assert rates.wilson(base - hits, base) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize("case", [(1, 0), (3, 2), (-1, 4)])
def test_wilson_refuses_what_is_no_proportion(case):
    with pytest.raises(ValueError, match="no proportion"):
        rates.wilson(*case)


def test_chapman_worked_example():
    """10 marked, 15 caught, 5 of them marked: 11 · 16 / 6 - 1 = 28.33 (Lincoln would say 30)."""
    estimate = rates.chapman(10, 15, 5)
    assert estimate.total == pytest.approx(28.3333, abs=1e-4)
    # by hand: variance 11·16·5·10/(36·7) = 34.9206; unseen 8.3333; C = exp(1.96·sqrt(ln(1 + 34.9206/69.444))) = 3.4937
    assert (estimate.low, estimate.high) == pytest.approx((22.3853, 49.1140), abs=1e-4)


@given(st.integers(0, 400), st.integers(0, 400), st.data())
def test_chapman_never_below_what_was_seen(registered, walked, data):
    both = data.draw(st.integers(0, min(registered, walked)))
    estimate = rates.chapman(registered, walked, both)
    seen = registered + walked - both
    assert estimate.total >= seen - 1e-9
    if not both and both in (registered, walked):
        assert (estimate.low, estimate.high, estimate.interval) == (None, None, None)
    else:
        assert seen - 1e-9 <= estimate.low <= estimate.total + 1e-9 <= estimate.high + 2e-9
        assert 0 <= estimate.interval[0] <= estimate.share <= estimate.interval[1] <= 1
    assert rates.chapman(walked, registered, both).total == pytest.approx(estimate.total)


def test_complete_lists_leave_nothing_unseen_but_few_objects_prove_little():
    """Of 40 walked all are registered: Wilson's lower bound is 40 / (40 + 1.96²) = 91.2 %."""
    estimate = rates.chapman(40, 40, 40)
    assert (estimate.total, estimate.share) == (40, 1)
    assert estimate.interval == pytest.approx((0.91238, 1), abs=1e-4)
    low, high = rates.chapman(4, 5, 4).interval  # one of five was not registered
    assert low == pytest.approx(0.3755, abs=1e-3)
    assert high == pytest.approx(0.8)  # five were seen


def test_lists_that_cannot_be():
    with pytest.raises(ValueError, match="cannot be"):
        rates.chapman(3, 5, 4)


def test_weighted_by_source():
    """90 % of the objects at 1 of 100, 10 % at 5 of 50: 0.9 · 0.01 + 0.1 · 0.1 = 0.019."""
    found = rates.weighted([(Rate(1, 100), 0.9), (Rate(5, 50), 0.1), (Rate(0, 0), 0.0)])
    assert found.value == pytest.approx(0.019)
    assert 0 < found.low < 0.019 < found.high < 0.08
    assert found.covered == pytest.approx(1)


def test_a_source_nobody_checked_is_not_zero():
    found = rates.weighted([(Rate(2, 10), 0.5), (Rate(0, 0), 0.5)])
    assert (found.value, found.covered) == (pytest.approx(0.2), 0.5)
    assert rates.weighted([(Rate(0, 0), 1.0)]) is None


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_one_source_alone_has_its_own_interval(case):
    found = rates.weighted([(Rate(*case), 1.0)])
    assert (found.low, found.high) == pytest.approx(rates.wilson(*case), abs=1e-12)


def test_deviation():
    assert rates.deviation([90.0, None], [80.0, 20.0]) == pytest.approx(0.1)
    assert rates.deviation([1.0], [None]) is None


def test_outcomes():
    limits = (0.02, 0.05)
    assert [rates.outcome_of(v, limits) for v in (None, 0, 0.02, 0.03, 0.05, 0.051)] == [
        None, "pass", "pass", "fix", "fix", "fail",
    ]  # fmt: skip
    assert rates.worst([None, "pass", "fix"]) == "fix"
    assert rates.worst([None]) is None


def test_a_small_sample_proves_nothing():
    assert not rates.proven(Rate(0, 20), (0.02, 0.05))
    assert rates.proven(Rate(0, 400), (0.02, 0.05))
