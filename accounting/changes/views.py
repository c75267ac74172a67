"""Pages of factor changes: list, draft, rows, report, dry runs, decision."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounting.changes import services
from accounting.changes.forms import NEW, ChangeForm, EditionForm, FactorForm, HandbookForm, TrialForm
from accounting.changes.models import ACTIONS, Change, ChangeRow
from accounting.changes.reading import Proposed
from accounting.changes.rows import HANDBOOK, cells_of, columns, differing, row_of
from accounting.comparing.services import trial_create
from accounting.factors.models import KINDS, Factor
from accounting.factors.queries import as_row, factor_search
from accounting.methods import pollutants
from accounting.runs.models import Run
from accounting.runs.queries import runs_visible
from accounting.words import phrase
from census.access.guard import requires
from census.audit.services import audit_record
from census.numbers import whole
from census.ui.acting import refusal_told
from census.ui.paging import paginate
from sources.sheets.reader import SheetFault
from sources.sheets.report import COLUMNS as REPORT_COLUMNS
from sources.sheets.report import SHOWN, Report
from sources.sheets.writer import write_table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOVES = {
    "submit": services.change_submit,
    "approve": services.change_approve,
    "publish": services.change_publish,
    "withdraw": services.change_withdraw,
}


def _change(request: HttpRequest, pk: UUID) -> Change:
    return get_object_or_404(Change.objects.visible_to(request.scope), pk=pk)


@requires("factor.view")
@require_GET
def change_list(request: HttpRequest) -> HttpResponse:
    """All factor changes, newest first; ?state= and ?q= narrow."""
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()
    found = Change.objects.visible_to(request.scope)
    found = found.filter(state=state) if state in Change.State.values else found
    found = found.filter(title__icontains=words) if words else found
    context = {
        "page": paginate(found, ("-number",), request.GET), "states": Change.State.choices, "total": found.count()
    }  # fmt: skip
    return render(request, "accounting/changes/list.html", context)


@requires("factor.change")
def change_new(request: HttpRequest) -> HttpResponse:
    """Begin a change."""
    form = ChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        change = services.change_create(request.scope, **form.cleaned_data)
        return redirect("change_show", change.pk)
    return render(request, "accounting/changes/new.html", {"form": form}, status=422 if form.errors else 200)


@requires("factor.change")
def edition_new(request: HttpRequest) -> HttpResponse:
    """Add an edition, which factor changes then fill."""
    form = EditionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            edition = services.edition_create(request.scope, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The edition %(code)s was added.") % {"code": edition.code})
            return redirect("factor_list")
    status = 422 if form.errors else 200
    return render(request, "accounting/changes/edition.html", {"form": form}, status=status)


@requires("factor.view")
@require_GET
def change_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A change: rows with what differs, report of the last file, dry runs, and what may be done next."""
    change, scope = _change(request, pk), request.scope
    action = request.GET.get("action", "")
    rows = change.rows.filter(action=action) if action in ACTIONS else change.rows.all()
    page = paginate(rows, ("id",), request.GET)
    _open_rows(change, page.rows)
    runs = list(runs_visible(scope).filter(state=Run.State.DONE)[:20])
    edits, open_ = services.may_edit(scope, change), change.state in {"draft", "submitted", "approved"}
    report, mine = _report(change), scope.can("factor.change")
    context = {
        "change": change,
        "page": page,
        "counts": [(label, change.rows.filter(action=code).count(), code) for code, label in ACTIONS.items()],
        "report": report,
        "faults": list(report.rows())[:SHOWN] if report else [],
        "trials": change.trials.select_related("first")[:20],
        "tried": services.trials_valid(change).exists() if open_ else True,
        "obstacles": services.obstacles(change) if open_ else [],
        "edits": edits,
        "decides": change.state == "submitted" and services.may_decide(scope, change),
        "takes_back": change.state == "approved" and services.may_decide(scope, change),
        "publishes": change.state == "approved" and mine,
        "withdraws": open_ and change.created_by == scope.user_id and mine,
        "trial_form": TrialForm(region=scope.region, runs=runs) if open_ and runs and mine else None,
        "pollutants": _names(),
    }
    return render(request, "accounting/changes/show.html", context)


def _report(change: Change) -> Report | None:
    held = {} if "table" in change.report else change.report  # rows that wait have a page of their own
    return Report.unpack({key: held[key] for key in ("faults", "warnings", "counts")}) if held else None


def _open_rows(change: Change, rows: list[ChangeRow]) -> None:
    """Give each row its factor, the present revision, and what differs."""
    bases = Factor.objects.in_bulk([row.base_id for row in rows if row.base_id])
    conflicts = services.conflicts(change) if change.state in {"draft", "submitted", "approved"} else set()
    for row in rows:
        row.factor, row.base = row_of(row.content), bases.get(row.base_id)
        row.conflict = row.code in conflicts
        row.differs = differing(as_row(row.base), row.factor) if row.base and row.action == "change" else []
        parts = [phrase(getattr(row.factor, name), get_language() or "zh") for name in _KEY]
        row.key = " / ".join(filter(None, parts))
        row.after = row.factor.expression or f"{row.factor.value:g}"


_KEY = ("industry", "unit", "product", "material", "process", "scale", "stage", "region", "technology")


def _names() -> dict[str, str]:
    language = get_language() or "zh"
    return {code: entry.label(language) for code, entry in pollutants.table().items()}


@requires("factor.change")
@require_POST
def change_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the rows of an uploaded table."""
    change, file = _change(request, pk), request.FILES.get("file")
    try:
        if file is None:
            raise SheetFault(_("Choose a file first."))
        report = services.change_read(request.scope, change=change, file=file, name=file.name)
    except SheetFault as fault:
        messages.error(request, str(fault))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        if report.faults:
            words = {"count": len(report.bad_lines)}
            messages.error(
                request, _("%(count)s rows are faulty; nothing was taken. See the report.") % words
            )
        else:
            messages.success(request, _("The table was taken."))
    return redirect("change_show", pk)


@requires("factor.change")
def change_handbook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read tables of a handbook as they are printed, and look at what they would propose before it is taken."""
    change = _change(request, pk)
    form = HandbookForm(request.POST or None, initial=change.report.get("stated") or {"sector": "industrial"})
    if request.method == "POST" and form.is_valid():
        file = request.FILES.get("file")
        try:
            if file is None:
                raise SheetFault(_("Choose a file first."))
            services.change_print(request.scope, change=change, file=file, name=file.name, stated=form.stated)
        except SheetFault as fault:
            form.add_error(None, str(fault))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("change_handbook", pk)
    context = {"change": change, "form": form, "edits": services.may_edit(request.scope, change)}
    if waiting := services.change_waiting(change=change):
        found, report = waiting
        context |= {
            "report": report, "faults": report.faults[:SHOWN], "warnings": report.warnings[:SHOWN],
            "total": len(found), "shown": PREVIEW,
            "rows": _preview(found[:PREVIEW]), "pollutants": _names(),
        }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "accounting/changes/handbook.html", context, status=status)


PREVIEW = 200
"""Rows of a handbook that are shown before they are taken; the file to download has them all."""


def _preview(found: list[Proposed]) -> list[dict[str, Any]]:
    """What the page shows of each proposed row."""
    codes = [one.row.key_code for one in found]
    current = {factor.code: factor for factor in Factor.objects.filter(current=True, code__in=codes)}
    language = get_language() or "zh"
    return [
        {
            "line": one.line, "sheet": one.sheet, "action": one.action,
            "factor": one.row, "base": current.get(one.row.key_code),
            "key": " / ".join(filter(None, (phrase(getattr(one.row, name), language) for name in _KEY))),
            "after": one.row.coefficient, "kind": KINDS[one.row.kind],
        }
        for one in found
    ]  # fmt: skip


@requires("factor.change")
@require_POST
def change_take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose the rows that wait."""
    return _act(request, pk, lambda scope, change: services.change_take(scope, change=change))


@requires("factor.change")
@require_GET
def change_waiting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rows that wait, faulty ones too, in the layout that can be corrected and uploaded."""
    change = _change(request, pk)
    if "table" not in change.report:
        raise Http404("table")
    rows = (
        [cells.get(column.key, "") for column in columns()] for _sheet, _line, cells in change.report["table"]
    )
    title = _("Rows of %(name)s") % {"name": change.report.get("name", "")}
    return _xlsx(f"handbook-{change.number}.xlsx", columns=columns(), rows=rows, title=title, template=True)


@requires("factor.change")
@require_GET
def handbook_template(request: HttpRequest) -> HttpResponse:
    """An empty table with the heads of the handbooks."""
    return _xlsx(
        "handbook.xlsx", columns=HANDBOOK, rows=[], title=_("Coefficients of a handbook"), template=True
    )


@requires("factor.view")
@require_GET
def change_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The whole report of the last file as xlsx."""
    change = _change(request, pk)
    if not change.report:
        raise Http404("report")
    waiting = services.change_waiting(change=change)
    report = waiting[1] if waiting else _report(change)
    title = _("Report on %(name)s") % {"name": change.report.get("name", "")}
    return _xlsx(f"report-{change.number}.xlsx", columns=REPORT_COLUMNS, rows=report.rows(), title=title)


@requires("factor.change")
@require_GET
def change_template(request: HttpRequest) -> HttpResponse:
    """An empty table of factors with the allowed words."""
    return _xlsx("factors.xlsx", columns=columns(), rows=[], title=_("Factors"), template=True)


@requires("export")
@require_GET
def library_xlsx(request: HttpRequest) -> HttpResponse:
    """The filtered library in the layout that can be uploaded again."""
    names = ("sector", "edition", "pollutant", "confidence", "kind")
    filters = {name: request.GET.get(name, "").strip() for name in names}
    found = factor_search(text=request.GET.get("q", "").strip(), **filters).filter(retired=False)
    audit_record(request.scope, "factor.exported", subject="factor", rows=found.count())
    rows = (cells_of(as_row(factor)) for factor in found)
    return _xlsx("library.xlsx", columns=columns(), rows=rows, title=_("Factor library"))


def _xlsx(name: str, **table: Any) -> HttpResponse:
    buffer = BytesIO()
    write_table(buffer, **table)
    return HttpResponse(
        buffer.getvalue(),
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@requires("factor.change")
@require_POST
def change_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the ticked rows out."""
    ids = [number for text in request.POST.getlist("row") if (number := whole(text)) is not None]
    return _act(request, pk, lambda scope, change: services.change_drop(scope, change=change, row_ids=ids))


@requires("factor.change")
@require_POST
def change_try(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Start a dry run."""
    runs = list(runs_visible(request.scope).filter(state=Run.State.DONE)[:20])
    form = TrialForm(request.POST, region=request.scope.region, runs=runs)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("change_show", pk)
    run = next(run for run in runs if run.number == form.cleaned_data["run"])
    try:
        trial = trial_create(
            request.scope, change=_change(request, pk), run=run, region=form.cleaned_data["region"]
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("change_show", pk)
    return redirect("comparison_show", trial.pk)


@requires("factor.change")
@require_POST
def change_move(request: HttpRequest, pk: UUID, move: str) -> HttpResponse:
    """Submit, approve, publish or withdraw."""
    if move not in MOVES:
        raise Http404(move)
    return _act(request, pk, lambda scope, change: MOVES[move](scope, change=change))


@requires("factor.change")
@require_POST
def change_send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send back with a reason."""
    reason = request.POST.get("reason", "")
    return _act(
        request, pk, lambda scope, change: services.change_send_back(scope, change=change, reason=reason)
    )


def _act(request: HttpRequest, pk: UUID, act: Callable[..., object]) -> HttpResponse:
    with refusal_told(request):
        act(request.scope, _change(request, pk))
    return redirect("change_show", pk)


@requires("factor.change")
def factor_propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a new revision of one factor, or with ?retire=1 that it is not used any more."""
    factor = get_object_or_404(Factor, pk=pk, current=True, retired=False)
    mine = Change.objects.visible_to(request.scope).filter(created_by=request.scope.user_id, state="draft")
    form = FactorForm(request.POST or None, row=as_row(factor), drafts=list(mine[:50]))
    if request.method == "POST" and form.is_valid():
        action = "retire" if request.POST.get("retire") else "change"
        row = form.row if action == "retire" else form.proposed
        try:
            with transaction.atomic():
                change = _draft(request, form)
                services.change_put(request.scope, change=change, action=action, row=row)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("change_show", change.pk)
    context = {"form": form, "factor": factor, "pollutants": _names()}
    return render(request, "accounting/changes/factor.html", context, status=422 if form.errors else 200)


def _draft(request: HttpRequest, form: FactorForm) -> Change:
    chosen = form.cleaned_data["change"]
    if chosen == NEW:
        words = {name: form.cleaned_data[name] for name in ("title", "reason")}
        return services.change_create(request.scope, **words)
    return _change(request, UUID(chosen))
