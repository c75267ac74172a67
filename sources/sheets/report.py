"""What is wrong with the rows of an uploaded table: every bad row, what, where, how to fix it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from sources.sheets.columns import Column

SHOWN = 500  # on the page; the file to download has them all

COLUMNS = (
    Column("line", "行号", "Row", "integer", 8),
    Column("column", "列", "Column", "text", 18),
    Column("value", "填写内容", "Value", "text", 28),
    Column("message", "问题", "What is wrong", "text", 50),
    Column("hint", "如何修改", "How to fix it", "text", 50),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one cell (or in the row, with a blank column)."""

    line: int
    column: str
    value: str
    message: str
    hint: str = ""


@dataclass(slots=True)
class Report:
    """What a check of a table found; ``counts`` says what a confirmed import would do (name → rows)."""

    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, line: int, column: str, value: Any, message: str, hint: str = "") -> None:
        """Note a fault: the row cannot be taken."""
        self.faults.append(Fault(line, str(column), str(value)[:200], str(message), str(hint)))

    def warn(self, line: int, column: str, value: Any, message: str, hint: str = "") -> None:
        """Note a doubt: the row can be taken, somebody should look."""
        self.warnings.append(Fault(line, str(column), str(value)[:200], str(message), str(hint)))

    @property
    def bad_lines(self) -> set[int]:
        return {fault.line for fault in self.faults}

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Faults then warnings as rows for ``write_table`` with ``COLUMNS``."""
        for fault in sorted([*self.faults, *self.warnings], key=lambda f: f.line):
            yield fault.line, fault.column, fault.value, fault.message, fault.hint

    def pack(self) -> dict[str, Any]:
        """As JSON, for a job's result or the cache."""
        return asdict(self)

    @classmethod
    def unpack(cls, packed: dict[str, Any]) -> Report:
        """The inverse of :meth:`pack`."""
        return cls(
            [Fault(**f) for f in packed["faults"]],
            [Fault(**f) for f in packed["warnings"]],
            dict(packed["counts"]),
        )
