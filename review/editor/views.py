"""Pages to read rules: the list, one version with its history and trials, and what is worth retiring."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from census.access.guard import requires
from census.access.scope import Scope
from census.jobs.models import Job
from census.places import regions
from review.editor import queries, services
from review.editor.force import rules_of
from review.editor.models import RuleVersion
from review.editor.terms import TERMS
from review.editor.trial import KIND
from review.findings.models import Finding
from review.problems.alarms import false_alarms
from review.problems.queries import region_names
from review.rules.catalogue import CLASSES
from review.rules.own import FAMILY
from review.rules.spec import LEVELS
from sources.forms.catalogue import load

STATES = ("force", "draft", "resting", "retired", "unbound")


@requires("finding.view")
@require_safe
def rule_list(request: HttpRequest) -> HttpResponse:
    """All rules: of the catalogue, of the offices, of the forms."""
    lines = queries.rule_lines(request.scope)
    found = queries.narrowed(lines, request.GET)
    context = {
        "page": queries.page_of(found, request.GET),
        "total": len(found),
        "families": (*CLASSES, FAMILY),
        "forms": sorted(load().forms),
        "levels": LEVELS,
        "states": STATES,
        "sorts": queries.SORTS,
        "bound": sum(line.state == "force" for line in lines),
        "all": len(lines),
        "broken": rules_of(request.scope.region).broken,
        "places": region_names(line.region for line in found),
        "filtered": any(value for name, value in request.GET.items() if name not in ("at", "size", "sort")),
    }
    return render(request, "review/editor/list.html", context)


@requires("finding.view")
@require_safe
def rule_version(request: HttpRequest, rule_id: int) -> HttpResponse:
    """One version: what it says, what it changes, how its trial went, its versions before and after."""
    row = get_object_or_404(RuleVersion.objects.visible_to(request.scope), pk=rule_id)
    versions = queries.versions_of(request.scope, row.number)
    before = next((one for one in versions if one.version < row.version), None)
    national = services.national_of(row.base) if row.base else None
    before = before or national
    context: dict[str, Any] = {
        "rule": row,
        "versions": [(one, queries.shown_state(one, versions)) for one in versions],
        "state": queries.shown_state(row, versions),
        "before": before,
        "changes": queries.changes(before, row) if before else [],
        "trial": queries.last_trial(request.scope, row),
        "outdated": national is not None and national.rule != row.rule,
        "national": national,
        "hits": Finding.objects.visible_to(request.scope)
        .filter(rule=row.number, state=Finding.State.OPEN)
        .count(),
        "alarms": false_alarms(request.scope, row.number),
        "office": region_names([row.region]).get(row.region, row.region),
        "job": trial_job(request.scope, row),
        "trying": services.tried(row),
        "shown_cases": any(row.cases.values()),
        "examples": (("added", _("New hits")), ("dropped", _("Hits it drops")), ("kept", _("Hits it keeps"))),
        "case_names": (("pass", _("Passes")), ("fail", _("Fails")), ("blank", _("With blanks"))),
        **allowed(request.scope, row, versions),
    }
    if row.state == RuleVersion.State.DRAFT:
        context["hindrances"] = services.hindrances(row, context["trying"])
    return render(request, "review/editor/version.html", context)


@requires("finding.view")
@require_safe
def rule_retiring(request: HttpRequest) -> HttpResponse:
    """Rules that find nothing, or mostly false alarms."""
    found = queries.worth_retiring(request.scope)
    return render(request, "review/editor/retiring.html", {"found": found, "terms": TERMS})


def trial_job(scope: Scope, row: RuleVersion) -> Job | None:
    """The newest trial of the version as a job."""
    jobs = Job.objects.visible_to(scope).filter(kind=KIND, arguments__rule=row.pk)
    return jobs.order_by("-created_at").first()


def allowed(scope: Scope, row: RuleVersion, versions: list[RuleVersion]) -> dict[str, bool]:
    """What the person may do with the version, for the buttons."""
    own, draft = row.region == scope.region, row.state == RuleVersion.State.DRAFT
    issued = [one for one in versions if one.state != RuleVersion.State.DRAFT]
    newest = bool(issued) and row.pk == issued[0].pk
    writes, issues = scope.can("rule.write"), scope.can("rule.issue")
    return {
        "may_edit": own and draft and writes,
        "may_revise": own and newest and writes,
        "may_adapt": writes
        and newest
        and row.region == regions.NATION
        and scope.level == 1
        and bool(row.params)
        and row.state == RuleVersion.State.ISSUED,
        "may_issue": own and draft and issues and not scope.persons & set(row.writers),
        "may_retire": own and newest and issues and row.state == RuleVersion.State.ISSUED,
        "wrote": draft and bool(scope.persons & set(row.writers)),
    }
