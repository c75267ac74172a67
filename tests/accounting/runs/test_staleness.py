"""A run says so when forms it counts were changed after it began."""

import datetime as dt
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounting.runs import staleness
from accounting.runs.models import Run
from accounting.runs.staleness import SEEN, Touched, outdates, runs_mark_stale
from census.access.posts import CATEGORIES
from sources.returns.models import Return, ReturnVersion
from tests.factories import make_person, make_regions
from tests.support.requests import as_web_role, signed_in

CITY, COUNTY = "330800000000", "330802000000"
NOW = dt.datetime(2018, 6, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def nothing_seen():
    cache.delete(SEEN)
    yield
    cache.delete(SEEN)


def run_over(campaign, region=CITY, *, number=1, **fields):
    wanted = {
        "state": "done",
        "started_at": timezone.now(),
        "min_state": "submitted",
        "categories": list(CATEGORIES),
    }
    return Run.objects.create(
        number=990000 + number, campaign=campaign, region=region, edition="e", created_by_name="test",
        finished_at=timezone.now(), **(wanted | fields),
    )  # fmt: skip


def change(one, *, state="submitted", action="saved", at=None, no=4):
    ret = Return.objects.filter(object=one).first()
    ReturnVersion.objects.create(
        return_id=ret.pk, no=no, object_id=one.pk, region=ret.region, category=ret.category,
        at=at or timezone.now(), user_name="x", post_kind="filler", action=action, state=state, body="{}",
        prev_hash=b"", hash=b"",
    )  # fmt: skip


def stale(run):
    run.refresh_from_db()
    return run.stale


def test_a_change_marks_the_runs_over_its_place_once(campaign, county):
    city, same, other = (
        run_over(campaign, region, number=number)
        for number, region in enumerate((CITY, COUNTY, "330803000000"), start=1)
    )
    assert runs_mark_stale() == 0
    change(county["farm"])
    assert runs_mark_stale() == 2
    assert [stale(run) for run in (city, same, other)] == [True, True, False]
    assert runs_mark_stale() == 0


def test_a_draft_and_another_category_change_nothing(campaign, county):
    run = run_over(campaign)
    industry = run_over(campaign, number=2, categories=["industrial"])
    change(county["farm"], state="draft")
    assert runs_mark_stale() == 0
    change(county["farm"], no=5)
    assert runs_mark_stale() == 1
    assert (stale(run), stale(industry)) == (True, False)


def test_changes_before_the_run_count_for_nothing(campaign, county):
    change(county["farm"])
    run = run_over(campaign)
    assert runs_mark_stale() == 0
    assert not stale(run)


def test_a_run_at_work_is_marked_too(campaign, county):
    run = run_over(campaign, state="running")
    change(county["farm"])
    assert runs_mark_stale() == 1
    assert stale(run)


def test_only_new_versions_are_read_but_late_ones_are_not_missed(campaign, county):
    old = timezone.now() - staleness.LATE * 2
    run_over(campaign, started_at=old - dt.timedelta(days=1), min_state="nation_ok")
    change(county["farm"], at=old)
    change(county["farm"], no=5)
    runs_mark_stale()
    first, last = ReturnVersion.objects.order_by("id").values_list("id", flat=True)
    assert first == cache.get(SEEN) < last


@pytest.mark.parametrize(
    ("action", "state", "expected"),
    [
        ("saved", "draft", False),
        ("saved", "county_ok", True),
        ("corrected", "city_ok", True),
        ("approved", "instructor_ok", False),
        ("approved", "county_ok", True),  # counts from now on
        ("approved", "city_ok", False),  # counted before, no figure changed
        ("returned", "draft", True),
        ("unlocked", "submitted", True),
    ],
)
def test_which_moves_outdate_a_run_from_county_approval(action, state, expected):
    run = Run(campaign_id=1, region=CITY, categories=["industrial"], min_state="county_ok", started_at=NOW)
    touched = Touched(1, "330802", "industrial", action, state, NOW + dt.timedelta(hours=1))
    assert outdates(touched, run) is expected
    assert not outdates(replace(touched, campaign=2), run)
    assert not outdates(replace(touched, at=NOW), run)
    assert not outdates(replace(touched, county="370102"), run)


def test_pages_with_numbers_of_the_run_say_so(campaign, county, settings):
    make_regions()
    run_over(campaign, stale=True)
    user = make_person("city_officer", CITY)
    settings.SWITCH_TO_WEB_ROLE = True
    client = signed_in(user.username)
    paths = [
        reverse("object_account", args=[county["farm"].pk]), reverse("table_list"), reverse("table_show", args=["T01"]),
        reverse("map_page"),
    ]  # fmt: skip
    for path in paths:
        answer = as_web_role(client, "GET", path)
        assert answer.status_code == 200, path
        assert "these numbers are out of date" in answer.content.decode(), path
