"""Many entries at once follow the rules of one by one: codes, units, history, forms, refusals."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from census.access.scope import Scope
from census.audit.models import AuditEntry
from census.jobs import events
from census.places.models import CensusDistrict
from sources.objects.bulk import Entry, objects_import
from sources.objects.checks import check_object
from sources.objects.lookups import Lookups
from sources.objects.models import CensusObject, ObjectChange
from sources.objects.services import object_create
from sources.returns.models import Return
from tests.factories import CITY, COUNTY, FAR_COUNTY, TOWNSHIP, VILLAGE, make_scope
from tests.sources.objects.conftest import entry, uscc

pytestmark = pytest.mark.usefixtures("world", "english")


def entry_of(
    officer: Scope, kind: str = "enterprise", target: CensusObject | None = None, **changes: Any
) -> Entry:
    raw = {name: getattr(target, name) for name in entry()} if target else entry()
    checked = check_object(kind, raw | changes, Lookups(officer))
    assert checked.errors == []
    return Entry(1, kind, checked.values, target)


def test_new_objects_are_as_if_registered_one_by_one(officer):
    facts = [
        ("enterprise", entry(name="甲厂")),
        ("enterprise", entry(name="甲厂二分厂")),
        ("enterprise", entry(name="乙厂", uscc="", district_id=f"{COUNTY}01")),
        ("farm", entry(name="丙场", uscc="", industry="")),
    ]
    rows = [entry_of(officer, kind, **values) for kind, values in facts]
    together = objects_import(officer, entries=rows, source="x").new
    singles = [object_create(officer, kind=kind, values=values) for kind, values in facts]
    for many, one in zip(together, singles, strict=True):
        stored = CensusObject.objects.get(pk=many.pk)
        same = (
            "kind",
            "category",
            "name",
            "initials",
            "uscc",
            "org_code",
            "region",
            "district_id",
            "synthetic",
        )
        assert [getattr(stored, name) for name in same] == [getattr(one, name) for name in same]
        forms = [
            list(
                Return.objects.filter(object_id=pk)
                .order_by("form")
                .values_list("form", "values", "district_id")
            )
            for pk in (many.pk, one.pk)
        ]
        assert forms[0] == forms[1] != []
        after = [ObjectChange.objects.get(object_id=pk).after for pk in (many.pk, one.pk)]
        assert after[0] | {"code": ""} == after[1] | {"code": ""}
    assert [obj.code for obj in together[:2]] == [uscc(8) + "01", uscc(8) + "02"]
    assert [obj.code for obj in singles[:2]] == [uscc(8) + "03", uscc(8) + "04"]
    assert singles[2].code > together[2].code


def test_one_audit_entry_and_one_event_for_all(officer, monkeypatch):
    told = []
    monkeypatch.setattr(events, "_inside", events._inside.copy())
    monkeypatch.setitem(events._inside, "objects.imported", [lambda **facts: told.append(facts)])
    rows = [entry_of(officer, name=f"{n}号厂", uscc="") for n in range(3)]
    written = objects_import(officer, entries=rows, source="file 1")
    (audit,) = AuditEntry.objects.filter(action="object.imported")
    assert (audit.subject_id, audit.detail) == ("file 1", {"new": 3, "changed": 0})
    assert [fact["objects"] for fact in told] == [written.new]
    assert set(ObjectChange.objects.values_list("action", "user_id")) == {("imported", officer.user_id)}


def test_changes_keep_history_codes_and_forms_in_step(officer, make_object):
    district = CensusDistrict.objects.get(region=COUNTY)
    moved, renamed = make_object(uscc="", name="甲厂"), make_object(name="乙厂")
    rows = [
        entry_of(officer, target=moved, region=TOWNSHIP, district_id=str(district.pk)),
        entry_of(officer, target=renamed, name="新乙厂", uscc=uscc(9), org_code=""),
    ]
    written = objects_import(officer, entries=rows, source="x")
    assert (len(written.changed), written.refused) == (2, [])
    moved.refresh_from_db()
    renamed.refresh_from_db()
    assert (moved.region, moved.district_id, moved.revision) == (TOWNSHIP, district.pk, 2)
    assert moved.code.startswith(TOWNSHIP)
    places = Return.objects.filter(object_id=moved.pk).values_list("region", "district_id")
    assert set(places) == {(TOWNSHIP, district.pk)}
    assert (renamed.code, renamed.initials, renamed.address) == (uscc(9) + "01", "xyc", "某路1号")
    change = ObjectChange.objects.filter(object_id=renamed.pk).first()
    assert (change.before["name"], change.after["name"]) == ("乙厂", "新乙厂")
    assert "initials" not in change.after


def test_a_changed_status_lays_forms_to_rest_and_wakes_them(officer, make_object):
    obj = make_object()
    before = Return.objects.get(object_id=obj.pk, active=True)
    CensusObject.objects.filter(pk=obj.pk).update(status="removed")
    obj.refresh_from_db()
    events.emit("objects.imported", actor=officer, objects=[obj])
    assert not Return.objects.filter(object_id=obj.pk, active=True).exists()
    obj.status = "in_scope"
    obj.save()
    events.emit("objects.imported", actor=officer, objects=[obj])
    assert Return.objects.get(object_id=obj.pk, active=True) == before


def test_what_cannot_be_written_is_refused_and_the_rest_is_written(officer, make_object):
    stale, unit = (
        make_object(uscc=""),
        object_create(officer, kind="county_crops", values={"name": "柯城区", "region": COUNTY}),
    )
    row = entry_of(officer, target=stale, address="另一路")
    CensusObject.objects.filter(pk=stale.pk).update(revision=5)
    village = {"uscc": "", "industry": ""}
    rows = [
        row,
        entry_of(officer, "county_crops", uscc="", industry="", region=COUNTY),
        entry_of(officer, "village", name="金桂", **village),
        entry_of(officer, "village", name="金桂村", **village),
        Entry(5, "enterprise", entry_of(officer).values | {"region": FAR_COUNTY}),
        entry_of(officer, name="好厂", uscc=""),
    ]
    written = objects_import(officer, entries=rows, source="x")
    assert [obj.name for obj in written.new] == ["金桂", "好厂"]
    texts = [text for _entry, text in written.refused]
    assert len(texts) == 4
    for part in ("meanwhile", unit.code, "same unit", "outside your rights"):
        assert any(part in text for text in texts), part


def test_full_serials_are_refused(officer, make_object):
    obj = make_object()
    CensusObject.objects.filter(pk=obj.pk).update(code=uscc(8) + "98")
    rows = [entry_of(officer, name=f"{n}号厂") for n in range(2)]
    written = objects_import(officer, entries=rows, source="x")
    assert [one.code for one in written.new] == [uscc(8) + "99"]
    assert "99 sites" in written.refused[0][1]


def test_without_the_right_nothing_is_written(officer):
    rows = [entry_of(officer)]
    with pytest.raises(PermissionDenied):
        objects_import(make_scope("auditor", COUNTY), entries=rows, source="x")
    written = objects_import(make_scope("city_officer", CITY), entries=rows, source="x")
    assert (written.new, len(written.refused)) == ([], 1)
    other = make_scope("county_officer", COUNTY, categories=["mobile"])
    assert objects_import(other, entries=rows, source="x").new == []
    assert not CensusObject.objects.filter(region=VILLAGE).exists()


def test_the_number_of_statements_does_not_grow_with_the_rows(officer, django_assert_max_num_queries):
    def statements(count: int, start: int) -> int:
        rows = [entry_of(officer, name=f"{start + n}号厂", uscc="") for n in range(count)]
        with django_assert_max_num_queries(30) as made:
            objects = objects_import(officer, entries=rows, source="x").new
        rows = [entry_of(officer, target=obj, address="另一路") for obj in objects]
        with django_assert_max_num_queries(30) as changed:
            objects_import(officer, entries=rows, source="x")
        return len(made) + len(changed)

    assert statements(2, 0) == statements(40, 100)
