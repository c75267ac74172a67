"""Findings and problems follow the values: on save, and after a run over a county."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from census.access.scope import enter
from census.jobs import events
from census.jobs.models import Job
from census.jobs.services import JobCancelled, Progress, job_execute, job_start
from census.jobs.sharing import assist, shard_take, shared_run
from review.findings.models import Finding
from review.findings.reading import shards_of
from review.findings.runs import KIND, shard_check
from review.findings.services import finding_explain
from review.findings.values import text_at, text_of
from review.problems import moves
from review.problems.models import Problem, ProblemEvent
from sources.forms.catalogue import load
from sources.forms.check import check_record
from sources.objects.models import CensusObject
from sources.returns.models import Return
from sources.returns.services import return_save
from tests.review import world
from tests.review.world import CITY, CLERK, COUNTY
from tests.sources.returns.world import make_object

pytestmark = pytest.mark.django_db
SUM_RULE = "G102-R14"


def save(ret: Return, actor=CLERK, **values) -> None:
    ret.refresh_from_db()
    return_save(actor, return_id=ret.id, values=values, base_version=ret.version_no)


def living(rule: str) -> Finding | None:
    return Finding.objects.filter(rule=rule).exclude(state="cleared").first()


def test_finding_opens_clears_and_reopens_as_the_same() -> None:
    ret = world.make_return(make_object(), water_intake_m3=90)
    save(ret, water_intake_m3=100, municipal_water_m3=90)
    first = living(SUM_RULE)
    assert (first.state, first.value, first.indicator, first.return_id) == (
        "open",
        "100",
        "water_intake_m3",
        ret.id,
    )
    save(ret, water_intake_m3=90, municipal_water_m3=90)
    assert living(SUM_RULE) is None
    assert Finding.objects.get(pk=first.pk).state == "cleared"
    save(ret, water_intake_m3=95, municipal_water_m3=90)
    again = living(SUM_RULE)
    assert (again.pk, again.state, again.value, again.first_seen) == (
        first.pk,
        "open",
        "95",
        first.first_seen,
    )


def test_rule_of_the_catalogue_runs_on_save() -> None:
    ret = world.make_return(make_object(), form="J101-2")
    save(ret, treated_wm3=700, electricity_wkwh=1000)
    assert living("L096").severity == "warning"
    save(ret, treated_wm3=700, electricity_wkwh=200)
    assert living("L096") is None


def test_row_findings_keep_the_row() -> None:
    ret = world.make_return(make_object())
    save(ret, outlets=[{"_k": 7, "cod_generation_t": 1, "cod_discharge_t": 2}])
    found = living("G102-R01")
    assert (found.row, found.indicator, found.value) == ("outlets/7", "cod_discharge_t", "2")


def emit_saved(ret: Return) -> None:
    """Tell review of a save of the values as they are stored."""
    ret.refresh_from_db()
    row = SimpleNamespace(
        **{name: getattr(ret, name) for name in ("id", "object_id", "form", "sheet", "region", "category")},
        district_id=ret.district_id,
        values=ret.values,
        kind="enterprise",
        industry="",
        operating="1",
        attributes={},
    )
    form = load().forms[ret.form]
    verdicts = check_record(ret.form, ret.values)
    events.emit("return.saved", actor=CLERK, ret=row, form=form, verdicts=verdicts, changes=[])


def test_unchanged_save_costs_one_query(django_assert_num_queries) -> None:
    ret = world.make_return(make_object())
    save(ret, water_intake_m3=100, municipal_water_m3=90)
    ret.refresh_from_db()
    with django_assert_num_queries(2):  # the refresh, and the one of the handler
        emit_saved(ret)


def test_problem_learns_value_and_verdict() -> None:
    ret = world.make_return(make_object())
    save(ret, water_intake_m3=100, municipal_water_m3=90)
    world.issued_batch(findings=[living(SUM_RULE)])
    row = Problem.objects.get()
    assert (row.value_at_issue, row.rule_passes, row.value_after) == ("100", False, "")
    save(ret, water_intake_m3=90, municipal_water_m3=90)
    row.refresh_from_db()
    assert (row.rule_passes, row.value_after) == (True, "90")
    assert moves.problem_answer(CLERK, "correct", ids=[row.pk]).done == [row.pk]
    save(ret, water_intake_m3=95, municipal_water_m3=90)
    row.refresh_from_db()
    assert (row.rule_passes, row.mark) == (False, "fails_again")


def test_correction_in_another_form_clears_a_crossing_finding() -> None:
    obj = make_object()
    products = world.make_return(obj, form="G101-2")
    basic = world.make_return(obj, form="G101-1", operating_status="1")
    with enter(CLERK):
        shard_check(CLERK, shard=COUNTY)
    assert living("C014").form == "G101-1"
    save(products, products=[{"_k": 1, "product_name": "水泥"}])
    assert living("C014") is None
    assert basic.form == "G101-1"


def test_removed_object_marks_its_problems() -> None:
    finding = world.make_findings()[0]
    world.issued_batch(findings=[finding])
    obj = CensusObject.objects.get(pk=finding.object_id)
    events.emit("object.removed", actor=CLERK, obj=obj)
    assert Problem.objects.get().mark == "object_removed"
    assert Finding.objects.get(pk=finding.pk).state == "cleared"
    events.emit("object.restored", actor=CLERK, obj=obj)
    assert Problem.objects.get().mark == ""


def test_rows_follow_their_object_to_another_district() -> None:
    finding = world.make_findings()[0]
    world.issued_batch(findings=[finding])
    district = uuid4()
    CensusObject.objects.filter(pk=finding.object_id).update(district_id=district)
    events.emit("objects.assigned", actor=CLERK, ids=[finding.object_id])
    for model in (Finding, Problem, ProblemEvent):
        assert model.objects.get(object_id=finding.object_id).district_id == district


def test_open_errors_block_approval() -> None:
    finding = world.make_findings()[0]
    ret = Return.objects.get(pk=finding.return_id)
    assert {ret.id} in events.emit("returns.approving", actor=CLERK, rows=[ret])
    Finding.objects.update(severity="warning")
    assert {ret.id} not in events.emit("returns.approving", actor=CLERK, rows=[ret])


def test_run_equals_saves_and_writes_only_differences() -> None:
    returns = [world.make_return(make_object()) for _ in range(3)]
    for at, ret in enumerate(returns):
        save(ret, water_intake_m3=100 + at, municipal_water_m3=100, outlets=[{"_k": 1, "discharge_m3": 500}])
    keys = ("object_id", "rule", "form", "sheet", "row", "indicator", "value", "zh", "severity")
    before = set(Finding.objects.exclude(state="cleared").values_list(*keys))
    with enter(CLERK):
        counted = shard_check(CLERK, shard=COUNTY)
    after = set(Finding.objects.exclude(state="cleared").values_list(*keys))
    crossing = {line for line in after - before if line[1].startswith(("X", "C0"))}
    assert before == after - crossing
    assert counted["new"] == len(crossing)
    assert counted["cleared"] == 0
    with enter(CLERK):
        assert shard_check(CLERK, shard=COUNTY)["new"] == 0


def test_run_job_over_a_city_resumes_and_clears() -> None:
    wrong = world.make_return(make_object(), water_intake_m3=100, municipal_water_m3=90)
    world.make_return(make_object(region="330803001001"), water_intake_m3=5, municipal_water_m3=4)
    world.make_return(make_object(kind="city_oil"), form="Y203", total_voc_t=9, depot_voc_t=1)
    job = job_start(CITY, kind=KIND, title="run", region=CITY.region)
    done = {"documents": 1, "open": 7, "new": 0, "cleared": 0}
    Job.objects.filter(pk=job.pk).update(checkpoint={"found": {COUNTY: done}})
    job_execute(job_id=str(job.id), region=CITY.region)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.error) == ("done", 3, 3, "")
    assert job.result["open"] > done["open"], "the county done before is part of the result"
    assert not Finding.objects.filter(object_id=wrong.object_id).exists(), "the finished county ran again"
    assert Finding.objects.filter(rule=SUM_RULE, region__startswith="330803").count() == 1
    assert Finding.objects.filter(rule="Y203-R01").count() == 1
    Return.objects.filter(form="Y203").update(values={"total_voc_t": 1, "depot_voc_t": 1})
    with enter(CITY):
        assert shard_check(CITY, shard=CITY.region)["cleared"] >= 1
    assert Finding.objects.get(rule="Y203-R01").state == "cleared"
    assert Finding.objects.filter(rule=SUM_RULE, state="open").count() == 1, (
        "a city step cleared a county's row"
    )


def test_workers_share_a_run_and_stop_when_it_is_cancelled() -> None:
    """A helper takes what nobody has done, once; it takes nothing of a job that is not running."""
    for region in ("330802001001", "330803001001"):
        world.make_return(make_object(region=region), water_intake_m3=100, municipal_water_m3=90)
    job = job_start(CITY, kind=KIND, title="run", region=CITY.region)
    shards = shards_of(CITY.region)
    assert assist(str(job.id), job.actor, shards) == 0
    Job.objects.filter(pk=job.pk).update(state="running")
    assert assist(str(job.id), job.actor, shards) == len(shards) == 2
    assert not shard_take(CITY, job, shards)
    job.refresh_from_db()
    assert (job.done, sorted(job.checkpoint["found"])) == (2, shards)
    Job.objects.filter(pk=job.pk).update(checkpoint={}, cancel_requested=True)
    with pytest.raises(JobCancelled):
        shared_run(Progress(job, CITY), shards)


def test_run_updates_problems() -> None:
    ret = world.make_return(make_object())
    save(ret, water_intake_m3=100, municipal_water_m3=90)
    world.issued_batch(findings=[living(SUM_RULE)])
    Return.objects.filter(pk=ret.pk).update(values={"water_intake_m3": 90, "municipal_water_m3": 90})
    with enter(CLERK):
        shard_check(CLERK, shard=COUNTY)
    row = Problem.objects.get()
    assert (row.rule_passes, row.value_after) == (True, "90")


def test_run_needs_the_right() -> None:
    with pytest.raises(PermissionDenied):
        shard_check(world.scope_for("auditor"), shard=COUNTY)


def test_run_under_row_level_security(as_web: None) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    world.make_return(make_object(), water_intake_m3=100, municipal_water_m3=90)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE census_web")
    with enter(CLERK):
        assert shard_check(CLERK, shard=COUNTY)["new"] > 0
        assert living(SUM_RULE)


def test_explaining_needs_a_reason_and_leaves_errors_open() -> None:
    error, warning = world.make_findings(2)
    Finding.objects.filter(pk=warning.pk).update(severity="warning")
    with pytest.raises(ValidationError):
        finding_explain(CLERK, ids=[error.pk, warning.pk], note=" ")
    assert finding_explain(CLERK, ids=[error.pk, warning.pk], note="meter broken in March") == 1
    assert Finding.objects.get(pk=error.pk).state == "open"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), ("x", "x"), (1, "1"), (1.5, "1.5"), (True, "true"), (["1", "2"], '["1", "2"]')],
)
def test_text_of_a_value_is_that_of_the_database(value: object, text: str) -> None:
    from django.db import connection

    ret = world.make_return(make_object(), **({} if value is None else {"remarks": value}))
    assert text_of(value) == text
    assert text_at(ret.values, "", "remarks") == text
    with connection.cursor() as cursor:
        cursor.execute("SELECT review_value_at(\"values\", '', 'remarks') FROM sources_return")
        assert cursor.fetchone() == (text,)
