"""Released tables of one cut that a reader lays side by side, and what follows for a table about to be made.

Three ties (docs/decisions/0011-disclosure.md):

- Columns of one balance (waste generated = used + disposed + stored) are attacked together, those that nobody has made
  yet among them.
- A published amount tells that at least ``Rules.fewest`` units stand behind it. So where the number of objects is
  hidden in a table settled before, the amount is hidden too.
- And a number of objects made after amounts is attacked by a reader who knows that much of every published amount.

A table notes in ``content["beside"]`` which others it was made beside; a release needs that for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from accounting.publication.disclosure import Beside, Grid, Rules, Settled, assess, beside, cells_of
from accounting.publication.models import Publication
from accounting.publication.reading import contributions_read
from accounting.publication.subjects import ROOT, Subject, catalogue
from accounting.publication.tables import Cell, cells_in, grid_of, settled


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


def tied(row: Publication, grid: Grid, rows: Iterable[Publication]) -> tuple[Beside, list[str]]:
    """The other tables of the row's balance and their subjects in that order.

    One that nobody has made yet counts as hidden altogether: what is published of the others must not give it away, and
    whoever makes it later can still protect everything by hiding enough.
    """
    about, held = row.about, {one.subject: one for one in rows}
    members, tables = [], []
    for code in about.balance:
        sign = float(about.balance[code])
        if code in held:
            table = settled(held[code].content, sign)
        elif code == row.subject or (table := _hidden_table(row, catalogue().subjects[code], sign)) is None:
            continue
        members.append(code)
        tables.append(table)
    return beside(grid, float(about.balance.get(row.subject, 1)), tables), members


def _hidden_table(row: Publication, subject: Subject, sign: float) -> Settled | None:
    """A table of which nothing is published, with what its sensitive cells need by the row's rules; None if empty."""
    frame = contributions_read(row.cut, subject)
    if frame.empty:
        return None
    grid = grid_of(row.region, subject, frame)
    contributions = cells_of(grid, frame)
    verdicts = [assess(amounts, Rules(**row.rules)) for amounts in contributions]
    return Settled(
        grid,
        np.array([sum(amounts) for amounts in contributions], float),
        np.ones(len(grid.cells), bool),
        np.array([verdict.protection for verdict in verdicts]),
        np.array([verdict.below for verdict in verdicts]),
        sign,
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
    one beside the other.
    """
    subject = row.about
    released = [one for one in beside_rows(row) if one.released_at]
    whole = [row, *(one for one in released if one.subject in subject.balance)]
    if not any(all(_saw(last, one) for one in whole if one is not last) for last in whole):
        return whole[-1]
    pairs = [one for one in released if one.about.counts != subject.counts]
    return next((one for one in pairs if not (_saw(row, one) or _saw(one, row))), None)


def _saw(row: Publication, other: Publication) -> bool:
    return str(other.pk) in row.content.get("beside", ())


def exposures(together: Beside, members: list[str], narrowed: Iterable[int]) -> list[dict[str, str]]:
    """Cells of linked tables that the new table would narrow: subject, row and column as keys."""
    found = []
    for number in narrowed:
        which, (place, column) = together.place(number)
        found.append({"subject": members[which], "row": place, "column": column})
    return found
