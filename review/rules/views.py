"""The catalogue of audit rules as a page: what is checked, where it comes from, how often it fails here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from census.access.guard import requires
from census.access.scope import Scope
from review.counting import counted
from review.findings.models import Finding
from review.rules.catalogue import CLASSES, AuditRule, audit_rules
from sources.forms.catalogue import load

LIMIT = 400


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the page: a rule of the catalogue, or a rule of a form definition."""

    number: str
    forms: str
    severity: str
    text: Any
    violation: str
    sources: str
    status: str
    family: str
    rule: AuditRule | None
    hits: int | None


@requires("finding.view")
def rule_list(request: HttpRequest) -> HttpResponse:
    """Search the catalogue and the rules of the forms."""
    params = request.GET
    hits = counted(request.scope, "rules", "", lambda: _hits(request.scope))
    shown = [*_catalogue(hits), *_of_forms(hits)]
    family, form, severity = params.get("family", ""), params.get("form", ""), params.get("severity", "")
    text = params.get("q", "").strip().casefold()
    found = [
        line
        for line in shown
        if (not family or line.family == family)
        and (not form or form in line.forms)
        and (not severity or line.severity == severity)
        and (not params.get("hits") or line.hits)
        and (
            not params.get("bound")
            or (line.rule is None or line.rule.binding is not None) == (params["bound"] == "yes")
        )
        and (not text or text in f"{line.number} {line.text.zh} {line.text.en} {line.violation}".casefold())
    ]
    rules = audit_rules().rules.values()
    context = {
        "rules": found[:LIMIT],
        "total": len(found),
        "limit": LIMIT,
        "families": (*CLASSES, "form"),
        "forms": sorted(load().forms),
        "bound": sum(rule.binding is not None for rule in rules),
        "all": len(rules),
    }
    return render(request, "review/rules/list.html", context)


def _hits(scope: Scope) -> dict[str, int]:
    living = Finding.objects.visible_to(scope).filter(state=Finding.State.OPEN)
    return dict(living.order_by().values_list("rule").annotate(n=Count("id")))


def _catalogue(hits: dict[str, int]) -> list[Shown]:
    return [
        Shown(
            number=rule.number,
            forms=rule.forms,
            severity=rule.severity,
            text=rule.message,
            violation=rule.violation,
            sources=", ".join(rule.sources),
            status=rule.status,
            family=rule.family,
            rule=rule,
            hits=_hits_of(rule, hits),
        )
        for rule in audit_rules().rules.values()
    ]


def _hits_of(rule: AuditRule, hits: dict[str, int]) -> int | None:
    """Open findings of the rule, or of the form checks that stand for it; None for a rule that is not run."""
    if rule.binding is None:
        return None
    return sum(hits.get(number, 0) for number in rule.binding.covered_by or (rule.number,))


def _of_forms(hits: dict[str, int]) -> list[Shown]:
    """The rules written in the form definitions (not the built-in checks of single items)."""
    return [
        Shown(
            number=check.rule,
            forms=form.code,
            severity=check.severity,
            text=check.message,
            violation="",
            sources=audit_rules().covers.get(check.rule, ""),
            status={"verified": "V", "partly_verified": "S"}.get(str(form.provenance.get("status")), "R"),
            family="form",
            rule=None,
            hits=hits.get(check.rule, 0),
        )
        for form in load().forms.values()
        for check in form.checks
        if check.rule.startswith(f"{form.code}-R") and check.kind in {"logic", "cross"}
    ]
