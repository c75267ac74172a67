"""Each request of a signed-in person runs in one transaction under the scope of the post they act through."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from census.access import address
from census.access import scope as scopes
from census.access.signin import actor_of, forget

# what a person may still do who must first choose a password of their own
BEFORE_PASSWORD = {"password_change", "sign_out", "language", "health"}


class ScopeMiddleware:
    """Sets ``request.user`` and ``request.scope``; rolls back what a failed request changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = address.CURRENT.set(address.client_address(request))
        try:
            return self._respond(request)
        finally:
            address.CURRENT.reset(token)

    def _respond(self, request: HttpRequest) -> HttpResponse:
        request.user = request.scope = None
        request.failed = False
        if not request.session.session_key:
            return self.get_response(request)
        seen, now = request.session.get("seen"), int(time.time())
        if seen and now - seen > settings.SESSION_IDLE_MINUTES * 60:
            forget(request)
        elif not seen or now - seen > 60:
            request.session["seen"] = now
        user, scope = actor_of(request)
        if user is None:
            return self.get_response(request)
        request.user, request.scope = user, scope
        if scope is None:
            return self.get_response(request)
        with scopes.enter(scope):
            response = self.get_response(request)
            if request.failed or response.status_code >= 500:
                transaction.set_rollback(True)
            return response

    def process_view(self, request: HttpRequest, view: object, *_: object) -> HttpResponse | None:
        """Send a person with a one-time password to the page where they choose their own."""
        if not getattr(request.user, "must_change_password", False):
            return None
        if request.resolver_match.url_name in BEFORE_PASSWORD:
            return None
        target = reverse("password_change")
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": target})
        return redirect(target)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """An exception that leaves a view (no right, not found, bad input) takes its half-made changes along.

        Only noted here: the error page is made first, and may find the transaction broken by the database.
        """
        request.failed = True
