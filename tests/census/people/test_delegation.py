"""Absence: a colleague acts through the post, under both names, for a time, and never where two are asked for."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from census.access.signin import scope_of
from census.audit.models import AuditEntry
from census.jobs.services import pack_scope, unpack_scope
from census.people.delegation.models import Delegation
from census.people.delegation.queries import delegated_posts
from census.people.delegation.services import delegation_end, delegation_make
from census.people.models import Post
from tests.factories import CITY, COUNTY, OTHER_COUNTY, make_person, make_regions, make_scope
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    """Two officers of one county: the first covers industrial sources only."""
    return make_person("county_officer", categories=["industrial"]), make_person("county_officer")


def arrange(away, colleague, actor=None, first=0, last=6, **more):
    today = timezone.localdate()
    sent = {"starts": today + dt.timedelta(days=first), "ends": today + dt.timedelta(days=last)}
    return delegation_make(
        actor or scope_of(away, away.post),
        post_id=away.post.pk,
        colleague_id=colleague.pk,
        **{"reason": "leave"} | sent | more,
    )


def through(user):
    """Posts of others through which *user* may act now."""
    return delegated_posts(user.pk, list(Post.objects.current().filter(user=user)))


def test_the_colleague_acts_with_the_rights_of_the_post_and_under_both_names(two):
    away, colleague = two
    arrange(away, colleague)
    (post,) = through(colleague)
    scope = scope_of(colleague, post)
    assert scope.categories == {"industrial"}, "the absent one's sources, not the own"
    assert scope.user_name == f"{colleague.name}（代{away.name}）"
    assert (scope.user_id, scope.behalf_of) == (colleague.pk, away.pk)
    assert scope.persons == {colleague.pk, away.pk}
    assert unpack_scope(pack_scope(scope)) == scope
    assert through(away) == []


@pytest.mark.parametrize(("first", "last"), [(-9, -1), (1, 5)])
def test_only_on_the_days(two, first, last):
    away, colleague = two
    made = arrange(away, colleague)
    today = timezone.localdate()
    Delegation.objects.filter(pk=made.pk).update(
        starts=today + dt.timedelta(days=first), ends=today + dt.timedelta(days=last)
    )
    assert through(colleague) == []


def test_it_ends_with_either_post_and_with_the_account(two):
    away, colleague = two
    arrange(away, colleague)
    for row, change in (
        (away, {"is_active": False}),
        (away.post, {"active": False}),
        (colleague.post, {"active": False}),
    ):
        before = {name: getattr(row, name) for name in change}
        type(row).objects.filter(pk=row.pk).update(**change)
        assert through(colleague) == [], row
        type(row).objects.filter(pk=row.pk).update(**before)
    assert len(through(colleague)) == 1


def test_who_may_arrange_it(two):
    away, colleague = two
    with pytest.raises(PermissionDenied):
        arrange(away, colleague, actor=scope_of(colleague, colleague.post))
    with pytest.raises(PermissionDenied):
        arrange(away, colleague, actor=make_scope("data_administrator", OTHER_COUNTY))
    made = arrange(away, colleague, actor=make_scope("data_administrator", CITY))
    acting = scope_of(colleague, through(colleague)[0])
    with pytest.raises(PermissionDenied):
        arrange(away, make_person("county_officer"), actor=acting, first=20, last=21)
    delegation_end(scope_of(colleague, colleague.post), delegation_id=made.pk)
    assert through(colleague) == []
    with pytest.raises(ValidationError, match="ended already"):
        delegation_end(scope_of(away, away.post), delegation_id=made.pk)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"colleague_id": -1}, "colleague"),
        ({"last": -1, "first": -3}, "ends"),
        ({"first": 3, "last": 2}, "ends"),
        ({"last": 200}, "ends"),
        ({"reason": "mood"}, "reason"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_field(two, wrong, field):
    away, colleague = two
    today = timezone.localdate()
    sent = {"colleague_id": colleague.pk, "reason": "leave"} | {
        key: value for key, value in wrong.items() if key not in {"first", "last"}
    }
    with pytest.raises(ValidationError) as caught:
        delegation_make(
            scope_of(away, away.post),
            post_id=away.post.pk,
            starts=today + dt.timedelta(days=wrong.get("first", 0)),
            ends=today + dt.timedelta(days=wrong.get("last", 6)),
            **sent,
        )
    assert set(caught.value.message_dict) == {field}


def test_not_to_another_office_kind_or_twice(two):
    away, colleague = two
    for other in (make_person("county_officer", OTHER_COUNTY), make_person("instructor", COUNTY)):
        with pytest.raises(ValidationError):
            arrange(away, other)
    arrange(away, colleague)
    with pytest.raises(ValidationError, match="stands in during these days"):
        arrange(away, make_person("county_officer"), first=6, last=8)
    admin = make_person("data_administrator")
    with pytest.raises(PermissionDenied):
        arrange(admin, make_person("data_administrator"))


def test_in_the_browser_of_the_colleague(two):
    make_regions()
    away, colleague = two
    first = signed_in(away.username)
    today = timezone.localdate()
    sent = {"colleague": colleague.pk, "starts": today, "ends": today, "reason": "travel"}
    new = reverse("delegation_new", args=[away.post.pk])
    assert colleague.name in first.get(new).content.decode()
    bad = first.post(new, sent | {"ends": today - dt.timedelta(days=1)})
    assert bad.status_code == 422
    assert first.post(new, sent).url == reverse("delegation_list")
    second = signed_in(colleague.username)
    assert f"for {away.name}" in second.get("/").content.decode()
    second.post(reverse("post_choose", args=[away.post.pk]))
    assert f"for {away.name}, who is away" in second.get("/").content.decode()
    chosen = AuditEntry.objects.get(action="person.post_chosen")
    assert chosen.user_id == colleague.pk
    made = Delegation.objects.get()
    first.post(reverse("delegation_end", args=[made.pk]))
    assert f"for {away.name}" not in second.get("/").content.decode(), "at the very next request"
