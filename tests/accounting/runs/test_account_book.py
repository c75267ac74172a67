"""The account of one object as a workbook: its formulas work out what the run stored."""

import re
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from accounting.runs.models import Line
from accounting.runs.recompute import expressions_of
from accounting.runs.services import run_create, run_execute
from accounting.runs.sheets import FIRST_LINE
from census.access.posts import CATEGORIES
from census.access.scope import enter
from tests.factories import make_person, make_regions
from tests.support.requests import as_web_role, signed_in

CITY = "330800000000"


@pytest.fixture
def done(officer, campaign, county):
    make_regions()
    with enter(officer):
        run = run_create(
            officer, campaign=campaign, region=CITY, categories=list(CATEGORIES), edition="census2_2021"
        )
    return run_execute(officer, run=run)


def workbook(one, settings, post="city_officer"):
    user = make_person(post, CITY)
    settings.SWITCH_TO_WEB_ROLE = True
    return as_web_role(signed_in(user.username), "GET", reverse("object_account_xlsx", args=[one.pk]))


def worked_out(sheet, cell):
    """The value of a cell, its formula worked out from the other cells (blank counts 0, as in a spreadsheet)."""
    value = cell.value
    if not isinstance(value, str) or not value.startswith("="):
        return value
    text = re.sub(
        r"\$?([A-Z]+)\$?(\d+)", lambda m: f"({worked_out(sheet, sheet[m[1] + m[2]]) or 0!r})", value[1:]
    )
    assert re.fullmatch(r"[-+*/(). 0-9e]*", text), text
    return eval(text)


@pytest.mark.parametrize("kind", ["enterprise", "farm", "county_domestic", "petrol_station", "city_vehicles"])
def test_formulas_give_what_the_run_stored(done, county, settings, kind):
    one = county[kind]
    answer = workbook(one, settings)
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[FIRST_LINE]}
    stored = Line.objects.filter(run=done, object_id=one.pk)
    rows = list(sheet.iter_rows(min_row=FIRST_LINE + 1))
    assert len(rows) == stored.count() > 0
    formulas = 0
    for name, field in (("Generated", "generated_kg"), ("Discharged", "discharged_kg")):
        cells = [row[heads[name] - 1] for row in rows]
        formulas += sum(isinstance(cell.value, str) for cell in cells)
        found = sorted(worked_out(sheet, cell) for cell in cells if cell.value is not None)
        wanted = sorted(stored.filter(**{f"{field}__isnull": False}).values_list(field, flat=True))
        assert found == pytest.approx(wanted, rel=1e-9)
    assert formulas > 0
    assert all(abs(worked_out(sheet, row[heads["Formula less stored"] - 1]) or 0) < 1e-6 for row in rows)


def test_a_changed_activity_changes_the_amount(done, county, settings):
    sheet = openpyxl.load_workbook(BytesIO(workbook(county["enterprise"], settings).content)).worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[FIRST_LINE]}
    row = next(row for row in sheet.iter_rows(min_row=FIRST_LINE + 1) if row[heads["η"] - 1].value == 0.7)
    before = worked_out(sheet, row[heads["Discharged"] - 1])
    row[heads["Activity level"] - 1].value *= 2
    assert worked_out(sheet, row[heads["Discharged"] - 1]) == pytest.approx(2 * before)


def test_totals_sum_what_counts(done, county, settings):
    book = openpyxl.load_workbook(BytesIO(workbook(county["enterprise"], settings).content))
    totals = book.worksheets[1]
    formula = totals.cell(FIRST_LINE + 1, 2).value
    assert formula.startswith("=SUMIFS('Account sheet'!$")
    letter = re.search(r"\$([A-Z]+)\$5", formula)[1]
    assert book.worksheets[0][f"{letter}{FIRST_LINE}"].value == "Generated"
    assert "Synthetic data" in totals["A2"].value


def test_an_expression_that_contradicts_the_run_is_not_given():
    line = {
        "formula": "coefficient.treated", "method": "coefficient", "pollutant": "COD", "activity": 10.0,
        "activity_unit": "t", "factor_value": 2.0, "factor_unit": "kg/t", "eta": 0.5, "k": 0.5, "inputs": {},
        "generated_kg": 20.0, "removed_kg": 5.0, "discharged_kg": 15.0, "environment_kg": 1.5,
    }  # fmt: skip
    assert expressions_of(line) == {
        "generated": "factor * activity * conversion", "removed": "generated * eta * k",
        "discharged": "generated - removed",
    }  # fmt: skip
    assert "generated" not in expressions_of(line | {"generated_kg": 21.0})
    assert "removed" not in expressions_of(line | {"k": None, "removed_kg": None})


def test_handing_out_an_account_is_audited(done, county, settings, monkeypatch):
    told = []
    monkeypatch.setattr(
        "accounting.runs.views.audit_record", lambda *args, **facts: told.append((args[1], facts))
    )
    workbook(county["farm"], settings)
    action, facts = told[0]
    assert (action, facts["subject_id"], facts["run"]) == ("account.exported", county["farm"].pk, done.number)


def test_without_the_right_to_export_there_is_no_workbook(done, county, settings):
    assert workbook(county["enterprise"], settings, post="enumerator").status_code == 403
