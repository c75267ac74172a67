"""Addresses of quality verification."""

import zlib

from census.calendar.models import Campaign
from review.verification.models import Frame, Plan, Sheet, WalkEntry
from review.verification.protocol import proposed
from review.verification.sampling import Unit, frame_bytes, frame_hash
from sources.objects.models import CensusObject
from tests.factories import CITY, COUNTY, VILLAGE

URLS = {
    "verification_list": "verification.view",
    "verification_new": "verification.run",
    "verification_mine": "verification.record",
    "verification_detail": "verification.view",
    "verification_edit": "verification.run",
    "verification_preview": "verification.run",
    "verification_draw": "verification.run",
    "verification_frame": "verification.view",
    "verification_assign": "verification.run",
    "verification_report": "verification.view",
    "verification_report_file": "verification.view",
    "verification_decide": "verification.run",
    "verification_batch": "verification.run",
    "verification_recheck": "verification.run",
    "verification_workbook": "verification.view",
    "verification_import": "verification.record",
    "verification_walk": "verification.view",
    "verification_walk_add": "verification.record",
    "verification_walk_remove": "verification.record",
    "verification_sheet": "verification.view",
    "verification_sheet_save": "verification.record",
    "verification_sheet_sign": "verification.record",
    "verification_sheet_file": "verification.record",
    "verification_sheet_reopen": "verification.run",
    "verification_sheet_replace": "verification.run",
    "verification_sheet_print": "verification.view",
}
# only the sheet's own verifier writes on it, and only the office of the plan draws and decides
ROW_DECIDES = {name for name, needed in URLS.items() if needed != "verification.view"}


def arguments() -> dict[str, dict[str, object]]:
    """A drawn plan of the city with one sheet."""
    campaign, _made = Campaign.objects.get_or_create(
        code="urls", defaults={"name_zh": "普查", "name_en": "Census", "reference_date": "2017-12-31"}
    )
    obj = CensusObject.objects.create(
        campaign=campaign,
        kind="enterprise",
        category="industrial",
        code="urls-verified",
        name="丙厂",
        region=VILLAGE,
    )
    frame = frame_bytes([Unit(COUNTY, "", "industrial/general", obj.code)])
    plan = Plan.objects.create(
        campaign=campaign,
        issuer=CITY,
        level=2,
        office_name="Office",
        title="urls",
        stage="survey",
        state="drawn",
        terms=proposed("survey", 2).pack(),
        seed="1",
        frame_hash=frame_hash(frame),
        frame_size=1,
        drawn={
            "among": [COUNTY],
            "counties": [COUNTY],
            "districts": {},
            "sizes": {COUNTY: {"industrial/general": 1}},
            "walked": {COUNTY: {"industrial": 1}},
        },
    )
    Frame.objects.create(plan=plan, issuer=CITY, data=zlib.compress(frame))
    own = {"issuer": CITY, "county": COUNTY, "category": "industrial"}
    sheet = Sheet.objects.create(
        plan=plan,
        number=1,
        region=VILLAGE,
        stratum="industrial/general",
        rank=1,
        object_id=obj.id,
        code=obj.code,
        name=obj.name,
        **own,
    )
    entry = WalkEntry.objects.create(plan=plan, area=COUNTY, name="丁厂", found_by_name="x", **own)
    named = {name: {"plan_id": plan.id} for name in URLS if "_sheet" not in name}
    for name in ("verification_list", "verification_new", "verification_mine"):
        del named[name]
    named["verification_walk_remove"]["entry_id"] = entry.id
    named["verification_report_file"]["form"] = "pdf"
    return named | {name: {"sheet_id": sheet.id} for name in URLS if "_sheet" in name}
