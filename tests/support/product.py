"""The real web server and worker as processes of their own, on the test database, bound as the web role."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.conf import settings

from census.local.paths import REPOSITORY
from census.local.run import answers
from census.local.services import Service
from census.local.throwaway import session

PROCESSES = "census processes of the tests"  # how their database sessions are told from the tests' own


def _environment() -> dict[str, str]:
    """For a process of the product that is to work on the test database (its name is known only now)."""
    entry = settings.DATABASES["default"]
    query = {
        "host": entry["HOST"],
        "port": entry["PORT"],
        "user": entry["USER"],
        "password": entry["PASSWORD"],
    }
    words = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in query.items() if value)
    return {
        "DATABASE_URL": f"postgresql:///{quote(entry['NAME'])}?{words}",
        "CENSUS_DB_ROLE": "web",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONUNBUFFERED": "1",
        "PGAPPNAME": PROCESSES,
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def web_process(django_db_setup: None) -> Iterator[str]:
    """Address of a running web server of the product; it sees what tests have committed."""
    address = f"127.0.0.1:{_free_port()}"
    service = Service(
        name="web",
        argv=[
            *(sys.executable, "-m", "gunicorn", "census.conf.wsgi:application", "--bind", address),
            *("--workers", "1", "--threads", "4", "--no-control-socket"),
        ],
        log=session().root / "web.log",
        ready=lambda: answers(f"http://{address}/healthz"),
        environment=_environment(),
        folder=REPOSITORY,
    )
    service.start()
    try:
        service.wait_ready(60)
        yield f"http://{address}"
    finally:
        service.stop()


@pytest.fixture
def live_server_url(transactional_db: None, web_process: str) -> str:
    """Address of the web server, for a test that commits its data (it is flushed after the test)."""
    return web_process


@pytest.fixture(scope="session")
def worker_process(django_db_setup: None) -> Iterator[None]:
    """A Celery worker of the product that does the jobs which tests and pages start."""
    service = Service(
        name="worker",
        argv=[
            *(sys.executable, "-m", "celery", "--app", "census.conf.celery", "worker"),
            *("--pool", "solo", "--loglevel", "INFO", "--without-gossip", "--without-mingle"),
        ],
        log=session().root / "worker.log",
        ready_line=" ready.",
        environment=_environment(),
        folder=REPOSITORY,
    )
    service.start()
    try:
        service.wait_ready(60)
        yield
    finally:
        service.stop()
