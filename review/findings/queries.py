"""Reading findings: filters, groups, counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet

from census.access.scope import Scope
from census.places import regions
from review.counting import counted
from review.findings.models import Finding

SEVERITIES = ("error", "warning", "info")
FILTERS = ("rule", "form", "severity", "kind", "state", "region", "category", "q", "object")


def findings_of(scope: Scope, params: Mapping[str, Any]) -> QuerySet[Finding]:
    """Findings in *scope* narrowed by the filter bar; open ones unless ``state`` says otherwise."""
    condition = Q()
    state = params.get("state") or "open"
    if state in Finding.State.values:
        condition &= Q(state=state)
    for name in ("rule", "form", "kind", "category"):
        if value := params.get(name):
            condition &= Q(**{name: value})
    if params.get("severity") in SEVERITIES:
        condition &= Q(severity=params["severity"])
    code = params.get("region") or ""
    if regions.is_code(code):
        low, high = regions.bounds(code)
        condition &= Q(region__gte=low, region__lt=high)
    if rules := params.get("rules"):
        condition &= Q(rule__in=rules if isinstance(rules, (list, tuple)) else str(rules).split(","))
    if text := (params.get("q") or "").strip():
        condition &= Q(zh__icontains=text) | Q(en__icontains=text) | Q(rule__istartswith=text)
    return Finding.objects.visible_to(scope).filter(condition)


def by_rule(rows: QuerySet[Finding], limit: int = 200) -> list[dict[str, Any]]:
    """Rows per rule, most hits first: ``rule, form, severity, zh, en, hits, objects``."""
    groups = rows.values("rule", "form", "severity", "zh", "en")
    counted = groups.annotate(hits=Count("id"), objects=Count("object_id", distinct=True))
    return list(counted.order_by("-hits", "rule")[:limit])


def counts(scope: Scope, rows: QuerySet[Finding], key: str) -> dict[str, int]:
    """``total, error, warning, info`` of *rows*, kept for some seconds by scope and filter (*key*)."""

    def count() -> dict[str, int]:
        found = dict(rows.values_list("severity").annotate(n=Count("id")).order_by())
        return {"total": sum(found.values()), **{severity: found.get(severity, 0) for severity in SEVERITIES}}

    return counted(scope, "findings", key, count)
