"""Pages of the runs: list, plan, detail, gaps, and the account sheet of one object."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounting.crosscheck.queries import object_page
from accounting.factors.models import CONFIDENCE, Edition, Factor
from accounting.methods import pollutants
from accounting.runs import queries, services, sheets, usage
from accounting.runs.explain import explain
from accounting.runs.forms import RunForm, is_production
from accounting.runs.models import GAP_REASONS, MATCH_STEPS, METHODS, Line, Run, Shard
from census.access.guard import requires
from census.access.posts import CATEGORIES
from census.audit.services import audit_record
from census.jobs.models import Job
from census.numbers import whole
from census.places.models import Region
from census.ui.acting import refusal_told
from census.ui.paging import paginate
from sources.forms.catalogue import load
from sources.objects.models import CensusObject
from sources.returns.models import ReturnVersion

USED_OBJECTS = 50
"""Objects listed behind a factor, the largest first; the counts are of all."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _run(request: HttpRequest, pk: UUID) -> Run:
    return get_object_or_404(queries.runs_visible(request.scope).select_related("campaign"), pk=pk)


@requires("accounting.view")
@require_GET
def run_list(request: HttpRequest) -> HttpResponse:
    """Runs that concern the post's region."""
    page = paginate(queries.runs_visible(request.scope), ("-number",), request.GET)
    names = _region_names({run.region for run in page.rows})
    context = {"page": page, "names": names, "editions": Edition.objects.in_bulk()}
    return render(request, "accounting/runs/list.html", context)


@requires("accounting.run")
def run_new(request: HttpRequest) -> HttpResponse:
    """Plan a run, and start it."""
    asked = {name: request.GET[name] for name in ("data_cut", "region") if name in request.GET}
    form = RunForm(request.POST or None, scope=request.scope, initial=asked)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            run = services.run_create(
                request.scope,
                campaign=data["campaign"],
                region=data["region"],
                categories=data["categories"],
                edition=data["edition"].code,
                fallback=data["fallback"],
                confidences=data["confidences"],
                analogue=data["analogue"],
                min_state=data["min_state"],
                parameters=form.parameters(),
                data_cut=data["data_cut"],
            )
            services.run_start(request.scope, run=run)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("run_show", run.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounting/runs/new.html", {"form": form}, status=status)


@requires("accounting.view")
@require_GET
def run_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A run: progress, totals with the weight of each rating, counties, gaps."""
    run = _run(request, pk)
    shards = run.shards.all()
    changed = queries.run_changed_since(request.scope, run) if run.state == Run.State.DONE else 0
    context = {
        "run": run,
        "job": Job.objects.visible_to(request.scope).filter(pk=run.job_id).first() if run.job_id else None,
        "shards": shards,
        "names": _region_names({run.region, *(shard.region for shard in shards)}),
        "totals": queries.run_totals(request.scope, run),
        "ratings": CONFIDENCE | {"measured": _("Measured"), "reported": _("As reported")},
        "changed": changed,
        "done": sum(shard.state == Shard.State.DONE for shard in shards),
        "editions": Edition.objects.in_bulk(),
        "categories": [CATEGORIES[code] for code in run.categories],
        "confidences": [CONFIDENCE[code] for code in run.confidences],
        "may_run": request.scope.can("accounting.run") and request.scope.covers(run.region),
        "production": is_production(run),
        "newer_factors": queries.factors_since(run) if run.state == Run.State.DONE else 0,
        "others": queries.runs_comparable(request.scope, run) if request.scope.can("accounting.run") else [],
    }
    return render(request, "accounting/runs/show.html", context)


@requires("accounting.run")
@require_POST
def run_start_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go on with a planned, failed or cancelled run."""
    return _act(request, pk, services.run_start)


@requires("accounting.run")
@require_POST
def run_update_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Bring a finished run up to date as a new run, and start it."""
    try:
        run = services.run_update(request.scope, run=_run(request, pk))
        services.run_start(request.scope, run=run)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("run_show", pk)
    return redirect("run_show", run.pk)


@requires("accounting.run")
@require_POST
def run_cancel_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stop a running run."""
    return _act(request, pk, services.run_cancel)


def _act(request: HttpRequest, pk: UUID, service) -> HttpResponse:
    with refusal_told(request):
        service(request.scope, run=_run(request, pk))
    return redirect("run_show", pk)


def _gap_filters(request: HttpRequest) -> dict[str, str]:
    filters = {
        name: request.GET.get(name, "").strip() for name in ("reason", "pollutant", "category", "form")
    }
    return filters | {"text": request.GET.get("q", "").strip()}


@requires("accounting.view")
@require_GET
def gap_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The work list of a run, row by row or grouped by what is missing."""
    run = _run(request, pk)
    gaps = queries.gap_search(request.scope, run=run, **_gap_filters(request))
    grouped = request.GET.get("by") == "key"
    page = paginate(gaps, ("id",), request.GET)
    context = {
        "run": run,
        "page": page,
        "total": gaps.count(),
        "bundles": queries.gap_groups(request.scope, run=run) if grouped else None,
        "objects": queries.object_names(request.scope, {gap.object_id for gap in page.rows}),
        "reasons": GAP_REASONS,
        "pollutants": _pollutant_names(),
        "categories": CATEGORIES,
    }
    return render(request, "accounting/runs/gaps.html", context)


@requires("export")
@require_GET
def gap_xlsx(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The filtered work list as xlsx."""
    run = _run(request, pk)
    gaps = list(queries.gap_search(request.scope, run=run, **_gap_filters(request))[: sheets.LIMIT + 1])
    body = sheets.gaps_book(
        run=run,
        gaps=gaps[: sheets.LIMIT],
        objects=queries.object_names(request.scope, {gap.object_id for gap in gaps}),
        language=get_language() or "zh",
        synthetic=run.campaign.synthetic,
        truncated=len(gaps) > sheets.LIMIT,
    )
    audit_record(request.scope, "gaps.exported", subject="run", subject_id=run.pk, rows=len(gaps))
    name = f"gaps-{run.number}.xlsx"
    return HttpResponse(
        body, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@requires("factor.view")
@require_GET
def factor_usage(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a factor is used: counties of a run (?run=), and the objects of one (?county=)."""
    factor, asked = get_object_or_404(Factor, pk=pk), request.GET.get("run", "")
    run = usage.usage_run(request.scope, whole(asked))
    county = request.GET.get("county", "")
    rows, found = [], []
    if run is not None:
        rows = usage.usage_counties(request.scope, run, factor)
        if county in {row["code"] for row in rows}:
            lines = usage.usage_lines(request.scope, run, factor, county)
            found = list(usage.usage_objects(lines)[:USED_OBJECTS])
            named = queries.object_names(request.scope, {row["object_id"] for row in found})
            found = [row | {"object": named.get(row["object_id"])} for row in found]
    context = {
        "factor": factor, "run": run, "rows": rows, "county": county, "found": found, "limit": USED_OBJECTS,
        "names": _region_names({row["code"] for row in rows}), "pollutants": _pollutant_names(),
        "lines": sum(row["lines"] for row in rows), "objects": sum(row["objects"] for row in rows),
        "entry": pollutants.table().get(factor.pollutant),
    }  # fmt: skip
    return render(request, "accounting/runs/usage.html", context)


@requires("accounting.view")
@require_GET
def object_account(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """Every line of one object, opened down to formula, factor and form item. ?run= names another run."""
    one, run = _account_of(request, object_id)
    context = {
        "object": one,
        "run": run,
        "rows": _opened_lines(request, run, one),
        "gaps": queries.account_gaps(request.scope, run=run, object_id=one.pk) if run else [],
        "reasons": GAP_REASONS,
        "pollutants": _pollutant_names(),
        "beside": object_page(request.scope, run=run, object_id=one.pk) if run else None,
    }
    return render(request, "accounting/runs/account.html", context)


@requires("export")
@require_GET
def object_account_xlsx(request: HttpRequest, object_id: UUID) -> HttpResponse:
    """The account of one object as xlsx with formulas. ?run= names another run."""
    one, run = _account_of(request, object_id)
    if run is None:
        raise Http404(_("There is no finished accounting run for this place yet."))
    rows = _opened_lines(request, run, one)
    body = sheets.account_book(
        run=run,
        one=one,
        rows=rows,
        gaps=queries.account_gaps(request.scope, run=run, object_id=one.pk),
        beside=object_page(request.scope, run=run, object_id=one.pk),
        language=get_language() or "zh",
    )
    audit_record(
        request.scope, "account.exported", subject="object", subject_id=one.pk, run=run.number, rows=len(rows)
    )
    name = f"account-{one.pk}-{run.number}.xlsx"
    return HttpResponse(
        body, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _account_of(request: HttpRequest, object_id: UUID) -> tuple[CensusObject, Run | None]:
    """The object and the run asked for, or the newest finished one that covers it."""
    one = get_object_or_404(CensusObject.objects.visible_to(request.scope), pk=object_id)
    asked = request.GET.get("run")
    number = whole(asked)
    if asked and number is None:
        raise BadRequest("run")
    return one, queries.run_newest(request.scope, one.region, number)


def _opened_lines(request: HttpRequest, run: Run | None, one: CensusObject) -> list[dict[str, object]]:
    lines = queries.account_lines(request.scope, run=run, object_id=one.pk) if run else []
    factors = Factor.objects.select_related("edition").in_bulk(
        {row.factor_id for row in lines if row.factor_id}
    )
    versions = queries.account_versions(request.scope, one.pk) if lines else {}
    return [
        _opened(line, factors.get(line.factor_id), versions.get((line.form, line.sheet, line.version_no)))
        for line in lines
    ]


def _opened(line: Line, factor: Factor | None, version: ReturnVersion | None) -> dict[str, object]:
    """A line with all that a page shows of it."""
    values = {field.attname: getattr(line, field.attname) for field in line._meta.concrete_fields}
    pollutant = pollutants.table()[line.pollutant]
    form = load().forms.get(line.form)
    amounts = {
        name: None if values[f"{name}_kg"] is None else values[f"{name}_kg"] * pollutant.scale
        for name in ("generated", "removed", "discharged", "environment")
    }
    return {
        "line": line,
        "values": values,
        "factor": factor,
        "pollutant": pollutant,
        "unit": pollutant.display,
        "amounts": amounts,
        "explanation": explain(values),
        "method": METHODS[line.method],
        "step": MATCH_STEPS[line.match_step],
        "rating": CONFIDENCE.get(line.confidence)
        or {"measured": _("Measured")}.get(line.confidence, _("As reported")),
        "form_title": form.title if form else None,
        "version": version,
        "path": f"{line.section}/{line.row_key}" if line.section and line.row_key is not None else "",
    }


def _pollutant_names() -> dict[str, str]:
    language = get_language() or "zh"
    return {code: entry.label(language) for code, entry in pollutants.table().items()}


def _region_names(codes: set[str]) -> dict[str, str]:
    return dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
