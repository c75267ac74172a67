"""Row-level security, declared on the model and applied by one idempotent function after every migrate.

A scoped model says which of its columns carry the region, category, district and object::

    class Return(models.Model):
        row_scope = RowScope(district="district_id", object="object_id")

The role ``census_web`` (pages, API, workers) owns nothing, has no BYPASSRLS, and gets only the grants below.
Lists of categories and districts are read in scalar sub-selects: evaluated once a query, not once a row.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models
from psycopg2 import sql

from census.conf.databases import WEB_ROLE
from census.places.regions import WIDTHS


@dataclass(frozen=True, slots=True)
class RowScope:
    """Which columns bind a row to a scope, and what the web role may do with rows in scope.

    upward: rows of an ancestor region are readable too (a county sees the national office's batch header).
    read_all: every row is readable (also before there is a scope); the region only limits writing.
    verbs: SQL verbs granted. Append-only tables have just SELECT and INSERT.
    final: SQL condition on OLD; a row for which it holds is evidence, and a trigger refuses everybody, the owner too,
        to change or delete it. (A policy would also hide it from SELECT … FOR UPDATE.)
    """

    region: str = "region"
    category: str | None = "category"
    district: str | None = None
    object: str | None = None
    upward: bool = False
    read_all: bool = False
    verbs: tuple[str, ...] = ("SELECT", "INSERT", "UPDATE", "DELETE")
    final: str = ""


APPEND_ONLY = ("SELECT", "INSERT")


def scoped_models() -> Iterator[type[models.Model]]:
    """Every model that declares ``row_scope``."""
    for model in apps.get_models():
        if hasattr(model, "row_scope"):
            yield model


def _setting(name: str) -> str:
    return f"(SELECT current_setting('census.{name}', true))"


def condition(rows: RowScope) -> str:
    """Return the SQL condition 'this row lies in the running scope'; unset settings make it null, so false.

    Written for the planner too. The region is compared with the bare setting, whose value the planner reads
    when it estimates; from a sub-select it would expect a single row, and sort a whole province instead of
    walking the index. CASE gets the neutral estimate of one half where OR of unknowns gets almost nothing.
    """
    low, high = (f"current_setting('census.{name}', true)" for name in ("low", "high"))
    place = f'"{rows.region}" >= {low} AND "{rows.region}" < {high}'
    if rows.upward:
        # the codes of the scope's ancestors: its own prefix cut at each level's width, filled up with zeros
        chain = ", ".join(f"rpad(left({low}, {width}), 12, '0')" for width in WIDTHS[:-1])
        place = f'(({place}) OR "{rows.region}" IN ({chain}))'
    parts = [place]
    if rows.category:
        wanted = f"(SELECT NULLIF({_setting('categories')}, '')::text[])"
        parts.append(
            f"CASE WHEN {_setting('categories')} IS NULL THEN false "
            f'ELSE "{rows.category}" = ANY (({wanted})::text[]) END'
        )
    if rows.district:
        wanted = f"(SELECT NULLIF(NULLIF({_setting('districts')}, '*'), '')::uuid[])"
        parts.append(
            f"CASE {_setting('districts')} WHEN '*' THEN true "
            f'ELSE "{rows.district}" = ANY (({wanted})::uuid[]) END'
        )
    if rows.object:
        wanted = f"(SELECT NULLIF(NULLIF({_setting('object')}, '*'), '')::uuid)"
        parts.append(f"CASE {_setting('object')} WHEN '*' THEN true ELSE \"{rows.object}\" = {wanted} END")
    return " AND ".join(parts)


def _write_condition(rows: RowScope) -> str:
    """Writing never reaches upward: a county may read the nation's batch but not change it."""
    return condition(RowScope(rows.region, rows.category, rows.district, rows.object, upward=False))


def secure_database(sender: object = None, **_: object) -> None:
    """Create the web role, its grants, and every policy. Runs after each migrate, as the owner; idempotent.

    Connected to ``post_migrate``, which fires once an app; the work is done at the last one.
    """
    with_models = [config for config in apps.get_app_configs() if config.models_module]
    if sender is not None and sender is not with_models[-1]:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        may_create = cursor.fetchone()[0]
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB_ROLE])
        role = sql.Identifier(WEB_ROLE)
        if not cursor.fetchone():
            if not may_create:
                raise RuntimeError(
                    f"The database user may not create the role {WEB_ROLE!r}. "
                    f"Ask the server's administrator for: CREATE ROLE {WEB_ROLE} LOGIN NOBYPASSRLS"
                )
            cursor.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(role)
            )
        if may_create and (password := os.environ.get("CENSUS_WEB_PASSWORD")):
            cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, sql.Literal(password)))
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
        cursor.execute(sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
        cursor.execute(_FINAL)
        existing = set(connection.introspection.table_names(cursor))
        for model in apps.get_models():
            if model._meta.db_table in existing:  # not yet, while migrating to an earlier state
                _secure_table(cursor, model)


_FINAL = """
CREATE OR REPLACE FUNCTION census_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is final and stays as it is', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


def _secure_table(cursor: object, model: type[models.Model]) -> None:
    if not model._meta.managed or model._meta.proxy:
        return
    table = sql.Identifier(model._meta.db_table)
    role = sql.Identifier(WEB_ROLE)
    rows: RowScope | None = getattr(model, "row_scope", None)
    verbs = rows.verbs if rows else getattr(model, "web_verbs", ("SELECT",))
    cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(table, role))
    if verbs:
        grants = sql.SQL(", ").join(map(sql.SQL, verbs))
        cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(grants, table, role))
    if rows is None:
        return
    cursor.execute(sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table))
    cursor.execute(sql.SQL("DROP TRIGGER IF EXISTS final ON {}").format(table))
    if rows.final:
        cursor.execute(
            sql.SQL(
                "CREATE TRIGGER final BEFORE UPDATE OR DELETE ON {} FOR EACH ROW WHEN ({}) "
                "EXECUTE FUNCTION census_final()"
            ).format(table, sql.SQL(rows.final))
        )
    for name, verb, using, check in (
        ("scope_read", "SELECT", "true" if rows.read_all else condition(rows), None),
        ("scope_add", "INSERT", None, _write_condition(rows)),
        ("scope_change", "UPDATE", _write_condition(rows), _write_condition(rows)),
        ("scope_delete", "DELETE", _write_condition(rows), None),
    ):
        cursor.execute(sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(name), table))
        if verb not in rows.verbs:
            continue
        clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
        cursor.execute(
            sql.SQL("CREATE POLICY {} ON {} FOR {} TO {}{}").format(
                sql.Identifier(name), table, sql.SQL(verb), role, sql.SQL(clauses)
            )
        )
