"""Which cells of several tables a reader lays upon each other: the ties between them. Pure.

Tables of one cut hang together by balances. Tables of offices above and below, and of other cuts, hold the same numbers
again: a city's row in the province's table is the total of the city's own. Where the two cuts differ, a reader is taken
to know by how much: more than any reader knows, so what stays open to him stays open to all. Only where the difference
itself keeps the secret there is no tie (:func:`_tell`). docs/decisions/0011-disclosure.md says why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from accounting.publication.disclosure import Settled, Tie
from census.places import regions

EQUAL = 1e-9  # of a value; two cuts that differ by less show the same number
OWN = ":own"  # marks the leaf for rows of a city or province itself
Whole = Callable[[str, Collection[str]], bool]
"""Whether a place (code) consists of just these places, as everybody can look up."""


@dataclass(frozen=True)
class Laid:
    """A table among others: *cut* is any name of it, the same for all tables of one cut. *empty*: subjects of which the
    cut holds nothing at all."""

    subject: str
    region: str
    cut: str
    table: Settled
    empty: frozenset[str] = frozenset()

    def innermost(self, row: str, column: str) -> tuple[bool, bool]:
        return row not in self.table.grid.rows.children, column not in self.table.grid.columns.children

    def holds(self, row: str) -> bool:
        """Whether the table has the row, or would have it had any unit something there."""
        held = self.table.grid.rows
        code = row.removesuffix(OWN)
        above = regions.ancestors(code)[: None if row.endswith(OWN) else -1]
        deeper = any(one in held.paths and one not in held.children for one in above)
        return row in held.paths or (regions.contains(self.region, code) and not deeper)


def ties(tables: Sequence[Laid], balance: Mapping[str, int], whole: Whole) -> list[Tie]:
    """Everything known between the cells of *tables*, of which the first is the one being made. *balance*: subject →
    sign in a sum that is nothing (or known)."""
    found = [tie for one, other in combinations(range(len(tables)), 2) for tie in _same(tables, one, other)]
    found += [tie for upper in range(len(tables)) for tie in _within(tables, upper, whole)]
    if balance:
        cuts = dict.fromkeys(one.cut for one in tables)
        found += [tie for cut in cuts for tie in _balanced(tables, balance, cut)]
    return found


def _same(tables: Sequence[Laid], one: int, other: int) -> Iterator[Tie]:
    """Cells that both tables have."""
    a, b = tables[one], tables[other]
    if a.subject != b.subject or a.cut == b.cut:
        return
    rows = [row for row in a.table.grid.rows.nodes if row in b.table.grid.rows.paths]
    columns = [column for column in a.table.grid.columns.nodes if column in b.table.grid.columns.paths]
    for row in rows:
        for column in columns:
            deepest = zip(a.innermost(row, column), b.innermost(row, column), strict=True)
            here, there = a.table.grid.index[row, column], b.table.grid.index[row, column]
            if all(map(any, deepest)) and _tell(a.table, here, b.table, there):
                yield Tie(((one, here, 1.0), (other, there, -1.0)))


def _tell(a: Settled, here: int, b: Settled, there: int) -> bool:
    """Whether one number tells of the other: always if they are the same or need the same secrecy. A number that is
    none of a few units' tells of one that is, unless they are further apart than what is sensitive must stay open; and
    a blank tells nothing."""
    first, second = a.values[here], b.values[there]
    if not first or not second:
        return False
    needed = max(a.protection[here], b.protection[there])
    if bool(a.protection[here]) == bool(b.protection[there]):
        return True
    return bool(abs(first - second) < max(needed, EQUAL * abs(first)))


def _within(tables: Sequence[Laid], upper: int, whole: Whole) -> Iterator[Tie]:
    """A place of the upper table is at least what the tables of offices inside it say, when none lies between; and just
    that if there is no other place in it."""
    above = tables[upper]
    lower: dict[str, int] = {}
    for number, one in enumerate(tables):
        inside = one.subject == above.subject and one.cut != above.cut and one.region != above.region
        if inside and regions.contains(above.region, one.region):
            lower.setdefault(one.region, number)
    highest = {
        code: number
        for code, number in lower.items()
        if not any(other != code and regions.contains(other, code) for other in lower)
    }
    for row in above.table.grid.rows.nodes:
        if row in above.table.grid.rows.children or row.endswith(OWN):
            continue
        codes = [code for code in highest if code != row and regions.contains(row, code)]
        inside, all_of_it = [highest[code] for code in codes], bool(codes) and whole(row, codes)
        for column in above.table.grid.columns.nodes if inside else ():
            if column not in above.table.grid.columns.children:
                yield from _at_least(tables, upper, inside, (row, column), all_of_it)


def _at_least(
    tables: Sequence[Laid], upper: int, inside: list[int], key: tuple[str, str], whole: bool
) -> Iterator[Tie]:
    at = tables[upper].table.grid.index[key]
    parts = [
        (number, cell)
        for number in inside
        if (cell := tables[number].table.grid.index.get((tables[number].region, key[1]))) is not None
    ]
    if parts and tables[upper].table.values[at]:
        left = tables[upper].table.values[at] - sum(tables[n].table.values[cell] for n, cell in parts)
        terms = ((upper, at, 1.0), *((n, cell, -1.0) for n, cell in parts))
        yield Tie(terms, None if whole else max(0.0, float(left)))


def _balanced(tables: Sequence[Laid], balance: Mapping[str, int], cut: str) -> Iterator[Tie]:
    """The balance in the innermost cells of one cut's tables. For a member that this cut does not show stands a table
    of another cut or office with the place, if there is one."""
    own = {
        one.subject: number for number, one in enumerate(tables) if one.cut == cut and one.subject in balance
    }
    empty = {subject for number in own.values() for subject in tables[number].empty}
    cells: dict[tuple[str, str], None] = {}
    for number in own.values():
        for row, column in tables[number].table.grid.cells:
            if all(tables[number].innermost(row, column)):
                cells[row, column] = None
    for row, column in cells:
        terms, missing = [], set()
        for subject, sign in balance.items():
            if subject in own:
                number = own[subject]
            elif subject in empty:
                continue
            else:
                others = (n for n, one in enumerate(tables) if one.subject == subject and one.holds(row))
                number = next(others, None)
            cell = None if number is None else tables[number].table.grid.index.get((row, column))
            if cell is not None:
                terms.append((number, cell, float(sign)))
            elif number is None or tables[number].cut != cut:  # what another cut has not, this one may have
                missing.add(sign)
        if not missing:
            yield Tie(tuple(terms))
        elif len(missing) == 1:  # of what no table shows a reader knows that it is not negative
            sign = -float(missing.pop())
            left = sum(sign * weight * tables[n].table.values[cell] for n, cell, weight in terms)
            yield Tie(tuple((n, cell, sign * weight) for n, cell, weight in terms), max(0.0, float(left)))
