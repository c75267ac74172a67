"""Methods side by side: what is compared, who explains, what holds."""

import io
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from accounting.crosscheck import config
from accounting.crosscheck.models import MethodExplanation, MethodGap
from accounting.crosscheck.queries import gap_search, object_page, waiting
from accounting.crosscheck.services import gaps_explain, gaps_return, on_run_done
from accounting.runs.engine.choice import choose
from accounting.runs.engine.table import Table
from accounting.runs.models import Line
from census.access.scope import Scope, enter
from census.audit.models import AuditEntry
from review.findings.models import Finding
from sources.objects.models import CensusObject
from tests.accounting.crosscheck.conftest import WHERE
from tests.accounting.runs.conftest import make_object
from tests.support.requests import as_web_role


def state(scope, gap):
    with enter(scope):
        return gap_search(scope, run=gap.run, state="all").get(pk=gap.pk).state


def test_the_balance_stands_beside_the_monitoring(so2, plant, one_run, officer):
    assert (so2.chosen_way, so2.chosen_kg) == ("monitoring", pytest.approx(2000))
    assert so2.other_kg == pytest.approx(2 * 1000 * 0.008 * 0.8 * 1000)
    assert so2.percent == pytest.approx(540)
    with enter(officer):
        lines = Line.objects.filter(run=one_run, object_id=plant.pk, pollutant="SO2")
        assert {line.method for line in lines} >= {"monitoring", "balance"}
        assert [line.method for line in lines if line.chosen] == ["monitoring"]
        row = next(
            row for row in object_page(officer, run=one_run, object_id=plant.pk)["rows"]
            if row["pollutant"].code == "SO2"
        )  # fmt: skip
    assert row["cells"]["monitoring"] == {"amount": pytest.approx(2.0), "chosen": True, "gap": None}
    assert row["cells"]["balance"]["gap"].percent == pytest.approx(540)


def test_an_explanation_holds_until_the_gap_moves(so2, clerk):
    assert state(clerk, so2) == "open"
    with enter(clerk):
        before = waiting(clerk)
        assert gaps_explain(clerk, ids=[so2.pk], reason="load") == 1
        assert waiting(clerk) == before - 1
    assert state(clerk, so2) == "explained"
    assert AuditEntry.objects.filter(action="method_gap.explained", subject_id=str(so2.object_id)).exists()
    for ratio, expected in (
        (so2.ratio * 1.2, "explained"),
        (so2.ratio * 1.3, "open"),
        (so2.ratio / 1.3, "open"),
    ):
        MethodGap.objects.filter(pk=so2.pk).update(ratio=ratio)
        assert state(clerk, so2) == expected


def test_words_are_demanded_and_the_neighbour_can_not_explain(so2, clerk):
    neighbour = replace(clerk, user_id=303, region="330803000000")
    with enter(neighbour), pytest.raises(ValidationError):
        gaps_explain(neighbour, ids=[so2.pk], reason="load")
    with enter(clerk):
        for reason, text in (("", ""), ("nonsense", "words"), ("other", "no")):
            with pytest.raises(ValidationError):
                gaps_explain(clerk, ids=[so2.pk], reason=reason, text=text)
        gaps_explain(clerk, ids=[so2.pk], reason="other", text="监测仅一次")
        with pytest.raises(ValidationError):  # it has one
            gaps_explain(clerk, ids=[so2.pk], reason="load")


def test_another_person_sends_back_and_history_stays(so2, clerk):
    chief = Scope(
        202, "city officer", 2, "city_officer", "330800000000",
        capabilities=frozenset({"accounting.view", "problem.check"}),
    )  # fmt: skip
    with enter(clerk):
        gaps_explain(clerk, ids=[so2.pk], reason="fuel")
        with pytest.raises(ValidationError):
            gaps_return(clerk, ids=[so2.pk], text="my own words")
    with enter(chief):
        with pytest.raises(PermissionDenied):
            gaps_explain(chief, ids=[so2.pk], reason="fuel")
        gaps_return(chief, ids=[so2.pk], text="请附燃料检测报告")
    assert state(clerk, so2) == "open"
    with enter(clerk):
        gaps_explain(clerk, ids=[so2.pk], reason="fuel", text="已附报告")
        acts = MethodExplanation.objects.order_by("id").values_list("act", flat=True)
    assert list(acts) == ["given", "returned", "given"]
    assert state(clerk, so2) == "explained"


def test_list_workbook_and_account_sheet(so2, person):
    listed = as_web_role(person, "GET", reverse("crosscheck_list")).content.decode()
    assert "测试印染厂" in listed
    assert "+540 %" in listed
    none = as_web_role(person, "GET", reverse("crosscheck_list") + "?q=no-such-name").content.decode()
    assert "测试印染厂" not in none
    for query in (
        "?sort=ratio",
        "?state=explained",
        "?way=derived",
        "?pollutant=SO2&industry=17",
        "?at=nonsense",
    ):
        expected = 400 if "at=" in query else 200
        assert as_web_role(person, "GET", reverse("crosscheck_list") + query).status_code == expected
    book = openpyxl.load_workbook(io.BytesIO(as_web_role(person, "GET", reverse("crosscheck_xlsx")).content))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=3)]
    assert any(row[2] == "测试印染厂" and row[11] == pytest.approx(540) for row in rows)
    sheet = as_web_role(person, "GET", reverse("object_account", args=[so2.object_id])).content.decode()
    assert 'id="methods"' in sheet
    assert "+540 %" in sheet
    account = as_web_role(person, "GET", reverse("object_account_xlsx", args=[so2.object_id])).content
    lines = [
        [c.value for c in row] for row in openpyxl.load_workbook(io.BytesIO(account))["Methods side by side"]
    ]
    (balanced,) = (line for line in lines if line[0] == "Sulfur dioxide")
    assert dict(zip(lines[0], balanced, strict=True))["Material balance: Gap in %"] == pytest.approx(540)
    # explaining, and an address that leads away
    where = reverse("crosscheck_list") + "?way=balance"
    answer = as_web_role(
        person, "POST", reverse("crosscheck_explain"), {"ids": so2.pk, "reason": "load", "next": where}
    )
    assert (answer.status_code, answer["Location"]) == (302, where)
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["1 gap explained."]
    away = as_web_role(
        person, "POST", reverse("crosscheck_return"), {"ids": "x", "next": "https://elsewhere.example/"}
    )
    assert away["Location"] == reverse("crosscheck_list")


@given(st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_whether_an_explanation_holds_is_symmetric(one, other):
    assert config.within(one, other) == config.within(other, one)
    assert config.within(one, one)


LINES = st.lists(
    st.tuples(
        st.sampled_from(["", "G102", "G103-1"]), st.sampled_from(["", "DA1", "DA2"]), st.integers(0, 3),
        st.sampled_from([1.0, 1.0, float("nan")]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=200)
@given(LINES)
def test_a_line_that_is_not_chosen_has_another_method_at_its_place_that_is(rows):
    subject = {"object": 0, "medium": "air", "pollutant": "SO2"}
    lines = choose(Table.from_rows(rows, ["origin", "outlet", "rank", "discharged"]).assign(**subject))
    counted = lines[lines["chosen"]]
    for place, rank in lines[~lines["chosen"]].keys(["place", "rank"]):
        assert place > 0
        assert ((counted["place"] == place) & (counted["rank"] != rank)).any()
    for place in set(lines["place"]) - {0}:
        here, said = (table[table["place"] == place]["discharged"] for table in (lines, counted))
        assert len(said)
        # what is unknown never blots out all that is known
        assert np.isnan(here).all() or not np.isnan(said).all()


def test_doubts_of_a_run_are_findings_and_follow_what_is_said(so2, impossible, clerk, officer):
    rules = Finding.objects.filter(object_id=impossible.pk, kind="accounting").values_list("rule", flat=True)
    assert {"AC-02", "AC-04"} <= set(rules)
    excess = Finding.objects.get(object_id=impossible.pk, rule="AC-02")
    assert (excess.form, excess.row, excess.indicator) == ("G106-3", "points/1", "so2_mgm3")
    assert (excess.state, excess.value) == ("open", "20")
    mine = Finding.objects.filter(object_id=so2.object_id, rule="AC-01")
    with enter(clerk):
        every = gap_search(clerk, run=so2.run).filter(object_id=so2.object_id)
        first, *others = list(every.values_list("pk", flat=True))
        gaps_explain(clerk, ids=[first], reason="fuel")
        assert not others or "explained" not in mine.values_list("state", flat=True)
        if others:
            gaps_explain(clerk, ids=others, reason="fuel")
        assert set(mine.values_list("state", flat=True)) == {"explained"}
    with enter(officer):  # a later look without the doubt clears it
        Line.objects.filter(object_id=impossible.pk, pollutant="SO2").update(discharged_kg=1000)
        on_run_done(run=so2.run)
    excess.refresh_from_db()
    assert excess.state == "cleared"


def test_the_concentration_of_the_industry_is_the_measure(officer, campaign, county, request):
    """Ten dyers alike and one thirty times as dirty: only the last is doubted."""
    for number in range(11):
        cod = 30_000 if number == 10 else 1_000 + number
        point = {
            "_k": 1, "census_form_code": "G102", "outlet_code": "DW001", "inlet_water_m3": 100, "outlet_water_m3": 100,
            "cod_in_mgl": cod, "cod_out_mgl": 50,
        }  # fmt: skip
        outlets = [{"_k": 1, "outlet_code": "DW001", "drainage_destination": "A", "discharge_m3": 100}]
        forms = {"G106-2": {"points": [point]}, "G102": {"outlets": outlets}}
        make_object(campaign, "enterprise", WHERE, 20 + number, forms, industry="1752", name=f"dyer {number}")
    request.getfixturevalue("done")
    found = Finding.objects.filter(rule="AC-05")
    names = CensusObject.objects.in_bulk(found.values_list("object_id", flat=True))
    assert [one.name for one in names.values()] == ["dyer 10"]
