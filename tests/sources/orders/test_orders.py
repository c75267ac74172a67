"""Unlock orders: who asks, who grants, what the history says, and what is late."""

import datetime as dt

import orjson
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from sources.orders.models import UnlockOrder
from sources.orders.queries import items_of, may_ask, orders, waiting
from sources.orders.services import unlock_ask, unlock_grant, unlock_refuse
from sources.returns.approvals import Happened, climbed, lapsing, steps_of
from sources.returns.models import Return, ReturnVersion
from tests.factories import COUNTY, NATION, make_person, make_regions
from tests.sources.returns.world import climb, fill, scope_for
from tests.support.requests import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
CLERK, NATIONAL = scope_for("county_officer"), scope_for("nation_officer")


@pytest.fixture
def frozen():
    ret = fill("Y102")
    climb(ret)
    return ret


def ask(*rets, actor=CLERK, **more):
    until = timezone.localdate() + dt.timedelta(days=7)
    sent = {"reason": "The plant was mistaken for another.", "until": until} | more
    return unlock_ask(actor, return_ids=[ret.pk for ret in rets], **sent)


def test_a_granted_order_opens_all_its_forms_with_a_number(frozen):
    second = fill("Y102")
    climb(second)
    order = ask(frozen, second)
    assert (order.rows, order.code, waiting(NATIONAL), waiting(CLERK)) == (2, "", 1, 0)
    granted = unlock_grant(NATIONAL, order_id=order.pk)
    assert granted.code == f"〔{timezone.localdate().year}〕1号"
    for ret in (frozen, second):
        now = Return.objects.get(pk=ret.pk)
        assert (now.state, now.returned["source"]) == ("draft", "nation_ok")
        assert granted.code in now.returned["text"]
        actions = [orjson.loads(v.body)["action"] for v in ReturnVersion.objects.filter(return_id=ret.pk)]
        assert actions[-2:] == ["unlocked", "returned"]
    assert unlock_grant(NATIONAL, order_id=ask(freeze(frozen)).pk, send_back=False).number == 2
    assert Return.objects.get(pk=frozen.pk).state == "nation_ok"


def freeze(ret):
    Return.objects.filter(pk=ret.pk).update(state="frozen")
    return ret


def test_what_cannot_be_asked_for(frozen):
    draft = fill("Y102")
    for wrong in (
        lambda: ask(),
        lambda: ask(draft),
        lambda: ask(frozen, draft),
        lambda: ask(frozen, reason=" "),
        lambda: ask(frozen, until=dt.date(2018, 1, 1)),
        lambda: ask(frozen, actor=scope_for("county_officer", region="330803000000")),
    ):
        with pytest.raises(ValidationError):
            wrong()
    with pytest.raises(PermissionDenied):
        ask(frozen, actor=scope_for("instructor"))
    assert not UnlockOrder.objects.exists()
    ask(frozen)
    assert not may_ask(CLERK, Return.objects.get(pk=frozen.pk))
    with pytest.raises(ValidationError, match="asked for already"):
        ask(frozen)


def test_a_refusal_says_why_and_leaves_the_form(frozen):
    order = ask(frozen)
    with pytest.raises(PermissionDenied):
        unlock_refuse(CLERK, order_id=order.pk, opinion="no")
    with pytest.raises(ValidationError):
        unlock_refuse(NATIONAL, order_id=order.pk, opinion=" ")
    unlock_refuse(NATIONAL, order_id=order.pk, opinion="The value is right.")
    assert Return.objects.get(pk=frozen.pk).state == "frozen"
    with pytest.raises(ValidationError, match="by now"):
        unlock_grant(NATIONAL, order_id=order.pk)
    assert [one.pk for one in orders(CLERK, {"box": "refused"})] == [order.pk]
    assert ask(frozen).pk != order.pk, "a better reason may be given"


def test_what_is_not_frozen_again_in_time_is_late(frozen):
    order = ask(frozen)
    unlock_grant(NATIONAL, order_id=order.pk)
    order.refresh_from_db()
    (item,) = items_of(CLERK, order)
    assert not item.late
    order.until = timezone.localdate() - dt.timedelta(days=1)
    assert items_of(CLERK, order)[0].late
    freeze(frozen)
    assert not items_of(CLERK, order)[0].late


def test_approvals_above_the_new_state_lapse_and_come_back():
    day = dt.datetime(2018, 9, 1, tzinfo=dt.UTC)
    story = [("submitted", "enumerator_ok"), ("approved", "instructor_ok"), ("approved", "county_ok")]
    told = [Happened(action, state, state, day) for action, state in story]
    assert list(climbed(told)[0]) == ["enumerator_ok", "instructor_ok", "county_ok"]
    told.append(Happened("returned", "enumerator_ok", "city", day))
    force, lapsed = climbed(told)
    assert (list(force), list(lapsed)) == (["enumerator_ok"], ["instructor_ok", "county_ok"])
    told.append(Happened("approved", "instructor_ok", "again", day))
    force, lapsed = climbed(told)
    assert (force["instructor_ok"].by, list(lapsed)) == ("again", ["county_ok"])


def test_sending_back_names_what_lapses():
    assert [str(one) for one in lapsing("city_ok", "instructor_ok")] == [
        "Approved by city",
        "Approved by county",
    ]
    assert lapsing("draft", "draft") == []


def test_from_the_frozen_form_to_the_granted_order(frozen):
    make_regions()
    clerk = signed_in(make_person("county_officer", COUNTY).username)
    nation = signed_in(make_person("nation_officer", NATION).username)
    page = clerk.get(reverse("entry_form", args=[frozen.object_id, "Y102", 1])).content.decode()
    assert "Ask for unlocking" in page
    assert all(step.passed for step in steps_of(CLERK, Return.objects.get(pk=frozen.pk)))
    listed = clerk.get(reverse("work_list"), {"desk": "all", "state": "frozen"}).content.decode()
    assert reverse("unlock_ask") in listed
    assert str(frozen.pk) in listed
    sent = {"id": str(frozen.pk), "reason": "Mistaken", "until": "2999-01-01"}
    bad = clerk.post(reverse("unlock_ask"), sent | {"until": "soon"}, follow=True)
    assert "Say until when." in bad.content.decode()
    order = clerk.post(reverse("unlock_ask"), sent).url
    assert "Grant and unlock" not in clerk.get(order).content.decode()
    assert "Grant and unlock" in nation.get(order).content.decode()
    nation.post(order + "decide/", {"decision": "grant", "send_back": "1"})
    assert Return.objects.get(pk=frozen.pk).state == "draft"
    assert "1号" in clerk.get(reverse("unlock_list")).content.decode()
