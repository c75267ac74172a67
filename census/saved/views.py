"""Keeping and deleting views from the menu on a list (``ui/saved_views.html``)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from census.access.guard import requires
from census.saved import services
from census.saved.models import SavedView


@requires("home")
@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the list one looks at, and go back to it."""
    sent = request.POST
    try:
        view = services.view_save(
            request.scope,
            page=sent.get("page", ""),
            name=sent.get("name", ""),
            query=sent.get("query", ""),
            shared=sent.get("shared") == "1",
            opens=sent.get("opens") == "1",
        )
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
        return redirect(services.list_address(sent.get("page", ""), sent.get("query", "")))
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": view.name})
    return redirect(address(view))


@requires("home")
@require_POST
def view_delete(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Delete an own view."""
    try:
        view = services.view_delete(request.scope, view_id=view_id)
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
        return redirect("home")
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return redirect(reverse(view.page) + "?view=all")


def address(view: SavedView) -> str:
    """The list as the view shows it; ``view`` names it, so that the page can say which one it is."""
    return f"{reverse(view.page)}?{view.query}{'&' if view.query else ''}view={view.id}"


def opening(request: HttpRequest, page: str) -> HttpResponse | None:
    """Where to go when *page* is asked for without any filter and opens with a view; None to show it plainly."""
    if request.method != "GET" or request.GET:
        return None
    view = services.opening_view(request.scope, page)
    return redirect(address(view)) if view else None
