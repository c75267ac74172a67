"""The small county of the runs' tests, a finished run over it, and two national officers."""

from dataclasses import replace

import pytest
from django.utils import translation

from accounting.runs.services import run_create, run_execute
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.places.regions import NATION
from tests.accounting.runs.conftest import campaign, county, officer  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def author():
    return replace(Scope.system(NATION, "author"), user_id=1)


@pytest.fixture
def approver():
    return replace(Scope.system(NATION, "approver"), user_id=2)


@pytest.fixture
def done(officer, campaign, county):  # noqa: F811
    with enter(officer):
        run = run_create(
            officer,
            campaign=campaign,
            region="330800000000",
            categories=list(CATEGORIES),
            edition="census2_2021",
        )
    return run_execute(officer, run=run)
