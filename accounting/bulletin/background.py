"""Drawing a work summary in the background: it counts live rows, which takes long where there are many."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from accounting.bulletin.models import Report
from accounting.bulletin.services import report_draw, report_redraw
from accounting.cuts.models import Cut
from census.access.scope import Scope
from census.jobs.models import Job
from census.jobs.services import JobFault, Progress, job_kind, job_start

KIND = "accounting.report"


def summary_start(actor: Scope, *, cut: Cut, report: Report | None = None) -> Job:
    """Queue a new work summary from *cut*, or the drawing of the draft *report* again."""
    actor.require("accounting.run")
    if actor.region != cut.region:
        raise PermissionDenied("a report is drawn by the office of the cut")
    return job_start(
        actor,
        kind=KIND,
        title=_("Work summary from data cut %(number)s") % {"number": cut.number},
        cut_id=str(cut.pk),
        report_id=str(report.pk) if report else "",
    )


@job_kind(KIND)
def summary_work(progress: Progress, *, cut_id: str, report_id: str) -> dict[str, Any]:
    """One step, drawn once: started again after it, the checkpoint names the report."""
    progress.start(1, _("Counting the work"))
    if "report" not in progress.checkpoint:
        with progress.step():
            progress.checkpoint["report"] = str(_draw(progress.scope, cut_id, report_id).pk)
    return {
        "text": _("The work summary is drawn."),
        "url": reverse("report_show", args=[progress.checkpoint["report"]]),
        "label": _("Open the report"),
    }


def _draw(scope: Scope, cut_id: str, report_id: str) -> Report:
    try:
        if report_id:
            return report_redraw(scope, report=Report.objects.visible_to(scope).get(pk=report_id))
        cut = Cut.objects.visible_to(scope).select_related("run").get(pk=cut_id)
        return report_draw(scope, kind=Report.Kind.SUMMARY, cut=cut)
    except Report.DoesNotExist as error:
        raise JobFault(_("The draft was discarded meanwhile.")) from error
    except ValidationError as error:
        raise JobFault(" ".join(error.messages)) from error
