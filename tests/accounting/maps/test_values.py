"""The map's values: each polygon the region's own cell, a county without polygons below it its total."""

import orjson
from django.urls import reverse

from tests.accounting.tables.conftest import (  # noqa: F401 - fixtures
    campaign,
    county,
    done,
    officer,
    person,
)
from tests.support.requests import as_web_role

CITY, COUNTY = "330800000000", "330802000000"


def values(person, region):  # noqa: F811
    address = f"{reverse('map_values')}?region={region}&indicator=T01.all"
    return orjson.loads(as_web_role(person, "GET", address).content)


def test_a_county_alone_has_the_value_it_has_among_its_neighbours(person):  # noqa: F811
    city, own = values(person, CITY), values(person, COUNTY)
    assert city["values"][COUNTY] > 0
    assert own["values"] == {COUNTY: city["values"][COUNTY]}
    assert sum(row["value"] or 0 for row in own["rows"]) == city["values"][COUNTY]
