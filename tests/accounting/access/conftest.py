"""The city of the runs' tests, with two finished runs, a cut, and a released table."""

import pytest

from accounting.cuts.models import Cut
from accounting.publication.services import publication_prepare, publication_release
from census.access.scope import Scope, enter
from census.jobs.services import job_execute
from tests.accounting.cuts.conftest import (  # noqa: F401 - fixtures
    cut_of_boilers,
    english,
    few_layouts,
    make_cut,
    make_run,
)
from tests.accounting.runs.conftest import campaign, county, officer  # noqa: F401 - fixtures
from tests.factories import CITY

OFFICE = Scope.system(CITY, "office")


@pytest.fixture
def cut(cut_of_boilers):  # noqa: F811
    """An approved cut, of which some cells may be published."""
    Cut.objects.filter(pk=cut_of_boilers.pk).update(state="approved")
    cut_of_boilers.refresh_from_db()
    return cut_of_boilers


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
