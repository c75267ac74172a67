"""Figures of review for documents: findings, problem lists, quality verification."""

from __future__ import annotations

from django.db.models import Count, Q

from census.access.scope import Scope
from census.documents.figures import Values, figures_of
from census.places import regions
from review.findings.models import Finding
from review.problems import states
from review.problems.models import Batch, Problem
from review.verification.models import Plan, Result, Sheet


@figures_of("findings")
def findings(scope: Scope, region: str) -> Values:
    """Findings ever made by the audit rules, and those open, explained, cleared."""
    low, high = regions.bounds(region)
    rows = Finding.objects.visible_to(scope).filter(region__gte=low, region__lt=high)
    by_state = {state: Count("pk", filter=Q(state=state)) for state in ("open", "explained", "cleared")}
    return rows.aggregate(total=Count("pk"), **by_state)


@figures_of("problems")
def problems(scope: Scope, region: str) -> Values:
    """Issued rows of problem lists by how far they are and how they were answered; shares in %."""
    low, high = regions.bounds(region)
    rows = Problem.objects.visible_to(scope).filter(region__gte=low, region__lt=high).exclude(state="draft")
    counts = rows.aggregate(
        total=Count("pk"),
        batches=Count("batch", distinct=True),
        answered=Count("pk", filter=Q(state__in=states.ANSWERED)),
        closed=Count("pk", filter=Q(state="closed")),
        **{
            kind: Count("pk", filter=Q(answer=kind))
            for kind in ("corrected", "explained", "false_alarm", "removed")
        },
    )
    total = counts["total"]
    own = Batch.objects.visible_to(scope).filter(region=region).exclude(state="draft").count()
    shares = {
        f"{name}_share": 100 * counts[name] / total if total else None for name in ("answered", "closed")
    }
    return {**counts, **shares, "own_batches": own}


@figures_of("verification")
def verification(scope: Scope, region: str) -> Values:
    """Quality verifications drawn by the office and those below it, signed sheets, counties passed."""
    low, high = regions.bounds(region)
    inside = {"issuer__gte": low, "issuer__lt": high}
    plans = Plan.objects.visible_to(scope).filter(**inside).exclude(state="draft").count()
    results = Result.objects.visible_to(scope).filter(**inside)
    return {
        "plans": plans,
        "signed": Sheet.objects.visible_to(scope).filter(plan__in=Plan.objects.visible_to(scope).filter(**inside),
                                                         state="signed").count(),
        "decided": results.count(),
        "passed": results.filter(outcome="pass").count(),
    }  # fmt: skip
