"""The checks and conditions of a form for the entry page, at an address that changes with them.

The page evaluates them while typing (static/js/entry-live.js); the server's answer to each save stays the authority.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from typing import NamedTuple

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from census.access.guard import requires
from sources.forms.amending import form_in_force
from sources.forms.catalogue import Form, load

YEAR = 365 * 24 * 3600


class Packed(NamedTuple):
    """A form's payload as gzip, and the name of exactly this content."""

    digest: str
    body: bytes


@lru_cache(maxsize=128)
def packed(form: Form) -> Packed:
    """Made once a process. The digest covers built-in checks and messages too, not only the definition's version."""
    plain = orjson.dumps(form.payload())
    return Packed(hashlib.sha256(plain).hexdigest()[:16], gzip.compress(plain, mtime=0))


@requires("return.view")
@require_safe
def rules(request: HttpRequest, form: str, digest: str) -> HttpResponse:
    """The payload (sources/forms/payload.py) as JSON, to be kept for a year; 404 for any other than the present."""
    found = form_in_force(form) if form in load().forms else None
    if found is None or packed(found).digest != digest:
        raise Http404(_("These are not the rules of the form as it is now. Load the page again."))
    etag = f'W/"{digest}"'
    headers = {
        "Cache-Control": f"private, max-age={YEAR}, immutable",
        "ETag": etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    body = packed(found).body
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        body = gzip.decompress(body)
    return HttpResponse(body, content_type="application/json", headers=headers)
