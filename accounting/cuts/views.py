"""Pages of the data cuts: list, new, one cut, its tables, and two cuts compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounting.cuts import queries, services
from accounting.cuts.forms import CutForm
from accounting.cuts.frozen import Content, differences
from accounting.cuts.models import Cut
from accounting.publication.models import Publication
from accounting.tables.layout import load
from census.access.guard import requires
from census.jobs.models import Job
from census.ui.acting import refusal_told
from census.ui.paging import paginate

NOTHING: Content = {"rows": [], "columns": []}
CAUSES = {
    "new": _("New objects"),
    "removed": _("Objects no longer counted"),
    "activity": _("Changed activity"),
    "factor": _("Changed factor or efficiency"),
    "both": _("Changed activity and factor"),
    "other": _("Other method or receiving plant"),
}


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
        "others": queries.comparable(scope, cut) if cut.made else [],
        "publications": publications,
        "ready": {one.subject for one in finished if not one.exposed} - released,
    }
    return render(request, "accounting/cuts/show.html", context)


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


def _region(request: HttpRequest, cut: Cut) -> str:
    """?region= within the post's scope; the cut's own by default, or the post's where that is narrower."""
    asked = request.GET.get("region") or (
        cut.region if request.scope.covers(cut.region) else request.scope.region
    )
    if not request.scope.covers(asked):
        raise Http404(asked)
    return asked


def _table(request: HttpRequest, cut: Cut, code: str) -> tuple[str, str, Content]:
    """Region, row dimension and the frozen table that the address names."""
    region = _region(request, cut)
    layout = load().get(code)
    by = request.GET.get("by") or (layout.rows[0] if layout else "region")
    content = queries.cut_table(request.scope, cut, region=region, code=code, by=by)
    if content is None:
        raise Http404(code)
    return region, by, content


@requires("table.view")
@require_GET
def cut_compare(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """Cells that differ from an earlier cut, and which objects changed. ?region= ?by= ?code="""
    cut, before = _cut(request, pk), _cut(request, other)
    if before.region != cut.region or not (cut.made and before.made):
        raise Http404(other)
    region = _region(request, cut)
    tables = queries.tables_of(request.scope, cut, region)
    for one in tables:
        layout = load().get(one["code"])
        shown = next((by for by in one["bys"] if layout and by["by"] == layout.rows[0]), one["bys"][0])
        held = queries.cut_table(request.scope, before, region=region, code=one["code"], by=shown["by"])
        one["differs"] = len(list(differences(held or NOTHING, shown["content"])))
    first = next((one for one in tables if one["differs"]), tables[0] if tables else {"code": ""})
    code = request.GET.get("code") or first["code"]
    _region_code, by, after = _table(request, cut, code)
    old = queries.cut_table(request.scope, before, region=region, code=code, by=by)
    cells = list(differences(old or NOTHING, after))
    for entry in cells:
        entry["explained"] = queries.explainable(entry["column"]) and entry["row"]["key"] != "rest"
    context = {
        "cut": cut,
        "before": before,
        "region": region,
        "by": by,
        "code": code,
        "table": after,
        "tables": tables,
        "cells": cells,
        "members": queries.members_compared(request.scope, before, cut),
    }
    return render(request, "accounting/cuts/compare.html", context)


@requires("accounting.view")
@require_GET
def cut_explain(request: HttpRequest, pk: UUID, other: UUID, code: str, column: str) -> HttpResponse:
    """The objects behind one difference, by cause. ?region= ?by= ?row="""
    cut, before = _cut(request, pk), _cut(request, other)
    layout = load().get(code)
    if before.region != cut.region or layout is None:
        raise Http404(code)
    region, by, after = _table(request, cut, code)
    old = queries.cut_table(request.scope, before, region=region, code=code, by=by) or NOTHING
    key = request.GET.get("row", "total")
    cell = next(
        (c for c in differences(old, after) if (c["row"]["key"], c["column"]["id"]) == (key, column)), None
    )
    row = queries.row_conditions(layout, by, key, region)
    if cell is None or row is None or not queries.explainable(cell["column"]):
        raise Http404(column)
    found = queries.difference_explained(request.scope, before, cut, cell["column"], row)
    context = {
        "cut": cut,
        "before": before,
        "table": after,
        "cell": cell,
        "causes": CAUSES,
        "region": region,
        "by": by,
        "code": code,
        **found,
    }
    return render(request, "accounting/cuts/explain.html", context)
