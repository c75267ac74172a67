"""Accounting of a city: 12,000 synthetic objects in six counties, as the web role under row-level security.

Printed: objects and lines a second, the shares of reading, computing, writing and the checks of the results, peak
memory; beside it, in the same run, the plain read of the same documents, a plain COPY of the same lines and gaps into
tables without policies, and a plain Python program that takes one object after the other, with the same answers.

    make bench ARGS=accounting      (OBJECTS=3000 for a quick look)

REGION=370000000000 WORKERS=2 takes what the database of DATABASE_URL holds instead (a generated province, the demo
city); the runs are removed again. The nation is ``nation_bench``.
"""

from __future__ import annotations

import io
import os
import random
import sys
import time

from tests.benchmarks import account_workers as workers
from tests.benchmarks import plain_accounts
from tests.benchmarks.support import own_database

OBJECTS = int(os.environ.get("OBJECTS", "12000"))
CITY = "330800000000"
COUNTIES = ("330802", "330803", "330822", "330824", "330825", "330881")
SHARES = {"enterprise": 0.43, "farm": 0.11, "wastewater_plant": 0.31, "village": 0.13, "petrol_station": 0.02}
CATEGORY = {
    "enterprise": "industrial", "farm": "agricultural", "wastewater_plant": "centralized", "village": "domestic",
    "petrol_station": "mobile", "county_domestic": "domestic", "city_vehicles": "mobile",
}  # fmt: skip


REGION = os.environ.get("REGION", "")
WORKERS = int(os.environ.get("WORKERS", str(min(2, os.cpu_count() or 1))))


def main() -> None:
    if REGION:
        workers.setup()
        _measure_held()
        return
    with own_database("accounting"):
        campaign = _load()
        _measure(campaign)


# -- synthetic data -----------------------------------------------------------------------------------


def _load():
    """The campaign with its objects and filled forms, all synthetic."""
    import datetime as dt

    from django.db import connection

    from accounting.factors.services import factor_load
    from census.calendar.models import Campaign
    from sources.objects.models import CensusObject
    from sources.returns.models import Return

    factor_load()
    campaign = Campaign.objects.create(
        code="BENCH", name_zh="基准", name_en="Bench", reference_date=dt.date(2017, 12, 31), synthetic=True
    )
    chance, objects, returns = random.Random(1), [], []
    kinds = [kind for kind, share in SHARES.items() for _ in range(int(OBJECTS * share))]
    places = [(kind, chance.choice(COUNTIES) + f"{chance.randint(1, 30):03}200") for kind in kinds]
    places += [("county_domestic", county + "000000") for county in COUNTIES] + [("city_vehicles", CITY)]
    for number, (kind, region) in enumerate(places):
        industry = chance.choice(["1351", "2929", "3311", "1713", "2221"]) if kind == "enterprise" else ""
        one = CensusObject(
            campaign=campaign, kind=kind, category=CATEGORY[kind], code=f"B{number:08}", region=region,
            name=f"{kind} {number}", industry=industry, synthetic=True,
        )  # fmt: skip
        objects.append(one)
        for form, values in DOCUMENTS[kind](chance).items():
            returns.append(
                Return(
                    campaign=campaign, object=one, form=form, form_version="bench", region=region,
                    category=one.category, state="county_ok", values=values, version_no=1,
                )
            )  # fmt: skip
    CensusObject.objects.bulk_create(objects, batch_size=2000)
    Return.objects.bulk_create(returns, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return campaign


def _enterprise(chance: random.Random) -> dict:
    meat = {
        "census_form_code": "G102", "outlet_code": "DW001", "accounting_link": "屠宰分割", "material_name": "羊",
        "product_name": "冻羊肉", "process_name": "屠宰、分割", "scale_class": "≥1500头/天",
        "material_use_unit": "头", "treatment_process": "沉淀分离",
    }  # fmt: skip
    names = ["化学需氧量", "氨氮", "总氮", "总磷"]
    rows = [
        {"_k": k, **meat, "pollutant_name": name, "material_use": chance.randint(1000, 500000)}
        for k, name in enumerate(names, start=1)
    ]
    boiler = {
        "_k": 1, "industrial_boiler_code": "B1", "industrial_firing_method": "RM02", "industrial_boiler_hours": 5000,
        "fuel1_type": chance.choice(["4", "15"]), "fuel1_consumption": chance.randint(10, 5000),
        "fuel1_sulfur": round(chance.uniform(0.3, 1.5), 2), "fuel1_ash_pct": 18, "desulf_process": "S08",
        "desulf_efficiency_pct": 70, "desulf_hours": chance.randint(3000, 5000), "dedust_process": "P01",
        "dedust_efficiency_pct": 98, "dedust_hours": 5000,
    }  # fmt: skip
    outlet = {"_k": 1, "outlet_code": "DW001", "drainage_destination": "E", "discharge_m3": 5000}
    waste = {"_k": 1, "waste_name": "SW03", "generated_t": 100, "recovered_t": 90, "stored_t": 10}
    return {
        "G102": {"outlets": [outlet]},
        "G103-1": {"units": [boiler]},
        "G104-1": {"wastes": [waste]},
        "G106-1": {"rows": rows},
    }


def _farm(chance: random.Random) -> dict:
    shares = {"dung_farm_manure_pct": 60, "dung_organic_fertilizer_pct": 40, "urine_liquid_manure_pct": 100}
    return {
        "N101-1": {"dung_cleaning": ["1"], **shares},
        "N101-2": {"pig_slaughter": chance.randint(500, 9000), "layer_stock": chance.randint(2000, 90000)},
    }


def _plant(chance: random.Random) -> dict:
    treated = chance.randint(1, 900)
    quality = {
        f"{item}_in_annual_mgl": chance.randint(20, 300) for item in ("cod", "nh3n", "tn", "tp", "bod")
    }
    quality |= {
        f"{item}_out_annual_mgl": chance.randint(1, 20) for item in ("cod", "nh3n", "tn", "tp", "bod")
    }
    return {
        "J101-1": {"plant_type": chance.choice(["1", "3", "3", "3"])},
        "J101-2": {"treated_wm3": treated, "treated_domestic_wm3": treated, "dry_sludge_t": 5},
        "J101-3": quality,
    }


def _village(chance: random.Random) -> dict:
    routes = {"sewage_water_households": 30, "sewage_rural_plant_households": 70}
    return {
        "S101": {"household_loose_coal_t": chance.randint(1, 60), "biomass_t": chance.randint(1, 90)},
        "S102": {"population": chance.randint(200, 3000), **routes},
    }


def _station(chance: random.Random) -> dict:
    sold = {"gasoline_sales_t": chance.randint(100, 6000), "diesel_sales_t": chance.randint(100, 4000)}
    return {"Y102": {**sold, "recovery_stage": "4", "operating_status": "1"}}


def _towns(chance: random.Random) -> dict:
    water = {"public_service_water_wm3": 300, "household_water_wm3": 1200, "water_population_wren": 20}
    return {"S202": water}


def _vehicles(chance: random.Random) -> dict:
    stages = {f"stage_{stage}": chance.randint(10, 90000) for stage in ("pre1", "1", "2", "3", "4", "5")}
    kinds = [("12", "1"), ("12", "2"), ("13", "1"), ("14", "2"), ("22", "2"), ("24", "2"), ("41", "1")]
    rows = [
        {"_k": k, "vehicle_type": kind, "vehicle_use": "1", "fuel": fuel, **stages}
        for k, (kind, fuel) in enumerate(kinds, start=1)
    ]
    return {"Y201-1": {"vehicles": rows}}


DOCUMENTS = {
    "enterprise": _enterprise, "farm": _farm, "wastewater_plant": _plant, "village": _village,
    "petrol_station": _station, "county_domestic": _towns, "city_vehicles": _vehicles,
}  # fmt: skip


# -- measurement --------------------------------------------------------------------------------------


def _measure(campaign) -> None:
    from django.conf import settings

    from accounting.runs.services import run_execute
    from census.access.scope import Scope

    settings.SWITCH_TO_WEB_ROLE = True
    actor = Scope.system(CITY, "bench")
    for state in ("cold", "warm"):  # a worker reads the form definitions and the factor library once
        run = workers.plan(actor, campaign)
        took = workers.Took(1)
        with took:
            run = (
                _profiled(run_execute, actor, run)
                if os.environ.get("PROFILE")
                else run_execute(actor, run=run)
            )
        print(f"run {state:11} {took.seconds:7.2f} s   CPU of this process {took.cpu:.2f} s")
    beside = plain_read(actor), plain_copy(actor, run)
    workers.report(actor, run, took, *beside)
    if WORKERS > 1:
        run, took = workers.shared_run(actor, workers.plan(actor, campaign), WORKERS)
        workers.report(actor, run, took, *beside)
    plain_accounts.one_by_one(actor, run)
    for share in (0.0, 0.01):
        _bring_up_to_date(actor, run, share)


def _measure_held() -> None:
    """Runs over a region of an existing database, by one worker and by several; removed at the end."""
    from census.access.scope import Scope

    actor, beside = Scope.system(REGION, "bench"), None
    for number in dict.fromkeys((1, WORKERS)):
        run = workers.plan(actor)
        try:
            run, took = workers.shared_run(actor, run, number)
            beside = beside or (plain_read(actor), plain_copy(actor, run))
            workers.report(actor, run, took, *beside)
            if number == WORKERS:
                plain_accounts.one_by_one(actor, run)
        finally:
            workers.remove(run)


def _bring_up_to_date(actor, run, share: float) -> None:
    """The run after a share of the filled forms got a new version."""
    from django.db import connection

    from accounting.runs.services import run_execute, run_update
    from census.access.scope import enter

    with enter(actor), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE sources_return SET version_no = version_no + 1 WHERE id IN (
                   SELECT id FROM sources_return WHERE form NOT LIKE 'J101%%' ORDER BY md5(id::text) LIMIT
                   (SELECT ceil(count(*) * %s)::int FROM sources_return))""",
            [share],
        )
        later = run_update(actor, run=run)
    start = time.perf_counter()
    later = run_execute(actor, run=later)
    took = time.perf_counter() - start
    modes = ", ".join(f"{shard.mode} {shard.objects_computed}" for shard in later.shards.all())
    print(f"brought up to date, {share:.0%} of the forms changed {took:5.2f} s   ({modes})")


def _profiled(execute, actor, run):
    """PROFILE=1: where the time goes."""
    import cProfile
    import pstats

    with cProfile.Profile() as profile:
        run = execute(actor, run=run)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
    return run


def plain_read(actor) -> float:
    """Every document of the region as text, nothing done with it, county by county."""
    from django.db import connection

    from census.access.scope import enter
    from census.places import regions

    start = time.perf_counter()
    with enter(actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT left(region, 6) FROM sources_return WHERE region >= %s AND region < %s",
            regions.bounds(actor.region),
        )
        for (county,) in cursor.fetchall():
            cursor.execute(
                """SELECT form, object_id::text, sheet, version_no, values::text FROM sources_return
                   WHERE region >= %s AND region < %s""",
                [county + "000000", county + "~"],
            )
            cursor.fetchall()
    return time.perf_counter() - start


def plain_copy(actor, run) -> float:
    """The same lines and gaps by COPY into ordinary tables of the same columns and indexes without policies and keys,
    county by county."""
    took = 0.0
    with workers.owner().cursor() as cursor:
        for table, written in (("accounting_line", run.lines_written), ("accounting_gap", run.gaps_written)):
            cursor.execute("DROP TABLE IF EXISTS bench_copy")
            cursor.execute(f"CREATE TABLE bench_copy (LIKE {table} INCLUDING INDEXES INCLUDING IDENTITY)")
            took += sum(_copied(cursor, actor, run, table, shard) for shard in workers.shards(actor, run))
            cursor.execute("SELECT count(*) FROM bench_copy")
            if cursor.fetchone()[0] != written:
                sys.exit("The plain COPY did not write the same rows.")
            cursor.execute("DROP TABLE bench_copy")
    return took


def _copied(cursor, actor, run, table: str, shard: str) -> float:
    """Seconds to COPY the rows of a shard, read before the clock starts."""
    from django.db import connection

    from census.access.scope import enter

    text = io.StringIO()
    with enter(actor), connection.cursor() as reading:
        reading.cursor.copy_expert(
            f"COPY (SELECT * FROM {table} WHERE run_id = '{run.pk}' AND region >= '{shard[:6]}' "
            f"AND region < '{shard[:6]}~') TO STDOUT",
            text,
        )
    text.seek(0)
    start = time.perf_counter()
    cursor.copy_expert("COPY bench_copy FROM STDIN", text)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
