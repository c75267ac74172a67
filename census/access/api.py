"""DRF: the same session and the same capabilities as the pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission


class SessionUser(BaseAuthentication):
    """The person the access middleware found; unsafe methods need the CSRF token."""

    def authenticate(self, request: HttpRequest) -> tuple[object, None] | None:
        inner = request._request
        if getattr(inner, "scope", None) is None:
            return None
        if inner.method not in {"GET", "HEAD", "OPTIONS"}:
            check = CSRFCheck(lambda _request: None)
            check.process_request(inner)
            if reason := check.process_view(inner, None, (), {}):
                raise PermissionDenied(f"CSRF: {reason}")
        return inner.user, None

    def authenticate_header(self, request: HttpRequest) -> str:
        return "Session"


class HasCapability(BasePermission):
    """The view names its capability: ``capability = "return.view"``, or a mapping of methods."""

    def has_permission(self, request: HttpRequest, view: Any) -> bool:
        scope = getattr(request._request, "scope", None)
        wanted = view.capability
        if isinstance(wanted, dict):
            wanted = wanted[request.method if request.method in wanted else "*"]
        return scope is not None and scope.can(wanted)
