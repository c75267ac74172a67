"""When a reported item is right."""

from __future__ import annotations

import pytest

from review.verification import comparing
from review.verification.comparing import NOTHING, UNABLE, VALUE, Tolerance

TEN = Tolerance(0.10, 100)


@pytest.mark.parametrize(
    ("kind", "reported", "how", "verified", "verdict"),
    [
        ("decimal", 100, VALUE, 100, "right"),
        ("decimal", 110, VALUE, 100, "within"),
        ("decimal", 90, VALUE, 100, "within"),
        ("decimal", 110.1, VALUE, 100, "wrong"),
        ("decimal", 1.1, VALUE, 1, "within"),
        ("integer", 0, VALUE, 0, "right"),
        ("integer", 1, VALUE, 0, "wrong"),
        ("decimal", None, VALUE, 0, "missing"),
        ("decimal", None, VALUE, 7, "missing"),
        ("decimal", None, NOTHING, None, "right"),
        ("decimal", 0, NOTHING, None, "surplus"),
        ("decimal", 5, UNABLE, None, "unable"),
        ("text", "衢州 化工（集团）", VALUE, "衢州化工(集团)", "right"),
        ("text", "甲厂", VALUE, "乙厂", "wrong"),
        ("choice", "01", VALUE, "1", "wrong"),
        ("boolean", True, VALUE, True, "right"),
        ("multichoice", ["2", "1"], VALUE, ["1", "2"], "right"),
    ],
)
def test_verdicts(kind, reported, how, verified, verdict):
    assert comparing.compare(kind, reported, how, verified, TEN).code == verdict


def test_difference_has_a_sign():
    assert comparing.compare("decimal", 80, VALUE, 100, TEN).difference == pytest.approx(-0.2)


def test_positions():
    """One thousandth of a degree of latitude is 111 m (mean earth radius 6,371 km)."""
    here = [118.87, 28.94]
    assert comparing.distance_m(here, [118.87, 28.941]) == pytest.approx(111.2, abs=0.1)
    assert comparing.compare("position", here, VALUE, [118.87, 28.9405], TEN).code == "within"
    assert comparing.compare("position", here, VALUE, [118.87, 28.941], TEN).code == "wrong"
    assert comparing.compare("position", here, VALUE, here, TEN).code == "right"


@pytest.mark.parametrize("how", ["", "maybe", VALUE])
def test_unclear_entries_are_refused(how):
    with pytest.raises(ValueError):
        comparing.compare("decimal", 1, how, None, TEN)
