"""What changed between two documents of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sources.forms.model import Form


class Change(NamedTuple):
    """One changed value; None stands for blank. A row added or gone has the row's own path and no
    indicator."""

    path: str  # item, table/<_k> or table/<_k>/item
    section: str | None
    row: int | None
    indicator: str | None
    old: Any
    new: Any


def differences(form: Form, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """The changes in the order of the form. Rows are matched by ``_k``, whatever their order."""
    found: list[Change] = []
    for section in form.sections:
        if section.repeat:
            found += _rows(section.id, old.get(section.id) or (), new.get(section.id) or ())
            continue
        for item in section.indicators:
            before, after = old.get(item.id), new.get(item.id)
            if before != after:
                found.append(Change(item.id, section.id, None, item.id, before, after))
    return found


def _rows(section: str, old, new) -> list[Change]:
    before, after = ({row["_k"]: row for row in rows} for rows in (old, new))
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        path, was, now = f"{section}/{key}", before.get(key), after.get(key)
        if was is None or now is None:
            found.append(Change(path, section, key, None, _content(was), _content(now)))
        items = dict.fromkeys([*(now or ()), *(was or ())])
        for item in items:
            pair = (was or {}).get(item), (now or {}).get(item)
            if item != "_k" and pair[0] != pair[1]:
                found.append(Change(f"{path}/{item}", section, key, item, *pair))
    return found


def _content(row: Mapping | None) -> dict | None:
    return None if row is None else {key: value for key, value in row.items() if key != "_k"}
