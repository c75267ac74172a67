"""Loading the demo city: Quzhou's 12,217 objects with forms, versions, people, visits, problem batches, accounting.

Printed: seconds of each part, objects and forms a second, peak memory; beside it, in the same run, the generator
alone (nothing written) and a plain COPY of the same filled forms into a table without indexes and policies.

    make bench ARGS=demo            (AREA=370000 COUNTIES=3 OBJECTS=270000 for a part of a province)
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path

from tests.benchmarks.support import own_database

AREA = os.environ.get("AREA", "330800")
COUNTIES = int(os.environ["COUNTIES"]) if "COUNTIES" in os.environ else None
OBJECTS = int(os.environ["OBJECTS"]) if "OBJECTS" in os.environ else None


def main() -> None:
    with own_database("demo", "load_reference", "load_factors"):
        _measure()


def _measure() -> None:
    from django.utils import timezone

    from sources.demo.world import load_world

    generating, forms = _generate()
    with tempfile.TemporaryDirectory() as folder:
        summary = load_world(
            AREA.ljust(12, "0"),
            seed=1,
            today=timezone.localdate(),
            objects=OBJECTS,
            limit=COUNTIES,
            folder=Path(folder),
            say=lambda _: None,
        )
    copying = _plain_copy()
    total = summary.seconds + sum(stage.seconds for stage in summary.stages)
    print(
        f"{summary.objects:,} objects, {summary.returns:,} forms, {summary.people:,} people in {total:.1f} s"
    )
    print(f"{'part':<24} {'seconds':>8} {'objects/s':>10}  what")
    lines = [
        ("generate only", generating, f"{forms:,} filled forms, nothing written"),
        ("plain COPY of the forms", copying, "no index, no policy, no history"),
        ("objects and forms", summary.seconds, f"{summary.versions:,} versions, {summary.visits:,} visits"),
        *((stage.name, stage.seconds, stage.text) for stage in summary.stages),
    ]
    for name, seconds, text in lines:
        print(f"{name:<24} {seconds:8.1f} {summary.objects / max(seconds, 1e-9):10,.0f}  {text}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"load over generating and plain COPY: {summary.seconds / (generating + copying):.1f} ×; peak {peak:,.0f} MB"
    )


def _generate() -> tuple[float, int]:
    """Seconds and number of forms of the generator alone."""
    from collections import Counter

    from sources.demo import places, plan
    from sources.demo.county import county_world

    counties = list(places.counties(places.county_codes(AREA.ljust(12, "0")), 1))
    villages = {county.code: len(county.villages) for county in counties}
    cities = {county.code: county.city for county in counties}
    wanted = plan.counts(villages, cities, OBJECTS)
    of_city: Counter[str] = Counter()
    for county in counties:
        of_city[county.city] += villages[county.code]
    began, forms = time.perf_counter(), 0
    for county in counties[:COUNTIES]:
        forms += len(county_world(county, wanted[county.code], 1, of_city[county.city])[1])
    return time.perf_counter() - began, forms


def _plain_copy() -> float:
    """Seconds to COPY the loaded forms, held in memory, into a bare table."""
    import io

    from django.db import connection

    with connection.cursor() as cursor:
        text = io.StringIO()
        query = 'SELECT id, object_id, form, region, state, "values" FROM sources_return'
        cursor.cursor.copy_expert(f"COPY ({query}) TO STDOUT", text)
        text.seek(0)
        cursor.execute(f"CREATE TABLE bench_plain AS {query} LIMIT 0")
        began = time.perf_counter()
        cursor.cursor.copy_expert("COPY bench_plain FROM STDIN", text)
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
