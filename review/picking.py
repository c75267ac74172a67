"""What lists post back: the ticked rows, and the address to return to."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from census.numbers import whole


def ids_of(request: HttpRequest) -> list[int]:
    """The ticked rows' numbers. Raises BadRequest when one is none."""
    found = [whole(one) for one in request.POST.getlist("ids")]
    if None in found:
        raise BadRequest("ids")
    return found


def back_to(request: HttpRequest, name: str, *args: object) -> HttpResponse:
    """Return to the page the form was on (its address with filters and place is posted as ``next``)."""
    target = request.POST.get("next", "")
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, {request.get_host()}):
        return redirect(target)
    return redirect(name, *args)
