"""The run of the demo world: one over the nation, which later loads bring up to date."""

import datetime as dt
from pathlib import Path

from accounting.demo import load_run
from accounting.runs.models import Run
from census.places.regions import NATION
from sources.demo.stages import DemoLoad
from sources.objects.models import CensusObject

CITY, COUNTY, ELSEWHERE = "330800000000", "330802000000", "330803000000"


def test_demo_run_covers_the_nation_and_follows_later_loads(campaign, county):
    demo = DemoLoad(campaign, CITY, (CITY,), 1, dt.date(2018, 6, 1), Path("nowhere"), print)
    CensusObject.objects.filter(region__startswith=ELSEWHERE[:6]).update(status="out_of_scope")
    load_run(demo)
    first = Run.objects.get()
    assert (first.region, first.state) == (NATION, Run.State.DONE)
    assert ELSEWHERE not in first.shards.values_list("region", flat=True)
    assert load_run(demo) == "there is a finished run"

    CensusObject.objects.filter(region__startswith=ELSEWHERE[:6]).update(status="in_scope")
    load_run(demo)
    second = Run.objects.get(predecessor=first)
    assert second.state == Run.State.DONE
    assert ELSEWHERE in second.shards.values_list("region", flat=True)
    assert second.objects_counted > first.objects_counted
