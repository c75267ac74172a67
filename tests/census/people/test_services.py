"""Accounts, posts and offices: what data administrators may do, and where it ends."""

import datetime as dt
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from census.access.scope import Scope
from census.access.signin import scope_of
from census.audit.models import AuditEntry
from census.people import services
from census.people.bindings import ObjectRef, register_object_finder
from census.people.models import Office, Post, User
from census.people.queries import offices_of, people_list
from census.people.services import PostTerms
from census.places.models import CensusDistrict
from tests.factories import (
    CITY,
    COUNTY,
    NATION,
    OTHER_COUNTY,
    PROVINCE,
    TOWNSHIP,
    make_person,
    make_scope,
)
from tests.support.requests import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("places")]
OBJECT = UUID(int=7)
ALL = frozenset({"industrial", "agricultural", "domestic", "centralized", "mobile"})


@pytest.fixture
def admin():
    return make_scope("data_administrator", COUNTY)


def terms(kind="county_officer", region=COUNTY, categories=ALL, **more):
    return PostTerms(kind, region, categories, **more)


def create(actor, username="new.clerk", post=None, **data):
    return services.person_create(
        actor, username=username, **({"name": "Li Si"} | data), post=post or terms()
    )


def test_create_gives_a_one_time_password(admin):
    user, password = create(admin, username=" New.Clerk ")
    assert user.username == "new.clerk"
    assert user.check_password(password)
    assert user.must_change_password
    assert [post.kind for post in user.posts.all()] == ["county_officer"]
    actions = AuditEntry.objects.order_by("id").values_list("action", "subject_id")
    assert list(actions) == [("post.granted", str(user.pk)), ("person.created", str(user.pk))]
    assert password not in str(AuditEntry.objects.values())


@pytest.mark.parametrize("username", ["ab", "-a-b", "Ünïcode", "a b c", "x" * 61])
def test_user_names_are_plain(admin, username):
    with pytest.raises(ValidationError) as fault:
        create(admin, username=username)
    assert "username" in fault.value.message_dict


def test_taken_user_name(admin):
    create(admin)
    with pytest.raises(ValidationError, match="taken"):
        create(admin, username="NEW.CLERK")
    assert User.objects.filter(username="new.clerk").count() == 1


@pytest.mark.parametrize("kind", ["county_officer", "auditor", "enumerator", "instructor"])
def test_only_administrators(kind):
    with pytest.raises(PermissionDenied):
        create(make_scope(kind, COUNTY))


@pytest.mark.parametrize(
    "post",
    [
        terms(region=OTHER_COUNTY),
        terms("city_officer", CITY),
        terms("nation_officer", NATION),
        terms("data_administrator", PROVINCE),
    ],
)
def test_nobody_grants_outside_the_own_region(admin, post):
    with pytest.raises(PermissionDenied):
        create(admin, post=post)
    assert not Post.objects.filter(region=post.region, kind=post.kind).exists()


def test_nobody_grants_categories_he_has_not():
    narrow = make_scope("data_administrator", COUNTY, categories=["industrial"])
    with pytest.raises(PermissionDenied):
        create(narrow)
    create(narrow, post=terms(categories=frozenset({"industrial"})))


def test_nobody_grants_to_himself(admin):
    with pytest.raises(PermissionDenied):
        services.post_grant(admin, user_id=admin.user_id, post=terms())


@pytest.mark.parametrize(
    ("post", "field"),
    [
        (terms("county_officer", TOWNSHIP), "region"),
        (terms("county_officer", "330802999000"), "region"),
        (terms("mayor"), "kind"),
        (terms(categories=frozenset()), "categories"),
        (terms(valid_from=dt.date(2018, 2, 1), valid_to=dt.date(2018, 1, 1)), "valid_to"),
        (terms("filler"), "object_code"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(admin, post, field):
    with pytest.raises(ValidationError) as fault:
        create(admin, post=post)
    assert field in fault.value.message_dict


def test_districts_lie_in_the_region_and_bind_enumerators_only(admin):
    own = CensusDistrict.objects.create(region=TOWNSHIP, code="a", name="a")
    other = CensusDistrict.objects.create(region=OTHER_COUNTY, code="b", name="b")
    user, _password = create(admin, post=terms("enumerator", districts=(own.pk,)))
    assert scope_of(user, user.posts.get()).districts == (own.pk,)
    for bad in (terms("enumerator", districts=(other.pk,)), terms("instructor", districts=(own.pk,))):
        with pytest.raises(ValidationError) as fault:
            create(admin, username="other", post=bad)
        assert "districts" in fault.value.message_dict


class TestWhoManagesAnAccount:
    """An account with a post further up is changed further up only."""

    @pytest.fixture
    def double(self):
        person = make_person("county_officer", COUNTY)
        Post.objects.create(user=person, kind="nation_officer", region=NATION, categories=list(ALL))
        return person

    @pytest.mark.parametrize(
        "act",
        [
            lambda actor, pk: services.password_reset(actor, user_id=pk),
            lambda actor, pk: services.person_activate(actor, user_id=pk, active=False),
            lambda actor, pk: services.person_unlock(actor, user_id=pk),
            lambda actor, pk: services.person_edit(actor, user_id=pk, name="x", phone=""),
        ],
    )
    def test_county_may_not(self, admin, double, act):
        before = double.password
        with pytest.raises(PermissionDenied):
            act(admin, double.pk)
        double.refresh_from_db()
        assert (double.password, double.is_active) == (before, True)
        act(make_scope("data_administrator", NATION), double.pk)

    def test_county_may_still_end_its_own_post(self, admin, double):
        services.post_end(admin, post_id=double.post.pk)
        double.post.refresh_from_db()
        assert not double.post.active
        with pytest.raises(Post.DoesNotExist):
            services.post_end(admin, post_id=double.posts.get(kind="nation_officer").pk)

    def test_person_elsewhere_is_not_found(self, admin):
        stranger = make_person("county_officer", OTHER_COUNTY)
        with pytest.raises(User.DoesNotExist):
            services.password_reset(admin, user_id=stranger.pk)


def test_reset_unlocks_and_ends_sessions(admin):
    person = make_person("county_officer", COUNTY)
    client = signed_in(person.username)
    password = services.password_reset(admin, user_id=person.pk)
    person.refresh_from_db()
    assert person.check_password(password)
    assert person.must_change_password
    assert client.get("/rights/").status_code == 302


def test_own_account_and_own_post_stay(admin):
    with pytest.raises(ValidationError):
        services.person_activate(admin, user_id=admin.user_id, active=False)
    with pytest.raises(ValidationError):
        services.post_end(admin, post_id=admin.post_id)


def test_change_of_a_post(admin):
    person = make_person("county_officer", COUNTY)
    services.post_change(
        admin,
        post_id=person.post.pk,
        categories=frozenset({"mobile"}),
        districts=(),
        valid_to=dt.date(2030, 1, 1),
    )
    person.post.refresh_from_db()
    assert (person.post.categories, person.post.valid_to) == (["mobile"], dt.date(2030, 1, 1))


def test_the_same_post_twice_is_refused(admin):
    person = make_person("county_officer", COUNTY)
    with pytest.raises(ValidationError, match="already holds"):
        services.post_grant(admin, user_id=person.pk, post=terms())


def test_offices_within_the_region(admin):
    office = services.office_save(admin, region=TOWNSHIP, name="Work unit", phone="", address="")
    assert office.level == 4
    services.office_save(admin, region=TOWNSHIP, name="Renamed", phone="", address="")
    assert Office.objects.get().name == "Renamed"
    with pytest.raises(PermissionDenied):
        services.office_save(admin, region=OTHER_COUNTY, name="x", phone="", address="")
    assert [o.region for o in offices_of(make_scope("instructor", COUNTY))] == [TOWNSHIP]


class TestList:
    def names(self, actor, **filters):
        return set(people_list(actor, **filters).values_list("username", flat=True))

    def test_filters(self, admin):
        User.objects.exclude(pk=admin.user_id).delete()
        make_person("enumerator", TOWNSHIP, username="enum")
        make_person("county_officer", COUNTY, username="clerk")
        gone = make_person("county_officer", COUNTY, username="gone")
        make_person("county_officer", OTHER_COUNTY, username="stranger")
        Post.objects.filter(user=gone).update(active=False)
        User.objects.filter(username="clerk").update(is_active=False)
        own = User.objects.get(pk=admin.user_id).username
        assert self.names(admin) == {"enum", "clerk", "gone", own}
        assert self.names(admin, kind="enumerator") == {"enum"}
        assert self.names(admin, within=TOWNSHIP) == {"enum"}
        assert self.names(admin, state="inactive") == {"clerk"}
        assert self.names(admin, state="no_post") == {"gone"}
        assert self.names(admin, text="EN") == {"enum"}


class TestPages:
    @pytest.fixture
    def client(self, admin):
        return signed_in(User.objects.get(pk=admin.user_id).username)

    def post(self, **data):
        return {"kind": "county_officer", "region": COUNTY, "categories": sorted(ALL)} | data

    def test_create_shows_the_password_once(self, client):
        data = {"username": "new.clerk", "name": "Li Si"} | self.post()
        page = client.post("/people/new/", data).content.decode()
        assert "One-time password" in page
        user = User.objects.get(username="new.clerk")
        assert "One-time password:" not in client.get(f"/people/{user.pk}/").content.decode()

    def test_faults_are_shown_and_what_was_typed_stays(self, client):
        data = {"username": "new.clerk", "name": "Li Si"} | self.post(kind="instructor", region=OTHER_COUNTY)
        page = client.post("/people/new/", data).content.decode()
        assert "outside your region" in page
        assert 'value="Li Si"' in page
        assert not User.objects.filter(username="new.clerk").exists()

    def test_filler_needs_an_object_in_the_region(self, client, monkeypatch):
        monkeypatch.setattr("census.people.bindings._find", [])
        register_object_finder(
            lambda scope, code: ObjectRef(OBJECT, "Mill", COUNTY, "industrial") if code == "91330" else None
        )
        data = {"username": "new.filler", "name": "Li Si"} | self.post(kind="filler")
        assert "Enter the code" in client.post("/people/new/", data).content.decode()
        wrong = client.post("/people/new/", data | {"object_code": "x"}).content.decode()
        assert "No census object in your region" in wrong
        elsewhere = client.post("/people/new/", data | {"object_code": "91330", "region": TOWNSHIP})
        assert "outside the region of the post" in elsewhere.content.decode()
        narrow = client.post("/people/new/", data | {"object_code": "91330", "categories": ["mobile"]})
        assert "category of the census object is missing" in narrow.content.decode()
        client.post("/people/new/", data | {"object_code": "91330"})
        assert Post.objects.get(user__username="new.filler").object_id == OBJECT

    def test_deactivate_and_unlock(self, client):
        person = make_person("county_officer", COUNTY)
        client.post(f"/people/{person.pk}/deactivate/")
        person.refresh_from_db()
        assert not person.is_active
        client.post(f"/people/{person.pk}/activate/")
        person.refresh_from_db()
        assert person.is_active
        assert client.post(f"/people/{person.pk}/promote/").status_code == 404


def test_the_system_creates_the_first_administrator():
    user, _password = services.person_create(
        Scope.system(), username="root.admin", name="Admin", post=terms("data_administrator", NATION)
    )
    assert scope_of(user, user.posts.get()).can("people.manage")
