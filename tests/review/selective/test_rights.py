"""Who is looked at does not see how: the statistics' doubts are for those who review."""

import pytest

from census.access.posts import POST_KINDS


@pytest.mark.parametrize("kind", ["filler", "third_party", "enumerator"])
def test_who_fills_forms_does_not_see_the_doubts(kind):
    assert "selective.view" not in POST_KINDS[kind].capabilities
    assert "finding.view" in POST_KINDS[kind].capabilities
