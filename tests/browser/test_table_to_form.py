"""From a cell of a summary table to the form item behind it in at most four clicks, and out again as a book."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from accounting.runs.models import Line
from accounting.runs.services import run_create, run_execute
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.calendar.models import Campaign
from tests.accounting.runs.conftest import BOILER, make_object
from tests.browser.driver import sign_in
from tests.factories import CITY, COUNTY, PASSWORD, PROVINCE, make_person, make_regions

VILLAGE = "330802001001"


@pytest.fixture
def run(transactional_db: None) -> Any:
    """Three boilers of one county, accounted by the province; committed, flushed after the test."""
    from django.core.management import call_command

    make_regions()
    call_command("load_factors", verbosity=0)
    campaign = Campaign.objects.create(
        code="browser",
        name_zh="测试普查",
        name_en="Test",
        reference_date=dt.date(2017, 12, 31),
        active=True,
        synthetic=True,
    )
    for number in range(3):
        unit = BOILER | {"fuel1_consumption": 900 + 100 * number}
        make_object(campaign, "enterprise", VILLAGE, number, {"G103-1": {"units": [unit]}}, industry="4430")
    province = Scope.system(PROVINCE, "province")
    with enter(province):
        made = run_create(
            province, campaign=campaign, region=PROVINCE, categories=list(CATEGORIES), edition="census2_2021"
        )
    made = run_execute(province, run=made)
    assert made.state == "done"
    return made


def test_four_clicks_from_a_cell_to_a_form_field_and_the_book(
    visitor: Callable[..., Page], run: Any, worker_process: None
) -> None:
    """A provincial officer opens T04 over the province, clicks down to the fuel item, and fetches all tables."""
    officer = make_person("province_officer", PROVINCE, username="t-province")
    page = visitor()
    sign_in(page, officer.username, PASSWORD)
    page.goto("/accounting/tables/T04/")
    city = page.locator("tbody tr", has_text="衢州市")
    expect(city).to_have_count(1)
    amount = city.locator("a.cell-link").first.inner_text()

    clicks = [
        lambda: city.locator("a.cell-link").first.click(),  # the objects behind the cell
        lambda: page.locator("tbody a[href*='/account']").first.click(),  # the account sheet of the largest
        lambda: page.locator("main details summary").first.click(),  # formula, numbers, factor, form
        lambda: page.locator("main details a[href*='/entry/']").first.click(),  # the form at the item
    ]
    clicks[0]()
    expect(page.locator("main .table-cards tbody tr")).to_have_count(3)
    expect(page.locator("main tbody th a")).to_have_text(["柯城区"])  # and the places behind it
    assert amount in page.locator("main").inner_text()
    clicks[1]()
    clicks[2]()
    clicks[3]()
    page.wait_for_selector("[data-entry]")
    line = Line.objects.filter(run_id=run.pk).order_by("-environment_kg").first()
    assert f"/{line.form}/" in page.url
    expect(page.locator(f"[data-field^='units/{line.row_key}/'].is-pointed")).to_have_count(1)
    item = page.locator(f"[data-field='units/{line.row_key}/fuel1_consumption']")
    expect(item).to_be_visible()  # the province reads only: the value stands as text
    expect(item).to_contain_text("1100")

    page.goto("/accounting/tables/")
    page.locator("form[action*='/book/'] button").click()
    page.wait_for_url("**/jobs/**")
    link = page.locator("a[href$='.zip']")
    expect(link).to_be_visible(timeout=60_000)  # the worker writes it, the page shows its progress
    with page.expect_download() as download:
        link.click()
    with zipfile.ZipFile(download.value.path()) as packed:
        places = [name[:12] for name in packed.namelist()]
        book = openpyxl.load_workbook(BytesIO(packed.read(packed.namelist()[0])))
    assert places == [PROVINCE, CITY, COUNTY]
    total = next(row for row in book["T04"].iter_rows(values_only=True) if row[0] == "合计")
    assert f"{total[1]:,.2f}" == amount


def test_the_map_is_read_and_moved_without_a_mouse_and_remembers_what_is_chosen(
    visitor: Callable[..., Page], run: Any
) -> None:
    """Legend with what has no value, keys, filters that stay when the indicator changes, places as links."""
    officer = make_person("province_officer", PROVINCE, username="t-map")
    page = visitor()
    sign_in(page, officer.username, PASSWORD)
    page.goto("/accounting/map/?indicator=T04.SO2_discharged")
    key = page.locator(".map-key")
    expect(key).to_contain_text("二氧化硫")
    expect(key).to_contain_text("无数据")  # the other cities
    page.locator("[data-map]").focus()
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile(r"view=[^&]*%2C1\.60"))
    page.locator("[data-map-tools] details summary").first.click()
    page.locator("input[name=kind][value=enterprise]").check()
    expect(page).to_have_url(re.compile("kind=enterprise"))
    page.select_option("select[name=indicator]", "T04.NOx_discharged")
    page.wait_for_url("**indicator=T04.NOx_discharged**")
    assert "kind=enterprise" in page.url
    assert "view=" in page.url
    expect(page.locator("input[name=kind][value=enterprise]")).to_be_checked()
    page.locator("[data-map-table] a", has_text="衢州市").click()
    page.wait_for_url(f"**region={CITY}**")
    expect(key).to_contain_text("氮氧化物")
