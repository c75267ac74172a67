"""Names in a csv are no formulas, its numbers stay numbers."""

import pytest

from accounting.tables.plain import _no_formula
from tests.accounting.fuzz.hostile import FORMULAS


@pytest.mark.parametrize("text", FORMULAS)
def test_a_name_is_no_formula(text):
    assert _no_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1.5", "-1e-07", "+3", "330800000000", "", "水", "a=1"])
def test_numbers_and_plain_words_stay(text):
    assert _no_formula(text) == text
