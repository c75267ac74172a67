"""Released tables of other offices, and of other cuts: the one place that reads publications beyond a scope.

A reader has them all; the office that makes a table must take them into account, though its posts see only their own
region. They are read as the system, go into the programmes of disclosure control, and come out as nothing but the name
of an office, a table and a place: what another office hides is never shown, stored or exported here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.db.models import QuerySet

from accounting.publication.joint import OWN
from accounting.publication.models import Publication
from accounting.publication.subjects import catalogue
from accounting.publication.tables import cells_in
from census.access.scope import Scope, enter
from census.places import regions

Keys = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class _Seen:
    """What matters of a table for whether another has to do with it. *open*: cells that are not known from it."""

    region: str
    rows: Collection[str]
    columns: Collection[str]
    open: Keys

    @cached_property
    def rows_open(self) -> frozenset[str]:
        return frozenset(row for row, _column in self.open)

    def meets(self, other: _Seen) -> bool:
        """Whether the other table says something of a cell that is open here."""
        if any(row in other.rows and column in other.columns for row, column in self.open):
            return True
        if regions.contains(self.region, other.region):
            return other.region not in self.rows and any(
                regions.contains(row, other.region) for row in self.rows_open if not row.endswith(OWN)
            )
        return self.region not in other.rows and self.region in self.rows_open


def tables_elsewhere(row: Publication, rows: Collection[str], columns: Collection[str]) -> list[Publication]:
    """Released tables of the subject of *row* and of its balance, by other offices or of other cuts, that say something
    of its cells (*rows* × *columns*), or of cells hidden in a table that does, and so on."""
    subjects = {row.subject, *row.about.balance}
    own = _Seen(row.region, rows, columns, frozenset((a, b) for a in rows for b in columns))
    found: list[Publication] = []
    with enter(_reader()):
        left = list(_released(row, subjects).defer("content"))
        frontier = [own]
        while frontier:
            one = frontier.pop()
            near = [other for other in left if _related(one.region, other.region)]
            for other in near:
                seen = _seen(other)
                if one.meets(seen):
                    left.remove(other)
                    found.append(other)
                    frontier.append(seen)
    return sorted(found, key=lambda other: (other.region, other.released_at))


def numbers_elsewhere(row: Publication, beside: Iterable[Publication]) -> list[Publication]:
    """Released tables of other offices or cuts with the numbers of objects behind the amounts of *row*, or the amounts
    beside its numbers: of all offices above and below it and the tables it stands *beside*."""
    about = row.about
    linked = [
        code for code in catalogue().linked(row.subject) if catalogue().subjects[code].counts != about.counts
    ]
    areas = {row.region, *(one.region for one in beside)}
    with enter(_reader()):
        rows = _released(row, linked).defer("content")
        return [one for one in rows if any(_related(area, one.region) for area in areas)]


def releases_in_turn() -> None:
    """Hold up other releases until the end of this transaction, whatever office they are of: each is proved beside all
    that is out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('publication.release'))")


def contents_of(rows: Iterable[Publication]) -> Iterator[Publication]:
    """The rows with their content, read when it is their turn."""
    for row in rows:
        with enter(_reader()):
            row.content  # noqa: B018 - deferred, so read here
        yield row


def _reader() -> Scope:
    return Scope.system(name="publication.elsewhere")


def _released(row: Publication, subjects: Collection[str]) -> QuerySet[Publication]:
    rows = Publication.objects.filter(
        subject__in=subjects, released_at__isnull=False, cut__campaign=row.cut.campaign_id
    )
    return rows.exclude(cut=row.cut_id).order_by("released_at", "pk")


def _related(one: str, other: str) -> bool:
    return regions.contains(one, other) or regions.contains(other, one)


def _seen(row: Publication) -> _Seen:
    content = row.content
    hidden = {(place["key"], column["key"]) for place, column, cell in cells_in(content) if cell.hidden}
    keys = ({head["key"] for head in content[name]} for name in ("rows", "columns"))
    return _Seen(row.region, *keys, frozenset(hidden))
