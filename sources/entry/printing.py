"""The form on paper, laid out like the official table; filled, or blank to be filled by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from census.access.guard import requires
from sources.entry.answers import lang, local
from sources.entry.page import Filled, SectionView, sections_of
from sources.forms.catalogue import Form, load
from sources.objects.models import CensusObject
from sources.returns.models import Return

COLUMNS = 4  # rows of a table that fit side by side on a page
REGION_UNITS = frozenset({"village", "county", "city"})
SIGNOFF = "signoff"


@requires("return.view")
@require_safe
def sheet(request: HttpRequest, object_id: UUID, form: str, sheet: int) -> HttpResponse:
    """A filled form for print."""
    visible = Return.objects.visible_to(request.scope).select_related("object", "object__campaign")
    ret = get_object_or_404(visible, object_id=object_id, form=form, sheet=sheet)
    filled = Filled(ret.values, ret.pending, {}, None)
    return _page(request, load().forms[form], filled, ret)


@requires("home")
@require_safe
def blank(request: HttpRequest, form: str) -> HttpResponse:
    """The empty form for print."""
    if form not in load().forms:
        raise Http404(form)
    return _page(request, load().forms[form], Filled({}, {}, {}, None), None)


def _page(request: HttpRequest, form: Form, filled: Filled, ret: Return | None) -> HttpResponse:
    sections = sections_of(form, filled, editable=ret is None)
    context = {
        "form": form,
        "title": local(form.title),
        "head": load().blocks["form_head"],
        "header": _header(form, ret.object if ret else None),
        "ret": ret,
        "parts": [_part(section, ret is None) for section in sections if section.section.id != SIGNOFF],
        "signoff": next((s.fields for s in sections if s.section.id == SIGNOFF), []),
        "synthetic": ret is not None and ret.object.synthetic,
    }
    return render(request, "sources/entry/print.html", context)


def _header(form: Form, obj: CensusObject | None) -> list[tuple[str, str]]:
    """The unit block above the table: (label, what the register knows)."""
    region_unit = form.reporting_unit in REGION_UNITS
    block = load().blocks["header_region" if region_unit else "header_unit"]
    known: Mapping[str, Any] = {}
    if obj is not None:
        known = {
            "hdr_uscc": obj.uscc,
            "hdr_org_code": obj.org_code,
            "hdr_unit_name": obj.name,
            "hdr_former_name": obj.former_name,
            "hdr_region_code": obj.region,
            "hdr_agency_name": obj.name,
        }
    return [(i["label"][lang()], known.get(i["id"]) or "") for i in block["indicators"]]


def _part(view: SectionView, empty: bool) -> dict[str, Any]:
    """A section as the official table shows it: items down; a table's rows side by side, some to a page."""
    if not view.section.repeat:
        return {"title": view.title, "blocks": [{"heads": [""], "lines": [[f] for f in view.fields]}]}
    rows = [view.pattern] * COLUMNS if empty else view.rows
    blocks = []
    for start in range(0, len(rows), COLUMNS):
        some = rows[start : start + COLUMNS]
        heads = [str(start + n) for n in range(1, len(some) + 1)]
        lines = [[row.fields[i] for row in some] for i in range(len(some[0].fields))]
        blocks.append({"heads": heads, "lines": lines})
    return {"title": view.title, "blocks": blocks, "table": True}
