"""Addresses of reports."""

from accounting.bulletin.models import Report
from accounting.cuts.models import Cut
from accounting.runs.models import Run
from census.calendar.models import Campaign
from tests.factories import COUNTY

URLS = {
    "report_list": "table.view",
    "report_new": "accounting.run",
    "report_show": "table.view",
    "report_words": "accounting.run",
    "report_redraw": "accounting.run",
    "report_clear": "accounting.run",
    "report_check": "accounting.run",
    "report_approve": "accounting.run",
    "report_send_back": "accounting.run",
    "report_publish": "accounting.run",
    "report_discard": "accounting.run",
    "report_file": "table.view",
    "report_reference": "table.view",
    "report_reference_file": "table.view",
}
# drawn, checked and published by the office of the region, approved by one above; a draft's file needs export
ROW_DECIDES = {
    "report_redraw", "report_clear", "report_check", "report_approve", "report_send_back", "report_publish",
    "report_discard", "report_file",
}  # fmt: skip
# the published national bulletin, drawn from reference data
ANYWHERE = {"report_reference_file"}


def arguments() -> dict[str, dict[str, object]]:
    campaign, _made = Campaign.objects.get_or_create(
        code="urls", defaults={"name_zh": "普查", "name_en": "Census", "reference_date": "2017-12-31"}
    )
    run = Run.objects.create(
        number=900004, campaign=campaign, region=COUNTY, categories=[], edition="census2_2021",
        created_by_name="test",
    )  # fmt: skip
    cut = Cut.objects.create(
        region=COUNTY, number=4, campaign=campaign, run=run, purpose="test", created_by_name="test"
    )
    paper = {"title": "t", "blocks": [], "language": "zh", "subtitle": "", "letterhead": None, "mark": "", "about": "",
             "author": "", "date": ""}  # fmt: skip
    report = Report.objects.create(
        kind="bulletin", region=COUNTY, number=1, campaign=campaign, cut=cut, digest="x", created_by_name="test",
        content={"zh": paper, "en": {**paper, "language": "en"}, "figures": []},
    )  # fmt: skip
    without = {"report_list", "report_new", "report_reference"}
    return {
        **{name: {"pk": report.pk} for name in URLS if name not in without},
        "report_file": {"pk": report.pk, "language": "zh", "form": "pdf"},
        "report_reference_file": {"language": "zh", "form": "pdf"},
    }
