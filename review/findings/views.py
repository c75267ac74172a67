"""Pages of findings."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from census.access.guard import requires
from census.jobs.models import Job
from census.jobs.services import job_start
from census.ui.paging import paginate
from review.findings.queries import by_rule, counts, findings_of
from review.findings.runs import KIND
from review.findings.services import finding_explain as explain
from review.picking import back_to, ids_of
from review.problems.queries import drafts_of, region_names
from review.selective.queries import suspects_of
from sources.forms.catalogue import load
from sources.objects.models import CensusObject


@requires("finding.view")
def finding_list(request: HttpRequest) -> HttpResponse:
    """Findings in scope, row by row or summed by rule."""
    params = request.GET
    rows = findings_of(request.scope, params)
    context: dict[str, Any] = {
        "forms": sorted(load().forms),
        "total": counts(request.scope, rows, params.urlencode()),
        "run": Job.objects.visible_to(request.scope).filter(kind=KIND).order_by("-created_at").first(),
        "grouped": params.get("by") == "rule",
    }
    if context["grouped"]:
        context["buckets"] = by_rule(rows)
    else:
        page = paginate(rows, ("region", "id"), params)
        objects = CensusObject.objects.visible_to(request.scope).only("id", "code", "name")
        context["page"] = page
        context["objects"] = objects.in_bulk({row.object_id for row in page.rows})
        context["places"] = region_names(row.region for row in page.rows)
        context["drafts"] = drafts_of(request.scope)
        if request.scope.can("selective.view"):
            context["suspects"] = suspects_of(request.scope, context["objects"])
    return render(request, "review/findings/list.html", context)


@requires("finding.run")
@require_POST
def finding_run(request: HttpRequest) -> HttpResponse:
    """Run all rules over the region of the post, as a job."""
    going = Job.objects.visible_to(request.scope).filter(
        kind=KIND, region=request.scope.region, state__in=[Job.State.QUEUED, Job.State.RUNNING]
    )
    if job := going.first():
        messages.info(request, _("A run over this region is under way already."))
        return redirect("job_detail", job.id)
    job = job_start(
        request.scope, kind=KIND, title=_("Audit rules over the region"), region=request.scope.region
    )
    return redirect("job_detail", job.id)


@requires("return.approve")
@require_POST
def finding_explain(request: HttpRequest) -> HttpResponse:
    """Accept ticked warnings as right, with one reason."""
    try:
        done = explain(request.scope, ids=ids_of(request), note=request.POST.get("note", ""))
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
    else:
        messages.success(
            request, ngettext("%(n)d finding explained.", "%(n)d findings explained.", done) % {"n": done}
        )
    return back_to(request, "finding_list")
