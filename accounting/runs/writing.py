"""Writing the rows of a shard. COPY into a temporary table, then one INSERT … SELECT: PostgreSQL refuses COPY
into a table under row-level security, and the INSERT is what the policies check."""

from __future__ import annotations

import io
from collections.abc import Iterable

import orjson
import pandas as pd
from django.db import connection, models

_RENAMED = {"generated": "generated_kg", "removed": "removed_kg", "discharged": "discharged_kg"}
_RENAMED |= {"environment": "environment_kg"}
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"


def rows_write(*, model: type[models.Model], run_id: object, frame: pd.DataFrame) -> int:
    """Insert the rows of ``frame`` into the table of ``model``; returns how many.

    Columns are named as the fields, except the amounts (``generated`` for ``generated_kg`` …). NaN is NULL; a
    row key below 0 and a factor id of 0 are NULL.
    """
    if frame.empty:
        return 0
    rows_aside(model=model, frame=frame, table="incoming")
    names = ", ".join(f'"{name}"' for name in _columns(frame))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} (run_id, {names}) SELECT %s, {names} FROM incoming", [run_id]
        )
    return len(frame)


def rows_aside(*, model: type[models.Model], frame: pd.DataFrame, table: str) -> None:
    """Put the rows of ``frame`` into a temporary table like that of ``model``, which ends with the transaction."""
    names = ", ".join(f'"{name}"' for name in _columns(frame))
    fields = [_texts(name, frame[name]) for name in frame.columns]
    text = "".join(f"{line}\n" for line in map("\t".join, zip(*fields, strict=True)))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(
            f"CREATE TEMP TABLE {table} ON COMMIT DROP AS SELECT * FROM {model._meta.db_table} WITH NO DATA"
        )
        cursor.cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", io.StringIO(text))


def _columns(frame: pd.DataFrame) -> list[str]:
    return [_RENAMED.get(name, name) for name in frame.columns]


def _texts(name: str, column: pd.Series) -> Iterable[str]:
    """A column as COPY text. Floats are written so that they read back to the same bits."""
    values = column.tolist()
    if name == "inputs":
        return [orjson.dumps(value or {}).decode().translate(_ESCAPES) for value in values]
    if name == "row_key":
        return [NULL if value < 0 else str(value) for value in values]
    if name == "factor_id":
        return [NULL if value == 0 else str(value) for value in values]
    if pd.api.types.is_float_dtype(column.dtype):
        return [NULL if value != value else repr(value) for value in values]
    if pd.api.types.is_bool_dtype(column.dtype):
        return ["t" if value else "f" for value in values]
    if pd.api.types.is_integer_dtype(column.dtype):
        return map(str, values)
    known: dict[object, str] = {}
    return [known[value] if value in known else known.setdefault(value, _escaped(value)) for value in values]


def _escaped(value: object) -> str:
    return NULL if value is None else str(value).translate(_ESCAPES)
