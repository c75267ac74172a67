"""A run in processes of their own, killed with SIGKILL at random moments and started again, gives the same rows.

Every other run brings an earlier one up to date, so that copying and computing in part are killed too. Ten kills;
KILLS=50 for a thorough try. The seed of the moments is printed with a failure.
"""

import multiprocessing
import os
import random
import time

import pytest
from django.db import connection

from accounting.crosscheck.models import MethodGap
from accounting.runs.models import Gap, Line, Run, Shard
from accounting.runs.services import run_create, run_execute, run_update
from census.access.posts import CATEGORIES
from census.access.scope import enter
from sources.returns.models import Return
from tests.accounting.runs.conftest import BOILER, DOCUMENTS, MEAT, make_object
from tests.support import product

CITY = "330800000000"
COUNTIES = ("330802", "330803", "330822", "330824", "330825", "330881")
KILLS = int(os.environ.get("KILLS", "10"))


@pytest.fixture
def world(transactional_db, campaign, county):
    """Six counties, committed, so that another process sees them."""
    for code in COUNTIES:
        for number in range(3, 9):
            forms = {"G103-1": {"units": [BOILER]}, "G106-1": {"rows": [MEAT]}}
            make_object(campaign, "enterprise", f"{code}002001", number, forms, industry="1351")
            make_object(campaign, "farm", f"{code}002001", number, DOCUMENTS["farm"])
    return campaign


def plan(officer, campaign):
    with enter(officer):
        return run_create(
            officer, campaign=campaign, region=CITY, categories=list(CATEGORIES), edition="census2_2021"
        )


def later(officer, run):
    with enter(officer):
        return run_update(officer, run=run)


def change_forms(counties):
    """A new version of one farm's form in each of some counties."""
    for code in counties:
        ret = Return.objects.filter(form="N101-2", region__startswith=code).order_by("object_id").first()
        ret.values, ret.version_no = ret.values | {"pig_slaughter": 4000}, ret.version_no + 1
        ret.save()


def rows(run):
    """All lines, gaps and comparisons of methods to the bit, without the numbers of run and row."""
    found = []
    for model in (Line, Gap, MethodGap):
        fields = [field.column for field in model._meta.concrete_fields if field.name not in {"id", "run"}]
        names = ", ".join(f'"{name}"' for name in fields)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {names} FROM {model._meta.db_table} WHERE run_id = %s", [run.pk])
            found += sorted(map(repr, cursor.fetchall()))
    return found


@pytest.fixture
def workers(world, monkeypatch):
    """Starts worker processes over the test's database."""
    for name, value in product._environment().items():
        monkeypatch.setenv(name, value)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.accounting.runs.killed_worker"])

    def start(run):
        from tests.accounting.runs.killed_worker import drive

        process = context.Process(target=drive, args=(str(run.pk), CITY))
        process.start()
        return process

    return start


def test_killed_at_random_and_started_again_gives_the_same_rows(world, workers, officer):
    base = run_execute(officer, run=plan(officer, world))
    change_forms(COUNTIES[::2])
    whole = rows(run_execute(officer, run=plan(officer, world)))
    for _state in ("cold", "warm"):  # the first start loads the product
        started = time.perf_counter()
        process = workers(run := plan(officer, world))
        process.join(120)
        took = time.perf_counter() - started
        assert (process.exitcode, rows(run) == whole) == (0, True)
    pair = [workers(run := plan(officer, world)), workers(run)]
    for process in pair:
        process.join(120)
    assert ([process.exitcode for process in pair], rows(run) == whole) == ([0, 0], True), (
        "two workers at once"
    )

    seed = random.randrange(10**6)
    chance, kills, torn = random.Random(seed), 0, 0
    while kills < KILLS:
        run = later(officer, base) if kills % 2 else plan(officer, world)
        while Run.objects.get(pk=run.pk).state != Run.State.DONE:
            process = workers(run)
            process.join(chance.uniform(0.0, took) if kills < KILLS else 120)
            if process.exitcode is None:
                process.kill()
                process.join()
                kills += 1
                waiting = Shard.objects.filter(run=run, state=Shard.State.WAITING).count()
                torn += 0 < waiting < len(COUNTIES) + 1
            assert process.exitcode in {0, -9}, seed
        assert rows(run) == whole, seed
    assert torn > 0, f"no kill fell between two counties (seed {seed})"
