"""What an address asks for: which table, of which region, resting on which run or cut."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounting.cuts.models import Cut
from accounting.cuts.queries import cuts_over, frozen_table
from accounting.runs.models import Run
from accounting.tables.build import Table
from accounting.tables.crossing import crossable
from accounting.tables.layout import Column, Layout, Text, load
from accounting.tables.making import HEADS, imprint_of, make_crossed, make_table, newest_run
from accounting.tables.rounding import rounded
from accounting.tables.workbook import Imprint
from census.access.scope import Scope
from census.places import regions


@dataclass(frozen=True)
class Asked:
    """A table and what it rests on. *heads*: its possible row dimensions with their labels.

    *across*: the row dimension that stands in the columns, for one column (*crossed*) of the layout.
    """

    scope: Scope
    table: Table
    region: str
    run: Run | None
    cut: Cut | None
    heads: dict[str, Text]
    across: str = ""
    crossed: Column | None = None
    rounded: bool = False

    @property
    def imprint(self) -> Imprint:
        return replace(imprint_of(self.scope, self.region, self.run, self.cut), rounded=self.rounded)

    def opens(self, column: Column) -> bool:
        """Whether the objects behind a cell can be shown: of a cut only emissions, whose lines never change."""
        if self.cut is None:
            return column.opens
        now = load().get(self.table.layout.code)
        known = now is not None and any(c.id == column.id for c in now.columns)
        return known and column.fact == "lines" and not column.by


def asked_region(request: HttpRequest) -> str:
    """The region in the address, or the post's own. Outside the scope it is a 404, as everything else."""
    code = request.GET.get("region") or request.scope.region
    if not regions.is_code(code) or not request.scope.covers(code):
        raise Http404(code)
    return code


def asked_cut(request: HttpRequest, region: str) -> Cut | None:
    """The frozen cut in the address. One that is not visible or does not hold the region is a 404."""
    asked = request.GET.get("cut")
    return cut_named(request.scope, region, asked) if asked else None


def cut_named(scope: Scope, region: str, text: str) -> Cut:
    """The cut with id *text* that holds *region*. Raises Http404, and BadRequest for what is no id."""
    try:
        number = UUID(text)
    except ValueError as error:
        raise BadRequest("cut") from error
    return get_object_or_404(cuts_over(scope, region), pk=number)


def asked_layout(code: str) -> Layout:
    """The layout *code*, or 404."""
    try:
        return load()[code]
    except KeyError as error:
        raise Http404(code) from error


def asked_by(request: HttpRequest, layout: Layout, name: str = "by") -> str:
    """The row dimension in the address, by default the layout's first."""
    by = request.GET.get(name) or layout.rows[0]
    if by not in layout.rows:
        raise Http404(by)
    return by


def asked_table(request: HttpRequest, code: str) -> Asked:
    """The table of the address: ?region= ?by= ?run= ?cut= ?across= ?column= ?rounded=1 (see rounding.py)."""
    asked = _asked(request, code)
    if request.GET.get("rounded") != "1" or request.GET.get(
        "compare"
    ):  # differences are between true amounts
        return asked
    return replace(asked, table=rounded(asked.table), rounded=True)


def _asked(request: HttpRequest, code: str) -> Asked:
    scope, region = request.scope, asked_region(request)
    cut = asked_cut(request, region)
    if cut is not None:
        found = frozen_table(scope, cut, region=region, code=code, by=request.GET.get("by", ""))
        if found is None:
            raise Http404(_("This data cut holds no such table for this region."))
        table, heads = found
        return Asked(scope, table, region, cut.run, cut, heads)
    layout, run = asked_layout(code), newest_run(scope, region, request.GET.get("run"))
    by = asked_by(request, layout)
    heads = {name: HEADS.get(name) or layout.dimensions[name].label for name in layout.rows}
    across = request.GET.get("across", "")
    choices = crossable(layout, by, across) if across in layout.rows else []
    if not choices:
        return Asked(scope, make_table(scope, layout, by, region, run), region, run, None, heads)
    column = next((c for c in choices if c.id == request.GET.get("column")), choices[0])
    table = make_crossed(scope, layout, by, across, column, region, run)
    return Asked(scope, table, region, run, None, heads, across, column)
