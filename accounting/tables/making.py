"""Making a table for a scope: which run it rests on, reading its facts, what is printed on it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from django.core.exceptions import BadRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounting.runs.models import Run
from accounting.tables import queries
from accounting.tables.build import FactKey, Table, build
from accounting.tables.layout import Layout
from accounting.tables.workbook import Imprint
from census.access.scope import Scope
from census.calendar.models import Campaign
from census.places import regions
from census.places.models import Region


def newest_run(scope: Scope, region: str, number: str | None = None) -> Run | None:
    """The newest finished run that covers *region*, or the one with *number*. Raises BadRequest for no number."""
    runs = Run.objects.filter(state="done", region__in=regions.ancestors(region))
    if number:
        if not number.isdigit() or len(number) > 18:
            raise BadRequest("run")
        runs = runs.filter(number=int(number))
    return runs.order_by("-finished_at").first()


def make_table(
    scope: Scope,
    layout: Layout,
    by: str,
    region: str,
    run: Run | None,
    known: dict[FactKey, pd.DataFrame] | None = None,
) -> Table:
    """Read the facts and build the table of *region*. *known*: see :func:`queries.load_facts`."""
    facts = queries.load_facts(scope, layout, by, region, run.id if run else None, known)
    if by == "region":
        head = {"zh": "地区", "en": "Region"}
        return build(layout, by, facts, queries.region_rows(facts, region), head)
    if by == "industry":
        return build(layout, by, facts, queries.industry_rows(facts), {"zh": "行业", "en": "Industry"})
    dimension = layout.dimensions[by]
    return build(layout, by, facts, dimension.rows, dimension.label)


def imprint_of(scope: Scope, region: str, run: Run | None) -> Imprint:
    """What is printed on every sheet."""
    named = Region.objects.filter(code=region).first()
    return Imprint(
        region=named.name if named else region,
        run=run_label(run),
        printed_by=scope.user_name,
        printed_at=timezone.localtime(),
        synthetic=Campaign.objects.filter(active=True, synthetic=True).exists(),
        language="en" if get_language() == "en" else "zh",
    )


def run_label(run: Run | None) -> str:
    """How a run is named on tables."""
    if run is None:
        return _("no accounting run yet")
    finished: dt.datetime = timezone.localtime(run.finished_at)
    return _("accounting run no. %(number)s of %(date)s") % {
        "number": run.number,
        "date": f"{finished:%Y-%m-%d %H:%M}",
    }
