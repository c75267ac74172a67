"""Loads the reference data of ``census/places/data`` into the database with COPY.

Each file is loaded in one transaction and remembered by its hash, so a second call costs only the hashing.
Runs as the owner of the tables (the web role may only read them).
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import orjson
from django.db import connection, models, transaction
from django.utils import timezone

from census.places.models import CodeItem, Industry, ReferenceFile, Region

DATA = Path(__file__).parent / "data"
CODE_COLUMNS = ("code", "name_zh", "name_en", "source", "confidence")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of one file; *seconds* is 0 when it was skipped."""

    name: str
    rows: int
    seconds: float
    skipped: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A file, the table it fills, and how its text becomes COPY rows."""

    path: Path
    model: type[models.Model]
    columns: tuple[str, ...]
    copy_text: Callable[[Path], TextIO]
    replaces: dict[str, Any]  # which rows of the table the file holds; {} for all

    @property
    def name(self) -> str:
        return str(self.path.relative_to(DATA))


def sources() -> list[Source]:
    """Every reference file that fills a table."""
    found = [
        Source(
            DATA / "regions.csv.gz",
            Region,
            ("code", "parent", "level", "name", "name_pinyin", "initials"),
            _unzipped,
            {},
        ),
        Source(
            DATA / "industries.csv",
            Industry,
            ("code", "parent", "level", "section", "name_zh", "name_en"),
            _industry_text,
            {},
        ),
    ]
    for path in sorted((DATA / "codelists").glob("*.csv")):
        columns = ("list", "position", "extra", *CODE_COLUMNS)
        found.append(Source(path, CodeItem, columns, _code_text, {"list": path.stem}))
    return found


def load_all(say: Callable[[Loaded], None]) -> None:
    """Load what has changed; *say* hears of every file as it is finished."""
    for source in sources():
        say(_load(source))


def _load(source: Source) -> Loaded:
    digest = hashlib.sha256(source.path.read_bytes()).hexdigest()
    known = ReferenceFile.objects.filter(name=source.name, sha256=digest).first()
    if known:
        return Loaded(source.name, known.rows, 0.0, skipped=True)
    started = time.monotonic()
    table = connection.ops.quote_name(source.model._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor, source.copy_text(source.path) as text:
        indexes = []
        if source.replaces:
            source.model.objects.filter(**source.replaces).delete()
        else:
            cursor.execute(f"TRUNCATE {table}")
            indexes = _indexes_dropped(cursor, source.model._meta.db_table)
        # an empty field is an empty text, never a null
        options = "FORMAT csv, HEADER true, NULL '\\N'"
        cursor.copy_expert(f"COPY {table} ({', '.join(source.columns)}) FROM STDIN WITH ({options})", text)
        rows = cursor.rowcount
        for made_again in indexes:
            cursor.execute(made_again)
        ReferenceFile.objects.update_or_create(
            name=source.name, defaults={"sha256": digest, "rows": rows, "loaded_at": timezone.now()}
        )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")
    return Loaded(source.name, rows, time.monotonic() - started, skipped=False)


def _indexes_dropped(cursor: Any, table: str) -> list[str]:
    """Drop the indexes of *table* that no constraint needs and return the statements that make them again: built
    at once over 720,000 rows they take a fifth of the time they would take row by row.
    """
    cursor.execute(
        """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
           WHERE i.indrelid = %s::regclass
                 AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)""",
        [table],
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in found]


def _unzipped(path: Path) -> TextIO:
    return io.TextIOWrapper(gzip.GzipFile(path), encoding="utf-8", newline="")


def _industry_text(path: Path) -> TextIO:
    wanted = ("code", "parent_code", "level", "section", "name_zh", "name_en")
    return _as_csv([row[name] for name in wanted] for row in _rows(path))


def _code_text(path: Path) -> TextIO:
    return _as_csv(
        [
            path.stem,
            position,
            orjson.dumps({k: v for k, v in row.items() if k not in CODE_COLUMNS and v}).decode(),
            *(row[name] for name in CODE_COLUMNS),
        ]
        for position, row in enumerate(_rows(path), 1)
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _as_csv(rows: Iterable[list[Any]]) -> TextIO:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["header"])
    writer.writerows(rows)
    text.seek(0)
    return text
