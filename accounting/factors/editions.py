"""Two editions side by side: the same key with another value, and keys that only one of them has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count

from accounting.factors.models import Factor
from accounting.factors.queries import edition_codes, factor_rows, library_now
from accounting.factors.shape import KEY, FactorRow

_SAME = tuple(name for name in KEY if name not in {"edition", "value_unit"})


@dataclass(frozen=True, slots=True)
class Pair:
    """A key in both editions, only the first, or only the second."""

    first: FactorRow | None
    second: FactorRow | None

    @property
    def row(self) -> FactorRow:
        return self.first or self.second

    @property
    def state(self) -> str:
        """``same``, ``differs`` (value, expression or unit), ``first`` or ``second`` (only there)."""
        if self.first is None or self.second is None:
            return "first" if self.second is None else "second"
        one, other = ((row.value, row.expression, row.value_unit) for row in (self.first, self.second))
        return "same" if one == other else "differs"

    @property
    def ratio(self) -> float | None:
        """The second value over the first, where both are numbers of one unit."""
        if self.first is None or self.second is None or self.first.value_unit != self.second.value_unit:
            return None
        if not self.first.value or self.second.value is None:
            return None
        return self.second.value / self.first.value


STATES = ("differs", "same", "first", "second")


def editions_compare(first: str, second: str) -> list[Pair]:
    """The factors in use of two editions, paired by the key without edition and unit; those that differ first."""
    pin = library_now()
    sides = [_by_key(factor_rows(pin, [code])) for code in (first, second)]
    keys = sorted({*sides[0], *sides[1]})
    pairs = [Pair(sides[0].get(key), sides[1].get(key)) for key in keys]
    return sorted(pairs, key=lambda pair: STATES.index(pair.state))


def editions_alike() -> tuple[str, str] | None:
    """The two editions with the most factors of one key in use, the stronger first; None where no two have any."""
    shared = (
        Factor.objects.filter(current=True, retired=False)
        .values(*_SAME)
        .annotate(count=Count("edition", distinct=True))
        .filter(count__gt=1)
        .values_list(ArrayAgg("edition", distinct=True), flat=True)
    )
    strength = {code: place for place, code in enumerate(edition_codes())}
    pairs = Counter(
        pair for codes in shared for pair in combinations(sorted(codes, key=strength.__getitem__), 2)
    )
    return pairs.most_common(1)[0][0] if pairs else None


def _by_key(rows: Iterable[FactorRow]) -> dict[tuple[str, ...], FactorRow]:
    return {tuple(getattr(row, name) for name in _SAME): row for row in rows}
