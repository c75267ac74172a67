"""The county, the run and the officers of the factor changes' tests."""

from tests.accounting.changes.conftest import author, campaign, county, done, english, officer  # noqa: F401 - fixtures
