"""Comments: what waits for a desk, and talk in the panel beside a form."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from census.access.guard import requires
from census.ui.paging import paginate
from sources.comments import services
from sources.comments.models import Thread
from sources.comments.queries import BOXES, panel_of, show, threads, waiting
from sources.entry.answers import local
from sources.forms.catalogue import load
from sources.returns.models import Return

ORDER = ("-last_at", "id")


@requires("return.view")
@require_safe
def comment_list(request: HttpRequest) -> HttpResponse:
    """Threads of the scope: those that ask the own desk, all open, begun by oneself, resolved."""
    scope = request.scope
    box = request.GET.get("box") if request.GET.get("box") in BOXES else BOXES[0]
    params = request.GET.dict() | {"box": box}
    page = paginate(threads(scope, params), ORDER, request.GET)
    show(scope, page.rows)
    words = {
        "asked": _("Waiting for my desk"),
        "open": _("Open"),
        "mine": _("Begun by me"),
        "resolved": _("Resolved"),
    }
    context = {
        "tabs": [
            {
                "url": f"?box={code}",
                "label": words[code],
                "active": code == box,
                "count": waiting(scope) if code == "asked" else None,
            }
            for code in BOXES
        ],
        "box": box,
        "page": page,
        "forms": [(code, local(form.title)) for code, form in load().forms.items()],
    }
    return render(request, "sources/comments/list.html", context)


@requires("return.comment")
@require_POST
def comment_begin(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Begin a thread about the item ``path``."""
    ret = get_object_or_404(Return.objects.visible_to(request.scope), pk=return_id)
    sent = request.POST
    return _answered(
        request,
        ret,
        lambda: services.thread_begin(
            request.scope,
            return_id=ret.pk,
            path=sent.get("path", ""),
            text=sent.get("text", ""),
            asked=sent.getlist("asked"),
        ),
    )


@requires("return.comment")
@require_POST
def comment_say(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Answer in a thread, or with ``act=resolve`` call it settled."""
    thread = Thread.objects.visible_to(request.scope).filter(pk=thread_id).first()
    ret = thread and Return.objects.visible_to(request.scope).filter(pk=thread.return_id).first()
    if ret is None:
        raise Http404(_("There is no such thread within your scope."))
    text = request.POST.get("text", "")
    if request.POST.get("act") == "resolve":
        return _answered(
            request, ret, lambda: services.thread_resolve(request.scope, thread_id=thread_id, text=text)
        )
    asked = request.POST.getlist("asked")
    return _answered(
        request,
        ret,
        lambda: services.thread_say(request.scope, thread_id=thread_id, text=text, asked=asked),
    )


def _answered(request: HttpRequest, ret: Return, act) -> HttpResponse:
    """Do *act*; answer with the panel anew, or without htmx go back to the form. What was typed stays."""
    thread, typed = None, {}
    try:
        with transaction.atomic():
            thread = act()
    except ValidationError as error:
        typed = {"text": request.POST.get("text", ""), "path": request.POST.get("path", "")}
        for text in error.messages:
            messages.error(request, text)
    if request.headers.get("HX-Request"):
        panel = panel_of(request.scope, ret) | {"now": thread and thread.pk, "typed": typed}
        return render(request, "sources/comments/panel.html", {"panel": panel}, status=422 if typed else 200)
    back = reverse("entry_form", args=[ret.object_id, ret.form, ret.sheet])
    path = thread.path if thread else typed.get("path", "")
    return redirect(f"{back}?{urlencode({'path': path})}#comments" if path else f"{back}#comments")
