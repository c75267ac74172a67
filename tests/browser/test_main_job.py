"""The main job, in Chromium, as six people: one object of each of the five kinds from the register to the table.

registered → surveyed → reviewed → questioned by a problem list → corrected → accounted → in an exported table.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db.models import Count
from playwright.sync_api import Page, expect

from accounting.runs.models import Line, Run
from census.places.models import CensusDistrict
from review.problems.models import Problem
from sources.objects.codes import org_check_character, uscc_check_character
from sources.objects.models import CensusObject
from sources.returns.models import Return
from sources.returns.seals import verify_history
from tests.browser.driver import errors, fill_form, pick, settled, sign_in, submit
from tests.factories import COUNTY, PASSWORD, make_person

KINDS = ("enterprise", "farm", "wastewater_plant", "boiler_unit", "petrol_station")
# the item that the city doubts: form, item, and what the county puts right
DOUBTS = {
    "enterprise": ("G101-1", "gross_output_kyuan"),
    "farm": ("N101-2", "housing_area_m2"),
    "wastewater_plant": ("J101-2", "electricity_wkwh"),
    "boiler_unit": ("S103", "contact_name"),
    "petrol_station": ("Y102", "gasoline_sales_t"),
}


@pytest.fixture
def patterns(county: Any) -> dict[str, CensusObject]:
    """Of each kind the clean demo object with the fewest forms: its answers are typed in again for the new one."""
    found = {}
    for kind in KINDS:
        clean = CensusObject.objects.filter(kind=kind, status="in_scope", operating="1").exclude(
            pk__in=Return.objects.filter(errors__gt=0).values("object_id")
        )
        if kind in {"enterprise", "boiler_unit"}:  # not every industry and fuel has a coefficient
            counted = Line.objects.filter(kind=kind, generated_kg__gt=0).values("object_id")
            clean = clean.filter(pk__in=counted)
        drafts = Return.objects.filter(state="draft").values("object_id")
        found[kind] = clean.exclude(pk__in=drafts).annotate(n=Count("returns")).order_by("n", "id")[0]
    return found


def documents(pattern: CensusObject) -> dict[str, dict[str, Any]]:
    sheets = Return.objects.filter(object=pattern, sheet=1).exclude(form__startswith="INV").order_by("form")
    return {sheet.form: sheet.values for sheet in sheets}


Visitor = Callable[..., Page]


def test_five_objects_from_the_register_to_the_exported_table(
    visitor: Visitor, officers: dict[str, str], patterns: dict[str, CensusObject], worker_process: None
) -> None:
    district = (
        CensusDistrict.objects.filter(region__startswith=COUNTY[:6], active=True).order_by("code").first()
    )
    enumerator = make_person("enumerator", COUNTY, username="t-enumerator", districts=[district.id])

    ids = register(visitor(), officers["county"], patterns, district)
    survey(visitor(), enumerator.username, ids, patterns)
    approve_all(visitor(), officers["instructor"], len(ids))
    approve_all(visitor(), officers["county"], len(ids))
    question(visitor(), officers["city"], ids)
    correct(visitor(), officers["county"], ids)
    approve_all(visitor(), officers["second"], 0)
    decide(visitor(), officers["second"], "check", "county_checked")
    decide(visitor(), officers["city"], "close", "closed")
    approve_all(visitor(), officers["city"], 0)
    province = visitor()
    account(province, officers["province"])
    tables(province, ids)

    assert set(Return.objects.filter(object_id__in=ids.values()).values_list("state", flat=True)) == {
        "city_ok"
    }
    assert list(verify_history()) == []


def credit_code(number: int) -> str:
    """A valid code in the synthetic range (bodies that begin with YYYY)."""
    body = f"YYYY7{number:03d}"
    first = "91330802" + body + org_check_character(body)
    return first + uscc_check_character(first)


def register(
    page: Page, username: str, patterns: dict[str, CensusObject], district: CensusDistrict
) -> dict[str, str]:
    """The county registers the five objects. Returns kind → id."""
    sign_in(page, username, PASSWORD)
    ids = {}
    for number, (kind, pattern) in enumerate(patterns.items()):
        page.goto(f"/register/new/?kind={kind}")
        page.fill("[name=name]", f"浏览器测试第{number + 1}号{pattern.name.removesuffix('（合成）')}")
        pick(page, "region", district.region, district.region)
        pick(page, "district_id", district.code, str(district.id))
        if pattern.uscc:
            page.fill("[name=uscc]", credit_code(number))
        if pattern.industry:
            pick(page, "industry", pattern.industry, pattern.industry)
        page.fill("[name=address]", pattern.address)
        page.fill("[name=lon]", str(pattern.lon))
        page.fill("[name=lat]", str(pattern.lat))
        page.select_option("[name=operating]", "1")
        if pattern.size:
            page.select_option("[name=size]", pattern.size)
        for name, value in pattern.attributes.items():
            box = page.locator(f"[name=attr_{name}]")
            if box.count() and isinstance(value, bool):
                box.select_option("1" if value else "2")
        page.locator("#object-form .btn-primary").click()
        page.wait_for_url(lambda url: "/register/new/" not in url)
        ids[kind] = page.url.rstrip("/").rsplit("/", 1)[-1]
    return ids


def survey(page: Page, username: str, ids: dict[str, str], patterns: dict[str, CensusObject]) -> None:
    """The enumerator opens the forms of each object, fills them, and hands them in."""
    sign_in(page, username, PASSWORD)
    for kind, pk in ids.items():
        answers = documents(patterns[kind])
        page.goto(f"/entry/{pk}/")
        if page.locator("form[action$='/open/'] button").count():
            page.locator("form[action$='/open/'] button").click()
        done: set[str] = set()
        while todo := [form for form in forms_of(page, pk) if form not in done]:
            page.goto(f"/entry/{pk}/{todo[0]}/1/")
            fill_form(page, answers[todo[0]])
            done.add(todo[0])
        for form in sorted(done):
            page.goto(f"/entry/{pk}/{form}/1/")
            assert not errors(page), f"{kind} {form}"
            submit(page)


def forms_of(page: Page, pk: str) -> list[str]:
    page.goto(f"/entry/{pk}/")
    return [code for code in page.locator("tbody a.code").all_inner_texts() if not code.startswith("INV")]


def approve_all(page: Page, username: str, at_least: int) -> None:
    """Approve everything at the desk of the new objects' district with one button."""
    sign_in(page, username, PASSWORD)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/returns/?q=浏览器测试")
    assert page.locator("tbody tr").count() >= at_least
    page.locator("button[name=every][value=approve]").click()
    page.wait_for_load_state("networkidle")


def question(page: Page, username: str, ids: dict[str, str]) -> None:
    """The city issues a numbered list with one doubt about each object."""
    sign_in(page, username, PASSWORD)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/review/batches/new/")
    page.fill("[name=title]", "市级问题清单（测试）")
    page.fill("[name=deadline]", "2030-01-31")
    page.locator("main form .btn-primary").click()
    page.wait_for_url("**/edit/")
    codes = dict(CensusObject.objects.filter(pk__in=ids.values()).values_list("id", "code"))
    for kind, pk in ids.items():
        form, item = DOUBTS[kind]
        row = page.locator("form[action$='/row/']")
        for name, value in {
            "code": next(code for key, code in codes.items() if str(key) == pk),
            "form": form,
            "indicator": item,
            "text": "与同类普查对象差异较大，请核实",
        }.items():
            row.locator(f"[name={name}]").fill(value)
        row.locator("button").click()
        page.wait_for_load_state("networkidle")
    page.locator("form[action$='/issue/'] button").click()
    for _ in range(60):
        if Problem.objects.filter(object_id__in=ids.values(), state="issued").count() == len(ids):
            break
        page.wait_for_timeout(500)
    assert Problem.objects.filter(object_id__in=ids.values(), state="issued").count() == len(ids)


def correct(page: Page, username: str, ids: dict[str, str]) -> None:
    """The county opens each questioned item from the desk, corrects it, and answers."""
    sign_in(page, username, PASSWORD)
    for kind, pk in ids.items():
        problem = Problem.objects.get(object_id=pk)
        page.goto(f"/review/problems/{problem.id}/")
        page.locator("button[name=move][value=receive]").click()
        page.wait_for_load_state("networkidle")
        page.goto(f"/review/problems/{problem.id}/")
        page.locator("[data-form-link]").click()
        _form, item = DOUBTS[kind]
        box = page.locator(f"[data-field='{item}'] input").first
        expect(box).to_be_focused()
        old = box.input_value()
        box.fill(str(round(float(old) + 1, 2)) if old.replace(".", "").isdigit() else old + "改")
        page.wait_for_timeout(1200)
        settled(page)
        page.goto(f"/review/problems/{problem.id}/")
        page.fill("#explanation", "经核实填报有误，已更正")
        page.locator("button[name=move][value=correct]").click()
        page.wait_for_load_state("networkidle")
        problem.refresh_from_db()
        assert (problem.state, problem.answer) == ("answered", "corrected"), kind


def decide(page: Page, username: str, move: str, state: str) -> None:
    """Check or close all answers of the list."""
    sign_in(page, username, PASSWORD)
    for problem in Problem.objects.filter(batch__title="市级问题清单（测试）"):
        page.goto(f"/review/problems/{problem.id}/")
        page.locator(f"button[name=move][value={move}]").click()
        page.wait_for_load_state("networkidle")
        problem.refresh_from_db()
        assert problem.state == state


def account(page: Page, username: str) -> None:
    """The province starts an accounting run over the county and waits for it."""
    sign_in(page, username, PASSWORD)
    page.goto("/accounting/runs/new/")
    pick(page, "region", COUNTY, COUNTY)
    page.locator("main form .btn-primary").last.click()
    page.wait_for_url(lambda url: "/new/" not in url)
    for _ in range(120):
        run = Run.objects.order_by("-number").first()
        if run.state in {"done", "failed"}:
            break
        page.wait_for_timeout(500)
    assert run.state == "done"


def tables(page: Page, ids: dict[str, str]) -> None:
    """The new objects are in the tables; a cell opens down to a form; the workbook holds the same total."""
    region = f"?region={COUNTY}"
    page.goto(f"/accounting/tables/T01/{region}")
    shown = page.locator("tr.is-total td").first.inner_text().replace(",", "")
    page.goto(f"/accounting/tables/T14/{region}&by=species")
    page.locator("tbody tr:not(.is-total) a.cell-link").nth(1).click()
    expect(page.locator("tbody tr").first).to_be_visible()
    page.locator("tbody a[href*='/accounting/']").first.click()
    page.locator("main details summary").first.click()  # the formula with its numbers, factor and form
    page.locator("main details a[href*='/entry/']").first.click()
    page.wait_for_selector("[data-entry]")

    page.goto(f"/accounting/tables/T01/{region}")
    with page.expect_download() as download:
        page.locator("a[href*='table.xlsx']").click()
    sheet = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes()))["T01"]
    total = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "合计")
    assert total[1] == int(shown)
    for pk in ids.values():
        assert Line.objects.filter(object_id=pk, run__number=Run.objects.latest("number").number).exists()
