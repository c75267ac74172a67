"""Where a request comes from, for the audit log."""

from __future__ import annotations

import ipaddress
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest

# set for the length of a request; None in commands and jobs
CURRENT: ContextVar[str | None] = ContextVar("address", default=None)


def client_address(request: HttpRequest) -> str | None:
    """IP address of the client, or None when the server does not know it (a unix socket).

    Behind the TLS proxy that is what the proxy itself wrote: the last entry of X-Forwarded-For. What stands
    before it comes from the client and proves nothing.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_TLS:
        text = request.headers.get("X-Forwarded-For", text).rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
