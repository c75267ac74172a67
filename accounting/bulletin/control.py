"""Which cells of a report may be published: disclosure control as the released tables of the cut say.

A cell of a summary table is looked up in the released table that holds it (publication/subjects.py says which): amounts
that enter the environment, numbers of objects, waste, plants and the other columns that can be published. Figures of
areas (crops, villages, vehicles …) are free. What no released table can hold is hidden. Since all units of a
pollutant or a number stand in one table with their totals, a hidden part has hidden the other parts that would give it
away already; a total that also holds figures of areas is free where the units' part of it is.
"""

from __future__ import annotations

from typing import Any, Literal

from accounting.bulletin.cells import Cells, column_of, ranked
from accounting.cuts.models import Cut
from accounting.cuts.queries import row_conditions
from accounting.publication.models import Publication
from accounting.publication.reading import OWN, anything, deepest
from accounting.publication.subjects import Place, catalogue
from accounting.publication.tables import Cell, cell_in
from accounting.tables.layout import Column, Layout, load
from census.access.scope import Scope
from census.places import regions

State = Literal["free", "hidden", "uncleared"]
WORST: tuple[State, ...] = ("uncleared", "hidden", "free")
INDUSTRIAL = "industrial"


class Free:
    """Nothing is hidden: what was published already, and internal reports."""

    wanted: frozenset[str] = frozenset()

    def state(self, cells: Cells, code: str, by: str, row_key: str, column_id: str) -> State:
        return "free"

    def leaders(self, cells: Cells, code: str, by: str, column_id: str, top: int) -> State:
        return "free"

    def released(self, subject: str) -> dict[str, Any] | None:
        return None


class Control:
    """Disclosure control of one cut. ``wanted``: subjects still to be released, found while a report is drawn."""

    def __init__(self, scope: Scope, cut: Cut) -> None:
        rows = Publication.objects.visible_to(scope).filter(cut=cut, released_at__isnull=False)
        self._released = {row.subject: row.content for row in rows}
        self.scope, self.cut = scope, cut
        self.wanted: set[str] = set()
        self._any: dict[str, bool] = {}

    def released(self, subject: str) -> dict[str, Any] | None:
        """The released table of a subject (see publication/tables.py), or None; then it is wanted."""
        found = self._released.get(subject)
        if found is None and self._anything(subject):
            self.wanted.add(subject)
        return found

    def state(self, cells: Cells, code: str, by: str, row_key: str, column_id: str) -> State:
        """Whether the cell may be published."""
        content = cells.table(code, by)
        place, _head = column_of(content, column_id)
        values = {row["key"]: row["cells"][place] for row in content["rows"]}
        if not values.get(row_key):
            return "free"
        layout = load().get(code)
        column = next((one for one in layout.columns if one.id == column_id), None) if layout else None
        row = row_conditions(layout, by, row_key, self.cut.region) if layout else None
        if column is None or row is None:
            return "hidden"  # the cut is of another time, or it is the unclassified rest
        parts = [one for one in layout.columns if one.id in column.of] if column.derive else [column]
        return _worst(self._column(layout, one, row) for one in parts)

    def _column(self, layout: Layout, column: Column, row: dict[str, Any]) -> State:
        place = catalogue().place(layout.code, column, row["where"], row["bind"])
        if place is None:
            return "free"
        area = row["area"] + (OWN if row["own"] else "")
        return (
            _worst(self._cell(subject, area, place) for subject in place.subjects)
            if place.subjects
            else "hidden"
        )

    def _cell(self, subject: str, area: str, place: Place) -> State:
        content = self.released(subject)
        if content is None:
            return "uncleared" if subject in self.wanted else "free"
        cell = cell_in(content, area, place.node)
        if cell is not None:
            return "hidden" if cell.hidden else "free"
        if content.get("partial") and cell_in(content, self.cut.region, place.node) is None:
            return "hidden"  # released before other sources were under control
        below = regions.level(area.removesuffix(OWN)) > deepest(self.cut.region)
        return "hidden" if below else "free"  # no unit has anything there

    def leaders(self, cells: Cells, code: str, by: str, column_id: str, top: int) -> State:
        """Whether the *top* largest rows may be named with their share: when they and the total are free, and nothing
        hidden could, as far as a reader knows, be larger."""
        content = cells.table(code, by)
        place, _column = column_of(content, column_id)
        rows = ranked(content, place, cells.region)
        states = {row["key"]: self.state(cells, code, by, row["key"], column_id) for row in rows}
        named = [states[row["key"]] for row in rows[:top]]
        found = _worst([*named, self.state(cells, code, by, "total", column_id)])
        if found != "free" or len(rows) <= top:
            return found
        least = rows[top - 1]["cells"][place]
        for row in rows[top:]:
            if states[row["key"]] == "uncleared":
                return "uncleared"
            if states[row["key"]] == "hidden" and not self._smaller(code, by, column_id, row, place, least):
                return "hidden"
        return "free"

    def _smaller(
        self, code: str, by: str, column_id: str, row: dict[str, Any], place: int, least: float
    ) -> bool:
        """Whether a reader of the released table knows the hidden row to be at most *least*. Figures of areas in the
        row are known."""
        layout = load()[code]
        column = next(one for one in layout.columns if one.id == column_id)
        asked = row_conditions(layout, by, row["key"], self.cut.region)
        where = asked and catalogue().place(code, column, asked["where"], asked["bind"])
        cell = self._hidden_cell(where, asked["area"]) if where and len(where.subjects) == 1 else None
        if cell is None or cell.high is None or cell.value is None:
            return False
        return row["cells"][place] - cell.value + cell.high <= least

    def _hidden_cell(self, place: Place, area: str) -> Cell | None:
        content = self._released.get(place.subjects[0])
        return cell_in(content, area, place.node) if content else None

    def _anything(self, subject: str) -> bool:
        """Whether any unit has something of it: where none has, there is nothing to release."""
        if subject not in self._any:
            self._any[subject] = anything(self.scope, self.cut, catalogue().subjects[subject])
        return self._any[subject]


def _worst(states: Any) -> State:
    held = set(states)
    return next((state for state in WORST if state in held), "free")
