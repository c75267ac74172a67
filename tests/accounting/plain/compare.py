"""Two accounts of one object side by side: every line and gap, numbers to one part in 10⁹."""

from __future__ import annotations

from collections.abc import Iterable
from math import isclose

from tests.accounting.plain.facts import Account

LINE = (
    "form", "sheet", "section", "row_key", "medium", "pollutant", "method", "unit", "chosen", "factor_id", "match_step",
    "destination",
)  # fmt: skip
AMOUNTS = (
    "activity", "factor_value", "eta", "k", "generated_kg", "discharged_kg", "environment_kg",
)  # fmt: skip
GAP = ("form", "sheet", "section", "row_key", "pollutant", "reason")
SIZE = ("size",)
RELATIVE = 1e-9

Said = tuple[tuple, tuple]
"""What one row says: what it is, and its numbers (None where unknown)."""


def lines_of(account: Account) -> list[Said]:
    """The lines as stored ones: names as LINE, numbers as AMOUNTS."""
    return [
        (
            (
                line.row.form, line.row.sheet, line.row.section, line.row.key, line.medium, line.pollutant, line.method,
                line.unit, line.chosen, line.factor_id, line.step, line.destination,
            ),
            (
                line.activity, line.factor, line.eta, line.k, line.generated, line.discharged, line.environment,
            ),
        )
        for line in account.lines
    ]  # fmt: skip


def gaps_of(account: Account) -> list[Said]:
    """The gaps as stored ones: names as GAP, the number as SIZE."""
    return [
        ((gap.row.form, gap.row.sheet, gap.row.section, gap.row.key, gap.pollutant, gap.reason), (gap.size,))
        for gap in account.gaps
    ]


def stored(rows: Iterable[tuple], named: int) -> list[Said]:
    """Rows of a table whose first *named* columns are names; NULL keys and factors as the plain program has them."""
    blanks = {3: -1, 9: 0}  # row_key, factor_id
    return [
        (
            tuple(blanks[n] if value is None else value for n, value in enumerate(row[:named])),
            tuple(row[named:]),
        )
        for row in rows
    ]


def differences(engine: Iterable[Said], plain: Iterable[Said]) -> list[str]:
    """What one side says and the other does not, in words; empty when they agree."""
    sides = [_grouped(engine), _grouped(plain)]
    found = []
    for names in dict.fromkeys([*sides[0], *sides[1]]):
        ours, theirs = (side.get(names, []) for side in sides)
        same = len(ours) == len(theirs)
        if not same or not all(_close(a, b) for a, b in zip(ours, theirs, strict=True)):
            found.append(f"{names}: engine {ours}, plain {theirs}")
    return found


def _grouped(rows: Iterable[Said]) -> dict[tuple, list[tuple]]:
    groups: dict[tuple, list[tuple]] = {}
    for names, numbers in rows:
        groups.setdefault(names, []).append(tuple(None if n != n else n for n in numbers))
    return {names: sorted(rows, key=_order) for names, rows in groups.items()}


def _order(numbers: tuple) -> list[str]:
    return [f"{0 if number is None else number:.6e}" for number in numbers]


def _close(ours: tuple, theirs: tuple) -> bool:
    return all(
        a is b is None or (a is not None and b is not None and isclose(a, b, rel_tol=RELATIVE, abs_tol=1e-12))
        for a, b in zip(ours, theirs, strict=True)
    )
