"""Screenshots of the running product: each post's menu pages, in both languages, on office screen and phone.

Run beside `make run`: ``make shots ARGS="--kinds county_officer --widths 1440"``. Pages that log an error are
named at the end, and the exit code says so.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import django
from playwright.sync_api import Browser, Page, sync_playwright

from census.local.paths import Layout
from tests.support.browser import watch
from tests.support.chromium import FLAGS, find_chromium

MENU = "#menu a.nav-link"
HEIGHT = 900


def main() -> int:
    options = _options()
    # before Playwright's loop runs, for Django would take its own queries for async afterwards
    django.setup()
    from census.people.demo import DEMO_PASSWORD, demo_sign_ins

    people = [person for person in demo_sign_ins() if not options.kinds or person.kind in options.kinds]
    if not people:
        sys.exit("No demo sign-ins: start `make run` with the demo city first, or check --kinds.")
    program, environment = find_chromium()
    errors: list[str] = []
    count = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=FLAGS, env={**os.environ, **environment}
        )
        for person in people:
            page = _signed_in(browser, options.address, person.username, DEMO_PASSWORD, errors)
            for path in options.pages or _menu(page):
                for language in options.languages:
                    for width in options.widths:
                        target = options.out / f"{person.kind}-{_name(path)}-{language}-{width}.png"
                        _shoot(page, path, language, width, target, full=not options.one_screen)
                        count += 1
            page.context.close()
        browser.close()
    print(f"{count} pictures in {options.out}")
    print("\n".join(["Pages that logged errors:", *errors]) if errors else "No page logged an error.")
    return bool(errors)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    parser.add_argument("--out", type=Path, default=Layout.from_environment().root / "shots")
    parser.add_argument("--kinds", nargs="*", help="posts to sign in as (default: one of each)")
    parser.add_argument("--pages", nargs="*", help="addresses such as /objects/ (default: the post's menu)")
    parser.add_argument("--languages", nargs="*", default=["zh-hans", "en"])
    parser.add_argument("--widths", nargs="*", type=int, default=[1440, 390])
    parser.add_argument("--one-screen", action="store_true", help="only what shows without scrolling")
    return parser.parse_args()


def _signed_in(browser: Browser, address: str, user: str, password: str, errors: list[str]) -> Page:
    page = browser.new_context(base_url=address).new_page()
    watch(page, errors)
    page.goto("/sign-in/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", password)
    page.click("form[action$='sign-in/'] button.btn-primary")
    page.wait_for_load_state()
    if page.query_selector(MENU) is None:
        sys.exit(f"No menu after signing in as {user}; the page says:\n{page.inner_text('body')[:500]}")
    return page


def _menu(page: Page) -> list[str]:
    """Addresses of the menu, each once, in order."""
    return list(dict.fromkeys(link.get_attribute("href") or "/" for link in page.query_selector_all(MENU)))


def _name(path: str) -> str:
    return urlsplit(path).path.strip("/").replace("/", "_") or "home"


def _shoot(page: Page, path: str, language: str, width: int, target: Path, *, full: bool) -> None:
    # for the whole server: the address of a page would bind the cookie to the pages below it
    page.context.add_cookies([{"name": "django_language", "value": language, "url": urljoin(page.url, "/")}])
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.goto(path, wait_until="networkidle")
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target, full_page=full)


if __name__ == "__main__":
    sys.exit(main())
