"""Address of the emissions preview."""

from census.calendar.models import Campaign
from sources.objects.models import CensusObject
from tests.factories import VILLAGE

URLS = {"preview_panel": "return.view"}


def arguments() -> dict[str, dict[str, object]]:
    campaign, _made = Campaign.objects.get_or_create(
        code="urls", defaults={"name_zh": "普查", "name_en": "Census", "reference_date": "2017-12-31"}
    )
    one = CensusObject.objects.create(
        campaign=campaign,
        kind="enterprise",
        category="industrial",
        code="urls-preview",
        name="丙厂",
        region=VILLAGE,
    )
    return {"preview_panel": {"object_id": one.pk}}
