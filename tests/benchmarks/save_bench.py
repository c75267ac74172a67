"""Saving returns over HTTP: 8 clients on keep-alive connections against the real web server, role web.

Each save is a whole request: session, scope under row-level security, merge, cleaning, rules, version in the
hash chain, audit entry, findings, commit to disk. Beside it, in the same run: a bare durable INSERT of the same
bytes by 8 connections.

    make bench ARGS=save            (SECONDS=5 for a quick look)
"""

from __future__ import annotations

import http.client
import itertools
import multiprocessing
import os
import re
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import psutil
import psycopg2

from tests.benchmarks import keys
from tests.benchmarks.support import database_of, own_database

CLIENTS, SECONDS = 8, float(os.environ.get("SECONDS", "15"))
OBJECTS = 50  # returns of each client, saved in turn
PASSWORD = "Save-bench-2017!"
SIZES = {40: ("N101-1", "farm"), 250: ("G102", "enterprise")}
# form, kind, values: a form without tables, one with a grid, one of wide records, one with two long tables
TYPED = (
    ("N101-1", "farm", 40),
    ("G101-2", "enterprise", 1800),
    ("G106-1", "enterprise", 6750),
    ("G102", "enterprise", 9500),
)


def main() -> None:
    with own_database("save"):
        people = _people()
        print(
            f"{'values':>6} {'saves/s':>8} {'p50 ms':>7} {'p95 ms':>7} {'CPU ms/save':>12} {'of it web':>9} "
            f"{'bare insert/s':>13} {'ratio':>6} {'backlog':>7}"
        )
        with _Web() as web:
            for size, (form, kind) in SIZES.items():
                _measure(web, people, size, form, kind)
            keys.measure(f"http://127.0.0.1:{web.port}", people[0], PASSWORD, _long_forms())
        _derived("saves and new forms")
        _decisions()
        _derived("bulk approvals")


def _measure(web: _Web, people: list[str], size: int, form: str, kind: str) -> None:
    values = _values(form, size)
    work = [_returns(form, kind, values) for _ in range(CLIENTS)]
    _checked(web, people[0], work[0], size)
    manager = multiprocessing.get_context("fork")
    answers, start = manager.Queue(), manager.Barrier(CLIENTS + 1)
    clients = [
        manager.Process(target=_client, args=(web.port, name, mine, start, answers))
        for name, mine in zip(people, work, strict=True)
    ]
    for client in clients:
        client.start()
    start.wait()
    before = web.cpu()
    time.sleep(SECONDS)
    web_cpu, database_cpu = (b - a for a, b in zip(before, web.cpu(), strict=True))
    times, client_cpu, faults = [], 0.0, []
    for _ in clients:
        mine, cpu, wrong = answers.get()
        times += mine
        client_cpu += cpu
        faults += wrong
    for client in clients:
        client.join()
    if faults:
        sys.exit(f"{len(faults)} saves failed, the first: {faults[0]}")
    times.sort()
    count, total = len(times), web_cpu + database_cpu + client_cpu
    backlog = _backlog()
    bare = _bare_insert(size)
    print(
        f"{size:>6} {count / SECONDS:>8.0f} {times[count // 2] * 1e3:>7.1f} {times[int(count * 0.95)] * 1e3:>7.1f} "
        f"{total / count * 1e3:>12.2f} {web_cpu / count * 1e3:>9.2f} {bare:>13.0f} "
        f"{bare / (count / SECONDS):>6.1f} {backlog:>7}",
        flush=True,
    )


def _derived(after: str) -> None:
    """How long the progress counts take to follow a burst; a task does this every five seconds."""
    from census.dispatch.counting import drift, fold
    from census.dispatch.models import ProgressDelta
    from census.places import regions

    waiting = ProgressDelta.objects.count()
    began = time.perf_counter()
    fold()
    took = time.perf_counter() - began
    wrong = len(drift(regions.NATION))
    print(f"counts after {after}: {waiting} changes folded in {took:.2f} s, {wrong} differ from a recount")


def _decisions() -> None:
    """Bulk approvals of filled forms, 500 in a transaction, as the queue and its job make them."""
    from django.db import transaction

    from census.access.scope import Scope
    from sources.returns.bulk import CHUNK, returns_approve_bulk
    from sources.returns.models import Return
    from tests.sources.returns.world import complete

    values = complete("Y102")
    ids = [made for _ in range(20) for made, _values in _returns("Y102", "petrol_station", values)]
    Return.objects.filter(pk__in=ids).update(state="enumerator_ok")
    instructor = Scope(
        2, "指导员", None, "instructor", "330802000000", capabilities=frozenset({"return.approve"})
    )
    began = time.perf_counter()
    done = 0
    for start in range(0, len(ids), CHUNK):
        with transaction.atomic():
            done += len(returns_approve_bulk(instructor, ids=ids[start : start + CHUNK]).done)
    took = time.perf_counter() - began
    print(f"bulk approval: {done} forms in {took:.2f} s, {done / took:.0f}/s")


def _client(port: int, name: str, work: list[tuple[str, dict]], start, answers) -> None:
    """Save each return in turn, one item changed each time, until the time is over; a few beforehand to warm up."""
    import orjson

    connection, headers = _signed_in(port, name)
    versions = dict.fromkeys((return_id for return_id, _values in work), 1)
    numbers = itertools.count()

    def save() -> tuple[float, str]:
        number = next(numbers)
        return_id, values = work[number % len(work)]
        values["sign_filled_by"] = f"甲{number}"
        body = orjson.dumps({"values": values, "base": versions[return_id], "client": f"{name}-{number}"})
        began = time.perf_counter()
        connection.request("POST", f"/entry/returns/{return_id}/save/", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        took = time.perf_counter() - began
        if answer.status != 200:
            return took, f"{answer.status} {content[:300]!r}"
        versions[return_id] = orjson.loads(content)["version"]
        return took, ""

    faults = [fault for _took, fault in (save() for _ in range(20)) if fault]
    start.wait()
    times = []
    end, cpu = time.perf_counter() + SECONDS, time.process_time()
    while time.perf_counter() < end and not faults:
        took, fault = save()
        times.append(took)
        faults += [fault] if fault else []
    answers.put((times, time.process_time() - cpu, faults))


def _signed_in(port: int, name: str) -> tuple[http.client.HTTPConnection, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/sign-in/")
    answer = connection.getresponse()
    page, cookies = answer.read().decode(), _cookies(answer)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    fields = urllib.parse.urlencode({"username": name, "password": PASSWORD, "csrfmiddlewaretoken": token})
    connection.request(
        "POST",
        "/sign-in/",
        fields,
        {"Content-Type": "application/x-www-form-urlencoded", "Cookie": _cookie_line(cookies)},
    )
    answer = connection.getresponse()
    answer.read()
    cookies |= _cookies(answer)
    if "sessionid" not in cookies:
        raise RuntimeError(f"sign-in failed: {answer.status}")
    headers = {
        "Content-Type": "application/json",
        "Cookie": _cookie_line(cookies),
        "X-CSRFToken": cookies["csrftoken"],
    }
    return connection, headers


def _cookies(answer: http.client.HTTPResponse) -> dict[str, str]:
    lines = answer.headers.get_all("Set-Cookie") or []
    return dict(line.split(";", 1)[0].split("=", 1) for line in lines)


def _cookie_line(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


class _Web:
    """gunicorn as `make run` starts it, bound as the web role."""

    def __enter__(self) -> _Web:
        self.port = 18_000 + os.getpid() % 1000
        workers = os.environ.get("WORKERS", str(min(os.cpu_count() or 1, 4)))
        threads = os.environ.get("THREADS", "4")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "census.conf.wsgi:application"),
                *("--bind", f"127.0.0.1:{self.port}", "--workers", workers, "--threads", threads),
                *("--keep-alive", "30", "--no-control-socket", "--log-level", "warning"),
            ],
            env={**os.environ, "CENSUS_DB_ROLE": "web"},
        )
        for _ in range(200):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/sign-in/")
                connection.getresponse().read()
                return self
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the web server does not answer")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)

    def cpu(self) -> tuple[float, float]:
        """CPU seconds used so far by (web server, its database connections)."""
        web = psutil.Process(self.process.pid)
        with _admin(os.environ["DATABASE_URL"]) as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [database_of("save")])
            servers = [psutil.Process(pid) for (pid,) in cursor.fetchall() if psutil.pid_exists(pid)]
        return _cpu([web, *web.children(recursive=True)]), _cpu(servers)


def _cpu(processes: list[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        try:
            used = process.cpu_times()
            total += used.user + used.system
        except psutil.Error:
            continue
    return total


def _people() -> list[str]:
    from census.access.posts import CATEGORIES
    from census.people.models import Post, User

    for number in range(CLIENTS):
        user = User(username=f"bench{number}", name=f"普查员{number}")
        user.set_password(PASSWORD)
        user.save()
        Post.objects.create(
            user=user,
            kind="third_party",
            region="330802000000",
            categories=list(CATEGORIES),
        )
    return [f"bench{number}" for number in range(CLIENTS)]


def _long_forms() -> dict[str, str]:
    """Addresses of forms with ever more rows, by what they are."""
    from sources.returns.models import Return

    found = {}
    for form, kind, size in TYPED:
        ((made, values),) = _returns(form, kind, _values(form, size), 1)
        ret = Return.objects.get(pk=made)
        rows = sum(len(value) for value in values.values() if isinstance(value, list))
        found[f"{form}, {rows} rows"] = f"/entry/{ret.object_id}/{form}/1/"
    return found


def _returns(form: str, kind: str, values: dict, count: int = OBJECTS) -> list[tuple[str, dict]]:
    """*count* returns with these values, saved once; (id, values)."""
    from census.access.scope import Scope, enter
    from sources.returns.drafts import return_open
    from sources.returns.models import Return
    from sources.returns.services import return_save
    from tests.sources.returns.world import make_object

    made = []
    actor = Scope.system("330802000000")
    with enter(actor):
        for _ in range(count):
            obj = make_object(kind=kind, code=f"B{os.urandom(8).hex()}")
            return_open(actor, obj=obj)
            ret, _new = Return.objects.get_or_create(
                object=obj,
                form=form,
                sheet=1,
                defaults={"campaign_id": obj.campaign_id, "region": obj.region, "category": obj.category},
            )
            third = Scope(
                1, "x", None, "third_party", "330802000000", capabilities=frozenset({"return.fill"})
            )
            return_save(third, return_id=ret.id, values=values, base_version=0)
            made.append((str(ret.id), dict(values)))
    return made


def _values(form: str, size: int) -> dict:
    from sources.forms.catalogue import load
    from tests.sources.returns.world import plain_value

    values: dict = {"sign_filled_by": "甲"}
    count = 1
    while count < size:
        for section in load().forms[form].sections:
            if section.repeat:
                row = {"_k": len(values.get(section.id, [])) + 1}
                values.setdefault(section.id, []).append(row)
            for item in section.indicators:
                target = row if section.repeat else values
                if count < size and item.id not in target:
                    target[item.id] = plain_value(item)
                    count += 1
    return values


def _checked(web: _Web, name: str, work: list[tuple[str, dict]], size: int) -> None:
    """One save, looked at: the right number of values, the chain in order."""
    from sources.returns.models import Return
    from sources.returns.seals import verify_history

    ret = Return.objects.get(pk=work[0][0])
    stored = sum(
        sum(len(row) - 1 for row in value)
        if isinstance(value, list) and value and isinstance(value[0], dict)
        else 1
        for value in ret.values.values()
    )
    if stored != size or list(verify_history()):
        sys.exit(f"the benchmark's own data is wrong: {stored} values of {size}, or a broken history")


def _bare_insert(size: int) -> float:
    """Durable INSERTs a second of the same bytes: one row, one commit, 8 connections."""
    from django.db import connection as owner

    with owner.cursor() as cursor:
        cursor.execute("SELECT body FROM sources_returnversion ORDER BY id DESC LIMIT 1")
        body = cursor.fetchone()[0]
        cursor.execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body text)")
    counts = [0] * CLIENTS
    end = time.perf_counter() + min(SECONDS, 5)

    def insert(place: int) -> None:
        with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
            while time.perf_counter() < end:
                cursor.execute("INSERT INTO bare (body) VALUES (%s)", [body])
                connection.commit()
                counts[place] += 1

    threads = [threading.Thread(target=insert, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / min(SECONDS, 5)


def _backlog() -> str:
    """Jobs the saves left behind in the queue."""
    import redis
    from django.conf import settings

    return str(redis.from_url(settings.REDIS_URL.replace("?db=0", "")).llen("celery"))


class _admin:  # noqa: N801 - used as a statement
    """A cursor outside of any transaction on the server's own database."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg2.connect(url)
        self.connection.autocommit = True

    def __enter__(self):
        return self.connection.cursor()

    def __exit__(self, *_: object) -> None:
        self.connection.close()


if __name__ == "__main__":
    assert Path("manage.py").exists()
    main()
