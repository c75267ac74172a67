"""The csv that PostgreSQL writes: cell by cell what Python would write, and only rows in scope."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from census.access.scope import Scope, enter
from census.audit.models import AuditEntry
from census.places.models import CensusDistrict
from sources.objects.columns import export_columns, export_rows
from sources.objects.copying import copy_csv
from sources.objects.exports import export_bytes
from sources.objects.lookups import Lookups
from sources.objects.models import CensusObject
from sources.objects.queries import SORTS, Filters
from tests.factories import CITY, COUNTY, FAR_COUNTY, OTHER_COUNTY, OTHER_TOWNSHIP, TOWNSHIP, make_scope
from tests.sources.objects.conftest import uscc

pytestmark = pytest.mark.usefixtures("world", "english")


@pytest.fixture
def register(make_object) -> None:
    """Objects at every depth of region, with and without each optional value, in two counties."""
    district = CensusDistrict.objects.get(region=COUNTY)
    make_object(
        lon=118.87, lat=28.93, attributes={"monitored": True}, phone="+86 570", contact='O\'Hara, "甲"'
    )
    make_object(
        uscc="",
        name="=1+1 厂",
        region=TOWNSHIP,
        size="2",
        district_id=district.code,
        attributes={"monitored": False},
    )
    make_object("farm", uscc="", name="养牛场{0}%s", region=COUNTY, industry="")
    make_object("city_oil", Scope.system(), uscc="", name="衢州市", region=CITY, industry="")
    make_object(actor=Scope.system(), uscc=uscc(9), name="别县厂", region=OTHER_TOWNSHIP)
    CensusObject.objects.filter(region=TOWNSHIP).update(
        operating="3", closed_on=dt.date(2017, 5, 4), closed_reason="-停产", status="pending"
    )


def copied(scope: Scope, objects, sort: str = "region") -> list[list[str]]:
    target = io.BytesIO()
    order = SORTS[sort]
    count = copy_csv(target, scope=scope, objects=objects.order_by(*order), order=order)
    lines = list(csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"), newline="")))
    assert lines[:2] == [[c.zh for c in export_columns()], [c.en for c in export_columns()]]
    assert len(lines) == count + 2
    return lines[2:]


def in_python(value: object) -> str:
    text = "" if value is None else str(value)
    return "'" + text if isinstance(value, str) and text[:1] in tuple("=+-@\t\r") else text


@pytest.mark.parametrize("sort", SORTS)
def test_each_cell_is_what_python_writes(register, sort):
    scope = Scope.system()
    objects = CensusObject.objects.visible_to(scope).order_by(*SORTS[sort])
    expected = [[in_python(v) for v in row] for row in export_rows(objects, Lookups(scope))]
    assert len(expected) == 5
    assert copied(scope, objects, sort) == expected


def test_the_web_role_copies_rows_in_scope_only(register, settings):
    expected = {
        make_scope("county_officer", OTHER_COUNTY): ["别县厂"],
        make_scope("county_officer", COUNTY, categories=["agricultural"]): ["养牛场{0}%s"],
        make_scope("county_officer", FAR_COUNTY): [],
    }
    everything = CensusObject.objects.all()  # nothing but row-level security stands between
    settings.SWITCH_TO_WEB_ROLE = True
    for scope, names in expected.items():
        with enter(scope):
            assert [row[2] for row in copied(scope, everything)] == names
    settings.SWITCH_TO_WEB_ROLE = False


def test_filters_that_nothing_can_meet_give_the_head_alone(officer, register):
    with enter(officer):
        data = export_bytes(officer, filters=Filters(q="化"), kind="csv")
    assert len(data.decode("utf-8-sig").splitlines()) == 2


def test_the_export_is_audited_with_its_rows(officer, register):
    with enter(officer):
        export_bytes(officer, filters=Filters(kind="enterprise"), kind="csv")
    entry = AuditEntry.objects.get(action="object.exported")
    assert entry.detail == {"format": "csv", "rows": 2, "kind": "enterprise"}
