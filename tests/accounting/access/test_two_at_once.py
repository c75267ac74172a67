"""Two people, or one who clicks twice: one of them gets it, the other is told why not."""

import threading
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone, translation

from accounting.bulletin import services as reports
from accounting.bulletin.models import Report
from accounting.cuts import services as cuts
from accounting.cuts.models import Cut
from accounting.publication import services as publication
from accounting.publication.models import Publication
from accounting.runs import services as runs
from accounting.runs.models import Run, Shard
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.audit.models import AuditEntry
from census.calendar.models import Campaign
from census.jobs import services as jobs
from census.jobs.models import Job
from tests.factories import CITY, COUNTY, PROVINCE, make_regions

CITY_OFFICE, PROVINCE_OFFICE = Scope.system(CITY, "city"), Scope.system(PROVINCE, "province")


@pytest.fixture
def world(transactional_db, monkeypatch):
    """A finished and a planned run, a checked and an approved cut; jobs are noted, not queued."""
    monkeypatch.setattr(jobs, "_queue", lambda job: None)
    make_regions()
    campaign = Campaign.objects.create(
        code="two", name_zh="普查", name_en="Census", reference_date="2017-12-31", synthetic=True
    )
    common = {
        "campaign": campaign, "region": CITY, "edition": "census2_2021", "created_by_name": "x",
        "parameters": {"library": 1}, "confidences": ["verified"],
    }  # fmt: skip
    done = Run.objects.create(
        number=1, state="done", categories=list(CATEGORIES), finished_at=timezone.now(), **common
    )
    planned = Run.objects.create(number=2, categories=list(CATEGORIES), **common)
    for run in (done, planned):
        Shard.objects.create(run=run, region=COUNTY)
    frozen = {"campaign": campaign, "region": CITY, "run": done, "purpose": "x", "created_by_name": "x"}
    checked = Cut.objects.create(number=1, state="checked", digest="1" * 64, as_of=timezone.now(), **frozen)
    approved = Cut.objects.create(number=2, state="approved", digest="2" * 64, as_of=timezone.now(), **frozen)
    return {"done": done, "planned": planned, "checked": checked, "approved": approved}


def together(*acts):
    """Run each (scope, function) in a session of its own, all at the same moment; what each returned or raised."""
    gate, found = threading.Barrier(len(acts)), {}

    def one(number, scope, act):
        try:
            with translation.override("en"):
                gate.wait(20)
                with enter(scope):
                    found[number] = act(scope)
        except Exception as error:  # noqa: BLE001 - told to the test
            found[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number, *act)) for number, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [found[number] for number in range(len(acts))]


def one_refused(found, words):
    """One went through, the other was refused in words."""
    refused = [one for one in found if isinstance(one, Exception)]
    assert [type(one) for one in refused] == [ValidationError], refused
    assert words in " ".join(refused[0].messages)


def test_a_run_is_started_once(world):
    found = together(*[(CITY_OFFICE, lambda scope: runs.run_start(scope, run=world["planned"]))] * 2)
    one_refused(found, "running or done")
    assert Job.objects.filter(kind=runs.JOB_KIND).count() == 1


def test_a_run_is_brought_up_to_date_once(world, monkeypatch):
    monkeypatch.setattr(runs, "shard_regions", lambda run: [COUNTY])

    def act(scope):
        return runs.run_start(scope, run=runs.run_update(scope, run=world["done"], library=False))

    one_refused(together(*[(CITY_OFFICE, act)] * 2), "at work on just this")
    assert world["done"].successors.count() == 1


def test_the_same_run_is_made_once(world, monkeypatch):
    monkeypatch.setattr(runs, "shard_regions", lambda run: [COUNTY])
    monkeypatch.setattr(runs, "_validate", lambda *_: None)  # no library is loaded here
    done = world["done"]

    def act(scope, categories=tuple(CATEGORIES)):
        campaign = Campaign.objects.get(pk=done.campaign_id)
        run = runs.run_create(
            scope, campaign=campaign, region=CITY, categories=categories, edition=done.edition
        )
        return runs.run_start(scope, run=run)

    one_refused(together(*[(CITY_OFFICE, act)] * 2), "at work on just this")
    with enter(CITY_OFFICE):
        assert act(CITY_OFFICE, ["industrial"]).state == "running", "another run may go beside it"


def test_tables_of_a_cut_are_prepared_once(world):
    def act(scope):
        return publication.publication_prepare(
            scope, cut=world["approved"], subjects=["discharge.water.COD"], rules={}
        )

    one_refused(together(*[(CITY_OFFICE, act)] * 2), "being prepared already")
    assert Publication.objects.count() == 1


def test_a_cut_is_begun_once(world):
    found = together(
        *[(CITY_OFFICE, lambda scope: cuts.cut_create(scope, run=world["done"], purpose="report"))] * 2
    )
    one_refused(found, "Data cut 3 is being made")
    assert Cut.objects.filter(purpose="report").count() == 1


def test_a_cut_is_either_approved_or_sent_back(world):
    found = together(
        (PROVINCE_OFFICE, lambda scope: cuts.cut_approve(scope, cut=world["checked"])),
        (PROVINCE_OFFICE, lambda scope: cuts.cut_send_back(scope, cut=world["checked"], reason="not yet")),
    )
    one_refused(found, "Only a checked cut")
    state = Cut.objects.get(pk=world["checked"].pk).state
    said = set(AuditEntry.objects.values_list("action", flat=True))
    assert said == {{"approved": "cut.approved", "draft": "cut.sent_back"}[state]}


def test_of_two_versions_of_a_table_one_is_released(world, monkeypatch):
    monkeypatch.setattr(publication.linked, "unproved", lambda *_: None)
    rows = [
        Publication.objects.create(
            cut=world["approved"],
            region=CITY,
            subject="discharge.air.SO2",
            rules={},
            content={},
            created_by_name="x",
        )
        for _ in range(2)
    ]
    found = together(
        *[
            (CITY_OFFICE, lambda scope, row=row: publication.publication_release(scope, publication=row))
            for row in rows
        ]
    )
    one_refused(found, "released already")
    assert Publication.objects.filter(released_at__isnull=False).count() == 1


def test_a_report_is_approved_once(world):
    report = Report.objects.create(
        kind="bulletin", region=CITY, number=1, campaign=world["done"].campaign, cut=world["approved"], digest="x",
        state="checked", created_by_name="x",
    )  # fmt: skip
    found = together(*[(PROVINCE_OFFICE, lambda scope: reports.report_approve(scope, report=report))] * 2)
    one_refused(found, "Only a checked report")


def test_a_run_is_stopped_by_a_colleague_and_after_its_job_was_lost(world):
    starter, colleague = (
        replace(CITY_OFFICE, user_id=1),
        replace(CITY_OFFICE, user_id=2, capabilities={"accounting.run"}),
    )
    with enter(starter):
        run = runs.run_start(starter, run=world["planned"])
    Job.objects.filter(pk=run.job_id).update(state="failed", finished_at=timezone.now())
    with enter(colleague):
        runs.run_cancel(colleague, run=run)
        assert Run.objects.get(pk=run.pk).state == "cancelled"
        again = runs.run_start(colleague, run=run)
        assert again.job_id != Job.objects.exclude(pk=again.job_id).get().pk
    with enter(starter):
        runs.run_cancel(starter, run=again)
    assert Job.objects.get(pk=again.job_id).state == "cancelled", "it had not begun"


def test_who_is_below_cannot_stop_a_run_from_above_and_is_told_so(world, settings):
    with enter(PROVINCE_OFFICE):
        run = runs.run_start(PROVINCE_OFFICE, run=world["planned"])
    with enter(CITY_OFFICE), translation.override("en"), pytest.raises(ValidationError, match="office above"):
        runs.run_cancel(CITY_OFFICE, run=run)
    assert Run.objects.get(pk=run.pk).state == "running"
