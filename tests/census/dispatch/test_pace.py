"""Plan, pace and forecast as arithmetic."""

import datetime as dt

import pytest

from census.dispatch.pace import Plan, Point, forecast, pace, share, verdict

START = dt.date(2018, 9, 1)


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


def points(*done: int, total: int = 100) -> list[Point]:
    """One point a day from the first of September."""
    return [Point(day(number), total, count) for number, count in enumerate(done)]


def test_a_share_over_nothing_is_none():
    assert share(0, 0) is None
    assert share(1, 4) == 0.25


def test_the_pace_is_that_of_the_last_seven_days():
    """Ten a day at first, then one a day for seven days."""
    assert pace(points(0, 10, 20, 21, 22, 23, 24, 25, 26, 27)) == 1


def test_the_pace_of_fewer_days_is_taken_over_what_there_is():
    assert pace(points(0, 4, 8)) == 4
    assert pace(points(5)) is None
    assert pace([]) is None


def test_a_missing_day_does_not_distort_the_pace():
    """Counted on day 0, 5 and 10: the newest point at least seven days old is day 0."""
    seen = [Point(day(0), 100, 0), Point(day(5), 100, 30), Point(day(10), 100, 50)]
    assert pace(seen) == 5


def test_the_forecast_is_linear_and_rounds_up():
    """45 left at 10 a day: five days."""
    assert forecast(points(35, 45, 55)) == day(2 + 5)


def test_the_forecast_of_a_partial_target_ends_earlier():
    assert forecast(points(35, 45, 55), percent=95) == day(2 + 4)


@pytest.mark.parametrize("done", [(50, 50, 50), (50, 40, 30)])
def test_without_a_pace_forward_there_is_no_forecast(done):
    assert forecast(points(*done)) is None


def test_what_is_done_is_forecast_for_the_day_itself():
    assert forecast(points(90, 100)) == day(1)


def test_a_forecast_beyond_ten_years_is_none():
    assert forecast(points(0, 1, total=10_000)) is None


def test_nothing_to_do_has_no_forecast():
    assert forecast(points(0, 0, total=0)) is None


def test_the_plan_is_a_straight_line_between_its_days():
    plan = Plan(day(0), day(10), 80, 10)
    assert plan.asked(day(-3)) == 0
    assert plan.asked(day(5)) == pytest.approx(0.4)
    assert plan.asked(day(30)) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("actual", "word"), [(0.8, "done"), (0.5, "good"), (0.4, "good"), (0.35, "behind"), (0.29, "far")]
)
def test_the_verdict_compares_with_the_plan_of_the_day(actual, word):
    assert verdict(actual, Plan(day(0), day(10), 80, 10), day(5)) == word


def test_without_a_plan_only_what_is_done_has_a_verdict():
    assert verdict(0.9, None, day(5)) == "none"
    assert verdict(1.0, None, day(5)) == "done"
    assert verdict(None, Plan(day(0), day(10), 80, 10), day(5)) == "none"
