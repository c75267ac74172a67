"""What is sealed: a registry that every room fills. A piece of evidence is named by a key and read by SQL.

The columns are named one by one: a column that a later version adds must not change an old digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db import connection

RANGE = 50_000  # rows of an append-only table that are sealed together at most


@dataclass(frozen=True, slots=True)
class Evidence:
    """One kind. *keys*: SQL that gives the keys of all that is finished. *content*: SQL that gives the content of
    ``%(key)s`` as bytes or text in any number of rows and columns, in a fixed order. *named*: SQL that gives it a
    name for people; blank where the key is one."""

    code: str
    keys: str
    content: str
    named: str = ""

    def waiting(self) -> list[str]:
        """Keys that are not sealed."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT f.key FROM ({self.keys}) AS f (key) WHERE NOT EXISTS
                    (SELECT FROM census_seal s WHERE s.kind = %(kind)s AND s.key = f.key)""",
                {"kind": self.code},
            )
            return [key for (key,) in cursor.fetchall()]

    def digest(self, key: str) -> bytes:
        """SHA-256 over the content as it is now."""
        return _digest(self.content, {"key": key})

    def name(self, key: str) -> str:
        """What people call it."""
        if not self.named:
            return f"{self.code} {key}"
        with connection.cursor() as cursor:
            cursor.execute(self.named, {"key": key})
            row = cursor.fetchone()
        return row[0] if row else f"{self.code} {key}"


@dataclass(frozen=True, slots=True)
class Ledger:
    """An append-only table, sealed in runs of rows. *columns* stay as they are for good. *upto*: SQL of the last id
    below which nothing can be added any more."""

    code: str
    table: str
    columns: str
    upto: str

    def waiting(self) -> list[str]:
        """``first-last`` ids of the rows that are not sealed."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT COALESCE(max(split_part(key, '-', 2)::bigint), 0) FROM census_seal WHERE kind = %s",
                [self.code],
            )
            (first,) = cursor.fetchone()
            cursor.execute(self.upto)
            last = cursor.fetchone()[0] or 0
        return [f"{low + 1}-{min(low + RANGE, last)}" for low in range(first, last, RANGE)]

    def digest(self, key: str) -> bytes:
        """SHA-256 over the rows as they are now."""
        first, last = key.split("-")
        sql = f"""SELECT sha256(convert_to(ROW({self.columns})::text, 'UTF8')) FROM {self.table}
                  WHERE id BETWEEN %(first)s AND %(last)s ORDER BY id"""
        return _digest(sql, {"first": int(first), "last": int(last)})

    def name(self, key: str) -> str:
        """What people call it."""
        return f"{self.code} rows {key}"


def _digest(sql: str, values: dict[str, object]) -> bytes:
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for row in cursor.fetchall():
            for cell in row:
                data = cell.encode() if isinstance(cell, str) else bytes(cell or b"")
                found.update(len(data).to_bytes(8, "big") + data)
    return found.digest()


_kinds: dict[str, Evidence | Ledger] = {}


def register_evidence(*kinds: Evidence | Ledger) -> None:
    """Have these sealed. Codes are permanent."""
    for kind in kinds:
        if _kinds.get(kind.code, kind) != kind:
            raise ValueError(f"two kinds of evidence are called {kind.code!r}")
        _kinds[kind.code] = kind


def kinds() -> dict[str, Evidence | Ledger]:
    """All kinds by code."""
    return _kinds


# ids are given before commit: an hour later no transaction that had a smaller one is still open
register_evidence(
    Ledger(
        code="audit",
        table="census_auditentry",
        columns="id, at AT TIME ZONE 'UTC', action, user_id, user_name, post_kind, region, subject, subject_id, "
        "detail, address",
        upto="SELECT max(id) FROM census_auditentry WHERE at < now() - interval '1 hour'",
    )
)
