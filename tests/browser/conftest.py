"""The world of the browser tests: a tiny demo county, the factor library, and the officers above it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from sources.demo.world import Summary
from tests.factories import CITY, COUNTY, NATION, PROVINCE, make_person
from tests.sources.demo.reference import load_kecheng, load_quzhou


@pytest.fixture
def county(transactional_db: None, tmp_path: Path) -> Summary:
    """Kecheng with some 250 synthetic objects, filled forms and enumerators; committed, flushed after the test."""
    load_quzhou()
    call_command("load_factors", verbosity=0)
    return load_kecheng(tmp_path, scale=0.02)


@pytest.fixture
def officers(county: Summary) -> dict[str, str]:
    """Post → user name of the people who take an object through its life. Password: ``tests.factories.PASSWORD``."""
    posts = {
        "instructor": ("instructor", COUNTY),
        "county": ("county_officer", COUNTY),
        "second": ("county_officer", COUNTY),
        "city": ("city_officer", CITY),
        "province": ("province_officer", PROVINCE),
        "nation": ("nation_officer", NATION),
    }
    return {
        name: make_person(kind, region, username=f"t-{name}").username
        for name, (kind, region) in posts.items()
    }
