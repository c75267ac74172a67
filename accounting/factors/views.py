"""Pages of the factor library: search and detail."""

from __future__ import annotations

from collections import Counter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from accounting.factors import queries
from accounting.factors.editions import STATES, editions_alike, editions_compare
from accounting.factors.models import CONFIDENCE, KINDS, SECTORS, Edition, Factor
from accounting.factors.services import search_text
from accounting.factors.shape import FactorRow
from accounting.methods import pollutants
from accounting.words import phrase
from census.access.guard import requires
from census.ui.paging import paginate

SHOWN = 100
"""Pairs on a page of compared editions; narrower words show the rest."""


@requires("factor.view")
@require_GET
def factor_list(request: HttpRequest) -> HttpResponse:
    """Search in Chinese, pinyin and English, narrowed by sector, edition, pollutant, kind and rating."""
    names = ("sector", "edition", "pollutant", "confidence", "kind")
    filters = {name: request.GET.get(name, "").strip() for name in names}
    found = queries.factor_search(text=request.GET.get("q", "").strip(), **filters)
    page = paginate(found, ("id",), request.GET)
    context = {
        "page": page,
        "industries": queries.industries_in_english(factor.industry for factor in page.rows),
        "total": found.count(),
        "editions": Edition.objects.all(),
        "sectors": SECTORS,
        "kinds": KINDS,
        "ratings": CONFIDENCE,
        "pollutants": _names(),
    }
    return render(request, "accounting/factors/list.html", context)


@requires("factor.view")
@require_GET
def factor_show(request: HttpRequest, pk: int) -> HttpResponse:
    """One factor with its key, value, source, rating and revisions."""
    factor = get_object_or_404(Factor.objects.select_related("edition"), pk=pk)
    context = {
        "factor": factor,
        "revisions": queries.factor_revisions(factor=factor),
        "industries": queries.industries_in_english([factor.industry]),
        "pollutants": _names(),
    }
    return render(request, "accounting/factors/show.html", context)


@requires("factor.view")
@require_GET
def edition_compare(request: HttpRequest) -> HttpResponse:
    """Two editions side by side: ?first= ?second= ?state= ?q="""
    known = {edition.code: edition for edition in Edition.objects.all()}
    codes = list(known) if request.GET else [*(editions_alike() or ()), *known]
    first = known.get(request.GET.get("first", "")) or known.get(next(iter(codes), ""))
    second = known.get(request.GET.get("second", "")) or known.get(next(iter(codes[1:]), ""))
    pairs = editions_compare(first.code, second.code) if first and second and first != second else []
    counts = Counter(pair.state for pair in pairs)
    state, words = request.GET.get("state", ""), request.GET.get("q", "").lower().split()
    if state in STATES:
        pairs = [pair for pair in pairs if pair.state == state]
    pairs = (
        [pair for pair in pairs if all(word in search_text(pair.row) for word in words)] if words else pairs
    )
    context = {
        "editions": known.values(), "first": first, "second": second,
        "pairs": [(pair, _key(pair.row)) for pair in pairs[:SHOWN]], "total": len(pairs),
        "counts": {name: counts[name] for name in STATES}, "shared": counts["differs"] + counts["same"],
        "pollutants": _names(), "shown": SHOWN,
    }  # fmt: skip
    return render(request, "accounting/factors/editions.html", context)


def _key(row: FactorRow) -> str:
    """What sets a factor apart within its edition, besides the pollutant, in the language of the reader."""
    names = (
        "industry_name", "unit", "product", "material", "process", "scale", "stage", "region", "technology",
    )  # fmt: skip
    language = get_language() or "zh"
    return " / ".join(filter(None, (phrase(getattr(row, name), language) for name in names)))


def _names() -> dict[str, str]:
    language = get_language() or "zh"
    return {code: entry.label(language) for code, entry in pollutants.table().items()}
