"""The result map: children of a region coloured by a table's column, and the objects as points."""

from __future__ import annotations

import math
from typing import Any

import orjson
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control

from accounting.maps import queries, shapes
from accounting.maps.classes import breaks
from accounting.tables.layout import Column, Layout, load
from accounting.tables.views import asked_region, make_table, newest_run
from census.access.guard import requires
from census.places import regions
from census.places.models import Region
from sources.objects.kinds import KINDS


def indicators() -> list[tuple[Layout, list[Column]]]:
    """Columns that can colour a map: those of tables that have rows by region."""
    return [
        (layout, list(layout.columns_for("region"))) for layout in load().values() if "region" in layout.rows
    ]


@requires("table.view")
def map_page(request: HttpRequest) -> HttpResponse:
    """?region= ?indicator=T03.COD_discharged ?kind= (several)"""
    region = asked_region(request)
    layout, column = _indicator(request)
    chain = [code for code in regions.ancestors(region) if request.scope.covers(code)]
    named = Region.objects.in_bulk(chain)
    return render(
        request,
        "accounting/maps/map.html",
        {
            "region": region,
            "crumbs": [named[code] for code in chain if code in named],
            "indicators": indicators(),
            "layout": layout,
            "column": column,
            "kinds": [
                k for k in KINDS.values() if k.level is None and k.category in request.scope.categories
            ],
            "chosen_kinds": request.GET.getlist("kind"),
            "run": newest_run(request.scope, region),
        },
    )


def _indicator(request: HttpRequest) -> tuple[Layout, Column]:
    code, _, name = request.GET.get("indicator", "T01.all").partition(".")
    for layout, columns in indicators():
        for column in columns:
            if (layout.code, column.id) == (code, name):
                return layout, column
    raise Http404(code)


def _json(data: Any) -> HttpResponse:
    return HttpResponse(orjson.dumps(data), content_type="application/json")


@requires("table.view")
@cache_control(private=True, max_age=3600)
def map_shapes(request: HttpRequest) -> HttpResponse:
    """Boundaries of the region's children."""
    return HttpResponse(shapes.children(asked_region(request)), content_type="application/geo+json")


@requires("table.view")
def map_values(request: HttpRequest) -> HttpResponse:
    """Value of the indicator for each polygon on the map, with class limits; ``rows`` are those of the table below.

    A county has no polygons below it: its own carries the total, not the row of what belongs to no township.
    """
    region = asked_region(request)
    layout, column = _indicator(request)
    table = make_table(request.scope, layout, "region", region, newest_run(request.scope, region))
    at = table.columns.index(column)
    language = "en" if get_language() == "en" else "zh"
    values = {row.key: row.cells[at] for row in table.rows}
    if regions.level(region) >= 3 and table.total:
        values = {region: table.total.cells[at]}
    return _json(
        {
            "values": values,
            "rows": [{"name": row.label[language], "value": row.cells[at]} for row in table.rows],
            "breaks": breaks([v for v in values.values() if v is not None]),
            "unit": column.unit[language],
            "label": column.label[language],
            "decimals": column.decimals,
        }
    )


@requires("table.view")
def map_points(request: HttpRequest) -> HttpResponse:
    """Objects in a window. ?box=west,south,east,north ?kind="""
    try:
        west, south, east, north = (float(part) for part in request.GET.get("box", "").split(","))
    except ValueError as error:
        raise BadRequest("box") from error
    if not all(map(math.isfinite, (west, south, east, north))) or west >= east or south >= north:
        raise BadRequest("box")
    kinds = [kind for kind in request.GET.getlist("kind") if kind in KINDS]
    return _json(queries.points(request.scope, asked_region(request), kinds, (west, south, east, north)))
