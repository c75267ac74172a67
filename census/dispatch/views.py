"""The progress board and its targets."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from census.access.guard import requires
from census.access.scope import Scope
from census.dispatch import services
from census.dispatch.forms import RhythmForm, TargetForm
from census.dispatch.measures import Measure, measure_of, measures
from census.dispatch.models import Document, Rhythm, Target
from census.dispatch.progress import SNAPSHOT, progress_count, sees_all
from census.dispatch.queries import Board, Step, board, last_day, steps
from census.dispatch.rhythm import rhythm_remove, rhythm_set
from census.jobs.models import Job
from census.numbers import whole
from census.places import regions
from census.places.models import Region
from census.ui.forms import submitted

DEFAULT_SPAN = 60  # days proposed for a new target


@requires("dispatch.view")
def dispatch_board(request: HttpRequest) -> HttpResponse:
    """How far the places below a region are, by one measure; every measure of the region on top."""
    scope = request.scope
    region = region_in(scope, request.GET.get("region") or scope.region)
    day = last_day(scope, region)
    known = steps(scope, region, day)
    measure = measure_of(request.GET.get("measure", "")) or _at_work(known)
    if measure is None:
        raise Http404("no measures are registered")
    shown = board(scope, region, measure, day)
    context = {
        "board": shown,
        "place": Region.objects.filter(code=region).first(),
        "above": [code for code in regions.ancestors(region)[:-1] if scope.covers(code)],
        "steps": known,
        "trend": trend(shown),
        "deeper": regions.level(region) < 3,
        "may_issue": _may_issue(scope),
        "may_count": _may_issue(scope) and sees_all(scope),
        "job": _running(scope),
    }
    return render(request, "census/dispatch/board.html", context)


def _at_work(known: list[Step]) -> Measure | None:
    """The first step of the work that is not done yet, else the first of all."""
    unfinished = (step.measure for step in known if step.done < step.total)
    return next(unfinished, next(iter(measures()), None))


def trend(shown: Board) -> dict[str, Any] | None:
    """The burn-down for the chart: what was left each day, what the plan allows, where the pace leads."""
    whole = shown.whole
    if whole is None or not whole.total:
        return None
    left = [[point.day.isoformat(), point.total - point.done] for point in whole.points]
    series: dict[str, Any] = {"left": left, "plan": [], "forecast": []}
    if whole.plan:
        first = max(whole.plan.starts, whole.points[0].day)
        series["plan"] = [
            [day.isoformat(), round(whole.total * (1 - whole.plan.asked(day)))]
            for day in (first, max(first, whole.plan.due))
        ]
    if whole.forecast and whole.forecast > whole.day:
        rest = whole.total * (1 - (whole.plan.percent if whole.plan else 100) / 100)
        series["forecast"] = [left[-1], [whole.forecast.isoformat(), round(rest)]]
    return series


@requires("dispatch.issue")
@require_POST
def dispatch_count(request: HttpRequest) -> HttpResponse:
    """Count the own region now, as a job."""
    try:
        progress_count(request.scope)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("dispatch_board")


@requires("dispatch.issue")
def dispatch_targets(request: HttpRequest) -> HttpResponse:
    """The office's own targets, and those from above."""
    scope = request.scope
    chosen = request.GET.get("measure", "")
    own = {target.measure: target for target in Target.objects.visible_to(scope).filter(region=scope.region)}
    form = TargetForm(request.POST or None, initial=_initial(own.get(chosen), chosen))
    if submitted(request, form, partial(services.target_set, scope)):
        messages.success(request, _("Saved."))
        return redirect("dispatch_targets")
    above = Target.objects.visible_to(scope).filter(region__in=regions.ancestors(scope.region)[:-1])
    context = {
        "form": form,
        "own": [(measure_of(code), target) for code, target in own.items() if measure_of(code)],
        "above": [(measure_of(target.measure), target) for target in above if measure_of(target.measure)],
        "rhythms": [
            (row.get_every_display(), Document.Kind(row.kind).label, measure_of(row.measure), row)
            for row in Rhythm.objects.visible_to(scope).filter(region=scope.region)
            if measure_of(row.measure)
        ],
        "rhythm_form": RhythmForm(auto_id="rhythm_%s"),
    }
    return render(request, "census/dispatch/targets.html", context, status=422 if form.errors else 200)


@requires("dispatch.issue")
@require_POST
def dispatch_target_remove(request: HttpRequest) -> HttpResponse:
    """Withdraw one of the office's own targets."""
    services.target_remove(request.scope, measure=request.POST.get("measure", ""))
    messages.success(request, _("The target is withdrawn."))
    return redirect("dispatch_targets")


@requires("dispatch.issue")
@require_POST
def dispatch_rhythm(request: HttpRequest) -> HttpResponse:
    """Draft a document regularly, or with ``remove`` no longer."""
    sent = request.POST
    try:
        if (one := whole(sent.get("remove"))) is not None:
            rhythm_remove(request.scope, rhythm_id=one)
        else:
            rhythm_set(request.scope, **{name: sent.get(name, "") for name in ("kind", "measure", "every")})
        messages.success(request, _("Saved."))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("dispatch_targets")


def _initial(target: Target | None, measure: str) -> dict[str, Any]:
    today = timezone.localdate()
    if target is None:
        due = today + dt.timedelta(days=DEFAULT_SPAN)
        return {"measure": measure, "starts": today, "due": due, "percent": 100, "tolerance": 10}
    names = ("measure", "starts", "due", "percent", "tolerance")
    return {name: getattr(target, name) for name in names}


def region_in(scope: Scope, code: str) -> str:
    """A 12-digit division in scope, county or above; 404 for any other."""
    if not regions.is_code(code) or not scope.covers(code) or regions.level(code) > 3:
        raise Http404(code)
    return code


def _may_issue(scope: Scope) -> bool:
    return scope.can("dispatch.issue") and scope.level <= services.LOWEST_ISSUER


def _running(scope: Scope) -> Job | None:
    """The office's newest count, while it runs or when it failed."""
    job = (
        Job.objects.visible_to(scope)
        .filter(kind=SNAPSHOT, region=scope.region)
        .order_by("-created_at")
        .first()
    )
    return job if job and job.state != Job.State.DONE else None
