"""Health check and error pages."""

from __future__ import annotations

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from drf_spectacular.views import SpectacularAPIView

from census.access.api import HasCapability
from census.access.guard import public


@public
def health(request: HttpRequest) -> HttpResponse:
    """200 when the database and the cache answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    cache.get("health")
    return JsonResponse({"ok": True})


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"error": title, "detail": text}, status=status)
    return render(request, "error.html", {"status": status, "title": title, "text": text}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        400,
        _("The request could not be read"),
        _("Go back, check what you entered, and send it again."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = _("Your post does not have this right, or the data lies outside your region or source category.")
    return _page(request, 403, _("Not allowed"), text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A page that was sent after its session had ended or been changed; *reason* is for developers."""
    text = _(
        "The page is out of date: you have signed in again, or out, since it was opened. Nothing was saved. "
        "Go back, copy what you typed, load the page again, and send it."
    )
    return _page(request, 403, _("This page is out of date"), text)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    text = _("It does not exist, or it lies outside your region or source category.")
    return _page(request, 404, _("Not found"), text)


def server_error(request: HttpRequest) -> HttpResponse:
    text = _(
        "The fault has been recorded and nothing was changed. Try again; if it returns, tell your data administrator."
    )
    return _page(request, 500, _("Something went wrong"), text)


class Schema(SpectacularAPIView):
    """The OpenAPI description of the API, for people who are signed in."""

    capability = "home"
    permission_classes = [HasCapability]
