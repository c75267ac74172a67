"""Tables that a reader lays side by side, and what follows for a table about to be made.

Four ties (docs/decisions/0011-disclosure.md):

- Columns of one balance (waste generated = used + disposed + stored) are attacked together, those that nobody has made
  yet among them.
- A published amount tells that at least ``Rules.fewest`` units stand behind it. So where the number of objects is
  hidden in a table settled before, the amount is hidden too.
- And a number of objects made after amounts is attacked by a reader who knows that much of every published amount.
- Released tables of offices above and below and of other cuts hold the same cells again (joint.py, elsewhere.py).

A table notes in ``content["beside"]`` which others it was made beside; a release needs that for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from accounting.publication.disclosure import (
    Beside,
    Grid,
    Protected,
    Rules,
    Settled,
    assess,
    assess_count,
    beside,
    cells_of,
)
from accounting.publication.elsewhere import contents_of, numbers_elsewhere, tables_elsewhere
from accounting.publication.joint import Laid, ties
from accounting.publication.models import Publication
from accounting.publication.reading import contributions_read
from accounting.publication.subjects import ROOT, Subject, catalogue
from accounting.publication.tables import Cell, cells_in, grid_in, grid_of, settled
from census.places import regions
from census.places.models import Region


@dataclass(frozen=True)
class Company:
    """What stands beside a table. *here*: linked tables of its cut; *elsewhere*: of other offices and cuts, of the
    subject and its balance; *numbers*: of other offices and cuts, numbers of objects beside amounts or the reverse."""

    here: list[Publication]
    elsewhere: list[Publication]
    numbers: list[Publication]

    @property
    def ids(self) -> list[str]:
        return [str(one.pk) for one in (*self.here, *self.elsewhere, *self.numbers)]

    def counted(self) -> Iterator[Publication]:
        """Where numbers of objects and amounts tell of each other."""
        yield from self.here
        yield from contents_of(self.numbers)


def company(row: Publication, grid: Grid) -> Company:
    """All that a reader lays beside the table of *grid*."""
    elsewhere = tables_elsewhere(row, grid.rows.nodes, grid.columns.nodes)
    return Company(beside_rows(row), elsewhere, numbers_elsewhere(row, elsewhere))


def beside_rows(row: Publication) -> list[Publication]:
    """The linked tables of the same cut: of each subject the released one, else the newest that is finished."""
    found: dict[str, Publication] = {}
    linked = catalogue().linked(row.subject)
    rows = Publication.objects.filter(cut=row.cut_id, subject__in=linked, content__isnull=False).exclude(
        pk=row.pk
    )
    for one in rows.order_by("created_at"):
        if one.subject not in found or not found[one.subject].released_at:
            found[one.subject] = one
    return [found[code] for code in linked if code in found]


def tied(
    row: Publication, grid: Grid, contributions: list[list[float]], around: Company
) -> tuple[Beside, list[Laid]]:
    """What the table is attacked together with, and the tables in that order after the table itself.

    A member of its balance that nobody has made yet counts as hidden altogether: what is published of the others must
    not give it away, and whoever makes it later can still protect everything by hiding enough.
    """
    about, held = row.about, {one.subject: one for one in around.here}
    beside_it, empty = [], set()
    for code in about.balance:
        if code in held:
            beside_it.append(Laid(code, row.region, str(row.cut_id), settled(held[code].content)))
        elif code != row.subject:
            table = _hidden_table(row, catalogue().subjects[code])
            if table is None:
                empty.add(code)
            else:
                beside_it.append(Laid(code, row.region, str(row.cut_id), table))
    beside_it += [_laid(one, around) for one in around.elsewhere]
    table = _unpublished(grid, contributions, Rules(**row.rules), about.counts)
    own = Laid(row.subject, row.region, str(row.cut_id), table, frozenset(empty))
    known = ties([own, *beside_it], about.balance, consists_of)
    return beside(grid, [one.table for one in beside_it], known), [own, *beside_it]


def consists_of(place: str, codes: Collection[str]) -> bool:
    """Whether the divisions *codes* are all that *place* has, by the public list."""
    low, high = regions.bounds(place)
    deepest = max(map(regions.level, codes))
    listed = Region.objects.filter(code__gt=place, code__gte=low, code__lt=high, level__lte=deepest)
    below = listed.values_list("code", "level").order_by("code")
    covered = [code for code, _level in below if any(regions.contains(one, code) for one in codes)]
    between = [code for code, _level in below if any(regions.contains(code, one) for one in codes)]
    return len({*covered, *between}) == len(below)


def _laid(other: Publication, around: Company) -> Laid:
    """A released table of another office or cut, with what its reader knows of its hidden numbers of objects."""
    floor: float | np.ndarray = 0.0
    if other.about.counts:
        grid = grid_in(other.content)
        floor = np.maximum(1.0, least(other.about, grid, contents_of(around.numbers)))
    empty = frozenset(other.content.get("empty", ()))
    return Laid(other.subject, other.region, str(other.cut_id), settled(other.content, floor), empty)


def _hidden_table(row: Publication, subject: Subject) -> Settled | None:
    """A table of which nothing is published, with what its sensitive cells need by the row's rules; None if empty."""
    frame = contributions_read(row.cut, subject)
    if frame.empty:
        return None
    grid = grid_of(row.region, subject, frame)
    return _unpublished(grid, cells_of(grid, frame), Rules(**row.rules), subject.counts)


def _unpublished(grid: Grid, contributions: list[list[float]], rules: Rules, counts: bool) -> Settled:
    verdicts = [(assess_count if counts else assess)(amounts, rules) for amounts in contributions]
    values = np.array([sum(amounts) for amounts in contributions], float)
    return Settled(
        grid,
        values,
        np.ones(len(grid.cells), bool),
        np.array([verdict.protection for verdict in verdicts]),
        np.array([verdict.below for verdict in verdicts]),
        np.minimum(0.0, values),
    )


def given(subject: Subject, grid: Grid, rows: Iterable[Publication]) -> np.ndarray:
    """Cells to hide because the number of objects there is hidden (boolean vector)."""
    found = np.zeros(len(grid.cells), bool)
    for row in rows:
        if row.about.counts and not subject.counts:
            hidden = {key for key, cell in _shared(row) if cell.hidden}
            found |= np.array([key in hidden for key in grid.cells])
    return found


def least(subject: Subject, grid: Grid, rows: Iterable[Publication]) -> np.ndarray:
    """How many objects a reader knows to be in each cell from the amounts published there."""
    found = np.zeros(len(grid.cells))
    for row in rows:
        if subject.counts and not row.about.counts:
            shown = {key for key, cell in _shared(row) if cell.value and not cell.hidden}
            fewest = Rules(**row.rules).fewest
            found = np.maximum(found, [fewest if key in shown else 0 for key in grid.cells])
    return found


def _shared(row: Publication) -> Iterator[tuple[tuple[str, str], Cell]]:
    """The cells of a table by row and column that amounts and numbers of objects both have."""
    for place, column, cell in cells_in(row.content):
        if column["key"] != ROOT:
            yield (place["key"], column["key"]), cell


def unproved(row: Publication) -> Publication | None:
    """A released table that *row* would stand beside without a proof that both together keep their secrets.

    Of tables in one balance some table must have been made beside all the others; of amounts and numbers of objects
    one beside the other; beside tables of other offices and cuts this one.
    """
    subject = row.about
    released = [one for one in beside_rows(row) if one.released_at]
    whole = [row, *(one for one in released if one.subject in subject.balance)]
    if not any(all(_saw(last, one) for one in whole if one is not last) for last in whole):
        return whole[-1]
    pairs = [one for one in released if one.about.counts != subject.counts]
    if found := next((one for one in pairs if not (_saw(row, one) or _saw(one, row))), None):
        return found
    around = company(row, grid_in(row.content))
    return next((one for one in (*around.elsewhere, *around.numbers) if not _saw(row, one)), None)


def _saw(row: Publication, other: Publication) -> bool:
    return str(other.pk) in row.content.get("beside", ())


def exposures(result: Protected, together: Beside, laid: Sequence[Laid]) -> list[dict[str, str]]:
    """Cells that cannot be protected for what stands beside: subject, office, row and column as keys, and *why*:
    ``narrowed`` (there, by this table) or ``shown`` (there, what would have to be hidden here)."""
    own, *others = laid
    found = []
    for number in result.exposed_beside:
        which, cell = together.place(number)
        found.append(_exposure(others[which], cell, "narrowed"))
    for cell in (result.grid.cells[number] for number in result.exposed()):
        for one in others:
            number = one.table.grid.index.get(cell)
            if one.subject == own.subject and number is not None and not one.table.hidden[number]:
                found.append(_exposure(one, cell, "shown"))
    return found


def _exposure(one: Laid, cell: tuple[str, str], why: str) -> dict[str, str]:
    return {"subject": one.subject, "office": one.region, "row": cell[0], "column": cell[1], "why": why}
