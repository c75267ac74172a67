"""Home page and language switch."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from census.access.guard import public, requires
from census.ui.menu import cards_for


@requires("home")
def home(request: HttpRequest) -> HttpResponse:
    """What this post has to do next."""
    return render(request, "census/home.html", {"cards": cards_for(request.scope)})


@public
def language(request: HttpRequest, code: str) -> HttpResponse:
    """Choose the language of the pages; kept in a cookie for a year."""
    if code not in dict(settings.LANGUAGES):
        raise Http404(code)
    target = request.GET.get("next", "/")
    if not (target.startswith("/") and url_has_allowed_host_and_scheme(target, {request.get_host()})):
        target = "/"
    response = redirect(target)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, code, max_age=365 * 86400, samesite="Lax", httponly=True
    )
    return response
