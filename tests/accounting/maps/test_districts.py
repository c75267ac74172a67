"""Census districts on the map: the scope holds, shares are those of the forms, too many are not sent."""

import orjson
import pytest
from django.urls import reverse

from accounting.maps import districts
from accounting.maps.districts import map_districts
from census.access.scope import Scope, enter
from census.dispatch.measures import measures
from census.places.models import CensusDistrict
from sources.objects.models import CensusObject
from sources.returns.measures import REACHED
from sources.returns.models import Return
from tests.accounting.tables.conftest import (  # noqa: F401 - fixtures
    campaign,
    county,
    done,
    officer,
    person,
)
from tests.factories import make_person
from tests.support.requests import as_web_role, signed_in

CITY, COUNTY = "330800000000", "330802000000"
WINDOW = (118.7, 28.8, 119.0, 29.0)
ADDRESS = "{}?region={}&measure=review.county&box=118.7,28.8,119.0,29.0"


@pytest.fixture
def district(done) -> CensusDistrict:  # noqa: F811
    """Every object of the county has a position and works in one district; some of their forms are approved."""
    with enter(Scope.system()):
        made = CensusDistrict.objects.create(region=COUNTY, code="330802000000001", name="District 1")
        here = CensusObject.objects.filter(region__startswith="330802")
        for number, pk in enumerate(here.order_by("code").values_list("pk", flat=True)):
            here.filter(pk=pk).update(
                lon=118.8 + number / 1000, lat=28.9, district_id=made.pk, status="in_scope"
            )
        forms = Return.objects.filter(object__in=here)
        forms.update(district_id=made.pk, state="submitted", active=True)
        forms.filter(pk__in=list(forms.order_by("pk").values_list("pk", flat=True)[:3])).update(
            state="city_ok"
        )
    return made


def test_shares_are_those_of_the_forms(district) -> None:
    system = Scope.system()
    with enter(system):
        for measure, reached in (("review.county", 3), ("review.province", 0)):
            found = map_districts(system, CITY, WINDOW, measure)
            (one,) = found["districts"]
            forms = Return.objects.filter(district_id=district.pk).count()
            assert (one["name"], one["forms"], one["done"]) == ("District 1", forms, reached)
        assert map_districts(system, CITY, (100, 30, 101, 31), "review.county")["districts"] == []


def test_too_many_to_show_are_not_sent(district, monkeypatch) -> None:
    with enter(Scope.system()):
        assert map_districts(Scope.system(), CITY, (80, 20, 130, 45), "review.county")[
            "near"
        ]  # one city's counties
        monkeypatch.setattr(districts, "MOST_DISTRICTS", 0)
        assert map_districts(Scope.system(), CITY, WINDOW, "review.county") == {
            "near": False,
            "districts": [],
        }
        assert not map_districts(Scope.system(), "000000000000", (80, 20, 130, 45), "review.county")["near"]


def test_the_scope_holds(district, settings) -> None:
    settings.SWITCH_TO_WEB_ROLE = True
    farmer = signed_in(make_person("county_officer", COUNTY, categories=["agricultural"]).username)
    answer = as_web_role(farmer, "GET", ADDRESS.format(reverse("map_districts"), COUNTY))
    (one,) = orjson.loads(answer.content)["districts"]
    with enter(Scope.system()):
        assert one["forms"] == Return.objects.filter(category="agricultural").count()
    elsewhere = signed_in(make_person("county_officer", "330803000000").username)
    assert as_web_role(elsewhere, "GET", ADDRESS.format(reverse("map_districts"), COUNTY)).status_code == 404
    assert as_web_role(elsewhere, "GET", reverse("map_district", args=[district.pk])).status_code == 404


def test_card_and_page(district, person) -> None:  # noqa: F811
    card = as_web_role(person, "GET", reverse("map_district", args=[district.pk])).content.decode()
    assert "District 1" in card
    assert f"district={district.pk}" in card
    page = as_web_role(person, "GET", f"{reverse('map_page')}?region={COUNTY}").content.decode()
    assert "data-map-districts" in page
    assert "data-map-legend" in page
    for wrong in ("measure=progress", "measure="):
        address = ADDRESS.format(reverse("map_districts"), COUNTY).replace("measure=review.county", wrong)
        assert as_web_role(person, "GET", address).status_code == 400


def test_every_colour_is_a_measure_of_the_board() -> None:
    assert set(REACHED) <= {measure.code for measure in measures()}
