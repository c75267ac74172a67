"""Pages of the water bodies: the list, how objects found their basin, and loading a spreadsheet."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from census.access.guard import requires
from census.ui.paging import paginate
from sources.sheets.pages import load_page, template_file
from sources.waters.models import WaterBody
from sources.waters.queries import assigned, basins, unlisted, waters_found
from sources.waters.services import columns, waters_load

STEPS = {
    "code": gettext_lazy("by code"),
    "pattern": gettext_lazy("by the basin in the code"),
    "name": gettext_lazy("by name"),
    "area": gettext_lazy("by place"),
}


@requires("reference.view")
@require_GET
def water_list(request: HttpRequest) -> HttpResponse:
    """The list of water bodies, with search."""
    rows = waters_found(request.GET)
    context: dict[str, Any] = {
        "page": paginate(rows, ("basin", "code", "name", "area", "id"), request.GET),
        "basins": basins(),
        "confidences": WaterBody.Confidence.choices,
    }
    return render(request, "sources/waters/list.html", context)


@requires("reference.view")
@require_GET
def water_assigned(request: HttpRequest) -> HttpResponse:
    """How many objects of the own region found which basin and how; waters the list does not know."""
    scope, named = request.scope, basins()
    counts: dict[str, dict[str, int]] = {}
    for row in assigned(scope, scope.region):
        counts.setdefault(row["basin"] or "", {})[row["step"] or ""] = row["objects"]
    lines = [
        {"basin": named.get(code), "total": sum(steps.values()), "cells": [steps.get(step) for step in STEPS]}
        for code, steps in sorted(counts.items(), key=lambda one: (one[0] == "", -sum(one[1].values())))
    ]
    context = {"steps": STEPS.values(), "lines": lines, "unlisted": unlisted(scope, scope.region)}
    return render(request, "sources/waters/assigned.html", context)


@requires("reference.load")
def water_load(request: HttpRequest) -> HttpResponse:
    """Load a spreadsheet; what is wrong with it stands row by row below."""
    context: dict[str, Any] = {"basins": basins()}
    return load_page(
        request,
        "sources/waters/load.html",
        context,
        load=waters_load,
        told=_("%(added)d waters added, %(replaced)d replaced, %(unchanged)d unchanged."),
        target="water_list",
    )


@requires("reference.load")
@require_GET
def water_template(request: HttpRequest) -> HttpResponse:
    """An empty spreadsheet with the columns and choices."""
    return template_file(columns(), _("Waters and basins"), "waters.xlsx")
