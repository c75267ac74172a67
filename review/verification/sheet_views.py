"""Pages of the verifiers: their sheets on screen, on paper and as a workbook; the list of what was found."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from census.access.guard import requires
from census.ui.paging import paginate
from review.picking import back_to
from review.problems.views.rates import XLSX
from review.verification import queries, records, workbook
from review.verification.forms import SignForm, WalkForm
from review.verification.models import Plan, Sheet, SheetItem
from sources.objects.models import CensusObject
from sources.sheets.reader import SheetFault
from sources.visits.attachments import attachment_add, attachments_of

PARTS = ("how", "verified", "paper", "excuse", "evidence")


@requires("verification.record")
@require_safe
def verification_mine(request: HttpRequest) -> HttpResponse:
    """The person's sheets, and the plans whose areas are being walked."""
    rows = queries.mine(request.scope)
    if request.GET.get("state") in Sheet.State.values:
        rows = rows.filter(state=request.GET["state"])
    context = {
        "page": paginate(rows, ("state", "plan_id", "number"), request.GET),
        "plans": Plan.objects.visible_to(request.scope).filter(
            state=Plan.State.DRAWN, issuer=request.scope.region
        ),
    }
    return render(request, "review/verification/mine.html", context)


@requires("verification.view")
@require_safe
def verification_sheet(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """A field record sheet: to fill in for its verifier, to read for the office."""
    return _sheet_page(request, _sheet(request, sheet_id))


def _sheet_page(request: HttpRequest, sheet: Sheet, **more: Any) -> HttpResponse:
    blind = sheet.plan.read_terms().blind
    typed, faults = more.pop("typed", {}), more.pop("faults", {})
    rows = [
        {
            "item": item,
            "shown": workbook.shown(item, sheet, blind=blind),
            "typed": typed.get(item.pk) if item.pk in faults else None,
            "fault": faults.get(item.pk, ""),
        }
        for item in sheet.items.all()
    ]
    office = sheet.issuer == request.scope.region and request.scope.can("verification.run")
    mine = sheet.assigned_to == request.scope.user_id and request.scope.can("verification.record")
    initial = {
        "outcome": sheet.outcome,
        "visited_on": sheet.visited_on or timezone.localdate(),
        "second_name": sheet.second_name,
        "unit_person": sheet.unit_person,
        "remark": sheet.remark,
    }
    context = {
        "sheet": sheet,
        "plan": sheet.plan,
        "rows": rows,
        "blind": blind,
        "left": sum(not row["item"].how for row in rows),
        "fills": mine and sheet.state == Sheet.State.OPEN,
        "office": office,
        "form": SignForm(sheet, initial=initial),
        "hows": SheetItem.How.choices,
        "excuses": SheetItem.Excuse.choices,
        "reasons": Sheet.Reason.choices,
        "files": attachments_of(request.scope, subject="verification", subject_ids=[sheet.id]).get(
            str(sheet.id), []
        ),
        **more,
    }
    return render(request, "review/verification/sheet.html", context)


@requires("verification.record")
@require_POST
def verification_sheet_save(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """Write down findings; what could not be taken comes back as it was typed."""
    sheet = _sheet(request, sheet_id)
    typed = {
        pk: records.Entry(**{part: request.POST.get(f"{part}-{pk}", "") for part in PARTS})
        for pk in sheet.items.values_list("pk", flat=True)
        if f"verified-{pk}" in request.POST
    }
    try:
        faults = records.items_save(request.scope, sheet_id=sheet.id, entries=typed)
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
        return redirect("verification_sheet", sheet.id)
    if faults:
        n = len(faults)
        words = ngettext("%(n)d item could not be taken.", "%(n)d items could not be taken.", n)
        messages.error(request, words % {"n": n})
        return _sheet_page(request, sheet, typed=typed, faults=faults)
    messages.success(request, _("Saved."))
    return redirect("verification_sheet", sheet.id)


@requires("verification.record")
@require_POST
def verification_sheet_sign(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """Sign a complete sheet."""
    sheet = _sheet(request, sheet_id)
    form = SignForm(sheet, request.POST)
    if form.is_valid():
        try:
            records.sheet_sign(
                request.scope, sheet_id=sheet.id, signature=records.Signature(**form.cleaned_data)
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The sheet is signed."))
            return redirect("verification_mine")
    return _sheet_page(request, sheet, form=form)


@requires("verification.record")
@require_POST
def verification_sheet_file(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """Add a photo or a document to an own open sheet."""
    sheet = _sheet(request, sheet_id)
    upload = request.FILES.get("file")
    if upload is None:
        messages.error(request, _("Choose a file first."))
    elif sheet.assigned_to != request.scope.user_id or sheet.state != Sheet.State.OPEN:
        messages.error(request, _("Files are added by the sheet's verifier until it is signed."))
    else:
        obj = get_object_or_404(CensusObject.objects.visible_to(request.scope), pk=sheet.object_id)
        try:
            attachment_add(request.scope, subject="verification", subject_id=sheet.id, obj=obj, upload=upload)
        except ValidationError as error:
            messages.error(request, "; ".join(error.messages))
        else:
            messages.success(request, _("File added."))
    return redirect("verification_sheet", sheet.id)


@requires("verification.run")
@require_POST
def verification_sheet_reopen(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """Hand a signed sheet back."""
    sheet = _sheet(request, sheet_id)
    try:
        records.sheet_reopen(request.scope, sheet_id=sheet.id, reason=request.POST.get("reason", ""))
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
    return redirect("verification_sheet", sheet.id)


@requires("verification.run")
@require_POST
def verification_sheet_replace(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """Take the next object of the queue instead."""
    sheet = _sheet(request, sheet_id)
    try:
        new = records.sheet_replace(
            request.scope,
            sheet_id=sheet.id,
            reason=request.POST.get("reason", ""),
            text=request.POST.get("text", ""),
        )
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
        return redirect("verification_sheet", sheet.id)
    messages.success(request, _("Replaced by %(name)s, the next in the queue.") % {"name": new.name})
    return redirect("verification_sheet", new.id)


@requires("verification.view")
@require_safe
def verification_sheet_print(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """The sheet on paper, with what is entered, or blank to be filled by hand."""
    sheet = _sheet(request, sheet_id)
    blind = sheet.plan.read_terms().blind
    rows = [(item, workbook.shown(item, sheet, blind=blind)) for item in sheet.items.all()]
    return render(
        request,
        "review/verification/print.html",
        {"sheet": sheet, "plan": sheet.plan, "rows": rows, "blind": blind},
    )


@requires("verification.view")
@require_safe
def verification_workbook(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Sheets as a workbook: a verifier's own ones, or (for the office) all of the plan."""
    plan = get_object_or_404(Plan.objects.visible_to(request.scope).exclude(frame_hash=""), pk=plan_id)
    sheets = Sheet.objects.visible_to(request.scope).filter(plan=plan).exclude(state=Sheet.State.REPLACED)
    if request.scope.can("verification.record"):
        sheets = sheets.filter(assigned_to=request.scope.user_id)
    buffer = io.BytesIO()
    workbook.sheets_write(request.scope, plan=plan, sheets=sheets, target=buffer)
    response = HttpResponse(buffer.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="verification-{str(plan.id)[:8]}.xlsx"'
    return response


@requires("verification.record")
def verification_import(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Take the findings of a returned workbook, with a report of what could not be taken."""
    plan = get_object_or_404(Plan.objects.visible_to(request.scope).exclude(frame_hash=""), pk=plan_id)
    context: dict[str, Any] = {"plan": plan}
    if upload := request.FILES.get("file"):
        try:
            context["found"] = workbook.sheets_read(request.scope, plan=plan, file=upload, name=upload.name)
        except SheetFault as fault:
            context["fault"] = str(fault)
    elif request.method == "POST":
        context["fault"] = _("Choose a file first.")
    return render(request, "review/verification/imported.html", context)


@requires("verification.view")
@require_safe
def verification_walk(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """What was found by walking the drawn areas."""
    plan = get_object_or_404(Plan.objects.visible_to(request.scope).exclude(frame_hash=""), pk=plan_id)
    return _walk_page(request, plan)


def _walk_page(request: HttpRequest, plan: Plan, form: WalkForm | None = None) -> HttpResponse:
    areas = queries.areas_named(plan)
    own = request.scope.can("verification.record") and plan.issuer == request.scope.region
    last = {key: request.GET[key] for key in ("area", "category") if key in request.GET}
    context = {
        "plan": plan,
        "areas": dict(areas),
        "form": form or WalkForm(areas, request.scope.categories, initial=last),
        "may": own and plan.state == Plan.State.DRAWN,
        "page": paginate(plan.walk.all(), ("-id",), request.GET),
        "total": plan.walk.count(),
        "missing": plan.walk.filter(object_id=None).count(),
    }
    return render(request, "review/verification/walk.html", context)


@requires("verification.record")
@require_POST
def verification_walk_add(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Note one object found."""
    plan = get_object_or_404(Plan.objects.visible_to(request.scope).exclude(frame_hash=""), pk=plan_id)
    form = WalkForm(queries.areas_named(plan), request.scope.categories, request.POST)
    if form.is_valid():
        try:
            entry = records.walk_add(request.scope, plan_id=plan.id, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Noted: %(name)s.") % {"name": entry.name})
            answer = redirect("verification_walk", plan.id)
            answer["Location"] += f"?area={entry.area}&category={entry.category}"
            return answer
    return _walk_page(request, plan, form)


@requires("verification.record")
@require_POST
def verification_walk_remove(request: HttpRequest, plan_id: UUID, entry_id: int) -> HttpResponse:
    """Take an own entry off the list."""
    plan = get_object_or_404(Plan.objects.visible_to(request.scope).exclude(frame_hash=""), pk=plan_id)
    entry = get_object_or_404(plan.walk.filter(found_by=request.scope.user_id), pk=entry_id)
    try:
        records.walk_remove(request.scope, plan_id=plan.id, entry_id=entry.pk)
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
    return back_to(request, "verification_walk", plan.id)


def _sheet(request: HttpRequest, sheet_id: UUID) -> Sheet:
    return get_object_or_404(Sheet.objects.visible_to(request.scope).select_related("plan"), pk=sheet_id)
