"""Pages of joint review sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import DateField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from census.access.guard import requires
from census.audit.services import audit_record
from census.documents import files
from census.numbers import whole
from census.places.models import Region
from census.ui.paging import paginate
from review.picking import ids_of
from review.sessions import queries, services
from review.sessions.forms import DecisionForm, OpinionForm, SessionForm
from review.sessions.minutes import minutes
from review.sessions.models import AgendaItem, Session

MANY = 200  # objects put on an agenda at once


@requires("session.view")
@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    """Sessions of the scope, the newest first."""
    page = paginate(queries.sessions(request.scope, request.GET), ("-starts", "id"), request.GET)
    context = {"page": page, "states": Session.State.choices, "may_run": request.scope.can("session.run")}
    return render(request, "review/sessions/list.html", context)


@requires("session.run")
@require_http_methods(["GET", "HEAD", "POST"])
def session_new(request: HttpRequest) -> HttpResponse:
    """Plan a meeting."""
    form = SessionForm(request.scope, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            session = services.session_plan(request.scope, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("session_detail", session.pk)
    return render(request, "review/sessions/edit.html", {"form": form}, status=422 if form.errors else 200)


@requires("session.run")
@require_http_methods(["GET", "HEAD", "POST"])
def session_edit(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Change the invitation."""
    session = _find(request, session_id)
    form = SessionForm(request.scope, request.POST or None, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                services.session_edit(request.scope, session_id=session.pk, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("session_detail", session.pk)
    context = {"form": form, "session": session}
    return render(request, "review/sessions/edit.html", context, status=422 if form.errors else 200)


@requires("session.view")
@require_safe
def session_detail(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The meeting: agenda, opinions, decisions; also its printable page."""
    scope, session = request.scope, _find(request, session_id)
    items = queries.agenda(scope, session)
    runs = scope.can("session.run") and session.region == scope.region
    places = Region.objects.filter(parent=scope.region, level__lte=4).order_by("code") if runs else ()
    context = {
        "session": session,
        "items": items,
        "counts": queries.counts(items),
        "may_plan": runs and session.state != Session.State.CLOSED,
        "may_open": runs and session.state == Session.State.PLANNED,
        "in_session": runs and session.state == Session.State.OPEN,
        "may_opine": scope.can("session.opine") and session.state != Session.State.CLOSED,
        "decide": DecisionForm(auto_id=False),
        "opine": OpinionForm(auto_id=False),
        "to_issue": any(item.decision == "problem" and not item.issued for item in items),
        "places": places,
        "now": request.GET.get("item", ""),
    }
    return render(request, "review/sessions/detail.html", context)


@requires("session.run")
@require_POST
def session_act(request: HttpRequest, session_id: UUID, act: str) -> HttpResponse:
    """Add to the agenda, take off it, begin, issue the problems, sign the minutes."""
    if act not in ACTS:
        raise Http404(act)
    session = _find(request, session_id)
    try:
        with transaction.atomic():
            messages.success(request, ACTS[act](request, session))
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
    return redirect("session_detail", session.pk)


@requires("session.run")
@require_POST
def item_decide(request: HttpRequest, item_id: int) -> HttpResponse:
    """Record a decision and go on to the next object without one."""
    item = _item(request, item_id)
    sent = request.POST
    try:
        with transaction.atomic():
            services.item_decide(
                request.scope,
                item_id=item.pk,
                decision=sent.get("decision", ""),
                conclusion=sent.get("conclusion", ""),
                responsible=sent.get("responsible", ""),
            )
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
        return _at(item.session_id, item)
    later = AgendaItem.objects.visible_to(request.scope).filter(session=item.session_id, decision="")
    following = later.filter(number__gt=item.number).first() or later.first()
    return _at(item.session_id, following or item)


@requires("session.opine")
@require_POST
def item_opine(request: HttpRequest, item_id: int) -> HttpResponse:
    """Record a department's opinion."""
    item, sent = _item(request, item_id), request.POST
    try:
        with transaction.atomic():
            services.opinion_give(
                request.scope,
                item_id=item.pk,
                view=sent.get("view", ""),
                text=sent.get("text", ""),
                department=sent.get("department", ""),
            )
            messages.success(request, _("The opinion is recorded."))
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
    return _at(item.session_id, item)


@requires("session.view")
@require_safe
def session_minutes(request: HttpRequest, session_id: UUID, form: str) -> HttpResponse:
    """The minutes as a Word file or as PDF; what the reader may not see is not in them."""
    if form not in files.TYPES:
        raise Http404(form)
    session = _find(request, session_id)
    paper = minutes(session, queries.agenda(request.scope, session))
    audit_record(request.scope, "session.printed", subject="session", subject_id=session.pk, format=form)
    return files.answer(files.write(paper, form), form, paper.title)


def _add(request: HttpRequest, session: Session) -> str:
    origin, sent = request.POST.get("origin", ""), request.POST
    limit = min(max(whole(sent.get("limit")) or 10, 1), MANY)
    if origin == AgendaItem.Origin.FINDINGS:
        rows = queries.from_findings(request.scope, session, sent, limit)
    elif origin == AgendaItem.Origin.RANKING:
        rows = queries.from_ranking(request.scope, session, limit)
    else:
        origin = AgendaItem.Origin.REGISTER
        codes = list(dict.fromkeys(sent.get("codes", "").replace(",", " ").replace("，", " ").split()))[:MANY]
        rows = [{"code": code, "subject": sent.get("subject", "")} for code in codes]
    if not rows:
        raise ValidationError(_("Nothing was found to put on the agenda."))
    added, left = services.agenda_add(request.scope, session_id=session.pk, rows=rows, origin=origin)
    for text in left[:5]:
        messages.warning(request, text)
    return ngettext("%(n)d object is put on the agenda.", "%(n)d objects are put on the agenda.", added) % {
        "n": added
    }


def _remove(request: HttpRequest, session: Session) -> str:
    gone = services.agenda_remove(request.scope, session_id=session.pk, ids=ids_of(request))
    return _("Taken off the agenda: %(n)d.") % {"n": gone}


def _open(request: HttpRequest, session: Session) -> str:
    services.session_open(request.scope, session_id=session.pk)
    return _("The meeting has begun.")


def _issue(request: HttpRequest, session: Session) -> str:
    day = DateField(error_messages={"required": _("Say until when."), "invalid": _("Say until when.")})
    deadline = day.clean(request.POST.get("deadline", ""))
    batch = services.session_issue(request.scope, session_id=session.pk, deadline=deadline)
    return _("Issued as batch %(code)s.") % {"code": batch.code}


def _close(request: HttpRequest, session: Session) -> str:
    services.session_close(request.scope, session_id=session.pk, summary=request.POST.get("summary", ""))
    return _("The minutes are signed.")


ACTS: dict[str, Any] = {"add": _add, "remove": _remove, "open": _open, "issue": _issue, "close": _close}


def _find(request: HttpRequest, session_id: UUID) -> Session:
    return get_object_or_404(Session.objects.visible_to(request.scope).select_related("batch"), pk=session_id)


def _item(request: HttpRequest, item_id: int) -> AgendaItem:
    return get_object_or_404(AgendaItem.objects.visible_to(request.scope), pk=item_id)


def _at(session_id: UUID, item: AgendaItem) -> HttpResponse:
    return redirect(f"{reverse('session_detail', args=[session_id])}?item={item.pk}#item-{item.pk}")
