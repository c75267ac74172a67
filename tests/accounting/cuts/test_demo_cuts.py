"""The second round of the demo world: a large object's slip is put right by its county, accounted and cut again."""

import datetime as dt
import json
from dataclasses import asdict

import pytest

from accounting.cuts import services
from accounting.cuts.demo import load_second_cut
from accounting.cuts.models import Cut
from accounting.runs.models import Line
from census.access.scope import Scope, enter
from sources.demo.plant import Planted
from sources.demo.stages import DemoLoad
from sources.returns.models import Return, ReturnVersion
from tests.accounting.runs.conftest import CITY, COUNTY
from tests.factories import make_person

PROVINCE = "330000000000"


def kg(run, obj):
    lines = Line.objects.filter(run=run, object_id=obj.pk, pollutant="SO2", chosen=True)
    return sum(line.environment_kg or 0 for line in lines)


@pytest.mark.usefixtures("few_layouts")
def test_a_large_slip_is_corrected_and_the_first_cut_stays(
    make_run, make_cut, county, campaign, officer, tmp_path
):
    run, plant = make_run(), county["enterprise"]
    first = make_cut(run)
    with enter(officer):
        services.cut_check(officer, cut=first)
    above = Scope.system(PROVINCE)
    with enter(above):
        services.cut_approve(above, cut=first)
    make_person("county_officer", COUNTY)
    slip = Planted(str(plant.pk), plant.code, "enterprise", "G103-1", 1, "units/1", "fuel1_consumption", 500, 1000,
                   "load_unit", ())  # fmt: skip
    small = Planted(
        str(county["farm"].pk), "", "farm", "N101-2", 1, "", "pig_slaughter", 1, 1000, "other", ()
    )
    planted = tmp_path / "planted.json"
    planted.write_text(json.dumps({COUNTY: [asdict(slip), asdict(small)]}))
    demo = DemoLoad(campaign, CITY, (CITY,), 1, dt.date(2018, 6, 1), planted, print)
    assert load_second_cut(demo) == "not asked for"

    demo = DemoLoad(campaign, CITY, (CITY,), 1, dt.date(2018, 6, 1), planted, print, corrected=True)
    load_second_cut(demo)
    second = Cut.objects.get(number=first.number + 1)
    assert (second.state, second.run.predecessor) == (Cut.State.APPROVED, run)
    assert kg(second.run, plant) == pytest.approx(kg(run, plant) / 2)
    form = Return.objects.get(object=plant, form="G103-1")
    assert form.values["units"][0]["fuel1_consumption"] == 500
    assert ReturnVersion.objects.filter(return_id=form.pk, action="corrected").exists()
    assert Return.objects.get(object=county["farm"], form="N101-2").values["pig_slaughter"] == 1000, "no slip"
    assert load_second_cut(demo) == "there is a second cut"
