"""Pages of outside figures: the list, and loading a spreadsheet."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from census.access.guard import requires
from census.ui.paging import paginate
from sources.references.indicators import reference_indicators
from sources.references.models import ReferenceFigure
from sources.references.queries import figures_found
from sources.references.services import columns, figures_load
from sources.sheets.reader import SheetFault
from sources.sheets.report import SHOWN
from sources.sheets.writer import write_table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    if request.method != "POST":
        return render(request, "sources/references/load.html", context)
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise SheetFault(_("Choose a file."))
        report = figures_load(request.scope, file=upload, name=upload.name)
    except SheetFault as fault:
        return render(request, "sources/references/load.html", context | {"fault": str(fault)}, status=422)
    if report.faults:
        context |= {"faults": list(report.rows())[:SHOWN], "count": len(report.bad_lines)}
        return render(request, "sources/references/load.html", context, status=422)
    messages.success(
        request,
        _("%(added)d figures added, %(replaced)d replaced, %(unchanged)d unchanged.") % report.counts,
    )
    return redirect("reference_list")


@requires("reference.load")
@require_GET
def reference_template(request: HttpRequest) -> HttpResponse:
    """An empty spreadsheet with the columns and choices."""
    target = BytesIO()
    write_table(target, columns=columns(), rows=(), title=_("Reference figures"), template=True)
    response = HttpResponse(target.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="reference-figures.xlsx"'
    return response
