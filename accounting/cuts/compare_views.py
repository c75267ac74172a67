"""Pages of two cuts side by side: the cells that differ, the objects behind one of them, and all that changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounting.cuts import beside, differing, queries
from accounting.cuts.models import Cut
from accounting.tables.layout import load
from census.access.guard import requires
from census.places import regions
from census.places.models import Region
from census.ui.paging import paginate
from sources.objects.models import CensusObject

CAUSES = {
    "new": _("New objects"),
    "removed": _("Objects no longer counted"),
    "activity": _("Changed activity"),
    "factor": _("Changed factor or efficiency"),
    "both": _("Changed activity and factor"),
    "other": _("Other method or receiving plant"),
}
WHAT = {
    "new": _("New objects"),
    "removed": _("Objects no longer there"),
    "edited": _("Edited in the register"),
    "forms": _("With changed forms"),
}
CITY = 2
BARRED = {"rest"}  # rows without a condition of their own


@dataclass(frozen=True, slots=True)
class Pair:
    """Two cuts and the region in which they are compared, as the address asks and the scope allows."""

    cut: Cut
    before: Cut
    common: str
    region: str


def _pair(request: HttpRequest, pk: UUID, other: UUID) -> Pair:
    """?region= names a place within the region of both and the post's scope; by default the largest such place."""
    queries.require_all_categories(request.scope)
    visible = queries.cuts_visible(request.scope)
    cut, before = get_object_or_404(visible, pk=pk), get_object_or_404(visible, pk=other)
    common = beside.common_region(cut, before)
    if common is None or cut == before:
        raise Http404(other)
    largest = common if request.scope.covers(common) else request.scope.region
    region = request.GET.get("region") or largest
    if not regions.contains(largest, region):
        raise Http404(region)
    return Pair(cut, before, largest, region)


def _table(asked: str, tables: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The table named ``code/dimension``; of those of ``code``, or of all, the first that differs, else the first."""
    code, _slash, by = asked.partition("/")
    named = [one for one in tables if code in ("", one["code"]) and by in ("", one["by"])]
    chosen = next((one for one in named if one["cells"]), None) or next(iter(named), None)
    if chosen is None:
        raise Http404(asked)
    return chosen


@requires("table.view")
@require_GET
def cut_compare(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """Cells that differ from another cut, where, and which objects changed. ?region= ?table=code/dimension"""
    pair = _pair(request, pk, other)
    cuts = (request.scope, pair.cut, pair.before, pair.region)
    tables = beside.tables_compared(*cuts)
    table = _table(request.GET.get("table", ""), tables)
    for cell in table["cells"]:
        cell["explained"] = differing.explainable(cell["column"]) and cell["row"]["key"] not in BARRED
    listed = regions.level(pair.region) >= CITY  # above it the lists of millions of forms would be read
    chain = [code for code in regions.ancestors(pair.region) if regions.contains(pair.common, code)]
    context = {
        "pair": pair,
        "sides": [(pair.before, beside.stands_for(pair.before)), (pair.cut, beside.stands_for(pair.cut))],
        "region": pair.region,
        "tables": tables,
        "table": table,
        "chain": list(Region.objects.filter(code__in=chain).order_by("code")),
        "places": beside.places_below(*cuts, (table["code"], table["by"])),
        "listed": listed,
        "members": differing.members_compared(request.scope, pair.before, pair.cut, pair.region)
        if listed
        else [],
    }
    return render(request, "accounting/cuts/compare.html", context)


@requires("accounting.view")
@require_GET
def cut_explain(request: HttpRequest, pk: UUID, other: UUID, code: str, column: str) -> HttpResponse:
    """The objects behind one difference, by cause. ?region= ?by= ?row="""
    pair, layout = _pair(request, pk, other), load().get(code)
    by, key = request.GET.get("by", ""), request.GET.get("row", "total")
    table = _table(f"{code}/{by}", beside.tables_compared(request.scope, pair.cut, pair.before, pair.region))
    cell = next((c for c in table["cells"] if (c["row"]["key"], c["column"]["id"]) == (key, column)), None)
    if layout is None or cell is None or key in BARRED or not differing.explainable(cell["column"]):
        raise Http404(column)
    row = queries.row_conditions(layout, by, key, pair.region)
    if row is None:
        raise Http404(key)
    found = differing.difference_explained(request.scope, pair.before, pair.cut, cell["column"], row)
    context = {"pair": pair, "region": pair.region, "table": table, "cell": cell, "causes": CAUSES, **found}
    return render(request, "accounting/cuts/explain.html", context)


@requires("table.view")
@require_GET
def cut_changes(request: HttpRequest, pk: UUID, other: UUID, region: str) -> HttpResponse:
    """Objects of one part (a county, or what a city or province holds itself) that differ. ?what=new|removed|…"""
    pair, what = _pair(request, pk, other), request.GET.get("what", "")
    if not regions.contains(pair.common, region) or (what and what not in WHAT):
        raise Http404(region)
    between = differing.part_between(request.scope, pair.before, pair.cut, region)
    wanted = set(getattr(between, what)) if what else between.every
    found = CensusObject.objects.visible_to(request.scope).filter(pk__in=wanted)
    page = paginate(found, ("code", "id"), request.GET)
    edits = differing.edits_between(
        request.scope, pair.before, pair.cut, [region], [one.pk for one in page.rows]
    )
    for one in page.rows:
        name = str(one.pk)
        one.edits, one.revisions = edits.get(name, []), between.edited.get(name)
        one.came, one.went = name in between.new, name in between.removed
    total = found.count()
    context = {
        "pair": pair,
        "part": region,
        "page": page,
        "total": total,
        "lost": len(wanted) - total,
        "kinds": WHAT,
        "what": what,
    }
    return render(request, "accounting/cuts/changes.html", context)
