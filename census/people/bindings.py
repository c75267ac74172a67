"""What the room census must ask an upper room: which census object a filler's post is for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from census.access.scope import Scope


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """A census object as far as a post needs to know it."""

    id: UUID
    name: str
    region: str
    category: str


Find = Callable[[Scope, str], ObjectRef | None]
_find: list[Find] = []


def register_object_finder(find: Find) -> None:
    """``find(scope, code)`` returns the object in scope with that identification or credit code, or None."""
    _find[:] = [find]


def find_object(scope: Scope, code: str) -> ObjectRef | None:
    """The object in scope with this code; None when there is none."""
    return _find[0](scope, code) if _find else None
