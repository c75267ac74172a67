"""A verification from the plan to the problem batch, with services, under the rules of independence."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import override

from census.jobs.services import job_execute, job_start
from census.people.models import Post
from review.problems.batches import batch_discard
from review.problems.models import Batch, Problem
from review.verification import plans, queries, records, results
from review.verification.independence import conflicts
from review.verification.models import Plan, Sheet, SheetItem, WalkEntry
from review.verification.protocol import STAGES
from review.verification.rates import Rate
from review.verification.records import Entry
from review.verification.sampling import Quota
from review.verification.tasks import DRAW
from sources.objects.models import CensusObject
from tests.factories import CITY, COUNTY, OTHER_COUNTY, make_regions, make_scope
from tests.review.verification.world import (
    VISIT,
    drawn_plan,
    enter_all,
    make_objects,
    sign,
    small_terms,
    verify_everything,
)
from tests.sources.returns.world import campaign

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def city():
    make_regions()
    campaign()
    return make_scope("city_officer", CITY)


@pytest.fixture
def verifier(city):
    return make_scope("verifier", CITY)


def test_a_plan_is_drawn_as_a_job_and_anybody_can_draw_again(city, capsys):
    make_objects(12)
    make_objects(5, region="330803001001")
    plan = plans.plan_create(city, title="质量核查", stage="survey")
    plans.plan_edit(city, plan_id=plan.id, title="质量核查 2018", terms=small_terms(plan))
    job = job_start(city, kind=DRAW, title="draw", plan=str(plan.id), seed="3 17 22")
    job_execute(job_id=str(job.id), region=job.region)
    plan.refresh_from_db()
    assert (plan.state, plan.seed, plan.frame_size) == ("drawn", "3 17 22", 17)
    assert plan.drawn["counties"] == [COUNTY, OTHER_COUNTY]
    assert plan.sheets.filter(county=COUNTY).count() == 4
    assert not Sheet.objects.exclude(items__isnull=False).exists(), "every sheet has items"
    assert plans.draw_faults(plan) == []
    call_command("verify_draw", str(plan.id))
    assert "agrees" in capsys.readouterr().out
    job_execute(job_id=str(job.id), region=job.region)
    assert plan.sheets.count() == 8, "a second run changes nothing"


def test_a_changed_sample_is_found_out(city):
    make_objects(12)
    plan = drawn_plan(city)
    other = CensusObject.objects.exclude(code__in=plan.sheets.values("code")).first()
    sheet = plan.sheets.first()
    Sheet.objects.filter(pk=sheet.pk).update(code=other.code, object_id=other.id)
    faults = plans.draw_faults(plan)
    assert any(sheet.code in fault for fault in faults)
    assert any(other.code in fault for fault in faults)
    with pytest.raises(CommandError, match="do not agree"):
        call_command("verify_draw")


def test_counties_are_drawn_too(city):
    make_objects(4)
    make_objects(4, region="330803001001")
    plan = drawn_plan(city, counties=1)
    assert len(plan.drawn["counties"]) == 1
    assert set(plan.sheets.values_list("county", flat=True)) == set(plan.drawn["counties"])
    assert plans.draw_faults(plan) == []
    (other,) = set(plan.drawn["among"]) - set(plan.drawn["counties"])
    plan.drawn["counties"] = [other]
    assert any("counties" in fault for fault in plans.draw_faults(plan))


def test_the_register_may_change_after_the_draw(city):
    objects = make_objects(12)
    plan = drawn_plan(city)
    CensusObject.objects.filter(pk__in=[o.pk for o in objects[:6]]).update(status="removed")
    make_objects(3)
    assert plans.draw_faults(plan) == []


def test_a_plan_is_drawn_once(city):
    make_objects(8)
    plan = drawn_plan(city)
    with pytest.raises(ValidationError, match="another step"):
        plans.plan_draw(city, plan_id=plan.id, seed="better")
    with pytest.raises(ValidationError, match="another step"):
        plans.plan_edit(city, plan_id=plan.id, title="x", terms=plan.read_terms())


def test_replacement_is_the_next_in_the_queue(city):
    make_objects(12)
    plan = drawn_plan(city)
    old = plan.sheets.order_by("rank").first()
    with pytest.raises(ValidationError, match="in words"):
        records.sheet_replace(city, sheet_id=old.id, reason="other")
    new = records.sheet_replace(city, sheet_id=old.id, reason="unreachable", text="flood")
    assert new.rank == plan.sheets.exclude(pk=new.pk).order_by("-rank").first().rank + 1
    assert (new.replaces_id, new.items.count() > 0) == (old.id, True)
    assert plans.draw_faults(plan) == []
    # taking another one than the next shows
    free = CensusObject.objects.exclude(code__in=plan.sheets.values("code"))
    third = records.sheet_replace(city, sheet_id=new.id, reason="absent")
    chosen = free.exclude(pk=third.object_id).first()
    Sheet.objects.filter(pk=third.pk).update(code=chosen.code, object_id=chosen.id)
    assert plans.draw_faults(plan) != []


def test_replacements_run_out(city):
    make_objects(4)
    plan = drawn_plan(city)
    with pytest.raises(ValidationError, match="no object left"):
        records.sheet_replace(city, sheet_id=plan.sheets.first().id, reason="absent")


# -- independence ------------------------------------------------------------------------------------
def test_who_reviewed_does_not_verify(city, verifier):
    """Officers have no right to record; verifiers with a past over the object are refused, one by one."""
    make_objects(8)
    plan = drawn_plan(city)
    sheet = plan.sheets.first()
    with pytest.raises(PermissionDenied):
        records.items_save(city, sheet_id=sheet.id, entries={})
    ids = [one.id for one in plan.sheets.all()]
    Post.objects.create(
        user_id=verifier.user_id,
        kind="county_officer",
        region=COUNTY,
        categories=["industrial"],
        active=False,
    )
    given, refused = records.sheets_assign(city, plan_id=plan.id, sheet_ids=ids, user_id=verifier.user_id)
    assert given == 0
    assert "County officer" in refused[sheet.code]
    # assigned before the conflict was known: entering and signing are refused all the same
    plan.sheets.update(assigned_to=verifier.user_id)
    with pytest.raises(PermissionDenied, match="County officer"):
        records.items_save(verifier, sheet_id=sheet.id, entries={})
    with pytest.raises(PermissionDenied, match="County officer"):
        records.sheet_sign(verifier, sheet_id=sheet.id, signature=VISIT)


def test_a_verifier_gets_only_sources_of_the_own_post(city):
    make_objects(4)
    plan = drawn_plan(city)
    farmer = make_scope("verifier", CITY, categories=["agricultural"])
    ids = [sheet.id for sheet in plan.sheets.all()]
    given, refused = records.sheets_assign(city, plan_id=plan.id, sheet_ids=ids, user_id=farmer.user_id)
    assert (given, set(refused.values())) == (0, {"has no post for this source category"})


@pytest.mark.parametrize("trace", ["version", "problem"])
def test_traces_on_the_object_count(city, verifier, trace):
    from review.problems.models import ProblemEvent
    from sources.returns.models import ReturnVersion

    make_objects(4)
    plan = drawn_plan(city)
    sheet = plan.sheets.first()
    place = {"region": sheet.region, "category": sheet.category, "object_id": sheet.object_id}
    if trace == "version":
        ReturnVersion.objects.create(
            return_id=sheet.id, no=1, at=timezone.now(), user_id=verifier.user_id, user_name="x",
            post_kind="county_officer", action="approved", state="county_ok", body="{}", prev_hash=b"",
            hash=b"", **place,
        )  # fmt: skip
    else:
        batch = Batch.objects.create(
            campaign=plan.campaign, region=CITY, level=2, office_name="x", year=2018, title="x",
            deadline=timezone.localdate(),
        )  # fmt: skip
        problem = Problem.objects.create(
            batch=batch, issuer=CITY, level=2, deadline=batch.deadline, serial=1, object_code=sheet.code,
            object_name=sheet.name, severity="error", description="x", **place,
        )  # fmt: skip
        ProblemEvent.objects.create(
            problem_id=problem.pk, user_id=verifier.user_id, user_name="x", post_kind="county_officer",
            action="check", source="answered", target="closed", **place,
        )  # fmt: skip
    found = conflicts(verifier.user_id, plan.sheets.all())
    assert list(found) == [sheet.id]
    assert conflicts(city.user_id, plan.sheets.all()).keys() == {s.id for s in plan.sheets.all()}


def test_a_sheet_belongs_to_its_verifier(city, verifier):
    make_objects(4)
    plan = drawn_plan(city)
    records.sheets_assign(
        city, plan_id=plan.id, sheet_ids=[s.id for s in plan.sheets.all()], user_id=verifier.user_id
    )
    another = make_scope("verifier", CITY)
    with pytest.raises(PermissionDenied):
        records.items_save(another, sheet_id=plan.sheets.first().id, entries={})
    far = make_scope("city_officer", "370100000000")
    with pytest.raises(PermissionDenied):
        plans.plan_draw(far, plan_id=plan.id)


# -- findings ----------------------------------------------------------------------------------------
def test_findings_are_judged_and_changes_stay_on_record(city, verifier):
    make_objects(4)
    sheet = verify_everything(city, verifier, drawn_plan(city), sign_them=False)[0]
    item = sheet.items.get(indicator="water_intake_m3")
    assert (item.verdict, item.wrong) == ("right", False)
    faults = records.items_save(verifier, sheet_id=sheet.id, entries={item.pk: Entry(verified="80")})
    item.refresh_from_db()
    assert faults == {}
    assert (item.verdict, item.difference, item.wrong) == ("wrong", pytest.approx(0.25), True)
    assert item.earlier[0]["verified"] == 100
    excused = {item.pk: Entry(verified="80", excuse="rule")}
    assert "document" in records.items_save(verifier, sheet_id=sheet.id, entries=excused)[item.pk]
    records.items_save(
        verifier,
        sheet_id=sheet.id,
        entries={item.pk: Entry(verified="80", excuse="rule", evidence="notice 7")},
    )
    item.refresh_from_db()
    assert (item.verdict, item.wrong) == ("wrong", False)


def test_bad_entries_come_back_and_good_ones_are_kept(city, verifier):
    make_objects(4)
    plan = drawn_plan(city)
    records.sheets_assign(
        city, plan_id=plan.id, sheet_ids=[s.id for s in plan.sheets.all()], user_id=verifier.user_id
    )
    sheet = plan.sheets.first()
    by_name = {item.indicator: item.pk for item in sheet.items.all()}
    faults = records.items_save(
        verifier,
        sheet_id=sheet.id,
        entries={
            by_name["water_intake_m3"]: Entry(verified="many"),
            by_name["position"]: Entry(verified="28.9, 118.8"),
            by_name["region"]: Entry(how="unable"),
            by_name["industry"]: Entry(how="value"),
            by_name["name"]: Entry(verified=sheet.name, paper="-"),
        },
    )
    assert set(faults) == {by_name[n] for n in ("water_intake_m3", "position", "region", "industry")}
    name = SheetItem.objects.get(pk=by_name["name"])
    assert (name.verdict, name.entry_wrong) == ("right", True)
    with pytest.raises(ValidationError, match="not verified yet"):
        records.sheet_sign(verifier, sheet_id=sheet.id, signature=VISIT)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"outcome": "gone"}, "what was found"),
        ({"second_name": ""}, "two verifiers"),
        ({"unit_person": ""}, "who signed"),
        ({"visited_on": dt.date(2100, 1, 1)}, "future"),
    ],
)
def test_a_signature_is_complete(city, verifier, change, words):
    from dataclasses import replace

    make_objects(4)
    sheet = verify_everything(city, verifier, drawn_plan(city), sign_them=False)[0]
    with pytest.raises(ValidationError, match=words):
        records.sheet_sign(verifier, sheet_id=sheet.id, signature=replace(VISIT, **change))


# -- rates, outcome, batch, second sample ------------------------------------------------------------
def test_rates_outcome_batch_and_second_sample(city, verifier):
    make_objects(40)
    plan = drawn_plan(city)
    sheets = verify_everything(city, verifier, plan, sign_them=False)
    item = sheets[0].items.get(indicator="water_intake_m3")
    records.items_save(verifier, sheet_id=sheets[0].id, entries={item.pk: Entry(verified="80")})
    for sheet in sheets[:3]:
        sign(verifier, sheet)
    records.walk_add(verifier, plan_id=plan.id, area=COUNTY, category="industrial", name="电镀作坊")
    with pytest.raises(ValidationError, match="not signed"):
        results.result_decide(city, plan_id=plan.id, county=COUNTY, outcome="fix")
    sign(verifier, sheets[3], outcome="duplicate")
    table = results.table_of(city, plan)
    rates = table.total.rates
    items = SheetItem.objects.filter(sheet__in=sheets[:3]).count()
    assert (rates["key_indicator"].hits, rates["indicator"].base) == (1, items)
    assert (rates["duplication"].hits, rates["duplication"].base) == (1, 4)
    assert (rates["form"].hits, rates["form"].base) == (1, 3)
    assert (rates["omission"].hits, rates["omission"].base) == (1, 1)
    assert rates["entry"].base == 0
    assert table.proposed == "fail"
    with pytest.raises(ValidationError, match="reason"):
        results.result_decide(city, plan_id=plan.id, county=COUNTY, outcome="fix")
    result = results.result_decide(city, plan_id=plan.id, county=COUNTY, outcome="fix", reason="one workshop")
    plan.refresh_from_db()
    assert (plan.state, result.rates["rates"]["all"]["duplication"]) == ("closed", [1, 4])
    batch = results.result_batch(city, result_id=result.pk, deadline=timezone.localdate())
    assert (batch.kind, batch.rows, batch.state) == ("verification", 2, "draft")
    assert "电镀作坊" in batch.instructions
    row = Problem.objects.get(batch=batch, indicator="water_intake_m3")
    assert (row.form, row.severity) == ("G102", "error")
    assert "100" in row.description
    assert "80" in row.description
    with pytest.raises(ValidationError, match="already"):
        results.result_batch(city, result_id=result.pk, deadline=timezone.localdate())
    batch_discard(city, batch_id=batch.id)
    result.refresh_from_db()
    assert results.result_batch(city, result_id=result.pk, deadline=timezone.localdate()).rows == 2
    again = plans.plan_recheck(city, plan_id=plan.id, county=COUNTY)
    assert plans.plan_recheck(city, plan_id=plan.id, county=COUNTY) == again
    plans.plan_draw(city, plan_id=again.id)
    again.refresh_from_db()
    first = set(plan.sheets.values_list("code", flat=True))
    second = set(again.sheets.values_list("code", flat=True))
    assert (len(second), first & second) == (len(first), set())
    assert plans.draw_faults(again) == []


def test_nothing_changes_after_the_decision(city, verifier):
    make_objects(4)
    plan = drawn_plan(city)
    sheets = verify_everything(city, verifier, plan)
    results.result_decide(city, plan_id=plan.id, county=COUNTY, outcome="pass")
    Plan.objects.filter(pk=plan.pk).update(state="drawn")  # even while other counties are open
    with pytest.raises(ValidationError, match="decided"):
        records.sheet_reopen(city, sheet_id=sheets[0].id, reason="x")
    with pytest.raises(ValidationError, match="decided"):
        records.walk_add(verifier, plan_id=plan.id, area=COUNTY, category="industrial", name="x")


def test_reopened_sheets_go_back_to_their_verifier(city, verifier):
    make_objects(4)
    sheet = verify_everything(city, verifier, drawn_plan(city))[0]
    with pytest.raises(ValidationError, match="why"):
        records.sheet_reopen(city, sheet_id=sheet.id, reason=" ")
    records.sheet_reopen(city, sheet_id=sheet.id, reason="photo missing")
    sheet.refresh_from_db()
    assert (sheet.state, "photo missing" in sheet.remark) == ("open", True)


def test_walking_gives_omission_and_coverage(city, verifier):
    objects = make_objects(10)
    plan = drawn_plan(city)
    for obj in objects[:8]:
        records.walk_add(
            verifier, plan_id=plan.id, area=COUNTY, category="industrial", name="", code=obj.code
        )
    for name in ("甲坊", "乙坊"):
        entry = records.walk_add(verifier, plan_id=plan.id, area=COUNTY, category="industrial", name=name)
    table = results.table_of(city, plan)
    assert (table.total.rates["omission"].hits, table.total.rates["omission"].base) == (2, 10)
    ((county, omissions),) = results.omissions_of(city, plan, [COUNTY])
    assert (county, omissions["all"], omissions["industrial"]) == (COUNTY, Rate(2, 10), Rate(2, 10))
    ((category, coverage),) = table.coverage
    assert (category, coverage.registered, coverage.walked, coverage.both) == ("industrial", 10, 10, 8)
    assert coverage.total == pytest.approx(11 * 11 / 9 - 1)
    with pytest.raises(ValidationError, match="already"):
        records.walk_add(
            verifier, plan_id=plan.id, area=COUNTY, category="industrial", name="x", code=objects[0].code
        )
    with pytest.raises(ValidationError, match="No object"):
        records.walk_add(verifier, plan_id=plan.id, area=COUNTY, category="industrial", name="x", code="none")
    records.walk_remove(verifier, plan_id=plan.id, entry_id=entry.pk)
    assert WalkEntry.objects.filter(object_id=None).count() == 1


def test_summary_stage_draws_added_and_deleted(city, verifier):
    from dataclasses import replace

    objects = make_objects(8)
    CensusObject.objects.filter(pk__in=[o.pk for o in objects[:4]]).update(status="removed")
    plan = plans.plan_create(city, title="汇总阶段核查", stage="summary")
    with pytest.raises(ValidationError, match="counts as added"):
        plans.plan_edit(city, plan_id=plan.id, title="x", terms=plan.read_terms())
    plans.plan_edit(
        city, plan_id=plan.id, title="x", terms=replace(plan.read_terms(), since="2018-01-01", named=())
    )
    plan.refresh_from_db()
    promised = queries.expected(city, plan)
    plan = plans.plan_draw(city, plan_id=plan.id)
    assert promised["all"] == {"frame": 8, "sample": plan.sheets.count(), "counties": 1}
    assert sorted(plan.sheets.values_list("stratum", flat=True)) == (
        ["industrial/added"] * 3 + ["industrial/deleted"] * 3
    )
    plans.items_freeze(city, plan, list(plan.sheets.all()))
    records.sheets_assign(
        city, plan_id=plan.id, sheet_ids=[s.id for s in plan.sheets.all()], user_id=verifier.user_id
    )
    outcomes = iter(["gone", "gone", "omitted"])
    for sheet in plan.sheets.all():
        enter_all(verifier, sheet)
        sign(verifier, sheet, outcome=next(outcomes) if sheet.deleted else "present")
    omission = results.table_of(city, plan).total.rates["omission"]
    assert results.omissions_of(city, plan, [COUNTY])[0][1]["all"] == omission
    assert (omission.hits, omission.base) == (1, 4), "one wrongly deleted; three added ones are there"


@pytest.mark.parametrize("stage", STAGES)
def test_only_offices_plan(city, stage):
    with pytest.raises(PermissionDenied):
        plans.plan_create(make_scope("county_officer"), title="x", stage=stage)
    with pytest.raises(PermissionDenied):
        plans.plan_create(make_scope("verifier", CITY), title="x", stage=stage)
    with pytest.raises(ValidationError, match="title"):
        plans.plan_create(city, title=" ", stage=stage)


def test_quotas_that_draw_nothing_are_refused(city):
    from dataclasses import replace

    plan = plans.plan_create(city, title="x", stage="survey")
    nothing = replace(plan.read_terms(), quotas={"industrial/general": Quota(0)})
    with pytest.raises(ValidationError, match="Nothing would be drawn"):
        plans.plan_edit(city, plan_id=plan.id, title="x", terms=nothing)
    with pytest.raises(ValidationError, match="holds no object"):
        plans.plan_draw(city, plan_id=plan.id)
