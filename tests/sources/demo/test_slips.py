"""Slips in figures that carry emissions: what is drawn, what is left alone, and that the list tells the truth."""

from __future__ import annotations

import copy
from collections import Counter

import pytest

from sources.demo import slips
from sources.demo.draw import Draw
from sources.forms.catalogue import load
from sources.forms.model import NUMERIC

OBJECTS = 400


def sheets() -> list[slips.Sheet]:
    return [
        slips.Sheet(
            str(number),
            "",
            "enterprise",
            "G106-2",
            1,
            {
                "points": [
                    {
                        "_k": 1,
                        "outlet_water_m3": 1000 + number,
                        "cod_in_mgl": 400.5,
                        "cod_out_mgl": 40.25 + number,
                        "nh3n_in_mgl": 31.5,
                        "nh3n_out_mgl": 2.75,
                    }
                ]
            },
        )
        for number in range(OBJECTS)
    ]


@pytest.fixture(scope="module")
def world():
    clean, wrong = sheets(), sheets()
    known = slips.slip(wrong, {"0", "1"}, Draw(3, "x"), 300)
    return clean, wrong, known


def test_carriers_are_numbers_of_the_forms():
    for form, tables in slips.carriers().items():
        known = load().forms[form]
        for table, items in tables.items():
            assert not table or table in known.tables
            for item in items:
                indicator = known.indicators[item]
                assert indicator.type in NUMERIC
                assert (indicator.section == table) if table else indicator.section not in known.tables


def test_the_list_says_what_stands_in_the_forms_and_what_stood_there(world):
    clean, wrong, known = world
    assert len({error.object_id for error in known}) == len(known) == 300
    mended = {sheet.object_id: copy.deepcopy(sheet.values) for sheet in wrong}
    for error in known:
        row = mended[error.object_id]["points"][0]
        assert error.row == "points/1"
        assert row.get(error.item) == error.wrong != error.right
        places = {error.item: error.right} | ({error.partner: error.wrong} if error.partner else {})
        for item, right in places.items():
            slips._put(row, item, right)
    assert mended == {sheet.object_id: sheet.values for sheet in clean}


def test_nothing_is_planted_on_objects_that_are_taken(world):
    assert not {"0", "1"} & {error.object_id for error in world[2]}


def test_kinds_come_in_their_shares_and_sizes_are_hit_alike(world):
    known = world[2]
    kinds = Counter(error.error.removeprefix(slips.PREFIX) for error in known)
    assert set(kinds) == set(slips.KINDS)
    assert kinds["unit"] == max(kinds.values())
    small = sum(int(error.object_id) < OBJECTS / 2 for error in known)
    assert 0.4 < small / len(known) < 0.6


def test_units_are_confused_as_their_item_allows(world):
    """mg/L for g/L, m3 for 10^4 m3; else a decimal point out of place. Never the other way round."""
    for error in world[2]:
        if error.error == f"{slips.PREFIX}unit":
            unit = 1e-4 if error.item == "outlet_water_m3" else 1e-3
            possible = [error.right * times for times in (unit, *slips.POINT)]
            assert any(abs(error.wrong - value) <= 0.5 for value in possible)
    units = {i.unit.zh for form in load().forms.values() for i in form.indicators.values() if i.unit}
    assert set(slips.CONFUSED) <= units


def test_values_are_as_a_person_can_type_them(world):
    form = load().forms["G106-2"]
    for sheet in world[1]:
        cleaned = form.clean(sheet.values)
        assert not cleaned.rejected
        assert cleaned.values == sheet.values


def test_equal_draws_are_equal_and_there_are_no_more_than_objects():
    first, again = sheets(), sheets()
    assert slips.slip(first, (), Draw(1, "y"), 20) == slips.slip(again, (), Draw(1, "y"), 20)
    assert first == again
    assert len(slips.slip(sheets()[:5], (), Draw(1, "y"), 20)) == 5
    assert slips.slip([], (), Draw(1, "y"), 20) == []


@pytest.mark.parametrize(
    ("text", "possible"),
    [("7", {0.0, 77.0, 7.0}), ("12.5", {2.5, 1.5, 12.0, 112.5, 122.5, 12.55, 21.5, 15.2, 12.5})],
)
def test_misread_figures(text, possible):
    draw = Draw(1, "digits")
    assert {slips._misread(text, draw) for _turn in range(200)} == possible
