"""The page's behaviours in a real browser: sign-in, menu on a phone, type-ahead, tree, messages."""

import pytest
from playwright.sync_api import expect

from census.places.models import CensusDistrict
from tests.factories import COUNTY, PASSWORD, TOWNSHIP, make_person, make_regions


@pytest.fixture
def clerk(transactional_db):
    make_regions()
    return make_person("county_officer", COUNTY, username="clerk")


def sign_in(page, username="clerk"):
    page.goto("/sign-in/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.press("#id_password", "Enter")
    expect(page.locator("h1")).to_contain_text("您好")


def test_type_ahead_by_initials_and_message_after_saving(clerk, visitor):
    page = visitor()
    sign_in(page)
    page.goto("/places/districts/new/")
    box = page.get_by_role("combobox")
    box.press_sequentially("xxjd")
    expect(page.get_by_role("option")).to_have_count(1)
    box.press("Enter")
    expect(box).to_have_value("新新街道")
    assert page.locator("input[name=region]").input_value() == TOWNSHIP
    page.fill("#id_name", "东片")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".toast-success")).to_contain_text(f"{TOWNSHIP}001")
    page.locator(".toast-success [data-close]").click()
    expect(page.locator(".toast-note")).to_have_count(0)
    assert CensusDistrict.objects.get().name == "东片"


def test_type_ahead_says_when_nothing_fits_and_keeps_no_half_choice(clerk, visitor):
    page = visitor()
    sign_in(page)
    page.goto("/places/districts/new/")
    box = page.get_by_role("combobox")
    box.press_sequentially("没有")
    expect(page.locator(".picker-none")).to_be_visible()
    page.locator("#id_name").focus()
    expect(box).to_have_value("")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".field-errors").first).to_be_visible()


def test_tree_opens_by_keyboard_and_loads_once(clerk, visitor):
    page = visitor()
    sign_in(page)
    page.goto("/places/regions/")
    loads = []
    page.on("request", lambda request: loads.append(request.url) if "/branch/" in request.url else None)
    toggle = page.get_by_role("button", name="展开 新新街道")
    toggle.press("Enter")
    expect(page.get_by_text("金桂社区")).to_be_visible()
    toggle.press("Enter")
    expect(page.get_by_text("金桂社区")).to_be_hidden()
    toggle.press("Enter")
    expect(page.get_by_text("金桂社区")).to_be_visible()
    assert len(loads) == 1


def test_phone_menu_and_no_sideways_scroll(clerk, visitor):
    page = visitor(width=390, height=844)
    sign_in(page)
    link = page.get_by_role("link", name="行政区划")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="菜单").click()
    expect(link).to_be_visible()
    link.click()
    expect(page.locator("h1")).to_have_text("行政区划")
    for path in ("/", "/rights/", "/places/code-lists/", "/people/", "/jobs/", "/places/districts/new/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_failed_request_in_the_background_shows_a_message(clerk, visitor, console_errors):
    page = visitor()
    sign_in(page)
    page.evaluate("htmx.ajax('GET', '/audit/', {target: '#content'})")
    expect(page.locator(".toast-error")).to_contain_text("没有权限")
    expect(page.locator("h1")).to_contain_text("您好")
    assert all("403" in error for error in console_errors)
    console_errors.clear()


def test_fields_of_a_post_follow_its_kind(clerk, visitor):
    make_person("data_administrator", COUNTY, username="admin")
    page = visitor()
    sign_in(page, "admin")
    page.goto("/people/new/")
    districts, of_object = page.locator("#id_districts"), page.locator("#id_object_code")
    expect(districts).to_be_hidden()
    page.select_option("#id_kind", "enumerator")
    expect(districts).to_be_visible()
    expect(of_object).to_be_hidden()
    page.select_option("#id_kind", "filler")
    expect(districts).to_be_hidden()
    expect(of_object).to_be_visible()
