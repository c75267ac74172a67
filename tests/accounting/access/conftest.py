"""The city of the runs' tests, with two finished runs, a cut, and a released table."""

import pytest

from accounting.cuts.models import Cut
from accounting.publication.services import publication_prepare, publication_release
from census.access.scope import Scope, enter
from census.jobs.services import job_execute
from tests.accounting.cuts.conftest import english, few_layouts, make_cut, make_run  # noqa: F401 - fixtures
from tests.accounting.runs.conftest import BOILER, campaign, county, make_object, officer  # noqa: F401 - fixtures
from tests.factories import CITY

OFFICE = Scope.system(CITY, "office")


@pytest.fixture
def cut(make_run, make_cut, campaign, county):  # noqa: F811
    """An approved cut; a dozen boilers more, so that some cells may be published."""
    for number in range(12):
        village = "330802001001" if number % 2 else "330803001001"
        unit = BOILER | {"fuel1_consumption": 900 + 20 * number}
        make_object(
            campaign, "enterprise", village, 20 + number, {"G103-1": {"units": [unit]}}, industry="2221"
        )
    made = make_cut(make_run())
    Cut.objects.filter(pk=made.pk).update(state="approved")
    made.refresh_from_db()
    return made


@pytest.fixture
def released(cut):
    """A table of the cut that disclosure control has released."""
    return publish(cut)


def publish(cut):
    """Prepare and release a table of the cut."""
    with enter(OFFICE):
        (row,) = publication_prepare(OFFICE, cut=cut, subjects=["discharge.air.SO2"], rules={})
    job_execute(job_id=str(row.job_id), region=CITY)
    row.refresh_from_db()
    with enter(OFFICE):
        return publication_release(OFFICE, publication=row)
