"""Changes of the register on PostgreSQL: rights, checks, codes, history, stale pages."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from census.access.scope import enter
from census.audit.models import AuditEntry
from census.jobs import events
from census.places.models import CensusDistrict
from sources.objects.codes import identification_faults
from sources.objects.models import CensusObject, ObjectChange
from sources.objects.services import (
    StaleObject,
    object_assign_district,
    object_close,
    object_create,
    object_edit,
    object_remove,
    object_restore,
)
from sources.returns.models import Return
from tests.factories import COUNTY, FAR_COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, make_scope
from tests.sources.objects.conftest import entry, uscc

pytestmark = pytest.mark.usefixtures("world", "english")


def faults(error):
    return set(error.value.message_dict)


def test_created_with_code_initials_history_audit_and_event(officer, monkeypatch):
    told = []
    events.inside("object.created", lambda **facts: told.append(facts["obj"]))
    obj = object_create(officer, kind="enterprise", values=entry(name=" 衢州 宏达化工(集团)有限公司"))
    assert obj.code == uscc(8) + "01"
    assert obj.name == "衢州宏达化工（集团）有限公司"
    assert obj.initials == "qzhdhgjtyxgs"
    assert obj.org_code == uscc(8)[8:17]
    assert (obj.category, obj.synthetic, obj.revision) == ("industrial", True, 1)
    change = ObjectChange.objects.get(object_id=obj.pk)
    assert (change.action, change.after["industry"]) == ("created", "2614")
    audit = AuditEntry.objects.get(action="object.created")
    assert audit.subject_id == str(obj.pk)
    assert "宏达" not in str(audit.detail)
    assert told == [obj]


def test_sites_of_one_unit_are_numbered_over_all_counties(officer, make_object):
    make_object()
    elsewhere = make_scope("county_officer", FAR_COUNTY)
    second = object_create(elsewhere, kind="enterprise", values=entry(name="济南分厂", region=FAR_COUNTY))
    assert second.code == uscc(8) + "02"


def test_objects_without_credit_code_are_numbered_by_place(make_object):
    made = [make_object("farm", uscc="", name=f"养殖场{n}", industry="0311").code for n in range(3)]
    # the serial 3 has no check character here (see codes.py)
    assert [code[:17] for code in made] == [f"{VILLAGE}N000{n}" for n in (1, 2, 4)]
    assert [identification_faults(code) for code in made] == [[], [], []]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "某厂😀"}, "name"),
        ({"uscc": uscc(8)[:-1] + "Z"}, "uscc"),
        ({"uscc": "123"}, "uscc"),
        ({"org_code": "YYYY00081"}, "org_code"),
        ({"region": ""}, "region"),
        ({"region": "330899001001"}, "region"),
        ({"region": FAR_COUNTY}, "region"),
        ({"industry": ""}, "industry"),
        ({"industry": "26"}, "industry"),
        ({"industry": "0311"}, "industry"),
        ({"industry": "9999"}, "industry"),
        ({"operating": "7"}, "operating"),
        ({"status": "removed_"}, "status"),
        ({"lon": "abc", "lat": 28}, "lon"),
        ({"lon": 28.9, "lat": 118.8}, "lon"),
        ({"lon": 118.8}, "lon"),
        ({"district_id": f"{COUNTY}99"}, "district_id"),
        ({"address": "x" * 301}, "address"),
        ({"phone": "1\x00"}, "phone"),
        ({"attributes": {"nonsense": True}}, "attributes"),
        ({"attributes": {"monitored": "perhaps"}}, "attributes"),
    ],
)
def test_bad_values_are_refused_by_field(officer, changes, field):
    with pytest.raises(ValidationError) as error:
        object_create(officer, kind="enterprise", values=entry(**changes))
    assert field in faults(error)
    assert not CensusObject.objects.exists()


def test_all_faults_are_told_at_once(officer):
    with pytest.raises(ValidationError) as error:
        object_create(officer, kind="enterprise", values=entry(name="", industry="", region=""))
    assert faults(error) == {"name", "industry", "region"}


def test_attributes_of_the_kind_are_kept(make_object):
    assert make_object(attributes={"monitored": False, "risk": None}).attributes == {"monitored": False}


def test_region_units_are_registered_once_and_at_their_level(officer):
    with pytest.raises(ValidationError, match="as a whole"):
        object_create(officer, kind="county_crops", values={"name": "柯城区种植业", "region": VILLAGE})
    first = object_create(officer, kind="county_crops", values={"name": "柯城区种植业", "region": COUNTY})
    with pytest.raises(ValidationError, match=first.code):
        object_create(officer, kind="county_crops", values={"name": "柯城区种植业", "region": COUNTY})


@pytest.mark.parametrize("kind", ["auditor", "province_officer", "filler"])
def test_posts_without_the_right_change_nothing(make_object, kind):
    obj, actor = make_object(), make_scope(kind, COUNTY)
    with pytest.raises(PermissionDenied):
        object_create(actor, kind="enterprise", values=entry(name="另一厂"))
    with pytest.raises(PermissionDenied):
        object_edit(actor, object_id=obj.pk, revision=1, values={"address": "x"})


def test_other_categories_are_out_of_reach(make_object):
    obj, actor = make_object(), make_scope("county_officer", COUNTY, categories=["agricultural"])
    with pytest.raises(PermissionDenied):
        object_create(actor, kind="enterprise", values=entry(name="另一厂"))
    with pytest.raises(CensusObject.DoesNotExist):
        object_edit(actor, object_id=obj.pk, revision=1, values={"address": "x"})


def test_an_enumerator_registers_into_an_own_district_only(world):
    own = CensusDistrict.objects.get(region=COUNTY)
    actor = make_scope("enumerator", COUNTY, districts=[own.pk])
    with pytest.raises(ValidationError) as error:
        object_create(actor, kind="enterprise", values=entry())
    assert faults(error) == {"district_id"}
    assert object_create(actor, kind="enterprise", values=entry(district_id=own.pk)).district_id == own.pk


def test_the_database_lets_the_services_through_as_web_role(officer, settings):
    settings.SWITCH_TO_WEB_ROLE = True
    with enter(officer):
        obj = object_create(officer, kind="enterprise", values=entry())
        object_edit(officer, object_id=obj.pk, revision=1, values={"name": "新名厂"})
        object_remove(officer, object_id=obj.pk, revision=2, cause="absent", reason="无", evidence="照片")
    settings.SWITCH_TO_WEB_ROLE = False


def test_edit_keeps_before_and_after(officer, make_object):
    obj = make_object()
    object_edit(officer, object_id=obj.pk, revision=1, values={"name": "新名化工厂"}, reason="更名")
    obj.refresh_from_db()
    assert (obj.name, obj.initials, obj.revision) == ("新名化工厂", "xmhgc", 2)
    change = ObjectChange.objects.filter(object_id=obj.pk).first()
    assert change.before == {"name": "衢州宏达化工有限公司"}
    assert (change.after, change.reason) == ({"name": "新名化工厂"}, "更名")


def test_an_edit_without_a_difference_writes_nothing(officer, make_object):
    obj = make_object()
    assert object_edit(officer, object_id=obj.pk, revision=1, values=entry()).revision == 1
    assert ObjectChange.objects.count() == 1


def test_a_new_credit_code_gives_a_new_code_and_history_keeps_the_old(officer, make_object):
    obj = make_object(uscc="")
    old = obj.code
    edited = object_edit(officer, object_id=obj.pk, revision=1, values={"uscc": uscc(9)})
    assert edited.code == uscc(9) + "01"
    assert ObjectChange.objects.filter(object_id=obj.pk).first().before["code"] == old


def test_a_stale_page_is_told_both_values_and_what_it_touched(officer, make_object):
    obj = make_object()
    object_edit(officer, object_id=obj.pk, revision=1, values={"address": "甲路2号", "contact": "王五"})
    with pytest.raises(StaleObject) as stale:
        object_edit(officer, object_id=obj.pk, revision=1, values=entry(address="乙路3号"))
    told = {d.field: (d.theirs, d.yours, d.touched) for d in stale.value.differences}
    assert told == {"address": ("甲路2号", "乙路3号", True)}
    obj.refresh_from_db()
    assert obj.address == "甲路2号"


def test_a_field_only_the_other_person_changed_is_marked_so(officer, make_object):
    obj = make_object(contact="")
    object_edit(officer, object_id=obj.pk, revision=1, values={"contact": "王五"})
    object_edit(officer, object_id=obj.pk, revision=2, values={"contact": "赵六"})
    with pytest.raises(StaleObject) as stale:
        object_edit(officer, object_id=obj.pk, revision=1, values={"contact": "", "phone": "0570"})
    told = {d.field: (d.theirs, d.yours, d.touched) for d in stale.value.differences}
    assert told == {"contact": ("赵六", "", False), "phone": ("", "0570", True)}


def test_a_stale_page_that_wants_what_is_stored_is_no_conflict(officer, make_object):
    obj = make_object()
    object_edit(officer, object_id=obj.pk, revision=1, values={"address": "甲路2号"})
    assert object_edit(officer, object_id=obj.pk, revision=1, values={"address": "甲路2号"}).revision == 2


def test_close_needs_reason_and_past_date(officer, make_object):
    obj = make_object()
    tomorrow = dt.date.today() + dt.timedelta(days=2)  # noqa: DTZ011
    with pytest.raises(ValidationError, match="future"):
        object_close(officer, object_id=obj.pk, revision=1, operating="3", on=tomorrow, reason="x")
    with pytest.raises(ValidationError, match="reason"):
        object_close(officer, object_id=obj.pk, revision=1, operating="3", on=dt.date(2017, 5, 1), reason=" ")
    closed = object_close(
        officer, object_id=obj.pk, revision=1, operating="3", on=dt.date(2017, 5, 1), reason="搬迁"
    )
    assert (closed.operating, closed.closed_on) == ("3", dt.date(2017, 5, 1))
    again = object_close(
        officer, object_id=obj.pk, revision=2, operating="1", on=dt.date(2017, 6, 1), reason="复产"
    )
    assert (again.operating, again.closed_on, again.closed_reason) == ("1", None, "")


def test_removed_is_kept_and_can_be_restored(officer, make_object):
    obj = make_object()
    with pytest.raises(ValidationError, match="evidence"):
        object_remove(officer, object_id=obj.pk, revision=1, cause="duplicate", reason="重复", evidence="")
    object_remove(officer, object_id=obj.pk, revision=1, cause="duplicate", reason="重复", evidence="文号1")
    assert not Return.objects.filter(object_id=obj.pk, active=True).exists()
    with pytest.raises(ValidationError, match="removed"):
        object_edit(officer, object_id=obj.pk, revision=2, values={"address": "x"})
    restored = object_restore(officer, object_id=obj.pk, revision=2, reason="误删")
    assert restored.status == "pending"
    assert [c.action for c in ObjectChange.objects.filter(object_id=obj.pk)] == [
        "restored",
        "removed",
        "created",
    ]
    assert ObjectChange.objects.filter(action="removed").get().after["cause"] == "duplicate"


def test_assigning_moves_objects_and_their_forms(officer, make_object):
    district = CensusDistrict.objects.get(region=COUNTY)
    rows = [make_object(uscc="", name=f"化工厂{n}") for n in range(3)]
    assert object_assign_district(officer, object_ids=[r.pk for r in rows], district_id=district.pk) == 3
    assert object_assign_district(officer, object_ids=[r.pk for r in rows], district_id=district.pk) == 0
    assert set(CensusObject.objects.values_list("district_id", "revision")) == {(district.pk, 2)}
    forms = Return.objects.filter(object_id=rows[0].pk)
    assert forms.exists()
    assert set(forms.values_list("district_id", flat=True)) == {district.pk}
    assert object_assign_district(officer, object_ids=[rows[0].pk], district_id=None) == 1


def test_assigning_to_another_county_is_refused_as_a_whole(make_object):
    actor = make_scope("data_administrator", "330800000000")
    with pytest.raises(PermissionDenied):
        object_assign_district(actor, object_ids=[], district_id=None)
    rows = [make_object(uscc="", name="甲厂"), make_object(uscc="", name="乙厂", region=TOWNSHIP)]
    district = CensusDistrict.objects.exclude(region=COUNTY).get()
    system = make_scope("county_officer", COUNTY)
    with pytest.raises(ValidationError):
        object_assign_district(system, object_ids=[r.pk for r in rows], district_id=district.pk)
    assert not CensusObject.objects.filter(district_id=district.pk).exists()


def test_moving_an_object_takes_its_forms_along(make_object):
    city = make_scope("county_officer", COUNTY)
    obj = make_object(uscc="")
    with pytest.raises(ValidationError, match="outside"):
        object_edit(city, object_id=obj.pk, revision=1, values={"region": OTHER_TOWNSHIP})
    moved = object_edit(city, object_id=obj.pk, revision=1, values={"region": TOWNSHIP})
    assert moved.code.startswith(TOWNSHIP)
    assert set(Return.objects.filter(object_id=obj.pk).values_list("region", flat=True)) == {TOWNSHIP}
