"""Pages of circulars and letters: list, draft, paper, receipt and reply."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from census.access.guard import View, requires
from census.access.scope import Scope
from census.audit.services import audit_record
from census.dispatch import services
from census.dispatch.forms import DraftForm, EditForm
from census.dispatch.measures import measure_of
from census.dispatch.models import Document, DocumentEvent, Recipient
from census.dispatch.paper import KINDS, name_of, paper_of
from census.dispatch.queries import board, documents_for, region_names, reply_counts, waiting
from census.documents import files
from census.ui.forms import submitted
from census.ui.paging import paginate


@requires("dispatch.view")
def document_list(request: HttpRequest) -> HttpResponse:
    """Documents to and from the office, newest first."""
    scope = request.scope
    page = paginate(documents_for(scope, request.GET), ("-created_at", "-id"), request.GET)
    context = {
        "page": page,
        "counts": reply_counts(scope, page.rows),
        "waiting": waiting(scope),
        "kinds": Document.Kind.choices,
        "states": Document.State.choices,
        "may_issue": _may_issue(scope),
    }
    return render(request, "census/dispatch/documents.html", context)


@requires("dispatch.issue")
def document_new(request: HttpRequest) -> HttpResponse:
    """First step. Coming from the board, the measure is chosen and the places behind are ticked."""
    scope = request.scope
    places = services.places_below(scope.region)
    form = DraftForm(request.POST or None, places=places, initial=_proposal(scope, request.GET))
    if document := submitted(request, form, partial(services.document_draft, scope)):
        return redirect("document_edit", document.id)
    context = {"form": form, "places": places}
    return render(request, "census/dispatch/document_new.html", context, status=422 if form.errors else 200)


def _proposal(scope: Scope, params: Any) -> dict[str, Any]:
    measure = measure_of(params.get("measure", ""))
    behind: list[str] = []
    if measure:
        lines = board(scope, scope.region, measure).lines
        behind = [line.region for line in lines if line.verdict in {"behind", "far"} and not line.own]
    return {
        "kind": params.get("kind") or Document.Kind.SUPERVISION,
        "measure": measure.code if measure else None,
        "addressed": behind,
        "deadline": timezone.localdate() + dt.timedelta(days=services.REPLY_DAYS),
    }


@requires("dispatch.issue")
def document_edit(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Second step: the text of an own draft."""
    scope = request.scope
    drafts = Document.objects.visible_to(scope).filter(region=scope.region, state=Document.State.DRAFT)
    document = get_object_or_404(drafts, pk=document_id)
    initial = {
        "title": document.title,
        "body": document.body,
        "deadline": document.deadline,
        "addressed": list(document.recipients.values_list("region", flat=True)),
    }
    places = services.places_below(scope.region)
    form = EditForm(request.POST or None, places=places, initial=initial)
    if submitted(request, form, partial(services.document_edit, scope, document_id=document.id)):
        messages.success(request, _("Saved."))
        return redirect("document_detail", document.id)
    context = {"form": form, "document": document}
    return render(request, "census/dispatch/document_edit.html", context, status=422 if form.errors else 200)


@requires("dispatch.view")
def document_detail(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The paper as it looks, and what each addressee in sight has done with it."""
    return _detail_page(request, document_id)


def _detail_page(request: HttpRequest, document_id: UUID, typed: str = "", status: int = 200) -> HttpResponse:
    """*typed*: a reply that was refused, shown again so that it is not lost."""
    scope = request.scope
    document = get_object_or_404(documents_for(scope, {}), pk=document_id)
    recipients = list(Recipient.objects.visible_to(scope).filter(document=document))
    events = defaultdict(list)
    for event in DocumentEvent.objects.visible_to(scope).filter(document_id=document.id):
        events[event.region].append(event)
    mine = next((row for row in recipients if row.region == scope.region), None)
    own = document.region == scope.region and _may_issue(scope)
    context = {
        "document": document,
        "kind_word": KINDS[document.kind],
        "recipients": recipients,
        "names": region_names(row.region for row in recipients),
        "events": events,
        "mine": mine,
        "own": own,
        "may_receive": bool(mine and mine.state == "issued" and scope.can("dispatch.reply")),
        "may_reply": bool(
            mine and mine.state == "received" and mine.deadline and scope.can("dispatch.reply")
        ),
        "typed": typed,
    }
    return render(request, "census/dispatch/document.html", context, status=status)


@requires("dispatch.view")
def document_file(request: HttpRequest, document_id: UUID, form: str) -> HttpResponse:
    """The paper as a Word file or as PDF."""
    document = get_object_or_404(documents_for(request.scope, {}), pk=document_id)
    content = files.write(paper_of(document), form)
    audit_record(request.scope, "document.exported", subject="document", subject_id=document.id, format=form)
    return files.answer(content, form, name_of(document))


def _step(capability: str, service: Callable[..., Any], done: Any) -> View:
    """A view that makes one step of a paper, without more words, and goes back to it."""

    @requires(capability)
    @require_POST
    def step(request: HttpRequest, document_id: UUID) -> HttpResponse:
        return _act(request, document_id, partial(service, document_id=document_id), done)

    return step


document_issue = _step("dispatch.issue", services.document_issue, gettext_lazy("Issued."))
document_close = _step("dispatch.issue", services.document_close, gettext_lazy("Closed."))
document_receive = _step("dispatch.reply", services.document_receive, gettext_lazy("Receipt confirmed."))


@requires("dispatch.issue")
@require_POST
def document_discard(request: HttpRequest, document_id: UUID) -> HttpResponse:
    _in_sight(request, document_id)
    try:
        services.document_discard(request.scope, document_id=document_id)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("document_detail", document_id)
    messages.success(request, _("The draft is discarded."))
    return redirect("document_list")


@requires("dispatch.reply")
@require_POST
def document_reply(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Reply; a reply that cannot be taken is shown again, to copy from."""
    _in_sight(request, document_id)
    text = request.POST.get("text", "")
    try:
        services.document_reply(request.scope, document_id=document_id, text=text)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _detail_page(request, document_id, typed=text, status=409)
    messages.success(request, _("The reply is sent."))
    return redirect("document_detail", document_id)


@requires("dispatch.issue")
@require_POST
def document_decide(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Accept a reply or send it back."""
    accept = request.POST.get("decision") == "accept"
    return _act(
        request,
        document_id,
        partial(
            services.reply_decide,
            document_id=document_id,
            region=request.POST.get("region", ""),
            accept=accept,
            opinion=request.POST.get("opinion", ""),
        ),
        _("The reply is accepted.") if accept else _("The reply is sent back."),
    )


def _act(request: HttpRequest, document_id: UUID, act: Callable[[Scope], Any], done: Any) -> HttpResponse:
    """Do it and go back to the paper, with what was done or what stands against it."""
    _in_sight(request, document_id)
    try:
        act(request.scope)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("document_detail", document_id)


def _in_sight(request: HttpRequest, document_id: UUID) -> Document:
    return get_object_or_404(Document.objects.visible_to(request.scope), pk=document_id)


def _may_issue(scope: Scope) -> bool:
    return scope.can("dispatch.issue") and scope.level <= services.LOWEST_ISSUER
