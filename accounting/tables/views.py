"""Summary tables on screen, as xlsx and csv, with drill-down to the objects behind a cell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounting.cuts.queries import cuts_over, frozen_tables
from accounting.runs.queries import runs_counting
from accounting.tables import drill
from accounting.tables.against import OFFERED, Other, other_table
from accounting.tables.against import choices as comparisons
from accounting.tables.asked import (
    Asked,
    asked_by,
    asked_cut,
    asked_layout,
    asked_region,
    asked_table,
)
from accounting.tables.books import KIND as BOOK_KIND
from accounting.tables.books import book_path, book_start
from accounting.tables.build import Table
from accounting.tables.crossing import REST, WHOLE, crossable
from accounting.tables.layout import Text, load
from accounting.tables.making import cut_label, imprint_of, make_tables, newest_run
from accounting.tables.plain import csv_text
from accounting.tables.present import ROW_SHARE, SHARE, as_seen, ordered, shown, sortable
from accounting.tables.workbook import Imprint, book, rounding_note
from census.access.guard import requires
from census.access.scope import Scope
from census.audit.services import audit_record
from census.jobs.models import Job
from census.places import regions
from census.places.models import Region

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires("table.view")
def table_list(request: HttpRequest) -> HttpResponse:
    """All tables, and what their numbers rest on. ?region= ?run= ?cut="""
    region = asked_region(request)
    cut = asked_cut(request, region)
    run = cut.run if cut else newest_run(request.scope, region, request.GET.get("run"))
    context = {
        "layouts": load().values(),
        "region": region,
        "run": run,
        "cut": cut,
        "basis": cut_label(cut) if cut else "",
        "cuts": [(str(one.pk), cut_label(one)) for one in cuts_over(request.scope, region)[:OFFERED]],
    }
    return render(request, "accounting/tables/list.html", context)


@requires("table.view")
def table_show(request: HttpRequest, code: str) -> HttpResponse:
    """One table of one region.

    ?region= ?by= ?run= ?cut= ?sort= ?show=share|row ?compare= (see against.py) ?across= ?column= (one column over
    a second dimension) ?turn=1 (rows and columns swapped) ?totals=0 ?rounded=1
    """
    asked = asked_table(request, code)
    sort, descending = _sort(request)
    table = ordered(asked.table, sort, descending)
    compare = request.GET.get("compare", "")
    other = _other(asked, compare)
    rows = shown(table, other.table if other else None)
    if totals_hidden := request.GET.get("totals") == "0":
        rows = [row for row in rows if not row.row.total]
    bys = list(asked.heads)
    runs = runs_counting(request.scope, asked.region)
    context = {
        "asked": asked,
        "table": table,
        "rows": rows,
        "layout": table.layout,
        "by": table.by,
        "bys": [(name, _by_label(name, asked.heads[name])) for name in bys],
        "others": [
            (name, _across_label(name, asked.heads[name]))
            for name in bys
            if asked.cut is None and crossable(load()[code], table.by, name)
        ],
        "columns": crossable(load()[code], table.by, asked.across) if asked.across else [],
        "heads": _groups(table),
        "region": asked.region,
        "crumbs": _crumbs(request.scope, asked.region),
        "run": asked.run,
        "cut": asked.cut,
        "basis": cut_label(asked.cut) if asked.cut else "",
        "runs": runs[:OFFERED],
        "cuts": [(str(one.pk), cut_label(one)) for one in cuts_over(request.scope, asked.region)[:OFFERED]],
        "comparisons": comparisons(asked),
        "compare": compare,
        "other": other,
        "show": "" if other else _show(request, asked),
        "turned": request.GET.get("turn") == "1",
        "lines": [(c, [(row, row.cells[n]) for row in rows]) for n, c in enumerate(table.columns)],
        "totals_hidden": totals_hidden,
        "sortable": sortable(table),
        "sort": sort,
        "descending": descending,
        "rounding_note": rounding_note(controlled=True),
        "opening": _opening(asked, table),
        "deeper": table.by == "region" and len(regions.prefix(asked.region)) < (6 if asked.cut else 9),
    }
    return render(request, "accounting/tables/show.html", context)


def _other(asked: Asked, compare: str) -> Other | None:
    return other_table(asked, compare) if compare and not asked.crossed else None


def _show(request: HttpRequest, asked: Asked) -> str:
    """Shares of a column need its total, shares of a row a column that is the whole of the others."""
    show = request.GET.get("show", "")
    may = (show == SHARE and asked.table.total is not None) or (
        show == ROW_SHARE and asked.crossed is not None
    )
    return show if may else ""


def _opening(asked: Asked, table: Table) -> dict[str, dict[str, str]]:
    """Column id → what the address of its cells names: the layout's column and, in a crossed table, the head."""
    if asked.crossed is None:
        return {c.id: {"column": c.id, "at": ""} for c in table.columns if asked.opens(c)}
    name = asked.crossed.id
    opening = {c.id: {"column": name, "at": c.id} for c in table.columns if c.id != REST}
    return opening | {WHOLE: {"column": name, "at": ""}}


def _by_label(name: str, head: Text) -> str:
    if name == "region":
        return _("By region")
    if name == "industry":
        return _("By industry")
    return _("By: %(what)s") % {"what": head["en" if get_language() == "en" else "zh"]}


def _across_label(name: str, head: Text) -> str:
    return _("Columns: %(what)s") % {"what": head["en" if get_language() == "en" else "zh"]}


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


def _sort(request: HttpRequest) -> tuple[str, bool]:
    """``?sort=column`` or, downwards, ``?sort=-column``."""
    asked = request.GET.get("sort", "")
    return asked.removeprefix("-"), asked.startswith("-")


@requires("export")
def table_xlsx(request: HttpRequest, code: str) -> HttpResponse:
    """The table as a workbook, as the screen shows it; the export is recorded."""
    asked, table, imprint = _seen(request, code)
    data = book([table], imprint)
    _record(request, code, asked)
    return _file(data, f"{code}-{asked.region}.xlsx", XLSX)


@requires("export")
def table_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The table as csv, unrounded, as the screen shows it; the export is recorded."""
    asked, table, imprint = _seen(request, code)
    text = csv_text(table, imprint)
    _record(request, code, asked)
    return _file(text.encode("utf-8"), f"{code}-{asked.region}.csv", "text/csv; charset=utf-8")


def _seen(request: HttpRequest, code: str) -> tuple[Asked, Table, Imprint]:
    """The table of the address as a file holds it: sorted, compared, as shares; rows and columns are not swapped."""
    asked = asked_table(request, code)
    other, show = _other(asked, request.GET.get("compare", "")), _show(request, asked)
    remarks = []
    if other:
        remarks.append(_("Compared with: %(label)s.") % {"label": other.label})
    elif show:
        remarks.append(
            _("Shares of each column's total in %.")
            if show == SHARE
            else _("Shares of the row's first column in %.")
        )
    table = as_seen(
        ordered(asked.table, *_sort(request)),
        other.table if other else None,
        show,
        totals=request.GET.get("totals") != "0",
    )
    return asked, table, replace(asked.imprint, remarks=tuple(remarks))


@requires("export")
def table_book(request: HttpRequest) -> HttpResponse:
    """All tables of a region in one workbook. ?region= ?run= ?cut="""
    scope, region = request.scope, asked_region(request)
    cut = asked_cut(request, region)
    run = cut.run if cut else newest_run(scope, region, request.GET.get("run"))
    tables = frozen_tables(scope, cut, region) if cut else make_tables(scope, region, run)
    if not tables:
        raise Http404(_("This data cut holds no tables of this region."))
    audit_record(scope, "table.exported", subject="table", subject_id="book", region=region, rows=len(tables))
    return _file(book(tables, imprint_of(scope, region, run, cut)), f"tables-{region}.xlsx", XLSX)


@require_POST
@requires("export")
def table_book_start(request: HttpRequest) -> HttpResponse:
    """All tables of the region and of every division below it down to the counties, in the background."""
    region = asked_region(request)
    cut = asked_cut(request, region)
    run = cut.run if cut else newest_run(request.scope, region, request.GET.get("run"))
    job = book_start(request.scope, region=region, run=run, cut=cut)
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


def _record(request: HttpRequest, subject: str, asked: Asked) -> None:
    detail = {"cut": asked.cut.number} if asked.cut else {}
    audit_record(
        request.scope,
        "table.exported",
        subject="table",
        subject_id=subject,
        region=asked.region,
        rows=len(asked.table.rows),
        **detail,
    )


def _file(data: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        data, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@requires("table.view")
def table_cell(request: HttpRequest, code: str, column: str) -> HttpResponse:
    """The objects behind a cell, largest first. ?region= ?by= ?row= ?run= ?cut= ?across= ?at="""
    layout, region = asked_layout(code), asked_region(request)
    by, cut = asked_by(request, layout), asked_cut(request, region)
    chosen = next((c for c in layout.columns if c.id == column and c.opens), None)
    if chosen is None or (cut and (chosen.fact != "lines" or chosen.by)):
        raise Http404(column)
    run = cut.run if cut else newest_run(request.scope, region, request.GET.get("run"))
    row_key, head = request.GET.get("row", "total"), None
    if request.GET.get("at"):
        head = (asked_by(request, layout, "across"), request.GET["at"])
    found = drill.objects_behind(
        request.scope, layout, by, chosen, region, row_key, run, request.GET, head=head
    )
    context = {
        "layout": layout,
        "column": chosen,
        "by": by,
        "region": region,
        "crumbs": _crumbs(request.scope, region),
        "row_key": row_key,
        "run": run,
        "cut": cut,
        "basis": cut_label(cut) if cut else "",
        "names": _names(found),
        **found,
    }
    return render(request, "accounting/tables/cell.html", context)


def _names(found: dict[str, Any]) -> dict[str, str]:
    """Names of the places behind a cell: of each object its own and its county's."""
    codes = {one[name] for one in found["objects"] for name in ("region", "county")}
    codes |= {one["region"] for one in found["places"]}
    return dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
