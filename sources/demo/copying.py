"""COPY into the tables of models. The demo loads as the owner of the tables, past the services on purpose:
a city in under a minute, a nation in hours, is out of reach of one statement a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import orjson
from django.db import connection, models

NULL = r"\N"
CHUNK, LINES = (
    1 << 18,
    200,
)  # characters handed to the server at a time; rows written between two looks at them


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
    stream = _Csv(rows, list(fixed.values()))
    quoted = ", ".join(f'"{column}"' for column in (*named, *fixed))
    with connection.cursor() as cursor:
        statement = f"COPY \"{model._meta.db_table}\" ({quoted}) FROM STDIN WITH (FORMAT csv, NULL '{NULL}')"
        cursor.cursor.copy_expert(statement, stream, CHUNK)
    return stream.count


class _Csv:
    """*rows*, each with *tail* behind it, as a file that COPY reads: written while the server takes in what was read
    before, so the two share the time. The rows may not come from the connection that copies."""

    def __init__(self, rows: Iterable[Sequence[Any]], tail: list[Any]) -> None:
        self.rows, self.tail, self.count = iter(rows), tail, 0

    def read(self, size: int) -> str:
        """About *size* characters in whole lines; '' at the end."""
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\n")
        while buffer.tell() < size and (some := list(islice(self.rows, LINES))):
            writer.writerows([NULL if cell is None else cell for cell in row] + self.tail for row in some)
            self.count += len(some)
        return buffer.getvalue()


def _default(field: models.Field) -> Any:
    value = field.get_default()
    if isinstance(field, models.JSONField):
        return json_text(value)
    return array_text(value) if isinstance(value, list) else value


def next_id(model: type[models.Model]) -> int:
    """First free value of the table's own key."""
    return (model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1


def move_sequence(model: type[models.Model]) -> None:
    """Set the table's sequence behind the keys that were written by hand."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'), GREATEST(max(id), 1)) FROM \"{table}\""
        )


def analyse(*tables: type[models.Model]) -> None:
    """Fresh statistics, so that the first pages find their indexes."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(f'"{model._meta.db_table}"' for model in tables))
