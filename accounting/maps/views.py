"""The result map: places coloured by an indicator, the objects as points, a card for each, and a sheet to print."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

import orjson
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control

from accounting.cuts.queries import cuts_over, may_open
from accounting.maps import districts, queries, shapes
from accounting.maps.indicators import (
    PROGRESS,
    Indicator,
    indicator_of,
    indicators,
    published_values,
    values_of,
)
from accounting.maps.models import AMOUNTS
from accounting.maps.points import Box
from accounting.methods import pollutants
from accounting.publication.models import Publication
from accounting.tables.asked import asked_cut, asked_region
from accounting.tables.making import cut_label, newest_run
from census.access.guard import requires
from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.audit.views import audit_view
from census.numbers import whole
from census.places import regions
from census.places.models import CensusDistrict, Industry, Region
from sources.objects.kinds import KINDS, SIZES
from sources.objects.models import CensusObject
from sources.returns.measures import REACHED

PLAIN = "T01.all"
MOST_PIXELS = 8000
CUTS = 20  # offered, the newest first


@requires("table.view")
def map_page(request: HttpRequest) -> HttpResponse:
    """?region= ?indicator= ?second= ?publication= ?column= ?cut= and the filters of the points; ?paper=1 to print."""
    scope, region = request.scope, asked_region(request)
    chain = [code for code in regions.ancestors(region) if scope.covers(code)]
    named = Region.objects.in_bulk(chain)
    if region not in named:
        raise Http404(region)
    publication = _publication(request)
    cuts = list(cuts_over(scope, region)[:CUTS]) if may_open(scope) else []
    # a place above that of the cut is shown by working figures
    cut = None if publication else next((one for one in cuts if str(one.pk) == request.GET.get("cut")), None)
    found = [one for one in indicators(scope) if not (cut and one.code.startswith(PROGRESS))]
    kinds = [k for k in KINDS.values() if k.level is None and k.category in scope.categories]
    return render(
        request,
        "accounting/maps/paper.html" if request.GET.get("paper") else "accounting/maps/map.html",
        {
            "region": region,
            "place": named[region],
            "crumbs": [named[code] for code in chain if code in named],
            "indicators": found,
            "indicator": None if publication else _indicator(scope, request.GET.get("indicator") or PLAIN),
            "second": _indicator(scope, request.GET["second"]) if request.GET.get("second") else None,
            "publication": publication,
            "column": request.GET.get("column")
            or (publication and publication.content["columns"][0]["key"])
            or "",
            "publications": Publication.objects.visible_to(scope)
            .filter(released_at__isnull=False)
            .select_related("cut")
            .defer("content"),
            "kinds": kinds,
            "categories": CATEGORIES,
            "asked": _asked_points(request),
            "divisions": Industry.objects.filter(code__regex=r"^\d\d$").order_by("code"),
            "sizes": SIZES,
            "amounts": [(f"{medium}.{code}", pollutants.table()[code]) for medium, code in AMOUNTS],
            "measures": districts.district_measures(scope),
            "run": cut.run if cut else newest_run(scope, region),
            "cut": cut,
            "cuts": [(str(one.pk), cut_label(one)) for one in cuts],
            "basis": cut_label(cut) if cut else "",
        },
    )


def _publication(request: HttpRequest) -> Publication | None:
    """The released publication in the address, if one is named."""
    try:
        pk = UUID(request.GET.get("publication", ""))
    except ValueError:
        return None
    released = Publication.objects.visible_to(request.scope).filter(released_at__isnull=False)
    return get_object_or_404(released.select_related("cut"), pk=pk)


def _indicator(scope: Scope, code: str) -> Indicator:
    found = indicator_of(scope, code)
    if found is None:
        raise Http404(code)
    return found


def _json(data: Any) -> HttpResponse:
    return HttpResponse(
        orjson.dumps(data, option=orjson.OPT_SERIALIZE_NUMPY), content_type="application/json"
    )


@requires("table.view")
@cache_control(private=True, max_age=3600)
def map_shapes(request: HttpRequest) -> HttpResponse:
    """Boundaries of the region's children."""
    return HttpResponse(shapes.children(asked_region(request)), content_type="application/geo+json")


@requires("table.view")
def map_values(request: HttpRequest) -> HttpResponse:
    """Value of the indicator for each polygon on the map, with class limits; ``rows`` are those of the table below."""
    scope, region = request.scope, asked_region(request)
    if publication := _publication(request):
        return _json(published_values(publication, region, request.GET.get("column", "")).as_json())
    indicator, cut = _indicator(scope, request.GET.get("indicator") or PLAIN), asked_cut(request, region)
    return _json(values_of(scope, indicator, region, newest_run(scope, region), cut).as_json())


@requires("table.view")
def map_points(request: HttpRequest) -> HttpResponse:
    """Objects in a window. ?box=west,south,east,north ?pixels=width,height, and the filters ?kind= ?division= ?size=
    ?amount=water.COD ?least=kg"""
    width, height = _numbers(request, "pixels", 2) if request.GET.get("pixels") else (1200.0, 800.0)
    wanted = queries.Wanted(
        box=_box(request),
        pixels=(min(max(width, 1), MOST_PIXELS), min(max(height, 1), MOST_PIXELS)),
        **_filters(request),
    )
    return _json(queries.map_points(request.scope, asked_region(request), wanted))


@requires("dispatch.view")
def map_districts(request: HttpRequest) -> HttpResponse:
    """Census districts in a window, coloured by progress. ?box=west,south,east,north ?measure=survey.submitted"""
    measure = request.GET.get("measure", "")
    if measure not in REACHED:
        raise BadRequest("measure")
    found = districts.map_districts(request.scope, asked_region(request), _box(request), measure)
    return _json(found)


@requires("dispatch.view")
def map_district(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The card of one census district: where it is, who works there, how far its forms are."""
    scope = request.scope
    district = get_object_or_404(CensusDistrict.objects.visible_to(scope), pk=pk)
    progress = districts.district_progress(scope, district)
    return render(request, "accounting/maps/district_card.html", {"district": district, **progress})


def _box(request: HttpRequest) -> Box:
    west, south, east, north = _numbers(request, "box", 4)
    if west >= east or south >= north:
        raise BadRequest("box")
    return west, south, east, north


def _numbers(request: HttpRequest, name: str, count: int) -> list[float]:
    try:
        found = [float(part) for part in request.GET.get(name, "").split(",")]
    except ValueError as error:
        raise BadRequest(name) from error
    if len(found) != count or not all(map(math.isfinite, found)):
        raise BadRequest(name)
    return found


def _filters(request: HttpRequest) -> dict[str, Any]:
    """The filters of the points in the address; what is no choice is left out."""
    amount = tuple(request.GET.get("amount", "").split("."))
    least = request.GET.get("least", "")
    return {
        "kinds": tuple(kind for kind in request.GET.getlist("kind") if kind in KINDS),
        "divisions": tuple(
            number for one in request.GET.getlist("division") if (number := whole(one, 99)) is not None
        ),
        "sizes": tuple(int(one) for one in request.GET.getlist("size") if one in SIZES),
        "amount": amount if amount in AMOUNTS else None,
        "least": float(whole(least) or 0),
    }


def _asked_points(request: HttpRequest) -> dict[str, Any]:
    """What of the filters of the points the page shows as chosen, and where one looked."""
    asked = {
        name: request.GET.get(name, "") for name in ("points", "districts", "size", "amount", "least", "view")
    }
    return asked | {"kinds": request.GET.getlist("kind"), "divisions": request.GET.getlist("division")}


@requires("table.view")
def map_find(request: HttpRequest) -> HttpResponse:
    """Objects to go to on the map. ?q="""
    return _json(
        {"results": queries.map_find(request.scope, asked_region(request), request.GET.get("q", ""))}
    )


@requires("table.view")
def map_card(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The card of one object: what it is and what it emits. Looking at it is recorded, as on its own page."""
    scope = request.scope
    obj = get_object_or_404(CensusObject.objects.visible_to(scope), pk=pk)
    run = newest_run(scope, obj.region)
    audit_view(request, "object", obj.pk, region=obj.region)
    amounts = [
        {
            **one,
            "pollutant": pollutants.table()[one["pollutant"]],
            "shown": one["kg"] * pollutants.table()[one["pollutant"]].scale,
        }
        for one in queries.object_amounts(obj, run)
    ]
    industry = Industry.objects.filter(code=obj.industry).first() if obj.industry else None
    return render(
        request,
        "accounting/maps/card.html",
        {
            "object": obj,
            "run": run,
            "amounts": amounts,
            "industry": industry,
            "waters": queries.receiving_waters(obj),
        },
    )
