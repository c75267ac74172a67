"""Filling a form: the page, and the saving of what is typed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from census.access.guard import requires
from census.audit.views import audit_view
from sources.entry.answers import conflict_answer, lang, local, saved_answer
from sources.entry.page import Filled, codelists_of, sections_of
from sources.entry.panels import panels_of
from sources.entry.rules import packed
from sources.forms.amending import form_in_force
from sources.forms.catalogue import load
from sources.objects.kinds import KINDS
from sources.returns.approvals import lapsing
from sources.returns.checks import register_facts
from sources.returns.models import Return
from sources.returns.queries import returns_of
from sources.returns.services import ConflictError, Overrule, may_review, return_check, return_save
from sources.returns.states import REASONS, STATES, after_edit, after_submit, may_edit


@requires("return.view")
@require_safe
def form_page(request: HttpRequest, object_id: UUID, form: str, sheet: int) -> HttpResponse:
    """One form of one object: a draft to fill where the post may, else to read and decide on.

    A county opens what was handed in for correction on purpose (``?edit=1``): every key stroke is saved, and
    upper approvals lapse with the first.
    """
    scope = request.scope
    visible = Return.objects.visible_to(scope).select_related("object")
    ret = get_object_or_404(visible, object_id=object_id, form=form, sheet=sheet)
    definition = load().forms[form]
    level = KINDS[ret.object.kind].level
    may = ret.active and scope.can("return.fill") and may_edit(ret.state, scope.post_kind, level)
    editable = may and (ret.state == "draft" or request.GET.get("edit") == "1")
    audit_view(request, "return", ret.id, region=ret.region)
    saved = return_check(scope, return_id=ret.id)
    target, back = may_review(scope, saved.row)
    faults = {path: local(fault) for path, fault in saved.rejected.items()}
    filled = Filled(ret.values, ret.pending, faults, ret.returned)
    forms = returns_of(scope, object_id)
    place = next((i for i, one in enumerate(forms) if one.pk == ret.pk), None)
    context = {
        "ret": ret,
        "obj": ret.object,
        "form": definition,
        "title": local(definition.title),
        "sections": sections_of(definition, filled, editable=editable),
        "codelists": codelists_of(definition) if editable else {},
        "panels": panels_of(request, ret),
        "answer": saved_answer(saved),
        "rules": packed(form_in_force(form)).digest,
        "facts": register_facts(saved.row),
        "pending": ret.pending,
        "editable": editable,
        "may_correct": may and not editable,
        "lapses": may and after_edit(ret.state, scope.post_kind) != ret.state,
        "may_submit": editable and ret.state == "draft" and after_submit(scope.post_kind, level) is not None,
        "approve_to": target if ret.active else None,
        "send_back_to": [(state, STATES[state], lapsing(ret.state, state)) for state in back],
        "reasons": REASONS.items(),
        "returned_reason": REASONS.get((ret.returned or {}).get("reason")),
        "remarks": [
            (path, definition.label(path, lang())) for path in (ret.returned or {}).get("paths") or {}
        ],
        "forms": forms,
        "previous": forms[place - 1] if place else None,
        "following": forms[place + 1] if place is not None and place + 1 < len(forms) else None,
    }
    return render(request, "sources/entry/form.html", context)


@requires("return.fill")
@require_POST
def save(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Take the whole sheet as JSON ``{values, base, client, notes, overrule}``; see ``return_save``.

    Answers 200 with verdicts, 409 with both values of each disputed field, 400, 403 or 404 with a text.
    """
    try:
        sent = _sent(request.body)
    except ValidationError as error:
        there = Return.objects.visible_to(request.scope).filter(pk=return_id).exists()
        return _json({"error": "invalid", "text": " ".join(error.messages)}, 400 if there else 404)
    try:
        saved = return_save(request.scope, return_id=return_id, **sent)
    except ConflictError as conflict:
        return _json(conflict_answer(conflict), 409)
    except ValidationError as error:
        return _json({"error": "invalid", "text": " ".join(error.messages)}, 400)
    except PermissionDenied as error:
        return _json({"error": "refused", "text": str(error)}, 403)
    except Http404 as error:
        return _json({"error": "gone", "text": str(error)}, 404)
    return _json(saved_answer(saved), 200)


def _sent(body: bytes) -> dict[str, Any]:
    """The parts of a request to save, checked for their shape. Raises ValidationError."""
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ValidationError(_("The page sent something that cannot be read. Load it again.")) from error
    wrong = ValidationError(
        _("The page sent an incomplete form. Load it again; what you typed is kept there.")
    )
    if not isinstance(sent, dict) or not isinstance(sent.get("values"), dict):
        raise wrong
    base, client, notes = sent.get("base"), sent.get("client"), sent.get("notes")
    if type(base) is not int or not (client is None or isinstance(client, str)):
        raise wrong
    if not (notes is None or isinstance(notes, dict)):
        raise wrong
    return {
        "values": sent["values"],
        "base_version": base,
        "client_id": client and client[:64],
        "notes": notes,
        "overrule": _overrule(sent.get("overrule"), wrong),
    }


def _overrule(sent: Any, wrong: ValidationError) -> Overrule | None:
    if sent is None:
        return None
    if not isinstance(sent, dict) or type(sent.get("version")) is not int:
        raise wrong
    paths = sent.get("paths")
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise wrong
    return Overrule(sent["version"], frozenset(paths))


def _json(answer: dict[str, Any], status: int) -> HttpResponse:
    return HttpResponse(orjson.dumps(answer), status=status, content_type="application/json")
