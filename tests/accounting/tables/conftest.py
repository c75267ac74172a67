"""The small county of the runs' tests, and its run."""

import pytest

from accounting.runs.services import run_create, run_execute
from census.access.posts import CATEGORIES
from census.access.scope import enter
from tests.accounting.runs.conftest import CITY, campaign, county, officer  # noqa: F401 - fixtures
from tests.factories import make_person, make_regions
from tests.support.requests import signed_in


@pytest.fixture
def done(officer, campaign, county):  # noqa: F811
    """A finished run of the city."""
    make_regions()
    with enter(officer):
        run = run_create(
            officer, campaign=campaign, region=CITY, categories=list(CATEGORIES), edition="census2_2021"
        )
    return run_execute(officer, run=run)


@pytest.fixture
def person(done, settings):
    """A city officer, signed in, under row-level security."""
    user = make_person("city_officer", CITY)
    settings.SWITCH_TO_WEB_ROLE = True
    return signed_in(user.username)
