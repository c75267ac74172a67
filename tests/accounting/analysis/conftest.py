"""The small county of the runs' tests, and its run."""

from tests.accounting.runs.conftest import campaign, county, officer  # noqa: F401 - fixtures
from tests.accounting.tables.conftest import done, person  # noqa: F401 - fixtures
