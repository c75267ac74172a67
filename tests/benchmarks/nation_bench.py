"""Accounting of the nation on generated data, province by province: copies of the demo city under real codes.

3.58 million objects with 17 million forms do not fit beside each other in the disk of a small machine. So each
province is filled set-wise (every county, and every city's own objects, from one of the demo city's under new ids and
codes), accounted by WORKERS processes with the checks of its results, and dropped before the next one; the figures are
added up. A county takes of each kind of object the same share of the demo city's, so that the counties together hold
OBJECTS. Filling, dropping, and the plain read and COPY beside it are not in the seconds. What this cannot show is the
size of the tables of a nation: an index of 17 million forms has one more level.

    make bench ARGS=nation NATION=1         (most of an hour; NATION=3 for three provinces)
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import psycopg2

from tests.benchmarks import account_workers as workers
from tests.benchmarks.accounting_bench import plain_copy, plain_read
from tests.benchmarks.support import own_database

NATION = int(os.environ.get("NATION", "0"))
OBJECTS = int(os.environ.get("OBJECTS", "3580000"))
WORKERS = int(os.environ.get("WORKERS", str(min(2, os.cpu_count() or 1))))
SOURCE = "330800"
FREE = 8 * 2**30  # bytes of disk that must stay free
FILLED = ("sources_censusobject", "sources_return")
WRITTEN = (
    "accounting_methodgap", "accounting_methodexplanation", "accounting_line", "accounting_gap", "accounting_basis",
    "accounting_shard", "review_finding",
)  # fmt: skip
UNREAD = """
SELECT indexrelid::regclass FROM pg_index i
WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
  AND pg_get_indexdef(indexrelid, 1, true) NOT IN ('id', 'region', 'object_id')
"""
"""Indexes the accounting does not read by: names, codes, states. Keeping them up is two thirds of the filling."""


def main() -> None:
    if not NATION:
        print(
            "Takes most of an hour and is not run with the others: make bench ARGS=nation NATION=1 "
            "(or a number of provinces)"
        )
        return
    with own_database("nation", "load_reference", "load_factors", f"load_demo --city {SOURCE}"):
        _measure()


def _measure() -> None:
    from django.conf import settings

    settings.SWITCH_TO_WEB_ROLE = True
    provinces, began = _provinces(), time.perf_counter()
    _seed(sum(len(counties) for cities in provinces.values() for counties in cities.values()))
    total, filling = workers.Figures(WORKERS), 0.0
    for number, (province, cities) in enumerate(islice(provinces.items(), NATION if NATION > 1 else None), 1):
        if shutil.disk_usage(".").free < FREE:
            sys.exit("The disk is nearly full.")
        started = time.perf_counter()
        _fill(cities)
        filling += time.perf_counter() - started
        _account(province, total)
        _truncate(*WRITTEN, *FILLED)
        print(
            f"{number:3} {province[:2]}: {total.objects:,} objects, {total.lines:,} lines in {total.seconds:.1f} s "
            f"({total.objects / total.seconds:.0f} objects a second, {total.ratio:.1f} times plain read + COPY); "
            f"nation of {OBJECTS:,}: {OBJECTS / total.objects * total.seconds / 60:.1f} min; "
            f"all so far {(time.perf_counter() - began) / 60:.1f} min, of it filling {filling / 60:.1f}",
            flush=True,
        )
    total.show()


def _account(province: str, total: workers.Figures) -> None:
    """Account what is filled in as one run over the province."""
    from census.access.scope import Scope

    actor = Scope.system(province, "bench")
    run, took = workers.shared_run(actor, workers.plan(actor), WORKERS)
    total.add(actor, run, took, plain_read(actor), plain_copy(actor, run))


def _provinces() -> dict[str, dict[str, list[str]]]:
    """Province -> city -> counties, twelve-digit codes."""
    from census.places.models import Region

    provinces: dict[str, dict[str, list[str]]] = {}
    for code in Region.objects.filter(level=3).order_by("code").values_list("code", flat=True):
        cities = provinces.setdefault(code[:2].ljust(12, "0"), {})
        cities.setdefault(code[:4].ljust(12, "0"), []).append(code)
    return provinces


# -- filling ------------------------------------------------------------------------------------------


def _seed(counties: int) -> None:
    """Keep of the demo city the share of each kind and county that makes OBJECTS in so many counties, and nothing else.

    ``seed_<table>`` holds it; the tables themselves are emptied, and lose the indexes nothing here reads by.
    """
    _execute(
        """CREATE TABLE seed_sources_censusobject AS
           SELECT o.* FROM (
               SELECT id, row_number() OVER (PARTITION BY left(region, 6), kind ORDER BY md5(id::text)) AS place,
                      count(*) OVER (PARTITION BY left(region, 6), kind) AS number, count(*) OVER () AS city
               FROM sources_censusobject WHERE status = 'in_scope') ranked
           JOIN sources_censusobject o USING (id), (
               SELECT count(DISTINCT left(region, 6)) - 1 AS counties FROM sources_censusobject) c
           WHERE place <= ceil(%s * number * c.counties / (city * %s::float))""",
        [OBJECTS, counties],
    )
    _execute(
        """CREATE TABLE seed_sources_return AS SELECT r.* FROM sources_return r
           JOIN seed_sources_censusobject o ON o.id = r.object_id"""
    )
    _truncate(*WRITTEN, *FILLED)
    for index in _rows(UNREAD, [list(FILLED)]):
        _execute(f"DROP INDEX {index}")


def _fill(cities: dict[str, list[str]]) -> None:
    """The city's own objects in each city, and the demo city's counties one after the other in the counties."""
    own, *sources = _rows("SELECT DISTINCT left(region, 6) FROM seed_sources_censusobject ORDER BY 1")
    source = cycle(sources)
    pairs = [(own, city) for city in cities]
    pairs += [(next(source), county) for counties in cities.values() for county in counties]
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(_copy, (pairs[number::WORKERS] for number in range(WORKERS))))
    _execute(f"ANALYZE {', '.join(FILLED)}")


def _copy(pairs: list[tuple[str, str]]) -> None:
    """Copy places of the seed to their targets, by a connection of its own that checks no keys and tallies nothing."""
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for source, target in pairs:
            for table in FILLED:
                cursor.execute(_copying(table, target[:6]), [source])
    connection.close()


def _copying(table: str, target: str) -> str:
    """The statement that copies a place of the seed of a table to the target."""
    fresh = "md5({0}::text || '" + target + "')::uuid"
    changed = {
        "id": fresh.format("id"), "object_id": fresh.format("object_id"), "district_id": "NULL",
        "region": f"'{target}' || substr(region, 7)", "code": f"'{target}' || left(md5(id::text), 18)",
    }  # fmt: skip
    names = _rows(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
        "AND attgenerated = ''",
        [table],
    )
    listed, values = (
        ", ".join(f'"{name}"' for name in names),
        ", ".join(changed.get(n, f'"{n}"') for n in names),
    )
    return f"INSERT INTO {table} ({listed}) SELECT {values} FROM seed_{table} WHERE left(region, 6) = %s"


def _truncate(*tables: str) -> None:
    _execute(f"SET session_replication_role = replica; TRUNCATE {', '.join(tables)} CASCADE")


def _execute(sql: str, values: list[object] | None = None) -> None:
    with workers.owner().cursor() as cursor:
        cursor.execute(sql, values)


def _rows(sql: str, values: list[object] | None = None) -> list[str]:
    """The first column of a query by the owner."""
    with workers.owner().cursor() as cursor:
        cursor.execute(sql, values)
        return [value for (value,) in cursor.fetchall()]


if __name__ == "__main__":
    main()
