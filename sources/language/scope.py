"""What the language must be told of the forms, and what it tells of a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Item(NamedTuple):
    """What a rule needs to know of an item: `section` where it is in a table, `codes` where a choice."""

    id: str
    type: str
    decimals: int | None
    section: str | None
    codes: frozenset[str] | None


class Scope(Protocol):
    """The world of names in which a rule is read."""

    form: str | None

    def form_code(self, name: str) -> str | None: ...
    def item(self, form: str, name: str) -> Item | None: ...
    def is_table(self, form: str, section: str) -> bool: ...
    def same_object(self, form: str) -> bool: ...
    def several_sheets(self, form: str) -> bool: ...
    def object_type(self, key: str) -> str | None: ...
    def group(self, name: str) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Facts:
    """What a bound rule is about."""

    section: str | None  # the table whose rows are tested one by one; None = the form as a whole
    indicators: tuple[str, ...]  # own items, in order of mention
    elsewhere: tuple[tuple[str, str], ...]  # (form, item) read on other forms
    forms: tuple[str, ...]  # other forms it looks at
    sections: tuple[str, ...]  # own tables it adds up, counts or tests
    area: bool  # needs to know the other objects of the area, or its boundaries
