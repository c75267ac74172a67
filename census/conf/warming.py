"""What a web server reads before it answers: once, before its workers are forked, so that no first visitor waits."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import get_resolver

_readers: list[Callable[[], object]] = []


def read_at_start(reader: Callable[[], object]) -> None:
    """Have *reader*, which keeps what it read and asks no database, called at the start. Called from ``ready``."""
    _readers.append(reader)


def warm() -> None:
    """Read the addresses of all pages, and what the rooms have asked for."""
    _ = get_resolver().url_patterns
    for reader in _readers:
        reader()
