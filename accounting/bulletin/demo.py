"""Reports of the demo world: a bulletin and a work summary, still drafts."""

from __future__ import annotations

from accounting.bulletin.models import Report
from accounting.bulletin.services import report_draw
from accounting.cuts.models import Cut
from census.access.scope import enter
from sources.demo.stages import DemoLoad


def load_reports(demo: DemoLoad) -> str:
    """Draw both from the area's newest cut, unless there are reports."""
    cut = Cut.objects.filter(region=demo.area).exclude(digest="").order_by("-number").first()
    if cut is None:
        return "no cut to draw a report from"
    if Report.objects.filter(region=demo.area).exists():
        return "there are reports"
    with enter(demo.actor):
        drawn = [report_draw(demo.actor, kind=kind, cut=cut) for kind in ("bulletin", "summary")]
    return f"{len(drawn)} reports drawn from cut {cut.number}"
