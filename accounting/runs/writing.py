"""Writing the rows of a shard. COPY into a temporary table, then one INSERT … SELECT: PostgreSQL refuses COPY
into a table under row-level security, and the INSERT is what the policies check."""

from __future__ import annotations

import io
from collections.abc import Iterable

import numpy as np
import orjson
from django.db import connection, models

from accounting.runs.engine.table import Table

_RENAMED = {"generated": "generated_kg", "removed": "removed_kg", "discharged": "discharged_kg"}
_RENAMED |= {"environment": "environment_kg"}
NULL = b"\\N"


def rows_write(*, model: type[models.Model], run_id: object, frame: Table) -> int:
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


def rows_aside(*, model: type[models.Model], frame: Table, table: str) -> None:
    """Put the rows of ``frame`` into a temporary table like that of ``model``, which ends with the transaction."""
    names = ", ".join(f'"{name}"' for name in _columns(frame))
    fields = [_texts(name, frame[name], _longest(model, name)) for name in frame.columns]
    text = b"\n".join(map(b"\t".join, zip(*fields, strict=True))) + b"\n"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(
            f"CREATE TEMP TABLE {table} ON COMMIT DROP AS SELECT * FROM {model._meta.db_table} WITH NO DATA"
        )
        cursor.cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", io.BytesIO(text))


def _columns(frame: Table) -> list[str]:
    return [_RENAMED.get(name, name) for name in frame.columns]


def _longest(model: type[models.Model], name: str) -> int | None:
    field = model._meta.get_field(_RENAMED.get(name, name))
    return field.max_length if isinstance(field, models.CharField) else None


def _texts(name: str, values: np.ndarray, longest: int | None) -> Iterable[bytes]:
    """A column as COPY text; words are cut at *longest* signs, for forms hold free text. Floats are written so that
    they read back to the same bits."""
    if name == "inputs":
        return _entries([value or {} for value in values.tolist()])
    if name == "row_key":
        return [NULL if text.startswith(b"-") else text for text in _numbers(values)]
    if name == "factor_id":
        return [NULL if text == b"0" else text for text in _numbers(values)]
    if values.dtype.kind == "b":
        return np.where(values, b"t", b"f").tolist()
    if values.dtype.kind in "fi":
        return _numbers(values)
    return map(_Words(longest).__getitem__, values.tolist())


def _entries(values: list[dict]) -> list[bytes]:
    """Small mappings as JSON. The writer does a column in one call, which is taken apart again: half the time."""
    parts = _escape(orjson.dumps(values)[2:-2]).split(b"},{")
    if len(parts) != len(values):  # free text of a form that holds the mark between two
        return [_escape(orjson.dumps(value)) for value in values]
    return [b"{%b}" % part for part in parts]


def _numbers(values: np.ndarray) -> list[bytes]:
    """Numbers as text, NaN as NULL. The JSON writer does a column in one call, several times as fast as repr()."""
    if values.dtype.kind == "f" and np.isinf(values).any():  # JSON has no infinity
        return [NULL if value != value else repr(value).encode() for value in values.tolist()]
    text = orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)
    return text[1:-1].replace(b"null", NULL).split(b",")


class _Words(dict[object, bytes]):
    """COPY text of words; each distinct one is made once."""

    def __init__(self, longest: int | None) -> None:
        self.longest = longest

    def __missing__(self, value: object) -> bytes:
        text = NULL if value is None else _escape(str(value)[: self.longest].encode())
        made = text.replace(b"\n", b"\\n")
        self[value] = made
        return made


def _escape(text: bytes) -> bytes:
    """What COPY would take for its own signs, but for line ends, which JSON has none of."""
    return text.replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\r", b"\\r")
