"""Figures of filling and visiting for documents."""

from __future__ import annotations

from django.db.models import Count, Q

from census.access.scope import Scope
from census.documents.figures import Values, figures_of
from census.places import regions
from sources.returns.models import Return
from sources.returns.states import ORDER
from sources.visits.models import Visit


@figures_of("returns")
def returns(scope: Scope, region: str) -> Values:
    """Forms asked for, submitted, approved by the county; versions kept; shares in %."""
    low, high = regions.bounds(region)
    rows = Return.objects.visible_to(scope).filter(region__gte=low, region__lt=high, active=True)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    total = sum(counts.values())
    reached = {
        name: sum(number for state, number in counts.items() if ORDER[state] >= ORDER[least])
        for name, least in (("submitted", "submitted"), ("approved", "county_ok"))
    }
    return {
        "total": total,
        **reached,
        "submitted_share": 100 * reached["submitted"] / total if total else None,
        "approved_share": 100 * reached["approved"] / total if total else None,
    }


@figures_of("visits")
def visits(scope: Scope, region: str) -> Values:
    """Visits, those that ended with a filled form, those with a position."""
    low, high = regions.bounds(region)
    rows = Visit.objects.visible_to(scope).filter(region__gte=low, region__lt=high)
    return rows.aggregate(
        total=Count("pk"),
        filled=Count("pk", filter=Q(outcome="filled")),
        placed=Count("pk", filter=Q(lon__isnull=False)),
    )
