"""Snapshots, the board, targets."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.utils import timezone

from census.access.scope import Scope, enter
from census.dispatch.measures import measure_of
from census.dispatch.models import ProgressCount, Snapshot, Target
from census.dispatch.progress import TOWNSHIP_DAYS, differences, pairs, progress_count, roll_up, store
from census.dispatch.queries import board, last_day, steps, targets_for
from census.dispatch.services import target_remove, target_set
from census.jobs.models import Job
from census.jobs.services import job_execute
from census.management.commands import recount_progress
from tests.factories import (
    CITY,
    COUNTY,
    NATION,
    OTHER_COUNTY,
    OTHER_TOWNSHIP,
    PROVINCE,
    TOWNSHIP,
    make_scope,
)

STEP = "test.step"


def test_a_township_counts_for_everything_above_it():
    assert list(pairs(TOWNSHIP)) == [
        (NATION, PROVINCE),
        (PROVINCE, CITY),
        (CITY, COUNTY),
        (COUNTY, TOWNSHIP),
    ]


def test_what_hangs_on_a_city_itself_is_a_row_beside_its_counties():
    assert list(pairs(CITY))[-2:] == [(PROVINCE, CITY), (CITY, CITY)]


def test_a_township_directly_under_a_city_is_counted_once():
    """Dongguan has no counties: its townships are the city's own parts."""
    sums = roll_up([("441900003", STEP, 5, 2), ("441900", STEP, 1, 1)], "440000000000")
    of_city = {place: counts for (parent, place, _), counts in sums.items() if parent == "441900000000"}
    assert of_city == {"441900003000": (5, 2), "441900000000": (1, 1)}
    assert sums["440000000000", "441900000000", STEP] == (6, 3)


def test_the_rows_of_a_parent_add_up_to_the_parent(counted):
    today = timezone.localdate()
    rows = Snapshot.objects.filter(day=today)
    assert rows.get(parent=PROVINCE, region=CITY).total == sum(row.total for row in rows.filter(parent=CITY))
    assert rows.get(parent=CITY, region=COUNTY).done == sum(row.done for row in rows.filter(parent=COUNTY))


def test_a_city_does_not_write_the_sums_of_the_province(counted):
    assert not Snapshot.objects.filter(region=PROVINCE).exists()


def test_a_second_count_of_the_day_replaces_the_first(counted, counts, campaign):
    counts[TOWNSHIP[:9]] = (60, 31)
    before = Snapshot.objects.count()
    today = timezone.localdate()
    store(campaign, CITY, today, roll_up([(h, STEP, *b) for h, b in counts.items()], CITY))
    assert Snapshot.objects.count() == before
    assert Snapshot.objects.get(day=today, parent=COUNTY, region=TOWNSHIP).done == 31


def test_old_townships_go_and_counties_stay(counted, counts, campaign):
    later = timezone.localdate() + dt.timedelta(days=TOWNSHIP_DAYS + 1)
    store(campaign, CITY, later, roll_up([(h, STEP, *b) for h, b in counts.items()], CITY))
    assert not Snapshot.objects.filter(region=TOWNSHIP, day__lt=later).exists()
    assert Snapshot.objects.filter(parent=CITY, region=COUNTY).count() == 3
    assert Snapshot.objects.filter(parent=COUNTY, region=COUNTY).count() == 3


def test_the_recount_finds_every_changed_row(counted, counts):
    assert differences(CITY, timezone.localdate()) == []
    counts[OTHER_TOWNSHIP[:9]] = (40, 39)
    found = differences(CITY, timezone.localdate())
    assert [(one.parent, one.region) for one in found] == [
        (PROVINCE, CITY),
        (CITY, OTHER_COUNTY),
        (OTHER_COUNTY, OTHER_TOWNSHIP),
    ]
    assert (found[1].stored, found[1].counted) == ((40, 38), (40, 39))


def test_the_command_proves_it(counted, counts, monkeypatch):
    out = io.StringIO()
    call_command("recount_progress", region=CITY, stdout=out)
    assert "equal the recount" in out.getvalue()
    ProgressCount.objects.filter(region=OTHER_TOWNSHIP).update(done=7)
    Snapshot.objects.filter(region=TOWNSHIP, day=timezone.localdate()).update(done=29)
    monkeypatch.setattr(
        recount_progress, "refresh_derived", lambda: 0
    )  # would put the test's own measure right
    with pytest.raises(SystemExit):
        call_command("recount_progress", region=CITY, stdout=out)
    assert f"{OTHER_TOWNSHIP}, {STEP}: kept (40, 7), counted (40, 38)" in out.getvalue()
    assert f"{TOWNSHIP} in {COUNTY}, {STEP}: snapshot (60, 29), recount (60, 30)" in out.getvalue()
    call_command("recount_progress", region=CITY, write=True, stdout=out)
    assert "1 counts put right" in out.getvalue()


def test_the_board_ranks_by_share_and_keeps_the_own_row_apart(counted):
    found = board(make_scope("city_officer", CITY), CITY, measure_of(STEP))
    assert [(line.region, line.rank, line.own) for line in found.lines] == [
        (OTHER_COUNTY, 1, False),
        (COUNTY, 2, False),
        (CITY, None, True),
    ]
    county = found.lines[1]
    assert (county.total, county.done) == (64, 32)
    assert county.pace == pytest.approx((32 - 16) / 7)
    assert county.forecast == timezone.localdate() + dt.timedelta(days=14)
    assert (found.whole.total, found.whole.done) == (106, 72)


def test_a_place_that_lost_all_its_forms_leaves_the_board(counted, counts, campaign):
    del counts[OTHER_TOWNSHIP[:9]]
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    store(campaign, CITY, tomorrow, roll_up([(h, STEP, *b) for h, b in counts.items()], CITY))
    found = board(make_scope("city_officer", CITY), CITY, measure_of(STEP))
    assert OTHER_COUNTY not in {line.region for line in found.lines}


def test_a_board_without_counts_is_empty(campaign, counts):
    found = board(make_scope("city_officer", CITY), CITY, measure_of(STEP))
    assert (found.day, found.lines, found.whole) == (None, [], None)
    assert steps(make_scope("city_officer", CITY), CITY, None) == []


def test_the_board_costs_few_queries(counted, django_assert_max_num_queries):
    scope = make_scope("city_officer", CITY)
    with django_assert_max_num_queries(4):
        board(scope, CITY, measure_of(STEP))


def set_target(scope, **changes):
    today = timezone.localdate()
    wanted = {
        "measure": STEP,
        "starts": today - dt.timedelta(days=8),
        "due": today + dt.timedelta(days=2),
        "percent": Decimal(100),
        "tolerance": Decimal(10),
    }
    return target_set(scope, **(wanted | changes))


def test_the_target_gives_plan_and_verdict(counted):
    """Eight of ten days have gone: 80 % is asked; 50 % is far behind, 95 % is good."""
    scope = make_scope("city_officer", CITY)
    set_target(scope)
    lines = {line.region: line for line in board(scope, CITY, measure_of(STEP)).lines}
    assert lines[COUNTY].asked == pytest.approx(0.8)
    assert lines[COUNTY].lack == 30
    assert lines[COUNTY].late
    assert {code: line.verdict for code, line in lines.items()} == {
        CITY: "done",
        COUNTY: "far",
        OTHER_COUNTY: "good",
    }
    (step,) = steps(scope, CITY, last_day(scope, CITY))
    assert (step.total, step.done, step.verdict) == (106, 72, "far")


def test_the_nearest_target_is_in_force(counted):
    province, city = make_scope("province_officer", PROVINCE), make_scope("city_officer", CITY)
    set_target(province, percent=Decimal(90))
    assert targets_for(city, CITY)[STEP].percent == 90
    set_target(city, percent=Decimal(95))
    assert targets_for(city, CITY)[STEP].percent == 95
    assert targets_for(make_scope("county_officer", COUNTY), COUNTY)[STEP].percent == 95
    target_remove(city, measure=STEP)
    assert targets_for(city, CITY)[STEP].percent == 90


@pytest.mark.parametrize(
    "wrong",
    [
        {"measure": "no.such"},
        {"due": dt.date(2018, 1, 1), "starts": dt.date(2018, 1, 1)},
        {"percent": Decimal(0)},
        {"percent": Decimal(101)},
        {"tolerance": Decimal(-1)},
    ],
)
def test_a_wrong_target_is_refused_with_the_field(counted, wrong):
    with pytest.raises(ValidationError) as caught:
        set_target(make_scope("city_officer", CITY), **wrong)
    assert set(caught.value.message_dict) & set(wrong)
    assert not Target.objects.exists()


def test_a_county_sets_no_targets(counted):
    with pytest.raises(PermissionDenied):
        set_target(make_scope("county_officer", COUNTY))


def test_counting_is_a_job_in_the_scope_of_who_asks(campaign, counts, request):
    officer = make_scope("city_officer", CITY)
    request.getfixturevalue("as_web")
    with enter(officer) as scope:
        job = progress_count(scope)
    job_execute(job_id=str(job.id), region=CITY)
    with enter(scope):
        job = Job.objects.get(pk=job.pk)
        assert (job.state, job.result) == ("done", {"corrected": 4})
        assert Snapshot.objects.filter(parent=CITY).count() == 3


def test_a_post_of_one_category_may_not_count_for_all(campaign, counts):
    with pytest.raises(ValidationError, match="some source categories only"):
        progress_count(make_scope("city_officer", CITY, categories=["industrial"]))
    assert not Job.objects.exists()


def test_a_county_sees_its_own_counts_only(counted, as_web):
    with enter(Scope.system(COUNTY)):
        assert set(Snapshot.objects.values_list("region", flat=True)) == {COUNTY, TOWNSHIP}
    with enter(Scope.system(OTHER_COUNTY)):
        assert COUNTY not in set(Snapshot.objects.values_list("region", flat=True))
