"""The register at 300,000 synthetic objects of a real province (Shandong), as the web role under its policies.

Printed: p50 and p95 of whole pages (middleware, session, policies, template) for many searches, filters, orders and
depths, with the processor time of the web process in them; the counts that pages fetch afterwards; exports and an
import; peak memory. Beside them, in the same run, the bare statement: 51 rows by primary key as the owner of the table.

    make bench ARGS=register        (OBJECTS=30000 for a quick look)
"""

from __future__ import annotations

import io
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable

from tests.benchmarks.support import own_database

OBJECTS = int(os.environ.get("OBJECTS", "300000"))
PROVINCE = "370000000000"
ROUNDS = 15
KINDS = {
    "enterprise": ("industrial", "G", 0.6, "有限公司"),
    "farm": ("agricultural", "N", 0.12, "养殖场"),
    "wastewater_plant": ("centralized", "W", 0.05, "污水处理厂"),
    "village": ("domestic", "V", 0.18, "村"),
    "petrol_station": ("mobile", "Y", 0.05, "加油站"),
}
PRODUCTS = {
    "化工": "2614",
    "机械": "3411",
    "纺织": "1711",
    "水泥": "3011",
    "造纸": "2221",
    "食品": "1391",
    "木业": "2011",
}
SYLLABLES = "宏达盛源兴隆泰和瑞丰金鑫永安华信恒通顺天成东方海润绿洲明珠鹏程嘉禾万里双龙三友九鼎博远"
PAGES = {
    "first page": "",
    "250 rows": "size=250",
    "by name": "sort=name",
    "by last change": "sort=updated",
    "by code": "sort=code",
    "kind": "kind=petrol_station",
    "industry, status": "industry=26&status=pending",
    "three rare filters": "industry=2614&status=pending&operating=2&scale=1",
    "one county": "region=370102000000&sort=name",
    "rare name": "q=宏达化工",
    "two characters": "q=化工",
    "almost all names": "q=有限公司",
    "two words": "q=历下 化工",
    "initials": "q=hdhg",
    "frequent initials": "q=yxgs",
    "code beginning": "q=91370102",
    "nothing": "q=不存在的厂",
    "words and filters": "q=化工&kind=enterprise&operating=2&sort=updated",
}


def main() -> None:
    with own_database("register", "load_reference"), tempfile.TemporaryDirectory() as folder:
        _prepare(folder)
        _load()
        _measure()


def _prepare(folder: str) -> None:
    from django.conf import settings
    from django.core.cache import cache

    settings.MEDIA_ROOT = folder
    settings.ALLOWED_HOSTS = ["*"]
    settings.SWITCH_TO_WEB_ROLE = True
    cache.clear()


def _load() -> None:
    """Objects of all five categories in the province's real villages, by COPY."""
    from django.db import connection

    from census.calendar.models import Campaign
    from census.ids import new_id
    from census.places.models import Region
    from sources.objects import codes
    from sources.objects.names import initials

    start = time.perf_counter()
    chance = random.Random(1)
    campaign = Campaign.objects.create(
        code="bench", name_zh="普查", name_en="Census", reference_date="2017-12-31", synthetic=True
    )
    villages = list(Region.objects.filter(code__startswith="37", level=5).values_list("code", flat=True))
    counties = dict(Region.objects.filter(code__startswith="37", level=3).values_list("code", "name"))
    kinds, weights = list(KINDS), [spec[2] for spec in KINDS.values()]
    serials: dict[tuple[str, str], int] = {}
    lines = io.StringIO()
    for number in range(OBJECTS):
        kind = chance.choices(kinds, weights)[0]
        category, letter, _weight, ending = KINDS[kind]
        village = chance.choice(villages)
        product = chance.choice(list(PRODUCTS))
        county = counties.get(village[:6] + "000000", "")
        name = (
            county + "".join(chance.sample(SYLLABLES, 2)) + (product if kind == "enterprise" else "") + ending
        )
        uscc = ""
        if kind == "enterprise":
            body = "".join(chance.choices(codes.USCC_ALPHABET, k=8))
            body = "91" + village[:6] + body + codes.org_check_character(body)
            uscc = body + codes.uscc_check_character(body)
            code = codes.site_code(uscc, 1)
        else:
            key = (village, letter)
            code = next(codes.object_codes(village, letter, serials.get(key, 0)))
            serials[key] = codes.serial_of(code)
        row = (
            *(
                new_id(),
                campaign.id,
                kind,
                category,
                code,
                uscc,
                uscc[8:17],
                name,
                initials(name),
                "",
                village,
            ),
            *(
                PRODUCTS[product] if kind == "enterprise" else "",
                "某路1号",
                chance.choice("1112"),
                chance.choice("1234"),
            ),
            *(
                "pending" if number % 10 == 0 else "in_scope",
                "",
                "",
                "",
                "{}",
                1,
                "t",
                "",
                "2018-03-01",
                "2018-03-01",
            ),
        )
        lines.write("\t".join(map(str, row)) + "\n")
    lines.seek(0)
    columns = (
        "id, campaign_id, kind, category, code, uscc, org_code, name, initials, former_name, region, industry, address,"
        " operating, size, status, legal_person, contact, phone, attributes, revision, synthetic, closed_reason,"
        " created_at, updated_at"
    )
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY sources_censusobject ({columns}) FROM STDIN", lines)
        cursor.execute("VACUUM ANALYZE sources_censusobject")
    print(f"{OBJECTS:,} objects made and written in {time.perf_counter() - start:.0f} s")


def _measure() -> None:

    from tests.factories import make_person
    from tests.support.requests import signed_in

    client = signed_in(make_person("province_officer", PROVINCE).username)

    def page(query: str) -> Callable[[], object]:
        def call() -> object:
            _forget()
            answer = client.get(f"/register/?{query}")
            assert answer.status_code == 200, answer.status_code
            return answer

        return call

    bare = _bare()
    print(f"\nbare statement, 51 rows by primary key      p50 {bare:6.1f} ms")
    print(f"{'page (nothing cached), ms':42s} {'p50':>8s} {'p95':>8s} {'cpu':>8s}  rows")
    worst = 0.0
    for title, query in PAGES.items():
        worst = max(worst, _line(title, page(query)))
    for depth in (0.5, 0.99):
        worst = max(worst, _line(f"at {depth:.0%} of the list", page(f"size=250&at={_position(depth)}")))
    print(f"slowest p95 {worst:.0f} ms (aim 150)")
    _line("counts, first time", lambda: (_forget(), client.get("/register/counts/"))[1])
    _line("counts, kept", lambda: client.get("/register/counts/"))
    _exports(client)
    _import()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak:.0f} MiB")


def _forget() -> None:
    """Drop what searches and counts have kept, but not the session."""
    from django.core.cache import cache

    redis = cache._cache.get_client(write=True)
    for key in redis.scan_iter("*objects:*"):
        redis.delete(key)


def _line(title: str, call: Callable[[], object]) -> float:
    answer, times = call(), []
    busy = time.process_time()
    for _round in range(ROUNDS):
        start = time.perf_counter()
        answer = call()
        times.append((time.perf_counter() - start) * 1000)
    busy = (time.process_time() - busy) * 1000 / ROUNDS
    context = getattr(answer, "context", None)
    rows = len(context["page"].rows) if context and "page" in context else ""
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{title:42s} {statistics.median(times):8.1f} {p95:8.1f} {busy:8.1f}  {rows}", flush=True)
    return p95


def _bare() -> float:
    from django.db import connection

    times = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM sources_censusobject ORDER BY region, code LIMIT 51")
        ids = [row[0] for row in cursor.fetchall()]
        for _round in range(ROUNDS):
            start = time.perf_counter()
            cursor.execute("SELECT * FROM sources_censusobject WHERE id = ANY(%s::uuid[])", [ids])
            cursor.fetchall()
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def _position(depth: float) -> str:
    """The page position behind the given share of the list."""
    from django.db import connection

    from census.ui.paging import encode

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT region, code FROM sources_censusobject ORDER BY region, code OFFSET %s LIMIT 1",
            [int(OBJECTS * depth)],
        )
        return encode(list(cursor.fetchone()), False)


def _exports(client: object) -> None:
    from census.access.scope import Scope, enter
    from sources.objects.exports import export_bytes
    from sources.objects.queries import Filters

    scope = Scope.system(PROVINCE)
    for kind in ("csv", "xlsx"):
        times, size = [], 0
        for _round in range(3):
            start = time.perf_counter()
            with enter(scope):
                size = len(export_bytes(scope, filters=Filters(kind="enterprise"), kind=kind))
            times.append(time.perf_counter() - start)
        print(
            f"export of 10,000 objects as {kind:4s} {min(times):6.2f} s, {size / 2**20:.1f} MiB, with the query"
        )


def _import() -> None:
    """2,000 new objects from a spreadsheet: check, then write with all history, forms and audit."""
    from django.db import connection

    from census.access.scope import Scope, enter
    from census.jobs.models import Job
    from census.jobs.services import job_execute
    from sources.objects.imports import import_confirm, import_start
    from sources.objects.kinds import OPERATING

    scope = Scope.system(PROVINCE)
    rows = [f"enterprise,导入{n}厂,370102001001,2614,{next(iter(OPERATING))}" for n in range(2_000)]
    text = "\n".join(["普查对象种类,名称,行政区划代码,行业代码,运行状态", *rows])
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(code) FROM census_region WHERE code LIKE '370102%' AND level = 5")
        text = text.replace("370102001001", cursor.fetchone()[0])

    def run(job: Job) -> tuple[Job, str]:
        start, busy = time.perf_counter(), time.process_time()
        job_execute(job_id=str(job.pk), region=PROVINCE)
        with enter(scope):
            job.refresh_from_db()
        assert job.state == Job.State.DONE, job.error
        took, busy = time.perf_counter() - start, time.process_time() - busy
        return job, f"{took:.1f} s ({2_000 / took:.0f} objects/s; {2_000 / busy:.0f} a second of own CPU)"

    with enter(scope):
        started = import_start(scope, file=io.BytesIO(text.encode()), name="x.csv")
    check, checked = run(started)
    with enter(scope):
        started = import_confirm(scope, check=check)
    _write, written = run(started)
    print(f"import of 2,000 objects: check {checked}, write {written}")


if __name__ == "__main__":
    main()
