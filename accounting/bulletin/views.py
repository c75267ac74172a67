"""Pages of reports: list, new, one report as it reads with its life, own words, files, and the national reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounting.bulletin import services
from accounting.bulletin.background import summary_start
from accounting.bulletin.cells import reference_figures
from accounting.bulletin.files import finished, paper_of
from accounting.bulletin.forms import RemarksForm, ReportForm
from accounting.bulletin.making import make_reference
from accounting.bulletin.models import Report, ReportEvent
from accounting.bulletin.wording import LANGUAGES
from accounting.cuts.queries import cuts_visible, require_all_categories
from accounting.publication.models import Publication
from accounting.tables.layout import load
from census.access.guard import requires
from census.access.posts import CATEGORIES
from census.audit.services import audit_record
from census.documents import files
from census.documents.model import Paper
from census.documents.screen import on_screen
from census.ui.acting import refusal_told
from census.ui.paging import paginate

REFERENCE_NAME = {"zh": "第二次全国污染源普查公报（参照数据）", "en": "Bulletin (reference figures)"}


def _report(request: HttpRequest, pk: UUID) -> Report:
    rows = Report.objects.visible_to(request.scope).select_related("cut", "before")
    report = get_object_or_404(rows, pk=pk)
    if report.state != Report.State.PUBLISHED or report.kind != Report.Kind.BULLETIN:
        require_all_categories(request.scope)
    return report


def _language(request: HttpRequest) -> str:
    """?language=, else the reader's."""
    asked = request.GET.get("language") or get_language()
    return "en" if asked == "en" else "zh"


@requires("table.view")
@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """Reports of the region and below it, and published bulletins of the offices above. ?kind= ?state="""
    scope = request.scope
    rows = Report.objects.visible_to(scope).defer("content").select_related("cut")
    if set(CATEGORIES) - scope.categories:  # anything else holds figures of all source categories
        rows = rows.filter(kind=Report.Kind.BULLETIN, state=Report.State.PUBLISHED)
    if request.GET.get("kind") in Report.Kind.values:
        rows = rows.filter(kind=request.GET["kind"])
    if request.GET.get("state") in Report.State.values:
        rows = rows.filter(state=request.GET["state"])
    context = {
        "page": paginate(rows, ("-created_at", "-id"), request.GET),
        "kinds": Report.Kind.choices,
        "states": Report.State.choices,
        "may_draw": _may_draw(request),
    }
    return render(request, "accounting/bulletin/list.html", context)


def _may_draw(request: HttpRequest) -> bool:
    return request.scope.can("accounting.run") and request.scope.level <= services.COUNTY


@requires("accounting.run")
def report_new(request: HttpRequest) -> HttpResponse:
    """Choose kind and cut. What cannot be drawn says which binding is broken."""
    cuts = list(cuts_visible(request.scope).filter(region=request.scope.region).exclude(digest="")[:50])
    form = ReportForm(request.POST or None, cuts=cuts, initial={"kind": request.GET.get("kind", "bulletin")})
    if request.method == "POST" and form.is_valid():
        chosen = {str(cut.pk): cut for cut in cuts}
        if form.cleaned_data["kind"] == Report.Kind.SUMMARY:
            job = summary_start(request.scope, cut=chosen[form.cleaned_data["cut"]])
            return redirect("job_detail", job.pk)
        try:
            report = services.report_draw(
                request.scope,
                kind=form.cleaned_data["kind"],
                cut=chosen[form.cleaned_data["cut"]],
                before=chosen.get(form.cleaned_data["before"]),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("report_show", report.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounting/bulletin/new.html", {"form": form, "cuts": cuts}, status=status)


@requires("table.view")
@require_GET
def report_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The report as it reads, the numbers it is bound to, its history, and what may be done next."""
    report, scope, language = _report(request, pk), request.scope, _language(request)
    own = scope.can("accounting.run") and scope.region == report.region
    states = {figure["state"] for figure in report.content["figures"]}
    draft = report.state == Report.State.DRAFT
    pending = _pending(request, report) if own and draft and "uncleared" in states else []
    context = {
        "report": report,
        "language": language,
        "languages": LANGUAGES,
        "paper": on_screen(paper_of(report, language)),
        "figures": _linked(report) if own or scope.covers(report.region) else [],
        "uncleared": draft and "uncleared" in states,
        "pending": pending,
        "preparing": any(not one.finished for one in pending),
        "ready": sum(one.finished and not one.exposed for one in pending),
        "files": {(file.language, file.form): file for file in report.files.defer("content")},
        "events": ReportEvent.objects.visible_to(scope).filter(report_id=report.pk),
        "may_edit": own and draft,
        "may_decide": report.state == Report.State.CHECKED and services.may_decide(scope, report),
        "may_publish": own and report.state == Report.State.APPROVED,
        "may_export": _may_fetch(request, report),
    }
    return render(request, "accounting/bulletin/show.html", context)


def _linked(report: Report) -> list[dict[str, Any]]:
    """The bound figures, each with the table of the cut that holds its cell where the address names one."""
    found = []
    for figure in report.content["figures"]:
        code, *by = str(figure.get("address", "")).split("/")
        link = ""
        if code in load() and by and by[0] in load()[code].rows:
            asked = urlencode({"region": report.region, "cut": str(report.cut_id), "by": by[0]})
            link = f"{reverse('table_show', args=[code])}?{asked}"
        found.append({**figure, "link": link})
    return found


def _pending(request: HttpRequest, report: Report) -> list[Publication]:
    """Disclosure control of the cut that was started and is not released."""
    rows = Publication.objects.visible_to(request.scope).filter(cut=report.cut, released_at=None)
    return list(rows.annotate(finished=Q(content__isnull=False)).defer("content").order_by("created_at"))


def _may_fetch(request: HttpRequest, report: Report) -> bool:
    """A published bulletin is for everybody who may see it; anything else is an export."""
    public = report.state == Report.State.PUBLISHED and report.kind == Report.Kind.BULLETIN
    return public or request.scope.can("export")


@requires("accounting.run")
def report_words(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The office's own words at the ends of the sections of a draft."""
    report = _report(request, pk)
    form = RemarksForm(request.POST or None, report=report)
    if request.method == "POST" and form.is_valid():
        try:
            services.report_remark(request.scope, report=report, remarks=form.remarks())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("report_show", pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounting/bulletin/words.html", {"form": form, "report": report}, status=status)


def _act(request: HttpRequest, pk: UUID, service: Callable[..., Any], **arguments: Any) -> HttpResponse:
    with refusal_told(request):
        service(request.scope, report=_report(request, pk), **arguments)
    return redirect("report_show", pk)


@requires("accounting.run")
@require_POST
def report_redraw_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draw the draft again; a work summary in the background."""
    report = _report(request, pk)
    if report.kind == Report.Kind.SUMMARY:
        return redirect("job_detail", summary_start(request.scope, cut=report.cut, report=report).pk)
    return _act(request, pk, services.report_redraw)


@requires("accounting.run")
@require_POST
def report_clear_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Start disclosure control of what the draft still needs."""
    with refusal_told(request):
        count = services.report_clear(request.scope, report=_report(request, pk))
        messages.success(request, _("%(count)s tables are being prepared.") % {"count": count})
    return redirect("report_show", pk)


@requires("accounting.run")
@require_POST
def report_check_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The own office vouches."""
    return _act(request, pk, services.report_check)


@requires("accounting.run")
@require_POST
def report_approve_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The office above approves."""
    return _act(request, pk, services.report_approve)


@requires("accounting.run")
@require_POST
def report_send_back_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The office above sends it back with a reason."""
    return _act(request, pk, services.report_send_back, reason=request.POST.get("reason", ""))


@requires("accounting.run")
@require_POST
def report_publish_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Issue it."""
    return _act(request, pk, services.report_publish)


@requires("accounting.run")
@require_POST
def report_discard_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a draft."""
    with refusal_told(request):
        services.report_discard(request.scope, report=_report(request, pk))
        messages.success(request, _("The draft is discarded."))
        return redirect("report_list")
    return redirect("report_show", pk)


def _known(language: str, form: str) -> None:
    if language not in LANGUAGES or form not in files.TYPES:
        raise Http404(f"{language}.{form}")


@requires("table.view")
@require_GET
def report_file(request: HttpRequest, pk: UUID, language: str, form: str) -> HttpResponse:
    """A published report as it was issued; any other as it reads now, marked as a draft. Recorded."""
    _known(language, form)
    report = _report(request, pk)
    if not _may_fetch(request, report):
        raise PermissionDenied("only published bulletins may be fetched without the right to export")
    kept = report.files.filter(language=language, form=form).first()
    content = bytes(kept.content) if kept else files.write(paper_of(report, language), form)
    audit_record(
        request.scope, "report.exported", subject="report", subject_id=report.pk, region=report.region, format=form
    )  # fmt: skip
    return files.answer(content, form, _name(paper_of(report, language)))


def _name(paper: Paper) -> str:
    return paper.title.replace(":", "")


@requires("table.view")
@require_GET
def report_reference(request: HttpRequest) -> HttpResponse:
    """The national bulletin drawn from the published figures, with mark and source of each."""
    language = _language(request)
    context = {
        "paper": on_screen(finished(make_reference().papers[language], Report.Kind.BULLETIN, None)),
        "language": language,
        "languages": LANGUAGES,
        "reference": reference_figures(),
    }
    return render(request, "accounting/bulletin/reference.html", context)


@requires("table.view")
@require_GET
def report_reference_file(request: HttpRequest, language: str, form: str) -> HttpResponse:
    """The same as a file."""
    _known(language, form)
    paper = make_reference().papers[language]
    return files.answer(files.write(paper, form), form, REFERENCE_NAME[language])
