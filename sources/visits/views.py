"""Pages of visits; download of evidence."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from census.access.guard import requires
from sources.objects.models import CensusObject
from sources.visits.attachments import attachment_open
from sources.visits.files import SHOWN_INLINE
from sources.visits.forms import VisitForm
from sources.visits.models import Attachment
from sources.visits.queries import people_going, visits_of
from sources.visits.services import visit_record


@requires("register.view")
@require_safe
def visits(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """The visits to one object."""
    obj = get_object_or_404(CensusObject.objects.visible_to(request.scope), pk=object_id)
    context = {"obj": obj, "visits": visits_of(request.scope, obj.id)}
    return render(request, "sources/visits/list.html", context)


@requires("register.edit")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """Record a visit."""
    obj = get_object_or_404(CensusObject.objects.visible_to(request.scope), pk=object_id)
    people = people_going(request.scope, obj)
    form = VisitForm(request.POST or None, request.FILES or None, people=people, me=request.scope.user_id)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                visit_record(
                    request.scope,
                    obj=obj,
                    at=form.cleaned_data["at"],
                    people=form.cleaned_data["people"],
                    outcome=form.cleaned_data["outcome"],
                    note=form.cleaned_data["note"],
                    position=form.position,
                    photos=form.cleaned_data["photos"],
                )
        except ValidationError as error:
            for field, messages in _by_field(error).items():
                for message in messages:
                    form.add_error(field if field in form.fields else None, message)
        else:
            return redirect("visit_list", obj.id)
    return render(request, "sources/visits/add.html", {"obj": obj, "form": form})


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"photos": error.messages}


@requires("register.view")
@require_safe
def download(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """An evidence file. Pictures may show in the page; everything else is saved, never run by the browser."""
    attachment = get_object_or_404(Attachment.objects.visible_to(request.scope), pk=attachment_id)
    try:
        handle = attachment_open(request.scope, attachment=attachment)
    except ValidationError as error:
        raise Http404(error.messages[0]) from error
    response = FileResponse(
        handle,
        as_attachment=attachment.content_type not in SHOWN_INLINE,
        filename=attachment.name or _("file"),
        content_type=attachment.content_type,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
