"""Figures of the accounting for documents."""

from __future__ import annotations

from accounting.runs.models import Gap, Line, Run
from census.access.scope import Scope
from census.documents.figures import Values, figures_of
from census.places import regions


@figures_of("accounting")
def accounting(scope: Scope, region: str) -> Values:
    """How many runs over the region are finished; of the newest: lines, lines that count, gaps."""
    runs = Run.objects.visible_to(scope).filter(state=Run.State.DONE, region__in=regions.ancestors(region))
    newest = runs.order_by("-finished_at").first()
    if newest is None:
        return dict.fromkeys(("runs", "lines", "chosen", "gaps"))
    low, high = regions.bounds(region)
    lines = Line.objects.visible_to(scope).filter(run=newest, region__gte=low, region__lt=high)
    return {
        "runs": runs.count(),
        "lines": lines.count(),
        "chosen": lines.filter(chosen=True).count(),
        "gaps": Gap.objects.visible_to(scope).filter(run=newest, region__gte=low, region__lt=high).count(),
    }
