"""Signing in: lock-out, one-time passwords, session limits, idle time, posts."""

import datetime as dt
import time

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from census.access.scope import Scope
from census.audit.models import AuditEntry
from census.people.models import Post, User
from tests.factories import CITY, COUNTY, PASSWORD, make_person, make_regions
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(places):
    return make_person("county_officer", COUNTY, username="clerk")


def try_in(client, username="clerk", password=PASSWORD, **data):
    client.cookies["django_language"] = "en"
    return client.post("/sign-in/", {"username": username, "password": password, **data})


def actions():
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_page_and_wanted_address(person, client):
    assert client.get("/").headers["Location"] == "/sign-in/?next=%2F"
    assert try_in(client, next="/rights/").headers["Location"] == "/rights/"
    assert "clerk" not in client.get("/rights/").content.decode()
    assert person.name in client.get("/rights/").content.decode()


def test_never_sends_elsewhere(person, client):
    assert try_in(client, next="https://evil.example/").headers["Location"] == "/"


def test_wrong_password_says_so_and_is_recorded(person, client):
    answer = try_in(client, password="wrong")
    assert "User name or password is wrong" in answer.content.decode()
    assert actions() == ["person.sign_in_failed"]
    assert AuditEntry.objects.get().region == COUNTY


@pytest.mark.parametrize("username", ["clerk", "nobody-has-this-name"])
def test_locks_after_the_last_attempt_whether_the_name_exists_or_not(person, client, username):
    for _attempt in range(settings.SIGN_IN_ATTEMPTS - 1):
        assert try_in(client, username, "wrong").status_code == 200
    answer = try_in(client, username, "wrong")
    assert answer.status_code == 429
    assert f"locked for {settings.SIGN_IN_LOCK_MINUTES} more minutes" in answer.content.decode()
    answer = try_in(client, username, PASSWORD)
    assert answer.status_code == 429, "the right password does not open a locked account"
    assert actions()[-1] == "person.locked"


def test_one_password_on_many_names(person, client, settings):
    settings.SIGN_IN_ATTEMPTS_PER_ADDRESS = 3
    for number in range(3):
        assert try_in(client, f"name{number}", "wrong").status_code == 200
    answer = try_in(client)
    assert answer.status_code == 429
    assert "from your network address" in answer.content.decode()
    assert try_in(Client(REMOTE_ADDR="192.0.2.7")).status_code == 302


def test_lock_ends_by_itself_and_the_count_starts_anew(person, client):
    User.objects.filter(pk=person.pk).update(locked_until=timezone.now() - dt.timedelta(seconds=1))
    try_in(client, password="wrong")
    assert try_in(client).status_code == 302
    person.refresh_from_db()
    assert (person.failed_count, person.locked_until) == (0, None)


def test_typed_name_of_an_unknown_person_is_not_kept(person, client):
    try_in(client, "my-secret-password", "x")
    entry = AuditEntry.objects.get()
    assert (entry.user_name, entry.subject_id, entry.detail) == ("", "", {})


def test_deactivated_account_and_account_without_post(person, client):
    Post.objects.update(valid_to=timezone.localdate() - dt.timedelta(days=1))
    assert "no post in force" in try_in(client).content.decode()
    Post.objects.update(valid_to=None)
    User.objects.update(is_active=False)
    assert "deactivated" in try_in(client).content.decode()


def test_deactivation_ends_running_sessions(person):
    client = signed_in("clerk")
    User.objects.update(is_active=False)
    assert client.get("/").status_code == 302


def test_oldest_session_ends_beyond_the_limit(person):
    clients = [signed_in("clerk") for _one in range(settings.SESSIONS_PER_USER + 1)]
    assert [client.get("/rights/").status_code for client in clients] == [302, 200, 200, 200]


def test_idle_session_ends(person, monkeypatch):
    client = signed_in("clerk")
    assert client.get("/rights/").status_code == 200
    later = time.time() + settings.SESSION_IDLE_MINUTES * 60 + 1
    monkeypatch.setattr("census.access.middleware.time.time", lambda: later)
    assert client.get("/rights/").status_code == 302


def test_sign_in_starts_with_an_empty_session_of_a_new_key(person):
    make_person("county_officer", COUNTY, username="other")
    client = signed_in("other")
    before = client.session.session_key
    client.session["post"] = 1
    try_in(client)
    assert client.session.session_key != before
    assert client.get("/rights/").wsgi_request.user.username == "clerk"


def test_sign_out_needs_post(person):
    client = signed_in("clerk")
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/rights/").status_code == 302
    assert actions() == ["person.signed_in", "person.signed_out"]


def test_forms_need_the_token(person):
    client = Client(enforce_csrf_checks=True)
    assert try_in(client).status_code == 403


class TestPassword:
    def change(self, client, **data):
        return client.post(
            "/password/", {"old": PASSWORD, "new": "fresh-words-77", "again": "fresh-words-77"} | data
        )

    def test_one_time_password_leads_nowhere_else(self, person):
        User.objects.update(must_change_password=True)
        client = signed_in("clerk")
        assert client.get("/rights/").headers["Location"] == "/password/"
        answer = client.get("/rights/", headers={"HX-Request": "true"})
        assert answer.headers["HX-Redirect"] == "/password/"
        assert self.change(client).headers["Location"] == "/"
        assert client.get("/rights/").status_code == 200

    def test_change_ends_the_other_sessions(self, person):
        other, client = signed_in("clerk"), signed_in("clerk")
        self.change(client)
        assert (client.get("/rights/").status_code, other.get("/rights/").status_code) == (200, 302)
        assert actions()[-1] == "person.password_changed"

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ({"old": "not mine"}, "present password is wrong"),
            ({"again": "something-else-1"}, "two new passwords differ"),
            ({"new": "short", "again": "short"}, "too short"),
            ({"new": "1234567890", "again": "1234567890"}, "entirely numeric"),
            ({"new": PASSWORD, "again": PASSWORD}, "must differ"),
        ],
    )
    def test_rules(self, person, data, said):
        client = signed_in("clerk")
        assert said in self.change(client, **data).content.decode()
        person.refresh_from_db()
        assert person.check_password(PASSWORD)


class TestPosts:
    def test_acts_through_the_chosen_post(self, person):
        second = Post.objects.create(user=person, kind="auditor", region=CITY, categories=["mobile"])
        client = signed_in("clerk")
        assert client.get("/rights/").wsgi_request.scope.region == COUNTY
        assert client.post(f"/posts/{second.pk}/choose/").status_code == 302
        scope = client.get("/rights/").wsgi_request.scope
        assert (scope.region, scope.post_kind, scope.categories) == (CITY, "auditor", {"mobile"})

    def test_a_post_of_somebody_else_cannot_be_chosen(self, person):
        other = make_person("nation_officer", "000000000000")
        assert signed_in("clerk").post(f"/posts/{other.post.pk}/choose/").status_code == 404

    def test_an_ended_post_stops_at_once(self, person):
        client = signed_in("clerk")
        Post.objects.update(active=False)
        assert client.get("/rights/").status_code == 302


def test_failed_request_takes_its_changes_along(person, monkeypatch):
    """A view that changes something and then finds that it may not leaves nothing behind."""
    from django.core.exceptions import PermissionDenied

    from census.people import account_views

    def change_and_refuse(actor: Scope, action: str, **_):
        Post.objects.update(active=False)
        raise PermissionDenied

    monkeypatch.setattr(account_views, "audit_record", change_and_refuse)
    client = signed_in("clerk")
    assert client.post(f"/posts/{person.post.pk}/choose/").status_code == 403
    assert Post.objects.get().active


def test_demo_accounts_only_in_a_synthetic_campaign(client):
    from census.calendar.models import Campaign

    make_regions()
    person = make_person("county_officer", COUNTY, username="demo-clerk")
    User.objects.filter(pk=person.pk).update(synthetic=True)
    campaign = Campaign.objects.create(
        code="t", name_zh="t", name_en="t", reference_date=dt.date(2017, 12, 31), synthetic=False
    )
    assert "demo-clerk" not in client.get("/sign-in/").content.decode()
    Campaign.objects.filter(pk=campaign.pk).update(synthetic=True)
    from django.core.cache import cache

    cache.delete("demo:sign_ins")
    page = client.get("/sign-in/").content.decode()
    assert "demo-clerk" in page
    assert "census-demo-2017" in page
