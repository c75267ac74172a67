"""Addresses of cuts and publications."""

from accounting.cuts.models import Cut
from accounting.publication.models import Publication
from accounting.runs.models import Run
from census.calendar.models import Campaign
from tests.factories import COUNTY

URLS = {
    "cut_list": "table.view",
    "cut_new": "accounting.run",
    "cut_show": "table.view",
    "cut_start": "accounting.run",
    "cut_check": "accounting.run",
    "cut_approve": "accounting.run",
    "cut_send_back": "accounting.run",
    "cut_compare": "table.view",
    "cut_changes": "table.view",
    "cut_explain": "accounting.view",
    "publication_new": "accounting.run",
    "publication_show": "accounting.view",
    "publication_release": "accounting.run",
    "publication_release_all": "accounting.run",
    "publication_xlsx": "export",
    "publication_audit": "export",
}
# made and checked by the office of the region, approved by an office above it
ROW_DECIDES = {
    "cut_start", "cut_check", "cut_approve", "cut_send_back", "publication_release", "publication_release_all",
}  # fmt: skip


def arguments() -> dict[str, dict[str, object]]:
    campaign, _made = Campaign.objects.get_or_create(
        code="urls", defaults={"name_zh": "普查", "name_en": "Census", "reference_date": "2017-12-31"}
    )
    run = Run.objects.create(
        number=900002, campaign=campaign, region=COUNTY, categories=[], edition="census2_2021",
        created_by_name="test",
    )  # fmt: skip
    cut = Cut.objects.create(
        region=COUNTY, number=1, campaign=campaign, run=run, purpose="test", created_by_name="test"
    )
    publication = Publication.objects.create(
        cut=cut, region=COUNTY, subject="discharge.water.COD", rules={}, created_by_name="test"
    )
    cuts = ("cut_show", "cut_start", "cut_check", "cut_approve", "cut_send_back")
    rows = ("publication_show", "publication_release", "publication_xlsx", "publication_audit")
    return {
        **{name: {"pk": cut.pk} for name in cuts},
        **{name: {"pk": publication.pk} for name in rows},
        "cut_compare": {"pk": cut.pk, "other": cut.pk},
        "cut_changes": {"pk": cut.pk, "other": cut.pk, "region": COUNTY},
        "cut_explain": {"pk": cut.pk, "other": cut.pk, "code": "T02", "column": "COD"},
        "publication_new": {"cut": cut.pk},
        "publication_release_all": {"cut": cut.pk},
    }
