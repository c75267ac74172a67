"""Limits and coded reasons of the comparison between methods (settings.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from census import declarations


@dataclass(frozen=True, slots=True)
class Limits:
    """``low``, ``high``: ratio other ÷ chosen beyond which words are demanded. ``holds_within``: a factor."""

    low: float
    high: float
    holds_within: float


@dataclass(frozen=True, slots=True)
class Reason:
    """A coded reason in both languages; ``text``: it needs words besides."""

    code: str
    zh: str
    en: str
    text: bool = False


@cache
def _settings() -> dict:
    return declarations.read(Path(__file__).with_name("settings.yaml"))


@cache
def limits() -> Limits:
    """The limits in force."""
    return Limits(**_settings()["limits"])


@cache
def reasons() -> dict[str, Reason]:
    """The reasons by code, in the order of the file."""
    return {entry["code"]: Reason(**entry) for entry in _settings()["reasons"]}


@cache
def checks() -> dict[str, dict]:
    """Settings and texts of the checks by rule."""
    return _settings()["checks"]


def within(ratio: float | None, given: float | None) -> bool:
    """Whether a gap is still the one that was explained."""
    if ratio is None or given is None:
        return ratio is given
    if ratio == 0 or given == 0:
        return ratio == given
    return max(ratio / given, given / ratio) <= limits().holds_within
