"""Pages of the data cuts: list, new, and one cut with its tables. Two cuts side by side: compare_views.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounting.cuts import beside, queries, services
from accounting.cuts.forms import CutForm
from accounting.cuts.models import Cut
from accounting.publication.models import Publication
from census.access.guard import requires
from census.jobs.models import Job
from census.ui.acting import refusal_told
from census.ui.paging import paginate


def _cut(request: HttpRequest, pk: UUID) -> Cut:
    return get_object_or_404(queries.cuts_visible(request.scope), pk=pk)


@requires("table.view")
@require_GET
def cut_list(request: HttpRequest) -> HttpResponse:
    """Cuts that concern the post's region."""
    page = paginate(queries.cuts_visible(request.scope), ("-created_at", "id"), request.GET)
    may_make = request.scope.can("accounting.run") and request.scope.level <= services.COUNTY
    context = {"page": page, "may_make": may_make, "may_open": queries.may_open(request.scope)}
    return render(request, "accounting/cuts/list.html", context)


@requires("accounting.run")
def cut_new(request: HttpRequest) -> HttpResponse:
    """Make a cut of the post's own region."""
    runs = services.runs_for_cut(request.scope)
    form = CutForm(request.POST or None, runs=runs)
    if request.method == "POST" and form.is_valid():
        run = next(run for run in runs if run.number == form.cleaned_data["run"])
        try:
            cut = services.cut_create(request.scope, run=run, purpose=form.cleaned_data["purpose"])
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("cut_show", cut.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounting/cuts/new.html", {"form": form, "runs": runs}, status=status)


@requires("table.view")
@require_GET
def cut_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One cut: state, proof, tables, publications, and what may be done next."""
    cut, scope = _cut(request, pk), request.scope
    own = scope.can("accounting.run") and scope.region == cut.region
    region = cut.region if scope.covers(cut.region) else scope.region
    job = Job.objects.visible_to(scope).filter(pk=cut.job_id).first() if cut.job_id else None
    publications = list(Publication.objects.visible_to(scope).filter(cut=cut))
    finished = [one for one in publications if one.content]
    released = {one.subject for one in publications if one.released_at}
    context = {
        "cut": cut,
        "job": job,
        "own": own,
        "may_start": own and not cut.made and (job is None or job.ended),
        "may_check": own and cut.made and cut.state == Cut.State.DRAFT,
        "may_decide": cut.state == Cut.State.CHECKED and services.may_decide(scope, cut),
        "region": region,
        "tables": queries.tables_of(scope, cut, region) if cut.made else [],
        **(_others(request, cut) if cut.made else {}),
        "publications": publications,
        "ready": {one.subject for one in finished if not one.exposed} - released,
    }
    return render(request, "accounting/cuts/show.html", context)


def _others(request: HttpRequest, cut: Cut) -> dict[str, Any]:
    """The cuts it can be laid beside, and whether it says the same as those that matter to the reader."""
    scope = request.scope
    other = beside.counterpart(scope, cut) if scope.level <= services.COUNTY else None
    below = beside.newest_below(scope, cut) if scope.covers(cut.region) else []
    return {
        "agreement": other and beside.agreement(scope, cut, other),
        "agreements_below": [beside.agreement(scope, one, cut) for one in below],
        "others": [
            beside.in_order(cut, one)
            for one in [*beside.own_cuts(scope, cut), *beside.newest_above(scope, cut)]
        ],
    }


def _act(request: HttpRequest, pk: UUID, service: Callable[..., Any], **arguments: Any) -> HttpResponse:
    with refusal_told(request):
        service(request.scope, cut=_cut(request, pk), **arguments)
    return redirect("cut_show", pk)


@requires("accounting.run")
@require_POST
def cut_start_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Freeze again after a failure."""
    return _act(request, pk, services.cut_start)


@requires("accounting.run")
@require_POST
def cut_check_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The own office vouches."""
    return _act(request, pk, services.cut_check)


@requires("accounting.run")
@require_POST
def cut_approve_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The office above approves."""
    return _act(request, pk, services.cut_approve)


@requires("accounting.run")
@require_POST
def cut_send_back_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The office above sends it back with a reason."""
    return _act(request, pk, services.cut_send_back, reason=request.POST.get("reason", ""))
