"""The newest accounting on the home page."""

from __future__ import annotations

from typing import Any

from accounting.crosscheck.queries import waiting
from accounting.runs.queries import run_newest
from census.access.scope import Scope


def run_card(scope: Scope) -> dict[str, Any] | None:
    """The newest finished run over the post's region; without one, only who may plan one is told."""
    run, may_run = run_newest(scope, scope.region), scope.can("accounting.run")
    if run is None and not may_run:
        return None
    return {"run": run, "may_run": may_run, "waiting": waiting(scope) if run else 0}
