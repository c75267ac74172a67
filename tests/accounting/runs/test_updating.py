"""A run brought up to date computes only what changed, and gives the rows of a run from scratch, to the bit."""

import os
import random
from dataclasses import replace

import pytest

from accounting.factors.models import Factor
from accounting.factors.queries import as_row, factor_rows, library_now
from accounting.factors.services import factors_publish
from accounting.runs import basis
from accounting.runs.models import Shard
from accounting.runs.services import run_create, run_execute, run_update
from census.access.posts import CATEGORIES
from census.access.scope import enter
from sources.objects.models import CensusObject
from sources.returns.models import Return
from tests.accounting.runs.conftest import BOILER, DOCUMENTS, MEAT, make_object
from tests.accounting.runs.test_kill import rows

SEEDS = int(os.environ.get("SEEDS", "1"))
"""Random worlds that are tried; SEEDS=20 for a thorough try."""
CITY, COUNTY, OTHER = "330800000000", "330802000000", "330803000000"


def fresh(officer, campaign):
    with enter(officer):
        run = run_create(
            officer, campaign=campaign, region=CITY, categories=list(CATEGORIES), edition="census2_2021"
        )
    return run_execute(officer, run=run)


def update(officer, run, **changes):
    with enter(officer):
        later = run_update(officer, run=run, **changes)
    return run_execute(officer, run=later)


def modes(run):
    return {shard.region: (shard.mode, shard.objects_computed) for shard in Shard.objects.filter(run=run)}


def edit(one, form, **values):
    """A new version of a form."""
    ret = Return.objects.get(object=one, form=form)
    ret.values, ret.version_no = ret.values | values, ret.version_no + 1
    ret.save()


def publish(change=1, **where):
    """Publish the factor found with a value one tenth higher."""
    factor = Factor.objects.filter(current=True, value__gt=0, **where).order_by("id").first()
    factors_publish(rows=[replace(as_row(factor), value=factor.value * 1.1)], retired=[], change=change)
    return factor


@pytest.fixture
def done(officer, campaign, county):
    return fresh(officer, campaign)


def test_nothing_changed_everything_is_taken_over(officer, campaign, done):
    again = update(officer, done)
    assert {mode for mode, _ in modes(again).values()} == {Shard.Mode.COPIED}
    assert rows(again) == rows(done)
    assert (again.lines_written, again.gaps_written, again.objects_counted) == (
        done.lines_written, done.gaps_written, done.objects_counted,
    )  # fmt: skip
    third = update(officer, again)
    assert rows(third) == rows(done)


def test_one_changed_form_computes_one_object(officer, campaign, county, done):
    edit(county["farm"], "N101-2", pig_slaughter=2000)
    later = update(officer, done)
    assert modes(later)[COUNTY] == (Shard.Mode.PARTIAL, 1)
    assert modes(later)[OTHER][0] == Shard.Mode.COPIED
    assert rows(later) == rows(fresh(officer, campaign)) != rows(done)


def test_a_changed_plant_computes_all_that_is_credited_with_it(officer, campaign, county, done):
    edit(county["wastewater_plant"], "J101-3", cod_out_annual_mgl=60)
    later = update(officer, done)
    assert modes(later)[COUNTY][0] == Shard.Mode.FULL
    assert rows(later) == rows(fresh(officer, campaign))


def test_a_plant_of_a_county_without_towns_computes_the_city(officer, campaign, county, done):
    plant = make_object(campaign, "wastewater_plant", "330803001001", 7, DOCUMENTS["wastewater_plant"])
    later = update(officer, done)
    assert modes(later)[CITY][0] == Shard.Mode.FULL
    edit(plant, "J101-2", treated_domestic_wm3=900)
    last = update(officer, later)
    assert modes(last)[CITY][0] == Shard.Mode.FULL
    assert rows(last) == rows(fresh(officer, campaign))


def test_a_published_factor_computes_only_the_counties_that_ask_for_it(officer, campaign, done):
    publish(pollutant="COD", industry="1351", kind="generation", sector="industrial")
    later = update(officer, done)
    assert modes(later)[COUNTY][0] == Shard.Mode.FULL
    assert modes(later)[OTHER][0] == Shard.Mode.COPIED
    assert rows(later) == rows(fresh(officer, campaign)) != rows(done)


def test_with_its_old_library_a_run_gives_its_old_numbers(officer, campaign, done):
    """Publishing, changing and retiring leaves a pinned run as it was, computed from nothing."""
    old = rows(done)
    publish(pollutant="COD", sector="industrial", industry="1351", kind="generation")
    publish(change=2, sector="mobile", process="exhaust", pollutant="NOx")
    retired = Factor.objects.filter(current=True, sector="livestock").values_list("code", flat=True)[:40]
    factors_publish(rows=[], retired=list(retired), change=3)
    pinned = update(officer, done, library=False)
    assert rows(pinned) == old
    done.parameters["library"] = pinned.parameters["library"]
    Shard.objects.filter(run=pinned).update(state="waiting")
    type(pinned).objects.filter(pk=pinned.pk).update(predecessor=None, state="running")
    pinned.refresh_from_db()
    assert rows(run_execute(officer, run=pinned)) == old
    assert set(modes(pinned).values()) == {("full", 5), ("full", 1)}
    assert rows(update(officer, done)) != old


def test_another_program_takes_nothing_over(officer, done, monkeypatch):
    monkeypatch.setattr("accounting.runs.execution.engine_digest", lambda: "another")
    later = update(officer, done)
    assert {mode for mode, _ in modes(later).values()} == {Shard.Mode.FULL}


def test_which_factors_a_shard_used(done):
    used = Shard.objects.get(run=done, region=COUNTY).used
    sheep = Factor.objects.get(value=495.0, industry="1351", pollutant="COD", kind="generation")
    assert used[str(sheep.pk)] == [1, 1]
    removal = Factor.objects.filter(sector="livestock", kind="removal").values_list("pk", flat=True)
    assert any(used.get(str(pk)) == [0, 0] for pk in removal), "consulted as a parameter only"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_changes_give_the_rows_of_a_full_run(officer, campaign, county, seed):
    """Forms edited, objects added, closed, moved and renamed, factors published and retired, in any order."""
    chance = random.Random(seed)
    for number in range(3, 9):
        region = chance.choice(["330802001001", "330802001002", "330803001001"])
        make_object(
            campaign, "enterprise", region, number, {"G103-1": {"units": [BOILER]}, "G106-1": {"rows": [MEAT]}},
            industry=chance.choice(["1351", "2221"]),
        )  # fmt: skip
        make_object(campaign, "farm", region, number, DOCUMENTS["farm"])
    run = fresh(officer, campaign)
    for step in range(4):
        for _ in range(chance.randrange(1, 4)):
            _change(chance, campaign, 100 * seed + 10 * step)
        run = update(officer, run)
    assert rows(run) == rows(fresh(officer, campaign))


def _change(chance, campaign, number):
    objects = list(CensusObject.objects.order_by("code"))
    one = chance.choice(objects)
    act = chance.choice(["edit", "edit", "add", "close", "open", "move", "rename", "publish", "retire"])
    if act == "edit":
        ret = chance.choice(list(Return.objects.order_by("id")))
        ret.values = {
            name: round(value * chance.uniform(0.5, 2), 3) if isinstance(value, int | float) else value
            for name, value in ret.values.items()
        }
        ret.version_no, ret.state = ret.version_no + 1, chance.choice(["county_ok", "county_ok", "draft"])
        ret.save()
    elif act == "add":
        serial = number + chance.randrange(10**6)
        make_object(campaign, "farm", "330803001001", serial, DOCUMENTS["farm"])
    elif act in {"close", "open"}:
        status = "closed" if act == "close" else "in_scope"
        CensusObject.objects.filter(pk=one.pk).update(status=status)
    elif act == "move" and one.kind in {"enterprise", "farm"}:
        region = chance.choice(["330802001003", "330803001009"])
        CensusObject.objects.filter(pk=one.pk).update(region=region)
        Return.objects.filter(object=one).update(region=region)
    elif act == "rename":
        CensusObject.objects.filter(pk=one.pk).update(name=f"{one.name} {number}")
    elif act in {"publish", "retire"}:
        row = chance.choice(factor_rows(library_now(), ["census2_2021", "guideline_2014", "practice"]))
        if act == "retire":
            factors_publish(rows=[], retired=[row.code], change=number + 1)
        elif row.value is not None:
            factors_publish(rows=[replace(row, value=row.value * 1.5)], retired=[], change=number + 1)


def test_inputs_survive_packing():
    some = basis.Inputs({f"00000000-0000-7000-8000-{n:012d}": bytes([n] * 16) for n in range(5)}, frozenset())
    shared = replace(some, shared=frozenset(list(some.objects)[:2]), credited="x")
    assert basis.Inputs.unpack(shared.pack(), "x") == shared
    assert basis.compare(some, some).nothing
    assert basis.compare(some, replace(some, credited="y")).all
