"""Addresses of comparisons."""

from accounting.comparing.models import Comparison
from accounting.runs.models import Run
from census.calendar.models import Campaign
from tests.factories import COUNTY

URLS = {
    "comparison_new": "accounting.run",
    "comparison_show": "accounting.view",
    "comparison_start": "accounting.run",
    "comparison_objects": "accounting.view",
    "comparison_xlsx": "export",
}
# totals mix all source categories: a post that sees only some is refused; ?with= names the other run
ROW_DECIDES = {
    "comparison_new",
    "comparison_show",
    "comparison_start",
    "comparison_objects",
    "comparison_xlsx",
}


def arguments() -> dict[str, dict[str, object]]:
    campaign, _made = Campaign.objects.get_or_create(
        code="urls", defaults={"name_zh": "普查", "name_en": "Census", "reference_date": "2017-12-31"}
    )
    run = Run.objects.create(
        number=900003,
        campaign=campaign,
        region=COUNTY,
        categories=[],
        edition="census2_2021",
        created_by_name="test",
    )
    comparison = Comparison.objects.create(region=COUNTY, first=run, second=run, created_by_name="test")
    names = ("comparison_show", "comparison_start", "comparison_objects", "comparison_xlsx")
    return {**{name: {"pk": comparison.pk} for name in names}, "comparison_new": {"pk": run.pk}}
