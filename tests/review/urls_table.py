"""Addresses of the room review."""

import datetime as dt

from django.utils import timezone

from census.calendar.models import Campaign
from review.problems.models import Batch, Problem
from sources.objects.models import CensusObject
from tests.factories import COUNTY, VILLAGE

URLS = {
    "finding_list": "finding.view",
    "finding_run": "finding.run",
    "finding_explain": "return.approve",
    "review_ladder": "return.view",
    "problem_desk": "problem.view",
    "problem_count": "problem.view",
    "problem_checks": "problem.check",
    "problem_move": "problem.view",
    "problem_panel": "problem.view",
    "problem_note": "problem.view",
    "problem_call": "problem.view",
    "reminder_list": "problem.answer",
    "reminder_read": "problem.answer",
    "problem_rates": "problem.view",
    "problem_rates_xlsx": "export",
    "batch_list": "problem.view",
    "batch_new": "problem.issue",
    "batch_job": "problem.view",
    "batch_template": "problem.issue",
    "batch_detail": "problem.view",
    "batch_edit": "problem.issue",
    "batch_count": "problem.issue",
    "batch_add": "problem.issue",
    "batch_row": "problem.issue",
    "batch_import": "problem.issue",
    "batch_remove": "problem.issue",
    "batch_issue": "problem.issue",
    "batch_discard": "problem.issue",
    "batch_export": "export",
    "batch_answers": "problem.answer",
}

# all who see problems see the address; to write, a post answers or checks them
ROW_DECIDES = {"problem_note", "problem_call"}


def arguments() -> dict[str, dict[str, object]]:
    """An issued batch of the first county with one row, and a draft."""
    campaign, _made = Campaign.objects.get_or_create(
        code="urls", defaults={"name_zh": "普查", "name_en": "Census", "reference_date": "2017-12-31"}
    )
    obj = CensusObject.objects.create(
        campaign=campaign,
        kind="enterprise",
        category="industrial",
        code="urls-review",
        name="乙厂",
        region=VILLAGE,
    )
    deadline = timezone.localdate() + dt.timedelta(days=7)
    head = {"campaign": campaign, "region": COUNTY, "level": 3, "office_name": "Office", "year": 2018}
    issued = Batch.objects.create(title="issued", state="issued", number=1, deadline=deadline, **head)
    draft = Batch.objects.create(title="draft", deadline=deadline, **head)
    problem = Problem.objects.create(
        batch=issued,
        issuer=COUNTY,
        level=3,
        deadline=deadline,
        serial=1,
        object_id=obj.id,
        object_code=obj.code,
        object_name=obj.name,
        region=obj.region,
        category=obj.category,
        severity="error",
        description="doubtful",
        state="issued",
        form="G102",
        indicator="water_intake_m3",
    )
    drafts = ("edit", "count", "add", "row", "import", "remove", "issue", "discard")
    return (
        {f"batch_{name}": {"batch_id": draft.id} for name in drafts}
        | {f"batch_{name}": {"batch_id": issued.id} for name in ("detail", "export", "answers")}
        | {f"problem_{name}": {"problem_id": problem.id} for name in ("panel", "note", "call")}
    )
