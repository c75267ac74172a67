"""Job kind of quality verification: drawing a sample and freezing what was reported."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from census.jobs.services import JobFault, Progress, job_kind
from review.verification.models import Plan
from review.verification.plans import items_freeze, plan_draw

DRAW = "review.verification_draw"


@job_kind(DRAW)
def draw(progress: Progress, plan: str, seed: str = "") -> dict[str, Any]:
    """Draw the sample in one transaction, then freeze the sheets' items county by county. A restart finds the
    sample drawn and goes on with the counties that are left."""
    progress.start(1, _("Drawing the sample"))
    with progress.step(done=1):
        found = Plan.objects.visible_to(progress.scope).get(pk=UUID(plan))
        if found.state == Plan.State.DRAFT:
            try:
                found = plan_draw(progress.scope, plan_id=found.id, seed=seed)
            except ValidationError as error:
                raise JobFault("; ".join(error.messages)) from error
        counties = found.drawn["counties"]
    progress.start(len(counties), _("Counties: what was reported is written on the sheets"))
    for county in counties:
        with progress.step(done=1):
            items_freeze(progress.scope, found, list(found.sheets.filter(county=county)))
    with progress.step(done=0):
        sheets = found.sheets.count()
    return {"plan": plan, "sheets": sheets}
