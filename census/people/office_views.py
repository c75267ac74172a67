"""Pages of the census offices."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from census.access.guard import requires
from census.people.forms import OfficeForm
from census.people.models import Office
from census.people.queries import offices_of
from census.people.services import office_save
from census.ui.paging import paginate


@requires("people.view")
def office_list(request: HttpRequest) -> HttpResponse:
    """Offices of the region and those above it."""
    offices = offices_of(request.scope, text=request.GET.get("q", "").strip()[:60])
    page = paginate(offices, ("region",), request.GET)
    rows = [{"office": row, "own": request.scope.covers(row.region)} for row in page.rows]
    may_edit = request.scope.can("people.manage")
    return render(request, "census/people/offices.html", {"page": page, "rows": rows, "may_edit": may_edit})


@requires("people.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def office_create(request: HttpRequest) -> HttpResponse:
    form = OfficeForm(request.scope, request.POST or None, new=True)
    if request.method == "POST" and form.is_valid():
        if Office.objects.filter(region=form.cleaned_data["region"]).exists():
            form.add_error("region", _("This division already has an office. Change that one."))
        elif (answer := _save(request, form, **form.cleaned_data)) is not None:
            return answer
    return render(request, "census/people/office_form.html", {"form": form})


@requires("people.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def office_edit(request: HttpRequest, office_id: int) -> HttpResponse:
    office = get_object_or_404(offices_of(request.scope), pk=office_id)
    if not request.scope.covers(office.region):
        raise Http404("office outside the region")
    initial = {"name": office.name, "phone": office.phone, "address": office.address}
    form = OfficeForm(request.scope, request.POST or None, new=False, initial=initial)
    if request.method == "POST" and form.is_valid():
        answer = _save(request, form, region=office.region, **form.cleaned_data)
        if answer is not None:
            return answer
    return render(request, "census/people/office_form.html", {"form": form, "office": office})


def _save(request: HttpRequest, form: OfficeForm, **data: str) -> HttpResponse | None:
    """Save and go back to the list; None when the form has to be shown again."""
    try:
        office_save(request.scope, **data)
    except ValidationError as fault:
        form.add_error(None, fault)
        return None
    messages.success(request, _("Saved."))
    return redirect("office_list")
