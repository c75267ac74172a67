"""Figures others counted (sources/references) beside a table: yearbooks, the first census, other departments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from accounting.tables.build import Table, TableRow
from accounting.tables.layout import load
from census.access.scope import Scope
from census.calendar.models import Campaign
from sources.references.models import ReferenceFigure
from sources.references.queries import reference_figures


@dataclass(frozen=True, slots=True)
class Outside:
    """The figures of one kind of source: *cells* by (place, indicator), the newest up to the year of the census."""

    kind: str
    years: tuple[int, ...]
    cells: dict[tuple[str, str], float]

    @property
    def label(self) -> str:
        """The kind of source and the years its figures are of."""
        named = ReferenceFigure.Kind(self.kind).label
        return f"{named} ({', '.join(map(str, self.years))})"


def outside_for(scope: Scope, table: Table, region: str) -> Iterator[Outside]:
    """Kinds of source with a figure for at least one cell of the table; none without the right to see them."""
    wanted = _indicators(table)
    year = Campaign.objects.filter(active=True).values_list("reference_date__year", flat=True).first()
    if not wanted or year is None or not scope.can("reference.view"):
        return
    found = reference_figures(scope, region=region, indicators=set(wanted.values()), until=year)
    for kind in ReferenceFigure.Kind.values:
        newest = {}
        for key, figures in found.items():
            mine = [figure for figure in figures if figure.kind == kind]
            if mine:
                newest[key] = mine[0]
        outside = Outside(
            kind,
            tuple(sorted({figure.year for figure in newest.values()})),
            {k: f.value for k, f in newest.items()},
        )
        if any(cell is not None for row in beside(table, region, outside).printed_rows for cell in row.cells):
            yield outside


def beside(table: Table, region: str, outside: Outside) -> Table:
    """A table of the same rows and columns: figures of places in the rows of regions, of *region* in the total."""
    wanted = _indicators(table)

    def of(row: TableRow) -> TableRow:
        place = (
            region if row.key == "total" else row.key if table.by == "region" and row.key != region else ""
        )
        cells = [outside.cells.get((place, wanted.get(column.id, ""))) for column in table.columns]
        return TableRow(row.key, row.label, cells, row.indent, row.total)

    rows = [of(row) for row in table.rows]
    return Table(table.layout, table.by, table.columns, table.head, rows, table.total and of(table.total))


def _indicators(table: Table) -> dict[str, str]:
    """Column -> indicator that means the same, as the layout says now (a cut does not freeze it)."""
    layout = load().get(table.layout.code)
    return {column.id: column.outside for column in layout.columns if column.outside} if layout else {}
