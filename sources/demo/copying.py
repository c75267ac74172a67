"""COPY into the tables of models. The demo loads as the owner of the tables, past the services on purpose:
a city in under a minute, a nation in hours, is out of reach of one statement a row."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import orjson
from django.db import connection, models

CHUNK = 1 << 18  # characters handed to the server at a time
LINES = 200  # rows written between two looks at how many these are
_CELL, _ROW, _NULL = "\x1f", "\x1e", "\x1d"
_ESCAPES = (
    *(("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r")),
    *((_CELL, "\t"), (_ROW, "\n"), (_NULL, r"\N")),
)


def json_text(value: Any) -> str:
    """A JSON cell."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def bytes_text(value: bytes | None) -> str | None:
    """A bytea cell."""
    return None if value is None else r"\x" + value.hex()


def array_text(values: Iterable[Any]) -> str:
    """An array cell of numbers, codes or UUIDs (nothing that needs quoting)."""
    return "{" + ",".join(map(str, values)) + "}"


def copy(model: type[models.Model], columns: str, rows: Iterable[Sequence[Any]]) -> int:
    """COPY *rows* into the table of *model*; returns how many. *columns*: attribute names, separated by blanks.

    Columns that are not named get the field's default, since the tables have none of their own. A cell is None,
    text, a number, a boolean or a time; other things come as text (``json_text``, ``bytes_text``, ``array_text``).
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    names = columns.split()
    named = [fields[name].column for name in names]
    fixed = {
        field.column: _default(field)
        for name, field in fields.items()
        if name not in names and not isinstance(field, models.AutoField) and not field.null
    }
    stream = _Text(rows, list(fixed.values()))
    quoted = ", ".join(f'"{column}"' for column in (*named, *fixed))
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(f'COPY "{model._meta.db_table}" ({quoted}) FROM STDIN', stream, CHUNK)
    return stream.count


class _Text:
    """*rows*, each with *tail* behind it, as a file that COPY reads: written while the server takes in what was read
    before, so the two share the time. The rows may not come from the connection that copies.

    Cells are joined by control characters that no text here holds, then the whole piece is escaped at once: half the
    time of the csv module.
    """

    def __init__(self, rows: Iterable[Sequence[Any]], tail: list[Any]) -> None:
        self.rows, self.count = iter(rows), 0
        self.end = "".join(_CELL + cell for cell in _cells(tail)) + _ROW

    def read(self, size: int) -> str:
        """About *size* characters in whole lines; '' at the end."""
        found = io.StringIO()
        while found.tell() < size and (some := list(islice(self.rows, LINES))):
            text = "".join([_CELL.join(_cells(row)) + self.end for row in some])
            for plain, written in _ESCAPES:
                text = text.replace(plain, written)
            found.write(text)
            self.count += len(some)
        return found.getvalue()


def _cells(row: Sequence[Any]) -> list[str]:
    return [_NULL if cell is None else cell if cell.__class__ is str else str(cell) for cell in row]


def _default(field: models.Field) -> Any:
    value = field.get_default()
    if isinstance(field, models.JSONField):
        return json_text(value)
    return array_text(value) if isinstance(value, list) else value


def next_id(model: type[models.Model]) -> int:
    """First free value of the table's own key."""
    return (model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1


def move_sequence(model: type[models.Model]) -> None:
    """Set the table's sequence behind the keys that were written by hand, never back."""
    table = f'"{model._meta.db_table}"'
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        (sequence,) = cursor.fetchone()
        cursor.execute(
            f"SELECT setval(%(of)s, GREATEST(max(id), pg_sequence_last_value(%(of)s), 1)) FROM {table}",
            {"of": sequence},
        )


def analyse(*tables: type[models.Model]) -> None:
    """Fresh statistics, so that the first pages find their indexes."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(f'"{model._meta.db_table}"' for model in tables))
