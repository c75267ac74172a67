"""Pages of background jobs. Any page may include ``ui/job.html``, which refreshes itself while the job runs."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from census.access.guard import requires
from census.jobs.models import Job
from census.jobs.queries import job_get, jobs_of
from census.jobs.services import job_cancel as cancel
from census.ui.paging import paginate


@requires("home")
def job_list(request: HttpRequest) -> HttpResponse:
    """The person's jobs; administrators see those of their whole region."""
    jobs = jobs_of(request.scope, state=request.GET.get("state", ""), mine=bool(request.GET.get("mine")))
    context = {
        "page": paginate(jobs, ("-created_at", "-id"), request.GET),
        "states": Job.State.choices,
        "sees_all": request.scope.can("people.manage"),
    }
    return render(request, "census/jobs/list.html", context)


@requires("home")
def job_detail(request: HttpRequest, job_id: UUID) -> HttpResponse:
    return render(request, "census/jobs/detail.html", {"job": job_get(request.scope, job_id)})


@requires("home")
def job_progress(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The progress line alone, polled by htmx; once the job has ended the page is loaded anew."""
    job = job_get(request.scope, job_id)
    response = render(request, "ui/job.html", {"job": job, "compact": request.GET.get("compact")})
    if job.ended:
        response.headers["HX-Refresh"] = "true"
    return response


@requires("home")
@require_POST
def job_cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Ask a job to stop; it does so at its next step."""
    job = job_get(request.scope, job_id)
    if job.ended:
        messages.info(request, _("The job had already ended."))
    else:
        cancel(request.scope, job=job)
        messages.success(request, _("The job will stop at its next step. What it has finished stays."))
    return redirect("job_detail", job_id)
