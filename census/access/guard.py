"""View guard. Every URL's view is either ``@requires(capability)`` or ``@public``; a test lists them all."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

View = Callable[..., HttpResponse]


def requires(capability: str) -> Callable[[View], View]:
    """Let only posts with *capability* through; others get 403, people not signed in go to sign-in."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.scope is None:
                return _to_sign_in(request)
            if capability not in request.scope.capabilities:
                raise PermissionDenied(capability)
            return view(request, *args, **kwargs)

        guarded.capability = capability
        return guarded

    return wrap


def public(view: View) -> View:
    """Mark a view that needs no sign-in."""
    view.capability = "public"
    return view


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    target = reverse("sign_in") + "?" + urlencode({"next": request.get_full_path()})
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse('{"error": "signed_out"}', status=401, content_type="application/json")
    return redirect(target)
