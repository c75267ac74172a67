"""The demo's weeks of counts and its papers."""

import datetime as dt
from types import SimpleNamespace

from django.utils import timezone

from census.dispatch import demo
from census.dispatch.measures import measure_of
from census.dispatch.models import Document, Recipient, Snapshot
from census.dispatch.progress import differences
from census.dispatch.queries import board
from tests.factories import CITY, make_scope

STEP = "test.step"


def test_the_demo_has_weeks_of_counts_and_papers(campaign, counts, monkeypatch):
    monkeypatch.setattr(demo, "SPANS", {STEP: 0.4})
    monkeypatch.setattr(demo, "TARGETS", {STEP: (20, 1, 2)})
    monkeypatch.setattr(demo, "CIRCULAR", STEP)
    monkeypatch.setattr(demo, "LETTER", STEP)
    load = SimpleNamespace(campaign=campaign, cities=(CITY,), today=timezone.localdate())
    assert demo.load_dispatch(load) == f"{8 * demo.DAYS} snapshot rows of {demo.DAYS} days, 3 papers"
    assert differences(CITY, load.today) == []
    assert not Snapshot.objects.filter(day=load.today, synthetic=True).exists()
    assert not Snapshot.objects.filter(day__lt=load.today, synthetic=False).exists()
    whole = board(make_scope("city_officer", CITY), CITY, measure_of(STEP)).whole
    assert len(whole.points) == demo.DAYS
    assert whole.points[0].day == load.today - dt.timedelta(days=demo.DAYS - 1)
    assert [point.done for point in whole.points] == sorted(point.done for point in whole.points)
    assert whole.points[0].done < whole.done == 72
    assert set(Document.objects.values_list("kind", "state")) == {
        ("circular", "issued"),
        ("supervision", "issued"),
        ("warning", "draft"),
    }
    assert Recipient.objects.filter(state="replied").count() == 1
    assert demo.load_dispatch(load).startswith("0 snapshot rows")
