"""The factor library for tests: loaded once as the product does, and copied in from memory from then on."""

from __future__ import annotations

from io import StringIO

from django.db import connection

from accounting.factors.models import ControlTechnology, Edition, Factor
from accounting.factors.services import factor_load

_kept: list[tuple[str, str, str]] = []
"""Table, columns without the id, and rows as COPY text."""


def load_library() -> None:
    """Fill the empty library tables of the running test. The first call takes most of a second, others a few ms."""
    if not _kept:
        factor_load()
        _kept.extend(_rows(model) for model in (Edition, Factor, ControlTechnology))
        return
    with connection.cursor() as cursor:
        for table, columns, text in _kept:
            cursor.cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", StringIO(text))


def _rows(model) -> tuple[str, str, str]:
    names = [field.column for field in model._meta.concrete_fields if field.column != "id"]
    table, columns = model._meta.db_table, ", ".join(f'"{name}"' for name in names)
    text, order = StringIO(), model._meta.pk.column
    with connection.cursor() as cursor:
        sql = f"COPY (SELECT {columns} FROM {table} ORDER BY {order}) TO STDOUT"
        cursor.cursor.copy_expert(sql, text)
    return table, columns, text.getvalue()
