"""The audit log: who saw, changed and exported what."""

from __future__ import annotations

from django.contrib import messages
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from census.access.guard import requires
from census.access.posts import POST_KINDS
from census.audit.exports import MOST_ROWS, to_csv, to_xlsx
from census.audit.forms import GROUP_LABELS, AuditFilter
from census.audit.models import AuditEntry
from census.audit.queries import audit_entries
from census.audit.services import audit_record
from census.audit.words import SUBJECTS, details, sentence
from census.ui.paging import paginate

SEEN_AGAIN = 10 * 60  # seconds in which looking again at the same thing is the same look


def audit_view(request: HttpRequest, subject: str, subject_id: object, *, region: str | None = None) -> None:
    """Record that this person looks at *subject*; call it in views of sensitive details.

    Cheap: one insert the first time, one cache call when the person comes back within ten minutes.
    """
    key = f"audit:seen:{request.scope.user_id}:{subject}:{subject_id}"
    if cache.add(key, 1, SEEN_AGAIN):
        audit_record(
            request.scope, f"{subject}.viewed", subject=subject, subject_id=subject_id, region=region
        )


@requires("audit.view")
def audit_list(request: HttpRequest) -> HttpResponse:
    """The log of the region, newest first."""
    page = paginate(_filtered(request), ("-id",), request.GET)
    rows = [
        {
            "entry": entry,
            "post": POST_KINDS[entry.post_kind].label if entry.post_kind in POST_KINDS else "",
            "sentence": sentence(entry.action),
            "subject": SUBJECTS.get(entry.subject, entry.subject),
            "details": details(entry.detail),
        }
        for entry in page.rows
    ]
    context = {"page": page, "rows": rows, "groups": GROUP_LABELS.items(), "subjects": SUBJECTS.items()}
    return render(request, "census/audit/list.html", context)


@requires("audit.view")
def audit_export(request: HttpRequest, kind: str) -> HttpResponse:
    """The filtered log as xlsx or csv; the export itself is recorded."""
    if kind not in {"xlsx", "csv"}:
        raise Http404(kind)
    entries = list(_filtered(request).order_by("-id")[: MOST_ROWS + 1])
    if len(entries) > MOST_ROWS:
        text = _("More than %(most)s entries: choose a shorter period and export it in parts.")
        messages.error(request, text % {"most": f"{MOST_ROWS:,}"})
        return redirect(f"{reverse('audit_list')}?{request.GET.urlencode()}")
    audit_record(request.scope, "audit_log.exported", subject="audit_log", rows=len(entries), format=kind)
    now = timezone.localtime()
    if kind == "csv":
        response = HttpResponse(to_csv(entries), content_type="text/csv; charset=utf-8")
    else:
        note = _("Exported by %(name)s on %(time)s") % {
            "name": request.scope.user_name,
            "time": now.strftime("%Y-%m-%d %H:%M"),
        }
        body = to_xlsx(entries, title=_("Audit log"), note=note)
        response = HttpResponse(
            body, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{now:%Y%m%d-%H%M}.{kind}"'
    return response


def _filtered(request: HttpRequest) -> QuerySet[AuditEntry]:
    form = AuditFilter(request.GET)
    form.is_valid()  # what cannot be read is no filter
    return audit_entries(request.scope, **{k: v for k, v in form.cleaned_data.items() if v})
