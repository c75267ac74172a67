"""Reports of the demo world: a bulletin, a work summary and, of two cuts, how they differ; still drafts."""

from __future__ import annotations

from accounting.bulletin.models import Report
from accounting.bulletin.services import report_draw
from accounting.cuts.models import Cut
from census.access.scope import enter
from sources.demo.stages import DemoLoad


def load_reports(demo: DemoLoad) -> str:
    """Draw both from the area's newest cut, unless there are reports."""
    cuts = list(Cut.objects.filter(region=demo.area).exclude(digest="").order_by("-number")[:2])
    if not cuts:
        return "no cut to draw a report from"
    if Report.objects.filter(region=demo.area).exists():
        return "there are reports"
    with enter(demo.actor):
        drawn = [report_draw(demo.actor, kind=kind, cut=cuts[0]) for kind in ("bulletin", "summary")]
        if len(cuts) > 1:
            drawn.append(report_draw(demo.actor, kind="comparison", cut=cuts[0], before=cuts[1]))
    return f"{len(drawn)} reports drawn from cut {cuts[0].number}"
