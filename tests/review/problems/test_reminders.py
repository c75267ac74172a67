"""Reminders: which step is due, to whom, once, and the inbox."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from census.access.scope import Scope
from review.problems import moves
from review.problems.desk_models import Reminder
from review.problems.models import Batch, Problem
from review.problems.people import person_for
from review.problems.reminders import days_of, due_step, inbox, reminders_read, reminders_send, unread
from review.problems.tasks import remind
from tests.factories import CITY, COUNTY, make_person, make_regions
from tests.review import world
from tests.review.world import CLERK, OTHER_CLERK
from tests.support.requests import signed_in

DAY = dt.timedelta(days=1)
steps = st.lists(st.integers(0, 90), max_size=5)


@given(before=steps, late=steps, left=st.integers(-120, 120))
def test_the_step_that_stands_is_the_nearest_one_reached(
    before: list[int], late: list[int], left: int
) -> None:
    today = dt.date(2018, 6, 1)
    step = due_step(today + left * DAY, before, late, today)
    if left >= 0:
        assert step == (
            ("before", min(s for s in before if s >= left)) if any(s >= left for s in before) else None
        )
    else:
        assert step == (
            ("late", max(s for s in late if s <= -left)) if any(s <= -left for s in late) else None
        )


def test_days_as_people_write_them() -> None:
    assert days_of("1, 3，3、 7") == [7, 3, 1]
    assert days_of("") == []
    for bad in ("x", "-1", "1.5", "91"):
        with pytest.raises(ValidationError):
            days_of(bad)


@pytest.mark.django_db
def test_office_and_person_are_told_once_a_step() -> None:
    person = world.make_person("wang", "enumerator", "330802001000")
    batch = world.issued_batch(findings=[*world.make_findings(3), *world.make_findings(1, "330803001001")])
    rows = list(Problem.objects.filter(region__startswith="330802").values_list("pk", flat=True))
    moves.problem_assign(CLERK, ids=rows[:2], person=person_for(CLERK, person.id))
    moves.problem_answer(CLERK, "explain", ids=rows[2:], reason="as_recorded")
    system, today = Scope.system(), timezone.localdate()
    assert reminders_send(system, today=today) == 0, "seven days are left"
    assert reminders_send(system, today=today + 5 * DAY) == 3
    assert reminders_send(system, today=today + 5 * DAY) == 0
    found = set(Reminder.objects.values_list("region", "user_id", "kind", "days", "rows"))
    assert found == {
        (COUNTY, None, "before", 3, 2),
        (world.OTHER_COUNTY, None, "before", 3, 1),
        ("330802001000", person.id, "before", 3, 2),
    }
    assert reminders_send(system, today=today + 6 * DAY) == 3
    assert reminders_send(system, today=today + 9 * DAY) == 3
    assert set(Reminder.objects.filter(kind="late").values_list("days", flat=True)) == {1}
    field = world.scope_for("enumerator", user_id=person.id, region="330802001000")
    assert (unread(CLERK), unread(OTHER_CLERK), unread(field), unread(world.CITY)) == (3, 3, 3, 0)
    assert reminders_read(CLERK, ids=[Reminder.objects.filter(user_id=person.id)[0].pk]) == 0, "not one's own"
    assert reminders_read(field) == 3
    assert (unread(field), unread(CLERK)) == (0, 3)
    Problem.objects.update(state="closed")
    Batch.objects.filter(pk=batch.pk).update(deadline=today - 30 * DAY)
    assert reminders_send(system, today=today) == 0, "nothing is open"


@pytest.mark.django_db
def test_a_list_without_steps_reminds_nobody_and_the_task_runs() -> None:
    batch = world.issued_batch()
    Batch.objects.filter(pk=batch.pk).update(deadline=timezone.localdate(), remind_before=[])
    assert remind() == 0
    Batch.objects.filter(pk=batch.pk).update(remind_before=[0])
    assert remind() == 1


@pytest.mark.django_db
def test_inbox_badge_card_and_the_list_of_a_batch() -> None:
    make_regions()
    clerk = make_person("county_officer", COUNTY)
    batch = world.issued_batch()
    client, city = signed_in(clerk.username), signed_in(make_person("city_officer", CITY).username)
    assert "No reminders" in client.get(reverse("reminder_list")).content.decode()
    Reminder.objects.create(batch=batch, region=COUNTY, kind="late", days=3, rows=1)
    client = signed_in(clerk.username)
    client.post(reverse("reminder_read"), {"ids": []})  # the badge is counted anew
    home = client.get(reverse("home")).content.decode()
    assert '<span class="badge waiting ms-auto">1</span>' in home
    assert "All reminders" in home
    assert batch.title in client.get(reverse("reminder_list")).content.decode()
    assert "Reminders sent" in city.get(reverse("batch_detail", args=[batch.id])).content.decode()
    client.post(reverse("reminder_read"), {"every": "1"})
    assert "badge waiting" not in client.get(reverse("home")).content.decode()
    assert inbox(CLERK).get().read_by_name == clerk.name
    assert batch.title in client.get(reverse("reminder_list"), {"all": "1"}).content.decode()


@pytest.mark.django_db
def test_the_issuer_chooses_the_days() -> None:
    make_regions()
    city = signed_in(make_person("city_officer", CITY).username)
    world.make_findings()
    head = {"title": "x", "kind": "audit", "deadline": timezone.localdate() + 9 * DAY}
    assert 'value="3, 1"' in city.get(reverse("batch_new")).content.decode()
    answer = city.post(reverse("batch_new"), head | {"remind_before": "soon"})
    assert "whole numbers" in answer.content.decode()
    assert 'value="soon"' in answer.content.decode()
    city.post(reverse("batch_new"), head | {"remind_before": "5 2", "remind_late": ""})
    batch = Batch.objects.get()
    assert (batch.remind_before, batch.remind_late) == ([5, 2], [])
    assert 'value="5, 2"' in city.get(reverse("batch_edit", args=[batch.id])).content.decode()
