"""Addresses of the register."""

from census.calendar.models import Campaign
from census.jobs.models import Job
from census.jobs.services import pack_scope
from sources.objects.models import CensusObject
from tests.factories import COUNTY, VILLAGE, make_scope

_API = {"POST": "register.edit", "PATCH": "register.edit", "*": "register.view"}
URLS = {
    "register_list": "register.view",
    "register_counts": "register.view",
    "register_detail": "register.view",
    "register_create": "register.edit",
    "register_check": "register.edit",
    "register_edit": "register.edit",
    "register_close": "register.close",
    "register_remove": "register.close",
    "register_restore": "register.close",
    "register_assign": "district.manage",
    "register_export": "export",
    "register_export_file": "export",
    "register_import": "register.import",
    "register_template": "register.import",
    "register_import_job": "register.import",
    "register_import_confirm": "register.import",
    "register_import_report": "register.import",
    "api_object_list": _API,
    "api_object_detail": _API,
}
# above the county only the entries of the own region are kept; the row of the table is a county's
ROW_DECIDES = {"register_edit", "register_close", "register_remove", "register_restore"}


def arguments() -> dict[str, dict[str, object]]:
    campaign, _made = Campaign.objects.get_or_create(
        code="urls", defaults={"name_zh": "普查", "name_en": "Census", "reference_date": "2017-12-31"}
    )
    obj = CensusObject.objects.create(
        campaign=campaign, kind="enterprise", category="industrial", code="urls", name="甲厂", region=VILLAGE
    )
    actor = make_scope("county_officer", COUNTY)
    job = Job.objects.create(
        kind="objects.import_check", title="x", region=COUNTY, user_name="x", actor=pack_scope(actor)
    )
    rows = ("detail", "edit", "close", "remove", "restore")
    jobs = ("export_file", "import_job", "import_confirm", "import_report")
    return (
        {f"register_{name}": {"object_id": obj.pk} for name in rows}
        | {f"register_{name}": {"job_id": job.pk} for name in jobs}
        | {"api_object_detail": {"object_id": obj.pk}}
    )
