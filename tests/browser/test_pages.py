"""Every page of the menus, as three people, in both languages, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from census.places.models import CensusDistrict
from tests.browser.driver import sign_in
from tests.factories import COUNTY, PASSWORD, make_person

LANGUAGES = ("zh-hans", "en")
WIDTHS = (1440, 390)
CHINESE = re.compile(r"[一-鿿]")


@pytest.fixture
def people(officers: dict[str, str]) -> list[str]:
    """User names: who sees least, who works most, who sees all."""
    district = CensusDistrict.objects.filter(region__startswith=COUNTY[:6], active=True).order_by("code")[0]
    enumerator = make_person("enumerator", COUNTY, username="t-enumerator", districts=[district.id])
    return [enumerator.username, officers["county"], officers["nation"]]


def _too_wide(page: Page, width: int) -> int:
    """How wide the page stays if it does not fit; 0 if it does. A chart follows the window a moment later."""
    fits = "width => document.documentElement.scrollWidth <= width"
    try:
        page.wait_for_function(fits, arg=width, timeout=5000)
    except TimeoutError:
        return page.evaluate("document.documentElement.scrollWidth")
    return 0


def test_every_menu_page_fits_and_is_quiet(visitor: Callable[..., Page], people: list[str]) -> None:
    """No page of a menu fails, logs an error, is wider than the screen, or has a menu in the other language."""
    faults = []
    for username in people:
        page = visitor()
        sign_in(page, username, PASSWORD)
        pages = page.eval_on_selector_all(".side .nav-link", "links => links.map(link => link.pathname)")
        assert pages[0] == "/"
        assert len(pages) > 5
        for language in LANGUAGES:
            page.goto(f"/language/{language}?next=/")
            words = page.locator(".side .nav-link-title").all_inner_texts()
            if odd := [word for word in words if bool(CHINESE.search(word)) != (language == "zh-hans")]:
                faults.append(f"{username} {language}: menu says {odd}")
            for path in pages:
                answer = page.goto(path)
                expect(page.locator("body.is-loading")).to_have_count(0)  # htmx fragments
                if answer is None or answer.status != 200:
                    faults.append(f"{username} {path}: status {answer and answer.status}")
                for width in WIDTHS:
                    page.set_viewport_size({"width": width, "height": 900})
                    if wide := _too_wide(page, width):
                        faults.append(f"{username} {path} {language}: {wide} px wide on {width} px")
    assert not faults, "\n".join(faults)
