"""The desk as a clerk uses it: merged rows, order, place kept, answers by reason, undo, notes, calls."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from census.access.scope import enter
from census.saved.models import SavedView
from review.problems import search
from review.problems.models import Problem
from sources.visits.models import Attachment
from tests.factories import COUNTY, make_person, make_regions
from tests.review import world
from tests.sources.returns.world import scope_for
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> Client:
    make_regions()
    return signed_in(make_person("county_officer", COUNTY).username)


def shown(client: Client, **query: str) -> list[int]:
    answer = client.get(reverse("problem_desk"), query)
    assert answer.status_code == 200
    return [int(pk) for pk in re.findall(r'data-row="(\d+)"', answer.content.decode())]


def panel(client: Client, name: str, problem: Problem, **fields: object) -> str:
    data = {"move": name, "ids": [problem.pk], "panel": "1", **fields}
    answer = client.post(reverse("problem_move"), data, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.content.decode()[:3000]
    return answer.content.decode()


def current(client: Client, **query: str) -> int:
    page = client.get(reverse("problem_desk"), query).content.decode()
    return int(re.search(r'data-row="(\d+)"[^>]+class="is-current"', page).group(1))


def test_a_finding_under_two_batches_is_one_row_and_answered_once(county: Client) -> None:
    findings = world.make_findings(2)
    first = world.issued_batch(findings=findings)
    second = world.issued_batch(world.CITY, findings=findings[:1])
    lead, twin = Problem.objects.filter(finding_id=findings[0].pk).order_by("pk")
    alone = Problem.objects.get(finding_id=findings[1].pk)
    assert shown(county) == [lead.pk, alone.pk]
    assert shown(county, batch=str(second.id)) == [twin.pk], "a list is shown whole"
    assert set(shown(county, batch=str(first.id))) == {lead.pk, alone.pk}
    page = county.get(reverse("problem_desk")).content.decode()
    assert page.count(second.code) >= 2, "its number stands in the filter and in the row"
    told = panel(county, "answer", lead, reason="explain:as_recorded")
    assert "other batch" in told
    assert set(Problem.objects.values_list("pk", "state")) == {
        (lead.pk, "answered"),
        (twin.pk, "answered"),
        (alone.pk, "issued"),
    }
    panel(county, "undo", lead)
    assert set(Problem.objects.values_list("state", flat=True)) == {"issued"}, (
        "given together, taken back together"
    )


def test_undo_leaves_what_was_done_apart(county: Client) -> None:
    findings = world.make_findings(1)
    world.issued_batch(findings=findings)
    world.issued_batch(world.CITY, findings=findings)
    lead, twin = Problem.objects.order_by("pk")
    # at different times: the row alone first, as the other list was not here yet
    Problem.objects.filter(pk=twin.pk).update(state="draft")
    panel(county, "receive", lead)
    Problem.objects.filter(pk=twin.pk).update(state="issued")
    Problem.objects.filter(pk=lead.pk).update(finding_id=None)
    panel(county, "receive", twin)
    Problem.objects.filter(pk=lead.pk).update(finding_id=findings[0].pk)
    panel(county, "undo", lead)
    assert list(Problem.objects.order_by("pk").values_list("state", flat=True)) == ["issued", "received"]


def test_the_choice_of_a_reason_is_the_choice_of_the_answer(county: Client) -> None:
    world.issued_batch(findings=world.make_findings(3))
    first, second, third = Problem.objects.order_by("pk")
    assert "Choose the reason" in panel(county, "answer", first, reason="")
    assert "an explanation is needed" in panel(county, "answer", first, reason="explain:other")
    assert "limits are too narrow" in panel(county, "answer", first, reason="reject:limit_too_narrow")
    panel(county, "answer", second, reason="remove:not_in_scope")
    invoice = SimpleUploadedFile("invoice.pdf", b"%PDF-1.4 synthetic", content_type="application/pdf")
    data = {"move": "answer", "reason": "explain:measured", "ids": [third.pk], "evidence": invoice}
    county.post(reverse("problem_move"), data)
    answers = dict(Problem.objects.values_list("pk", "answer"))
    assert answers == {first.pk: "false_alarm", second.pk: "removed", third.pk: "explained"}
    assert Attachment.objects.get(subject="problem").subject_id == str(third.pk)


def test_what_was_typed_stays_when_an_answer_is_refused(county: Client) -> None:
    world.issued_batch()
    page = panel(county, "correct", Problem.objects.get(), explanation="typed with care")
    assert "not changed since" in page
    assert "typed with care</textarea>" in page


def test_the_place_is_kept_when_the_row_leaves_the_list(county: Client) -> None:
    world.issued_batch(findings=world.make_findings(4))
    rows = shown(county)
    assert current(county, row=str(rows[2])) == rows[2]
    panel(county, "answer", Problem.objects.get(pk=rows[1]), reason="explain:as_recorded")
    assert current(county, row=str(rows[1])) == rows[2], "the next one"
    panel(county, "answer", Problem.objects.get(pk=rows[3]), reason="explain:as_recorded")
    assert current(county, row=str(rows[3])) == rows[2], "the last one is left"
    assert current(county, row="999999999") == rows[0]


def test_orders_and_marks(county: Client) -> None:
    world.issued_batch(findings=world.make_findings(3))
    rows = shown(county)
    Problem.objects.filter(pk=rows[2]).update(deadline="2018-01-01", mark="fails_again")
    assert shown(county, sort="deadline")[0] == rows[2]
    assert shown(county, sort="newest") == sorted(rows, reverse=True)
    assert shown(county, sort="object") == list(
        Problem.objects.order_by("object_code", "id").values_list("pk", flat=True)
    )
    assert shown(county, mark="1") == [rows[2]]
    assert shown(county, sort="nonsense", enumerator="x", enterprise="") == rows


def test_notes_and_calls_from_the_panel(county: Client) -> None:
    world.issued_batch()
    row = Problem.objects.get()
    headers = {"HX-Request": "true"}
    note = county.post(
        reverse("problem_note", args=[row.pk]), {"note": "call in May", "panel": "1"}, headers=headers
    )
    page = note.content.decode()
    assert "call in May" in page
    assert "Has notes" in page, "the row of the list says so"
    call = {"person": "Wang", "phone": "0570-1", "result": "", "note": "busy", "panel": "1"}
    page = county.post(reverse("problem_call", args=[row.pk]), call, headers=headers).content.decode()
    assert "what came of the call" in page
    assert 'value="Wang"' in page, "what was typed stays"
    page = county.post(reverse("problem_call", args=[row.pk]), call | {"result": "promised"}, headers=headers)
    assert "Will look and call back" in page.content.decode()
    page = county.get(reverse("register_detail", args=[row.object_id])).content.decode()
    assert "Will look and call back" in page, "the page of the object shows calls"
    assert f"?object={row.object_id}&amp;state=issued" in page, "and where its problems stand"


def test_a_save_of_the_form_refreshes_only_the_verdict(county: Client) -> None:
    world.issued_batch()
    row = Problem.objects.get()
    Problem.objects.update(rule_passes=True, value_after="90")
    page = county.get(reverse("problem_panel", args=[row.pk]), {"part": "verdict"}).content.decode()
    assert "The rule passes now" in page
    assert "<textarea" not in page
    assert f'id="problem-{row.pk}"' in page


def test_only_a_bare_page_may_stand_in_a_frame(county: Client) -> None:
    plain = county.get(reverse("problem_desk"))
    bare = county.get(reverse("problem_desk"), {"bare": "1"})
    assert "frame-ancestors 'none'" in plain.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in bare.headers["Content-Security-Policy"]


def test_the_desk_opens_with_the_own_view(county: Client) -> None:
    world.issued_batch()
    sent = {"page": "problem_desk", "name": "errors", "query": "severity=error&state=all", "opens": "1"}
    county.post(reverse("view_save"), sent)
    answer = county.get(reverse("problem_desk"))
    assert answer.status_code == 302
    assert str(SavedView.objects.get().id) in answer.url
    assert len(shown(county, view="all")) == 1


def test_the_count_comes_after_the_page_and_counts_every_batch(county: Client) -> None:
    findings = world.make_findings(2)
    world.issued_batch(findings=findings)
    world.issued_batch(world.CITY, findings=findings[:1])
    page = county.get(reverse("problem_desk")).content.decode()
    address = re.search(r'hx-get="([^"]+/count/[^"]+)"', page).group(1)
    assert "3 problems" in county.get(html.unescape(address)).content.decode()
    assert "0 problems" in county.get(reverse("problem_count"), {"desk": "checks"}).content.decode()


def test_of_a_finding_the_first_in_the_lists_own_order_is_shown(county: Client) -> None:
    findings = world.make_findings(2)
    world.issued_batch(findings=findings)
    world.issued_batch(world.CITY, findings=findings)
    lead, other, twin, last = Problem.objects.order_by("pk").values_list("pk", flat=True)
    assert shown(county) == [lead, other]
    assert shown(county, sort="newest") == [last, twin]
    Problem.objects.filter(pk=twin).update(deadline="2020-01-01")
    assert shown(county, sort="deadline") == [twin, other]


def test_pages_are_full_where_rows_are_passed_over(county: Client) -> None:
    findings = world.make_findings(26)
    world.issued_batch(findings=findings)
    world.issued_batch(world.CITY, findings=findings)
    first = county.get(reverse("problem_desk"), {"size": 25}).content.decode()
    assert first.count("data-row=") == 25
    onward = html.unescape(re.search(r'href="(\?[^"]*at=[^"]+)"[^>]*rel="next"', first).group(1))
    rest = county.get(reverse("problem_desk") + onward).content.decode()
    assert rest.count("data-row=") == 1
    back = html.unescape(re.search(r'href="(\?[^"]*at=[^"]+)"[^>]*rel="prev"', rest).group(1))
    again = county.get(reverse("problem_desk") + back).content.decode()
    assert re.findall(r'data-row="(\d+)"', again) == re.findall(r'data-row="(\d+)"', first)


def test_search_by_name_text_and_code(county: Client) -> None:
    findings = world.make_findings(3)
    world.issued_batch(findings=findings)
    one, two, three = Problem.objects.order_by("pk")
    Problem.objects.filter(pk=one.pk).update(object_name="衢州Alpha化工", description="COD为0.5，偏大")
    Problem.objects.filter(pk=two.pk).update(object_name="龙游造纸厂", description="100%_回用")
    assert shown(county, q="化工") == [one.pk]
    assert shown(county, q="ALPHA cod") == [one.pk], "each word, whatever the case, in name or text"
    assert shown(county, q="造纸厂 cod") == []
    assert shown(county, q="厂") == [two.pk], "a single character"
    assert shown(county, q="0%_回") == [two.pk], "signs of patterns are letters"
    assert shown(county, q="0_回") == []
    Problem.objects.exclude(pk=one.pk).update(object_code="A1234567X")
    assert shown(county, q="a1234") == [two.pk, three.pk], "the beginning of a code"
    assert shown(county, q="1234") == []
    assert shown(county, q="化工", state="closed") == []


def test_search_does_not_reach_beyond_the_scope_nor_into_drafts(county: Client, monkeypatch: Any) -> None:
    world.issued_batch(findings=world.make_findings(1))
    world.issued_batch(findings=world.make_findings(1, "330803001001"))
    own, foreign = Problem.objects.order_by("region").values_list("pk", flat=True)
    for cap in (search.SEARCH_CAP, 0):  # by the index, and by walking the list
        monkeypatch.setattr(search, "SEARCH_CAP", cap)
        assert shown(county, q="取水量") == [own]
    with enter(scope_for("county_officer")):
        assert search._found(["取水"]) == [own], "the function itself keeps to the scope"
    Problem.objects.filter(pk=own).update(state="draft")
    with enter(scope_for("county_officer")):
        assert search._found(["取水"]) == []
    assert search._found(["取水"]) == [], "no scope entered: nothing"
    assert foreign


def test_a_range_of_codes_is_an_enterprise(county: Client) -> None:
    world.issued_batch(findings=world.make_findings(2))
    one, _two = Problem.objects.order_by("pk")
    assert shown(county, enterprise=one.object_code) == [one.pk]
    assert shown(county, enterprise="~") == []


def test_groups_say_what_they_are_and_rows_without_a_rule_are_one(county: Client) -> None:
    world.issued_batch(findings=world.make_findings(3))
    first, *_rest = Problem.objects.order_by("pk")
    Problem.objects.filter(pk=first.pk).update(rule="", form="", indicator="")
    page = county.get(reverse("problem_desk"), {"by": "rule"}).content.decode()
    assert "取水量不等于各分项之和" in page, "the rule's words stand beside its number"
    assert "rule=none" in page
    assert shown(county, rule="none") == [first.pk]
    assert shown(county, form="none") == [first.pk]
    assert "form=none" in county.get(reverse("problem_desk"), {"by": "form"}).content.decode()


def test_a_row_as_a_page_leads_to_the_next_one_and_back_to_its_place(county: Client) -> None:
    world.issued_batch(findings=world.make_findings(2))
    first, second = Problem.objects.order_by("pk").values_list("pk", flat=True)
    page = county.get(reverse("problem_panel", args=[first])).content.decode()
    assert f'href="{reverse("problem_panel", args=[second])}"' in page
    assert f'href="{reverse("problem_desk")}?row={first}"' in page
    assert "Next row" not in county.get(reverse("problem_panel", args=[second])).content.decode()
