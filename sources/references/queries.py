"""Reading outside figures: the list, and what comparisons and tables ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from census.access.scope import Scope
from census.numbers import whole
from census.places import regions
from census.places.models import Region
from sources.references.indicators import reference_indicators
from sources.references.models import ReferenceFigure


def figures_found(scope: Scope, params: Mapping[str, Any]) -> QuerySet[ReferenceFigure]:
    """Figures in *scope* narrowed by the filter bar; those that count now unless ``past`` is asked for."""
    condition = Q() if params.get("past") else Q(current=True)
    for name in ("indicator", "kind", "confidence"):
        if value := params.get(name):
            condition &= Q(**{name: value})
    if (year := whole(str(params.get("year") or ""), 9999)) is not None:
        condition &= Q(year=year)
    code = params.get("region") or ""
    if regions.is_code(code):
        low, high = regions.bounds(code)
        condition &= Q(region__gte=low, region__lt=high)
    if text := (params.get("q") or "").strip():
        labels = reference_indicators().values()
        named = [one.code for one in labels if text.casefold() in f"{one.label.zh} {one.label.en}".casefold()]
        places = Region.objects.filter(name__icontains=text, level__lte=3).values("code")
        condition &= (
            Q(source__icontains=text)
            | Q(object_code__startswith=text)
            | Q(indicator__in=named)
            | Q(region__in=places)
        )
    return ReferenceFigure.objects.visible_to(scope).filter(condition)


def reference_figures(
    scope: Scope, *, region: str, indicators: set[str] | None = None, until: int, objects: bool = False
) -> dict[tuple[str, str], list[ReferenceFigure]]:
    """(place, indicator) -> the current figures in *region* up to the year *until*, the newest first.

    The place is a division code; with *objects* the register code of the object a figure is about. Figures of the same
    year come in the order of confidence: verified, secondary, recalled.
    """
    low, high = regions.bounds(region)
    rows = ReferenceFigure.objects.visible_to(scope).filter(
        region__gte=low, region__lt=high, current=True, year__lte=until
    )
    rows = rows.exclude(object_code="") if objects else rows.filter(object_code="")
    if indicators is not None:
        rows = rows.filter(indicator__in=indicators)
    order = ReferenceFigure.Confidence.values
    found: dict[tuple[str, str], list[ReferenceFigure]] = {}
    for row in sorted(rows, key=lambda row: (-row.year, order.index(row.confidence), row.pk)):
        found.setdefault((row.object_code if objects else row.region, row.indicator), []).append(row)
    return found
