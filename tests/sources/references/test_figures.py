"""Outside figures: loaded whole or not at all, never overwritten, seen within the region. All figures are synthetic."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from census.access.scope import enter
from sources.forms.catalogue import load
from sources.references.indicators import OBJECT, REGION, reference_indicators
from sources.references.models import ReferenceFigure
from sources.references.queries import figures_found, reference_figures
from sources.references.services import columns, figures_load
from sources.sheets.reader import SheetFault
from tests.factories import (
    CITY,
    COUNTY,
    FAR_PROVINCE,
    OTHER_COUNTY,
    PROVINCE,
    make_person,
    make_regions,
    make_scope,
)
from tests.sources.returns.world import make_object
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db
SOURCE = "SYNTHETIC yearbook, made for a test"


@pytest.fixture(autouse=True)
def _regions():
    make_regions()


def line(**changes):
    place = {"region": COUNTY, "object_code": ""}
    figure = {"indicator": "population", "year": "2017", "value": "48.6", "unit": "万人"}
    return place | figure | {"kind": "yearbook", "source": SOURCE, "confidence": "recalled"} | changes


def sheet(*lines):
    text = io.StringIO()
    names = [column.key for column in columns()]
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(lines)
    return io.BytesIO(text.getvalue().encode("utf-8-sig"))


def load_lines(actor, *lines):
    with enter(actor):
        return figures_load(actor, file=sheet(*lines), name="figures.csv")


def test_indicators_are_complete():
    units = {item.unit.zh for form in load().forms.values() for item in form.indicators.values() if item.unit}
    for one in reference_indicators().values():
        assert one.of in (REGION, OBJECT)
        assert all(one.label)
        assert one.unit in units | {"头", "羽"}, f"{one.code}: no form counts in {one.unit}"


def test_loaded_replaced_and_unchanged():
    actor = make_scope("province_officer", PROVINCE)
    other = line(region=OTHER_COUNTY, indicator="fertiliser_use", value="1,204.5", unit="吨")
    assert load_lines(actor, line(), other).counts == {"added": 2, "replaced": 0, "unchanged": 0}
    assert load_lines(actor, line(value="49"), other).counts == {"added": 0, "replaced": 1, "unchanged": 1}
    with enter(actor):
        assert ReferenceFigure.objects.count() == 3, "nothing is overwritten"
        assert [row.value for row in figures_found(actor, {"indicator": "population"})] == [49]
        assert {row.value for row in figures_found(actor, {"indicator": "population", "past": "1"})} == {
            48.6,
            49,
        }
        assert [row.value for row in figures_found(actor, {"q": "化肥"})] == [1204.5]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"region": "999999000000"}, "region"),
        ({"region": FAR_PROVINCE}, "region"),
        ({"indicator": "happiness"}, "indicator"),
        ({"unit": "人"}, "unit"),
        ({"year": "17"}, "year"),
        ({"value": "-1"}, "value"),
        ({"value": "nan"}, "value"),
        ({"value": ""}, "value"),
        ({"kind": "rumour"}, "kind"),
        ({"confidence": ""}, "confidence"),
        ({"source": ""}, "source"),
        ({"object_code": "X1"}, "object_code"),
        ({"indicator": "cod_discharge", "unit": "吨"}, "object_code"),
    ],
)
def test_a_faulty_row_is_named_and_nothing_is_taken(changes, column):
    report = load_lines(make_scope("province_officer", PROVINCE), line(year="2016"), line(**changes))
    assert (report.faults[0].line, report.faults[0].column) == (3, column)
    assert ReferenceFigure.objects.count() == 0


def test_the_same_figure_twice_and_empty_files():
    actor = make_scope("province_officer", PROVINCE)
    assert load_lines(actor, line(), line(value="50")).bad_lines == {3}
    assert load_lines(actor).faults
    with enter(actor), pytest.raises(SheetFault):
        figures_load(actor, file=io.BytesIO(b"\x00\x01"), name="x.bin")


def test_of_an_object_in_its_county():
    obj = make_object(kind="enterprise", region=COUNTY)
    actor = make_scope("province_officer", PROVINCE)
    one = line(object_code=obj.code, indicator="cod_discharge", unit="吨", kind="environment", value="3.2")
    assert load_lines(actor, one | {"region": OTHER_COUNTY}).faults[0].column == "region"
    assert load_lines(actor, one).counts["added"] == 1
    with enter(actor):
        found = reference_figures(actor, region=CITY, until=2017, objects=True)
        assert found[obj.code, "cod_discharge"][0].value == 3.2
        assert reference_figures(actor, region=CITY, until=2017) == {}
        assert reference_figures(actor, region=CITY, until=2016, objects=True) == {}


def test_who_may_load_and_who_sees():
    actor = make_scope("province_officer", PROVINCE)
    load_lines(actor, line(), line(region=PROVINCE, value="5657"), line(region=OTHER_COUNTY))
    county = make_scope("county_officer", COUNTY)
    with enter(county), pytest.raises(PermissionDenied):
        figures_load(county, file=sheet(line()), name="x.csv")
    with enter(county):
        assert {row.region for row in figures_found(county, {})} == {COUNTY, PROVINCE}, "own, and those above"
    far = make_scope("province_officer", FAR_PROVINCE)
    with enter(far):
        assert not figures_found(far, {}).exists()


def test_pages():
    client = signed_in(make_person("province_officer", PROVINCE).username)
    assert "No figures" in client.get("/references/").content.decode()
    assert client.post("/references/load/", {"file": sheet_upload(line(value="50"))}).status_code == 302
    page = client.get("/references/").content.decode()
    assert SOURCE in page
    assert client.get("/references/load/").status_code == 200
    assert client.get("/references/template.xlsx").content.startswith(b"PK")
    answer = client.post("/references/load/", {"file": sheet_upload(line(unit="人"))})
    assert answer.status_code == 422
    assert "万人" in answer.content.decode()
    assert client.post("/references/load/").status_code == 422
    assert (
        "Load figures"
        not in signed_in(make_person("county_officer").username).get("/references/").content.decode()
    )


def sheet_upload(*lines):
    return SimpleUploadedFile("figures.csv", sheet(*lines).getvalue(), "text/csv")
