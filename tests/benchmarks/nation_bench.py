"""Accounting of the nation on generated data, city by city: copies of the demo city under the codes of real cities.

3.58 million objects do not fit beside each other in the disk of a small machine, so each city is filled from the demo
city (its objects and forms set-wise under new ids and codes), accounted by WORKERS processes, its figures are added
up, and it is dropped before the next one. Generated is therefore everything: 2,000 objects a county with the forms of
the demo, in as many counties as hold OBJECTS. Filling and dropping are not timed. What this cannot show is the size of
the tables of a nation: an index of 20 million forms has one more level.

    make bench ARGS=nation NATION=1         (hours; NATION=3 for three cities)
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections import Counter
from itertools import islice

from tests.benchmarks import account_workers as workers
from tests.benchmarks.support import own_database

NATION = int(os.environ.get("NATION", "0"))
OBJECTS = int(os.environ.get("OBJECTS", "3580000"))
WORKERS = int(os.environ.get("WORKERS", str(min(2, os.cpu_count() or 1))))
SOURCE = "330800000000"
FREE = 5 * 2**30  # bytes of disk that must stay free
FILLED = ("sources_censusobject", "sources_return")
EMPTIED = (
    "accounting_methodgap", "accounting_methodexplanation", "accounting_line", "accounting_gap", "accounting_basis",
    "accounting_shard",
)  # fmt: skip


def main() -> None:
    if not NATION:
        print(
            "Takes hours and is not run with the others: make bench ARGS=nation NATION=1 (or a number of cities)"
        )
        return
    with own_database("nation", "load_reference", "load_factors", f"load_demo --city {SOURCE[:6]}"):
        _measure()


def _measure() -> None:
    from django.conf import settings

    settings.SWITCH_TO_WEB_ROLE = True
    _empty()
    total: Counter[str] = Counter()
    cities = _cities()
    for number, (city, counties) in enumerate(cities if NATION == 1 else islice(cities, NATION), start=1):
        if shutil.disk_usage(".").free < FREE:
            sys.exit("The disk is nearly full.")
        started = time.perf_counter()
        _fill(city, counties)
        filling = time.perf_counter() - started
        _account(city, total)
        _drop(city)
        objects, seconds = total["objects"], total["seconds"] / 1e3
        print(
            f"{number:4} {city[:4]}: {objects:,} objects, {total['lines']:,} lines in {seconds:.1f} s "
            f"({objects / seconds:.0f} objects a second; filling this city {filling:.1f} s); nation of {OBJECTS:,}: "
            f"{OBJECTS / objects * seconds / 60:.1f} min; peak memory {total['peak']} MB a worker",
            flush=True,
        )
        if total["objects"] >= OBJECTS:
            break


def _account(city: str, total: Counter[str]) -> None:
    from census.access.scope import Scope

    actor = Scope.system(city, "bench")
    run, took = workers.shared_run(actor, workers.plan(actor), WORKERS)
    if run.state != "done":
        sys.exit(f"The run over {city} is {run.state}.")
    total.update(objects=run.objects_counted, lines=run.lines_written, seconds=round(took.seconds * 1e3))
    total["peak"] = max(total["peak"], round(took.peak))


def _cities() -> list[tuple[str, list[str]]]:
    """Every city with its counties, as many as the demo city has at most."""
    from census.places.models import Region

    counties: dict[str, list[str]] = {}
    for code in Region.objects.filter(level=3).order_by("code").values_list("code", flat=True):
        counties.setdefault(code[:4] + "00000000", []).append(code)
    counties.pop(SOURCE, None)
    return list(counties.items())


def _fill(city: str, counties: list[str]) -> None:
    """The city's own objects, and each county of the demo city in one of the counties here."""
    _execute("SELECT DISTINCT left(region, 6) FROM sources_censusobject WHERE region LIKE '3308%' ORDER BY 1")
    own, *sources = [code for (code,) in _cursor().fetchall()]
    for source, target in [(own, city[:6]), *zip(sources, (code[:6] for code in counties), strict=False)]:
        region = f"'{target}' || substr(region, 7)"
        fresh = "md5({0}::text || '" + target + "')::uuid"
        shared = {"id": fresh.format("id"), "region": region, "district_id": "NULL"}
        changed = {
            "sources_censusobject": shared | {"code": f"'{target}' || left(md5(id::text), 18)"},
            "sources_return": shared | {"object_id": fresh.format("object_id")},
        }
        for table in FILLED:
            _execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
                "AND attgenerated = ''",
                [table],
            )
            names = [name for (name,) in _cursor().fetchall()]
            values = ", ".join(changed[table].get(name, f'"{name}"') for name in names)
            listed = ", ".join(f'"{name}"' for name in names)
            _execute(
                f"INSERT INTO {table} ({listed}) SELECT {values} FROM {table} WHERE left(region, 6) = %s",
                [source],
            )
    _execute("ANALYZE sources_censusobject, sources_return")


def _drop(city: str) -> None:
    _empty()
    for table in ("review_finding", *reversed(FILLED)):
        _execute(f"DELETE FROM {table} WHERE left(region, 4) = %s", [city[:4]])
        _execute(f"VACUUM {table}")


def _empty() -> None:
    _execute(f"TRUNCATE {', '.join(EMPTIED)}")


def _execute(sql: str, values: list[object] | None = None) -> None:
    _cursor().execute(sql, values)


_kept: list = []


def _cursor():
    """One cursor as the owner, outside of transactions."""
    if not _kept:
        _kept.append(workers.owner().cursor())
    return _kept[0]


if __name__ == "__main__":
    main()
