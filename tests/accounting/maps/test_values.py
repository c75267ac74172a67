"""The map's values: each polygon the region's own cell, a county without polygons below it its total."""

import re

import orjson
from django.db import connection
from django.urls import reverse

from census.access.scope import enter
from census.places.models import Industry
from sources.objects.models import CensusObject
from tests.accounting.cuts.conftest import few_layouts, make_cut  # noqa: F401 - fixtures
from tests.accounting.tables.conftest import (  # noqa: F401 - fixtures
    campaign,
    county,
    done,
    officer,
    person,
)
from tests.support.requests import as_web_role

CITY, COUNTY = "330800000000", "330802000000"


def values(person, region, extra="", indicator="T01.all"):  # noqa: F811
    address = f"{reverse('map_values')}?region={region}&indicator={indicator}{extra}"
    return orjson.loads(as_web_role(person, "GET", address).content)


def test_a_county_alone_has_the_value_it_has_among_its_neighbours(person):  # noqa: F811
    city, own = values(person, CITY), values(person, COUNTY)
    assert city["values"][COUNTY] > 0
    assert own["values"] == {COUNTY: city["values"][COUNTY]}
    assert sum(row["value"] or 0 for row in own["rows"]) == city["values"][COUNTY]


def test_a_cut_colours_the_map_as_it_was_frozen_and_is_named_on_the_sheet(person, done, make_cut, officer):  # noqa: F811
    cut = make_cut(done)
    with enter(officer):
        CensusObject.objects.filter(kind="enterprise", region__startswith=COUNTY[:6]).update(
            status="out_of_scope"
        )
    now, then = values(person, CITY), values(person, CITY, f"&cut={cut.pk}")
    assert then["values"][COUNTY] == now["values"][COUNTY] + 1
    assert values(person, CITY, f"&cut={cut.pk}", "T16.town_water")["values"] == {}, (
        "a table it does not hold"
    )
    sheet = as_web_role(
        person, "GET", f"{reverse('map_page')}?region={CITY}&paper=1&cut={cut.pk}"
    ).content.decode()
    assert f"data cut no. {cut.number} of 衢州市" in sheet


def test_the_page_shows_the_filters_of_its_address_and_the_sheet_prints_them(person):  # noqa: F811
    with connection.cursor() as cursor:  # the web role only reads industries
        cursor.execute("RESET ROLE")
    Industry.objects.create(code="22", name_zh="造纸和纸制品业", level=2)
    asked = "kind=enterprise&division=22&size=1&amount=water.COD&least=500&points=0&view=118.9,28.9,3.00"
    for paper in ("", "&paper=1"):
        address = f"{reverse('map_page')}?region={CITY}&{asked}{paper}"
        page = as_web_role(person, "GET", address).content.decode()
        for name, value in (("kind", "enterprise"), ("division", "22")):
            (field,) = re.findall(rf'<input[^>]* name="{name}" value="{value}"[^>]*>', page)
            assert "checked" in field
        assert len(re.findall(r'<input[^>]* name="kind"[^>]* checked', page)) == 1
        assert '<option value="1" selected>' in page
        assert '<option value="water.COD" selected>' in page
        for name, value in (("least", "500"), ("points", "0"), ("view", "118.9,28.9,3.00")):
            assert re.search(rf'name="{name}" value="{re.escape(value)}"', page)
        assert "data-map-show checked" not in page


def test_the_rows_below_the_map_name_the_places_they_lead_to(person):  # noqa: F811
    assert {COUNTY} <= {row["code"] for row in values(person, CITY)["rows"]}
