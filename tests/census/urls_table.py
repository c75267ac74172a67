"""Addresses of the room census: name -> capability; and arguments that lead to rows of the first county."""

from census.audit.services import audit_record
from census.jobs.models import Job
from census.jobs.services import pack_scope
from census.people.models import Office
from census.places.models import CensusDistrict
from tests.factories import COUNTY, make_person, make_scope

URLS = {
    "health": "public",
    "api_schema": "home",
    "home": "home",
    "language": "public",
    "sign_in": "public",
    "sign_out": "public",
    "password_change": "home",
    "post_choose": "home",
    "rights": "home",
    "people_list": "people.view",
    "person_detail": "people.view",
    "person_create": "people.manage",
    "person_edit": "people.manage",
    "person_act": "people.manage",
    "post_grant": "people.manage",
    "post_change": "people.manage",
    "post_end": "people.manage",
    "delegation_list": "home",
    "delegation_new": "home",
    "delegation_end": "home",
    "office_list": "people.view",
    "office_create": "people.manage",
    "office_edit": "people.manage",
    "region_browser": "home",
    "region_branch": "home",
    "regions_json": "home",
    "industry_browser": "home",
    "industry_branch": "home",
    "industries_json": "home",
    "code_lists": "home",
    "boundaries_json": "home",
    "district_list": "register.view",
    "districts_json": "register.view",
    "district_create": "district.manage",
    "district_edit": "district.manage",
    "district_close": "district.manage",
    "job_list": "home",
    "job_detail": "home",
    "job_progress": "home",
    "job_cancel": "home",
    "audit_list": "audit.view",
    "audit_export": "audit.view",
}

# rows everybody may name: nothing of theirs lies in one region
ANYWHERE = {"region_branch", "industry_branch", "boundaries_json", "audit_export", "post_choose"}

# the holder of the post arranges a stand-in, and ends it: who has the capability may still be somebody else
ROW_DECIDES = {"delegation_new", "delegation_end"}


def arguments() -> dict[str, dict[str, object]]:
    """Arguments of the addresses that name a row; all of these lie in COUNTY."""
    person = make_person("enumerator", COUNTY)
    district = CensusDistrict.objects.create(region=COUNTY, code=f"{COUNTY}001", name="One")
    starter = make_scope("county_officer", COUNTY)
    job = Job.objects.create(
        kind="test.nothing",
        title="Nothing",
        region=COUNTY,
        user_id=starter.user_id,
        user_name=starter.user_name,
        actor=pack_scope(starter),
    )
    office = Office.objects.create(region=COUNTY, level=3, name="Office")
    audit_record(starter, "district.created", subject="district", subject_id=district.pk)
    return {
        "person_detail": {"user_id": person.pk},
        "person_edit": {"user_id": person.pk},
        "person_act": {"user_id": person.pk, "act": "unlock"},
        "post_grant": {"user_id": person.pk},
        "delegation_new": {"post_id": person.post.pk},
        "post_change": {"post_id": person.post.pk},
        "post_end": {"post_id": person.post.pk},
        "post_choose": {"post_id": person.post.pk},
        "office_edit": {"office_id": office.pk},
        "region_branch": {"code": COUNTY},
        "industry_branch": {"code": "A"},
        "boundaries_json": {"layer": "provinces"},
        "district_edit": {"district_id": district.pk},
        "district_close": {"district_id": district.pk},
        "job_detail": {"job_id": job.pk},
        "job_progress": {"job_id": job.pk},
        "job_cancel": {"job_id": job.pk},
        "audit_export": {"kind": "csv"},
        "language": {"code": "en"},
    }
