"""Any sequence of acts by any people: no path edits a frozen form, skips a level, loses a reason, or lets the
person who entered approve. Run on the services themselves, beside a model of what may happen."""

import orjson
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.returns.bulk import returns_approve_bulk
from sources.returns.models import Return, ReturnVersion
from sources.returns.seals import verify_history
from sources.returns.services import (
    return_approve,
    return_save,
    return_send_back,
    return_submit,
    return_unlock,
)
from sources.returns.states import ORDER, STATES, STEPS, return_targets
from tests.sources.returns.world import climb, complete, fill, scope_for

POSTS = (
    *("enumerator", "filler", "third_party", "instructor", "county_officer", "city_officer"),
    *("province_officer", "nation_officer", "auditor"),
)
PEOPLE = [scope_for(post, user_id=1000 + 10 * place + n) for place, post in enumerate(POSTS) for n in (1, 2)]
ACTS = st.tuples(
    st.sampled_from(PEOPLE),
    st.sampled_from(["save", "submit", "approve", "approve", "approve", "back", "unlock"]),
    st.sampled_from([None, *STATES]),
    st.integers(1, 5),
)
REFUSED = (PermissionDenied, ValidationError, Http404)


def act_on(ret, actor, act, target, number):
    if act == "save":
        values = complete("Y102") | {"gasoline_sales_t": number}
        base = Return.objects.get(pk=ret.pk).version_no
        return_save(actor, return_id=ret.pk, values=values, base_version=base)
    elif act == "submit":
        return_submit(actor, return_id=ret.pk)
    elif act == "approve":
        return_approve(actor, return_id=ret.pk)
    elif act == "back":
        return_send_back(actor, return_id=ret.pk, reason="other", text=f"why {number}", target=target)
    else:
        return_unlock(actor, return_id=ret.pk, order=f"order {number}")


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(list(STATES)), st.lists(ACTS, min_size=5, max_size=30))
def test_no_path_breaks_the_rules(start, acts):
    ret = fill("Y102")
    climb(ret, start)
    reasons = []
    before = Return.objects.get(pk=ret.pk)
    for actor, act, target, number in acts:
        try:
            act_on(ret, actor, act, target, number)
            refused = False
        except REFUSED:
            refused = True
        after = Return.objects.get(pk=ret.pk)
        check_move(before, after, actor, act, refused)
        if act == "back" and not refused:
            reasons.append(f"why {number}")
        before = after
    bodies = [orjson.loads(v.body) for v in ReturnVersion.objects.filter(return_id=ret.pk).order_by("no")]
    assert [b["reason"]["text"] for b in bodies if b["action"] == "returned"] == reasons
    assert not [fault for fault in verify_history() if fault.return_id == str(ret.pk)]


def check_move(before, after, actor, act, refused):
    if refused:
        assert (after.state, after.values, after.version_no) == (
            before.state,
            before.values,
            before.version_no,
        )
        return
    if before.state == "frozen":
        assert (act, after.state, actor.post_kind) == ("unlock", "nation_ok", "nation_officer")
        assert after.values == before.values
    if act == "approve":
        assert (before.state, after.state, actor.post_kind) in {(s.source, s.target, s.post) for s in STEPS}
        assert actor.user_id != before.filled_by
        assert before.errors == 0
    if act == "submit":
        assert before.state == "draft"
        assert (actor.post_kind, after.state) in {("filler", "submitted"), ("enumerator", "enumerator_ok")}
    if act == "back":
        assert after.state in return_targets(before.state, actor.post_kind)
        assert ORDER[after.state] < ORDER[before.state]
        assert after.returned["source"] == before.state
    if act == "save" and after.version_no == before.version_no:  # nothing was changed, so nothing happened
        assert (after.state, after.values) == (before.state, before.values)
    elif act == "save":
        assert ORDER[after.state] <= ORDER[before.state]
        assert before.state == "draft" or actor.post_kind == "county_officer"
        assert ORDER[after.state] <= ORDER["instructor_ok"]
        assert after.values == before.values or after.filled_by == actor.user_id


@pytest.mark.django_db
def test_twenty_decisions_take_no_more_statements_than_one():
    first = fill("Y102")
    return_submit(scope_for("enumerator"), return_id=first.pk)
    with CaptureQueriesContext(connection) as one:
        returns_approve_bulk(scope_for("instructor"), ids=[first.pk])
    more = [fill("Y102") for _ in range(20)]
    for ret in more:
        return_submit(scope_for("enumerator"), return_id=ret.pk)
    with CaptureQueriesContext(connection) as many:
        returns_approve_bulk(scope_for("instructor"), ids=[ret.pk for ret in more])
    assert len(many) == len(one)
