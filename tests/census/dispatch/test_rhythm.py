"""Documents drafted by themselves, and the wall."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from census.access.scope import Scope
from census.dispatch.models import Document, Rhythm
from census.dispatch.rhythm import latest, rhythm_remove, rhythm_set, rhythms_draft
from tests.factories import CITY, COUNTY, OTHER_COUNTY, make_person, make_scope
from tests.support.requests import signed_in

STEP = "test.step"
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("every", "day", "due"),
    [
        ("day", dt.date(2018, 9, 20), dt.date(2018, 9, 20)),
        ("week", dt.date(2018, 9, 20), dt.date(2018, 9, 17)),
        ("week", dt.date(2018, 9, 17), dt.date(2018, 9, 17)),
        ("half", dt.date(2018, 9, 15), dt.date(2018, 9, 1)),
        ("half", dt.date(2018, 9, 16), dt.date(2018, 9, 16)),
    ],
)
def test_the_newest_day_of_a_rhythm(every, day, due):
    assert latest(every, day) == due


@pytest.fixture
def city(counted):
    return make_scope("city_officer", CITY)


def test_each_is_drafted_once_a_turn_and_made_up_for(city):
    row = rhythm_set(city, kind="briefing", measure=STEP, every="week")
    system, monday = Scope.system(), timezone.localdate() + DAY * (7 - timezone.localdate().weekday())
    assert rhythms_draft(system, timezone.localdate()) == 0, "from the next Monday on"
    assert rhythms_draft(system, monday + 2 * DAY) == 1, "two mornings were missed"
    assert rhythms_draft(system, monday + 3 * DAY) == 0
    assert rhythms_draft(system, monday + 7 * DAY) == 1
    drafted = Document.objects.filter(kind="briefing")
    assert {(one.state, one.automatic, one.region) for one in drafted} == {("draft", True, CITY)}
    assert drafted.first().addressees == ["柯城区", "衢江区"]
    rhythm_remove(city, rhythm_id=row.pk)
    assert rhythms_draft(system, monday + 14 * DAY) == 0


@pytest.mark.parametrize("wrong", [{"kind": "warning"}, {"measure": "no.such"}, {"every": "now"}])
def test_a_wrong_rhythm_is_refused_with_the_field(city, wrong):
    with pytest.raises(ValidationError) as caught:
        rhythm_set(city, **{"kind": "briefing", "measure": STEP, "every": "day"} | wrong)
    assert set(caught.value.message_dict) == set(wrong)


def test_an_office_without_figures_is_passed_over(campaign, counts):
    city = make_scope("city_officer", CITY)
    rhythm_set(city, kind="circular", measure=STEP, every="day")
    assert rhythms_draft(Scope.system(), timezone.localdate() + DAY) == 0
    assert Rhythm.objects.get().last_day == timezone.localdate(), "it is tried again"
    with pytest.raises(PermissionDenied):
        rhythm_set(make_scope("county_officer", COUNTY), kind="briefing", measure=STEP, every="day")


def test_the_wall_shows_what_the_board_shows(counted):
    client = signed_in(make_person("city_officer", CITY).username)
    page = client.get(reverse("dispatch_wall"), {"measure": STEP}).content.decode()
    assert reverse("boundaries_json", args=["counties"]) in page
    found = client.get(reverse("dispatch_wall_json"), {"measure": STEP}).json()
    assert [(place["region"], place["rank"], place["percent"]) for place in found["places"]] == [
        (OTHER_COUNTY, 1, 95.0),
        (COUNTY, 2, 50.0),
    ]
    assert (found["whole"]["total"], found["whole"]["done"], found["steps"][0]["verdict"]) == (
        106,
        72,
        "none",
    )
    assert client.get(reverse("dispatch_wall_json"), {"region": "370100000000"}).status_code == 404


def test_the_rhythm_is_set_and_stopped_on_the_page_of_targets(counted):
    client = signed_in(make_person("city_officer", CITY).username)
    client.post(reverse("dispatch_rhythm"), {"kind": "briefing", "measure": STEP, "every": "half"})
    page = client.get(reverse("dispatch_targets")).content.decode()
    assert "Half-monthly" in page
    client.post(reverse("dispatch_rhythm"), {"remove": Rhythm.objects.get().pk})
    assert not Rhythm.objects.exists()
