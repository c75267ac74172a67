"""What peers suggest where nothing usable stands."""

from __future__ import annotations

import pytest

from review.statistics.columns import Columns
from review.statistics.doubts import Place
from review.statistics.imputing import Imputer, as_typed
from review.statistics.ratios import compared
from sources.forms.check_set import Document

UNITS = 30
BLANK = 7


def plants(change):
    """Sewage plants that treat 0.02 × 10⁴ m3 a year for each m3 a day of capacity; *change* spoils one."""
    documents, objects = [], {}
    for number in range(UNITS):
        capacity = 100.0 + 10 * number
        values = {
            "design_capacity_m3d": capacity,
            "treated_wm3": round(0.02 * capacity, 2),
            "treated_domestic_wm3": round(0.02 * capacity, 2),
            "electricity_wkwh": round(0.004 * capacity, 2),
        }
        plant_type = {"plant_type": "3"}
        if number == BLANK:
            change(values)
            plant_type = {"plant_type": "Z9"}
        documents += [Document(number, "J101-2", 1, values), Document(number, "J101-1", 1, plant_type)]
        objects[number] = {"region": "330802001001", "industry": "4620"}
    columns = Columns(documents, objects)
    return Imputer(columns, compared(columns))


def test_a_blank_gets_what_its_ratios_say():
    imputer = plants(lambda values: values.pop("treated_wm3"))
    found = imputer.expected(BLANK, Place("J101-2", 1, "", "treated_wm3"))
    assert found == pytest.approx(0.02 * (100 + 10 * BLANK), rel=0.02)


def test_below_the_line_of_a_ratio_it_is_turned_round():
    imputer = plants(lambda values: values.pop("design_capacity_m3d"))
    found = imputer.expected(BLANK, Place("J101-2", 1, "", "design_capacity_m3d"))
    assert found == pytest.approx(100 + 10 * BLANK, rel=0.02)


def test_a_code_that_does_not_exist_becomes_the_commonest():
    imputer = plants(lambda values: None)
    assert imputer.expected(BLANK, Place("J101-1", 1, "", "plant_type")) == "3"


def test_nothing_is_said_without_a_ratio_or_for_words():
    imputer = plants(lambda values: values.clear())
    assert imputer.expected(BLANK, Place("J101-2", 1, "", "treated_wm3")) is None
    assert imputer.expected(0, Place("J101-2", 1, "", "operating_days")) is None
    assert imputer.expected(0, Place("J101-1", 1, "", "operator_name")) is None


def test_values_are_shown_as_the_form_takes_them():
    cod = Place("G102", 1, "outlets/1", "cod_discharge_t")
    assert as_typed(cod, 0.92961) == 0.93
    assert as_typed(cod, 0.00004) == 0.00004  # nothing would be left
    assert as_typed(Place("G101-1", 1, "", "longitude"), 118.87) == 118.87
