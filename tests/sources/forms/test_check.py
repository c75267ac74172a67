"""Verdicts of single sheets, form sets, and what blanks do to every rule of the catalogue."""

import pytest

from sources.forms.catalogue import load
from sources.forms.check import check_record, closed_sections
from sources.forms.form_set import form_set
from sources.forms.model import Form
from sources.language import Context, compile_rule

CATALOGUE = load()
RULES = [
    (form, check)
    for form in CATALOGUE.forms.values()
    for check in form.checks
    if check.kind in ("logic", "cross")
]


def rules_of(form: str, values: dict, **around) -> set:
    return {(found.rule, found.row) for found in check_record(form, values, **around)}


def test_the_catalogue_is_complete():
    assert len(CATALOGUE.forms) == 65
    assert len(RULES) == 505
    assert len(CATALOGUE.kinds) == 21
    assert {entry.form for kind in CATALOGUE.kinds.values() for entry in kind.forms} == set(CATALOGUE.forms)


@pytest.mark.parametrize(("form", "check"), RULES, ids=[check.rule for _, check in RULES])
def test_a_blank_sheet_fails_no_comparison(form: Form, check):
    """Only rules that ask for something to be there (exists, count, filled) may fail on nothing."""
    context = Context({})
    context.row = {"_k": 1}
    result = compile_rule(check.node)(context)
    asks = {"exists", "count", "filled"} & {node.op for node in check.node.walk()}
    assert result is None or asks or result is True


def test_required_items_and_their_conditions():
    found = rules_of("G102", {"outlets": [{"_k": 5, "drainage_destination": "E"}]})
    assert ("G102-REQ-outlet_count", None) in found
    assert ("G102-REQ-receiving_plant_name", ("outlets", 5)) in found
    found = rules_of("G102", {"outlets": [{"_k": 5, "drainage_destination": "B"}]})
    assert ("G102-REQ-receiving_plant_name", ("outlets", 5)) not in found
    found = rules_of("G102", {"outlets": [{"_k": 5}]})  # the condition is unknown
    assert ("G102-REQ-receiving_plant_name", ("outlets", 5)) not in found


def test_a_section_that_does_not_apply_requires_nothing():
    incinerator = {"J102-1": [{"treatment_modes": ["2"]}]}
    landfill = {"J102-1": [{"treatment_modes": ["1"]}]}
    assert ("J102-2-REQ-furnace_count", None) in rules_of("J102-2", {}, siblings=incinerator)
    assert ("J102-2-REQ-furnace_count", None) not in rules_of("J102-2", {}, siblings=landfill)
    assert ("J102-2-REQ-furnace_count", None) not in rules_of("J102-2", {})
    form = CATALOGUE.forms["J102-2"]
    assert "incineration" in closed_sections(form, {}, landfill)
    assert "incineration" not in closed_sections(form, {}, incinerator)
    assert closed_sections(form, {}) == frozenset()


def test_results_of_accounting_are_asked_for_gently():
    found = {v.rule: v for v in check_record("G102", {"outlets": [{"_k": 1}]})}
    assert found["G102-REQ-cod_discharge_t"].severity == "info"
    assert found["G102-REQ-discharge_m3"].severity == "error"


def test_values():
    values = {
        "water_intake_m3": -1,
        "municipal_water_m3": 1.23456,
        "treatment_facility_count": 1.5,
        "outlets": [
            {
                "_k": 1,
                "drainage_destination": "Z",
                "outlet_longitude": "28°56′8″",
                "outlet_latitude": "28°56′8.123″",
            }
        ],
    }
    found = {v.rule: v for v in check_record("G102", values)}
    assert found["G102-RNG-water_intake_m3"].kind == "range"
    assert "不得小于0" in found["G102-RNG-water_intake_m3"].zh
    assert found["G102-DEC-municipal_water_m3"].severity == "warning"
    assert found["G102-DEC-treatment_facility_count"].severity == "error"
    assert found["G102-CHC-drainage_destination"].row == ("outlets", 1)
    assert "G102-RNG-outlet_longitude" in found
    assert "G102-RNG-outlet_latitude" not in found
    assert "G102-R22" in found  # more than two decimals of a second


@pytest.mark.parametrize(
    ("code", "good"),
    [
        ("91330802YYYY0008X6", True),
        ("91370100YYYY00012T", True),
        ("91330802YYYY0008X7", False),
        ("91330802YYYY0008XI", False),
        ("91330802", False),
    ],
)
def test_credit_code(code, good):
    assert (("G101-1-FMT-uscc", None) not in rules_of("G101-1", {"uscc": code})) is good


def test_row_limits():
    assert ("G101-2-MIN-products", None) in rules_of("G101-2", {})
    rows = [{"_k": key} for key in range(1, 14)]
    assert ("S105-MAX-samples", None) in rules_of("S105", {"samples": rows})
    assert ("S105-MAX-samples", None) not in rules_of("S105", {"samples": rows[:12]})


def test_sums_and_tables():
    parts = {"water_intake_m3": 100, "municipal_water_m3": 60, "self_supplied_water_m3": 40}
    assert ("G102-R14", None) not in rules_of("G102", parts)
    assert ("G102-R14", None) in rules_of("G102", {**parts, "municipal_water_m3": 61})
    assert ("G102-R14", None) not in rules_of("G102", {"water_intake_m3": 100})
    double = [{"_k": 1, "outlet_code": "A"}, {"_k": 2, "outlet_code": "B"}, {"_k": 3, "outlet_code": "A"}]
    found = rules_of("G102", {"outlets": double, "outlet_count": 2})
    assert {row for rule, row in found if rule == "G102-R23"} == {("outlets", 1), ("outlets", 3)}
    assert ("G102-R19", None) in found


def test_rules_over_several_forms():
    hours = [{"_k": 1, "operating_hours": 9000}]
    siblings = {"G101-1": [{"normal_production_hours": 8000}]}
    assert ("G102-R16", ("facilities", 1)) in rules_of("G102", {"facilities": hours}, siblings=siblings)
    assert ("G102-R16", ("facilities", 1)) not in rules_of("G102", {"facilities": hours})
    gates = {"has_furnace": True, "has_coking": False}
    assert ("G101-1-R03", None) in rules_of("G101-1", gates)
    assert ("G101-1-R03", None) not in rules_of("G101-1", gates, siblings={"G103-2": [{}]})
    assert ("G101-1-R04", None) in rules_of("G101-1", gates, siblings={"G103-3": [{}]})


def test_a_herd_of_one_species_is_judged_although_the_others_are_blank():
    assert ("N101-2-R01", None) in rules_of("N101-2", {"pig_slaughter": 300})
    assert ("N101-2-R01", None) not in rules_of("N101-2", {"pig_slaughter": 500})


def test_prior_stock_may_be_blank_in_the_waste_balance():
    row = {"_k": 1, "generated_t": 10, "recovered_t": 6, "disposed_t": 3, "stored_t": 1, "dumped_t": 0}
    assert ("G104-1-R01", ("wastes", 1)) not in rules_of("G104-1", {"wastes": [row]})
    assert ("G104-1-R01", ("wastes", 1)) in rules_of("G104-1", {"wastes": [{**row, "stored_t": 2}]})


def needs(kind, attributes=None, documents=None, phase="survey"):
    return [need.form for need in form_set(kind, attributes or {}, documents or {}, phase)]


def test_form_sets():
    assert needs("enterprise") == ["G101-1"]
    assert needs("enterprise", phase="inventory") == ["INV-1"]
    running = {
        "G101-1": [
            {"operating_status": "1", "has_furnace": True, "is_petrochemical": True, "has_coking": False}
        ]
    }
    assert needs("enterprise", {}, running) == ["G101-1", "G101-2", "G101-3", "G103-2", "G103-8", "G103-9"]
    assert needs("enterprise", {"monitored": True}, running)[-1] == "G106-3"
    assert needs("enterprise", {"monitored": False}, running)[-1] == "G106-1"
    assert needs("enterprise", {}, {"G101-1": [{"operating_status": "2"}]}) == ["G101-1"]
    assert needs("village", {"key_region": True, "sampled": False}) == ["S101", "S102"]
    assert needs("waste_site", {"incinerates": True}) == ["J102-1", "J102-2", "J104-2", "J104-3"]
    assert needs("waste_site", {"incinerates": True}, {"J102-1": [{"treatment_modes": ["1"]}]}) == [
        "J102-1",
        "J102-2",
        "J104-3",
    ]
    assert needs("outfall", {}, {"S104": [{"outfall_scale": "1"}]}) == ["S104", "S105"]
    sample = form_set("village", {"sampled": True}, {})[-1]
    assert (sample.form, sample.many, sample.sheet_label.en) == ("S106", True, "Sampled household")


def test_the_browser_gets_plain_json():
    import json

    payload = CATALOGUE.forms["G102"].payload()
    assert json.loads(json.dumps(payload)) == payload
    assert len(payload["checks"]) == len(CATALOGUE.forms["G102"].checks)
