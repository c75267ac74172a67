"""What a table can be put beside: another run, a data cut, another region, published figures, what others counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.core.exceptions import BadRequest
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounting.cuts.queries import cuts_over, frozen_table
from accounting.runs.models import Run
from accounting.runs.queries import runs_counting
from accounting.tables import outside, published
from accounting.tables.asked import Asked, asked_layout, cut_named
from accounting.tables.build import Table
from accounting.tables.making import cut_label, make_table, newest_run, run_label
from census.access.scope import Scope
from census.places import regions
from census.places.models import Region

OFFERED = 20  # runs and cuts in the list; older ones by their address
Choice = tuple[str, str]


@dataclass(frozen=True)
class Other:
    """The table to compare with: *value* as in the address, *label* for the reader."""

    value: str
    label: str
    table: Table


def choices(asked: Asked) -> list[tuple[str, list[Choice]]]:
    """(kind, [(value, label)]) of everything the table can be compared with; kinds without any are left out."""
    if asked.crossed:
        return []
    kinds = [
        (_("Accounting runs"), list(_runs(asked))),
        (_("Data cuts"), list(_cuts(asked))),
        (_("Regions beside it"), list(_regions(asked))),
        (_("Published figures"), list(_published(asked))),
        (_("Reference figures"), list(_outside(asked))),
    ]
    return [(kind, found) for kind, found in kinds if found]


def _runs(asked: Asked) -> Iterator[Choice]:
    for run in runs_counting(asked.scope, asked.region)[:OFFERED]:
        if asked.cut or run != asked.run:
            yield f"run-{run.number}", run_label(run)


def _cuts(asked: Asked) -> Iterator[Choice]:
    for cut in cuts_over(asked.scope, asked.region)[:OFFERED]:
        if cut != asked.cut:
            yield f"cut-{cut.pk}", cut_label(cut)


def _regions(asked: Asked) -> Iterator[Choice]:
    """Divisions of the same level under the same office, within the scope."""
    level = regions.level(asked.region)
    if level:
        low, high = regions.bounds(regions.at_level(asked.region, level - 1))
        beside = Region.objects.filter(code__gte=low, code__lt=high, level=level).order_by("code")
        for code, name in beside.exclude(code=asked.region).values_list("code", "name"):
            if asked.scope.covers(code):
                yield f"region-{code}", name


def _published(asked: Asked) -> Iterator[Choice]:
    for series in published.series_for(asked.table, asked.region):
        yield f"published-{series.code}", series.label("en" if get_language() == "en" else "zh")


def _outside(asked: Asked) -> Iterator[Choice]:
    for found in outside.outside_for(asked.scope, asked.table, asked.region):
        yield f"outside-{found.kind}", found.label


def other_table(asked: Asked, value: str) -> Other:
    """The table that *value* of the address names. Raises BadRequest for a senseless value, Http404 where it is not."""
    kind, _dash, name = value.partition("-")
    if kind == "run":
        return _other_run(asked, value, name)
    if kind == "cut":
        cut = cut_named(asked.scope, asked.region, name)
        found = frozen_table(
            asked.scope, cut, region=asked.region, code=asked.table.layout.code, by=asked.table.by
        )
        if found is None:
            raise Http404(_("This data cut holds no such table for this region."))
        return Other(value, cut_label(cut), found[0])
    if kind == "region":
        return _other_region(asked, value, name)
    if kind == "outside":
        return _other_outside(asked, value, name)
    series = published.load().get(name)
    if kind != "published" or series is None:
        raise BadRequest("compare")
    label = series.label("en" if get_language() == "en" else "zh")
    return Other(value, label, published.beside(asked.table, asked.region, series))


def _other_outside(asked: Asked, value: str, kind: str) -> Other:
    for found in outside.outside_for(asked.scope, asked.table, asked.region):
        if found.kind == kind:
            return Other(value, found.label, outside.beside(asked.table, asked.region, found))
    raise Http404(kind)


def _other_run(asked: Asked, value: str, number: str) -> Other:
    run = newest_run(asked.scope, asked.region, number or "-")
    if run is None:
        raise Http404(number)
    return Other(value, run_label(run), _live(asked.scope, asked, asked.region, run))


def _live(scope: Scope, asked: Asked, region: str, run: Run | None) -> Table:
    return make_table(scope, asked_layout(asked.table.layout.code), asked.table.by, region, run)


def _other_region(asked: Asked, value: str, code: str) -> Other:
    """The same table of another region; by region the rows are other places, so only the totals stand side by side."""
    named = Region.objects.filter(code=code).values_list("name", flat=True).first()
    if named is None or not asked.scope.covers(code):
        raise Http404(code)
    if asked.cut:
        found = frozen_table(
            asked.scope, asked.cut, region=code, code=asked.table.layout.code, by=asked.table.by
        )
        if found is None:
            raise Http404(_("This data cut holds no such table for this region."))
        table = found[0]
    else:
        table = _live(asked.scope, asked, code, newest_run(asked.scope, code))
    return Other(value, named, replace(table, rows=[]) if table.by == "region" else table)
