"""Reading: the forms of an object, the history of a form, two versions side by side."""

from __future__ import annotations

from uuid import UUID

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from census.access.guard import requires
from sources.entry.answers import lang, local
from sources.entry.page import in_words
from sources.forms.catalogue import load
from sources.objects.models import CensusObject
from sources.returns.drafts import needs_of
from sources.returns.merge import typed_over
from sources.returns.models import Return, ReturnVersion
from sources.returns.queries import returns_of
from sources.returns.states import ACTIONS, REASONS, STATES

ACTIONS_SHOWN = 200


@requires("return.view")
@require_safe
def forms_of_object(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """The forms of one object with their states."""
    obj = get_object_or_404(CensusObject.objects.visible_to(request.scope), pk=object_id)
    rows = returns_of(request.scope, obj.id)
    needs = {need.form: need for need in needs_of(obj, rows)}
    forms = load().forms
    context = {
        "obj": obj,
        "rows": [(row, local(forms[row.form].title)) for row in rows],
        "many": [
            (need.form, local(need.sheet_label)) for need in needs.values() if need.many and need.sheet_label
        ],
        "missing": needs.keys() - {row.form for row in rows},
        "may_fill": request.scope.can("return.fill"),
    }
    return render(request, "sources/entry/object.html", context)


@requires("return.view")
@require_safe
def history(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """All versions of a form, the newest first."""
    ret = _find(request, return_id)
    versions = ReturnVersion.objects.visible_to(request.scope).filter(return_id=ret.id).order_by("-no")
    rows = []
    for version in versions[:ACTIONS_SHOWN]:
        reason = orjson.loads(version.body).get("reason") or {}
        rows.append(
            {
                "version": version,
                "before": version.no - 1,
                "action": ACTIONS.get(version.action, version.action),
                "state": STATES.get(version.state, version.state),
                "reason": REASONS.get(reason.get("reason")),
                "text": reason.get("text", ""),
                "hash": bytes(version.hash).hex(),
            }
        )
    title = local(load().forms[ret.form].title)
    return render(request, "sources/entry/history.html", {"ret": ret, "rows": rows, "title": title})


@requires("return.view")
@require_safe
def compare(request: HttpRequest, return_id: UUID, old: int, new: int) -> HttpResponse:
    """Two versions side by side: the differences, or with ``?all=1`` every filled item."""
    ret = _find(request, return_id)
    form = load().forms[ret.form]
    before, after = (_document(request, ret, no) for no in (old, new))
    changes = form.differences(before, after)
    lines = [_line(form, c.path, c.indicator, c.old, c.new) for c in changes]
    everything = request.GET.get("all") == "1"
    if everything:
        changed = {change.path for change in changes}
        same = [c for c in form.differences({}, after) if c.indicator and c.path not in changed]
        lines += [_line(form, c.path, c.indicator, c.new, c.new) for c in same]
    context = {
        "ret": ret,
        "title": local(form.title),
        "old": old,
        "new": new,
        "lines": lines,
        "everything": everything,
        "newest": ret.version_no,
    }
    return render(request, "sources/entry/compare.html", context)


def _find(request: HttpRequest, return_id: UUID) -> Return:
    return get_object_or_404(Return.objects.visible_to(request.scope).select_related("object"), pk=return_id)


def _document(request: HttpRequest, ret: Return, no: int) -> dict:
    if no == 0:
        return {}
    version = ReturnVersion.objects.visible_to(request.scope).filter(return_id=ret.id, no=no).first()
    if version is None:
        raise Http404(f"version {no}")
    body = orjson.loads(version.body)
    return typed_over(body["values"], body["pending"])


def _line(form, path: str, indicator: str | None, old: object, new: object) -> dict:
    item = form.indicators.get(indicator) if indicator else None
    return {
        "path": path,
        "code": item.code if item else "",
        "label": form.label(path, lang()),
        "unit": local(item.unit) if item and item.unit else "",
        "old": in_words(item, old) if item else ("" if old is None else "●"),
        "new": in_words(item, new) if item else ("" if new is None else "●"),
        "changed": old != new,
    }
