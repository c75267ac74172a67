"""Making a table for a scope: which run it rests on, reading its facts, what is printed on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import pandas as pd
from django.core.exceptions import BadRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounting.cuts.models import Cut
from accounting.runs.held import as_held
from accounting.runs.models import Run
from accounting.runs.queries import runs_counting
from accounting.tables import queries
from accounting.tables.build import Table, build, fact_key
from accounting.tables.crossing import completed, crossed
from accounting.tables.facts import FactKey, Facts, upward
from accounting.tables.layout import Column, Layout, Row, every_table
from accounting.tables.workbook import Imprint
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from census.calendar.models import Campaign
from census.numbers import whole
from census.places.models import Region

View = Callable[[Scope], AbstractContextManager[Scope]]
HEADS = {"region": {"zh": "地区", "en": "Region"}, "industry": {"zh": "行业", "en": "Industry"}}


def newest_run(scope: Scope, region: str, number: str | None = None) -> Run | None:
    """The newest finished run that covers *region*, or the one with *number* (see ``runs_counting``). Raises BadRequest
    for no number."""
    runs = runs_counting(scope, region)
    if number:
        asked = whole(number)
        if asked is None:
            raise BadRequest("run")
        runs = runs.filter(number=asked)
    return runs.first()


def make_table(scope: Scope, layout: Layout, by: str, region: str, run: Run | None) -> Table:
    """Read the facts of one table of *region* and build it."""
    wanted = queries.wanted_by([(layout, by)])
    return table_of(layout, by, region, Facts(queries.load_facts(scope, wanted, region, run and run.pk)))


def table_of(layout: Layout, by: str, region: str, facts: Facts) -> Table:
    """Build a table of *region* from facts grouped by its children."""
    head = HEADS.get(by) or layout.dimensions[by].label
    return build(layout, by, facts, rows_of(layout, by, region, facts), head)


def rows_of(layout: Layout, by: str, region: str, facts: Facts) -> Sequence[Row]:
    """The rows of dimension *by*: declared ones, or the regions and industries that have facts."""
    if by not in HEADS:
        return layout.dimensions[by].rows
    codes = facts.classes(by, [fact_key(column) for column in layout.columns_for(by) if column.fact])
    return queries.region_rows(codes, region) if by == "region" else queries.industry_rows(codes)


def make_crossed(
    scope: Scope, layout: Layout, by: str, across: str, column: Column, region: str, run: Run | None
) -> Table:
    """One column of the layout with rows *by* and columns *across*."""
    wanted = queries.wanted_by([(replace(layout, columns=(column,)), by)])
    facts = Facts(queries.load_facts(scope, wanted, region, run and run.pk))
    heads = rows_of(replace(layout, columns=(column,)), across, region, facts)
    return completed(table_of(crossed(layout, by, column, heads), by, region, facts), heads)


def make_tables(scope: Scope, region: str, run: Run | None) -> list[Table]:
    """All tables of *region*, its facts read once."""
    every = every_table()
    facts = Facts(queries.load_facts(scope, queries.wanted_by(every), region, run and run.pk))
    return [table_of(layout, by, region, facts) for layout, by in every]


@dataclass(frozen=True, slots=True)
class Place:
    """A region with its facts, grouped by its children; ``view`` is entered for every reading."""

    scope: Scope
    code: str
    frames: dict[FactKey, pd.DataFrame]
    view: View = enter

    def tables(self) -> list[Table]:
        """All tables of the region."""
        facts = Facts(self.frames)
        with self.view(self.scope):
            return [table_of(layout, by, self.code, facts) for layout, by in every_table()]


def tables_upward(
    scope: Scope,
    places: Iterable[str],
    run: Run | None,
    view: View = enter,
    known: Callable[[str], dict[FactKey, pd.DataFrame] | None] = lambda _code: None,
) -> Iterator[Place]:
    """Yield every place, those below before those above.

    Facts are read once, at the lowest place, and added upward. *known* gives the facts of a place that were read
    before.
    """
    wanted = queries.wanted_by(every_table())

    def read(code: str) -> dict[FactKey, pd.DataFrame]:
        with view(scope), as_held(run, code):
            return queries.load_own_facts(scope, wanted, code, run and run.pk)

    for code, frames in upward(places, lambda code: known(code) or read(code)):
        yield Place(scope, code, frames, view)


def imprint_of(scope: Scope, region: str, run: Run | None, cut: Cut | None = None) -> Imprint:
    """What is printed on every sheet. With a cut the numbers are those it froze."""
    named = Region.objects.filter(code=region).first()
    campaign = Campaign.objects.filter(active=True).first()
    return Imprint(
        region=named.name if named else region,
        source=cut_label(cut) if cut else run_label(run),
        mark=_mark(cut),
        printed_by=scope.user_name,
        printed_at=timezone.localtime(),
        synthetic=campaign is not None and campaign.synthetic,
        language="en" if get_language() == "en" else "zh",
        stale=cut is None and run is not None and run.stale,
        reference_date=campaign and campaign.reference_date,
        only=only_categories(scope),
    )


def only_categories(scope: Scope) -> str:
    """The source categories a post sees, where these are not all; else an empty text."""
    if scope.categories >= set(CATEGORIES):
        return ""
    return _(", ").join(str(label) for code, label in CATEGORIES.items() if code in scope.categories)


def _mark(cut: Cut | None) -> str:
    """What a print wears across its head: nothing that is not an approved cut may pass for a result."""
    if cut is None:
        return _("Internal · working figures, no data cut")
    return {
        Cut.State.DRAFT: _("Confidential · draft"),
        Cut.State.CHECKED: _("Confidential · not yet approved"),
        Cut.State.APPROVED: _("Confidential · approved data cut"),
    }[Cut.State(cut.state)]


def cut_label(cut: Cut) -> str:
    """How a cut is named on tables."""
    return _("data cut no. %(number)s of %(region)s, %(date)s (%(state)s), accounting run no. %(run)s") % {
        "number": cut.number,
        "region": Region.objects.filter(code=cut.region).values_list("name", flat=True).first() or cut.region,
        "date": f"{timezone.localtime(cut.as_of):%Y-%m-%d %H:%M}",
        "state": cut.get_state_display(),
        "run": cut.run.number,
    }


def run_label(run: Run | None) -> str:
    """How a run is named on tables."""
    if run is None:
        return _("no accounting run yet")
    finished: dt.datetime = timezone.localtime(run.finished_at)
    return _("accounting run no. %(number)s of %(date)s") % {
        "number": run.number,
        "date": f"{finished:%Y-%m-%d %H:%M}",
    }
