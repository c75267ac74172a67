"""Runs on PostgreSQL: what they count, that they can be killed and repeated, and who sees what."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.db.models import Sum

from accounting.crosscheck.models import MethodGap
from accounting.factors.models import Edition
from accounting.factors.services import factors_publish
from accounting.runs import execution
from accounting.runs.models import Gap, Line, Run, Shard
from accounting.runs.services import run_cancel, run_create, run_execute, run_library, run_start, shard_next
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.jobs.models import Job
from census.jobs.services import job_execute
from sources.objects.models import CensusObject
from sources.returns.models import Return

CITY, COUNTY, OTHER = "330800000000", "330802000000", "330803000000"


def plan(officer, campaign, **changes):
    wanted = {"region": CITY, "categories": list(CATEGORIES), "edition": "census2_2021"} | changes
    with enter(officer):
        return run_create(officer, campaign=campaign, **wanted)


def rows(run, *names):
    """All lines of a run in a fixed order, without ids."""
    names = names or [field.column for field in Line._meta.concrete_fields if field.name not in {"id", "run"}]
    with connection.cursor() as cursor:
        columns = ", ".join(f'"{name}"' for name in names)
        cursor.execute(f"SELECT {columns} FROM accounting_line WHERE run_id = %s ORDER BY id", [run.pk])
        return cursor.fetchall()


@pytest.fixture
def done(officer, campaign, county):
    return run_execute(officer, run=plan(officer, campaign))


def line(run, obj, pollutant, **where):
    return Line.objects.get(run=run, object_id=obj.pk, pollutant=pollutant, chosen=True, **where)


def test_run_is_sharded_by_county_and_city(officer, campaign, county):
    run = plan(officer, campaign)
    assert list(run.shards.values_list("region", flat=True)) == [CITY, COUNTY, OTHER]
    assert run.number > 0
    assert run.parameters["editions"][0] == "census2_2021"


def test_every_kind_is_accounted(done, county):
    assert done.state == Run.State.DONE
    assert done.objects_counted == 7
    for kind in (
        "enterprise",
        "wastewater_plant",
        "farm",
        "county_domestic",
        "petrol_station",
        "city_vehicles",
    ):
        assert Line.objects.filter(run=done, object_id=county[kind].pk).exists(), kind
    assert done.lines_written == Line.objects.filter(run=done).count()
    assert done.gaps_written == Gap.objects.filter(run=done).count() > 0


def test_emission_coefficient_of_the_stated_treatment(done, county):
    cod = line(done, county["enterprise"], "COD")
    assert (cod.generated_kg, cod.discharged_kg) == (400000 * 0.495, 400000 * 0.237)
    assert (cod.match_step, cod.confidence, cod.version_no, cod.row_key) == ("exact", "verified", 3, 1)
    assert cod.section == "rows"


def test_indirect_discharge_is_credited_once_after_the_plant(done, county):
    cod = line(done, county["enterprise"], "COD")
    passed = (1000 - 50) / 1000 * 30 / 300
    assert cod.destination == "indirect"
    assert cod.environment_kg == pytest.approx(cod.discharged_kg * passed, rel=1e-12)
    plant = line(done, county["wastewater_plant"], "COD")
    assert plant.removed_kg == 1000 * 1e4 * (300 - 30) / 1e3
    assert plant.environment_kg == 0


def test_town_is_credited_with_its_plants_once(done, county):
    cod = line(done, county["county_domestic"], "COD")
    assert cod.removed_kg == pytest.approx(800 * 1e4 * (300 - 30) / 1e3)
    assert cod.discharged_kg == pytest.approx(cod.generated_kg - cod.removed_kg)


def test_no_coefficient_is_a_gap_and_never_zero(done, county):
    gap = Gap.objects.get(run=done, object_id=county["enterprise"].pk, pollutant="NH3_N")
    assert (gap.reason, gap.size, gap.row_key) == ("no_factor", 400000, 2)
    assert "牛" in gap.key
    assert not Line.objects.filter(run=done, object_id=county["enterprise"].pk, pollutant="NH3_N").exists()


def test_declared_efficiency_is_marked_and_can_be_refused(officer, campaign, county, done):
    so2 = line(done, county["enterprise"], "SO2")
    assert (so2.eta, so2.k, so2.confidence) == (0.7, 0.975, "declared")
    assert so2.discharged_kg == pytest.approx(12.8 * 1000 * (1 - 0.7 * 0.975))
    strict = run_execute(officer, run=plan(officer, campaign, confidences=["verified", "secondary"]))
    so2 = line(strict, county["enterprise"], "SO2")
    assert so2.generated_kg == 12800
    assert so2.discharged_kg is None
    assert Gap.objects.filter(run=strict, object_id=county["enterprise"].pk, reason="no_efficiency").exists()
    assert Gap.objects.filter(run=strict, reason="weak_factor").exists()


def test_a_run_asks_factors_in_force_on_the_reference_date_and_an_old_run_any(
    officer, campaign, county, done
):
    before = rows(done)
    with enter(officer):
        number = Line.objects.filter(run=done, factor_id__gt=0).values_list("factor_id", flat=True).first()
        row = run_library(done).factor(number)
    later = replace(row, value=0.0, expression="", parameters={}, valid_from="2018-01-01")
    with enter(Scope.system()):
        factors_publish(rows=[later], retired=[], change=1)
    new, old = plan(officer, campaign), plan(officer, campaign)
    assert new.parameters["valid_on"] == "2017-12-31"
    assert rows(run_execute(officer, run=new)) == before
    with enter(officer):
        del old.parameters["valid_on"]
        old.save()
    assert rows(run_execute(officer, run=old)) != before


def test_drafts_and_objects_outside_the_census_do_not_count(officer, campaign, county):
    Return.objects.filter(object=county["farm"]).update(state="draft")
    CensusObject.objects.filter(pk=county["petrol_station"].pk).update(status="out_of_scope")
    Return.objects.filter(object=county["county_domestic"]).update(active=False)  # no longer asked for
    run = run_execute(officer, run=plan(officer, campaign))
    gone = [county["farm"].pk, county["petrol_station"].pk, county["county_domestic"].pk]
    assert not Line.objects.filter(run=run, object_id__in=gone).exists()
    approved = run_execute(officer, run=plan(officer, campaign, min_state="city_ok"))
    assert approved.lines_written == 0


def test_same_run_again_gives_the_same_bits(officer, campaign, county, done):
    again = run_execute(officer, run=plan(officer, campaign))
    assert rows(again) == rows(done)


def test_executing_a_shard_twice_leaves_no_double_line(officer, done):
    before, compared = rows(done), MethodGap.objects.filter(run=done).count()
    Shard.objects.filter(run=done, region=COUNTY).update(state="waiting")
    Run.objects.filter(pk=done.pk).update(state="running")
    run_execute(officer, run=done)
    assert sorted(rows(done), key=repr) == sorted(before, key=repr)
    assert MethodGap.objects.filter(run=done).count() == compared > 0


@pytest.mark.parametrize("line_number", range(1, 11))
def test_killed_at_any_step_and_started_again(officer, campaign, county, monkeypatch, line_number):
    """The n-th of the steps of the shards dies; going on gives what an undisturbed run gives."""
    whole = run_execute(officer, run=plan(officer, campaign))
    run, calls = plan(officer, campaign), 0

    def dying(step):
        def call(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == line_number:
                raise KeyboardInterrupt
            return step(*args, **kwargs)

        return call

    for name in ("inputs_read", "context_read", "compute", "rows_write"):
        monkeypatch.setattr(execution, name, dying(getattr(execution, name)))
    with pytest.raises(KeyboardInterrupt):
        run_execute(officer, run=run)
    assert Shard.objects.filter(run=run, state="waiting").exists()
    run_execute(officer, run=run)
    assert sorted(rows(run), key=repr) == sorted(rows(whole), key=repr)


def test_a_failing_county_is_named_and_the_others_go_on(officer, campaign, county, monkeypatch):
    read = execution.context_read

    def broken(*, run, region, only):
        if region == COUNTY:
            raise ValueError("a strange value")
        return read(run=run, region=region, only=only)

    monkeypatch.setattr(execution, "context_read", broken)
    run = run_execute(officer, run=plan(officer, campaign))
    assert run.state == Run.State.FAILED
    shards = {shard.region: shard for shard in run.shards.all()}
    assert shards[COUNTY].error == "ValueError: a strange value"
    assert shards[OTHER].state == "done"
    monkeypatch.setattr(execution, "context_read", read)
    with enter(officer):
        run_start(officer, run=run)
    run = run_execute(officer, run=run)
    assert run.state == Run.State.DONE


def test_the_job_drives_the_run_and_shows_progress(officer, campaign, county, monkeypatch):
    monkeypatch.setattr("accounting.runs.tasks.assist.delay", lambda *args: None)
    run = plan(officer, campaign)
    with enter(officer):
        run_start(officer, run=run)
    run.refresh_from_db()
    job_execute(job_id=str(run.job_id), region=CITY)
    job = Job.objects.get(pk=run.job_id)
    run.refresh_from_db()
    assert (job.state, job.done, job.total, run.state) == ("done", 3, 3, "done")
    assert job.result["lines"] == run.lines_written > 0


def test_cancel_stops_before_the_next_county_and_can_be_gone_on_with(officer, campaign, county, monkeypatch):
    monkeypatch.setattr("accounting.runs.tasks.assist.delay", lambda *args: None)
    run = plan(officer, campaign)
    with enter(officer):
        run = run_start(officer, run=run)
        Job.objects.filter(pk=run.job_id).update(state="running")
        run_cancel(officer, run=run)
        Job.objects.filter(pk=run.job_id).update(state="queued")
    job_execute(job_id=str(run.job_id), region=CITY)
    run.refresh_from_db()
    assert run.state == Run.State.CANCELLED
    with enter(officer):
        run_start(officer, run=run)
    run.refresh_from_db()
    job_execute(job_id=str(run.job_id), region=CITY)
    run.refresh_from_db()
    assert run.state == Run.State.DONE


def test_helper_takes_shards_that_nobody_holds(officer, campaign, county):
    run = plan(officer, campaign)
    taken = 0
    while shard_next(officer, run=run):
        taken += 1
    assert taken == 3
    assert shard_next(officer, run=run) is False


def test_a_county_sees_its_lines_and_the_city_s_run_but_not_the_neighbour(done, as_web):
    county_scope = Scope.system(COUNTY, "county officer")
    with enter(county_scope):
        assert Run.objects.get(pk=done.pk).number == done.number
        seen = set(Line.objects.filter(run=done).values_list("region", flat=True))
        assert seen
        assert all(region.startswith("330802") for region in seen)
        assert not Line.objects.filter(run=done, region__startswith="330803").exists()
    with enter(replace(county_scope, categories=frozenset({"domestic"}))):
        assert set(Line.objects.filter(run=done).values_list("category", flat=True)) == {"domestic"}


def test_the_web_role_computes_under_row_level_security(officer, campaign, county, as_web):
    run = run_execute(officer, run=plan(officer, campaign))
    with enter(officer):
        assert Line.objects.filter(run=run).aggregate(total=Sum("environment_kg"))["total"] > 0


def test_without_a_scope_nothing_is_visible(done, officer, as_web):
    with connection.cursor() as cursor:  # the test's own transaction still holds the settings of the run
        for name, _value in officer.settings():
            cursor.execute("SELECT set_config(%s, '', true)", [name])
    assert not Line.objects.exists()
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"edition": "handbook_of_dreams"}, "edition"),
        ({"categories": []}, "categories"),
        ({"categories": ["lunar"]}, "categories"),
        ({"confidences": []}, "confidences"),
        ({"confidences": ["gossip"]}, "confidences"),
        ({"min_state": "draft"}, "min_state"),
        ({"region": "330824000000"}, "__all__"),
    ],
)
def test_a_wrong_plan_is_explained(officer, campaign, county, changes, field):
    with pytest.raises(ValidationError) as error:
        plan(officer, campaign, **changes)
    if field != "__all__":
        assert field in error.value.message_dict
    assert Edition.objects.exists()


def test_nobody_runs_outside_the_own_region_or_without_the_right(campaign, county):
    scope = Scope.system(COUNTY, "county officer")
    with pytest.raises(PermissionDenied):
        plan(scope, campaign)
    with pytest.raises(PermissionDenied):
        plan(replace(scope, capabilities=frozenset()), campaign, region=COUNTY)
