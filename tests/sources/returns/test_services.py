"""Saving, handing in, approving, sending back, unlocking."""

import orjson
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from census.access.scope import enter
from census.audit.models import AuditEntry
from census.ids import new_id
from census.jobs import events
from sources.returns.bulk import returns_approve_bulk
from sources.returns.drafts import return_open, sheet_add, sheet_remove
from sources.returns.models import Return, ReturnVersion
from sources.returns.seals import verify_history
from sources.returns.services import (
    ConflictError,
    Overrule,
    return_approve,
    return_save,
    return_send_back,
    return_submit,
)
from tests.sources.returns.world import COUNTY, climb, complete, fill, filled, make_object, scope_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
ENUMERATOR, INSTRUCTOR = scope_for("enumerator"), scope_for("instructor")
COUNTY_OFFICER, OTHER_COUNTY_OFFICER = scope_for("county_officer"), scope_for("county_officer", user_id=7)


STAGES = ("stage_pre1", "stage_1", "stage_2", "stage_3", "stage_4", "stage_5", "stage_6")
CARS = dict.fromkeys(STAGES, 0) | {"stage_5": 3, "total_count": 3}


def save(ret, values, *, actor=ENUMERATOR, base=None, **more):
    base = Return.objects.get(pk=ret.pk).version_no if base is None else base
    return return_save(actor, return_id=ret.pk, values=values, base_version=base, **more)


def test_a_save_is_a_version_a_count_of_errors_and_an_audit_entry():
    ret = filled("Y102", {})
    seen = []
    events.inside("return.saved", lambda **facts: seen.append(facts))
    try:
        saved = save(ret, {"gasoline_sales_t": "12.5"})
    finally:
        events._inside["return.saved"].pop()
    stored = Return.objects.get(pk=ret.pk)
    version = ReturnVersion.objects.get(return_id=ret.pk)
    body = orjson.loads(version.body)
    assert stored.values["gasoline_sales_t"] == 12.5
    assert (stored.version_no, version.no, bytes(stored.head_hash)) == (1, 1, bytes(version.hash))
    assert body["values"] == stored.values
    assert body["user"] == {"id": ENUMERATOR.user_id, "name": ENUMERATOR.user_name}
    assert stored.errors == sum(v.severity == "error" for v in saved.verdicts) > 0
    assert stored.filled_by == ENUMERATOR.user_id
    assert [facts["ret"].id for facts in seen] == [ret.pk]
    assert AuditEntry.objects.filter(action="return.saved", subject_id=str(ret.pk)).count() == 1


def test_saving_the_same_again_adds_nothing():
    ret = filled("Y102", {"gasoline_sales_t": 1})
    save(ret, {"gasoline_sales_t": "1"})
    assert Return.objects.get(pk=ret.pk).version_no == 1


def test_what_is_no_number_is_kept_as_typed_and_counted():
    ret = filled("Y102", {})
    saved = save(ret, {"gasoline_sales_t": "about ten", "no_such_item": 3})
    stored = Return.objects.get(pk=ret.pk)
    assert stored.pending == {"gasoline_sales_t": "about ten", "no_such_item": "3"}
    assert set(saved.rejected) == set(stored.pending)
    assert "gasoline_sales_t" not in stored.values
    saved = save(ret, {"gasoline_sales_t": "10"})
    stored.refresh_from_db()
    assert (stored.pending, stored.values["gasoline_sales_t"]) == ({}, 10)


def test_an_old_page_is_merged_where_fields_differ_and_refused_where_they_do_not():
    ret = filled("Y102", {"gasoline_sales_t": 1, "diesel_sales_t": 1})
    base = Return.objects.get(pk=ret.pk).version_no
    save(ret, {"gasoline_sales_t": 2, "diesel_sales_t": 1}, base=base)
    merged = save(ret, {"gasoline_sales_t": 1, "diesel_sales_t": 5}, base=base)
    assert merged.merged
    assert merged.row.values["gasoline_sales_t"] == 2
    assert merged.row.values["diesel_sales_t"] == 5
    with pytest.raises(ConflictError) as caught:
        save(ret, {"gasoline_sales_t": 3, "diesel_sales_t": 1}, base=base)
    (conflict,) = caught.value.conflicts
    assert (conflict.path, conflict.base, conflict.theirs, conflict.mine) == ("gasoline_sales_t", 1, 2, 3)
    assert Return.objects.get(pk=ret.pk).values["gasoline_sales_t"] == 2
    mine = {"gasoline_sales_t": 3, "diesel_sales_t": 1}
    shown = frozenset({"gasoline_sales_t"})
    with pytest.raises(ConflictError):  # chosen over a version that is no longer the newest
        save(ret, mine, base=base, overrule=Overrule(base, shown))
    chosen = save(ret, mine, base=base, overrule=Overrule(caught.value.row.version_no, shown))
    assert chosen.row.values == {**chosen.row.values, "gasoline_sales_t": 3, "diesel_sales_t": 5}


def test_a_repeated_request_changes_nothing_even_after_another_editor():
    ret = filled("Y102", {"gasoline_sales_t": 1})
    save(ret, {"gasoline_sales_t": 2}, base=1, client_id="device-1")
    save(ret, {"gasoline_sales_t": 9}, base=2, client_id="device-2")
    again = save(ret, {"gasoline_sales_t": 2}, base=1, client_id="device-1")
    assert again.row.version_no == 3
    assert again.row.values["gasoline_sales_t"] == 9


def test_a_page_from_the_future_is_refused():
    with pytest.raises(ValidationError, match="Load the page again"):
        save(filled("Y102", {}), {}, base=99)


def test_a_form_outside_the_scope_is_not_there():
    ret = filled("Y102", {})
    with pytest.raises(Http404):
        save(ret, {}, actor=scope_for("enumerator", region="330803000000"))
    with pytest.raises(Http404):
        save(ret, {}, actor=scope_for("enumerator", districts=()))


def test_submit_wants_no_error_and_a_note_for_each_warning():
    ret = filled("Y102", {})
    with pytest.raises(ValidationError, match="errors are left"):
        return_submit(ENUMERATOR, return_id=ret.pk)
    assert Return.objects.get(pk=ret.pk).state == "draft"
    good = fill("Y102")
    row = return_submit(ENUMERATOR, return_id=good.pk)
    assert row.state == "enumerator_ok"
    assert return_submit(scope_for("filler"), return_id=fill("Y102").pk).state == "submitted"


def test_a_warning_needs_a_note(monkeypatch):
    ret = fill("Y102", {"sign_phone": "12"})
    with pytest.raises(ValidationError, match="have no note"):
        return_submit(ENUMERATOR, return_id=ret.pk)
    values = Return.objects.get(pk=ret.pk).values
    saved = save(ret, values)
    key = next(v.rule for v in saved.verdicts if v.severity == "warning")
    save(ret, values, notes={key: "internal line"})
    assert return_submit(ENUMERATOR, return_id=ret.pk).state == "enumerator_ok"


def test_the_whole_ladder_to_frozen_and_no_edit_there():
    ret = fill("Y102")
    climb(ret)
    assert Return.objects.get(pk=ret.pk).state == "frozen"
    for post in ("enumerator", "county_officer", "city_officer", "nation_officer", "filler"):
        with pytest.raises(PermissionDenied):
            save(ret, {}, actor=scope_for(post, user_id=50))


def test_nobody_approves_out_of_turn_or_with_errors_or_own_work():
    ret = fill("Y102")
    return_submit(ENUMERATOR, return_id=ret.pk)
    with pytest.raises(ValidationError, match="does not lie at your desk"):
        return_approve(COUNTY_OFFICER, return_id=ret.pk)
    with pytest.raises(PermissionDenied):
        return_approve(scope_for("auditor"), return_id=ret.pk)
    return_approve(INSTRUCTOR, return_id=ret.pk)
    values = Return.objects.get(pk=ret.pk).values
    save(ret, values | {"gasoline_sales_t": 77}, actor=COUNTY_OFFICER)
    with pytest.raises(ValidationError, match="another person"):
        return_approve(COUNTY_OFFICER, return_id=ret.pk)
    save(ret, values | {"gasoline_sales_t": "x"}, actor=COUNTY_OFFICER)
    with pytest.raises(ValidationError, match="open errors"):
        return_approve(OTHER_COUNTY_OFFICER, return_id=ret.pk)
    save(ret, values | {"gasoline_sales_t": 77}, actor=COUNTY_OFFICER)
    assert return_approve(OTHER_COUNTY_OFFICER, return_id=ret.pk).state == "county_ok"


def test_a_county_correction_takes_upper_approvals_back():
    ret = fill("Y102")
    climb(ret, to="province_ok")
    values = Return.objects.get(pk=ret.pk).values
    save(ret, values | {"gasoline_sales_t": 77}, actor=COUNTY_OFFICER)
    stored = Return.objects.get(pk=ret.pk)
    assert stored.state == "instructor_ok"
    assert ReturnVersion.objects.get(return_id=ret.pk, no=stored.version_no).action == "corrected"


def test_nobody_above_the_county_edits():
    ret = fill("Y102")
    climb(ret, to="county_ok")
    for post in ("city_officer", "province_officer", "nation_officer", "instructor", "filler"):
        with pytest.raises(PermissionDenied):
            save(ret, {}, actor=scope_for(post))


def test_sending_back_keeps_reason_remark_and_value_until_handed_in_again():
    ret = fill("Y102", {"gasoline_sales_t": 123})
    climb(ret, to="instructor_ok")
    with pytest.raises(ValidationError, match="Say in words"):
        return_send_back(COUNTY_OFFICER, return_id=ret.pk, reason="unit", text=" ")
    with pytest.raises(ValidationError, match="does not lie"):
        return_send_back(COUNTY_OFFICER, return_id=ret.pk, reason="unit", text="x", target="submitted")
    row = return_send_back(
        COUNTY_OFFICER,
        return_id=ret.pk,
        reason="unit",
        text="tonnes, not kilograms",
        target="draft",
        paths={"gasoline_sales_t": "1000 times too much"},
    )
    assert row.state == "draft"
    stored = Return.objects.get(pk=ret.pk)
    assert stored.returned["values"] == {"gasoline_sales_t": 123}
    assert stored.returned["source"] == "instructor_ok"
    save(ret, stored.values | {"gasoline_sales_t": 0.5})
    assert Return.objects.get(pk=ret.pk).returned["text"] == "tonnes, not kilograms"
    return_submit(ENUMERATOR, return_id=ret.pk)
    assert Return.objects.get(pk=ret.pk).returned is None
    bodies = [orjson.loads(v.body) for v in ReturnVersion.objects.filter(return_id=ret.pk, action="returned")]
    assert [body["reason"]["text"] for body in bodies] == ["tonnes, not kilograms"]


def test_upper_rooms_may_hold_a_return_back():
    ret, free = fill("Y102"), fill("Y102")
    for one in (ret, free):
        return_submit(ENUMERATOR, return_id=one.pk)
    hold = lambda *, actor, rows: {row.id for row in rows if row.id == ret.pk}  # noqa: E731
    events.inside("returns.approving", hold)
    try:
        decided = returns_approve_bulk(INSTRUCTOR, ids=[ret.pk, free.pk])
    finally:
        events._inside["returns.approving"].remove(hold)
    assert [row.id for row in decided.done] == [free.pk]
    assert [refusal.id for refusal in decided.refused] == [ret.pk]


def test_a_gate_answer_opens_a_form_and_takes_it_back():
    obj = make_object(kind="enterprise", industry="1711", uscc="91330802MA28F0001M")
    opened = return_open(ENUMERATOR, obj=obj)
    assert [row.form for row in opened] == ["G101-1"]
    gate = opened[0]
    assert gate.values["unit_name"] == obj.name
    save(gate, gate.values | {"operating_status": "1", "has_furnace": True})
    assert "G103-2" in forms_of(obj)
    furnace = Return.objects.get(object_id=obj.id, form="G103-2")
    save(gate, gate.values | {"operating_status": "1", "has_furnace": False})
    assert "G103-2" not in forms_of(obj)
    save(gate, gate.values | {"operating_status": "1", "has_furnace": True})
    assert Return.objects.get(object_id=obj.id, form="G103-2").pk == furnace.pk


def test_a_filled_form_that_is_no_longer_asked_for_says_so_in_its_history():
    obj = make_object()
    gate = next(row for row in return_open(ENUMERATOR, obj=obj) if row.form == "G101-1")
    save(gate, {"operating_status": "1", "has_furnace": True})
    furnace = Return.objects.get(object_id=obj.id, form="G103-2")
    save(furnace, {"units": [{"_k": 1}]})
    save(gate, {"operating_status": "1", "has_furnace": False})
    save(gate, {"operating_status": "1", "has_furnace": True})
    history = ReturnVersion.objects.filter(return_id=furnace.pk).order_by("no")
    said = [orjson.loads(body) for body in history.values_list("body", flat=True)]
    assert [(one["action"], one["active"]) for one in said] == [
        ("saved", True), ("rested", False), ("resumed", True),
    ]  # fmt: skip
    assert len({str(one["values"]) for one in said}) == 1
    assert list(verify_history()) == []


def forms_of(obj):
    return set(Return.objects.filter(object_id=obj.id, active=True).values_list("form", flat=True))


def test_a_change_here_checks_the_forms_that_read_it():
    obj = make_object(kind="wastewater_plant")
    forms = {row.form: row for row in return_open(ENUMERATOR, obj=obj)}
    operation, basic = forms["J101-2"], forms["J101-1"]
    save(basic, {"plant_type": "1"})
    save(operation, {"operating_days": 200})
    before = Return.objects.get(pk=operation.pk).errors
    seen = []
    events.inside("return.saved", lambda **facts: seen.append(facts["ret"].form))
    try:
        save(basic, {"plant_type": "1", "sludge_stabilization": "1"})  # biogas is asked for on J101-2 now
        save(basic, {"plant_type": "1", "sludge_stabilization": "1", "unit_name": "甲"})
    finally:
        events._inside["return.saved"].pop()
    assert seen == ["J101-1", "J101-2", "J101-1"]
    assert Return.objects.get(pk=operation.pk).errors == before + 1


def test_sheets_are_added_and_taken_away_with_their_history():
    obj = make_object(kind="waste_site", attributes={"incinerates": True})
    opened = return_open(ENUMERATOR, obj=obj)
    many = next(row for row in opened if row.form == "J104-2")
    with pytest.raises(ValidationError, match="only sheet"):
        sheet_remove(ENUMERATOR, return_id=many.pk, reason="x")
    with pytest.raises(ValidationError, match="Name what"):
        sheet_add(ENUMERATOR, object_id=obj.id, form="J104-2", label=" ")
    with pytest.raises(ValidationError, match="one sheet"):
        sheet_add(ENUMERATOR, object_id=obj.id, form="J102-1", label="second")
    second = sheet_add(ENUMERATOR, object_id=obj.id, form="J104-2", label="2号炉")
    assert second.sheet == 2
    sheet_remove(ENUMERATOR, return_id=second.pk, reason="counted twice")
    second.refresh_from_db()
    assert not second.active
    assert orjson.loads(ReturnVersion.objects.get(return_id=second.pk).body)["reason"] == {
        "text": "counted twice"
    }
    with pytest.raises(PermissionDenied, match="no longer asked for"):
        save(second, {})


def test_a_city_fills_its_own_forms_and_no_others():
    obj = make_object(kind="city_vehicles")
    city, other = scope_for("city_officer"), scope_for("city_officer", user_id=9)
    ret = return_open(city, obj=obj)[0]
    save(ret, complete("Y201-1", vehicles=[{"_k": 1, **CARS}]), actor=city)
    assert return_submit(city, return_id=ret.pk).state == "county_ok"
    with pytest.raises(ValidationError, match="another person"):
        return_approve(city, return_id=ret.pk)
    assert return_approve(other, return_id=ret.pk).state == "city_ok"
    elsewhere = fill("Y102")
    with pytest.raises(PermissionDenied):
        save(elsewhere, {}, actor=city)
    with pytest.raises(ValidationError, match="not open to you"):
        return_submit(scope_for("county_officer"), return_id=elsewhere.pk)
    assert obj.region != COUNTY


def test_all_of_it_works_for_the_web_role_under_row_level_security(request):
    ret, other = fill("Y102"), fill("Y102")
    obj = other.object
    request.getfixturevalue("as_web")
    with enter(ENUMERATOR):
        save(ret, complete("Y102") | {"gasoline_sales_t": 4})
        return_submit(ENUMERATOR, return_id=ret.pk)
        return_open(ENUMERATOR, obj=obj)
    with enter(INSTRUCTOR):
        assert return_approve(INSTRUCTOR, return_id=ret.pk).state == "instructor_ok"
    with enter(scope_for("enumerator", region="330803000000")) as elsewhere, pytest.raises(Http404):
        save_blind(elsewhere, ret)


def save_blind(actor, ret):
    return_save(actor, return_id=ret.pk, values={}, base_version=1)


def test_an_object_that_moves_takes_its_history_along():
    ret = fill("Y102")
    district = new_id()
    obj = ret.object
    obj.district_id = district
    obj.save()
    events.emit("object.changed", actor=COUNTY_OFFICER, obj=obj)
    assert set(ReturnVersion.objects.values_list("district_id", flat=True)) == {district}
    assert Return.objects.get(pk=ret.pk).district_id == district
    assert list(verify_history()) == []
