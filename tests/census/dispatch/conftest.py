"""A city with two counties, counted by a measure of the test's own."""

import datetime as dt

import pytest
from django.utils import timezone

from census.calendar.models import Campaign
from census.dispatch import measures
from census.dispatch.measures import Measure
from census.dispatch.models import Snapshot
from census.dispatch.progress import roll_up, store
from tests.factories import CITY, COUNTY, OTHER_TOWNSHIP, TOWNSHIP

STEP = Measure("test.step", "Step", "forms", "测试步骤", "张", 1)


@pytest.fixture
def counts(monkeypatch) -> dict[str, tuple[int, int]]:
    """Township (nine digits), or a higher place's own digits → (total, done). Change it, and count again."""
    now = {TOWNSHIP[:9]: (60, 30), OTHER_TOWNSHIP[:9]: (40, 38), COUNTY[:6]: (4, 2), CITY[:4]: (2, 2)}

    def counter(scope):
        for head, (total, done) in now.items():
            yield head, STEP.code, total, done

    monkeypatch.setattr(measures, "_measures", {STEP.code: STEP})
    monkeypatch.setattr(measures, "_counters", {counter: (STEP.code,)})
    return now


@pytest.fixture
def campaign(places) -> Campaign:
    return Campaign.objects.create(
        code="2017", name_zh="普查", name_en="Census", reference_date=dt.date(2017, 12, 31), synthetic=True
    )


@pytest.fixture
def counted(campaign, counts) -> dict[str, tuple[int, int]]:
    """Snapshots of today and of seven days ago, when each place had done fourteen less (or nothing)."""
    today = timezone.localdate()
    then = [(head, STEP.code, total, max(0, done - 14)) for head, (total, done) in counts.items()]
    store(campaign, CITY, today - dt.timedelta(days=7), roll_up(then, CITY))
    now = [(head, STEP.code, *both) for head, both in counts.items()]
    store(campaign, CITY, today, roll_up(now, CITY))
    assert Snapshot.objects.exists()
    return counts
