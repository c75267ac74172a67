"""Pages of comparisons: begin one, the waterfall with places and industries, the objects behind it, the workbook."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounting.comparing import queries, services
from accounting.comparing.models import CAUSES, MEASURES, Comparison
from accounting.comparing.queries import Subject
from accounting.comparing.workbook import comparison_book
from accounting.runs.queries import object_names, runs_visible
from accounting.words import measure
from census.access.guard import requires
from census.audit.services import audit_record
from census.jobs.models import Job
from census.numbers import whole
from census.places import regions
from census.places.models import Industry, Region
from census.ui.acting import refusal_told
from census.ui.paging import paginate

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BY = ("region", "industry")
KEPT = ("measure", "pollutant", "area", "industry")
"""What the list of objects keeps of the address it was opened with."""


def _comparison(request: HttpRequest, pk: UUID) -> Comparison:
    services.require_all_categories(request.scope)
    return get_object_or_404(queries.comparisons_visible(request.scope), pk=pk)


@requires("accounting.run")
@require_POST
def comparison_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Compare the run with the one in ?with=."""
    runs = runs_visible(request.scope)
    first, second = get_object_or_404(runs, pk=pk), get_object_or_404(runs, number=_number(request))
    if first.number > second.number:
        first, second = second, first
    try:
        comparison = services.comparison_create(request.scope, first=first, second=second)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("run_show", pk)
    return redirect("comparison_show", comparison.pk)


def _number(request: HttpRequest) -> int:
    number = whole(request.POST.get("with"))
    if number is None:
        raise Http404("with")
    return number


@requires("accounting.run")
@require_POST
def comparison_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go on with a comparison that failed or was cancelled."""
    with refusal_told(request):
        services.comparison_start(request.scope, comparison=_comparison(request, pk))
    return redirect("comparison_show", pk)


@requires("accounting.view")
@require_GET
def comparison_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The waterfall of one pollutant (?pollutant=water-COD&measure=generated), by ?by=region|industry within ?area=."""
    comparison, scope = _comparison(request, pk), request.scope
    by = request.GET.get("by") or BY[0]
    if by not in BY:
        raise Http404(by)
    measure = _measure(request)
    found = queries.subjects(scope, comparison, measure)
    subject = _subject(request, found)
    area = _area(request, comparison)
    context: dict[str, Any] = {
        "comparison": comparison,
        "job": Job.objects.visible_to(scope).filter(pk=comparison.job_id).first(),
        "subjects": found,
        "unchanged": [one for one in found if not one.change],
        "subject": subject,
        "measures": MEASURES,
        "measure": measure,
        "by": by,
        "area": area,
        "touched": comparison.portions.filter(touched=True).count(),
        "portions": comparison.portions.count(),
        "may_start": scope.can("accounting.run") and scope.covers(comparison.region),
        "chain": [code for code in regions.ancestors(area) if regions.contains(comparison.region, code)],
    }
    if subject is not None:
        reader = queries.by_place if by == "region" else queries.by_industry
        rows = reader(scope, comparison, subject, area)
        steps = queries.steps(scope, comparison, subject)
        context |= {"rows": rows, "steps": steps, "chart": _chart(subject, steps)}
        names = _industries() if by == "industry" else _regions(queries.places_of(rows))
        for row in rows:
            row["name"] = names.get(row["code"]) or row["code"] or _("No industry")
            level = regions.level(row["code"]) if by == "region" else queries.COUNTY
            row["deeper"] = by == "region" and level < queries.COUNTY and row["code"] != area
    return render(request, "accounting/comparing/show.html", context)


def _subject(request: HttpRequest, found: list[Subject]) -> Subject | None:
    """The pollutant asked for, else the first that differs, else the first."""
    asked = request.GET.get("pollutant", "")
    changed = [subject for subject in found if subject.causes]
    return next((one for one in found if one.key == asked), None) or next(iter([*changed, *found]), None)


def _measure(request: HttpRequest) -> str:
    asked = request.GET.get("measure") or next(iter(MEASURES))
    if asked not in MEASURES:
        raise Http404(asked)
    return asked


def _area(request: HttpRequest, comparison: Comparison) -> str:
    area = request.GET.get("area") or comparison.region
    if not (regions.is_code(area) and regions.contains(comparison.region, area)):
        raise Http404(area)
    return area


def _regions(codes: set[str]) -> dict[str, str]:
    return dict(Region.objects.filter(code__in=codes).values_list("code", "name"))


def _industries() -> dict[str, str]:
    english = get_language() == "en"
    found = Industry.objects.filter(code__regex=r"^\d\d$")
    return {one.code: (english and one.name_en) or one.name_zh for one in found}


def _chart(subject: Subject, steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Bars of the waterfall: name, from, to, and whether it is a total."""
    bars, level = [], subject.shown_before
    bars.append({"name": _("Before"), "from": 0, "to": level, "total": True})
    for step in steps:
        bars.append({"name": str(step["label"]), "from": level, "to": level + step["amount"], "total": False})
        level += step["amount"]
    bars.append({"name": _("After"), "from": 0, "to": subject.shown_after, "total": True})
    return {"bars": bars, "unit": measure(subject.pollutant.display, get_language() or "zh")}


@requires("accounting.view")
@require_GET
def comparison_objects(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The objects behind a difference, the largest first: ?measure= ?pollutant= ?area= ?industry= ?cause=."""
    comparison, scope = _comparison(request, pk), request.scope
    subject = _subject(request, queries.subjects(scope, comparison, _measure(request)))
    if subject is None:
        raise Http404("pollutant")
    cause = request.GET.get("cause", "")
    found = queries.differences(
        scope, comparison, subject=subject, area=_area(request, comparison),
        industry=request.GET.get("industry"), cause=cause if cause in CAUSES else "",
    )  # fmt: skip
    page = paginate(queries.objects_differing(found), ("-size", "id"), request.GET)
    named = object_names(scope, {row.object_id for row in page.rows})
    for row in page.rows:
        row.object, row.shown = named.get(row.object_id), subject.shown(row.amount)
    context = {
        "comparison": comparison, "subject": subject, "page": page, "total": found.count(), "causes": CAUSES,
        "chosen": cause, "measure": MEASURES[subject.measure], "run": comparison.second or comparison.first,
        "kept": {name: request.GET[name] for name in KEPT if name in request.GET},
    }  # fmt: skip
    return render(request, "accounting/comparing/objects.html", context)


@requires("export")
@require_GET
def comparison_xlsx(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All pollutants by cause, place and industry as xlsx."""
    comparison = _comparison(request, pk)
    body = comparison_book(request.scope, comparison, get_language() or "zh")
    audit_record(request.scope, "comparison.exported", subject="comparison", subject_id=comparison.pk)
    name = f"comparison-{comparison.first.number}.xlsx"
    return HttpResponse(
        body, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
