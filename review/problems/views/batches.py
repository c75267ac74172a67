"""Pages of problem batches: list, detail, the way from draft to issue, spreadsheets out and in."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Substr
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from census.access.guard import requires
from census.access.scope import Scope
from census.jobs.models import Job
from census.jobs.services import job_start
from census.places import regions
from census.ui.forms import submitted
from census.ui.paging import paginate
from review.findings.models import Finding
from review.findings.queries import by_rule, findings_of
from review.picking import back_to, ids_of
from review.problems import batches as services
from review.problems import files, sheets
from review.problems.desk_models import Reminder
from review.problems.filters import filter_problems
from review.problems.forms import HeadForm, RowForm
from review.problems.models import Batch, Problem
from review.problems.queries import batches_for, count_cached, progress_of, region_names
from review.problems.rates import Line, lines, total
from review.problems.settings import days_before, days_late
from review.problems.tasks import ISSUE
from review.problems.views.rates import XLSX
from sources.forms.catalogue import load
from sources.sheets.reader import SheetFault
from sources.sheets.report import SHOWN, Report

ANSWER_DAYS = 7  # proposed deadline; anything from today on may be chosen


@requires("problem.view")
def batch_list(request: HttpRequest) -> HttpResponse:
    """Batches the post has to do with, newest first, with the state of the rows in scope."""
    scope = request.scope
    rows = batches_for(scope, request.GET)
    page = paginate(rows, ("-created_at", "-id"), request.GET)
    own = Problem.objects.visible_to(scope).filter(batch__in=[batch.pk for batch in page.rows])
    counts = {line.key: line for line in lines(progress_of(own, "batch_id"), lambda row: row["batch_id"])}
    return render(
        request, "review/problems/batches.html", {"page": page, "counts": counts, "kinds": Batch.Kind.choices}
    )


@requires("problem.issue")
def batch_new(request: HttpRequest) -> HttpResponse:
    """First step: the head. A draft stays with its office until it is issued."""
    deadline = timezone.localdate() + dt.timedelta(days=ANSWER_DAYS)
    usual = {"deadline": deadline, "kind": Batch.Kind.AUDIT}
    usual |= {"remind_before": days_before(), "remind_late": days_late()}
    form = HeadForm(request.POST or None, initial=usual)
    if batch := submitted(request, form, partial(services.batch_create, request.scope)):
        return redirect("batch_edit", batch.id)
    return render(request, "review/problems/batch_new.html", {"form": form})


@requires("problem.issue")
def batch_edit(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Second step: choose rows. Findings by filter, rows by hand, or a spreadsheet."""
    batch = _draft(request.scope, batch_id)
    form = HeadForm(request.POST) if request.method == "POST" else _head_of(batch)
    if submitted(request, form, partial(services.batch_edit, request.scope, batch_id=batch.id)):
        messages.success(request, _("Saved."))
        return redirect("batch_edit", batch.id)
    return _edit_page(request, batch, form)


def _edit_page(request: HttpRequest, batch: Batch, head: HeadForm, **more: Any) -> HttpResponse:
    rows = Problem.objects.visible_to(request.scope).filter(batch=batch)
    context = {
        "batch": batch,
        "form": head,
        "row_form": RowForm(),
        "page": paginate(rows, ("serial",), request.GET, 25),
        "counties": _by_county(rows, drafts=True),
        "forms": sorted(load().forms),
        "rules": by_rule(findings_of(request.scope, {})),
        "places": _places_below(request.scope),
        "count": _choice(request.scope, batch, {}),
        "job": Job.objects.visible_to(request.scope)
        .filter(kind=ISSUE, arguments__batch=str(batch.id))
        .first(),
        **more,
    }
    return render(request, "review/problems/batch_edit.html", context)


@requires("problem.issue")
def batch_count(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The live count of the wizard: how many findings the choice holds, by county."""
    batch = _draft(request.scope, batch_id)
    return render(
        request, "review/problems/batch_count.html", {"count": _choice(request.scope, batch, request.GET)}
    )


def _choice(scope: Scope, batch: Batch, params: Any) -> dict[str, Any]:
    rows = _chosen(scope, batch, params)
    counted = list(rows.order_by().values("region", "severity").annotate(n=Count("id")))
    places: dict[str, int] = {}
    for row in counted:
        county = regions.at_level(row["region"], 3)
        places[county] = places.get(county, 0) + row["n"]
    names = region_names(places)
    return {
        "total": sum(places.values()),
        "errors": sum(row["n"] for row in counted if row["severity"] == "error"),
        "places": [(names.get(code, code), places[code]) for code in sorted(places)],
    }


def _chosen(scope: Scope, batch: Batch, params: Any) -> QuerySet[Finding]:
    """Findings of the choice that this batch does not have; with ``fresh`` also none of another living batch."""
    mine = Problem.objects.filter(finding_id=OuterRef("pk"), batch=batch)
    rows = findings_of(scope, _choice_params(params)).filter(~Exists(mine))
    if params.get("fresh"):
        living = Problem.objects.filter(finding_id=OuterRef("pk")).exclude(state__in=["draft", "closed"])
        rows = rows.filter(~Exists(living))
    return rows


def _choice_params(params: Any) -> dict[str, Any]:
    chosen = {name: params.get(name, "") for name in ("form", "severity", "region", "kind", "category", "q")}
    rules = params.getlist("rules") if hasattr(params, "getlist") else []
    return {**chosen, "rules": [rule for rule in rules if rule]}


@requires("problem.issue")
@require_POST
def batch_add(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Add the findings of the choice (or the ticked ones, posted from the list of findings)."""
    batch = _draft(request.scope, batch_id)
    if request.POST.getlist("ids"):
        found = Finding.objects.visible_to(request.scope).filter(pk__in=ids_of(request))
    else:
        found = _chosen(request.scope, batch, request.POST)

    def add() -> str:
        added = services.batch_add_findings(request.scope, batch_id=batch.id, findings=found)
        return ngettext("%(n)d row added.", "%(n)d rows added.", added) % {"n": added}

    return _do(request, add, "batch_edit", batch.id)


@requires("problem.issue")
@require_POST
def batch_row(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Add one row by hand."""
    batch = _draft(request.scope, batch_id)
    form = RowForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data | {"sheet": form.cleaned_data["sheet"] or 1}
        _added, faults = services.batch_add_rows(
            request.scope, batch_id=batch.id, rows=[services.HandRow(**data)]
        )
        if not faults:
            messages.success(request, _("Row added."))
            return redirect("batch_edit", batch.id)
        form.add_error(None, faults[0])
    return _edit_page(request, batch, _head_of(batch), row_form=form)


@requires("problem.issue")
@require_POST
def batch_import(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Add the rows of a spreadsheet; what is wrong is shown row by row."""
    batch = _draft(request.scope, batch_id)
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _("Choose a file first."))
        return redirect("batch_edit", batch.id)
    try:
        if upload.size > files.AT_ONCE_BYTES:
            job = files.import_start(request.scope, batch=batch, upload=upload, answers=False)
            return redirect("batch_job", job.id)
        found = sheets.batch_import(request.scope, batch_id=batch.id, file=upload, name=upload.name)
    except (SheetFault, ValidationError) as fault:
        messages.error(request, "; ".join(getattr(fault, "messages", [str(fault)])))
        return redirect("batch_edit", batch.id)
    return render(request, "review/problems/imported.html", _imported(batch, found, draft=True))


def _imported(batch: Batch, found: sheets.Imported, *, draft: bool) -> dict[str, Any]:
    return {"batch": batch, "found": found, "faults": found.report.faults[:SHOWN], "draft": draft}


@requires("problem.view")
def batch_job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """A list on its way in or out: progress, then the report or the file. Only for who started it."""
    jobs = Job.objects.visible_to(request.scope).filter(kind__in=[files.IMPORT, files.EXPORT])
    job = get_object_or_404(jobs, pk=job_id, user_id=request.scope.user_id)
    batch = get_object_or_404(Batch.objects.visible_to(request.scope), pk=job.arguments["batch"])
    if job.state != Job.State.DONE:
        return render(request, "review/problems/list_job.html", {"job": job, "batch": batch})
    if job.kind == files.EXPORT:
        path = files.path_of(str(job.id))
        if not path.exists():
            raise Http404(_("The file is no longer kept. Export the list again."))
        return FileResponse(
            path.open("rb"), as_attachment=True, filename=_file_name(batch), content_type=XLSX
        )
    found = sheets.Imported(job.result["rows"], Report.unpack(job.result["report"]))
    draft = not job.arguments["answers"]
    return render(
        request, "review/problems/imported.html", _imported(batch, found, draft=draft) | {"job": job}
    )


@requires("problem.issue")
def batch_template(request: HttpRequest) -> HttpResponse:
    """An empty workbook for rows to import."""
    buffer = io.BytesIO()
    sheets.template_write(buffer)
    response = HttpResponse(buffer.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="problem-list-template.xlsx"'
    return response


@requires("problem.issue")
@require_POST
def batch_remove(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Take ticked rows out of a draft."""
    batch = _draft(request.scope, batch_id)
    ids = ids_of(request)

    def remove() -> str:
        removed = services.batch_remove_rows(request.scope, batch_id=batch.id, ids=ids)
        return ngettext("%(n)d row removed.", "%(n)d rows removed.", removed) % {"n": removed}

    return _do(request, remove, "batch_edit", batch.id)


@requires("problem.issue")
@require_POST
def batch_issue(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Last step: issue, as a job."""
    batch = _draft(request.scope, batch_id)
    if not batch.rows:
        messages.error(request, _("The list has no rows yet. Add findings or rows, then issue it."))
        return redirect("batch_edit", batch.id)
    job_start(
        request.scope, kind=ISSUE, title=_("Issue: %(title)s") % {"title": batch.title}, batch=str(batch.id)
    )
    return redirect("batch_detail", batch.id)


@requires("problem.issue")
@require_POST
def batch_discard(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Give a draft up."""
    batch = _draft(request.scope, batch_id)

    def discard() -> str:
        services.batch_discard(request.scope, batch_id=batch.id)
        return _("The draft was discarded.")

    return _do(request, discard, "batch_list")


@requires("problem.view")
def batch_detail(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """An issued batch: progress by county, and its rows in scope."""
    scope = request.scope
    batch = get_object_or_404(batches_for(scope, {}), pk=batch_id)
    job = Job.objects.visible_to(scope).filter(kind=ISSUE, arguments__batch=str(batch.id)).first()
    if batch.state == Batch.State.DRAFT and not (job and not job.ended):
        return redirect("batch_edit", batch.id)
    own = Problem.objects.visible_to(scope).filter(batch=batch)
    rows = filter_problems(own, request.GET, scope)
    counties = _by_county(own)
    page = paginate(rows, ("serial",), request.GET)
    context = {
        "batch": batch,
        "job": job,
        "page": page,
        "total": count_cached(scope, rows, f"{batch.id}?{request.GET.urlencode()}"),
        "counties": counties,
        "all": total(counties),
        "places": region_names(row.region for row in page.rows),
        "states": Problem.State.choices[1:],
        "issuer": batch.region == scope.region and scope.can("problem.issue"),
        "reminders": Reminder.objects.visible_to(scope).filter(batch=batch)[:100],
    }
    return render(request, "review/problems/batch_detail.html", context)


@requires("export")
def batch_export(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """The rows in scope as a workbook, in the layout in which answers can come back."""
    batch = get_object_or_404(batches_for(request.scope, {}), pk=batch_id)
    if Problem.objects.visible_to(request.scope).filter(batch=batch).count() > files.AT_ONCE_ROWS:
        return redirect("batch_job", files.export_start(request.scope, batch=batch).id)
    buffer = io.BytesIO()
    sheets.batch_export(request.scope, batch=batch, target=buffer)
    response = HttpResponse(buffer.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{_file_name(batch)}"'
    return response


def _file_name(batch: Batch) -> str:
    return f"problems-{regions.prefix(batch.region) or '0'}-{batch.code or 'draft'}.xlsx"


@requires("problem.answer")
def batch_answers(request: HttpRequest, batch_id: UUID) -> HttpResponse:
    """Take the answers of a returned workbook."""
    batch = get_object_or_404(batches_for(request.scope, {}).exclude(state=Batch.State.DRAFT), pk=batch_id)
    context: dict[str, Any] = {"batch": batch}
    if upload := request.FILES.get("file"):
        try:
            if upload.size > files.AT_ONCE_BYTES:
                job = files.import_start(request.scope, batch=batch, upload=upload, answers=True)
                return redirect("batch_job", job.id)
            found = sheets.answers_import(request.scope, batch=batch, file=upload, name=upload.name)
            context = _imported(batch, found, draft=False)
        except (SheetFault, ValidationError) as fault:
            context["fault"] = "; ".join(getattr(fault, "messages", [str(fault)]))
    elif request.method == "POST":
        context["fault"] = _("Choose a file first.")
    return render(request, "review/problems/imported.html", context)


# -- small parts -----------------------------------------------------------------------------------
def _draft(scope: Scope, batch_id: UUID) -> Batch:
    drafts = Batch.objects.visible_to(scope).filter(region=scope.region, state=Batch.State.DRAFT)
    return get_object_or_404(drafts, pk=batch_id)


def _head_of(batch: Batch) -> HeadForm:
    names = ("title", "kind", "deadline", "instructions", "remind_before", "remind_late")
    return HeadForm(initial={name: getattr(batch, name) for name in names})


def _by_county(rows: QuerySet[Problem], *, drafts: bool = False) -> list[Line]:
    """Counts by county (a city's own objects count as a line of the city); of a draft only how many rows."""
    rows = rows.annotate(county=Substr("region", 1, 6))
    if drafts:
        counted = rows.order_by().values("county").annotate(n=Count("id")).order_by("county")
        found = [Line(key=regions.at_level(row["county"], 3), issued=row["n"]) for row in counted]
    else:
        found = lines(progress_of(rows, "county"), lambda row: regions.at_level(row["county"], 3))
    names = region_names(line.key for line in found)
    for line in found:
        line.label = names.get(line.key, line.key)
    return found


def _places_below(scope: Scope) -> list[tuple[str, str]]:
    """Divisions one and two levels below the post that have findings, for the choice."""
    width = 9 if scope.level >= regions.LEVELS.index("county") else 6
    found = Finding.objects.visible_to(scope).filter(state="open").order_by()
    codes = found.values_list(Substr("region", 1, width), flat=True).distinct()[:200]
    names = region_names(code.ljust(12, "0") for code in codes)
    return sorted((code, name) for code, name in names.items())


def _do(request: HttpRequest, change: Callable[[], str], name: str, *args: object) -> HttpResponse:
    """Make a change, tell what came of it, and go back."""
    try:
        messages.success(request, change())
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
    return back_to(request, name, *args)
