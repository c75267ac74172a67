"""Two runs side by side: every difference has a cause, and the causes add up without a rest, to the last digit."""

import random
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Sum
from django.urls import reverse

from accounting.comparing.models import MEASURES, Comparison, Difference, Portion
from accounting.comparing.queries import by_industry, by_place, steps, subjects
from accounting.comparing.services import comparison_create
from accounting.factors.models import Factor
from accounting.factors.queries import as_row
from accounting.factors.services import factors_publish
from accounting.runs.models import Line
from accounting.runs.services import run_create, run_execute, run_update
from census.access.scope import enter
from census.jobs.services import job_execute
from sources.objects.models import CensusObject
from sources.returns.models import Return
from tests.accounting.runs.conftest import BOILER, DOCUMENTS, make_object
from tests.accounting.runs.test_updating import _change, edit, publish
from tests.factories import make_person, make_regions
from tests.support.requests import as_web_role, signed_in

CITY, COUNTY, OTHER = "330800000000", "330802000000", "330803000000"


def update(officer, run):
    with enter(officer):
        later = run_update(officer, run=run)
    return run_execute(officer, run=later)


def compared(officer, first, second):
    with enter(officer):
        found = comparison_create(officer, first=first, second=second)
    job_execute(job_id=str(found.job_id), region=officer.region)
    found.refresh_from_db()
    assert found.state == Comparison.State.DONE
    return found


def causes(comparison, one=None):
    """(pollutant, cause) of an object, or of all, in what enters the environment."""
    found = Difference.objects.filter(comparison=comparison, measure="environment")
    found = found.filter(object_id=one.pk) if one else found
    return set(found.values_list("pollutant", "cause"))


def holds(comparison):
    """The totals before, the differences and the totals after fit, for every county and pollutant."""
    for portion in Portion.objects.filter(comparison=comparison):
        low, high = portion.region[:6] + "000000", portion.region[:6] + "~"
        rows = Difference.objects.filter(comparison=comparison, region__gte=low, region__lt=high).order_by()
        sums = {
            f"{row['measure']}/{row['medium']}/{row['pollutant']}": row["total"]
            for row in rows.values("measure", "medium", "pollutant").annotate(total=Sum("amount"))
        }
        names = {*portion.before, *portion.after, *sums}
        assert {name.split("/")[0] for name in names} == {*MEASURES}
        for name in names:
            change = Decimal(portion.after.get(name, 0)) - Decimal(portion.before.get(name, 0))
            assert sums.get(name, 0) == change, (portion.region, name)


def test_each_kind_of_change_has_its_cause(officer, campaign, county, done):
    make_object(campaign, "farm", "330803001001", 9, DOCUMENTS["farm"])
    CensusObject.objects.filter(pk=county["petrol_station"].pk).update(status="closed")
    edit(county["farm"], "N101-2", pig_slaughter=1500)
    publish(value=237.0, industry="1351", kind="emission")
    edit(county["wastewater_plant"], "J101-3", nh3n_out_annual_mgl=3)
    edit(
        county["neighbour"],
        "G103-1",
        units=[BOILER | {"desulf_efficiency_pct": 90, "fuel1_consumption": 1200}],
    )
    later = update(officer, done)
    comparison = compared(officer, done, later)
    holds(comparison)
    new = CensusObject.objects.get(region="330803001001", kind="farm")
    assert {cause for _, cause in causes(comparison, new)} == {"new"}
    assert {cause for _, cause in causes(comparison, county["petrol_station"])} == {"removed"}
    assert {cause for _, cause in causes(comparison, county["farm"])} == {"activity"}
    assert causes(comparison, county["enterprise"]) == {("COD", "factor")}
    assert ("NH3_N", "plants") in causes(comparison, county["county_domestic"])
    assert {("SO2", "activity"), ("SO2", "treatment")} <= causes(comparison, county["neighbour"])
    parts = Difference.objects.filter(
        comparison=comparison, object_id=county["neighbour"].pk, pollutant="SO2"
    )
    before = Line.objects.get(run=done, object_id=county["neighbour"].pk, pollutant="SO2", chosen=True)
    for measure, amount in (("environment", before.environment_kg), ("generated", before.generated_kg)):
        part = parts.get(measure=measure, cause="activity")
        assert float(part.amount) == pytest.approx(amount * 0.2)
    assert set(parts.filter(measure="generated").values_list("cause", flat=True)) == {"activity"}
    town = Difference.objects.filter(comparison=comparison, object_id=county["county_domestic"].pk)
    assert set(town.values_list("measure", "pollutant")) == {
        ("environment", "NH3_N"),
        ("discharged", "NH3_N"),
    }


def test_a_moved_object_and_other_conditions(officer, campaign, county, done):
    farm = county["farm"]
    CensusObject.objects.filter(pk=farm.pk).update(region="330803001009")
    Return.objects.filter(object=farm).update(region="330803001009")
    with enter(officer):
        strict = run_create(
            officer, campaign=campaign, region=CITY, categories=done.categories, edition=done.edition,
            parameters={"density": {"petrol": 0.7, "diesel": 0.84}},
        )  # fmt: skip
    comparison = compared(officer, done, run_execute(officer, run=strict))
    holds(comparison)
    moved = Difference.objects.filter(comparison=comparison, object_id=farm.pk)
    assert set(moved.values_list("cause", flat=True)) == {"moved"}
    assert set(moved.values("pollutant").annotate(t=Sum("amount")).values_list("t", flat=True)) == {0}
    assert {cause for _, cause in causes(comparison, county["petrol_station"])} == {"method"}


def test_the_same_twice_differs_nowhere(officer, done):
    comparison = compared(officer, done, update(officer, done))
    assert not Difference.objects.filter(comparison=comparison).exists()
    assert not Portion.objects.filter(comparison=comparison, touched=True).exists()


def test_random_changes_leave_no_rest(officer, campaign, county, done):
    chance = random.Random(50)
    for number in range(8):
        _change(chance, campaign, 1000 + 10 * number)
    later = update(officer, done)
    comparison = compared(officer, done, later)
    holds(comparison)
    with enter(officer):
        for subject in subjects(officer, comparison):
            assert subject.rest == 0
            for rows in (
                by_place(officer, comparison, subject, CITY), by_industry(officer, comparison, subject, CITY)
            ):  # fmt: skip
                assert sum((row["exact"] for row in rows), Decimal(0)) == subject.change
            assert len(steps(officer, comparison, subject)) == len(subject.causes)


def test_what_can_not_be_compared(officer, campaign, county, done):
    with enter(officer), pytest.raises(ValidationError, match="another run"):
        comparison_create(officer, first=done, second=done)
    later = update(officer, done)
    with enter(officer):
        again = comparison_create(officer, first=done, second=later)
        assert comparison_create(officer, first=done, second=later) == again
    one = replace(officer, categories=frozenset({"industrial"}))
    with enter(one), pytest.raises(PermissionDenied):
        comparison_create(one, first=done, second=later)


def test_pages_and_workbook_under_row_level_security(officer, campaign, county, done, settings):
    make_regions()
    edit(county["farm"], "N101-2", pig_slaughter=1500)
    comparison = compared(officer, done, update(officer, done))
    settings.SWITCH_TO_WEB_ROLE = True
    client = signed_in(make_person("city_officer", CITY).username)
    page = as_web_role(client, "GET", reverse("comparison_show", args=[comparison.pk])).content.decode()
    assert "Changed activity" in page
    assert "waterfall-data" in page
    query = "?measure=generated&pollutant=water-COD&cause=activity"
    page = as_web_role(
        client, "GET", reverse("comparison_objects", args=[comparison.pk]) + query
    ).content.decode()
    assert "farm 1" in page
    answer = as_web_role(client, "GET", reverse("comparison_xlsx", args=[comparison.pk]))
    book = openpyxl.load_workbook(BytesIO(answer.content))
    assert len(book.sheetnames) == 3
    assert {row[0].value for row in book.worksheets[1].iter_rows(min_row=2)} == {
        str(one) for one in MEASURES.values()
    }
    rest = [row[-1].value for row in book.worksheets[0].iter_rows(min_row=3)]
    assert rest
    assert set(rest) == {0}
    neighbour = signed_in(make_person("county_officer", OTHER).username)
    page = as_web_role(
        neighbour, "GET", reverse("comparison_objects", args=[comparison.pk]) + query
    ).content.decode()
    assert "farm 1" not in page


def test_where_a_factor_is_used(officer, done, county, settings):
    make_regions()
    factor = Factor.objects.get(value=495.0, industry="1351", pollutant="COD", kind="generation")
    settings.SWITCH_TO_WEB_ROLE = True
    client = signed_in(make_person("city_officer", CITY).username)
    path = reverse("factor_usage", args=[factor.pk]) + f"?county={COUNTY}"
    page = as_web_role(client, "GET", path).content.decode()
    assert reverse("object_account", args=[county["enterprise"].pk]) in page
    editions = as_web_role(
        client, "GET", reverse("edition_compare") + "?first=census1_2010&second=census2_2021"
    )
    assert editions.status_code == 200


def test_a_retired_factor_is_in_no_library_and_kept_in_the_list(officer, done):
    factor = Factor.objects.get(value=237.0, industry="1351", pollutant="COD", kind="emission")
    factors_publish(rows=[], retired=[factor.code], change=7)
    factors_publish(rows=[as_row(factor)], retired=[], change=8)
    assert list(Factor.objects.filter(code=factor.code).order_by("id").values_list("revision", "retired")) == [
        (1, False), (2, True), (3, False),
    ]  # fmt: skip
