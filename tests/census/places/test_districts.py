"""Census districts: create, rename, close, reopen."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from census.audit.models import AuditEntry
from census.jobs import events
from census.places import services
from census.places.models import CensusDistrict
from tests.factories import CITY, COUNTY, OTHER_COUNTY, TOWNSHIP, make_person, make_scope
from tests.support.requests import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]


@pytest.fixture
def clerk():
    return make_scope("county_officer", COUNTY)


def test_codes_count_up_and_are_never_used_again(clerk):
    first = services.district_create(clerk, region=TOWNSHIP, name=" East  side ")
    assert (first.code, first.name) == (f"{TOWNSHIP}001", "East side")
    services.district_close(clerk, district_id=first.pk)
    assert services.district_create(clerk, region=TOWNSHIP, name="West").code == f"{TOWNSHIP}002"


@pytest.mark.parametrize(
    ("region", "name", "field"), [(TOWNSHIP, " ", "name"), ("330802999000", "x", "region")]
)
def test_bad_input(clerk, region, name, field):
    with pytest.raises(ValidationError) as fault:
        services.district_create(clerk, region=region, name=name)
    assert field in fault.value.message_dict


def test_a_city_is_too_large():
    administrator = make_scope("data_administrator", CITY)
    with pytest.raises(ValidationError, match="county, township or village"):
        services.district_create(administrator, region=CITY, name="x")


def test_names_are_unique_in_a_county(clerk):
    services.district_create(clerk, region=TOWNSHIP, name="East")
    with pytest.raises(ValidationError, match="already has this name"):
        services.district_create(clerk, region=COUNTY, name="East")


def test_outside_the_region_or_without_the_right(clerk):
    with pytest.raises(PermissionDenied):
        services.district_create(clerk, region=OTHER_COUNTY, name="x")
    with pytest.raises(PermissionDenied):
        services.district_create(make_scope("instructor", COUNTY), region=COUNTY, name="x")
    other = services.district_create(
        make_scope("county_officer", OTHER_COUNTY), region=OTHER_COUNTY, name="x"
    )
    with pytest.raises(CensusDistrict.DoesNotExist):
        services.district_rename(clerk, district_id=other.pk, name="mine")


def test_a_room_may_object_to_closing(clerk, monkeypatch):
    district = services.district_create(clerk, region=TOWNSHIP, name="East")

    def object_to_it(**_):
        raise ValidationError("12 objects are in this district.")

    monkeypatch.setitem(events._inside, "district.closed", [object_to_it])
    with pytest.raises(ValidationError):
        services.district_close(clerk, district_id=district.pk)
    district.refresh_from_db()
    assert district.active
    assert not AuditEntry.objects.filter(action="district.closed").exists()


def test_pages():
    client = signed_in(make_person("county_officer").username)
    assert "No census districts" in client.get("/places/districts/").content.decode()
    answer = client.post("/places/districts/new/", {"region": TOWNSHIP, "name": "East"})
    assert answer.status_code == 302
    district = CensusDistrict.objects.get()
    assert "East" in client.get("/places/districts/").content.decode()
    client.post(f"/places/districts/{district.pk}/", {"name": "East side"})
    client.post(f"/places/districts/{district.pk}/close/")
    assert "East side" not in client.get("/places/districts/").content.decode()
    assert "East side" in client.get("/places/districts/?closed=1").content.decode()
    client.post(f"/places/districts/{district.pk}/close/")
    district.refresh_from_db()
    assert district.active
    actions = AuditEntry.objects.filter(subject="district").order_by("id").values_list("action", flat=True)
    assert list(actions) == [f"district.{verb}" for verb in ("created", "changed", "closed", "reopened")]
