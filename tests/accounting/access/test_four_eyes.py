"""What two people are asked for, one person does not do alone: not in a second post, not for an absent colleague."""

from dataclasses import replace

import pytest

from accounting.bulletin.models import Report
from accounting.bulletin.services import may_decide as may_decide_report
from accounting.changes.models import Change
from accounting.changes.services import may_decide as may_decide_change
from accounting.cuts.models import Cut
from accounting.cuts.services import may_decide as may_decide_cut
from census.access.scope import Scope
from tests.factories import CITY, NATION, PROVINCE

AUTHOR, CHECKER, OTHER = 11, 12, 13


def at(region, person, absent=None):
    return replace(Scope.system(region, "x"), user_id=person, behalf_of=absent)


@pytest.mark.parametrize(("model", "may_decide"), [(Cut, may_decide_cut), (Report, may_decide_report)])
@pytest.mark.parametrize(("region", "above"), [(CITY, PROVINCE), (NATION, NATION)])
def test_who_made_or_checked_it_does_not_approve_it(model, may_decide, region, above):
    row = model(region=region, created_by=AUTHOR, checked_by=CHECKER)
    assert may_decide(at(above, OTHER), row)
    assert may_decide(at(above, OTHER, absent=14), row)
    for scope in (
        at(above, AUTHOR),
        at(above, CHECKER),
        at(above, OTHER, absent=AUTHOR),
        at(above, CHECKER, absent=14),
    ):
        assert not may_decide(scope, row), scope
    if region != NATION:
        assert not may_decide(at(region, OTHER), row), "the own office does not approve"


def test_a_factor_change_is_not_approved_for_its_absent_author():
    change = Change(created_by=AUTHOR, submitted_by=AUTHOR)
    assert may_decide_change(at(NATION, OTHER), change)
    assert not may_decide_change(at(NATION, AUTHOR), change)
    assert not may_decide_change(at(NATION, OTHER, absent=AUTHOR), change)
