"""Browser tests: Playwright on a Chromium, against the real web server."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.chromium import FLAGS, find_chromium


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session; each `visitor` is a person with cookies of their own."""
    # Playwright's loop runs in this thread; Django would take its own, perfectly ordinary, queries for async.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    program, environment = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=FLAGS, env={**os.environ, **environment}
        )
        yield browser
        browser.close()


@pytest.fixture
def console_errors() -> Iterator[list[str]]:
    """What pages logged as errors; the test fails at its end when there is any.

    A test that provokes an error on purpose checks the list and clears it.
    """
    errors: list[str] = []
    yield errors
    assert not errors, "pages logged errors:\n" + "\n".join(errors)


@pytest.fixture
def visitor(
    chromium: Browser, live_server_url: str, console_errors: list[str]
) -> Iterator[Callable[..., Page]]:
    """Call it for a page in a fresh browser context: ``visitor(width=390, height=844, locale="en-GB")``.

    Addresses are relative to the server (``page.goto("/")``); console and script errors are collected.
    """
    contexts = []

    def open_page(*, width: int = 1440, height: int = 900, locale: str = "zh-CN") -> Page:
        context = chromium.new_context(
            base_url=live_server_url, viewport={"width": width, "height": height}, locale=locale
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch(page, console_errors)
        return page

    yield open_page
    for context in contexts:
        context.close()


def watch(page: Page, errors: list[str]) -> None:
    """Add to *errors* what *page* logs as an error and what its scripts throw."""
    page.on("console", lambda message: _note(errors, page, message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: _note(errors, page, str(error)))


def _note(errors: list[str], page: Page, text: str) -> None:
    errors.append(f"{page.url}: {text}")
