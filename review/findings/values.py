"""A value of a value document as the text shown and compared. Pure; the same text as SQL ``review_value_at``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson


def text_of(value: Any) -> str:
    """A value as text: blank for none, numbers and booleans as in JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)  # with the spaces PostgreSQL writes
    return orjson.dumps(value).decode()


def text_at(values: Mapping[str, Any], row: str, indicator: str) -> str:
    """The text of *indicator* in *values*; *row* is '' or ``table/key``. Blank where there is none."""
    if not indicator:
        return ""
    if not row:
        return text_of(values.get(indicator))
    table, _slash, key = row.partition("/")
    for record in values.get(table) or ():
        if str(record.get("_k")) == key:
            return text_of(record.get(indicator))
    return ""
