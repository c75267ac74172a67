"""What kinds of post may do, where one right is of no use without another."""

from census.access.posts import POST_KINDS


def test_who_sees_an_account_may_open_the_factors_it_rests_on():
    viewing = [kind for kind in POST_KINDS.values() if "accounting.view" in kind.capabilities]
    assert viewing
    assert [kind.code for kind in viewing if "factor.view" not in kind.capabilities] == []
