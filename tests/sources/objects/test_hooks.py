"""What the room census asks the register."""

import pytest
from django.core.exceptions import ValidationError

from census.places import services
from census.places.models import CensusDistrict
from sources.objects.hooks import find_for_post
from tests.factories import COUNTY, OTHER_COUNTY, make_scope
from tests.sources.returns.world import make_object

pytestmark = pytest.mark.django_db


def test_a_district_with_objects_stays_open():
    district = CensusDistrict.objects.create(region=COUNTY, code=f"{COUNTY}001", name="East")
    obj = make_object(kind="petrol_station", region=COUNTY)
    type(obj).objects.filter(pk=obj.pk).update(district_id=district.pk)
    clerk = make_scope("county_officer", COUNTY)
    with pytest.raises(ValidationError):
        services.district_close(clerk, district_id=district.pk)
    type(obj).objects.filter(pk=obj.pk).update(status="removed")
    assert not services.district_close(clerk, district_id=district.pk).active


def test_object_of_a_post():
    obj = make_object(kind="petrol_station", region=COUNTY)
    type(obj).objects.filter(pk=obj.pk).update(code="91330802X1", uscc="91330802X")
    assert find_for_post(make_scope("data_administrator", COUNTY), "91330802X1").id == obj.pk
    assert find_for_post(make_scope("data_administrator", COUNTY), "91330802X").name == obj.name
    assert find_for_post(make_scope("data_administrator", OTHER_COUNTY), "91330802X1") is None
    assert find_for_post(make_scope("data_administrator", COUNTY), "nothing") is None
    second = make_object(kind="petrol_station", region=COUNTY)
    type(obj).objects.filter(pk=second.pk).update(uscc="91330802X")
    assert find_for_post(make_scope("data_administrator", COUNTY), "91330802X") is None, "two objects: which?"
