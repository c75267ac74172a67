"""A national list in Chromium, down four levels and back, closed: six people, two doubts.

The nation issues; province and city see their part; the county gives one row to an enumerator, who corrects the form
beside the list, and one to the enterprise, which explains with a reason and a file; county, city and nation check.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from census.places.models import CensusDistrict
from review.problems.models import Batch, Problem
from sources.returns.models import Return
from tests.browser.driver import sign_in
from tests.factories import CITY, COUNTY, NATION, PASSWORD, PROVINCE, VILLAGE, make_person, make_regions
from tests.review.world import make_finding, make_return
from tests.sources.returns.world import make_object

TITLE = "国家级问题清单（浏览器测试）"
DOUBT = "取水量不等于各分项之和"
ITEM = "water_intake_m3"  # of G102: 100, where its only part is 90

Visitor = Callable[..., Page]


@pytest.fixture
def doubted(transactional_db: None) -> list[Return]:
    """The same fault in the forms of two enterprises of one census district; the first is back at its enumerator."""
    make_regions()
    district = CensusDistrict.objects.create(region=VILLAGE, code="330802005001-01", name="第一普查小区")
    made = []
    for _number in range(2):
        obj = make_object(region=VILLAGE, district_id=district.id, contact="张三", phone="0570-0000000")
        ret = make_return(obj, **{ITEM: 100, "municipal_water_m3": 90})
        make_finding(ret, value="100", zh=DOUBT)
        made.append(ret)
    Return.objects.filter(pk=made[0].pk).update(state="draft")
    return made


def test_a_national_list_goes_down_four_levels_and_comes_back_closed(
    visitor: Visitor, doubted: list[Return], worker_process: None
) -> None:
    first, second = doubted
    enumerator = make_person("enumerator", COUNTY, username="t-enumerator", districts=[first.district_id])
    filler = make_person("filler", COUNTY, username="t-filler", object_id=second.object_id)
    pages = {}
    for kind, region in (("nation", NATION), ("province", PROVINCE), ("city", CITY), ("county", COUNTY)):
        pages[kind] = visitor()
        sign_in(pages[kind], make_person(f"{kind}_officer", region).username, PASSWORD)

    issue(pages["nation"])
    for kind in ("province", "city", "county"):
        pages[kind].goto("/review/batches/")
        line = pages[kind].locator("tbody tr", has_text=TITLE)
        expect(line.locator("td").nth(4)).to_have_text("2")

    rows = {row.object_id: row.pk for row in Problem.objects.filter(batch__title=TITLE)}
    assign(pages["county"], {rows[first.object_id]: enumerator.pk, rows[second.object_id]: filler.pk})
    correct_beside_the_list(visitor(), enumerator.username)
    explain_with_evidence(visitor(), filler.username)
    check_all(pages["county"], "check")
    check_all(pages["city"], "check")
    check_all(pages["nation"], "close")

    batch = Batch.objects.get(title=TITLE)
    pages["nation"].goto(f"/review/batches/{batch.id}/")
    expect(pages["nation"].locator(".stats .stat").nth(4)).to_contain_text("2")
    assert batch.state == "closed"
    answers = set(Problem.objects.filter(batch=batch).values_list("state", "answer", "answered_by"))
    assert answers == {("closed", "corrected", enumerator.pk), ("closed", "explained", filler.pk)}


def issue(page: Page) -> None:
    """Draft a list, add the findings of the choice, issue it, and wait on its page until the job has done so."""
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/review/batches/new/")
    page.fill("[name=title]", TITLE)
    page.fill("[name=deadline]", str(timezone.localdate() + dt.timedelta(days=7)))
    page.locator("main form .btn-primary").click()
    page.wait_for_url("**/edit/")
    page.locator("form[action$='/add/'] .btn-primary").click()
    expect(page.locator("form[action$='/remove/'] tbody tr")).to_have_count(2)
    page.locator("form[action$='/issue/'] button").click()
    expect(page.locator("main table.table-cards tbody tr")).to_have_count(2, timeout=30_000)


def assign(page: Page, persons: dict[int, int]) -> None:
    """On the desk: give each row to its person; the desk goes on to the next row by itself."""
    for problem, person in persons.items():
        page.goto(f"/review/desk/?q={DOUBT}&row={problem}")
        expect(page.locator(f"#panel [data-panel='{problem}']")).to_be_visible()
        page.select_option("#panel [name=person]", str(person))
        page.locator("#panel button[value=assign]").click()
        expect(page.locator(f"#problem-{problem} .ti-user").first).to_be_visible()
    expect(page.locator("tr[data-row]")).to_have_count(2)


def correct_beside_the_list(page: Page, username: str) -> None:
    """The enumerator puts the form beside the list, types at the cursor, and answers."""
    sign_in(page, username, PASSWORD)
    page.goto("/review/desk/")
    expect(page.locator("tr[data-row]")).to_have_count(1)
    expect(page.locator("#panel [data-form-link]")).to_be_visible()
    page.keyboard.press("f")
    form = page.frame_locator("#desk-form iframe")
    box = form.locator(f"[data-field='{ITEM}'] input").first
    expect(box).to_be_focused()
    box.fill("90")
    expect(page.locator("#verdict dd").nth(1)).to_have_text("90")  # saved, and the panel has heard of it
    expect(page.locator("#verdict .state-good")).to_be_visible()  # the rule has run again
    box.press("Escape")
    page.keyboard.press("e")
    page.fill("#explanation", "经核实填报有误，已更正（合成）")
    page.locator("#panel button[value=correct]").click()
    expect(page.locator("#panel .ladder .is-here")).to_be_visible()


def explain_with_evidence(page: Page, username: str) -> None:
    """The enterprise confirms its value with a coded reason and a file."""
    sign_in(page, username, PASSWORD)
    page.goto("/review/desk/")
    page.select_option("#panel [data-reason]", "explain:as_recorded")
    page.fill("#explanation", "与台账一致（合成）")
    evidence = {"name": "ledger.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 synthetic"}
    page.set_input_files("#panel input[name=evidence]", evidence)
    page.press("#explanation", "Control+Enter")
    expect(page.locator("#panel .ladder .is-here")).to_be_visible()
    expect(page.locator("#panel", has_text="ledger.pdf")).to_be_visible()


def check_all(page: Page, move: str) -> None:
    """Accept both answers at once in the queue of the own office."""
    page.goto(f"/review/checks/?q={DOUBT}")
    expect(page.locator("tr[data-row]")).to_have_count(2)
    page.locator("details.bulkbar summary").click()
    page.check("details.bulkbar [name=all]")
    page.locator(f"details.bulkbar button[value={move}]").click()
    expect(page.locator("tr[data-row]")).to_have_count(0)
