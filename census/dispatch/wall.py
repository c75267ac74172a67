"""The wall: one measure of a region on a big screen, coloured on the map, renewed by itself."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from census.access.guard import requires
from census.dispatch.measures import measure_of, measures
from census.dispatch.queries import Line, board, steps
from census.dispatch.views import region_in
from census.places import regions
from census.ui.context import region_name

LAYERS = ("provinces", "cities", "counties")  # of the places below a nation, province, city
TOP = 12  # places of the ranking that a screen holds


@requires("dispatch.view")
@require_safe
def dispatch_wall(request: HttpRequest) -> HttpResponse:
    """The page; its figures come from :func:`dispatch_wall_json`, again every minute."""
    scope = request.scope
    region = region_in(scope, request.GET.get("region") or scope.region)
    level = regions.level(region)
    context = {
        "region": region,
        "place": region_name(region),
        "layer": LAYERS[level] if level < len(LAYERS) else "",
        "measures": measures(),
        "chosen": request.GET.get("measure", ""),
    }
    return render(request, "census/dispatch/wall.html", context)


@requires("dispatch.view")
@require_safe
def dispatch_wall_json(request: HttpRequest) -> HttpResponse:
    """Figures of one measure (``measure``) of ``region``: whole, steps, places in order of rank."""
    scope = request.scope
    region = region_in(scope, request.GET.get("region") or scope.region)
    measure = measure_of(request.GET.get("measure", "")) or next(iter(measures()), None)
    if measure is None:
        raise Http404("no measures are registered")
    found = board(scope, region, measure)
    places = [_line(line) for line in found.lines if not line.own]
    answer = {
        "measure": measure.code,
        "label": str(measure.label),
        "unit": str(measure.unit),
        "day": found.day and found.day.isoformat(),
        "at": f"{timezone.localtime():%H:%M}",
        "due": found.target and found.target.due.isoformat(),
        "whole": _line(found.whole) if found.whole else None,
        "places": places,
        "top": TOP,
        "steps": [
            {
                "code": step.measure.code,
                "label": str(step.measure.label),
                "percent": step.percent,
                "verdict": step.verdict,
            }
            for step in steps(scope, region, found.day)
        ],
    }
    return JsonResponse(answer)


def _line(line: Line) -> dict[str, Any]:
    return {
        "region": line.region,
        "name": line.label,
        "total": line.total,
        "done": line.done,
        "left": line.left,
        "percent": line.percent,
        "asked": line.asked_percent,
        "lack": line.lack,
        "pace": None if line.pace is None else round(line.pace, 1),
        "forecast": line.forecast and line.forecast.isoformat(),
        "verdict": line.verdict,
        "rank": line.rank,
    }
