"""What a compiled rule is given, and the table of operators that compile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from sources.language.nodes import Node

Compiled = Callable[["Context"], Any]
Document = Mapping[str, Any]
NOTHING: Document = {}
BUILD: dict[str, Callable[[Node], Compiled]] = {}  # filled by record.py


class Area(Protocol):
    """What is known of the other objects around one object. Units: degrees. None = not known."""

    def exists(self, form: str) -> bool | None:
        """Whether any object of the area has the form."""

    def values(self, form: str, indicator: str) -> set[str] | None:
        """All filled values of an item of a form in the area."""

    def count_other(self, form: str, indicator: str, value: str, object_id: Any) -> int | None:
        """How many sheets of other objects of the area carry the value."""

    def county_of(self, longitude: float, latitude: float) -> str | None:
        """6-digit county code of a point; None when outside all counties or not known."""


class Context:
    """One document under test, with what stands around it."""

    __slots__ = ("area", "each", "memo", "object", "own", "row", "siblings")

    def __init__(
        self,
        own: Mapping,
        siblings: Mapping[str, Sequence[Mapping]] | None = None,
        obj: Mapping | None = None,
        area: Area | None = None,
    ):
        self.own = own
        self.row = NOTHING  # the row under test
        self.each = NOTHING  # the row being added up
        self.siblings = siblings or NOTHING
        self.object = obj or NOTHING
        self.area = area
        self.memo: dict = {}  # sums and duplicates, once per document


def compile_rule(node: Node) -> Compiled:
    """The closure of a bound tree."""
    return BUILD[node.op](node)
