"""What the progress board counts of problem lists."""

import pytest

from census.access.scope import Scope
from review.problems.measures import count
from review.problems.models import Problem
from tests.review.world import NATION, issued_batch, make_findings

pytestmark = pytest.mark.django_db
HEAD = "330802001"


def test_issued_rows_answered_and_closed():
    issued_batch(findings=make_findings(4))
    first, second, third = Problem.objects.order_by("serial")[:3]
    Problem.objects.filter(pk=first.pk).update(state="answered")
    Problem.objects.filter(pk=second.pk).update(state="city_checked")
    Problem.objects.filter(pk=third.pk).update(state="closed")
    assert sorted(count(Scope.system("330800000000"))) == [
        (HEAD, "problems.answered", 4, 3),
        (HEAD, "problems.closed", 4, 1),
    ]
    assert list(count(Scope.system("330803000000"))) == []


def test_drafts_do_not_count():
    issued_batch()
    Problem.objects.update(state="draft")
    assert list(count(NATION)) == []
