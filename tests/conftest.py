"""What every test may use: servers, the web role, and (from ``tests.support``) web server and browser.

The servers are the embedded ones, made for this session and deleted after it, unless DATABASE_URL or
REDIS_URL name others. They start only when a test first asks for the database.
"""

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.db import connection

from census.conf.databases import WEB_ROLE
from census.local.throwaway import session

STARTS_THE_PRODUCT = Path(__file__).parent / "census" / "local"

# How long an example takes says nothing on a machine that has other work to do.
hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")

pytest_plugins = ["tests.support.product", "tests.support.browser"]


@pytest.fixture(scope="session")
def servers() -> None:
    """PostgreSQL and Redis are up."""
    session().start()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(servers: None) -> None:
    """Start the servers before pytest-django creates the test database."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """People that tests store have numbers far above those that tests invent (``scope_for``), so that nobody is taken
    for the person who filled the form."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('census_user', 'id'), 1000000)")


@pytest.fixture
def as_web(db: None) -> Iterator[None]:
    """Until the end of the test be the web role, bound by row-level security, in the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {WEB_ROLE}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as ``db`` what uses the database, so that the second run on other servers can select it."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") or {"db", "transactional_db", "servers"} & set(names):
            item.add_marker(pytest.mark.db)
        if "chromium" in names:
            item.add_marker(pytest.mark.browser)
        if "chromium" in names or STARTS_THE_PRODUCT in item.path.parents:
            item.add_marker(pytest.mark.product)
