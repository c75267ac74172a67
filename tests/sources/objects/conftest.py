"""A small register: two counties, three industries, two districts, one campaign."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache

from census.access.scope import Scope
from census.calendar.models import Campaign
from census.places.models import CensusDistrict, Industry
from sources.objects.codes import org_check_character, uscc_check_character
from sources.objects.models import CensusObject
from sources.objects.services import object_create
from tests.factories import COUNTY, OTHER_COUNTY, VILLAGE, make_regions, make_scope


def uscc(number: int, authority: str = "330802") -> str:
    """A made-up credit code with right check characters."""
    body = f"YYYY{number:04d}"
    whole = f"91{authority}{body}{org_check_character(body)}"
    return whole + uscc_check_character(whole)


@pytest.fixture
def world(db: None) -> None:
    cache.clear()
    make_regions()
    Campaign.objects.create(
        code="t", name_zh="普查", name_en="Census", reference_date="2017-12-31", synthetic=True
    )
    Industry.objects.bulk_create(
        [
            Industry(code="26", parent="C", level=2, section="C", name_zh="化学制品", name_en="Chemicals"),
            Industry(code="2614", parent="261", level=4, section="C", name_zh="有机化学原料"),
            Industry(code="3011", parent="301", level=4, section="C", name_zh="水泥"),
            Industry(code="0311", parent="031", level=4, section="A", name_zh="牛的饲养"),
        ]
    )
    CensusDistrict.objects.create(code=f"{COUNTY}01", region=COUNTY, name="一区")
    CensusDistrict.objects.create(code=f"{OTHER_COUNTY}01", region=OTHER_COUNTY, name="别区")


@pytest.fixture
def officer(world: None) -> Scope:
    return make_scope("county_officer", COUNTY)


def entry(**changes: Any) -> dict[str, Any]:
    """Values of an enterprise that are right."""
    return {
        "name": "衢州宏达化工有限公司",
        "uscc": uscc(8),
        "region": VILLAGE,
        "industry": "2614",
        "operating": "1",
        "address": "某路1号",
    } | changes


@pytest.fixture
def make_object(officer: Scope):
    """Call it for a registered enterprise; keyword arguments change its values."""

    def make(kind: str = "enterprise", actor: Scope | None = None, **changes: Any) -> CensusObject:
        return object_create(actor or officer, kind=kind, values=entry(**changes))

    return make
