"""Figures of the accounting for documents."""

from __future__ import annotations

from django.db.models import Sum

from accounting.runs.models import Shard
from accounting.runs.queries import runs_counting
from census.access.scope import Scope
from census.documents.figures import Values, figures_of
from census.places import regions


@figures_of("accounting")
def accounting(scope: Scope, region: str) -> Values:
    """How many runs over the region are finished; of the newest: objects, lines and gaps of its shards inside."""
    runs = runs_counting(scope, region)
    newest = runs.first()
    if newest is None:
        return dict.fromkeys(("runs", "objects", "lines", "gaps"))
    low, high = regions.bounds(region)
    inside = Shard.objects.visible_to(scope).filter(run=newest, region__gte=low, region__lt=high)
    return {
        "runs": runs.count(),
        **inside.aggregate(
            objects=Sum("objects_counted"), lines=Sum("lines_written"), gaps=Sum("gaps_written")
        ),
    }
