"""Pages of the office: plans, the draw, progress, rates, decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from census.access.guard import requires
from census.access.posts import CATEGORIES
from census.audit.services import audit_record
from census.documents import files
from census.jobs.models import Job
from census.jobs.services import job_start
from census.numbers import whole
from census.ui.forms import submitted
from census.ui.paging import paginate
from review.picking import back_to
from review.verification import plans as services
from review.verification import queries, records, results
from review.verification.forms import NewForm, TermsForm
from review.verification.models import Plan, Result, Sheet
from review.verification.paper import report_paper
from review.verification.protocol import LIMITS
from review.verification.tasks import DRAW

ANSWER_DAYS = 15  # proposed deadline of the problem batch


@requires("verification.view")
@require_safe
def verification_list(request: HttpRequest) -> HttpResponse:
    """Plans in scope, newest first; for a verifier the own sheets come first."""
    plans = queries.plans_of(request.scope)
    if request.GET.get("state") in Plan.State.values:
        plans = plans.filter(state=request.GET["state"])
    context = {"page": paginate(plans, ("-created_at", "-id"), request.GET), "states": Plan.State.choices}
    return render(request, "review/verification/list.html", context)


@requires("verification.run")
def verification_new(request: HttpRequest) -> HttpResponse:
    """Head of a new plan."""
    form = NewForm(request.POST or None)
    if plan := submitted(request, form, partial(services.plan_create, request.scope)):
        return redirect("verification_edit", plan.id)
    return render(request, "review/verification/new.html", {"form": form})


@requires("verification.run")
def verification_edit(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The terms of a plan, what they would draw, and the draw itself."""
    plan = get_object_or_404(_own(request), pk=plan_id)
    if plan.state != Plan.State.DRAFT:
        return redirect("verification_detail", plan.id)
    form = TermsForm(plan, queries.counties_below(request.scope), request.POST or None)
    if request.method == "POST" and form.is_valid():
        title, terms = form.cleaned_data["title"], form.terms()
        try:
            services.plan_edit(request.scope, plan_id=plan.id, title=title, terms=terms)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("verification_edit", plan.id)
    context = {"plan": plan, "form": form, "job": _job(request, plan)}
    return render(request, "review/verification/edit.html", context)


@requires("verification.run")
@require_safe
def verification_preview(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """What the saved terms would draw from the register of today; fetched by the page of the terms."""
    plan = get_object_or_404(_own(request), pk=plan_id)
    found = queries.expected(request.scope, plan)
    strata = [(name, count) for name, count in found.items() if name != "all" and count["frame"]]
    return render(
        request,
        "review/verification/preview.html",
        {"plan": plan, "all": found["all"], "strata": strata, "terms": plan.read_terms()},
    )


@requires("verification.run")
@require_POST
def verification_draw(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Draw the sample, as a job."""
    plan = get_object_or_404(_own(request), pk=plan_id)
    seed = " ".join(request.POST.get("seed", "").split())
    if plan.state != Plan.State.DRAFT:
        messages.error(request, _("The sample of this plan has been drawn; it is drawn only once."))
    elif len(seed) > 64:
        messages.error(request, _("A seed has at most 64 characters."))
    elif (job := _job(request, plan)) is None or job.ended:
        title = _("Draw the sample: %(title)s") % {"title": plan.title}
        job_start(request.scope, kind=DRAW, title=title, plan=str(plan.id), seed=seed)
    return redirect("verification_detail", plan.id)


@requires("verification.view")
@require_safe
def verification_detail(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """A drawn plan: how far it is by county, its sheets, and the proof of the draw."""
    plan = get_object_or_404(queries.plans_of(request.scope), pk=plan_id)
    job = _job(request, plan)
    running = job is not None and not job.ended
    office = plan.issuer == request.scope.region and request.scope.can("verification.run")
    if plan.state == Plan.State.DRAFT and not running and office:
        return redirect("verification_edit", plan.id)
    rows = queries.sheets_of(request.scope, plan, request.GET)
    context = {
        "plan": plan,
        "terms": plan.read_terms(),
        "job": job if running else None,
        "office": office,
        "counties": queries.counties_of(request.scope, plan),
        "page": paginate(rows.select_related("replacement"), ("number",), request.GET),
        "states": Sheet.State.choices,
        "categories": CATEGORIES.items(),
        "people": records.verifiers_of(request.scope),
        "rechecks": plan.rechecks.all(),
        "proof": _proof(plan) if request.GET.get("check") and plan.frame_hash else None,
    }
    return render(request, "review/verification/detail.html", context)


def _proof(plan: Plan) -> dict[str, Any]:
    faults = services.draw_faults(plan)
    return {"faults": faults[:20], "more": max(0, len(faults) - 20)}


@requires("verification.view")
@require_safe
def verification_frame(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The frozen frame as text, exactly the bytes that were hashed: for a third person's own check."""
    plan = get_object_or_404(Plan.objects.visible_to(request.scope).exclude(frame_hash=""), pk=plan_id)
    response = HttpResponse(
        services.frame_stored(plan), content_type="text/tab-separated-values; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="frame-{plan.frame_hash[:12]}.tsv"'
    return response


@requires("verification.run")
@require_POST
def verification_assign(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Give ticked sheets (or all open ones of the filter that nobody has) to a verifier."""
    plan = get_object_or_404(_own(request), pk=plan_id)
    ids = [_uuid(text) for text in request.POST.getlist("ids")]
    person = request.POST.get("person", "")

    def assign() -> str:
        given, refused = records.sheets_assign(
            request.scope,
            plan_id=plan.id,
            sheet_ids=[one for one in ids if one],
            user_id=whole(person) or 0,
        )
        for code, why in list(refused.items())[:5]:
            messages.warning(
                request, _("%(code)s was not given: the person %(why)s.") % {"code": code, "why": why}
            )
        if len(refused) > 5:
            messages.warning(request, _("%(n)s more were not given.") % {"n": len(refused) - 5})
        return ngettext("%(n)d sheet given.", "%(n)d sheets given.", given) % {"n": given}

    return _do(request, assign, "verification_detail", plan.id)


@requires("verification.view")
@require_safe
def verification_report(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Rates with their intervals, of all counties or one; made to be printed."""
    plan = _drawn(request, plan_id)
    context = report_of(request, plan) | {
        "plan": plan,
        "terms": plan.read_terms(),
        "outcomes": Result.Outcome.choices,
        "office": plan.issuer == request.scope.region and request.scope.can("verification.run"),
        "deadline": timezone.localdate() + dt.timedelta(days=ANSWER_DAYS),
        "today": timezone.localdate(),
    }
    return render(request, "review/verification/report.html", context)


@requires("verification.view")
@require_safe
def verification_report_file(request: HttpRequest, plan_id: UUID, form: str) -> HttpResponse:
    """The same report as a Word file or as PDF."""
    if form not in files.TYPES:
        raise Http404(form)
    plan = _drawn(request, plan_id)
    found = report_of(request, plan)
    paper = report_paper(plan, found, timezone.localdate())
    where = found["county"].code if found["county"] else plan.issuer
    audit_record(
        request.scope,
        "verification.printed",
        subject="verification",
        subject_id=plan.id,
        region=where,
        format=form,
    )
    return files.answer(files.write(paper, form), form, paper.title)


def report_of(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    """What the report tells: of the county in the address, or of all counties of the plan."""
    counties = queries.counties_of(request.scope, plan)
    county = next((c for c in counties if c.code == request.GET.get("county")), None)
    table = results.table_of(request.scope, plan, county.code if county else "")
    shown = [county] if county else counties
    return {
        "counties": counties,
        "shown": shown,
        "county": county,
        "table": table,
        "judged": [_judgement(table, name) for name in LIMITS],
        "omissions": results.omissions_of(request.scope, plan, [c.code for c in shown]),
        "walk": plan.walk.filter(object_id=None, **({"county": county.code} if county else {})),
        "replaced": _replaced(request, plan, county),
    }


def _drawn(request: HttpRequest, plan_id: UUID) -> Plan:
    return get_object_or_404(Plan.objects.visible_to(request.scope).exclude(frame_hash=""), pk=plan_id)


def _judgement(table: results.Table, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "value": table.judged(name),
        "rate": table.total.rates.get(name),
        "weighted": table.weighted.get(name),
        "limits": table.limits[name],
        "outcome": table.outcome(name),
        "proven": table.proven(name),
    }


def _replaced(request: HttpRequest, plan: Plan, county: queries.County | None) -> Any:
    params = {"state": Sheet.State.REPLACED, "county": county.code if county else ""}
    return queries.sheets_of(request.scope, plan, params).select_related("replacement")


@requires("verification.run")
@require_POST
def verification_decide(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The outcome for a county."""
    plan, county = get_object_or_404(_own(request), pk=plan_id), request.POST.get("county", "")

    def decide() -> str:
        results.result_decide(
            request.scope,
            plan_id=plan.id,
            county=county,
            outcome=request.POST.get("outcome", ""),
            reason=request.POST.get("reason", ""),
        )
        return _("The outcome is decided and its figures are kept.")

    return _do(request, decide, "verification_report", plan.id)


@requires("verification.run")
@require_POST
def verification_batch(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Put the errors of a county on a problem batch and go there to issue it."""
    plan = get_object_or_404(_own(request), pk=plan_id)
    result = get_object_or_404(plan.results, county=request.POST.get("county", ""))
    try:
        deadline = dt.date.fromisoformat(request.POST.get("deadline", ""))
        batch = results.result_batch(request.scope, result_id=result.pk, deadline=deadline)
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
    except ValueError:
        messages.error(request, _("Enter the deadline as a date."))
    else:
        messages.success(request, _("The errors are on a draft list. Check it and issue it."))
        return redirect("batch_edit", batch.id)
    return back_to(request, "verification_report", plan.id)


@requires("verification.run")
@require_POST
def verification_recheck(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Plan a second sample in a county that has to fix its data."""
    plan = get_object_or_404(_own(request), pk=plan_id)
    try:
        again = services.plan_recheck(request.scope, plan_id=plan.id, county=request.POST.get("county", ""))
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
        return back_to(request, "verification_report", plan.id)
    return redirect("verification_detail", again.id)


# -- small parts -------------------------------------------------------------------------------------
def _own(request: HttpRequest) -> Any:
    """Plans of the actor's own office."""
    return Plan.objects.visible_to(request.scope).filter(issuer=request.scope.region)


def _job(request: HttpRequest, plan: Plan) -> Job | None:
    jobs = Job.objects.visible_to(request.scope).filter(kind=DRAW, arguments__plan=str(plan.id))
    return jobs.order_by("-created_at").first()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _do(request: HttpRequest, change: Callable[[], str], name: str, *args: object) -> HttpResponse:
    """Make a change, tell what came of it, and go back."""
    try:
        messages.success(request, change())
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
    return back_to(request, name, *args)
