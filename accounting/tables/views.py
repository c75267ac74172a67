"""Summary tables on screen, as xlsx and csv, with drill-down to the objects behind a cell."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounting.runs.models import Run
from accounting.tables import drill
from accounting.tables.books import KIND as BOOK_KIND
from accounting.tables.books import book_path, book_start
from accounting.tables.build import Table
from accounting.tables.layout import Layout, load
from accounting.tables.making import imprint_of, make_table, make_tables, newest_run
from accounting.tables.plain import csv_text
from accounting.tables.present import SHARE, ordered, shown, sortable
from accounting.tables.workbook import book
from census.access.guard import requires
from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs.models import Job
from census.places import regions
from census.places.models import Region

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def asked_region(request: HttpRequest) -> str:
    """The region in the address, or the post's own. Outside the scope it is a 404, as everything else."""
    code = request.GET.get("region") or request.scope.region
    if len(code) != 12 or not code.isdigit() or not request.scope.covers(code):
        raise Http404(code)
    return code


def _layout(code: str) -> Layout:
    try:
        return load()[code]
    except KeyError as error:
        raise Http404(code) from error


def _by(request: HttpRequest, layout: Layout) -> str:
    by = request.GET.get("by") or layout.rows[0]
    if by not in layout.rows:
        raise Http404(by)
    return by


@requires("table.view")
def table_list(request: HttpRequest) -> HttpResponse:
    """All tables, and from which run their numbers come."""
    run = newest_run(request.scope, request.scope.region)
    return render(request, "accounting/tables/list.html", {"layouts": load().values(), "run": run})


@requires("table.view")
def table_show(request: HttpRequest, code: str) -> HttpResponse:
    """One table of one region. ?region= ?by= ?run= ?sort= ?show=share ?compare=(number of another run)"""
    table, region, run = _asked_table(request, code)
    layout, by = table.layout, table.by
    other = _compared(request, region)
    before = make_table(request.scope, layout, by, region, other) if other else None
    runs = Run.objects.filter(state="done", region__in=regions.ancestors(region)).order_by("-number")
    sort, descending = _sort(request)
    return render(
        request,
        "accounting/tables/show.html",
        {
            "table": table,
            "rows": shown(table, before),
            "layout": layout,
            "by": by,
            "bys": [(name, _by_label(layout, name)) for name in layout.rows],
            "heads": _groups(table),
            "region": region,
            "crumbs": _crumbs(request.scope, region),
            "run": run,
            "runs": runs[:20],
            "other": other,
            "share": request.GET.get("show") == SHARE and table.total is not None,
            "sortable": sortable(table),
            "sort": sort,
            "descending": descending,
            "deeper": by == "region" and len(regions.prefix(region)) < 9,
        },
    )


def _compared(request: HttpRequest, region: str) -> Run | None:
    number = request.GET.get("compare")
    return newest_run(request.scope, region, number) if number else None


def _by_label(layout: Layout, name: str) -> str:
    if name == "region":
        return _("By region")
    if name == "industry":
        return _("By industry")
    label = layout.dimensions[name].label
    return _("By: %(what)s") % {"what": label["en" if get_language() == "en" else "zh"]}


def _groups(table: Table) -> list[dict[str, Any]]:
    """Head cells of the first line: groups with their span, single columns with two lines' height."""
    heads: list[dict[str, Any]] = []
    for column in table.columns:
        if column.group and heads and heads[-1].get("group") == column.group:
            heads[-1]["span"] += 1
        else:
            heads.append({"group": column.group, "column": column, "span": 1})
    return heads


def _crumbs(scope: Scope, region: str) -> list[Region]:
    chain = [code for code in regions.ancestors(region) if scope.covers(code)]
    named = Region.objects.in_bulk(chain)
    return [named[code] for code in chain if code in named]


def _asked_table(request: HttpRequest, code: str) -> tuple[Table, str, Run | None]:
    """The table the address asks for, sorted as asked, with its region and run."""
    layout, region = _layout(code), asked_region(request)
    run = newest_run(request.scope, region, request.GET.get("run"))
    table = make_table(request.scope, layout, _by(request, layout), region, run)
    sort, descending = _sort(request)
    return ordered(table, sort, descending), region, run


def _sort(request: HttpRequest) -> tuple[str, bool]:
    """``?sort=column`` or, downwards, ``?sort=-column``."""
    asked = request.GET.get("sort", "")
    return asked.removeprefix("-"), asked.startswith("-")


@requires("export")
def table_xlsx(request: HttpRequest, code: str) -> HttpResponse:
    """The table as a workbook; the export is recorded."""
    table, region, run = _asked_table(request, code)
    data = book([table], imprint_of(request.scope, region, run))
    _record(request, code, region, len(table.rows))
    return _file(data, f"{code}-{region}.xlsx", XLSX)


@requires("export")
def table_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The table as csv, unrounded; the export is recorded."""
    table, region, run = _asked_table(request, code)
    text = csv_text(table, imprint_of(request.scope, region, run))
    _record(request, code, region, len(table.rows))
    return _file(text.encode("utf-8"), f"{code}-{region}.csv", "text/csv; charset=utf-8")


@requires("export")
def table_book(request: HttpRequest) -> HttpResponse:
    """All tables of a region in one workbook."""
    region = asked_region(request)
    run = newest_run(request.scope, region, request.GET.get("run"))
    tables = make_tables(request.scope, region, run)
    _record(request, "book", region, len(tables))
    return _file(book(tables, imprint_of(request.scope, region, run)), f"tables-{region}.xlsx", XLSX)


@require_POST
@requires("export")
def table_book_start(request: HttpRequest) -> HttpResponse:
    """All tables of the region and of every division below it down to the counties, in the background."""
    region = asked_region(request)
    job = book_start(request.scope, region=region, run=newest_run(request.scope, region))
    return redirect("job_detail", job.pk)


@require_safe
@requires("export")
def table_book_file(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """The finished book, for the person who asked for it."""
    job = get_object_or_404(
        Job.objects.visible_to(request.scope), pk=job_id, kind=BOOK_KIND, user_id=request.scope.user_id
    )
    try:
        file = book_path(job).open("rb")
    except FileNotFoundError as error:
        raise Http404(_("The book is not finished or no longer kept; make it again.")) from error
    audit_record(request.scope, "table.book_fetched", subject="job", subject_id=job.pk)
    return FileResponse(file, as_attachment=True, filename=f"tables-{job.arguments['region']}.zip")


def _record(request: HttpRequest, subject: str, region: str, rows: int) -> None:
    audit_record(
        request.scope, "table.exported", subject="table", subject_id=subject, region=region, rows=rows
    )


def _file(data: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        data, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@requires("table.view")
def table_cell(request: HttpRequest, code: str, column: str) -> HttpResponse:
    """The objects behind a cell, largest first. ?region= ?by= ?row= ?run="""
    layout, region = _layout(code), asked_region(request)
    by = _by(request, layout)
    chosen = next((c for c in layout.columns if c.id == column and c.opens), None)
    if chosen is None:
        raise Http404(column)
    run = newest_run(request.scope, region, request.GET.get("run"))
    row_key = request.GET.get("row", "total")
    found = drill.objects_behind(request.scope, layout, by, chosen, region, row_key, run, request.GET)
    return render(
        request,
        "accounting/tables/cell.html",
        {
            "layout": layout,
            "column": chosen,
            "by": by,
            "region": region,
            "crumbs": _crumbs(request.scope, region),
            "row_key": row_key,
            "run": run,
            **found,
        },
    )
