"""Nothing that is reported is left out: every form is accounted, or said why not."""

import pytest

from accounting.runs.engine import FORMS
from sources.forms import catalogue
from tests.accounting.runs.shards import account

CATALOGUE = catalogue.load()
NOT_ACCOUNTED = {
    "INV-1": "inventory: finds the objects, carries no activity of the year",
    "INV-2": "inventory: the herd of the year is on N101-2",
    "INV-3": "inventory: the fuel of the boilers is on S103",
    "INV-4": "inventory: outfalls, measured on S105",
    "INV-5": "inventory: what a facility treated is on J101-2, J102-2, J103-2",
    "G101-1": "who and where; output value is no activity",
    "G105": "risk of accidents: stored substances, no emission of the year",
    "G108": "parks: their enterprises fill their own forms",
    "J102-1": "who and where; operation is on J102-2",
    "J103-1": "who and where; operation is on J103-2",
    "J104-3": "results of the accounting; the gas volume goes with J104-2",
    "S104": "where an outfall lies",
    "Y201-2": "results of the accounting of Y201-1",
    "Y202-4": "results of the accounting of Y202-2 and Y202-3",
    "Y203": "results of the accounting of Y101 to Y103",
}
KIND = {
    "industrial": "enterprise", "agricultural": "farm", "domestic": "village", "centralized": "wastewater_plant",
    "mobile": "city_vehicles",
}  # fmt: skip
CATEGORY = {form: category for category, forms in FORMS.items() for form in forms}
VALUES = {"text": "x", "boolean": True, "date": "2017-06-30", "phone": "000", "uscc": "x"}


def filled(form):
    """A sheet with every item a person fills in; one row a table."""
    values = {}
    for section in CATALOGUE.forms[form].sections:
        row = {item.id: one(item) for item in section.indicators if not item.accounted}
        values |= {section.id: [{"_k": 1, **row}]} if section.repeat else row
    return values


def one(item):
    if item.type in {"integer", "decimal"}:
        return 50
    if item.type == "multichoice":
        return [item.choices[0].code]
    return item.choices[0].code if item.choices else VALUES.get(item.type, "x")


def signature(*forms, kind):
    lines, gaps = account(*((form, filled(form)) for form in forms), kind=kind)
    return lines.to_dict("records"), gaps.to_dict("records")


def test_every_form_is_accounted_or_said_why_not():
    read = set(CATEGORY)
    assert read | set(NOT_ACCOUNTED) == set(CATALOGUE.forms)
    assert not read & set(NOT_ACCOUNTED)


@pytest.mark.parametrize("form", sorted(CATEGORY))
def test_a_filled_form_gives_lines_or_gaps_or_changes_those_of_others(form):
    category = CATEGORY[form]
    lines, gaps = account((form, filled(form)), kind=KIND[category])
    if form in {*lines["form"], *gaps["form"]}:
        return
    others = [other for other in FORMS[category] if other != form]
    assert repr(signature(*others, kind=KIND[category])) != repr(
        signature(*others, form, kind=KIND[category])
    )


@pytest.mark.parametrize("form", [f"G103-{number}" for number in range(3, 13)])
def test_every_pollutant_the_form_leaves_to_the_accounting_is_answered(form):
    """A row gives a line or a gap for each pollutant, with its activity as the size."""
    from accounting.runs.engine.processes import expected, reading

    wanted = set()
    for entry in reading().get(form, [{"section": "materials"}]):
        wanted |= {name for names in expected(form, entry["section"]).values() for name in names}
    lines, gaps = account((form, filled(form)))
    assert {*lines["pollutant"], *gaps["pollutant"]} == wanted
    sizes = gaps[gaps["reason"] == "no_factor"]["size"]
    assert (sizes == 50).all()
    assert len(sizes) or len(lines)
