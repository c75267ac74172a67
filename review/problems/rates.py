"""Completion rates of problem lists, as published reports state them (review.md section 3). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

COUNTS = (
    *("issued", "received", "answered", "corrected", "confirmed", "rejected", "removed"),
    *("checked", "closed", "reopened", "late"),
)


@dataclass(slots=True)
class Line:
    """Counts of some problem rows and the shares made of them. A share over nothing is None, not zero.

    issued: rows sent out; received: taken to a desk; answered: with an answer now (corrected, confirmed correct
    with explanation, false alarm, or object removed); checked: re-checked by county or city now, or closed;
    reopened: sent into a further round by the issuer; late: not answered and past the deadline.
    """

    label: Any = ""
    key: Any = None
    issued: int = 0
    received: int = 0
    answered: int = 0
    corrected: int = 0
    confirmed: int = 0
    rejected: int = 0
    removed: int = 0
    checked: int = 0
    closed: int = 0
    reopened: int = 0
    late: int = 0
    batches: int = 0
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def rectification(self) -> float | None:
        """整改完成率: answered / issued."""
        return _share(self.answered, self.issued)

    @property
    def recheck(self) -> float | None:
        """复核率: re-checked / answered."""
        return _share(self.checked, self.answered)

    @property
    def reopening(self) -> float | None:
        """退回率: rows ever reopened / rows that reached a re-check at least once."""
        return _share(self.reopened, max(self.checked, self.reopened))

    @property
    def confirmed_share(self) -> float | None:
        """Confirmed correct / answered. A high share needs a look."""
        return _share(self.confirmed, self.answered)

    @property
    def false_alarm_share(self) -> float | None:
        """Called a false alarm / answered."""
        return _share(self.rejected, self.answered)

    @property
    def closing(self) -> float | None:
        return _share(self.closed, self.issued)

    def add(self, counts: Mapping[str, int]) -> None:
        """Add the counts of more rows."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + counts[name])


def lines(rows: Iterable[Mapping[str, Any]], key: Callable[[Mapping[str, Any]], Any]) -> list[Line]:
    """Rows of counts (``queries.progress_of``) summed by *key*, in the order in which keys appear."""
    found: dict[Any, Line] = {}
    for row in rows:
        name = key(row)
        line = found.setdefault(name, Line(key=name))
        line.add(row)
        line.facts.setdefault("batches", set()).add(row.get("batch_id"))
        line.batches = len(line.facts["batches"])
    return list(found.values())


def total(parts: Iterable[Line], label: Any = "") -> Line:
    """All lines together; a batch that appears in several lines counts once."""
    whole = Line(label=label)
    seen: set[Any] = set()
    for part in parts:
        whole.add({name: getattr(part, name) for name in COUNTS})
        seen |= part.facts.get("batches", set())
    whole.batches = len(seen)
    return whole


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
