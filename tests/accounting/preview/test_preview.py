"""The preview beside a form: the same figures as a run, nothing stored, and only within the scope."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.urls import reverse

from accounting.preview.queries import offered, preview
from accounting.runs.models import Gap, Line, Run
from accounting.runs.services import run_create, run_execute
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from sources.objects.models import CensusObject
from sources.returns.models import Return
from tests.accounting.runs.conftest import (  # noqa: F401 - fixtures
    CITY,
    COUNTY,
    DOCUMENTS,
    VILLAGE,
    campaign,
    county,
    make_object,
    officer,
)
from tests.accounting.tables.conftest import done  # noqa: F401 - fixture
from tests.factories import make_person, make_regions
from tests.support.requests import as_web_role, signed_in


def test_the_preview_agrees_with_the_run(done, county, officer):  # noqa: F811
    for kind in (
        "enterprise",
        "farm",
        "petrol_station",
        "wastewater_plant",
        "city_vehicles",
        "county_domestic",
    ):
        with enter(officer):
            made = preview(county[kind], officer)
            lines = Line.objects.filter(run=done, object_id=county[kind].pk, chosen=True)
            assert {(row.medium, row.pollutant.code) for row in made.rows} == {
                (line.medium, line.pollutant) for line in lines
            }
            for row in made.rows:
                own = [
                    line
                    for line in lines
                    if (line.medium, line.pollutant) == (row.medium, row.pollutant.code)
                ]
                for name, amount in row.amounts.items():
                    stored = [getattr(line, f"{name}_kg") for line in own]
                    expected = None if None in stored else sum(stored) * row.pollutant.scale
                    assert amount == (expected if expected is None else pytest.approx(expected))


def test_what_is_missing_is_said_and_nothing_is_stored(county, officer):  # noqa: F811
    with enter(officer):
        made = preview(county["enterprise"], officer)
        assert ("no_factor", ["NH3_N"]) in [(gap.reason, gap.pollutants) for gap in made.gaps]
        assert not any(model.objects.exists() for model in (Run, Line, Gap))


def test_without_a_library_there_is_no_preview(campaign):  # noqa: F811
    one = CensusObject(campaign=campaign, kind="enterprise", category="industrial", region=VILLAGE)
    assert preview(one, Scope.system()) is None


def test_where_a_preview_is_offered():
    assert offered("G103-1")
    assert offered("S202")
    assert not offered("G101-1")


def test_a_town_is_credited_with_the_plants_of_its_county(county, officer):  # noqa: F811
    town = county["county_domestic"]
    with enter(officer):
        with_plant = preview(town, officer)
        Return.objects.filter(form__startswith="J101", region__startswith=COUNTY[:6]).delete()
        alone = preview(town, officer)

    def discharged(made):
        return next(row for row in made.rows if row.pollutant.code == "COD").amounts["discharged"]

    assert (with_plant.plants, alone.plants) == (1, 0)
    assert discharged(alone) - discharged(with_plant) == pytest.approx(800 * 1e4 * 270 / 1e6)


def test_a_city_is_credited_with_the_plants_of_counties_without_a_town(county, campaign, officer):  # noqa: F811
    values = {"S201": DOCUMENTS["county_domestic"]["S202"]}
    city = make_object(campaign, "city_domestic", CITY, 1, values)
    plant = DOCUMENTS["wastewater_plant"]
    make_object(campaign, "wastewater_plant", "330803001001", 2, plant)
    with enter(officer):
        made = preview(city, officer)
        run = run_execute(
            officer,
            run=run_create(
                officer, campaign=campaign, region=CITY, categories=list(CATEGORIES), edition="census2_2021"
            ),
        )
        line = Line.objects.get(run=run, object_id=city.pk, pollutant="COD", chosen=True)
    row = next(row for row in made.rows if row.pollutant.code == "COD")
    assert made.plants == 1
    assert row.amounts["discharged"] == pytest.approx(line.discharged_kg * row.pollutant.scale)


@pytest.mark.parametrize(
    "narrowed",
    [{"categories": frozenset({"domestic"})}, {"districts": ()}, {"object_id": uuid4()}, {"region": VILLAGE}],
)
def test_a_post_that_sees_only_a_part_of_the_plants_is_told_so(county, narrowed):  # noqa: F811
    made = preview(county["county_domestic"], replace(Scope.system(COUNTY), **narrowed))
    assert made.blind
    assert not made.rows


def test_the_panel_under_row_level_security(county, settings):  # noqa: F811
    make_regions()
    path = reverse("preview_panel", args=[county["enterprise"].pk])
    here, away = make_person("county_officer", COUNTY), make_person("county_officer", "330803000000")
    settings.SWITCH_TO_WEB_ROLE = True
    shown = as_web_role(signed_in(here.username), "GET", path).content.decode()
    assert "COD" in shown
    assert "No coefficient" in shown
    assert as_web_role(signed_in(away.username), "GET", path).status_code == 404
