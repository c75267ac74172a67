"""The analysis on a real database: it agrees with the tables and stays within the scope."""

import io

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounting.analysis import queries
from accounting.analysis.balance import balance
from accounting.analysis.beside import published_beside
from accounting.analysis.concentration import concentration
from accounting.analysis.labels import structure_by
from accounting.runs.models import Line
from accounting.tables.layout import load
from accounting.tables.making import make_table
from census.access.scope import Scope, enter
from sources.returns.models import Return
from tests.support.requests import as_web_role

CITY, COUNTY, FAR = "330800000000", "330802000000", "370102000000"
COD, SO2 = queries.choices()["water-COD"], queries.choices()["air-SO2"]


def get(person, name, query=""):
    return as_web_role(person, "GET", reverse(name) + query)


@pytest.mark.parametrize(
    ("code", "table", "column"),
    [("water-COD", "T03", "COD_discharged"), ("air-SO2", "T04", "SO2_discharged")],
)
def test_the_analysis_agrees_with_the_table(done, officer, code, table, column):
    choice = queries.choices()[code]
    with enter(officer):
        made = make_table(officer, load()[table], "region", CITY, done)
        total = made.total.cells[[c.id for c in made.columns].index(column)]
        for by in ("region", "industry", "basin"):
            parts = queries.parts(officer, done, CITY, choice, by)
            assert sum(part["amount"] for part in parts) == pytest.approx(total)
        lines = queries.structure(officer, done, CITY, choice)
    assert total > 0
    assert structure_by(lines, "method")["rows"][0]["total"] == pytest.approx(total)
    assert structure_by(lines, "confidence")["rows"][0]["total"] == pytest.approx(total)


def test_the_ranking_holds_the_amounts_largest_first(done, officer):
    with enter(officer):
        amounts = queries.amounts(officer, done, CITY, SO2)
        objects = queries.ranking(officer, done, CITY, SO2)
        only = queries.ranking(officer, done, CITY, SO2, queries.Only("22"))
    assert [entry["amount"] for entry in objects] == pytest.approx(amounts)
    assert amounts == sorted(amounts, reverse=True)
    assert concentration(amounts).objects == len(objects) == 2
    assert [entry["industry"] for entry in only] == ["2221"]


def test_units_are_ranked_and_what_stands_for_an_area_is_not(done, officer):
    with enter(officer):
        units = queries.amounts(officer, done, CITY, COD)
        ranked = queries.ranking(officer, done, CITY, COD)
        areas = queries.of_areas(officer, done, CITY, COD)
        parts = queries.parts(officer, done, CITY, COD, "region")
        towns = queries.of_areas(officer, done, CITY, COD, queries.Only(category="domestic"))
        no_farm = queries.amounts(officer, done, CITY, COD, queries.Only(category="industrial"))
    assert areas["objects"] == 1, "the county's towns"
    assert areas == towns
    assert "county_domestic" not in {entry["kind"] for entry in ranked}
    assert sum(units) + areas["amount"] == pytest.approx(sum(part["amount"] for part in parts))
    assert sum(part["objects"] for part in parts) == len(units) + 1, (
        "no sewage plant: it has nothing of its own"
    )
    assert len(no_farm) == len(units) - 1


def test_the_balance_closes_and_ends_at_the_total(done, officer):
    for choice in (COD, SO2):
        with enter(officer):
            rows = balance(officer, done, CITY, choice)
            total = sum(part["amount"] for part in queries.parts(officer, done, CITY, choice, "region"))
        assert rows[0].category == ""
        assert all(row.closed for row in rows)
        assert rows[0].environment == pytest.approx(total)
        assert rows[0].generated == pytest.approx(sum(row.generated for row in rows[1:]))
        left = rows[0].generated - rows[0].removed + rows[0].outlet_only
        assert left - rows[0].taken_off == pytest.approx(total)
    Line.objects.filter(run=done, pollutant="SO2", chosen=True).update(removed_kg=0)
    with enter(officer):
        assert not balance(officer, done, CITY, SO2)[0].closed, "what was removed is missing"


def test_another_region_is_refused(done):
    county = Scope.system(COUNTY, "county officer")
    with enter(county), pytest.raises(PermissionDenied):
        queries.ranking(county, done, CITY, COD)


def test_pages(person, done):
    text = get(person, "analysis_page", "?pollutant=air-SO2&by=industry").content.decode()
    assert "Gini" in text
    assert "data-concentration" in text
    text = get(person, "analysis_ranking", "?pollutant=air-SO2").content.decode()
    assert "enterprise 1" in text
    assert get(person, "analysis_page", "?pollutant=water-Hg").status_code == 200
    narrowed = get(person, "analysis_page", "?pollutant=air-SO2&category=industrial").content.decode()
    assert "Mass balance" in narrowed
    assert "Beside published figures" not in narrowed, "those are of all sources"


@pytest.mark.parametrize(
    "query",
    [f"?region={FAR}", "?pollutant=water-ghost", "?by=moon", "?industry=1'", "?category=moon", "?region=x"],
)
def test_what_is_not_there_is_not_found(person, done, query):
    for name in ("analysis_page", "analysis_ranking", "analysis_xlsx"):
        assert get(person, name, query).status_code == 404


def test_workbook(person, done):
    answer = get(person, "analysis_xlsx", "?pollutant=air-SO2")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert len(book.sheetnames) == 5
    cells = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert "enterprise 1" in cells
    assert any("Synthetic" in str(value) for value in cells)


def test_without_a_run_the_pages_say_so(officer, campaign, settings):
    from tests.factories import make_person, make_regions
    from tests.support.requests import signed_in

    make_regions()
    user = make_person("city_officer", CITY)
    settings.SWITCH_TO_WEB_ROLE = True
    visitor = signed_in(user.username)
    for name in ("analysis_page", "analysis_ranking"):
        assert get(visitor, name).status_code == 200
    assert get(visitor, "analysis_xlsx").status_code == 404


def test_intensity_is_kilograms_a_ten_thousand_yuan(done, county, officer, campaign):
    unit = county["neighbour"]
    Return.objects.create(
        campaign=campaign, object=unit, form="G101-1", form_version="test", region=unit.region, category=unit.category,
        state="county_ok", values={"gross_output_kyuan": 2000, "receiving_water_name": "衢江"}, version_no=1,
    )  # fmt: skip
    with enter(officer):
        kg = sum(queries.amounts(officer, done, CITY, SO2, queries.Only("22"))) * SO2.per
        by_region = queries.intensities(officer, done, CITY, SO2, "region")
        by_industry = queries.intensities(officer, done, CITY, SO2, "industry")
        waters = {part["zh"] for part in queries.parts(officer, done, CITY, SO2, "water")}
    assert by_region == {"330803000000": pytest.approx(kg / 200)}
    assert by_industry == {"22": pytest.approx(kg / 200)}
    assert "衢江" in waters


def test_a_total_beside_published_figures():
    nation = published_beside("000000000000", COD, 3_028_960.0, "en")
    changes = {row.label: row.change for row in nation}
    assert changes["Bulletin of the first census (2007)"] == pytest.approx(-90.0)
    city = published_beside(CITY, COD, 21_439.8, "zh")
    assert [row.share for row in city if "第二次" in row.label] == [pytest.approx(0.1)]
    assert all(row.change is None for row in city)


def test_the_page_tells_of_waters_only_for_what_goes_to_the_water(person):
    water = get(person, "analysis_page", "?by=water").content.decode()
    assert "By receiving water" in water
    assert "no water named" in water
    assert "Beside published figures" in water
    air = get(person, "analysis_page", "?pollutant=air-SO2&by=water").content.decode()
    assert "By receiving water" not in air
