"""The book of a region (all tables × the region and everything below it down to the counties) as its job writes it.

Takes what the database of DATABASE_URL holds: the demo city of ``make bench``, or a generated province. WORKERS
processes share the job as that many Celery workers do.

    make bench ARGS=book            (REGION=370000000000 WORKERS=2)
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time

import django

REGION = os.environ.get("REGION", "330800000000")
WORKERS = int(os.environ.get("WORKERS", str(min(2, os.cpu_count() or 1))))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "census.conf.settings")
    os.environ["CENSUS_DB_ROLE"] = "web"
    django.setup()
    if len(sys.argv) > 1:
        _help(*sys.argv[1:])
        return
    from accounting.tables.making import newest_run
    from census.access.scope import Scope, enter

    with enter(Scope.system(region=REGION)) as actor:
        run = newest_run(actor, REGION)
    if run is None:
        sys.exit(f"No finished accounting run over {REGION}: load the demo city first.")
    for workers in dict.fromkeys((1, WORKERS)):
        with tempfile.TemporaryDirectory() as folder:
            _write(actor, run, workers, folder)


def _write(actor, run, workers: int, folder: str) -> None:
    """One book by so many processes; the job leaves no trace."""
    from django.conf import settings

    from accounting.tables.books import book_path, book_start
    from census.access.scope import enter
    from census.jobs.models import Job
    from census.jobs.services import job_execute

    settings.MEDIA_ROOT = folder
    with enter(actor):
        job = book_start(actor, region=REGION, run=run)
    command = [sys.executable, "-m", "tests.benchmarks.book_bench", str(job.pk), folder]
    begun, cpu = time.perf_counter(), time.process_time()
    helpers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(workers - 1)]
    job_execute(job_id=str(job.pk), region=REGION)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
    told = [helper.communicate()[0].split() for helper in helpers]
    with enter(actor):
        job.refresh_from_db()
        Job.objects.filter(pk=job.pk).delete()
    if job.state != Job.State.DONE:
        sys.exit(job.error)
    size, peak = book_path(job).stat().st_size / 2**20, _peak()
    print(
        f"{workers} worker(s): book of {job.total} regions in {seconds:.1f} s, CPU in Python "
        f"{cpu + sum(float(one[0]) for one in told):.1f} s, {size:.1f} MB of xlsx; peak memory "
        f"{max(peak, *(float(one[1]) for one in told), 0.0):.0f} MiB a worker"
    )


def _help(job_id: str, folder: str) -> None:
    """A helper process: takes counties as soon as the job runs, until none is left."""
    from django.conf import settings

    from census.access.scope import Scope, enter
    from census.jobs.models import Job
    from census.jobs.sharing import assist

    settings.MEDIA_ROOT = folder
    with enter(Scope.system(region=REGION)):
        job = Job.objects.get(pk=job_id)
    from accounting.tables.books import book_regions, lowest

    with enter(Scope.system(region=REGION)):
        shards = lowest(code for code, _name in book_regions(REGION))
    cpu = time.process_time()
    while job.state == Job.State.QUEUED:
        time.sleep(0.05)
        with enter(Scope.system(region=REGION)):
            job.refresh_from_db()
    assist(job_id, job.actor, shards)
    print(time.process_time() - cpu, _peak())


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
