"""Problem lists at the stated volumes, as the web role under its policies, on synthetic rows in a real province.

Printed: issuing a list of 100,000 rows to a province; decisions a second in bulk; the answers of 20,000 rows from a
workbook; the re-check of a list of 6,338 rows by county, city and nation; the pages of the desk with 200,000 and more
problems in scope, at any depth, with filters, orders and groups. Aims beside each; nothing passes or fails.

    make bench ARGS=problems        (SHARE=0.1 ROUNDS=5 for a quick look)
"""

from __future__ import annotations

import datetime as dt
import io
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.benchmarks.support import own_database

SHARE = float(os.environ.get("SHARE", "1"))
ISSUED, IMPORTED, RECHECKED, TWINS = (int(n * SHARE) for n in (100_000, 20_000, 6_338, 10_000))
NATION, PROVINCE, CITY, COUNTY = "000000000000", "330000000000", "330800000000", "330802000000"
ROUNDS = int(os.environ.get("ROUNDS", "20"))
PAGES = {
    "desk, open rows": "",
    "250 rows": "size=250",
    "all states": "state=all",
    "by deadline": "sort=deadline",
    "by object": "sort=object&state=all",
    "newest first": "sort=newest&state=all",
    "not assigned, errors": "person=none&severity=error",
    "one rule": "rule=BENCH-2",
    "one city": "region=330800000000",
    "overdue": "late=1",
    "closed, by deadline": "state=closed&sort=deadline",  # most rows of that order are passed by
    "none of them marked": "state=all&mark=1&sort=deadline",
    "rare name": "q=第4711号",
    "words in every row": "q=取水",
    "words in no row": "q=没有这个",
    "beginning of 10,000 codes": "q=K0001&state=all",
    "one list": "batch={batch}&state=all",
}
GROUPED = ("object", "enterprise", "rule", "township", "form", "enumerator", "person")

# *count* objects with a form, in turn over the villages of a place, and a finding of each rule
OBJECTS = """
INSERT INTO sources_censusobject (id, campaign_id, kind, category, code, uscc, org_code, name, initials, former_name,
    region, industry, address, status, operating, size, legal_person, contact, phone, attributes, revision, synthetic,
    closed_reason, created_at, updated_at)
SELECT gen_random_uuid(), %(campaign)s, 'enterprise', 'industrial', %(prefix)s || lpad(n::text, 8, '0'), '', '',
       '合成企业第' || n || '号', '', '', v.codes[1 + n %% array_length(v.codes, 1)], '', '', 'in_scope', '1', '', '',
       '', '', '{}', 1, true, '', now(), now()
FROM generate_series(1, %(count)s) AS n,
     (SELECT array_agg(code ORDER BY code) AS codes FROM census_region WHERE code LIKE %(place)s AND level = 5) AS v
"""
FORMS = """
INSERT INTO sources_return (id, form, sheet, sheet_label, form_version, region, category, state, "values", pending,
    version_no, errors, warnings, updated_by_name, created_at, updated_at, campaign_id, object_id, active, notes)
SELECT gen_random_uuid(), 'G102', 1, '', '', region, category, 'county_ok', '{"water_intake_m3": 100}', '{}', 1, 1, 0,
       '', now(), now(), campaign_id, id, true, '{}'
FROM sources_censusobject
"""
FINDINGS = """
INSERT INTO review_finding (object_id, return_id, rule, severity, kind, form, sheet, "row", indicator, indicators,
    region, category, zh, en, value, state, note, first_seen, last_seen)
SELECT r.object_id, r.id, %(rule)s, %(severity)s, 'logic', 'G102', 1, '', 'water_intake_m3', '["water_intake_m3"]',
       r.region, r.category, '取水量与各分项之和不符', 'Intake is not the sum', '100', 'open', '', now(), now()
FROM sources_return r JOIN sources_censusobject o ON o.id = r.object_id WHERE o.code LIKE %(prefix)s || '%%'
"""


def main() -> None:
    with own_database("problems", "load_reference"), tempfile.TemporaryDirectory() as folder:
        _measure(folder)


@contextmanager
def timed(what: str, rows: int, aim: str) -> Iterator[None]:
    """Print how long the block took, for *rows* rows, beside the *aim*."""
    begun = time.perf_counter()
    yield
    took = time.perf_counter() - begun
    print(f"{what:58s} {took:7.1f} s  {rows / took:9,.0f} rows/s   aim {aim}", flush=True)


def _measure(folder: str) -> None:
    from django.conf import settings
    from django.db import connection

    from review.findings.models import Finding
    from tests.factories import make_scope

    settings.MEDIA_ROOT = folder
    settings.ALLOWED_HOSTS = ["*"]
    _load()
    settings.SWITCH_TO_WEB_ROLE = True
    nation, province = make_scope("nation_officer", NATION), make_scope("province_officer", PROVINCE)
    city, clerk, second = (
        make_scope("city_officer", CITY),
        *(make_scope("county_officer", COUNTY) for _ in "12"),
    )
    rule = Finding.objects.filter
    with timed("list of findings drafted and issued to a province", ISSUED, "60 s"):
        national = _issued(nation, "BENCH-1", rule(rule="BENCH-1"))
    _issued(province, "BENCH-2", rule(rule="BENCH-2"))
    twins = rule(pk__in=list(rule(rule="BENCH-1").order_by("pk").values_list("pk", flat=True)[:TWINS]))
    _issued(province, "BENCH-1 again", twins)
    county = _issued(nation, "BENCH-3", rule(rule="BENCH-3"))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE review_problem, review_problemevent, review_finding")
    _decide(county, clerk)
    _import(county, clerk)
    _recheck(county, second, city, nation)
    _pages(province, clerk, national)
    _peak()


def _load() -> None:
    from django.db import connection

    from census.calendar.models import Campaign

    begun = time.perf_counter()
    campaign = Campaign.objects.create(
        code="bench", name_zh="普查", name_en="Census", reference_date="2017-12-31", synthetic=True
    )
    with connection.cursor() as cursor:
        for prefix, place, count in (("P", "33%", ISSUED), ("K", "330802%", IMPORTED)):
            facts = {"campaign": campaign.id, "prefix": prefix, "place": place, "count": count}
            cursor.execute(OBJECTS, facts)
        cursor.execute(FORMS)
        for rule, severity, prefix in (("1", "error", "P"), ("2", "warning", "P"), ("3", "error", "K")):
            cursor.execute(FINDINGS, {"rule": f"BENCH-{rule}", "severity": severity, "prefix": prefix})
        cursor.execute("VACUUM ANALYZE sources_censusobject, sources_return, review_finding")
    print(
        f"{ISSUED + IMPORTED:,} objects with forms and findings made in {time.perf_counter() - begun:.0f} s"
    )


def _issued(actor: Any, title: str, findings: Any) -> Any:
    from django.utils import timezone

    from census.access.scope import enter
    from review.problems.batches import batch_add_findings, batch_create, batch_issue

    with enter(actor):
        batch = batch_create(actor, title=title, deadline=timezone.localdate() + dt.timedelta(days=7))
        batch_add_findings(actor, batch_id=batch.id, findings=findings)
        return batch_issue(actor, batch_id=batch.id)


def _rows(batch: Any, **narrow: Any) -> list[int]:
    from review.problems.models import Problem

    return list(Problem.objects.filter(batch=batch, **narrow).order_by("pk").values_list("pk", flat=True))


def _in_steps(actor: Any, move: str, ids: list[int], **words: str) -> int:
    """The way of the job: a committed step of CHUNK rows each."""
    from census.access.scope import enter
    from review.problems.tasks import CHUNK, bulk_apply

    done = 0
    for at in range(0, len(ids), CHUNK):
        with enter(actor):
            done += len(bulk_apply(actor, move, ids[at : at + CHUNK], words).done)
    return done


def _decide(batch: Any, clerk: Any) -> None:
    ids = _rows(batch)
    for move, words in (
        ("receive", {}),
        ("assign", {"person": str(clerk.user_id)}),
        ("explain", {"reason": "as_recorded", "explanation": "合成"}),
        ("undo", {}),
    ):
        with timed(f"bulk: {move}", len(ids), "1,000 a second"):
            assert _in_steps(clerk, move, ids, **words) == len(ids)


def _import(batch: Any, clerk: Any) -> None:
    """The list goes out as a workbook, is filled, and its answers come back."""
    import openpyxl

    from census.access.scope import enter
    from review.problems import sheets

    buffer = io.BytesIO()
    with timed("workbook written", IMPORTED, "-"), enter(clerk):
        sheets.batch_export(clerk, batch=batch, target=buffer)
    book = openpyxl.load_workbook(buffer)
    sheet, place = book.active, {column.key: n for n, column in enumerate(sheets.COLUMNS, start=1)}
    header = next(row for row in range(1, 10) if sheet.cell(row, 1).value == "批次号")
    for line in range(header + 2, sheet.max_row + 1):
        sheet.cell(line, place["answer"]).value = "说明"
        sheet.cell(line, place["explanation"]).value = "与台账一致（合成）"
    filled = io.BytesIO()
    book.save(filled)
    filled.seek(0)
    with timed("answers taken from a workbook", IMPORTED, "30 s"), enter(clerk):
        found = sheets.answers_import(clerk, batch=batch, file=filled, name="answers.xlsx")
    assert found.done == IMPORTED, found.report.faults[:3]


def _recheck(batch: Any, second: Any, city: Any, nation: Any) -> None:
    ids = _rows(batch, state="answered")[:RECHECKED]
    with timed("re-check by county, city and nation", len(ids), "60 s"):
        for actor, move in ((second, "check"), (city, "check"), (nation, "close")):
            assert _in_steps(actor, move, ids, opinion="同意（合成）") == len(ids)
    some = ids[: len(ids) // 2]
    with timed("bulk: reopen", len(some), "1,000 a second"):
        assert _in_steps(nation, "reopen", some, reason="再核（合成）") == len(some)


def _pages(province: Any, clerk: Any, batch: Any) -> None:
    from census.people.models import User
    from review.problems.models import Problem
    from tests.support.requests import signed_in

    client = signed_in(User.objects.get(pk=province.user_id).username)
    print(
        f"\n{Problem.objects.count():,} problems in scope; page (nothing kept), ms      p50      p95  own CPU",
        end="",
    )
    worst = 0.0
    for title, query in PAGES.items():
        address = f"/review/desk/?{query.format(batch=batch.id)}" + ("" if query else "view=all")
        worst = max(worst, _line(title, lambda address=address: client.get(address)))
    for depth, size in ((0.5, 50), (0.99, 50), (0.99, 250)):
        address = f"/review/desk/?at={_position(depth)}&size={size}"
        title = f"{size} rows at {depth:.0%} of the list"
        worst = max(worst, _line(title, lambda address=address: client.get(address)))
    first = Problem.objects.filter(batch=batch).order_by("pk").first()
    panel = {"HX-Request": "true"}
    worst = max(worst, _line("panel", lambda: client.get(f"/review/problems/{first.pk}/", headers=panel)))
    own = signed_in(User.objects.get(pk=clerk.user_id).username)
    worst = max(worst, _line("desk of a county", lambda: own.get("/review/desk/?view=all")))
    worst = max(worst, _line("the same by deadline", lambda: own.get("/review/desk/?sort=deadline")))
    print(f"\nslowest p95 {worst:.0f} ms (aim 150)", end="")
    _line("count of the whole list, after the page", lambda: client.get("/review/desk/count/?state=open"))
    for by in GROUPED:
        _line(f"grouped by {by}", lambda by=by: client.get(f"/review/desk/?by={by}"))
    _line("completion rates", lambda: client.get("/review/rates/"))
    print("\n", flush=True)


def _line(title: str, call: Callable[[], Any]) -> float:
    from django.core.cache import cache

    redis, times, busy = cache._cache.get_client(write=True), [], 0.0
    for number in range(ROUNDS + 1):
        for key in redis.scan_iter("*review:*"):
            redis.delete(key)
        begun, own = time.perf_counter(), time.process_time()
        answer = call()
        if number:  # the first one makes plans and templates
            times.append((time.perf_counter() - begun) * 1000)
            busy += (time.process_time() - own) * 1000 / ROUNDS
        assert answer.status_code == 200, (title, answer.status_code)
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"\n  {title:52s} {statistics.median(times):8.1f} {p95:8.1f} {busy:8.1f}", end="", flush=True)
    return p95


def _position(depth: float) -> str:
    """The page position behind the given share of the open rows."""
    from django.db import connection

    from census.ui.paging import encode

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM review_problem")
        offset = int(cursor.fetchone()[0] * depth)
        cursor.execute(
            "SELECT region, id FROM review_problem ORDER BY region, id OFFSET %s LIMIT 1", [offset]
        )
        return encode(list(cursor.fetchone()), False)


def _peak() -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
