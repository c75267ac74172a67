"""Pages of the gaps between methods: the work list, its workbook, explaining and sending back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounting.crosscheck import config, queries, services
from accounting.crosscheck.models import WAYS
from accounting.crosscheck.workbook import LIMIT, gaps_book
from accounting.methods import pollutants
from accounting.runs.models import Run
from accounting.runs.queries import object_names
from accounting.tables.making import newest_run
from accounting.tables.views import XLSX, asked_region
from census.access.guard import requires
from census.access.posts import CATEGORIES
from census.audit.services import audit_record
from census.numbers import whole
from census.ui.menu import forget_badges
from census.ui.paging import paginate

FILTERS = ("pollutant", "category", "industry", "way")


def _asked(request: HttpRequest) -> tuple[str, Run | None, dict[str, str]]:
    """Region, run and filters of the address. ?region= ?run= ?q= ?state= and FILTERS."""
    region = asked_region(request)
    filters = {name: request.GET.get(name, "").strip() for name in FILTERS}
    filters |= {"text": request.GET.get("q", "").strip(), "state": request.GET.get("state") or "open"}
    return region, newest_run(request.scope, region, request.GET.get("run")), filters


@requires("accounting.view")
@require_GET
def crosscheck_list(request: HttpRequest) -> HttpResponse:
    """Gaps between methods, the largest first; unexplained ones unless asked otherwise."""
    region, run, filters = _asked(request)
    language = get_language() or "zh"
    context = {
        "run": run, "region": region, "filters": filters, "ways": WAYS, "limits": config.limits(),
        "reasons": config.reasons().values(), "categories": CATEGORIES,
        "pollutants": {code: entry.label(language) for code, entry in pollutants.table().items()},
        "table": pollutants.table(), "may_explain": request.scope.can("problem.answer"),
        "may_return": request.scope.can("problem.check"),
    }  # fmt: skip
    if run is not None:
        every = queries.gap_search(request.scope, run=run, region=region, **filters | {"state": "all"})
        gaps, order = queries.by_size(
            queries.gap_search(request.scope, run=run, region=region, **filters), request.GET.get("sort", "")
        )
        page = paginate(gaps, order, request.GET)
        context |= {
            "page": page,
            "counts": dict(every.order_by().values_list("state").annotate(Count("id"))),
            "objects": object_names(request.scope, {gap.object_id for gap in page.rows}),
            "said": queries.latest(request.scope, page.rows),
        }
    return render(request, "accounting/crosscheck/list.html", context)


@requires("export")
@require_GET
def crosscheck_xlsx(request: HttpRequest) -> HttpResponse:
    """The filtered list as xlsx."""
    region, run, filters = _asked(request)
    if run is None:
        raise Http404(_("There is no finished accounting run for this region yet."))
    found, order = queries.by_size(
        queries.gap_search(request.scope, run=run, region=region, **filters), request.GET.get("sort", "")
    )
    gaps = list(found.order_by(*order)[: LIMIT + 1])
    body = gaps_book(
        run=run, gaps=gaps[:LIMIT], objects=object_names(request.scope, {gap.object_id for gap in gaps}),
        said=queries.latest(request.scope, gaps), language=get_language() or "zh", truncated=len(gaps) > LIMIT,
    )  # fmt: skip
    audit_record(request.scope, "method_gap.exported", subject="run", subject_id=run.pk, rows=len(gaps))
    name = f"method-gaps-{run.number}.xlsx"
    return HttpResponse(
        body, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@requires("problem.answer")
@require_POST
def crosscheck_explain(request: HttpRequest) -> HttpResponse:
    """Explain the ticked gaps with one coded reason."""
    done = _act(
        request, lambda ids, text: services.gaps_explain(
            request.scope, ids=ids, reason=request.POST.get("reason", ""), text=text
        )
    )  # fmt: skip
    if done:
        text = ngettext("%(count)s gap explained.", "%(count)s gaps explained.", done)
        messages.success(request, text % {"count": done})
    return _back(request)


@requires("problem.check")
@require_POST
def crosscheck_return(request: HttpRequest) -> HttpResponse:
    """Send the explanations of the ticked gaps back."""
    done = _act(request, lambda ids, text: services.gaps_return(request.scope, ids=ids, text=text))
    if done:
        text = ngettext("%(count)s explanation sent back.", "%(count)s explanations sent back.", done)
        messages.success(request, text % {"count": done})
    return _back(request)


def _act(request: HttpRequest, service: Callable[[list[int], str], int]) -> int:
    ids = [number for text in request.POST.getlist("ids") if (number := whole(text)) is not None]
    try:
        done = service(ids, request.POST.get("text", ""))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return 0
    forget_badges(request.scope)
    return done


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return redirect(target if safe else "crosscheck_list")
