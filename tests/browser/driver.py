"""How a person works with the pages, for the browser tests: sign in, pick, fill a form, decide."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

Document = dict[str, Any]


def sign_in(page: Page, username: str, password: str) -> None:
    """Sign in as a person; the home page must come up."""
    page.goto("/sign-in/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector(".side")


def pick(page: Page, name: str, query: str, code: str) -> None:
    """Search *query* in the type-ahead of field *name* and take the offer with *code*."""
    box = page.locator(f"[data-picker]:has(input[type=hidden][name={name}])")
    box.locator("input[type=text]").fill(query)
    box.locator("[role=option]", has_text=code).first.dispatch_event("mousedown")
    assert box.locator("input[type=hidden]").input_value() == code


def fill_form(page: Page, values: Document) -> None:
    """Fill the form on the page with *values*, item by item, leaving alone what is already filled, and wait
    until it is saved without errors."""
    for key, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            _fill_rows(page, key, value)
        else:
            _fill_item(page, key, value)
    settled(page)


def settled(page: Page) -> None:
    """Wait until the page says that all is saved."""
    page.wait_for_function(
        "() => ['saved', undefined].includes(document.querySelector('[data-status]').dataset.kind)"
    )


def _fill_rows(page: Page, table: str, rows: list[Document]) -> None:
    holder = page.locator(f"[data-table='{table}']")
    for number, row in enumerate(rows):
        while holder.locator("[data-rows] > [data-row]").count() <= number:
            holder.locator("[data-add]").click()
        key = holder.locator("[data-rows] > [data-row]").nth(number).get_attribute("data-row")
        for item, value in row.items():
            if item != "_k":
                _fill_item(page, f"{table}/{key}/{item}", value)


def _fill_item(page: Page, path: str, value: Any) -> None:
    field = page.locator(f"[data-field='{path}']")
    control = field.get_attribute("data-control")
    if control == "yesno":
        value = "1" if value is True else "2"
    if control in {"radio", "yesno"}:
        _tick(field, value)
    elif control == "multi":
        for code in value:
            _tick(field, code)
    elif control == "select":
        field.locator("select").select_option(str(value))
    else:
        box = field.locator("input, textarea").first
        if not box.input_value():
            box.fill(str(value))
            box.dispatch_event("change")


def _tick(field: Locator, value: str) -> None:
    choice = field.locator(f"label:has(input[value='{value}'])")
    if not choice.locator("input").is_checked():
        choice.click()


def errors(page: Page) -> list[str]:
    """What the page lists as errors."""
    if page.locator("[data-errors]").inner_text() == "0":
        return []
    page.locator("[data-show-list]").click()
    return page.locator("[data-list]").inner_text().splitlines()


def submit(page: Page) -> None:
    """Give every warning a note, then hand the form in."""
    if page.locator("[data-warnings]").inner_text() != "0":
        page.locator("[data-show-list]").click()
        for note in page.locator("[data-list] input").all():
            note.fill("已核实，合成数据")
        page.wait_for_timeout(1200)
        settled(page)
    page.locator("form[data-submit] button").click()
    page.wait_for_load_state()
    assert page.locator("form[data-submit]").count() == 0, page.locator("#messages").inner_text()
