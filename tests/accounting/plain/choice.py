"""Which of several methods counts at a place, where waste water goes, and what enters the environment."""

from __future__ import annotations

from tests.accounting.plain.facts import Account, Around, Gap, Line, Row, Subject, known

MONITORED, DERIVED, BALANCED = 0, 2, 3
INDIRECT = ("E", "L", "H")
"""Destinations that are a plant or another unit (code list drainage_destination)."""
WHOLE = ("G103-1", "G103-2", "G103-13")
"""Forms whose gaps any better figure of the pollutant closes; the special processes need one made for their form."""


def choose(lines: list[Line]) -> None:
    """Of methods that tell of the same (same pollutant and form, same outlet or either unnamed) one counts.

    The better method, but what is known goes before what is known in part, and this before what is unknown. Methods
    that tell of the same tell of one place. Where only its outlet was measured, what entered follows from the share
    that passes by the best coefficient: generated = discharged ÷ (1 − η·k).
    """
    by_pollutant: dict[tuple, list[Line]] = {}
    for line in lines:
        by_pollutant.setdefault((line.medium, line.pollutant), []).append(line)
    for same in by_pollutant.values():
        turns = [(_unknown(line, same), line.rank) for line in same]
        counting: list[Line] = []
        for turn in sorted(set(turns)):
            now = [line for line, its in zip(same, turns, strict=True) if its == turn]
            for line in now:
                line.chosen = not any(_beside(line, other) for other in counting)
            counting += [line for line in now if line.chosen]
        for worse in same:
            for better in same:
                if better.rank < worse.rank and _beside(better, worse):
                    _join(same, better, worse)
        for line in same:
            if line.rank == MONITORED and line.place and not known(line.generated):
                line.generated = _entering(line, [one for one in same if one.place == line.place])


def _unknown(line: Line, same: list[Line]) -> int:
    """0 where all is known that the method says of the outlet, 1 a part of it, 2 nothing."""
    whole = (line.rank, line.origin, line.outlet)
    said = {known(one.discharged) for one in same if (one.rank, one.origin, one.outlet) == whole}
    return 0 if said == {True} else 2 if said == {False} else 1


def _beside(one: Line, other: Line) -> bool:
    """Whether two methods tell of the same."""
    if one.rank == other.rank:
        return False
    return _covers(one, other) if one.rank < other.rank else _covers(other, one)


def _covers(better: Line, worse: Line) -> bool:
    same_form, same_outlet = better.origin == worse.origin, better.outlet in ("", worse.outlet)
    return (better.origin in ("", worse.origin) and same_outlet) or (same_form and worse.outlet == "")


def _join(lines: list[Line], one: Line, other: Line) -> None:
    """Give two lines, and all that are at their places already, one place."""
    here = one.place or other.place or 1 + max(line.place for line in lines)
    places = {one.place, other.place} - {0}
    for line in lines:
        if line is one or line is other or line.place in places:
            line.place = here


def _entering(measured: Line, beside: list[Line]) -> float:
    for rank in (1, DERIVED):
        coefficients = [line for line in beside if line.rank == rank]
        out, entering = (
            sum(getattr(line, name) for line in coefficients) for name in ("discharged", "generated")
        )
        if 0 < out <= entering:
            return measured.discharged / (out / entering)
    return measured.generated


def open_gaps(account: Account) -> list[Gap]:
    """The gaps no better method closes. A material balance closes those of the row it was made of, but for what a
    coefficient of that row lacks."""
    given = [line for line in account.lines if line.chosen and known(line.discharged)]
    better = [line for line in given if line.rank < DERIVED]
    done = {line.pollutant for line in better}
    for_form = {(line.pollutant, line.origin) for line in better}
    balanced = {(line.pollutant, _row(line.row)) for line in given if line.rank == BALANCED}
    balanced -= {(line.pollutant, _row(line.row)) for line in account.lines if not known(line.discharged)}
    return [
        gap
        for gap in account.gaps
        if (gap.pollutant, _row(gap.row)) not in balanced
        and not (gap.row.form in WHOLE and gap.pollutant in done)
        and not (gap.row.form.startswith("G103-") and (gap.pollutant, gap.row.form) in for_form)
    ]


def _row(row: Row) -> tuple:
    return row.form, row.sheet, row.key


# -- water --------------------------------------------------------------------------------------------


def send(subject: Subject, lines: list[Line]) -> None:
    """Direct or indirect, and to which plant, by the outlet of G102; by its largest where the line names none."""
    outlets: dict[str, Row] = {}
    largest = None
    for row in subject.rows("G102", "outlets"):
        outlets[row.text("outlet_code")] = row
        volume = row.number("discharge_m3")
        size = volume if known(volume) else -1.0
        if largest is None or size > largest[0]:
            largest = (size, row)
    if largest is None:
        return
    outlets[""] = largest[1]
    for line in lines:
        if line.medium == "water":
            row = outlets.get(line.outlet, largest[1])
            code = row.text("drainage_destination")
            line.destination = ("indirect" if code in INDIRECT else "direct") if code else ""
            line.plant = row.text("receiving_plant_name")


def enter_environment(around: Around, out: Account) -> None:
    """Fill what enters the environment: as discharged, or what the receiving plant lets through; in full if unknown."""
    for line in out.lines:
        if known(line.environment):
            continue
        share = 1.0
        if line.destination == "indirect":
            share = around.passing.get((line.plant, line.pollutant))
            if share is None:
                share = 1.0
                if line.chosen:
                    out.miss(line.row, "unknown_plant", line.pollutant, line.discharged)
        line.environment = line.discharged * share
