"""A run over a data cut counts what the cut holds, whatever happens to register and returns afterwards."""

import hashlib

import orjson
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounting.cuts.models import FrozenTable, Part
from accounting.cuts.proof import cut_faults
from accounting.runs.measures import count
from accounting.runs.models import Line, Run, Shard
from accounting.runs.queries import run_changed_since, run_newest, runs_counting
from accounting.runs.services import run_create, run_execute, run_update
from accounting.runs.staleness import runs_mark_stale
from accounting.runs.usage import usage_run
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from sources.objects import services as register
from sources.objects.models import CensusObject
from sources.returns.models import Return, ReturnVersion
from tests.accounting.runs.conftest import BOILER, CITY, COUNTY, VILLAGE, make_object
from tests.factories import make_person
from tests.support.requests import as_web_role, signed_in

SAID = (
    "region", "object_id", "category", "industry", "form", "sheet", "row_key", "version_no", "pollutant", "chosen",
    "factor_id", "activity", "generated_kg", "removed_kg", "discharged_kg", "environment_kg",
)  # fmt: skip


def lines(run):
    return list(Line.objects.filter(run=run).order_by("id").values_list(*SAID))


def revise(one, values):
    """The next version of a return, as the services write it: the body says the values."""
    no, head = one.version_no + 1, hashlib.sha256(one.pk.bytes + b"2").digest()
    ReturnVersion.objects.create(
        return_id=one.pk, no=no, object_id=one.object_id, region=one.region, category=one.category,
        at=timezone.now(), user_name="test", post_kind="test", action="saved", state=one.state, prev_hash=b"",
        body=orjson.dumps({"form": one.form, "sheet": one.sheet, "values": values, "active": True}).decode(),
        hash=head,
    )  # fmt: skip
    Return.objects.filter(pk=one.pk).update(
        values=values, version_no=no, head_hash=head, updated_at=timezone.now()
    )


@pytest.fixture
def held(make_run, make_cut, county, campaign):
    """A cut whose returns say their values in their versions; afterwards everything changes."""
    make_run()  # gives every return a version, which says nothing
    for one in Return.objects.all():
        revise(one, one.values)
    with enter(Scope.system(CITY)):
        run = run_create(
            Scope.system(CITY),
            campaign=campaign,
            region=CITY,
            categories=list(CATEGORIES),
            edition="census2_2021",
        )
    run = run_execute(Scope.system(CITY), run=run)
    cut, before = make_cut(run), lines(run)
    actor = Scope.system(CITY, "clerk")
    with enter(actor):
        boiler = Return.objects.get(object=county["enterprise"], form="G103-1")
        revise(boiler, {"units": [{**BOILER, "fuel1_consumption": 99_000}]})
        for number in (1, 2):  # two revisions back, the field changed twice
            obj = CensusObject.objects.get(pk=county["neighbour"].pk)
            register._apply(actor, obj, {"industry": f"13{number}1", "name": f"later {number}"}, "edited", "")
        farm = CensusObject.objects.get(pk=county["farm"].pk)
        register.object_remove(
            actor,
            object_id=farm.pk,
            revision=farm.revision,
            cause="duplicate",
            reason="registered twice",
            evidence="list 1",
        )
    make_object(campaign, "enterprise", VILLAGE, 9, {"G103-1": {"units": [BOILER]}}, industry="1351")
    return cut, before


def over(cut, **changed):
    actor = Scope.system(CITY, "officer")
    with enter(actor):
        run = run_create(
            actor, campaign=cut.campaign, region=CITY, categories=list(CATEGORIES), edition="census2_2021",
            data_cut=cut, **changed,
        )  # fmt: skip
    return run_execute(actor, run=run)


def test_the_lines_are_those_of_the_cut_to_the_bit(held):
    cut, before = held
    run = over(cut)
    assert run.state == Run.State.DONE, list(run.shards.values_list("error", flat=True))
    assert lines(run) == before
    assert run.objects_counted == cut.run.objects_counted
    assert CensusObject.objects.filter(
        name="later 2", industry="1321"
    ).exists()  # the register itself is untouched


def test_other_conditions_give_other_lines_from_the_same_forms(held):
    cut, before = held
    run = over(cut, confidences=["verified"])
    forms = [{line[1:3] + line[4:8] for line in rows} for rows in (lines(run), before)]
    assert forms[0] < forms[1]  # fewer lines, none of another object, form or version


def test_brought_up_to_date_it_stays_with_its_cut_and_takes_everything_over(held):
    cut, before = held
    actor, run = Scope.system(CITY, "officer"), over(cut)
    with enter(actor):
        later = run_update(actor, run=run)
    later = run_execute(actor, run=later)
    assert later.data_cut == cut
    assert {shard.mode for shard in later.shards.all()} == {Shard.Mode.COPIED}
    assert lines(later) == before


def test_it_is_never_stale_and_not_what_tables_rest_on(held):
    cut, _before = held
    run = over(cut)
    runs_mark_stale()
    run.refresh_from_db()
    assert not run.stale
    assert run_changed_since(Scope.system(CITY), run) == 0
    assert run not in runs_counting(Scope.system(CITY), CITY)


def test_a_cut_of_it_holds_the_same_register_and_forms(held, make_cut):
    cut, _before = held
    again = make_cut(over(cut))
    assert (again.changed, again.objects_held, again.returns_held) == (0, cut.objects_held, cut.returns_held)
    assert list(cut_faults(again)) == []
    parts = [[part.lines()[1:] for part in Part.objects.filter(cut=one)] for one in (cut, again)]
    assert parts[0] == parts[1]
    said = ("region", "code", "by", "content")  # counted objects and amounts
    tables = [list(FrozenTable.objects.filter(cut=one).values_list(*said)) for one in (cut, again)]
    assert tables[0] == tables[1]


def test_objects_that_left_the_office_are_named_and_not_left_out(held, county, settings):
    cut, _before = held
    settings.SWITCH_TO_WEB_ROLE = True
    CensusObject.objects.filter(pk=county["petrol_station"].pk).update(region="330702001001", revision=2)
    run = over(cut)
    assert run.state == Run.State.FAILED
    assert run.shards.get(region=COUNTY).error.startswith("1 objects of the data cut")


def test_only_a_frozen_cut_that_holds_the_region(held, campaign):
    cut, _before = held
    nation = Scope.system("000000000000", "nation")
    with enter(nation), pytest.raises(ValidationError) as refused:
        run_create(
            nation, campaign=campaign, region="330000000000", categories=["mobile"], edition="census2_2021",
            data_cut=cut,
        )  # fmt: skip
    assert "data_cut" in refused.value.message_dict


def test_an_officer_plans_it_from_the_page_of_the_cut(held):
    cut, _before = held
    person = make_person("city_officer", CITY)
    client = signed_in(person.username)
    shown = as_web_role(client, "get", reverse("cut_show", args=[cut.pk]))
    address = f"{reverse('run_new')}?data_cut={cut.pk}&region={CITY}"
    assert address.replace("&", "&amp;") in shown.content.decode()
    form = as_web_role(client, "get", address).content.decode()
    assert f'value="{cut.pk}" selected' in form


def test_an_object_s_account_opens_but_the_progress_of_accounting_does_not_count_it(held, county):
    cut, _before = held
    run, scope = over(cut), Scope.system(CITY)
    assert run_newest(scope, CITY, run.number) == run
    assert run_newest(scope, CITY) != run
    assert usage_run(scope, run.number) == run
    assert usage_run(scope) == run_newest(scope, CITY)  # where a factor is used is asked of the forms of now
    Run.objects.exclude(pk=run.pk).update(stale=True)
    assert {done for _head, code, _all, done in count(scope)} == {0}
