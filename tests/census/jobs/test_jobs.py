"""Jobs: life of a row, pages, pace, cancel, revival."""

import datetime as dt
import time

import pytest
from django.utils import timezone, translation
from django.utils.translation import get_language

from census.jobs import services
from census.jobs.models import Job
from census.jobs.queries import jobs_of, pace_of
from census.people.models import Post, User
from tests.factories import COUNTY, OTHER_COUNTY, make_person, make_scope
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(monkeypatch):
    """Registers a job kind ``test.work`` whose function the test may replace."""
    state = {"do": lambda progress: None}
    monkeypatch.setitem(services._kinds, "test.work", lambda progress, **_: state["do"](progress))
    return state


@pytest.fixture
def clerk():
    return make_scope("county_officer", COUNTY)


def start(actor):
    return services.job_start(actor, kind="test.work", title="Counting")


def execute(job):
    services.job_execute(job_id=str(job.pk), region=job.region)
    job.refresh_from_db()
    return job


def test_steps_are_counted_and_the_result_kept(work, clerk):
    def do(progress):
        progress.start(3, "first")
        for number in range(3):
            with progress.step(at=number):
                pass
        return {"text": "fine"}

    work["do"] = do
    job = execute(start(clerk))
    assert (job.state, job.done, job.total, job.percent) == ("done", 3, 3, 100)
    assert (job.checkpoint, job.result, job.stage) == ({"at": 2}, {"text": "fine"}, "first")


@pytest.mark.parametrize("change", ["post", "account"])
def test_work_of_a_post_or_account_that_ended_does_not_begin(work, clerk, change):
    done = []
    work["do"] = lambda progress: done.append(1)
    job = start(clerk)
    if change == "post":
        Post.objects.filter(pk=clerk.post_id).update(active=False)
    else:
        User.objects.filter(pk=clerk.user_id).update(is_active=False)
    job = execute(job)
    assert (job.state, done) == ("failed", [])
    assert job.error


def test_a_step_that_fails_takes_its_changes_along_and_the_next_run_goes_on(work, clerk):
    done, fail = [], [True]

    def do(progress):
        progress.start(4)
        for number in range(progress.checkpoint.get("at", -1) + 1, 4):
            with progress.step(at=number):
                if number == 2 and fail.pop():
                    fail.append(False)
                    raise OSError("worker died")
                done.append(number)

    work["do"] = do
    job = execute(start(clerk))
    assert job.state == "failed"
    assert str(job.id) in job.error, "the number under which the log holds it"
    assert "worker died" not in job.error, "what a program says when it fails is for the log alone"
    assert job.checkpoint == {"at": 1}
    Job.objects.update(state="running", heartbeat=timezone.now() - dt.timedelta(hours=1), error="")
    assert execute(job).state == "done"
    assert done == [0, 1, 2, 3]


def test_a_fault_for_people_is_shown_as_it_is(work, clerk):
    def do(progress):
        raise services.JobFault("Sheet 2 is empty.")

    work["do"] = do
    assert execute(start(clerk)).error == "Sheet 2 is empty."


def test_the_work_speaks_the_language_of_who_asked(work, clerk):
    def do(progress):
        raise services.JobFault(get_language())

    work["do"] = do
    with translation.override("en"):
        asked = start(clerk)
    with translation.override("zh-hans"):  # the worker's own
        assert execute(asked).error == "en"
        assert execute(start(clerk)).error == "zh-hans"


def test_cancel_stops_at_the_next_step(work, clerk):
    seen = []

    def do(progress):
        progress.start(5)
        for number in range(5):
            with progress.step():
                seen.append(number)
                if number == 1:
                    Job.objects.update(cancel_requested=True)

    work["do"] = do
    assert execute(start(clerk)).state == "cancelled"
    assert seen == [0, 1]


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(work, clerk):
    work["do"] = lambda progress: pytest.fail("ran")
    job = start(clerk)
    services.job_cancel(clerk, job=job)
    assert execute(job).state == "cancelled"


def test_another_worker_has_it(work, clerk):
    work["do"] = lambda progress: pytest.fail("ran")
    job = start(clerk)
    Job.objects.update(state="running", heartbeat=timezone.now())
    assert execute(job).state == "running"


def test_unknown_kind(clerk):
    with pytest.raises(LookupError):
        services.job_start(clerk, kind="test.nothing", title="x")


def test_lost_jobs_are_revived_but_not_for_ever(work, clerk, django_capture_on_commit_callbacks, monkeypatch):
    queued = []
    monkeypatch.setattr(services, "_queue", lambda job: queued.append(job.pk))
    lost, hopeless, fresh = start(clerk), start(clerk), start(clerk)
    long_ago = timezone.now() - dt.timedelta(hours=1)
    Job.objects.filter(pk=lost.pk).update(state="running", heartbeat=long_ago)
    Job.objects.filter(pk=hopeless.pk).update(state="running", heartbeat=long_ago, attempts=5)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.jobs_revive() == 1
    assert queued == [lost.pk]
    hopeless.refresh_from_db()
    fresh.refresh_from_db()
    assert (hopeless.state, fresh.state) == ("failed", "queued")


def test_who_sees_a_job(work, clerk):
    job = start(clerk)
    assert list(jobs_of(clerk)) == [job]
    assert list(jobs_of(make_scope("county_officer", COUNTY))) == []
    assert list(jobs_of(make_scope("data_administrator", COUNTY))) == [job]
    assert list(jobs_of(make_scope("data_administrator", OTHER_COUNTY))) == []


def test_pace():
    now = timezone.now()
    job = Job(state="running", done=50, total=200, started_at=now - dt.timedelta(seconds=60))
    job.stage_started_at = now - dt.timedelta(seconds=10)
    pace = pace_of(job)
    assert pace.rate == pytest.approx(5, rel=0.05)
    assert (pace.elapsed, pace.left) == (60, 30)
    assert pace_of(Job(state="queued")).rate is None
    assert pace_of(Job(state="running", started_at=now, done=0)).left is None


class TestPages:
    @pytest.fixture
    def client(self, places, work):
        person = make_person("county_officer", COUNTY, username="clerk")
        from census.access.signin import scope_of

        self.job = start(scope_of(person, person.post))
        return signed_in("clerk")

    def test_running_job_refreshes_itself_until_it_ends(self, client):
        Job.objects.update(state="running", done=5, total=10, stage="half", started_at=timezone.now())
        page = client.get(f"/jobs/{self.job.pk}/").content.decode()
        assert f'hx-get="/jobs/{self.job.pk}/progress/"' in page
        answer = client.get(f"/jobs/{self.job.pk}/progress/", headers={"HX-Request": "true"})
        assert "5 / 10" in answer.content.decode()
        assert "HX-Refresh" not in answer.headers
        Job.objects.update(state="failed", error="Sheet 2 is empty.", finished_at=timezone.now())
        answer = client.get(f"/jobs/{self.job.pk}/progress/", headers={"HX-Request": "true"})
        assert answer.headers["HX-Refresh"] == "true"
        page = client.get(f"/jobs/{self.job.pk}/").content.decode()
        assert "Sheet 2 is empty." in page
        assert "hx-get" not in page.partition("<main")[2]

    def test_list_and_cancel(self, client):
        assert "Counting" in client.get("/jobs/").content.decode()
        assert "Counting" not in client.get("/jobs/?state=done").content.decode()
        assert "Counting" in client.get("/").content.decode()
        client.post(f"/jobs/{self.job.pk}/cancel/")
        self.job.refresh_from_db()
        assert self.job.state == "cancelled"

    def test_result_is_offered(self, client):
        Job.objects.update(
            state="done",
            result={"text": "12 rows", "url": "/places/regions/", "label": "See them", "counts": {"new": 12}},
        )
        page = client.get(f"/jobs/{self.job.pk}/").content.decode()
        assert "12 rows" in page
        assert 'href="/places/regions/"' in page


@pytest.mark.django_db(transaction=True)
def test_a_step_longer_than_the_limit_is_not_taken_for_lost(work, clerk, monkeypatch):
    monkeypatch.setattr(services, "BEAT", dt.timedelta(milliseconds=20))
    seen = []

    def do(progress):
        with progress.step():
            begun = timezone.now()
            for _ in range(200):
                seen.append(Job.objects.values_list("heartbeat", flat=True).get(pk=progress.job.pk) > begun)
                if seen[-1]:
                    return
                time.sleep(0.02)

    work["do"] = do
    execute(start(clerk))
    assert seen[-1]
