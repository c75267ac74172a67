"""Pages of unlock orders."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from census.access.guard import requires
from census.ui.paging import paginate
from sources.orders import services
from sources.orders.models import UnlockOrder
from sources.orders.queries import BOXES, items_of, orders


@requires("return.reopen")
@require_safe
def unlock_list(request: HttpRequest) -> HttpResponse:
    """Orders of the scope: to decide for the nation, asked for by the own office and those below for others."""
    box = request.GET.get("box") if request.GET.get("box") in BOXES else BOXES[0]
    labels = dict(UnlockOrder.State.choices) | {"all": _("All orders")}
    tabs = [
        {"url": f"?box={code}", "label": labels[code], "active": code == box, "count": None} for code in BOXES
    ]
    page = paginate(orders(request.scope, {"box": box}), ("-asked_at", "id"), request.GET)
    return render(request, "sources/orders/list.html", {"tabs": tabs, "page": page})


@requires("return.reopen")
@require_safe
def unlock_detail(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """One order with its forms, for screen and print."""
    scope = request.scope
    order = get_object_or_404(UnlockOrder.objects.visible_to(scope), pk=order_id)
    own = not scope.persons.isdisjoint({order.asked_by, order.asked_for})
    waits = order.state == UnlockOrder.State.ASKED and scope.can("return.unlock")
    context = {
        "order": order,
        "items": items_of(scope, order),
        "may_decide": waits and not own,
        "own": waits and own,
    }
    return render(request, "sources/orders/detail.html", context)


@requires("return.reopen")
@require_POST
def unlock_ask(request: HttpRequest) -> HttpResponse:
    """Ask for the forms ``id`` (one or many) to be opened."""
    try:
        ids = [UUID(one) for one in request.POST.getlist("id")]
    except ValueError as error:
        raise BadRequest("not an identifier") from error
    try:
        order = services.unlock_ask(
            request.scope,
            return_ids=ids,
            reason=request.POST.get("reason", ""),
            until=_day(request.POST.get("until", "")),
        )
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
        came_from = request.headers.get("Referer", "")
        known = url_has_allowed_host_and_scheme(came_from, {request.get_host()})
        return redirect(came_from if known else "unlock_list")
    messages.success(request, _("The national office is asked."))
    return redirect("unlock_detail", order.id)


@requires("return.unlock")
@require_POST
def unlock_decide(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Grant or refuse."""
    sent, opinion = request.POST, request.POST.get("opinion", "")
    try:
        with transaction.atomic():
            if sent.get("decision") == "grant":
                services.unlock_grant(
                    request.scope,
                    order_id=order_id,
                    opinion=opinion,
                    send_back=sent.get("send_back") == "1",
                )
            else:
                services.unlock_refuse(request.scope, order_id=order_id, opinion=opinion)
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
    else:
        messages.success(request, _("Decided."))
    return redirect("unlock_detail", order_id)


def _day(text: str) -> dt.date:
    """ValidationError for a text that is no day."""
    return forms.DateField(
        error_messages={"required": _("Say until when."), "invalid": _("Say until when.")}
    ).clean(text)
