"""The verification of the demo world finds the planted errors of the objects it draws, and nothing else."""

from __future__ import annotations

import pytest

from review.verification import plans
from review.verification.comparing import FAULTS
from review.verification.models import Plan, SheetItem
from sources.demo.world import planted_file, read_planted
from tests.review.demo.conftest import loaded_county  # noqa: F401 - the fixture
from tests.sources.demo.reference import KECHENG

pytestmark = pytest.mark.django_db


def test_demo_verification(loaded_county):  # noqa: F811
    _summary, folder = loaded_county
    plan = Plan.objects.get()
    assert (plan.state, plan.synthetic, plans.draw_faults(plan)) == ("drawn", True, [])
    assert not plan.sheets.exclude(state="signed").exists()
    planted = {
        (error.code, error.form, error.sheet, error.row, error.item)
        for error in read_planted(planted_file(KECHENG, folder))
    }
    wrong = {
        (item.sheet.code, item.form, item.page, item.row, item.indicator)
        for item in SheetItem.objects.filter(verdict__in=FAULTS).select_related("sheet")
    }
    assert wrong <= planted
    assert plan.walk.filter(object_id=None).count() == 1
