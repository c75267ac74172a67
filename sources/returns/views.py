"""The work queue: what lies at a post's desk, with decisions over many forms at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from census.access.guard import requires
from census.access.scope import Scope
from census.jobs.services import job_start
from census.places import regions
from census.places.models import Region
from census.ui.paging import paginate
from sources.entry.answers import local
from sources.forms.catalogue import load
from sources.returns.bulk import CHUNK, Decided, returns_approve_bulk, returns_send_back_bulk
from sources.returns.queries import Desk, desk_counts, desks_of, fillers, work, work_count
from sources.returns.states import REASONS, STATES

ALL_LIMIT = 50_000  # "all that match" decides over at most so many at once
TOLD = 5  # refusals told one by one; the rest as a number


@requires("return.view")
@require_safe
def work_list(request: HttpRequest) -> HttpResponse:
    """The piles of the post as tabs, the chosen one as a list."""
    scope, desks = request.scope, desks_of(request.scope)
    desk = _chosen(desks, request.GET)
    counts = desk_counts(scope)
    page = paginate(work(scope, desk, request.GET), ("region", "id"), request.GET)
    forms = load().forms
    names = dict(
        Region.objects.filter(code__in={row.region for row in page.rows}).values_list("code", "name")
    )
    for row in page.rows:
        row.title, row.place = local(forms[row.form].title), names.get(row.region, row.region)
    context = {
        "tabs": [
            {
                "url": f"?desk={one.code}",
                "label": one.label,
                "active": one is desk,
                "count": counts.get(one.code),
            }
            for one in desks
        ],
        "desk": desk,
        "page": page,
        "total": work_count(scope, desk, request.GET.dict()),
        "forms": [(code, local(form.title)) for code, form in forms.items()],
        "states": STATES.items() if desk.code == "all" else (),
        "places": _places(scope),
        "people": fillers(scope, desk) if scope.post_kind == "instructor" and desk.step else (),
        "reasons": REASONS.items(),
        "may_reopen": scope.can("return.reopen") and request.GET.get("state") == "frozen" and not desk.step,
        "query": request.GET.urlencode(),
    }
    return render(request, "sources/returns/work.html", context)


@requires("return.approve")
@require_POST
def work_decide(request: HttpRequest) -> HttpResponse:
    """Approve or send back the ticked forms, or with ``every`` all that the filters leave (as a job)."""
    scope = request.scope
    params = QueryDict(request.POST.get("query", ""))
    back = redirect(reverse("work_list") + "?" + params.urlencode())
    every = request.POST.get("every", "")  # "approve" or "return": over all that match
    decision = "approve" if "approve" in {every, request.POST.get("decision")} else "return"
    reason = {}
    if decision == "return":
        reason = {"reason": request.POST.get("reason", ""), "text": request.POST.get("text", "")}
    try:
        if every:
            return _every(request, scope, params, decision, reason)
        ids = [UUID(one) for one in request.POST.getlist("id")]
        if not ids:
            messages.warning(request, _("Nothing is ticked."))
            return back
        with transaction.atomic():
            _tell(request, _decide(scope, ids[:CHUNK], decision, reason))
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
    except ValueError as error:
        raise BadRequest("not an identifier") from error
    return back


def _every(
    request: HttpRequest, scope: Scope, params: QueryDict, decision: str, reason: dict[str, str]
) -> HttpResponse:
    desk = _chosen(desks_of(scope), params)
    ids = list(work(scope, desk, params).order_by("id").values_list("id", flat=True)[:ALL_LIMIT])
    if decision == "return" and reason["reason"] not in REASONS:
        raise ValidationError(_("Choose a reason for sending the form back."))
    if decision == "return" and not reason["text"].strip():
        raise ValidationError(_("Say in words what is to be corrected."))
    title = _("Approve forms") if decision == "approve" else _("Send forms back")
    job = job_start(
        scope,
        kind="sources.returns.decide",
        title=f"{title} ({len(ids)})",
        ids=[str(one) for one in ids],
        decision=decision,
        **reason,
    )
    return redirect("job_detail", job.id)


def _decide(scope: Scope, ids: list[UUID], decision: str, reason: dict[str, Any]) -> Decided:
    if decision == "approve":
        return returns_approve_bulk(scope, ids=ids)
    return returns_send_back_bulk(scope, ids=ids, **reason)


def _tell(request: HttpRequest, decided: Decided) -> None:
    if decided.done:
        text = ngettext("%(n)d form decided on.", "%(n)d forms decided on.", len(decided.done))
        messages.success(request, text % {"n": len(decided.done)})
    for refusal in decided.refused[:TOLD]:
        messages.warning(request, refusal.text)
    if more := len(decided.refused[TOLD:]):
        messages.warning(request, _("%(n)d more were left as they are.") % {"n": more})


def _chosen(desks: list[Desk], params: QueryDict) -> Desk:
    return next((desk for desk in desks if desk.code == params.get("desk")), desks[0])


def _places(scope: Scope) -> list[tuple[str, str]]:
    """The divisions right below the post's region, to filter by."""
    if regions.level(scope.region) >= 5:
        return []
    return list(Region.objects.filter(parent=scope.region).values_list("code", "name")[:300])
