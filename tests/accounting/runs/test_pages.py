"""The pages of runs, gaps, account sheet and library, as people see them under row-level security."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from accounting.factors.models import Factor
from accounting.runs.explain import explain
from accounting.runs.models import Gap, Line, Run
from accounting.runs.services import run_create, run_execute
from census.access.posts import CATEGORIES
from census.access.scope import enter
from tests.factories import make_person, make_regions
from tests.support.requests import as_web_role, signed_in

CITY, COUNTY, FAR = "330800000000", "330802000000", "370102000000"


@pytest.fixture
def done(officer, campaign, county):
    make_regions()
    with enter(officer):
        run = run_create(
            officer, campaign=campaign, region=CITY, categories=list(CATEGORIES), edition="census2_2021"
        )
    return run_execute(officer, run=run)


@pytest.fixture
def person(done, settings):
    """A city officer, signed in."""
    user = make_person("city_officer", CITY)
    settings.SWITCH_TO_WEB_ROLE = True
    return signed_in(user.username)


def page(person, name, *args, query=""):
    answer = as_web_role(person, "GET", reverse(name, args=args) + query)
    assert answer.status_code == 200, answer.content.decode()[:1500]
    return answer.content.decode()


def test_list_and_detail_show_states_totals_and_ratings(person, done):
    assert str(done.number) in page(person, "run_list")
    text = page(person, "run_show", done.pk)
    assert "Accounting run" in text
    assert "Recalled" in text
    assert "Chemical" in text or "COD" in text


def test_home_tells_of_the_newest_run_and_when_it_is_out_of_date(person, done):
    text = page(person, "home")
    assert f"Run {done.number} of" in text
    assert reverse("gap_list", args=[done.pk]) in text
    assert "Out of date" not in text
    Run.objects.update(stale=True)
    assert "Out of date" in page(person, "home")
    Run.objects.update(state=Run.State.FAILED)
    assert reverse("run_new") in page(person, "home")


def test_gaps_are_searched_filtered_and_grouped(person, done):
    everything = page(person, "gap_list", done.pk)
    assert "No coefficient" in everything
    assert "Slaughter and cutting up" in page(person, "gap_list", done.pk, query="?q=牛")
    none = page(person, "gap_list", done.pk, query="?q=no-such-thing")
    assert "Nothing is missing here." in none
    grouped = page(person, "gap_list", done.pk, query="?by=key")
    assert "1351 / Slaughter and cutting / " in grouped


def test_gaps_as_a_workbook(person, done):
    answer = as_web_role(person, "GET", reverse("gap_xlsx", args=[done.pk]))
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert "Synthetic data" in sheet["A1"].value
    assert sheet.max_row - 2 == Gap.objects.filter(run=done).count()


def test_account_sheet_opens_to_formula_factor_and_form(person, done, county):
    text = page(person, "object_account", county["enterprise"].pk)
    assert "coefficient × activity" in text
    assert "discharged = 94,800" in text
    line = Line.objects.get(run=done, object_id=county["enterprise"].pk, pollutant="COD")
    assert reverse("factor_show", args=[line.factor_id]) in text
    assert f"{reverse('entry_form', args=[county['enterprise'].pk, 'G106-1', 1])}?path=rows/1" in text
    assert "version 3" in text
    assert "after the receiving plant" in text


def test_account_sheet_of_another_run_and_of_nonsense(person, done, county):
    one = county["farm"].pk
    assert "pig" in page(person, "object_account", one, query=f"?run={done.number}")
    assert "no finished accounting run" in page(person, "object_account", one, query="?run=123456")
    answer = as_web_role(person, "GET", reverse("object_account", args=[one]) + "?run=x")
    assert answer.status_code == 400


def test_people_of_another_county_see_neither_run_nor_object(done, county, settings):
    user = make_person("county_officer", FAR)
    settings.SWITCH_TO_WEB_ROLE = True
    client = signed_in(user.username)
    for name, key in (("run_show", done.pk), ("gap_list", done.pk), ("object_account", county["farm"].pk)):
        assert as_web_role(client, "GET", reverse(name, args=[key])).status_code == 404


def test_library_is_searched_and_opened(person, done):
    assert "16*S" in page(person, "factor_list", query="?q=yanmei+SO2")
    assert "No factor found" in page(person, "factor_list", query="?q=unobtainium")
    for words in ("蛋鸡", "danji", "laying+hen"):
        assert "laying hen" in page(person, "factor_list", query=f"?q={words}"), words
        assert "laying hen" in page(
            person, "edition_compare", query=f"?first=census1_2010&second=guideline_2014&q={words}"
        ), words
    factor = Factor.objects.get(expression="16*S", industry="4430", material="烟煤", kind="generation")
    text = page(person, "factor_show", factor.pk)
    assert "sulfur, as received" in text
    assert "renrendoc.com" in text


def test_plan_form_starts_a_run_and_explains_faults(person, done, campaign, monkeypatch):
    monkeypatch.setattr("accounting.runs.services.job_start", lambda actor, **job: done)
    data = {
        "campaign": campaign.pk, "region": COUNTY, "categories": ["industrial"], "edition": "census2_2021",
        "confidences": ["verified"], "min_state": "submitted", "petrol_density": "0.74", "diesel_density": "0.84",
    }  # fmt: skip
    answer = as_web_role(person, "POST", reverse("run_new"), data)
    assert answer.status_code == 302, answer.content.decode()[:1500]
    wrong = as_web_role(person, "POST", reverse("run_new"), data | {"petrol_density": "740", "region": FAR})
    assert wrong.status_code == 422
    assert "less than or equal to 0.9" in wrong.content.decode()
    assert Run.objects.count() == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_formula_with_the_numbers_in_it(language):
    line = {
        "method": "coefficient", "formula": "coefficient.treated", "activity": 1000.0, "factor_value": 12.8,
        "eta": 0.7, "k": 0.975, "generated_kg": 12800.0, "removed_kg": 8736.0, "discharged_kg": 4064.0, "inputs": {},
    }  # fmt: skip
    assert explain(line).numbers == "discharged = 4,064 = 12.8 × 1,000 × (1 − 0.7 × 0.975)"
    assert explain(line | {"k": None}).numbers.endswith("(1 − 0.7 × k)")
    assert explain(line | {"method": "reported"}) is None


def test_production_leaves_weak_factors_out(person, done, campaign, monkeypatch):
    planned = []
    monkeypatch.setattr("accounting.runs.services.job_start", lambda actor, **job: done)
    monkeypatch.setattr("accounting.runs.views.services.run_start", lambda actor, run: planned.append(run))
    data = {
        "campaign": campaign.pk, "region": COUNTY, "categories": ["industrial"], "edition": "census2_2021",
        "min_state": "submitted", "petrol_density": "0.74", "diesel_density": "0.84", "purpose": "production",
    }  # fmt: skip
    assert as_web_role(person, "POST", reverse("run_new"), data).status_code == 302
    assert (planned[0].confidences, planned[0].analogue) == (["verified", "secondary"], False)
    assert "Trial: weak factors may be used" in page(person, "run_show", done.pk)
