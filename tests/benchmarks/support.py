"""What the benchmarks share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import django
import psycopg2


def database_named(url: str, name: str) -> str:
    """The address *url* with another database; the socket form (no host part) keeps its two slashes."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")


def database_of(bench: str) -> str:
    """Name of the benchmark's own database."""
    return f"census_bench_{bench}"


@contextmanager
def own_database(bench: str, *commands: str) -> Iterator[None]:
    """Django on a migrated database of the benchmark's own, after these management commands; dropped at the end."""
    owner, name = os.environ.get("DATABASE_URL"), database_of(bench)
    if not owner:
        sys.exit(f"Run it by: make bench ARGS={bench}")
    os.environ["DATABASE_URL"] = database_named(owner, name)
    os.environ["DJANGO_SETTINGS_MODULE"] = "census.conf.settings"
    os.environ.setdefault("CENSUS_SECRET_KEY", "bench-" + "x" * 40)
    _execute(owner, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
    try:
        for command in ("migrate", *commands):
            subprocess.run(
                [sys.executable, "manage.py", *command.split(), "-v0"], check=True, stdout=subprocess.DEVNULL
            )
        django.setup()
        yield
    finally:
        if "django.db" in sys.modules:
            from django.db import connections

            connections.close_all()
        _execute(owner, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _execute(url: str, *statements: str) -> None:
    """Outside of any transaction, as CREATE DATABASE wants it."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()
