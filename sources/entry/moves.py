"""Handing in, deciding on, opening and removing forms: each a POST that ends on a page with a message."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from census.access.guard import requires
from sources.objects.models import CensusObject
from sources.returns.drafts import return_open, sheet_add, sheet_remove
from sources.returns.models import Return
from sources.returns.services import return_approve, return_send_back, return_submit
from sources.returns.states import STATES


@requires("return.submit")
@require_POST
def submit(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Hand in a draft, then go on to the object's next draft."""
    ret = _find(request, return_id)
    with _told(request):
        row = return_submit(request.scope, return_id=ret.id)
        messages.success(
            request, _("Form %(form)s: %(state)s.") % {"form": row.form, "state": STATES[row.state]}
        )
    return _back(ret)


@requires("return.approve")
@require_POST
def decide(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Approve, or send back with reason, text, and remarks or right values at items (``remark:<path>`` …)."""
    ret = _find(request, return_id)
    with _told(request):
        if request.POST.get("decision") == "approve":
            row = return_approve(request.scope, return_id=ret.id)
        else:
            row = return_send_back(
                request.scope,
                return_id=ret.id,
                reason=request.POST.get("reason", ""),
                text=request.POST.get("text", ""),
                target=request.POST.get("target") or None,
                paths=_at_items(request, "remark:"),
                proposed=_at_items(request, "proposed:"),
            )
        messages.success(
            request, _("Form %(form)s: %(state)s.") % {"form": row.form, "state": STATES[row.state]}
        )
    return _back(ret)


@requires("return.fill")
@require_POST
def open_forms(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """Bring the object's forms into line with the register and its answers."""
    obj = get_object_or_404(CensusObject.objects.visible_to(request.scope), pk=object_id)
    with _told(request):
        return_open(request.scope, obj=obj)
    return redirect("object_forms", obj.id)


@requires("return.fill")
@require_POST
def add_sheet(request: HttpRequest, object_id: UUID, form: str) -> HttpResponse:
    """One more sheet of a form."""
    obj = get_object_or_404(CensusObject.objects.visible_to(request.scope), pk=object_id)
    with _told(request):
        made = sheet_add(request.scope, object_id=obj.id, form=form, label=request.POST.get("label", ""))
        return redirect("entry_form", obj.id, form, made.sheet)
    return redirect("object_forms", obj.id)


@requires("return.fill")
@require_POST
def remove_sheet(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Take a draft sheet away."""
    ret = _find(request, return_id)
    with _told(request):
        sheet_remove(request.scope, return_id=ret.id, reason=request.POST.get("reason", ""))
        messages.success(request, _("The sheet is taken away. Its history is kept."))
    return redirect("object_forms", ret.object_id)


@contextlib.contextmanager
def _told(request: HttpRequest) -> Iterator[None]:
    """A savepoint; a ValidationError inside undoes the block and becomes a message."""
    try:
        with transaction.atomic():
            yield
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)


def _find(request: HttpRequest, return_id: UUID) -> Return:
    ret = Return.objects.visible_to(request.scope).filter(pk=return_id).first()
    if ret is None:
        raise Http404(_("There is no such form within your scope."))
    return ret


def _back(ret: Return) -> HttpResponse:
    return redirect("entry_form", ret.object_id, ret.form, ret.sheet)


def _at_items(request: HttpRequest, prefix: str) -> dict[str, str]:
    """What was typed at the items: path → text."""
    return {
        key.removeprefix(prefix): text.strip()
        for key, text in request.POST.items()
        if key.startswith(prefix) and text.strip()
    }
