"""Pages of disclosure control: prepare a table of a cut, preview with audit report, release, export."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounting.cuts.queries import cuts_visible, require_all_categories
from accounting.publication import services
from accounting.publication.disclosure import Interval, open_enough
from accounting.publication.forms import PublicationForm
from accounting.publication.models import Publication
from accounting.publication.subjects import catalogue
from accounting.publication.tables import PRIMARY, cells_in, column_labels
from accounting.publication.workbook import Heading, audit_report, publishable, result
from census.access.guard import requires
from census.audit.services import audit_record
from census.jobs.models import Job
from census.places.models import Region
from census.ui.acting import refusal_told

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BROKEN = {
    "threshold": gettext_lazy("too few contributors"),
    "dominance": gettext_lazy("dominated by the largest"),
    "p_percent": gettext_lazy("a competitor could estimate the largest"),
}


def _publication(request: HttpRequest, pk: UUID) -> Publication:
    require_all_categories(request.scope)
    found = Publication.objects.visible_to(request.scope).select_related("cut__campaign")
    return get_object_or_404(found, pk=pk)


@requires("accounting.run")
def publication_new(request: HttpRequest, cut: UUID) -> HttpResponse:
    """Choose tables of a cut and the rules. ?subject= chooses beforehand."""
    found = get_object_or_404(cuts_visible(request.scope), pk=cut)
    held = Publication.objects.visible_to(request.scope).filter(cut=found, released_at__isnull=False)
    form = PublicationForm(
        request.POST or None,
        released=set(held.values_list("subject", flat=True)),
        initial={"subjects": request.GET.getlist("subject")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            rows = services.publication_prepare(request.scope, cut=found, **form.arguments())
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return (
                redirect("publication_show", rows[0].pk) if len(rows) == 1 else redirect("cut_show", found.pk)
            )
    status = 422 if request.method == "POST" else 200
    return render(request, "accounting/publication/new.html", {"form": form, "cut": found}, status=status)


@requires("accounting.view")
@require_GET
def publication_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The table with its hidden cells marked, and what the audit found. Internal: it shows every value."""
    row, scope = _publication(request, pk), request.scope
    own = scope.can("accounting.run") and scope.region == row.region
    context = {
        "publication": row,
        "subject": row.about,
        "job": Job.objects.visible_to(scope).filter(pk=row.job_id).first() if row.job_id else None,
        "report": _report(row),
        "exposed_beside": _exposed_beside(row),
        "result": result(row) if row.content else [],
        "preview": [
            (place, list(zip(cells, values, strict=True)))
            for place, cells, values in zip(
                *(row.content[name] for name in ("rows", "cells", "rounded")), strict=True
            )
        ]
        if row.content
        else [],
        "may_release": own and row.content and not row.released_at and not row.exposed,
        "may_prepare": own and row.content and not row.released_at,
    }
    return render(request, "accounting/publication/show.html", context)


def _report(row: Publication) -> list[dict[str, Any]]:
    """One line a hidden cell: place, value, state, rules, protection asked, and the interval a reader can work out."""
    found = []
    for place, column, cell in cells_in(row.content) if row.content else ():
        if not cell.hidden:
            continue
        primary = cell.state == PRIMARY
        known = Interval(cell.low, math.inf if cell.high is None else cell.high)
        found.append(
            {
                "row": place["label"],
                "column": column["label"],
                "value": cell.value,
                "state": cell.state,
                "state_label": _("sensitive") if primary else _("with it"),
                "reason": _(", ").join(str(BROKEN[name]) for name in cell.broken) or _("protects others"),
                "low": cell.low,
                "high": cell.high,
                "contributors": cell.contributors,
                "protection": cell.up if primary else None,
                "protected": not primary or open_enough(cell.value, cell.up, cell.down, known),
            }
        )
    return found


def _exposed_beside(row: Publication) -> list[dict[str, Any]]:
    """Cells of tables laid beside this one that it would narrow, or that show what would have to be hidden here: table,
    office (blank: this one), place and column, in words. Never a value."""
    language = "en" if get_language() == "en" else "zh"
    found = []
    for one in (row.content or {}).get("exposed_beside", ()):
        subject = catalogue().subjects[one["subject"]]
        office = one.get("office", row.region)
        found.append(
            {
                "table": subject.name(language),
                "office": "" if office == row.region else office,
                "region": one["row"].split(":")[0],
                "column": column_labels(subject, [one["column"]])[one["column"]][language],
                "shown": one.get("why") == "shown",
            }
        )
    return found


@requires("accounting.run")
@require_POST
def publication_release_all(request: HttpRequest, cut: UUID) -> HttpResponse:
    """Release every table of a cut that is ready. POST may name the report that waits for them (next)."""
    found = get_object_or_404(cuts_visible(request.scope), pk=cut)
    with refusal_told(request):
        done, refused = services.publication_release_all(request.scope, cut=found)
        messages.success(request, _("%(count)s tables are released.") % {"count": done})
        for reason in refused:
            messages.error(request, reason)
    target = request.POST.get("next", "")
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return redirect(target) if safe else redirect("cut_show", cut)


@requires("accounting.run")
@require_POST
def publication_release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Release the table."""
    with refusal_told(request):
        services.publication_release(request.scope, publication=_publication(request, pk))
    return redirect("publication_show", pk)


@requires("export")
@require_GET
def publication_xlsx(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The released table without its hidden cells; the export is recorded."""
    row = _publication(request, pk)
    if row.released_at is None:
        messages.error(request, _("This table is not released: it cannot be exported for publication."))
        return redirect("publication_show", pk)
    data = publishable(row, _heading(row))
    audit_record(
        request.scope, "publication.exported", subject="publication", subject_id=row.pk, region=row.region
    )
    return _xlsx(data, f"publication-{row.region}-{row.subject}.xlsx")


@requires("export")
@require_GET
def publication_audit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The audit report with the hidden values, for the file of the office; the export is recorded."""
    request.scope.require("accounting.view")
    row = _publication(request, pk)
    if row.content is None:
        messages.error(request, _("Disclosure control of this table is not finished."))
        return redirect("publication_show", pk)
    data = audit_report(row, _heading(row), _report(row))
    audit_record(
        request.scope,
        "publication.exported",
        subject="publication",
        subject_id=row.pk,
        region=row.region,
        report="audit",
    )
    return _xlsx(data, f"disclosure-audit-{row.region}-{row.subject}.xlsx")


def _heading(row: Publication) -> Heading:
    subject, lang = row.about, "en" if get_language() == "en" else "zh"
    place = Region.objects.filter(code=row.region).values_list("name", flat=True).first() or row.region
    return Heading(
        title=_("%(place)s: %(table)s") % {"place": place, "table": subject.name(lang)},
        place=place,
        unit=subject.unit[lang],
        decimals=subject.decimals,
        synthetic=row.cut.campaign.synthetic,
        lang=lang,
    )


def _xlsx(data: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        data, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
