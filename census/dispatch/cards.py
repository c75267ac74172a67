"""Dispatch on the home page: what waits for the office, and how far its region is."""

from __future__ import annotations

from typing import Any

from census.access.scope import Scope
from census.dispatch.queries import last_day, steps, waiting


def documents_card(scope: Scope) -> dict[str, int] | None:
    """What waits for the office; nothing when nothing does."""
    counts = waiting(scope)
    return counts if any(counts.values()) else None


def progress_card(scope: Scope) -> dict[str, Any] | None:
    """Every measure of the post's region on its newest day; nothing before the first count."""
    found = steps(scope, scope.region, last_day(scope, scope.region))
    return {"steps": found} if found else None
