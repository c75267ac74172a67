"""A process of its own that takes shards of a run until none is left: what the kill test kills.

Started by a fork server that has loaded everything, so that a kill falls into the work and not into imports.
"""

from __future__ import annotations

import django

django.setup()

from accounting.runs.models import Run  # noqa: E402 - after the set-up
from accounting.runs.services import run_execute  # noqa: E402
from census.access.scope import Scope, enter  # noqa: E402


def drive(run_id: str, region: str) -> None:
    """Go on with the run as a worker does."""
    scope = Scope.system(region, "worker")
    with enter(scope):
        run = Run.objects.get(pk=run_id)
    run_execute(scope, run=run)
