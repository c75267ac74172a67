"""Pages of export and import."""

from __future__ import annotations

import io
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from census.access.guard import requires
from census.audit.services import audit_record
from census.jobs.models import Job
from sources.objects.exports import DIRECT, export_bytes, export_path, export_start, template_bytes
from sources.objects.imports import import_confirm, import_start, report_table
from sources.objects.queries import Filters, object_list
from sources.sheets.reader import SheetFault
from sources.sheets.report import SHOWN, Report

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}


@require_POST
@requires("export")
def register_export(request: HttpRequest) -> HttpResponse:
    """The filtered list as a file; a long one becomes a job."""
    filters = Filters.read(request.POST)
    kind = request.POST.get("format", "xlsx")
    if kind not in _TYPES:
        raise Http404(kind)
    if object_list(request.scope, filters).order_by()[: DIRECT + 1].count() > DIRECT:
        return redirect("job_detail", export_start(request.scope, filters=filters, kind=kind).pk)
    name = f"register-{request.scope.region[:6]}-{timezone.localdate():%Y%m%d}.{kind}"
    return _download(export_bytes(request.scope, filters=filters, kind=kind), name, _TYPES[kind])


@require_safe
@requires("export")
def register_export_file(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The file of a finished export, for the person who started it."""
    job = _own_job(request, job_id, "objects.export")
    try:
        file = export_path(job).open("rb")
    except FileNotFoundError as error:
        raise Http404(_("The file is no longer kept; export again.")) from error
    audit_record(request.scope, "object.export_fetched", subject="job", subject_id=job.pk)
    kind = job.arguments["format"]
    name = f"register-{job.region[:6]}-{timezone.localdate(job.created_at):%Y%m%d}.{kind}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=_TYPES[kind])


@require_safe
@requires("register.import")
def register_template(request: HttpRequest) -> HttpResponse:
    """The empty import template with code lists."""
    return _download(template_bytes(), "register-template.xlsx", XLSX)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("register.import")
def register_import(request: HttpRequest) -> HttpResponse:
    """Step 1: upload. The check is a job; nothing is written."""
    fault = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            fault = _("Choose a file.")
        else:
            try:
                return redirect(
                    "register_import_job", import_start(request.scope, file=upload, name=upload.name).pk
                )
            except SheetFault as error:
                fault = str(error)
    return render(request, "sources/objects/import.html", {"fault": fault}, status=422 if fault else 200)


@require_safe
@requires("register.import")
def register_import_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Steps 2 and 3: the report of the check, or the result of the import."""
    job = _own_job(request, job_id, "objects.import_check", "objects.import_write")
    context = {"job": job, "checking": job.kind == "objects.import_check", "shown": SHOWN}
    if "report" in job.result:
        report = Report.unpack(job.result["report"])
        context |= {"report": report, "faults": report.faults[:SHOWN], "warnings": report.warnings[:SHOWN]}
    return render(request, "sources/objects/import_job.html", context)


@require_POST
@requires("register.import")
def register_import_confirm(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Start writing the good rows."""
    check = _own_job(request, job_id, "objects.import_check")
    try:
        job = import_confirm(request.scope, check=check)
    except ValidationError as error:
        context = {"fault": " ".join(error.messages)}
        return render(request, "sources/objects/import.html", context, status=422)
    return redirect("register_import_job", job.pk)


@require_safe
@requires("register.import")
def register_import_report(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The report of a check or import as xlsx."""
    job = _own_job(request, job_id, "objects.import_check", "objects.import_write")
    if "report" not in job.result:
        raise Http404(job_id)
    buffer = io.BytesIO()
    report_table(buffer, Report.unpack(job.result["report"]), job.arguments["name"])
    return _download(buffer.getvalue(), "import-report.xlsx", XLSX)


def _own_job(request: HttpRequest, job_id: UUID, *kinds: str) -> Job:
    rows = Job.objects.visible_to(request.scope).filter(kind__in=kinds, user_id=request.scope.user_id)
    return get_object_or_404(rows, pk=job_id)


def _download(data: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
