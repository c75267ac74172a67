"""Keyset paging: any depth costs the same. Lists carry a position, not a page number."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict

SIZES = (25, 50, 100, 250)
MOST_READ = 4_000  # rows read at once where many are passed over


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows. *next* and *previous* are opaque positions, None at the ends."""

    rows: list[Any]
    next: str | None
    previous: str | None
    size: int


def encode(values: list[Any], backwards: bool) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([backwards, *values], default=str)).decode().rstrip("=")


def decode(text: str) -> tuple[bool, list[Any]]:
    """Raises BadRequest for a position that is none."""
    try:
        backwards, *values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError) as error:
        raise BadRequest("bad page position") from error
    return bool(backwards), values


def size_of(params: QueryDict, default: int = 50) -> int:
    """Rows a page from the address, one of SIZES."""
    try:
        wanted = int(params.get("size", default))
    except ValueError:
        return default
    return wanted if wanted in SIZES else default


def paginate(
    queryset: QuerySet,
    order: tuple[str, ...],
    params: QueryDict,
    default_size: int = 50,
    keep: Callable[[list[Any]], list[Any]] | None = None,
) -> Page:
    """Return the page that ``params['at']`` names, ordered by *order* (all fields non-null; the last unique).

    Each field may start with "-". Mixed directions are allowed. One query, LIMIT size + 1. With *keep*, which is given
    the rows read and returns those to show, it is read on until the page is full.
    """
    size = size_of(params, default_size)
    backwards, values = decode(params["at"]) if params.get("at") else (False, [])
    if values and len(values) != len(order):
        raise BadRequest("bad page position")
    direction = [(f.lstrip("-"), f.startswith("-") != backwards) for f in order]
    ordered = queryset.order_by(*[("-" if down else "") + f for f, down in direction])
    try:
        ordered.filter(_beyond(direction, values)) if values else None
    except (ValueError, TypeError, ValidationError) as error:  # values of another kind than the fields
        raise BadRequest("bad page position") from error
    rows: list[Any] = []
    after, limit, spare = values, size + 1, 8
    while True:
        read = list((ordered.filter(_beyond(direction, after)) if after else ordered)[:limit])
        rows += keep(read) if keep else read
        if len(rows) > size or len(read) < limit:
            break
        after = [_value(read[-1], f) for f, _down in direction]
        spare *= 2
        limit = min(size + 1 - len(rows) + spare, MOST_READ)
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], None, None, size)

    def position(row: Any, back: bool) -> str:
        return encode([_value(row, f.lstrip("-")) for f in order], back)

    has_next = more if not backwards else True
    has_previous = bool(values) if not backwards else more
    return Page(
        rows,
        position(rows[-1], False) if has_next else None,
        position(rows[0], True) if has_previous else None,
        size,
    )


def _beyond(direction: list[tuple[str, bool]], values: list[Any]) -> Q:
    """Rows after the position: (a > x) or (a = x and b > y) …, with an index-friendly bound on the first field."""
    condition = Q()
    for depth in range(len(direction)):
        part = Q()
        for (field, _down), value in zip(direction[:depth], values, strict=False):
            part &= Q(**{field: value})
        field, down = direction[depth]
        part &= Q(**{f"{field}__{'lt' if down else 'gt'}": values[depth]})
        condition |= part
    first, down = direction[0]
    return Q(**{f"{first}__{'lte' if down else 'gte'}": values[0]}) & condition


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = row[name] if isinstance(row, dict) else getattr(row, name)
    return row
