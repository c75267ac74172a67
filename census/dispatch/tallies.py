"""Progress counted as it happens: what a table says of measures, written once, as SQL conditions over its columns.

From one :class:`Tally` come the query that counts an area anew and the triggers that write down, for every
statement that changes the table, by how much each count changed. So no path of writing (pages, bulk decisions,
imports, corrections by hand) can be forgotten, and nobody waits for a hot row: changes are appended to
``ProgressDelta`` and folded into ``ProgressCount`` every five seconds (``counting.fold``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models

from census.access.scope import Scope
from census.dispatch.measures import HEAD, Count, Measure, register_measures
from census.places import regions

_REGION = f"rpad(left(region, {HEAD}), 12, '0')"
_OPERATIONS = {  # name of the trigger → (when, transition tables, the changed rows with their sign)
    "added": ("INSERT", "NEW TABLE AS after_rows", [("after_rows", 1)]),
    "changed": (
        "UPDATE",
        "OLD TABLE AS before_rows NEW TABLE AS after_rows",
        [("after_rows", 1), ("before_rows", -1)],
    ),
    "removed": ("DELETE", "OLD TABLE AS before_rows", [("before_rows", -1)]),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """*counted*: which rows of *model* (with a column ``region``) count at all; *done*: measure code → which of them
    are done. Conditions are SQL over the table's own columns, constants of the program."""

    model: type[models.Model]
    counted: str
    done: Mapping[str, str]

    def count(self, scope: Scope) -> Iterable[Count]:
        """Every township of the scope's region, and what hangs on higher places themselves, counted now."""
        with connection.cursor() as cursor:
            cursor.execute(self.select("region >= %s AND region < %s"), regions.bounds(scope.region))
            for region, measure, total, done in cursor.fetchall():
                yield _head(region), measure, total, done

    def select(self, where: str = "true") -> str:
        """SQL: (region, measure, total, done) of the table's rows *where*."""
        table = f'"{self.model._meta.db_table}"'
        return self._unpivoted(f"SELECT {self._columns(1)} FROM {table} WHERE ({self.counted}) AND ({where})")

    def deltas(self, sources: list[tuple[str, int]]) -> str:
        """SQL: the same of the transition tables *sources*, each with its sign; only what changed."""
        rows = " UNION ALL ".join(
            f"SELECT {self._columns(sign)} FROM {table} WHERE {self.counted}" for table, sign in sources
        )
        return self._unpivoted(rows) + " WHERE m.total <> 0 OR m.done <> 0"

    def _columns(self, sign: int) -> str:
        done = ", ".join(
            f"CASE WHEN {condition} THEN {sign} ELSE 0 END AS d{n}"
            for n, condition in enumerate(self.done.values())
        )
        return f"{_REGION} AS region, {sign} AS one, {done}"

    def _unpivoted(self, rows: str) -> str:
        sums = ", ".join(f"sum(d{n})::int AS d{n}" for n in range(len(self.done)))
        lines = ", ".join(f"('{code}', total, d{n})" for n, code in enumerate(self.done))
        return (
            f"SELECT s.region, m.measure, m.total, m.done FROM (SELECT region, sum(one)::int AS total, {sums} "
            f"FROM ({rows}) AS r GROUP BY region) AS s "
            f"CROSS JOIN LATERAL (VALUES {lines}) AS m (measure, total, done)"
        )


_tallies: dict[str, Tally] = {}


def register_tally(tally: Tally, *measures: Measure) -> None:
    """Count *measures*, all of *tally*, as they happen. Called once, from an app's ``ready``."""
    if [measure.code for measure in measures] != list(tally.done):
        raise ValueError("a tally and its measures differ")
    register_measures(tally.count, *measures)
    _tallies[tally.model._meta.db_table] = tally


def tallies() -> list[Tally]:
    """All tallies, in order of registration."""
    return list(_tallies.values())


def install(sender: object = None, **_: object) -> None:
    """Make the triggers of every tally. Runs after each migrate, as the owner; what has not changed is left alone."""
    with_models = [config for config in apps.get_app_configs() if config.models_module]
    if sender is not None and sender is not with_models[-1]:
        return
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for table, tally in _tallies.items():
            if {table, "census_progressdelta"} <= existing:  # not yet, while migrating to an earlier state
                _install(cursor, table, tally)


def _install(cursor: object, table: str, tally: Tally) -> None:
    for name, (verb, transition, sources) in _OPERATIONS.items():
        function = f"{table}_tally_{name}"
        body = "INSERT INTO public.census_progressdelta (region, measure, total, done) " + tally.deltas(
            sources
        )
        mark = hashlib.sha256(body.encode()).hexdigest()[:16]
        cursor.execute("SELECT obj_description(to_regproc(%s), 'pg_proc')", [f"public.{function}"])
        if cursor.fetchone()[0] == mark:
            continue
        # with the owner's rights: the pages may neither invent nor forget a change
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
            f"SET search_path = public, pg_temp AS $tally$ BEGIN {body}; RETURN NULL; END $tally$; "
            f'DROP TRIGGER IF EXISTS tally_{name} ON "{table}"; '
            f'CREATE TRIGGER tally_{name} AFTER {verb} ON "{table}" REFERENCING {transition} '
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}(); COMMENT ON FUNCTION {function}() IS '{mark}'"
        )


def _head(region: str) -> str:
    """The nine digits of a township, which measures count by."""
    return region[:HEAD]
