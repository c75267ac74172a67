"""Pages of outside figures: the list, and loading a spreadsheet."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from census.access.guard import requires
from census.ui.paging import paginate
from sources.references.indicators import reference_indicators
from sources.references.models import ReferenceFigure
from sources.references.queries import figures_found
from sources.references.services import columns, figures_load
from sources.sheets.pages import load_page, template_file


@requires("reference.view")
@require_GET
def reference_list(request: HttpRequest) -> HttpResponse:
    """Outside figures in scope, with search."""
    rows = figures_found(request.scope, request.GET)
    lang = get_language() or "zh-hans"
    context: dict[str, Any] = {
        "page": paginate(rows, ("region", "object_code", "indicator", "-year", "id"), request.GET),
        "indicators": {code: one.label.get(lang) for code, one in reference_indicators().items()},
        "kinds": ReferenceFigure.Kind.choices,
        "confidences": ReferenceFigure.Confidence.choices,
    }
    return render(request, "sources/references/list.html", context)


@requires("reference.load")
def reference_load(request: HttpRequest) -> HttpResponse:
    """Load a spreadsheet of figures; what is wrong with it stands row by row below."""
    context: dict[str, Any] = {
        "indicators": reference_indicators().values(),
        "lang": get_language() or "zh-hans",
    }
    return load_page(
        request,
        "sources/references/load.html",
        context,
        load=figures_load,
        told=_("%(added)d figures added, %(replaced)d replaced, %(unchanged)d unchanged."),
        target="reference_list",
    )


@requires("reference.load")
@require_GET
def reference_template(request: HttpRequest) -> HttpResponse:
    """An empty spreadsheet with the columns and choices."""
    return template_file(columns(), _("Reference figures"), "reference-figures.xlsx")
