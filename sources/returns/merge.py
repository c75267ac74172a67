"""Three-way merge of value documents, field by field. Pure.

A document is flattened to ``{path: value}`` with the paths of the form engine: ``item``, ``table/<_k>`` (the row
is there) and ``table/<_k>/item``. What was typed but is no value yet (*pending*) takes its field's place, so
that it is merged and disputed like a value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

_MISSING = object()


class Typed(NamedTuple):
    """Text in a field that is not a value yet."""

    text: str


class Conflict(NamedTuple):
    """A field that both sides changed since the common version. None stands for blank."""

    path: str
    base: Any
    theirs: Any
    mine: Any


@dataclass(frozen=True, slots=True)
class Document:
    """Values with their pending texts (path -> text as typed)."""

    values: Mapping[str, Any]
    pending: Mapping[str, str]

    def flat(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in self.values.items():
            if not _is_table(value):
                found[key] = value
                continue
            for row in value:
                here = f"{key}/{row['_k']}"
                found[here] = True
                found.update({f"{here}/{name}": one for name, one in row.items() if name != "_k"})
        found.update({path: Typed(text) for path, text in self.pending.items()})
        return found


def merge(
    base: Document, theirs: Document, mine: Document, keep: Collection[str] = ()
) -> tuple[Document, list[Conflict]]:
    """Return both sides' changes in one document, and the fields both changed differently.

    Where there are conflicts the document holds *theirs*, except for the paths in *keep*: mine are wanted
    there. Rows that both sides added under the same key are different rows: mine get new keys.
    """
    mine = _own_row_keys(base, theirs, mine)
    before, there, here = base.flat(), theirs.flat(), mine.flat()
    merged: dict[str, Any] = {}
    conflicts: list[Conflict] = []
    for path in dict.fromkeys([*there, *here, *before]):
        was, one, other = (side.get(path, _MISSING) for side in (before, there, here))
        if one == other or other == was:
            chosen = one
        elif one == was or path in keep:
            chosen = other
        else:
            conflicts.append(Conflict(path, _shown(was), _shown(one), _shown(other)))
            chosen = one
        if chosen is not _MISSING:
            merged[path] = chosen
    for path in keep:
        row, _slash, _item = path.rpartition("/")
        if path in merged and "/" in row:
            merged.setdefault(row, True)  # the row was taken away there, and is wanted here
    return _raised(merged), conflicts


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _shown(value: Any) -> Any:
    if value is _MISSING:
        return None
    return value.text if isinstance(value, Typed) else value


def _own_row_keys(base: Document, theirs: Document, mine: Document) -> Document:
    values, moved = dict(mine.values), {}
    for table, rows in mine.values.items():
        if not _is_table(rows):
            continue
        known = _keys(base, table)
        taken = _keys(theirs, table) - known
        free = max({0, *known, *taken, *_keys(mine, table)}) + 1
        fresh = []
        for row in rows:
            if row["_k"] in taken and row not in (theirs.values.get(table) or ()):
                moved[f"{table}/{row['_k']}/"] = f"{table}/{free}/"
                row, free = {**row, "_k": free}, free + 1
            fresh.append(row)
        values[table] = fresh
    pending = {}
    for path, text in mine.pending.items():
        head, slash, item = path.rpartition("/")
        pending[moved.get(head + slash, head + slash) + item] = text
    return Document(values, pending)


def _keys(document: Document, table: str) -> set[int]:
    return {row["_k"] for row in document.values.get(table) or ()}


def _raised(flat: Mapping[str, Any]) -> Document:
    """The inverse of ``Document.flat``. Items of a row that is gone go with it."""
    values: dict[str, Any] = {}
    pending: dict[str, str] = {}
    rows: dict[str, dict[str, Any]] = {}
    for path, value in flat.items():
        parts = path.split("/")
        if len(parts) == 2 and value is True:
            rows[path] = {"_k": int(parts[1])}
            values.setdefault(parts[0], []).append(rows[path])
    for path, value in flat.items():
        if path in rows:
            continue
        parts = path.split("/")
        row = rows.get("/".join(parts[:2])) if len(parts) == 3 else None
        if len(parts) == 3 and row is None:
            continue
        if isinstance(value, Typed):
            pending[path] = value.text
        elif row is not None:
            row[parts[2]] = value
        else:
            values[path] = value
    return Document(values, pending)


def typed_over(values: Mapping[str, Any], pending: Mapping[str, str]) -> dict[str, Any]:
    """The document with each pending text in its field's place: what the page shows, and what was typed."""
    shown = {
        key: [dict(row) for row in value] if _is_table(value) else value for key, value in values.items()
    }
    for path, text in pending.items():
        parts = path.split("/")
        if len(parts) == 1:
            shown[path] = text
        elif len(parts) == 3:
            for row in shown.get(parts[0]) or ():
                if str(row["_k"]) == parts[1]:
                    row[parts[2]] = text
    return shown
