"""What is released or published is left alone: by a job that is started again, and by who clicks once more."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounting.bulletin import services as reports
from accounting.bulletin.background import summary_start
from accounting.bulletin.models import Report
from census.access.scope import Scope, enter
from census.jobs.models import Job
from census.jobs.services import job_execute
from tests.factories import CITY, PROVINCE

OFFICE, ABOVE = Scope.system(CITY, "office"), Scope.system(PROVINCE, "above")


def test_a_job_whose_worker_died_leaves_a_released_table_alone(released):
    before = released.content
    Job.objects.filter(pk=released.job_id).update(
        state="running", finished_at=None, heartbeat=timezone.now() - dt.timedelta(hours=1)
    )
    job_execute(job_id=str(released.job_id), region=CITY)
    released.refresh_from_db()
    assert Job.objects.get(pk=released.job_id).state == "done"
    assert released.content == before
    assert released.released_at is not None


def test_a_published_report_refuses_in_words(cut, settings):
    report = Report.objects.create(
        kind="bulletin", region=CITY, number=1, campaign=cut.campaign, cut=cut, digest="x", state="published",
        created_by_name="x",
    )  # fmt: skip
    settings.SWITCH_TO_WEB_ROLE = True  # row-level security lets nobody lock what is published
    for scope, act in (
        (OFFICE, lambda: reports.report_publish(OFFICE, report=report)),
        (OFFICE, lambda: reports.report_redraw(OFFICE, report=report)),
        (ABOVE, lambda: reports.report_approve(ABOVE, report=report)),
    ):
        with enter(scope), pytest.raises(ValidationError, match="Only a"):
            act()


def test_a_work_summary_is_begun_by_the_office_of_the_cut_alone(cut):
    with enter(ABOVE), pytest.raises(PermissionDenied):
        summary_start(ABOVE, cut=cut)
    assert not Job.objects.filter(kind="accounting.report").exists()
