"""Many transactions that all see the database as it was at one moment."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from django.db import connection, transaction

from census.access.scope import Scope, enter

View = Callable[[Scope], AbstractContextManager[Scope]]


@contextlib.contextmanager
def moment() -> Iterator[View]:
    """Yield ``view(scope)``, to be used like :func:`enter`: reads in it see the moment this block began.

    A second connection holds PostgreSQL's snapshot, so the steps between may commit and report progress. Inside a
    transaction that is already open the caller's own view counts, and ``view`` is just ``enter``.
    """
    if connection.in_atomic_block:
        yield enter
        return
    keeper = connection.copy()
    try:
        with keeper.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (name,) = cursor.fetchone()

        @contextlib.contextmanager
        def view(scope: Scope) -> Iterator[Scope]:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                    cursor.execute("SET TRANSACTION SNAPSHOT %s", [name])
                with enter(scope):
                    yield scope

        yield view
    finally:
        keeper.close()
