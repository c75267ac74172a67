"""Pages of selective editing and of the digit tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from census.access.guard import requires
from census.access.posts import CATEGORIES
from census.access.scope import Scope
from census.jobs.models import Job
from census.jobs.services import job_start
from census.ui.paging import paginate
from review.picking import back_to, ids_of
from review.problems.queries import region_names
from review.selective.loads import POLLUTANTS
from review.selective.methods import methods_shown
from review.selective.models import DigitTest, Score
from review.selective.queries import curve, scores_of, tests_of
from review.selective.services import KIND, selective_batch
from review.selective.words import group_words, item_name, item_words, value_words
from sources.objects.models import CensusObject

LABELS = {"COD": "COD", "NH3_N": "NH₃-N", "SO2": "SO₂", "NOx": "NOₓ"}
ANSWER_DAYS = 7


@requires("selective.view")
def selective_queue(request: HttpRequest) -> HttpResponse:
    """Doubtful objects, the one that may move the published totals most first, with the curve."""
    params, scope = request.GET, request.scope
    rows = scores_of(scope, params)
    page = paginate(rows, ("-score", "-id"), params)
    objects = CensusObject.objects.visible_to(scope).only("id", "code", "name")
    points = curve(scope, rows, params.urlencode())
    context = {
        "page": page,
        "lines": [_line(score) for score in page.rows],
        "objects": objects.in_bulk({score.object_id for score in page.rows}),
        "places": region_names(score.region for score in page.rows),
        "total": points[-1]["of"] if points else 0,
        "curve": {"points": points, "names": LABELS},
        "tenth": _tenth(points),
        "labels": LABELS,
        "pollutants": list(LABELS.items()),
        "categories": list(CATEGORIES.items()),
        "run": _run(scope),
        "deadline": timezone.localdate() + dt.timedelta(days=ANSWER_DAYS),
    }
    return render(request, "review/selective/queue.html", context)


def _run(scope: Scope) -> Job | None:
    return Job.objects.visible_to(scope).filter(kind=KIND).order_by("-created_at").first()


def _tenth(points: list[dict[str, Any]]) -> list[tuple[str, float]]:
    """What the first tenth of the doubtful objects holds: (pollutant, share)."""
    reached = [point for point in points if point["n"] <= max(1, point["of"] / 10)]
    last = reached[-1] if reached else {}
    return [(LABELS[name], last[name]) for name in POLLUTANTS if last.get(name) is not None]


def _line(score: Score) -> dict[str, Any]:
    language = get_language() or "zh-hans"
    first = score.culprits[0]
    key = "en" if language.startswith("en") else "zh"
    return {
        "score": score,
        "item": item_words(first, language),
        "value": value_words(first["value"]),
        "expected": value_words(first["expected"]),
        "missing": first["missing"],
        "why": list(dict.fromkeys(reason[key] for reason in score.reasons))[:2],
        "rules": first["mends"],
        "errors": [(LABELS[p], score.errors[p] / 1000) for p in POLLUTANTS if p in score.errors],
        "others": len(score.culprits) - 1,
    }


@requires("selective.view")
def selective_object(request: HttpRequest, score_id: int) -> HttpResponse:
    """Why one object stands where it stands: suspect items in order, doubts with their peers, effect on totals."""
    score = get_object_or_404(Score.objects.visible_to(request.scope), pk=score_id)
    obj = get_object_or_404(CensusObject.objects.visible_to(request.scope), pk=score.object_id)
    language = get_language() or "zh-hans"
    context = {
        "score": score,
        "object": obj,
        "culprits": [
            {
                **culprit,
                "words": item_words(culprit, language),
                "value": value_words(culprit["value"]),
                "expected": value_words(culprit["expected"]),
            }
            for culprit in score.culprits
        ],
        "reasons": [_reason(reason, language) for reason in score.reasons],
        "effects": [
            (LABELS[p], score.errors.get(p, 0) / 1000, score.own.get(p, 0) / 1000)
            for p in POLLUTANTS
            if p in score.errors or p in score.own
        ],
    }
    return render(request, "review/selective/object.html", context)


def _reason(reason: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        **reason,
        "words": item_words(reason, language),
        "value": value_words(reason["value"]),
        "expected": value_words(reason["expected"]),
        "percent": round(reason["chance"] * 100),
        "others": [item_name(reason["form"], item, language) for item in reason["others"]],
        "group": group_words(reason["form"], reason["peers"]["group"], language) if reason["peers"] else [],
    }


@requires("finding.run")
@require_POST
def selective_run(request: HttpRequest) -> HttpResponse:
    """Survey the region of the post, as a job."""
    scope = request.scope
    going = Job.objects.visible_to(scope).filter(
        kind=KIND, region=scope.region, state__in=[Job.State.QUEUED, Job.State.RUNNING]
    )
    if job := going.first():
        messages.info(request, _("A run over this region is under way already."))
        return redirect("job_detail", job.id)
    job = job_start(scope, kind=KIND, title=_("Statistics and scores of the region"), region=scope.region)
    return redirect("job_detail", job.id)


@requires("problem.issue")
@require_POST
def selective_to_batch(request: HttpRequest) -> HttpResponse:
    """Put the ticked objects, each with its most suspect item, on a new draft list."""
    deadline = parse_date(request.POST.get("deadline", "")) or timezone.localdate()
    try:
        batch = selective_batch(
            request.scope,
            ids=ids_of(request),
            title=request.POST.get("title", "").strip(),
            deadline=deadline,
        )
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
        return back_to(request, "selective_queue")
    return redirect("batch_edit", batch.id)


@requires("selective.view")
def digit_tests(request: HttpRequest) -> HttpResponse:
    """Tests of first and last digits by enumerator and county."""
    rows = tests_of(request.scope, request.GET)
    page = paginate(rows, ("-doubtful", "q", "id"), request.GET)
    context = {
        "page": page,
        "places": region_names(test.region for test in page.rows),
        "kinds": DigitTest.Kind.choices,
        "bys": DigitTest.By.choices,
        "made": DigitTest.objects.visible_to(request.scope).exists(),
        "run": _run(request.scope),
    }
    return render(request, "review/statistics/digits.html", context)


@requires("selective.view")
def selective_methods(request: HttpRequest) -> HttpResponse:
    """The methods in words, with their sources and what each has found."""
    return render(request, "review/selective/methods.html", {"methods": methods_shown(request.scope)})
