"""The preview beside a form: the same figures as a run, nothing stored, and only within the scope."""

import pytest
from django.urls import reverse

from accounting.preview.queries import offered, preview
from accounting.runs.models import Gap, Line, Run
from census.access.scope import enter
from sources.objects.models import CensusObject
from tests.accounting.runs.conftest import COUNTY, VILLAGE, campaign, county, officer  # noqa: F401 - fixtures
from tests.accounting.tables.conftest import done  # noqa: F401 - fixture
from tests.factories import make_person, make_regions
from tests.support.requests import as_web_role, signed_in


def test_the_preview_agrees_with_the_run(done, county, officer):  # noqa: F811
    for kind in ("enterprise", "farm", "petrol_station", "wastewater_plant", "city_vehicles"):
        with enter(officer):
            made = preview(county[kind])
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
        made = preview(county["enterprise"])
        assert ("no_factor", ["NH3_N"]) in [(gap.reason, gap.pollutants) for gap in made.gaps]
        assert not any(model.objects.exists() for model in (Run, Line, Gap))


def test_without_a_library_there_is_no_preview(campaign):  # noqa: F811
    one = CensusObject(campaign=campaign, kind="enterprise", category="industrial", region=VILLAGE)
    assert preview(one) is None


def test_where_a_preview_is_offered():
    assert offered("enterprise", "G103-1")
    assert not offered("enterprise", "G101-1")
    assert not offered("county_domestic", "S202")


def test_the_panel_under_row_level_security(county, settings):  # noqa: F811
    make_regions()
    path = reverse("preview_panel", args=[county["enterprise"].pk])
    here, away = make_person("county_officer", COUNTY), make_person("county_officer", "330803000000")
    settings.SWITCH_TO_WEB_ROLE = True
    shown = as_web_role(signed_in(here.username), "GET", path).content.decode()
    assert "COD" in shown
    assert "No coefficient" in shown
    assert as_web_role(signed_in(away.username), "GET", path).status_code == 404
