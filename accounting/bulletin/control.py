"""Which cells of a report may be published: disclosure control as the released tables of the cut say.

Industrial discharge is under control, cell by cell of the released publications (accounting/publication). A table
by source gives a hidden industrial part away by subtraction, so with it every other part of that pollutant is
hidden; the total stays unless industry is all of it. Generated amounts of industry are in no released table, so they
are never free. Other sources are not enterprises' own figures and are free.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from accounting.bulletin.cells import Cells, column_of
from accounting.cuts.models import Cut
from accounting.methods import pollutants
from accounting.publication.models import Publication
from accounting.publication.tables import ALL, PUBLISHED
from accounting.runs.models import Line
from census.access.scope import Scope
from census.places import regions

State = Literal["free", "hidden", "uncleared"]
Subject = tuple[str, str]  # medium, pollutant


class Free:
    """Nothing is hidden: what was published already, and internal reports."""

    wanted: frozenset[Subject] = frozenset()

    def state(self, cells: Cells, code: str, by: str, row_key: str, column_id: str) -> State:
        return "free"

    def released(self, medium: str, pollutant: str) -> dict[str, Any] | None:
        return None


class Control:
    """Disclosure control of one cut. ``wanted``: the tables still to be released, found while a report is drawn."""

    def __init__(self, scope: Scope, cut: Cut) -> None:
        rows = Publication.objects.visible_to(scope).filter(cut=cut, released_at__isnull=False)
        self._released = {(row.medium, row.pollutant): row.content for row in rows}
        self.scope, self.cut = scope, cut
        self.wanted: set[Subject] = set()
        self._any: dict[Subject, bool] = {}

    def released(self, medium: str, pollutant: str) -> dict[str, Any] | None:
        """The released table of a pollutant (see publication/tables.py), or None; then it is wanted."""
        found = self._released.get((medium, pollutant))
        if found is None and self._emitted(medium, pollutant):
            self.wanted.add((medium, pollutant))
        return found

    def state(self, cells: Cells, code: str, by: str, row_key: str, column_id: str) -> State:
        """Whether the cell may be published."""
        content = cells.table(code, by)
        place, column = column_of(content, column_id)
        if column["fact"] != "lines" or "pollutant" not in column["where"]:
            return "free"
        values = {row["key"]: row["cells"][place] for row in content["rows"]}
        if not values.get(row_key):
            return "free"
        if by == "source":
            if row_key == "total" and values.get("industrial") != values["total"]:
                return "free"
            return self._industrial(column, "total", ALL) if values.get("industrial") else "free"
        if column["where"].get("category") != "industrial":
            return "free"
        return self._industrial(column, *(("total", row_key) if by == "industry" else (row_key, ALL)))

    def _industrial(self, column: dict[str, Any], row_key: str, industry: str) -> State:
        if column["measure"] != "discharged":
            return "uncleared"
        row_key = self.cut.region if row_key == "total" else row_key
        industry = ALL if industry == "total" else industry
        states = {self._cell(*subject, row_key, industry) for subject in _subjects(column)}
        return next((state for state in ("uncleared", "hidden") if state in states), "free")

    def _cell(self, medium: str, pollutant: str, row_key: str, industry: str) -> State:
        content = self.released(medium, pollutant)
        if content is None:
            return "uncleared" if (medium, pollutant) in self.wanted else "free"
        rows = [row["key"].split(":")[0] for row in content["rows"]]
        columns = [column["key"] for column in content["columns"]]
        if row_key not in rows or industry not in columns:
            return "hidden"  # below the depth of the released table
        return (
            "free"
            if content["cells"][rows.index(row_key)][columns.index(industry)][1] == PUBLISHED
            else "hidden"
        )

    def _emitted(self, medium: str, pollutant: str) -> bool:
        """Whether industry discharges it at all: where it does not, there is nothing to release."""
        if (medium, pollutant) not in self._any:
            low, high = regions.bounds(self.cut.region)
            self._any[medium, pollutant] = (
                Line.objects.visible_to(self.scope)
                .filter(
                    run=self.cut.run_id,
                    chosen=True,
                    category="industrial",
                    medium=medium,
                    pollutant=pollutant,
                )
                .filter(environment_kg__gt=0, region__gte=low, region__lt=high)
                .exists()
            )
        return self._any[medium, pollutant]


def _subjects(column: dict[str, Any]) -> Iterator[Subject]:
    wanted = column["where"]["pollutant"]
    for pollutant in [wanted] if isinstance(wanted, str) else wanted:
        yield column["where"].get("medium") or pollutants.table()[pollutant].media[0], pollutant
