"""What the benchmarks of accounting share: planning a run, several worker processes on it, what is printed of it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from functools import cache

import django
import psycopg2

SAMPLE = int(os.environ.get("SAMPLE", "60"))
EDITION = "census2_2021"


def setup() -> None:
    """Django on the database of DATABASE_URL as it is, as the web role."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "census.conf.settings")
    os.environ["CENSUS_DB_ROLE"] = "web"
    django.setup()


class Took:
    """Seconds by the clock, and of all worker processes: CPU in Python, peak memory in MiB."""

    def __init__(self, workers: int) -> None:
        self.workers, self.seconds, self.checks, self.cpu, self.peak = workers, 0.0, 0.0, 0.0, 0.0

    def __enter__(self) -> Took:
        self.seconds, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_fault: object) -> None:
        self.seconds, self.cpu = time.perf_counter() - self.seconds, time.process_time() - self.cpu
        self.peak = peak()


def peak() -> float:
    """Peak memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@cache
def owner():
    """A connection as the owner of the tables, outside of Django."""
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    return connection


def plan(actor, campaign=None):
    """A run of all categories over the region of the actor."""
    from accounting.runs.services import run_create
    from census.access.posts import CATEGORIES
    from census.access.scope import enter
    from census.calendar.models import Campaign

    with enter(actor):
        return run_create(
            actor, campaign=campaign or Campaign.objects.get(active=True), region=actor.region,
            categories=list(CATEGORIES), edition=EDITION,
        )  # fmt: skip


def shards(actor, run) -> list[str]:
    """The codes of the shards of a run."""
    from accounting.runs.models import Shard
    from census.access.scope import enter

    with enter(actor):
        return list(Shard.objects.filter(run=run).values_list("region", flat=True))


def shared_run(actor, run, workers: int):
    """The run done by so many processes, all started before the clock and with the factors read, as workers are.

    Returns the run and what it took.
    """
    from accounting.runs.services import run_execute, run_library, shard_next
    from census.access.scope import enter

    command = [sys.executable, "-m", "tests.benchmarks.account_workers", str(run.pk), actor.region]
    helpers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(workers - 1)
    ]
    with enter(actor):
        run_library(run)
    for helper in helpers:
        helper.stdout.readline()
    took = Took(workers)
    with took:
        for helper in helpers:
            helper.stdin.write("go\n")
            helper.stdin.flush()
        while shard_next(actor, run=run):
            pass
        told = [[float(word) for word in helper.communicate()[0].split()] for helper in helpers]
        checked = time.perf_counter()
        run = run_execute(actor, run=run)  # nothing is left but the checks of the results
        took.checks = time.perf_counter() - checked
    took.cpu += sum(cpu for cpu, _peak in told)
    took.peak = max([took.peak, *(peak for _cpu, peak in told)])
    return run, took


def report(actor, run, took: Took, read: float, copy: float) -> None:
    """Print the figures of a finished run beside a plain read and a plain COPY."""
    from django.db.models import Sum

    from accounting.runs.models import Shard
    from census.access.scope import enter

    with enter(actor):
        mine = Shard.objects.filter(run=run)
        faults = list(mine.exclude(error="").values_list("error", flat=True)[:3])
        parts = mine.aggregate(
            read=Sum("read_seconds"), compute=Sum("compute_seconds"), write=Sum("write_seconds")
        )
        count = mine.count()
    if run.state != "done":
        sys.exit("; ".join(faults) or run.state)
    busy = took.seconds * took.workers
    print(
        f"{took.workers} worker(s): {took.seconds:.2f} s, {run.objects_counted:,} objects, "
        f"{run.lines_written:,} lines, {run.gaps_written:,} gaps, {count} shards"
    )
    objects, lines = run.objects_counted / took.seconds, run.lines_written / took.seconds
    print(f"a second        {objects:7.0f} objects, {lines:.0f} lines")
    parts["checks"] = took.checks * took.workers or busy - sum(parts.values())
    for name, seconds in parts.items():
        print(f"  {name:13} {seconds:7.2f} s   {seconds / busy:6.0%}")
    print(f"CPU in Python   {took.cpu:7.2f} s")
    print(f"plain read      {read:7.2f} s   (one process)")
    print(f"plain COPY      {copy:7.2f} s   (one process)")
    print(f"ratio to plain read + COPY {took.seconds / (read + copy):5.1f}")
    print(f"peak memory     {took.peak:7.0f} MB a worker")


def one_by_one(actor, run) -> None:
    """The same engine asked for one object after the other, as a program without tables would go about it.

    A sample, spread over all objects; its lines are compared with the run's. Every call pays anew for what a county
    shares, so this tells what the tables are worth, not how fast a hand-written program of 4,000 lines would be.
    """
    from accounting.runs.engine import compute
    from accounting.runs.execution import account
    from accounting.runs.models import Line
    from accounting.runs.reading import context_read
    from accounting.runs.services import run_library
    from census.access.scope import enter
    from census.places import regions

    with enter(actor):
        low, high = regions.bounds(actor.region)
        held = Line.objects.filter(run=run, region__gte=low, region__lt=high).order_by("object_id")
        every = list(held.values_list("object_id", "region").distinct())
        chosen, library = every[:: max(1, len(every) // SAMPLE)][:SAMPLE], run_library(run)
        own = {f"{code[:4]}00000000" for code in shards(actor, run) if code.endswith("00000000")}
        begun = time.perf_counter()
        found = []
        for one, place in chosen:
            shard = place if place in own else place[:6] + "000000"
            only = frozenset({str(one)})
            found.append(
                account(run, compute(context_read(run=run, region=shard, only=only), library), only)[0]
            )
        each = (time.perf_counter() - begun) / len(chosen)
        for (one, _place), lines in zip(chosen, found, strict=True):
            stored = Line.objects.filter(run=run, object_id=one).order_by("id")
            if list(stored.values_list("pollutant", "generated_kg", "environment_kg")) != [
                (name, *(None if value != value else value for value in amounts))
                for name, *amounts in lines[["pollutant", "generated", "environment"]].itertuples(index=False)
            ]:
                sys.exit(f"Object by object gives other lines for {one}.")
    print(
        f"object by object (of {len(chosen)}, same lines): {each * 1e3:.0f} ms each, "
        f"{each * run.objects_counted:,.0f} s for all objects"
    )


def remove(run) -> None:
    """Take a finished run out again, with all that rests on it."""
    with owner().cursor() as cursor:
        for table in ("methodgap", "line", "gap"):
            cursor.execute(f"DELETE FROM accounting_{table} WHERE run_id = %s", [str(run.pk)])
        cursor.execute(
            "DELETE FROM accounting_basis USING accounting_shard s WHERE s.id = shard_id AND s.run_id = %s",
            [str(run.pk)],
        )
        cursor.execute("DELETE FROM accounting_shard WHERE run_id = %s", [str(run.pk)])
        cursor.execute("DELETE FROM accounting_run WHERE id = %s", [str(run.pk)])


def _help(run_id: str, region: str) -> None:
    """A worker process: takes shards of the run until none is left; tells its CPU and peak memory."""
    import pandas  # noqa: F401 - loaded once a worker, as the library is

    from accounting.runs.models import Run
    from accounting.runs.services import run_library, shard_next
    from census.access.scope import Scope, enter

    actor = Scope.system(region, "bench")
    with enter(actor):
        run = Run.objects.get(pk=run_id)
        run_library(run)
    print("ready", flush=True)
    sys.stdin.readline()
    cpu = time.process_time()
    while shard_next(actor, run=run):
        pass
    print(time.process_time() - cpu, peak())


if __name__ == "__main__":
    setup()
    _help(*sys.argv[1:])
