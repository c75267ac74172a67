"""A county keeps its register entries; a city those of the city as a whole; nobody above writes in them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from census.access.scope import Scope
from census.audit.models import AuditEntry
from census.places.models import Region
from sources.objects.forms import kinds_for
from sources.objects.rights import may_keep
from sources.objects.services import object_close, object_create, object_edit, object_remove
from sources.returns.models import Return
from tests.factories import CITY, COUNTY, PROVINCE, VILLAGE, make_person, make_scope
from tests.sources.objects.conftest import entry
from tests.support.requests import signed_in

pytestmark = pytest.mark.usefixtures("world", "english")


@pytest.fixture
def city(world: None) -> Scope:
    return make_scope("city_officer", CITY)


@pytest.mark.parametrize("kind", ["city_domestic", "city_vehicles", "city_oil"])
def test_a_city_registers_and_edits_its_own_units(city, kind):
    made = object_create(city, kind=kind, values={"name": "衢州市", "region": CITY})
    changed = object_edit(city, object_id=made.pk, revision=1, values={"contact": "王五"})
    assert (changed.contact, changed.region) == ("王五", CITY)
    assert Return.objects.filter(object_id=made.pk, active=True).exists()


def test_a_city_changes_nothing_a_county_keeps(city, make_object):
    obj = make_object()
    with pytest.raises(ValidationError, match="belongs to a county"):
        object_create(city, kind="enterprise", values=entry(name="另一厂", uscc=""))
    with pytest.raises(ValidationError, match="belongs to a county"):
        object_create(city, kind="county_crops", values={"name": "柯城区", "region": COUNTY})
    why = {"object_id": obj.pk, "revision": 1, "reason": "x"}
    with pytest.raises(PermissionDenied):
        object_edit(city, values={"address": "x"}, **why)
    with pytest.raises(PermissionDenied):
        object_close(city, operating="3", on=dt.date(2017, 6, 1), **why)
    with pytest.raises(PermissionDenied):
        object_remove(city, cause="duplicate", evidence="x", **why)
    obj.refresh_from_db()
    assert (obj.revision, obj.status, obj.operating) == (1, "in_scope", "1")


def test_a_county_does_not_reach_the_city(city):
    made = object_create(city, kind="city_oil", values={"name": "衢州市", "region": CITY})
    county = make_scope("county_officer", COUNTY)
    with pytest.raises(type(made).DoesNotExist):
        object_edit(county, object_id=made.pk, revision=1, values={"contact": "x"})


def test_a_city_without_counties_keeps_its_townships_objects():
    dongguan, township = "441900000000", "441900003000"
    officer = make_scope("city_officer", dongguan)
    assert may_keep(officer, township)
    assert {kind.level for kinds in kinds_for(officer).values() for kind in kinds} == {2}
    Region.objects.create(code=township, parent=dongguan, level=4, name="东城街道", initials="dcjd")
    assert "enterprise" in {kind.code for kind in kinds_for(officer)["industrial"]}


def test_who_stands_higher_keeps_nothing_below():
    assert not may_keep(make_scope("province_officer", PROVINCE), CITY)
    assert may_keep(make_scope("county_officer", COUNTY), VILLAGE)
    assert may_keep(Scope.system(), VILLAGE)


def test_pages_offer_a_city_what_it_may_do(make_object):
    obj = make_object()
    client = signed_in(make_person("city_officer", CITY).username)
    page = client.get("/register/new/").content.decode()
    assert "kind=city_vehicles" in page
    assert "kind=enterprise" not in page
    detail = client.get(f"/register/{obj.pk}/").content.decode()
    assert f"/register/{obj.pk}/edit/" not in detail
    assert client.get(f"/register/{obj.pk}/edit/").status_code == 403
    assert f'value="{CITY}"' in client.get("/register/new/?kind=city_vehicles").content.decode()


def test_looking_at_an_object_is_recorded_once(make_object, settings):
    obj = make_object()
    client = signed_in(make_person("county_officer", COUNTY).username)
    for _look in range(2):
        assert client.get(f"/register/{obj.pk}/").status_code == 200
    assert AuditEntry.objects.filter(action="object.viewed", subject_id=str(obj.pk)).count() == 1
