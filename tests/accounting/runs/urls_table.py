"""Addresses of the runs."""

from accounting.runs.models import Run, Shard
from census.calendar.models import Campaign
from sources.objects.models import CensusObject
from tests.factories import COUNTY, VILLAGE

URLS = {
    "run_list": "accounting.view",
    "run_new": "accounting.run",
    "run_show": "accounting.view",
    "run_start": "accounting.run",
    "run_update": "accounting.run",
    "run_cancel": "accounting.run",
    "gap_list": "accounting.view",
    "gap_xlsx": "export",
    "factor_usage": "factor.view",
    "object_account": "accounting.view",
    "object_account_xlsx": "export",
}


def arguments() -> dict[str, dict[str, object]]:
    campaign, _made = Campaign.objects.get_or_create(
        code="urls", defaults={"name_zh": "普查", "name_en": "Census", "reference_date": "2017-12-31"}
    )
    run = Run.objects.create(
        number=900001, campaign=campaign, region=COUNTY, categories=["industrial"], edition="census2_2021",
        parameters={"editions": ["census2_2021"], "library": 0, "density": {}, "vehicles": {}}, state="failed",
        confidences=["verified"], created_by_name="test",
    )  # fmt: skip
    Shard.objects.create(run=run, region=COUNTY)
    one = CensusObject.objects.create(
        campaign=campaign,
        kind="enterprise",
        category="industrial",
        code="urls-run",
        name="乙厂",
        region=VILLAGE,
    )
    named = ("run_show", "run_start", "run_update", "run_cancel", "gap_list", "gap_xlsx")
    sheets = ("object_account", "object_account_xlsx")
    return {name: {"pk": run.pk} for name in named} | {name: {"object_id": one.pk} for name in sheets}
