"""Draws, columns, codes and outlines: the generator's small parts."""

import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.demo import columns, industry, names, plant
from sources.demo.dms import dms
from sources.demo.draw import Draw, spread, within
from sources.demo.outlines import Outline, outline
from sources.forms.catalogue import load
from sources.objects.codes import identification_faults, org_faults, uscc_faults


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.integers(1, 8), st.integers(0, 9))
def test_parts_add_up_exactly(totals, count, seed):
    parts = Draw(seed, "parts").parts(np.array(totals), [1.0 / (n + 1) for n in range(count)], evenness=2)
    assert parts.sum(axis=1).tolist() == totals
    assert (parts >= 0).all()


def test_equal_names_give_equal_draws_and_others_do_not():
    first, same, other = (Draw(1, name).between(5, 0, 1).tolist() for name in ("a", "a", "b"))
    assert first == same != other


def test_rows_of_sheets():
    owner = spread(np.array([2, 0, 3]))
    assert owner.tolist() == [0, 0, 2, 2, 2]
    assert within(owner).tolist() == [1, 2, 1, 2, 3]
    assert within(np.array([], dtype=int)).tolist() == []


def test_sheets_leave_blanks_out_and_write_numbers_as_they_are_typed():
    made = columns.sheets(
        "G104-1",
        np.arange(2),
        {},
        {
            "wastes": columns.Table(
                np.array([0, 0, 1]),
                {
                    "waste_name": ["SW01", None, "SW03"],
                    "generated_t": [1.0, 2.346, np.nan],
                    "recovered_t": -0.0,
                },
            )
        },
    )
    assert made.documents == [
        {
            "wastes": [
                {"waste_name": "SW01", "generated_t": 1, "recovered_t": 0, "_k": 1},
                {"generated_t": 2.35, "recovered_t": 0, "_k": 2},
            ]
        },
        {"wastes": [{"waste_name": "SW03", "recovered_t": 0, "_k": 1}]},
    ]
    assert isinstance(made.documents[0]["wastes"][0]["generated_t"], int)


def test_an_item_the_form_does_not_have_is_an_error():
    with pytest.raises(KeyError, match="no_such_item"):
        columns.sheets("G102", np.arange(1), {"no_such_item": 1})


def test_codes_are_valid_and_lie_in_the_made_up_range():
    organisation = names.organisation_codes(np.arange(0, 31**4, 4001))
    assert all(code.startswith("YYYY") and not org_faults(code) for code in organisation)
    for code in names.credit_codes("91330802", organisation).tolist():
        assert not uscc_faults(code)
        assert not identification_faults(code + "01")


def test_identifiers_are_version_7_and_in_order():
    ids = names.identifiers(Draw(1, "ids"), 500)
    assert ids == names.identifiers(Draw(1, "ids"), 500)
    assert len(set(ids)) == 500
    assert {uuid.UUID(one).version for one in ids} == {7}
    assert {uuid.UUID(one).variant for one in ids} == {uuid.RFC_4122}
    assert ids == sorted(ids)


def test_coordinates_as_the_forms_write_them():
    assert dms(np.array([118.869514, 29.0])) == ["118°52′10.25″", "29°0′00.00″"]
    form = load().forms["S104"]
    text = dms(np.array([118.869514]))[0]
    assert form.clean({"longitude": text}).values == {"longitude": text}


def test_a_hole_is_outside():
    def square(size):
        return np.array(
            [[-size, -size], [size, -size], [size, size], [-size, size], [-size, -size]], dtype=float
        )

    ring = Outline([square(2), square(1)])
    assert ring.contains(np.array([[0, 0], [1.5, 1.5], [3, 0]])).tolist() == [False, True, False]
    points = ring.points(np.random.default_rng(1), 500)
    assert (np.abs(points).max(axis=1) >= 1).all()
    assert (np.abs(points).max(axis=1) <= 2).all()
    moved = ring.near(np.random.default_rng(1), points, 0.8)
    assert ring.contains(moved).all()


@pytest.mark.parametrize("code", ["330802000000", "371371000000", "441900000000"])
def test_outline_of_a_county_a_zone_and_a_city_without_counties(code):
    area = outline(code)
    assert area.contains(area.points(np.random.default_rng(2), 50)).all()


def test_no_outline_is_said():
    with pytest.raises(LookupError, match="990000"):
        outline("990000000000")


def test_industries_are_complete():
    for profile in industry.profiles():
        chances = profile["chances"]
        assert set(chances) <= set(industry.GATES), profile["code"]
        assert ("furnace" in profile) == (chances.get("furnace", 0) > 0), profile["code"]
        assert ("hazardous" in profile) or not chances.get("hazardous"), profile["code"]
        assert all(str(key) in industry.links() for key in profile.get("links", ())), profile["code"]


def test_every_error_names_an_item_and_a_rule_that_exist():
    forms = load().forms
    for slot in plant.SLOTS:
        form = forms[slot.form]
        assert form.indicators[slot.item].section == slot.table or not slot.table
        assert slot.rule is None or slot.rule in {check.rule for check in form.checks}, slot
