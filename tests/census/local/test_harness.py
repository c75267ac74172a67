"""The test harness itself: the role, the web server, the worker and the browser that other tests rely on."""

from collections.abc import Callable
from urllib.request import urlopen

import pytest
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import Page

from census.conf.celery import app
from tests.support.product import PROCESSES


def _ask(question: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]


def test_as_web_is_the_web_role(as_web: None) -> None:
    assert _ask("SELECT current_user") == "census_web"
    assert _ask("SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user") is False


@pytest.mark.django_db
def test_the_role_ends_with_the_test() -> None:
    assert _ask("SELECT current_user") != "census_web"


@pytest.mark.django_db
def test_the_cache_is_there() -> None:
    cache.set("harness", "kept", 10)
    assert cache.get("harness") == "kept"


@pytest.mark.browser
def test_the_web_server_works_as_the_web_role_on_the_test_database(live_server_url: str) -> None:
    with urlopen(f"{live_server_url}/healthz") as answer:
        assert answer.status == 200
    question = (
        "SELECT string_agg(DISTINCT usename, ' ') FROM pg_stat_activity WHERE datname = current_database()"
    )
    assert _ask(f"{question} AND application_name = '{PROCESSES}'") == "census_web"


@pytest.mark.browser
def test_the_worker_answers(worker_process: None) -> None:
    assert app.control.ping(timeout=5)


def test_the_browser_shows_a_page(visitor: Callable[..., Page]) -> None:
    page = visitor(width=390)
    answer = page.goto("/healthz")
    assert answer is not None
    assert answer.ok
    assert page.viewport_size == {"width": 390, "height": 900}


def test_console_and_script_errors_are_noticed(
    visitor: Callable[..., Page], console_errors: list[str]
) -> None:
    page = visitor()
    page.goto("/healthz")
    page.evaluate("console.error('no such thing')")
    page.evaluate("setTimeout(() => { throw new Error('fell over') }, 0)")
    page.wait_for_timeout(200)
    said = {line.split(": ", 1)[1] for line in console_errors}
    assert {"no such thing", "fell over"} <= said  # and that this bare address has no icon
    console_errors.clear()
