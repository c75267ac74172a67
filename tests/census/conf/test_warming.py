"""What a web server reads before it forks."""

import pytest

from census.conf import warming
from review.rules.catalogue import audit_rules
from sources.forms import catalogue


@pytest.mark.django_db
def test_forms_rules_tables_and_units_are_read_at_the_start_without_the_database(django_assert_num_queries):
    catalogue.load.cache_clear()
    audit_rules.cache_clear()
    with django_assert_num_queries(
        0
    ):  # a connection must not be shared by the workers that are forked afterwards
        warming.warm()
    assert catalogue.load.cache_info().currsize == 1
    assert audit_rules.cache_info().currsize == 1
