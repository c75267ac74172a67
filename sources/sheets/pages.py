"""The two pages around a spreadsheet that is loaded as a whole: the upload with its faults, and the empty file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sources.sheets.columns import Column
from sources.sheets.reader import SheetFault
from sources.sheets.report import SHOWN, Report
from sources.sheets.writer import write_table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def load_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    load: Callable[..., Report],
    told: str,
    target: str,
) -> HttpResponse:
    """Load the file of a POST by ``load(scope, file=, name=)`` and go to *target*, or show what is wrong row by row.

    *told*: what to say of ``report.counts`` afterwards.
    """
    if request.method != "POST":
        return render(request, template, context)
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise SheetFault(_("Choose a file."))
        report = load(request.scope, file=upload, name=upload.name)
    except SheetFault as fault:
        return render(request, template, context | {"fault": str(fault)}, status=422)
    if report.faults:
        context |= {"faults": list(report.rows())[:SHOWN], "count": len(report.bad_lines)}
        return render(request, template, context, status=422)
    messages.success(request, told % report.counts)
    return redirect(target)


def template_file(columns: Sequence[Column], title: str, name: str) -> HttpResponse:
    """An empty spreadsheet with the columns and choices."""
    target = BytesIO()
    write_table(target, columns=columns, rows=(), title=title, template=True)
    response = HttpResponse(target.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
