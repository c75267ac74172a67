"""Error localisation: the wrong item of an object is named, with a value that makes its checks hold."""

from __future__ import annotations

import dataclasses

import pytest

from review.rules.catalogue import full_catalogue
from review.statistics import ratios
from review.statistics.columns import Columns
from review.statistics.doubts import Place
from review.statistics.localise import OWN_CHECK, Catalog, corrected, localise
from sources.forms.check_set import Document


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """All checks but those for blanks, which the small documents here would fail by the dozen."""
    full = full_catalogue()
    forms = {
        code: dataclasses.replace(form, checks=tuple(c for c in form.checks if c.kind != "required"))
        for code, form in full.forms.items()
    }
    return Catalog(dataclasses.replace(full, forms=forms))


def test_the_item_two_failing_sums_share_is_the_culprit(catalog):
    """Households are the total of three sums: all fail, so it is the total, and not one part of each."""
    values = {"household_count": 1000, "flush_toilet_households": 60, "no_flush_toilet_households": 40}
    values |= {"waste_town_households": 90, "waste_sanitary_households": 10}
    values |= {"sewage_municipal_households": 70, "sewage_other_households": 30}
    found = localise([Document(1, "S102", 1, values)], {}, catalog)
    assert found[0].place == Place("S102", 1, "", "household_count")
    assert found[0].expected == 100
    assert len(found[0].mends) >= 2


def test_a_part_is_the_culprit_when_the_other_sums_hold(catalog):
    values = {"household_count": 100, "flush_toilet_households": 60, "no_flush_toilet_households": 40}
    values |= {"waste_town_households": 90, "waste_sanitary_households": 10}
    values |= {"sewage_municipal_households": 170, "sewage_other_households": 30}
    found = localise([Document(1, "S102", 1, values)], {}, catalog)
    assert found[0].place.item == "sewage_municipal_households"
    assert found[0].expected == 70
    (mended,) = corrected([Document(1, "S102", 1, values)], found[:1])
    assert mended.values["sewage_municipal_households"] == 70
    assert values["sewage_municipal_households"] == 170  # the given document stays as it was


def test_peers_decide_between_the_two_sides_of_a_limit(catalog):
    """Output above capacity: the side that is unlike its peers is named."""
    documents, objects = [], {}
    for number in range(30):
        output = 1000 + 10 * number
        product = {"_k": 1, "product_code": "1", "production_capacity": 1.3 * output, "actual_output": output}
        if number == 3:
            product["actual_output"] = 50 * output
        documents += [
            Document(number, "G101-1", 1, {"gross_output_kyuan": 2 * output}),
            Document(number, "G101-2", 1, {"products": [product]}),
        ]
        objects[number] = {"region": "330802001001", "industry": "3031"}
    columns = Columns(documents, objects)
    edits = ratios.edits(columns)
    assert list(edits) == [3]
    found = localise(columns.by_object[3], {}, catalog, edits[3])
    assert found[0].place == Place("G101-2", 1, "products/1", "actual_output")
    assert "G101-2-R01" in found[0].mends
    assert found[0].expected < 1.3 * 1030


def test_a_missing_form_is_named_rather_than_the_answer_that_asks_for_it(catalog):
    documents = [Document(1, "G101-1", 1, {"has_industrial_wastewater": True})]
    found = localise(documents, {"kind": "enterprise"}, catalog)
    missing = [one for one in found if one.missing]
    assert "G102" in {one.place.form for one in missing}
    assert all(one.place.item == "" for one in missing)
    assert "has_industrial_wastewater" not in {one.place.item for one in found}


def test_nothing_failing_names_nothing(catalog):
    values = {"household_count": 100, "flush_toilet_households": 60, "no_flush_toilet_households": 40}
    assert localise([Document(1, "S102", 1, values)], {}, catalog) == localise([], {}, catalog) == []


def test_what_fails_its_own_check_is_named_whatever_else_fails():
    """Blanks and wrong codes need no search and do not crowd out what is found by one."""
    values = {"household_count": 100, "flush_toilet_households": 60, "no_flush_toilet_households": 90}
    found = localise([Document(1, "S102", 1, values)], {}, Catalog(full_catalogue()))
    blank = [one for one in found if one.value is None]
    assert "village_name" in {one.place.item for one in blank}
    assert {one.weight for one in blank if len(one.mends) == 1} <= {1 + OWN_CHECK, 0.6 + OWN_CHECK}
    assert "no_flush_toilet_households" in {one.place.item for one in found} or "household_count" in {
        one.place.item for one in found
    }
