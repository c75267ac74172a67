"""How problem lists are worked, from ``settings.yaml``: coded reasons of answers and steps of reminders. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from census import declarations

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reason:
    """A coded reason. *answers*: kinds of answer it is for; *text*: needs words besides; *evidence*: expects a file."""

    code: str
    zh: str
    en: str
    answers: tuple[str, ...]
    text: bool = False
    evidence: bool = False


@cache
def _settings() -> dict[str, Any]:
    return declarations.read(Path(__file__).with_suffix(".yaml"))


@cache
def reasons() -> dict[str, Reason]:
    """All reasons by code, in the order in which they are offered."""
    return {
        row["code"]: Reason(
            row["code"],
            row["zh"],
            row["en"],
            tuple(row["answer"]),
            row.get("text", False),
            row.get("evidence", False),
        )
        for row in _settings()["reasons"]
    }


def days_before() -> list[int]:
    """Days before the deadline on which a new list reminds."""
    return list(_settings()["reminders"]["before"])


def days_late() -> list[int]:
    """Days after the deadline on which a new list reminds."""
    return list(_settings()["reminders"]["late"])
