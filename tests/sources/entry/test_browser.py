"""Filling a form in a real browser: saved by itself, nothing lost without a network, conflicts shown."""

import pytest
from django.db import transaction

from sources.returns.drafts import return_open
from sources.returns.models import Return
from sources.returns.services import return_save
from tests.factories import COUNTY, PASSWORD, make_person, make_regions
from tests.sources.returns.world import make_object, scope_for

SAVED = "[data-status][data-kind=saved]"


@pytest.fixture
def station(live_server_url):
    """A petrol station with its draft, and a county officer who fills it."""
    with transaction.atomic():
        make_regions()
        obj = make_object(kind="petrol_station", region=COUNTY)
        (ret,) = return_open(scope_for("county_officer"), obj=obj)
        ret.filler = make_person("county_officer", COUNTY).username
    return ret


@pytest.fixture
def page(visitor, station):
    page = visitor(width=390, height=844)
    page.goto("/sign-in/")
    page.fill("input[name=username]", station.filler)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    page.goto(f"/entry/{station.object_id}/Y102/1/?path=gasoline_sales_t")
    return page


def field(item):
    return f"[data-item={item}] input"


def stored(ret):
    return Return.objects.get(pk=ret.pk)


def test_what_is_typed_is_saved_and_checked_by_itself(page, station):
    assert page.evaluate("document.activeElement.name") == "gasoline_sales_t"
    page.keyboard.type("-5")
    page.wait_for_selector(SAVED)
    assert stored(station).values["gasoline_sales_t"] == -5
    page.wait_for_selector("[data-item=gasoline_sales_t] .is-error")
    page.click("[data-show-list]")
    page.click("[data-list] li:has-text('Y102-RNG-gasoline_sales_t') button")
    page.fill(field("gasoline_sales_t"), "十")
    page.wait_for_selector("[data-status][data-kind=unsaved]")
    page.wait_for_selector(SAVED)
    assert stored(station).pending == {"gasoline_sales_t": "十"}
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_checks_run_while_typing_and_the_answer_keeps_what_stands_there(page, station):
    """The save is held: what shows is the browser's own; then the same lines stand there, untouched."""
    held = []
    page.route("**/save/", lambda route: route.continue_() if held else held.append(route))
    page.wait_for_selector("[data-entry][data-live]")
    page.click("[data-show-list]")
    line = "[data-list] li:has-text('Y102-RNG-gasoline_sales_t')"
    with page.expect_request("**/save/"):
        page.fill(field("gasoline_sales_t"), "-5")
    page.wait_for_selector("[data-item=gasoline_sales_t].has-fault .is-error")
    page.wait_for_selector(line)
    page.fill(field("gasoline_sales_t"), "12")
    page.wait_for_selector(line, state="detached")
    assert page.query_selector("[data-item=gasoline_sales_t] .is-error") is None
    page.fill(field("gasoline_sales_t"), "zwölf")
    page.wait_for_selector("[data-list] li:has-text('不是数字')")
    page.fill(field("gasoline_sales_t"), "-7")
    page.wait_for_selector("[data-item=gasoline_sales_t].has-fault .is-error")
    errors = page.inner_text("[data-errors]")
    page.eval_on_selector_all(
        "[data-list] li, [data-messages] div", "(all) => all.forEach((one) => one.was = true)"
    )
    assert stored(station).version_no == 0
    held[0].continue_()
    page.wait_for_selector(SAVED)
    assert stored(station).values["gasoline_sales_t"] == -7
    assert page.inner_text("[data-errors]") == errors == str(stored(station).errors)
    assert page.eval_on_selector_all(
        "[data-list] li, [data-messages] div", "(all) => all.length > 3 && all.every((one) => one.was)"
    )


def test_input_without_a_network_is_kept_and_sent_later(page, station, console_errors):
    page.context.set_offline(True)
    page.fill(field("gasoline_sales_t"), "7")
    page.wait_for_selector("[data-status][data-kind=offline]")
    assert stored(station).version_no == 0
    page.context.set_offline(False)
    page.wait_for_selector(SAVED)
    assert stored(station).values["gasoline_sales_t"] == 7
    assert stored(station).version_no == 1
    assert all("ERR_INTERNET_DISCONNECTED" in text for text in console_errors)
    console_errors.clear()


def test_input_of_a_page_that_was_lost_is_offered_again(page, station):
    # Not set_offline: the last request of a page that goes away outlives it and would get through once back online.
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error('no network')); }")
    page.fill(field("gasoline_sales_t"), "8")
    page.wait_for_selector("[data-status][data-kind=offline]")
    page.goto("about:blank")
    assert stored(station).version_no == 0
    page.goto(f"/entry/{station.object_id}/Y102/1/")
    page.click("[data-backup-use]")
    page.wait_for_selector(SAVED)
    assert stored(station).values["gasoline_sales_t"] == 8


def test_both_values_of_a_disputed_field_are_shown_and_the_choice_is_saved(page, station, console_errors):
    with transaction.atomic():
        return_save(
            scope_for("enumerator"),
            return_id=station.pk,
            values=stored(station).values | {"gasoline_sales_t": 1, "diesel_sales_t": 2},
            base_version=0,
        )
    page.fill(field("gasoline_sales_t"), "9")
    page.wait_for_selector("dialog[open]")
    row = page.inner_text("[data-conflict-rows]")
    assert "1" in row
    assert "9" in row
    with page.expect_navigation():  # the page is loaded again, to show what the other person added
        page.click("dialog button[value=done]")
    values = stored(station).values
    assert (values["gasoline_sales_t"], values["diesel_sales_t"]) == (9, 2)
    assert page.input_value(field("diesel_sales_t")) == "2"
    assert all("409" in text for text in console_errors)
    console_errors.clear()
