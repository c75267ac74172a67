"""Counts kept as the work goes on are those of a recount, whatever is written and by whichever way."""

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from census.access.scope import enter
from census.conf.databases import WEB_ROLE
from census.dispatch.counting import counts_of, drift, fold, refresh_derived, take
from census.dispatch.models import ProgressCount, ProgressDelta, Snapshot
from census.dispatch.progress import differences, roll_up
from census.dispatch.tallies import install, tallies
from review.problems.models import Problem
from sources.objects.models import CensusObject
from sources.returns.bulk import returns_approve_bulk
from sources.returns.models import Return
from sources.returns.states import STATES
from tests.factories import CITY, NATION
from tests.review.world import issued_batch, make_findings
from tests.sources.returns.world import campaign, climb, fill, make_object, scope_for

pytestmark = pytest.mark.django_db
VILLAGES = ("330802001001", "330802002001", "330803001001", "370102001001")


@pytest.fixture(autouse=True)
def begun(db):
    """The census is on, and everything so far is counted."""
    campaign()
    take(NATION)


def exact():
    fold()
    refresh_derived()
    assert not ProgressDelta.objects.exists()
    assert drift(NATION) == {}
    assert differences(NATION, timezone.localdate()) == []


def form(village, state="draft", **more):
    obj = make_object(region=village)
    more = {"version_no": 1, "form": "G102", "form_version": "x"} | more
    place = {"region": village, "category": obj.category}
    return Return.objects.create(campaign=obj.campaign, object=obj, state=state, **place, **more)


CHANGES = st.one_of(
    st.tuples(st.just("new"), st.sampled_from(VILLAGES), st.sampled_from(list(STATES))),
    st.tuples(st.just("state"), st.integers(0, 9), st.sampled_from(list(STATES))),
    st.tuples(st.just("all"), st.sampled_from(VILLAGES), st.sampled_from(list(STATES))),
    st.tuples(st.just("active"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("place"), st.integers(0, 9), st.sampled_from(VILLAGES)),
    st.tuples(st.just("status"), st.integers(0, 9), st.sampled_from(["in_scope", "pending", "removed"])),
    st.tuples(st.just("gone"), st.integers(0, 9), st.none()),
    st.tuples(st.just("fold"), st.none(), st.none()),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CHANGES, min_size=3, max_size=25))
@example(
    [("new", VILLAGES[0], "draft"), ("fold", None, None), ("gone", 0, None)]
)  # a county's last form goes
def test_random_changes_keep_the_counts_exact(changes):
    with transaction.atomic():
        for what, which, to in changes:
            change(what, which, to)
        exact()
        transaction.set_rollback(True)


def change(what, which, to):
    """One way of writing; raw statements over many rows as well as single rows."""
    ids = list(Return.objects.order_by("id").values_list("pk", flat=True))
    if what == "new":
        form(which, to, version_no=len(ids) % 2)
    elif what == "fold":
        fold()
    elif what == "all":
        with connection.cursor() as cursor:
            cursor.execute("UPDATE sources_return SET state = %s WHERE region = %s", [to, which])
    elif ids:
        one = Return.objects.filter(pk=ids[which % len(ids)])
        obj = CensusObject.objects.filter(returns__in=one)
        if what == "state":
            one.update(state=to)
        elif what == "active":
            one.update(active=to)
        elif what == "status":
            CensusObject.objects.filter(pk__in=list(obj.values_list("pk", flat=True))).update(status=to)
        elif what == "place":
            place = {"region": to}
            CensusObject.objects.filter(pk__in=list(obj.values_list("pk", flat=True))).update(**place)
            one.update(**place)
        elif what == "gone":
            one.delete()


def test_the_services_themselves_keep_them_exact():
    first, second = fill("Y102"), fill("Y102")
    climb(first)
    climb(second, "enumerator_ok")
    exact()
    returns_approve_bulk(scope_for("instructor"), ids=[second.pk])
    issued_batch(findings=make_findings(3))
    Problem.objects.filter(serial=1).update(state="closed")
    exact()
    done = {measure: done for _head, measure, _total, done in counts_of(NATION)}
    assert (done["review.province"], done["problems.closed"]) == (1, 1)


def test_every_level_of_todays_snapshot_follows():
    form("330802001001", "county_ok")
    fold()
    rows = Snapshot.objects.filter(measure="review.county", total=1, done=1)
    assert set(rows.values_list("parent", "region")) == {
        (NATION, "330000000000"),
        ("330000000000", CITY),
        (CITY, "330802000000"),
        ("330802000000", "330802001000"),
    }


def test_the_first_fold_of_a_day_sums_every_level_like_the_roll_up():
    """Townships, a city's own, a county's own, and a city without counties."""
    for region in ("330802001001", "330803001001", "330800000000", "330802000000", "441900003001"):
        form(region, "submitted")
    fold()
    Snapshot.objects.all().delete()
    fold()
    rows = Snapshot.objects.values_list("parent", "region", "measure", "total", "done")
    stored = {(parent, region, measure): (total, done) for parent, region, measure, total, done in rows}
    assert stored == roll_up(counts_of(NATION), NATION)
    assert stored["441900000000", "441900003000", "survey.submitted"] == (1, 1)


def test_a_change_that_tells_nothing_writes_nothing():
    ret = form("330802001001", "county_ok")
    fold()
    Return.objects.filter(pk=ret.pk).update(values={"a": 1}, version_no=2, errors=3)
    assert not ProgressDelta.objects.exists()


def test_a_wrong_count_is_found_and_put_right():
    form("330802001001")
    fold()
    ProgressCount.objects.filter(measure="survey.begun").update(done=7)
    assert drift(NATION) == {("330802001000", "survey.begun"): ((1, 7), (1, 1))}
    assert take(CITY) == 1
    assert drift(NATION) == {}


def test_the_pages_role_leaves_marks_but_may_not_invent_them():
    ret = fill("Y102")
    fold()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {WEB_ROLE}")
    with enter(scope_for("county_officer")):
        Return.objects.filter(pk=ret.pk).update(state="county_ok")
        assert ProgressDelta.objects.filter(measure="review.county").exists()
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            ProgressDelta.objects.create(region="330802001000", measure="x", total=1, done=1)


def test_triggers_are_made_once():
    install()
    assert {tally.model for tally in tallies()} >= {Return, CensusObject, Problem}
