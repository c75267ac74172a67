"""Row-level security: what the web role may do on every table, and what a scope lets through."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from census.access.rls import scoped_models
from census.access.scope import Scope, enter
from census.audit.models import AuditEntry
from census.audit.services import audit_record
from census.conf.databases import WEB_ROLE
from census.people.models import Post
from census.places.models import CensusDistrict
from tests.factories import CITY, COUNTY, FAR_COUNTY, NATION, OTHER_COUNTY, make_person, make_scope

pytestmark = pytest.mark.django_db

# What the web role may read of every row: reference data, and what a sign-in needs before there is a scope.
# A new table is scoped, or it is added here on purpose.
UNSCOPED = {
    "census_campaign",
    "census_codeitem",
    "census_delegation",
    "census_industry",
    "census_office",
    "census_phase",
    "census_post",
    "census_referencefile",
    "census_region",
    "census_seal",
    "census_user",
    "accounting_controltechnology",
    "accounting_edition",
    "accounting_factor",
    "sources_historyseal",
    "sources_waterbody",
    "django_content_type",
    "django_migrations",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
}


def rows(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def web_privileges(verb):
    """Tables on which the web role has *verb*."""
    return {
        name
        for (name,) in rows(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm') "
            "AND has_table_privilege(%s, c.oid, %s)",
            WEB_ROLE,
            verb,
        )
    }


def test_web_role_owns_nothing_and_cannot_bypass():
    ((superuser, bypass, create_role, create_db),) = rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s", WEB_ROLE
    )
    assert (superuser, bypass, create_role, create_db) == (False, False, False, False)
    owned = rows("SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = %s", WEB_ROLE)
    assert owned == []
    member = rows("SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole", WEB_ROLE)
    assert member == [], "the web role gets rights through another role"


def test_every_readable_table_is_scoped_or_listed():
    scoped = {model._meta.db_table for model in scoped_models() if not model.row_scope.read_all}
    assert web_privileges("SELECT") - scoped - UNSCOPED == set()


def test_scoped_tables_have_policies_switched_on():
    for model in scoped_models():
        ((enabled,),) = rows(
            "SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", f'"{model._meta.db_table}"'
        )
        assert enabled, model


def test_declared_verbs_are_the_granted_ones():
    """Append-only tables can be neither changed nor emptied by the pages."""
    for verb in ("INSERT", "UPDATE", "DELETE", "TRUNCATE"):
        granted = web_privileges(verb)
        for model in apps.get_models():
            if not model._meta.managed:
                continue
            declared = getattr(model, "row_scope", None)
            verbs = declared.verbs if declared else getattr(model, "web_verbs", ("SELECT",))
            assert (model._meta.db_table in granted) == (verb in verbs), (model, verb)


@pytest.mark.usefixtures("as_web")
def test_a_forgotten_scope_shows_nothing_anywhere():
    for model in scoped_models():
        if not model.row_scope.read_all:
            assert rows(f'SELECT 1 FROM "{model._meta.db_table}" LIMIT 1') == [], model


def test_posts_are_granted_and_changed_only_inside_the_region(request):
    person = make_person("county_officer", OTHER_COUNTY)
    request.getfixturevalue("as_web")
    assert Post.objects.count() == 1, "read at sign-in, before there is a scope"
    with enter(make_scope_as_owner("data_administrator")):
        assert Post.objects.update(active=False) == 0
        for region in (OTHER_COUNTY, CITY, NATION):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                Post.objects.create(user=person, kind="auditor", region=region, categories=["mobile"])
        Post.objects.create(user=person, kind="auditor", region=COUNTY, categories=["mobile"])


class TestWithRows:
    @pytest.fixture(autouse=True)
    def _rows(self, db):
        for region in (COUNTY, OTHER_COUNTY, FAR_COUNTY):
            CensusDistrict.objects.create(region=region, code=f"{region}001", name=region)
            audit_record(Scope.system(region), "district.created")

    def seen(self, scope):
        """Codes that raw SQL finds as the web role within *scope*."""
        with transaction.atomic(), enter(scope):
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL ROLE {WEB_ROLE}")
            found = {code for (code,) in rows("SELECT region FROM census_censusdistrict")}
            transaction.set_rollback(True)
        return found

    def test_forgotten_scope_shows_nothing(self, as_web):
        assert rows("SELECT count(*) FROM census_censusdistrict") == [(0,)]
        assert rows("SELECT count(*) FROM census_auditentry") == [(0,)]

    def test_raw_sql_stays_in_the_region(self):
        assert self.seen(make_scope("county_officer", COUNTY)) == {COUNTY}
        assert self.seen(make_scope("city_officer", CITY)) == {COUNTY, OTHER_COUNTY}
        assert self.seen(make_scope("nation_officer", "000000000000")) == {COUNTY, OTHER_COUNTY, FAR_COUNTY}

    def test_enumerator_sees_only_the_assigned_districts(self):
        own = CensusDistrict.objects.get(region=COUNTY)
        assert self.seen(make_scope("enumerator", COUNTY, districts=[own.pk])) == {COUNTY}
        assert self.seen(make_scope("enumerator", COUNTY)) == set()

    def test_queryset_and_policy_agree(self):
        for scope in (
            make_scope("county_officer", COUNTY),
            make_scope("city_officer", CITY),
            make_scope("enumerator", COUNTY),
        ):
            chosen = set(CensusDistrict.objects.visible_to(scope).values_list("region", flat=True))
            assert chosen == self.seen(scope)

    def test_writing_into_another_region_is_refused(self, as_web):
        scope = make_scope_as_owner("county_officer")
        with enter(scope), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            CensusDistrict.objects.create(region=OTHER_COUNTY, code="x", name="x")

    def test_rows_of_another_region_cannot_be_changed(self, as_web):
        with enter(make_scope_as_owner("county_officer")):
            assert CensusDistrict.objects.update(name="mine") == 1
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                CensusDistrict.objects.update(region=OTHER_COUNTY)

    @pytest.mark.parametrize(
        "verb", ["UPDATE census_auditentry SET action = 'x'", "DELETE FROM census_auditentry"]
    )
    def test_audit_log_is_append_only(self, as_web, verb):
        with enter(make_scope_as_owner("county_officer")):
            assert AuditEntry.objects.count() == 1
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                rows(verb)


def make_scope_as_owner(kind):
    """A scope that needs no rows: tests that already run as the web role may not create posts outside one."""
    return Scope(1, "test", 1, kind, COUNTY)
