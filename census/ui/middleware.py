"""Messages of htmx requests travel in a header, where the page's script finds them."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse


class ToastMiddleware:
    """Adds ``HX-Trigger: {"toast": [{"level", "text"}, …]}`` to the answer of an htmx request.

    An answer that makes the page load anew keeps its messages for that page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        reloads = {"HX-Redirect", "HX-Refresh", "HX-Location", "Location"}
        if not request.headers.get("HX-Request") or any(name in response.headers for name in reloads):
            return response
        toasts = [{"level": m.level_tag, "text": str(m)} for m in get_messages(request)]
        if toasts:
            events = {**_events(response.headers.get("HX-Trigger", "")), "toast": toasts}
            response.headers["HX-Trigger"] = json.dumps(events)  # ASCII, as a header must be
        return response


def _events(header: str) -> dict[str, object]:
    """The events a view has set, which may be plain names or JSON."""
    if header.startswith("{"):
        return json.loads(header)
    return {name.strip(): None for name in header.split(",") if name.strip()}
