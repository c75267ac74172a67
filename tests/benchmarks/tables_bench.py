"""All summary tables of every county, city and the region above: what reading, adding, building and writing take.

As the web role under row-level security, on the synthetic city of the accounting benchmark; PROVINCE=1 copies its
counties until there are 136 (some 270,000 objects) and takes several minutes to load. Beside it, in the same run:
the city's tables made region by region without sharing what was read, and a plain read of the same lines.

    make bench ARGS=tables      (OBJECTS=3000 for a quick look)
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections import Counter
from contextlib import contextmanager

from tests.benchmarks import accounting_bench as city
from tests.benchmarks.support import own_database

PROVINCE = "330000000000"
COUNTIES = 136 if os.environ.get("PROVINCE") else len(city.COUNTIES)
PARTS = ("read", "add upward", "build", "xlsx", "freeze")
took: Counter[str] = Counter()


def main() -> None:
    with own_database("tables"):
        _measure(_accounted())


# -- synthetic data -----------------------------------------------------------------------------------


def _accounted():
    """A finished run over the area, whose counties are the city's and copies of them."""
    from accounting.runs.services import run_create, run_execute
    from census.access.posts import CATEGORIES
    from census.access.scope import Scope, enter

    campaign, codes = city._load(), _codes()
    _places(codes)
    actor = Scope.system(city.CITY, "bench")
    with enter(actor):
        run = run_create(
            actor, campaign=campaign, region=city.CITY, categories=list(CATEGORIES), edition="census2_2021"
        )
    run = run_execute(actor, run=run)
    if run.state != "done":
        sys.exit("; ".join(run.shards.exclude(error="").values_list("error", flat=True)))
    for number, code in enumerate(codes[len(city.COUNTIES) :]):
        _copy(city.COUNTIES[number % len(city.COUNTIES)], code)
    _statement("ANALYZE")
    return run


def _codes() -> list[str]:
    """Six-digit codes: the city's counties, then made-up ones, twelve to a city."""
    free = (f"33{place:02}{county:02}" for place in range(11, 99) for county in range(1, 13))
    return [*city.COUNTIES, *(next(free) for _ in range(COUNTIES - len(city.COUNTIES)))]


def _places(codes: list[str]) -> None:
    from census.places import regions
    from census.places.models import Region

    every = {above for code in codes for above in regions.ancestors(code.ljust(12, "0"))}
    Region.objects.bulk_create(
        Region(
            code=code,
            parent=regions.ancestors(code)[-2] if code != regions.NATION else "",
            level=regions.level(code),
            name=code[:6],
            initials="",
        )
        for code in every
    )


def _copy(source: str, target: str) -> None:
    """Objects, forms and lines of one county once more in another."""
    new = {
        "region": f"'{target}' || substr(region, 7)",
        "id": f"md5(id::text || '{target}')::uuid",
        "object_id": f"md5(object_id::text || '{target}')::uuid",
        "code": f"'{target}' || code",
    }
    for table, left_out in (
        ("sources_censusobject", set()),
        ("sources_return", set()),
        ("accounting_line", {"id"}),
    ):
        names = [name for name in _columns(table) if name not in left_out]
        values = ", ".join(new.get(name, f'"{name}"') for name in names)
        _statement(
            f"INSERT INTO {table} ({', '.join(f'{chr(34)}{name}{chr(34)}' for name in names)}) "
            f"SELECT {values} FROM {table} WHERE region >= '{source}' AND region < '{source}~'"
        )


def _columns(table: str) -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _statement(sql: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)


# -- measurement --------------------------------------------------------------------------------------


@contextmanager
def _timed(part: str):
    start = time.perf_counter()
    yield
    took[part] += time.perf_counter() - start


def _measure(run) -> None:
    from django.conf import settings

    from accounting.cuts.frozen import freeze
    from accounting.tables import making
    from accounting.tables.layout import every_table
    from accounting.tables.workbook import book
    from census.access.scope import Scope, enter

    settings.SWITCH_TO_WEB_ROLE = True
    area = PROVINCE if len(city.COUNTIES) < COUNTIES else city.CITY
    scope, load = Scope.system(area, "bench"), making.queries.load_own_facts
    every_table()  # the layouts and forms are read once a process

    def reading(*arguments):
        with _timed("read"):
            return load(*arguments)

    making.queries.load_own_facts = reading
    with enter(scope):
        places = _held(area)
    start, tables, size, cpu = time.perf_counter(), 0, 0, time.process_time()
    for place in making.tables_upward(scope, places, run):
        with _timed("build"):
            made = place.tables()
        with enter(scope):
            imprint = making.imprint_of(scope, place.code, run)
        with _timed("xlsx"):
            size += len(book(made, imprint))
        with _timed("freeze"):
            tables += len([freeze(table) for table in made])
    whole, cpu = time.perf_counter() - start, time.process_time() - cpu
    took["add upward"] = whole - sum(took[part] for part in PARTS if part != "add upward")
    _print(area, len(places), tables, size, whole, cpu)
    making.queries.load_own_facts = load
    _beside(scope, run)


def _held(area: str) -> list[str]:
    from accounting.tables.books import book_regions

    return [code for code, _name in book_regions(area)]


def _print(area: str, places: int, tables: int, size: int, whole: float, cpu: float) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM sources_censusobject), (SELECT count(*) FROM accounting_line)"
        )
        objects, lines = cursor.fetchone()
    print(
        f"{area}: {places} regions, {objects} objects, {lines} lines, {tables} tables, {size / 2**20:.1f} MB of xlsx"
    )
    print(
        f"book and cut    {whole:7.2f} s   {whole / places:.2f} s a region; CPU of this process {cpu:.2f} s"
    )
    for part in PARTS:
        print(f"  {part:13} {took[part]:7.2f} s   {took[part] / whole:6.0%}")
    print(
        f"peak memory     {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MB (with the loading)"
    )


def _beside(scope, run) -> None:
    """The same city, each region reading for itself; and the lines read plainly."""
    from django.db import connection

    from accounting.tables.making import make_tables
    from census.access.scope import Scope, enter

    start = time.perf_counter()
    with enter(Scope.system(city.CITY, "bench")) as own:
        for place in _held(city.CITY):
            make_tables(own, place, run)
    print(f"beside it: the city's tables, each region for itself {time.perf_counter() - start:.2f} s")
    start = time.perf_counter()
    with enter(scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT region, pollutant, environment_kg FROM accounting_line WHERE run_id = %s", [run.pk]
        )
        cursor.fetchall()
    print(f"beside it: plain read of three columns of the lines {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
