"""What the benchmarks of accounting share: planning a run, several worker processes on it, what is printed of it."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cache

import django
import psycopg2

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
    """The run done by so many processes, started before the clock and with forms, units and factors read.

    Returns the run and what it took.
    """
    from accounting.runs.services import run_execute, run_library, shard_next
    from census.access.scope import enter
    from census.conf.warming import warm

    command = [sys.executable, "-m", "tests.benchmarks.account_workers", str(run.pk), actor.region]
    helpers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(workers - 1)
    ]
    warm()
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


@dataclass
class Figures:
    """What one run came to, or several added up. ``parts``: seconds of all workers; ``read``, ``copy``: beside it."""

    workers: int
    objects: int = 0
    lines: int = 0
    gaps: int = 0
    shards: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    peak: float = 0.0
    read: float = 0.0
    copy: float = 0.0
    parts: Counter[str] = field(default_factory=Counter)

    def add(self, actor, run, took: Took, read: float, copy: float) -> None:
        """Add a finished run with its plain read and plain COPY; ends the program where the run did not finish."""
        from django.db.models import Sum

        from accounting.runs.models import Shard
        from census.access.scope import enter

        with enter(actor):
            mine = Shard.objects.filter(run=run)
            faults = list(mine.exclude(error="").values_list("error", flat=True)[:3])
            parts = mine.aggregate(
                read=Sum("read_seconds"), compute=Sum("compute_seconds"), write=Sum("write_seconds")
            )
            self.shards += mine.count()
        if run.state != "done":
            sys.exit("; ".join(faults) or run.state)
        busy = took.seconds * took.workers
        parts["checks"] = took.checks * took.workers or busy - sum(parts.values())
        parts["other"] = busy - sum(parts.values())
        self.parts.update(parts)
        self.objects += run.objects_counted
        self.lines += run.lines_written
        self.gaps += run.gaps_written
        self.seconds += took.seconds
        self.cpu += took.cpu
        self.peak = max(self.peak, took.peak)
        self.read += read
        self.copy += copy

    @property
    def ratio(self) -> float:
        """How many times the plain read and COPY it took."""
        return self.seconds / (self.read + self.copy)

    def show(self) -> None:
        """Print it."""
        print(
            f"{self.workers} worker(s): {self.seconds:.2f} s, {self.objects:,} objects, {self.lines:,} lines, "
            f"{self.gaps:,} gaps, {self.shards:,} shards"
        )
        print(
            f"a second        {self.objects / self.seconds:7.0f} objects, {self.lines / self.seconds:.0f} lines"
        )
        for name, seconds in self.parts.items():
            print(f"  {name:13} {seconds:7.2f} s   {seconds / self.seconds / self.workers:6.0%}")
        print(f"CPU in Python   {self.cpu:7.2f} s")
        print(f"plain read      {self.read:7.2f} s   (one process)")
        print(f"plain COPY      {self.copy:7.2f} s   (one process)")
        print(f"ratio to plain read + COPY {self.ratio:5.1f}")
        print(f"peak memory     {self.peak:7.0f} MB a worker", flush=True)


def report(actor, run, took: Took, read: float, copy: float) -> None:
    """Print the figures of a finished run beside a plain read and a plain COPY."""
    figures = Figures(took.workers)
    figures.add(actor, run, took, read, copy)
    figures.show()


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
    from accounting.runs.models import Run
    from accounting.runs.services import run_library, shard_next
    from census.access.scope import Scope, enter
    from census.conf.warming import warm

    warm()
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
