"""Pages of census districts."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from census.access.guard import requires
from census.access.scope import Scope
from census.places import services
from census.places.forms import DistrictForm
from census.places.models import CensusDistrict
from census.places.queries import districts_of
from census.places.views import region_code
from census.ui.paging import paginate


@requires("register.view")
def district_list(request: HttpRequest) -> HttpResponse:
    """Census districts in scope."""
    found = districts_of(
        request.scope,
        text=request.GET.get("q", "").strip()[:60],
        within=region_code(request.GET.get("within"), ""),
        closed=bool(request.GET.get("closed")),
    )
    context = {
        "page": paginate(found, ("code",), request.GET),
        "may_edit": request.scope.can("district.manage"),
    }
    return render(request, "census/places/districts.html", context)


@requires("register.view")
def districts_json(request: HttpRequest) -> JsonResponse:
    """Type-ahead over districts in use: ``?q=&within=<code>``."""
    within = region_code(request.GET.get("within"), "")
    found = districts_of(request.scope, text=request.GET.get("q", "").strip()[:60], within=within)[:20]
    return JsonResponse(
        {"results": [{"code": str(row.pk), "name": row.name, "path": row.code} for row in found]}
    )


@requires("district.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def district_create(request: HttpRequest) -> HttpResponse:
    form = DistrictForm(request.scope, None, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            district = services.district_create(request.scope, **form.cleaned_data)
        except ValidationError as fault:
            form.add_error(None, fault)
        else:
            text = _("Census district %(code)s has been created.") % {"code": district.code}
            messages.success(request, text)
            return redirect("district_list")
    return render(request, "census/places/district_form.html", {"form": form})


@requires("district.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def district_edit(request: HttpRequest, district_id: UUID) -> HttpResponse:
    district = _get(request.scope, district_id)
    form = DistrictForm(request.scope, district, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.district_rename(request.scope, district_id=district_id, **form.cleaned_data)
        except ValidationError as fault:
            form.add_error(None, fault)
        else:
            messages.success(request, _("Saved."))
            return redirect("district_list")
    return render(request, "census/places/district_form.html", {"form": form, "district": district})


@requires("district.manage")
@require_POST
def district_close(request: HttpRequest, district_id: UUID) -> HttpResponse:
    """Close a district in use, or reopen a closed one."""
    district = _get(request.scope, district_id)
    change = services.district_close if district.active else services.district_reopen
    try:
        change(request.scope, district_id=district_id)
    except ValidationError as fault:
        messages.error(request, " ".join(fault.messages))
        return redirect("district_edit", district_id)
    done = _("The census district is closed.") if district.active else _("The census district is open again.")
    messages.success(request, done)
    return redirect("district_list")


def _get(scope: Scope, district_id: UUID) -> CensusDistrict:
    return get_object_or_404(CensusDistrict.objects.visible_to(scope), pk=district_id)
