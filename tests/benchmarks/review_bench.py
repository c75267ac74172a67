"""Review of a city: a batch of 100,000 rows, a sheet of 20,000, bulk moves, the desk.

Runs as the web role under row-level security on the demo city. Printed: seconds to fill and issue a batch; decisions a
second; milliseconds of a page of 250 rows at the beginning, the middle and the end of the list. The rules themselves:
``make bench ARGS=audit``.

    make bench ARGS=review          (ROWS=20000 for a quick look)
"""

from __future__ import annotations

import datetime as dt
import io
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.support import own_database

ROWS = int(os.environ.get("ROWS", "100000"))
SHEET_ROWS = min(20_000, ROWS)
RECHECK = 6_338  # the national rows of one city (review.md section 3)
CITY, COUNTY = "330800000000", "330802000000"


def main() -> None:
    with own_database("review", "load_reference"):
        _measure()


@contextmanager
def clock(text: str, count: int = 0) -> Iterator[None]:
    """Print how long the block took, and how many a second of *count*."""
    begun = time.perf_counter()
    yield
    seconds = time.perf_counter() - begun
    rate = f", {count / seconds:,.0f} a second" if count else ""
    print(f"{text}: {seconds:.2f} s{rate}", flush=True)


def _measure() -> None:
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from sources.demo.world import load_world

    with tempfile.TemporaryDirectory() as folder:
        load_world(CITY, seed=1, today=timezone.localdate(), folder=Path(folder), say=lambda _: None)
    settings.SWITCH_TO_WEB_ROLE = True
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM review_finding")
        cursor.execute("VACUUM ANALYZE")
    _lists()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


def _lists() -> None:
    from django.db import connection

    from census.access.scope import Scope, enter
    from review.findings.models import Finding
    from review.problems import moves
    from review.problems.batches import batch_add_findings, batch_create, batch_issue
    from review.problems.models import Problem

    province, clerk = Scope.system(region="330000000000"), _officer(COUNTY, 1)
    checker, city = _officer(COUNTY, 2), _officer(CITY, 3)
    with connection.cursor() as cursor:  # doubts about real forms, so many that a batch is big
        cursor.execute(
            """INSERT INTO review_finding (object_id, return_id, rule, severity, kind, form, sheet, "row", indicator,
                   indicators, region, category, district_id, zh, en, value, state, note, first_seen, last_seen)
               SELECT r.object_id, r.id, 'BENCH-' || n, 'warning', 'logic', r.form, r.sheet, '', '', '[]', r.region,
                      r.category, r.district_id, '基准测试', 'benchmark', '', 'open', '', now(), now()
               FROM sources_return r, generate_series(1, 4) n ORDER BY r.id, n LIMIT %s""",
            [ROWS],
        )
    with enter(province):
        chosen = Finding.objects.visible_to(province).filter(rule__startswith="BENCH")
        deadline = dt.date.today() + dt.timedelta(days=9)  # noqa: DTZ011 - a date on paper
        batch = batch_create(province, title="bench", deadline=deadline)
        with clock(f"batch of {ROWS:,} rows filled from findings", ROWS):
            batch_add_findings(province, batch_id=batch.id, findings=chosen)
        with clock("the same issued: numbered, values frozen, events written", ROWS):
            batch_issue(province, batch_id=batch.id)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE review_problem")
    with enter(clerk):
        ids = list(
            Problem.objects.visible_to(clerk).filter(batch=batch).values_list("pk", flat=True)[:10_000]
        )
        with clock(f"{len(ids):,} rows received and explained in bulk", 2 * len(ids)):
            for at in range(0, len(ids), 1000):
                moves.problem_answer(clerk, "explain", ids=ids[at : at + 1000], explanation="one reason")
    some = ids[:RECHECK]
    with enter(checker), clock(f"re-check of {len(some):,} rows by the county", len(some)):
        for at in range(0, len(some), 1000):
            moves.problem_check(checker, ids=some[at : at + 1000])
    with enter(city), clock(f"re-check of {len(some):,} rows by the city", len(some)):
        for at in range(0, len(some), 1000):
            moves.problem_check(city, ids=some[at : at + 1000])
    _sheet(province, deadline)
    _desk(city)


def _officer(region: str, user: int) -> object:
    from dataclasses import replace

    from census.access.scope import Scope

    return replace(Scope.system(region=region), user_id=user)


def _sheet(actor: object, deadline: dt.date) -> None:
    """A workbook of many rows into a draft."""
    from census.access.scope import enter
    from review.problems import sheets
    from review.problems.batches import batch_create
    from sources.objects.models import CensusObject
    from sources.sheets.writer import write_table

    with enter(actor):
        codes = list(CensusObject.objects.filter(kind="enterprise").values_list("code", flat=True))
        rows = [
            (codes[n % len(codes)], "G101-1", 1, "", "unit_name", "", "warning", f"doubt {n}")
            for n in range(SHEET_ROWS)
        ]
        buffer = io.BytesIO()
        write_table(buffer, columns=sheets.IMPORTED, rows=rows, title="bench")
        buffer.seek(0)
        batch = batch_create(actor, title="sheet", deadline=deadline)
        with clock(f"sheet of {SHEET_ROWS:,} rows imported", SHEET_ROWS):
            found = sheets.batch_import(actor, batch_id=batch.id, file=buffer, name="bench.xlsx")
        assert found.done == SHEET_ROWS, found.report.faults[:3]


def _desk(actor: object) -> None:
    """Queries of a page of 250 rows with everything of the city in scope, at three depths."""
    from django.http import QueryDict

    from census.access.scope import enter
    from census.ui.paging import encode, paginate
    from review.problems.filters import filter_problems
    from review.problems.models import Problem
    from review.problems.queries import region_names
    from review.problems.views.desk import ORDER

    for state in ("all", "open", "closed"):
        with enter(actor):
            params = QueryDict(f"state={state}&size=250")
            visible = Problem.objects.visible_to(actor).exclude(state="draft")
            rows = filter_problems(visible, params, actor).select_related("batch")
            total = rows.count()
            places = []
            for share in (0, 0.5, 0.99):
                at = rows.order_by(*ORDER)[int(total * share) : int(total * share) + 1].values_list(*ORDER)
                query = QueryDict(f"state={state}&size=250", mutable=True)
                if share and at:
                    query["at"] = encode(list(at[0]), False)
                times = []
                for _turn in range(20):
                    begun = time.perf_counter()
                    page = paginate(rows, ORDER, query)
                    region_names(row.region for row in page.rows)
                    times.append((time.perf_counter() - begun) * 1e3)
                places.append(f"{share:.0%} {statistics.median(times):.0f} ms")
        print(f"desk, {state}, {total:,} rows in scope, page of 250 at " + ", ".join(places))


if __name__ == "__main__":
    main()
