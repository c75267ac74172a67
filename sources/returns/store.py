"""The rows of returns, locked and written by hand-made statements: the hot path of saving, and bulk decisions.

One SELECT locks what is to change, one statement writes versions, returns and the audit log together, for one
return or for hundreds. Everything here runs in the caller's transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from psycopg2.extras import execute_values

from census.access import address
from census.access.scope import Scope
from sources.objects.kinds import KINDS
from sources.returns import chain

_FIELDS = (
    *("id", "object_id", "form", "sheet", "form_version", "region", "category", "district_id", "state"),
    *("values", "pending", "notes", "version_no", "head_hash", "returned", "filled_by", "filled_for"),
    *("active", "errors"),
)
_OBJECT_FIELDS = ("kind", "industry", "operating", "attributes", "status")
_JSON = ("values", "pending", "notes", "returned", "attributes")


@dataclass(slots=True)
class Row:
    """A locked return with what is needed of its object. The attributes are those of the two models."""

    id: UUID
    object_id: UUID
    form: str
    sheet: int
    form_version: str
    region: str
    category: str
    district_id: UUID | None
    state: str
    values: dict[str, Any]
    pending: dict[str, str]
    notes: dict[str, str]
    version_no: int
    head_hash: bytes | None
    returned: dict[str, Any] | None
    filled_by: int | None
    filled_for: int | None
    active: bool
    errors: int
    kind: str
    industry: str
    operating: str
    attributes: dict[str, Any]
    status: str

    def filled_in_by(self, actor: Scope) -> bool:
        """True when the values are the actor's own, or of an absent person and the colleague who acts for them."""
        return not actor.persons.isdisjoint({self.filled_by, self.filled_for})

    @property
    def unit_level(self) -> int | None:
        """Region level of a region-unit object (2 city, 3 county), None for all others."""
        return KINDS[self.kind].level


@dataclass(slots=True)
class Move:
    """An accepted change of *row* (which already holds the new values and state), on its way into the chain."""

    row: Row
    action: str
    warnings: int | None = None  # given together with row.errors when the values were checked anew
    reason: dict[str, Any] | None = None
    client: str | None = None
    filled: bool = False  # the actor changed the values, and so may not approve them
    submitted: bool = False


def lock(actor: Scope, ids: Iterable[UUID]) -> list[Row]:
    """Lock the returns of *ids* that lie in the actor's scope, in order of id (so that bulk moves never deadlock).

    Returns fewer rows than ids where some are outside the scope or do not exist.
    """
    return _select(actor, ids, "FOR UPDATE OF r")


def read(actor: Scope, ids: Iterable[UUID]) -> list[Row]:
    """The same rows as they stand, not locked."""
    return _select(actor, ids, "")


def _select(actor: Scope, ids: Iterable[UUID], locking: str) -> list[Row]:
    columns = [f'r."{name}"' for name in _FIELDS] + [f'o."{name}"' for name in _OBJECT_FIELDS]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM sources_return r "
            "JOIN sources_censusobject o ON o.id = r.object_id WHERE r.id = ANY(%s::uuid[]) "
            f"ORDER BY r.id {locking}",
            [[str(one) for one in ids]],
        )
        rows = [_row(record) for record in cursor.fetchall()]
    return [row for row in rows if _visible(actor, row)]


def _row(record: Sequence[Any]) -> Row:
    named = dict(zip((*_FIELDS, *_OBJECT_FIELDS), record, strict=True))
    for name in _JSON:
        if isinstance(named[name], str):
            named[name] = orjson.loads(named[name])
    named["head_hash"] = named["head_hash"] and bytes(named["head_hash"])
    return Row(**named)


def _visible(actor: Scope, row: Row) -> bool:
    """The same as the policies in the database, for processes that they do not bind."""
    return (
        actor.covers(row.region, row.category)
        and (actor.districts is None or row.district_id in actor.districts)
        and (actor.object_id is None or row.object_id == actor.object_id)
    )


def siblings_of(object_id: UUID, *, besides: UUID | None = None) -> list[dict[str, Any]]:
    """The filled, active sheets of an object: ``{"id", "form", "sheet", "values", "errors", "warnings", …}``."""
    names = (
        *("id", "form", "sheet", "values", "pending", "errors", "warnings", "state", "region", "category"),
        *("district_id", "object_id", "version_no"),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {", ".join(f"""r."{name}" """ for name in names)} FROM sources_return r '
            "WHERE r.object_id = %s AND r.active AND r.version_no > 0 ORDER BY r.form, r.sheet",
            [object_id],
        )
        found = [dict(zip(names, record, strict=True)) for record in cursor.fetchall()]
    for row in found:
        row["values"], row["pending"] = orjson.loads(row["values"]), orjson.loads(row["pending"])
    return [row for row in found if row["id"] != besides]


_WRITE = """
WITH given (id, no, at, action, state, body, previous, hash, errors, warnings, form_version,
            filled, submitted, detail) AS (VALUES %s),
moved AS MATERIALIZED (SELECT *, body::jsonb AS doc FROM given),
versions AS (
    INSERT INTO sources_returnversion (return_id, no, object_id, region, category, district_id, at, user_id,
                                       user_name, post_kind, action, state, body, prev_hash, hash)
    SELECT r.id, m.no, r.object_id, r.region, r.category, r.district_id, m.at, {user}, {name}, {post},
           m.action, m.state, m.body, m.previous, m.hash
    FROM moved m JOIN sources_return r ON r.id = m.id
    RETURNING 1),
returns AS (
    UPDATE sources_return r
    SET state = m.state, version_no = m.no, head_hash = m.hash, updated_at = m.at, updated_by_name = {name},
        returned = NULLIF(m.doc -> 'returned', 'null'),
        errors = COALESCE(m.errors, r.errors), warnings = COALESCE(m.warnings, r.warnings),
        submitted_at = CASE WHEN m.submitted THEN m.at ELSE r.submitted_at END{changes}
    FROM moved m WHERE r.id = m.id
    RETURNING r.id, r.region, m.at, m.action, m.detail)
INSERT INTO census_auditentry (at, action, user_id, user_name, post_kind, region, subject, subject_id, detail,
                               address)
SELECT at, 'return.' || action, {user}, {name}, {post}, region, 'return', id::text, detail, {address} FROM returns
"""
_WITH_VALUES = """,
        values = m.doc -> 'values', pending = m.doc -> 'pending',
        notes = m.doc -> 'notes', active = (m.doc -> 'active')::boolean,
        form_version = m.form_version,
        filled_by = CASE WHEN m.filled THEN {user} ELSE r.filled_by END,
        filled_for = CASE WHEN m.filled THEN {behalf} ELSE r.filled_for END"""
_TEMPLATE = (
    "(%s::uuid, %s::int, %s::timestamptz, %s, %s, %s, %s::bytea, %s::bytea, %s::int, %s::int, %s, "
    "%s::boolean, %s::boolean, %s::jsonb)"
)


def write(actor: Scope, moves: Sequence[Move], *, at: dt.datetime, values_changed: bool) -> None:
    """Append a version for each move, bring the returns up to it, and write the audit log: one statement.

    *values_changed* False leaves the stored values as they are (approvals). The rows get their new version
    number and head.
    """
    user = actor.user_id
    records = []
    for move in moves:
        row = move.row
        previous = row.head_hash or chain.START
        row.version_no += 1
        body = chain.canonical(_content(actor, move, at))
        row.head_hash = chain.link(previous, body)
        detail = {"no": row.version_no, "form": row.form, "state": row.state}
        records.append(
            (
                *(row.id, row.version_no, at, move.action, row.state, body.decode(), previous, row.head_hash),
                *(row.errors if move.warnings is not None else None, move.warnings, row.form_version),
                *(move.filled, move.submitted, orjson.dumps(detail).decode()),
            )
        )
    with connection.cursor() as cursor:
        quoted = {
            name: cursor.mogrify(f"%s::{kind}", [value]).decode().replace("%", "%%")
            for name, value, kind in (
                ("user", user, "bigint"),
                ("behalf", actor.behalf_of, "bigint"),
                ("name", actor.user_name, "text"),
                ("post", actor.post_kind, "text"),
                ("address", address.CURRENT.get(), "inet"),
            )
        }
        changes = _WITH_VALUES.format(**quoted) if values_changed else ""
        statement = _WRITE.format(changes=changes, **quoted)
        execute_values(cursor.cursor, statement, records, template=_TEMPLATE, page_size=len(records))


def _content(actor: Scope, move: Move, at: dt.datetime) -> dict[str, Any]:
    """What a version says; the keys of the body."""
    row = move.row
    content = {
        "return": row.id,
        "no": row.version_no,
        "object": row.object_id,
        "form": row.form,
        "sheet": row.sheet,
        "at": at,
        "user": {"id": actor.user_id, "name": actor.user_name},
        "post": actor.post_kind,
        "action": move.action,
        "state": row.state,
        "reason": move.reason,
        "form_version": row.form_version,
        "values": row.values,
        "pending": row.pending,
        "notes": row.notes,
        "returned": row.returned,
        "active": row.active,
    }
    if actor.behalf_of is not None:
        content["behalf_of"] = actor.behalf_of
    if move.client:
        content["client"] = move.client
    return content


def sibling_row(row: Row, sheet: dict[str, Any]) -> Row:
    """Another sheet of *row*'s object as a Row (as found, not locked), for checking and telling of it."""
    return Row(
        id=sheet["id"],
        object_id=row.object_id,
        form=sheet["form"],
        sheet=sheet["sheet"],
        form_version="",
        region=row.region,
        category=row.category,
        district_id=row.district_id,
        state=sheet["state"],
        values=sheet["values"],
        pending=sheet["pending"],
        notes={},
        version_no=sheet["version_no"],
        head_hash=None,
        returned=None,
        filled_by=None,
        filled_for=None,
        active=True,
        errors=sheet["errors"],
        kind=row.kind,
        industry=row.industry,
        operating=row.operating,
        attributes=row.attributes,
        status=row.status,
    )


def recount(found: Sequence[tuple[UUID, int, int]]) -> None:
    """Store (errors, warnings) of returns that were checked again without being changed."""
    if not found:
        return
    with connection.cursor() as cursor:
        execute_values(
            cursor.cursor,
            "UPDATE sources_return r SET errors = c.errors, warnings = c.warnings "
            "FROM (VALUES %s) AS c (id, errors, warnings) WHERE r.id = c.id",
            found,
            template="(%s::uuid, %s::int, %s::int)",
        )
