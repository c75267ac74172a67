"""The life of a problem row as a table of moves, and who may make each. Pure.

The ladder of re-checks runs from the office of the object's own place up to the issuer::

    issued by     row in a county                          row of a city-level object
    nation        county → city → issuer                   city → issuer
    province      county → city → issuer                   city → issuer
    city          county → issuer                          issuer
    county        issuer

(review.md section 3. A national row is not checked by the province: the published chain goes county, city,
issuer.) Nobody checks their own answer, nor one given in their name; the answering side never reaches above the
office of the place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from review.problems.settings import OTHER, reasons

OPEN = ("issued", "received", "assigned")
ANSWERED = ("answered", "county_checked", "city_checked", "closed")
CHECKED = ("county_checked", "city_checked", "closed")
WAITING = ("answered", "county_checked", "city_checked")
COUNTY, CITY = 3, 2
CHECKED_BY = {COUNTY: "county_checked", CITY: "city_checked"}


@dataclass(frozen=True, slots=True)
class Row:
    """What decides about a move of one problem row.

    *level*: of the issuing office, 0 nation … 3 county; *place*: level of the row's own office, 3 or 2.
    """

    state: str
    level: int
    issuer: str = ""
    place: int = COUNTY
    assigned_to: int | None = None
    answered_by: int | None = None
    answered_for: int | None = None  # the absent person in whose name it was answered
    answer: str = ""
    rule_passes: bool | None = None
    changed: bool = False  # the form changed since issue
    explained: bool = False  # the answer carries an explanation
    ruled: bool = False  # asked by a rule, not by a person


@dataclass(frozen=True, slots=True)
class Mover:
    """Who moves: person, level and region of the post, capabilities that matter here."""

    user: int | None
    level: int
    region: str
    can: frozenset[str]
    behalf: int | None = None  # the absent person through whose post it is done: their work is one's own

    def did(self, *persons: int | None) -> bool:
        """True when one of *persons* is who moves, or for whom."""
        return not {self.user, self.behalf}.isdisjoint(set(persons) - {None})


def ladder(level: int, place: int) -> tuple[str, ...]:
    """States from ``answered`` to ``closed`` of a row at an office of level *place*, issued at *level*.

    >>> ladder(0, 3)
    ('answered', 'county_checked', 'city_checked', 'closed')
    >>> ladder(2, 3)
    ('answered', 'county_checked', 'closed')
    """
    checks = tuple(CHECKED_BY[rung] for rung in (COUNTY, CITY) if level < rung <= place)
    return ("answered", *checks, "closed")


def place_of(region_level: int) -> int:
    """Level of the office that answers for a place: the county, or the city for a city's own object."""
    return CITY if region_level <= CITY else COUNTY


# what is in the way of a move, as the user reads it
REFUSALS = {
    "state": _("the row is not at this step"),
    "own_answer": _("the answer is your own; another person has to check it"),
    "not_yours": _("the row is not assigned to you"),
    "level": _("this step belongs to another office"),
    "right": _("your post does not have this right"),
    "rule_fails": _("the rule still fails and nothing was explained"),
    "unchanged": _("the form was not changed since the row was issued"),
    "explanation": _("an explanation is needed"),
    "code": _("choose a reason that fits the answer"),
    "no_rule": _("no rule asked this; a person did, so it is explained instead"),
    "not_last": _("the last step is not yours, or cannot be undone"),
    "reason": _("a reason is needed"),
}

# move -> (capability, states it may start from)
MOVES: dict[str, tuple[str, tuple[str, ...]]] = {
    "receive": ("problem.assign", ("issued",)),
    "assign": ("problem.assign", ("received", "assigned")),
    "correct": ("problem.answer", ("received", "assigned")),
    "explain": ("problem.answer", ("received", "assigned")),
    "reject": ("problem.answer", ("received", "assigned")),
    "remove": ("problem.answer", ("received", "assigned")),
    "withdraw": ("problem.answer", ("answered",)),
    "check": ("problem.check", ("answered", "county_checked")),
    "close": ("problem.check", WAITING),
    "send_back": ("problem.check", ("answered", "county_checked")),
    "reopen": ("problem.issue", (*WAITING, "closed")),
}
ANSWERS = {"correct": "corrected", "explain": "explained", "reject": "false_alarm", "remove": "removed"}
NEEDS_REASON = ("send_back", "reopen")


def target(move: str, row: Row) -> str:
    """State after *move*. Raises KeyError for an unknown move."""
    if move == "receive":
        return "received"
    if move == "assign":
        return "assigned"
    if move in ANSWERS:
        return "answered"
    if move == "check":
        rungs = ladder(row.level, row.place)
        return rungs[rungs.index(row.state) + 1]
    if move == "close":
        return "closed"
    if move in {"withdraw", "send_back", "reopen"}:
        return "received" if row.assigned_to is None else "assigned"
    raise KeyError(move)


def refusal(move: str, row: Row, mover: Mover, *, text: str = "", reason: str = OTHER) -> str | None:
    """Return why *mover* may not make *move* on *row* (a key of REFUSALS), or None when it is allowed.

    *text* is the explanation of an answer, or the reason of a step back; *reason* the code of an answer that
    changes no value (``settings.reasons``).
    """
    capability, sources = MOVES[move]
    if capability not in mover.can:
        return "right"
    if row.state not in sources:
        return "state"
    if move in NEEDS_REASON and not text.strip():
        return "reason"
    if move in {"receive", "assign"}:
        return None if mover.level == row.place else "level"
    if move in ANSWERS:
        return _answer_refusal(move, row, mover, text, reason)
    if move == "withdraw":
        return None if mover.did(row.answered_by, row.answered_for) else "not_yours"
    if move != "reopen" and mover.did(row.answered_by, row.answered_for):
        return "own_answer"
    return _step_refusal(move, row, mover)


def received_first(move: str, row: Row, mover: Mover) -> Row:
    """*row* as it will be once received, when *mover* may receive it and *move* is one that follows from there."""
    follows = move == "assign" or move in ANSWERS
    if row.state == "issued" and follows and refusal("receive", row, mover) is None:
        return replace(row, state="received")
    return row


def _answer_refusal(move: str, row: Row, mover: Mover, text: str, reason: str) -> str | None:
    if mover.level < row.place:
        return "level"
    if "problem.assign" not in mover.can and not mover.did(row.assigned_to):
        return "not_yours"
    if move == "correct" and row.rule_passes is not True:
        if not row.changed:
            return "unchanged"
        if row.rule_passes is False and not text.strip():
            return "rule_fails"
    return None if move == "correct" else _reason_refusal(move, row, text, reason)


def _reason_refusal(move: str, row: Row, text: str, reason: str) -> str | None:
    if move == "reject" and not row.ruled:
        return "no_rule"
    known = reasons().get(reason)
    if known is None or ANSWERS[move] not in known.answers:
        return "code"
    return "explanation" if known.text and not text.strip() else None


def _step_refusal(move: str, row: Row, mover: Mover) -> str | None:
    """Steps of the checking side: each rung belongs to one level, the last one to the issuing office."""
    issuing = mover.level == row.level and mover.region == row.issuer
    if move == "reopen":
        if not issuing:
            return "level"
        return None if row.state == "closed" or _last(row) else "state"
    if _last(row):
        if not issuing:
            return "level"
        if move != "close":
            return "state"  # the issuer reopens, with a round number, instead of sending back
        if row.answer == "corrected" and row.rule_passes is False and not row.explained:
            return "rule_fails"
        return None
    if move == "close":
        return "level" if not issuing else "state"
    rung = {"county_checked": COUNTY, "city_checked": CITY}[target("check", row)]
    return None if mover.level == rung else "level"


def _last(row: Row) -> bool:
    """True when only the issuer's decision is left."""
    rungs = ladder(row.level, row.place)
    return row.state in rungs and rungs.index(row.state) == len(rungs) - 2
