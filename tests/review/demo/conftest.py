"""The tiny county is loaded once for all tests of a module; each test's own changes are rolled back."""

import pytest
from django.db import transaction

from tests.sources.demo.reference import load_kecheng, load_quzhou


@pytest.fixture(scope="module")
def loaded_county(django_db_setup, django_db_blocker, tmp_path_factory):
    """(summary, folder of the planted errors) of the loaded county."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), transaction.atomic():
        load_quzhou()
        yield load_kecheng(folder), folder
        transaction.set_rollback(True)
