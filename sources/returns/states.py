"""States of a return and the allowed moves, as a table. Pure.

Sources: review.md section 2. ``draft → submitted → enumerator_ok → instructor_ok → county_ok → city_ok →
province_ok → nation_ok → frozen``. A return (退回) goes one step down or straight to the filler; every approval
above the new state lapses.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

STATES = {
    "draft": _("Draft"),
    "submitted": _("Submitted"),
    "enumerator_ok": _("Checked by enumerator"),
    "instructor_ok": _("Checked by instructor"),
    "county_ok": _("Approved by county"),
    "city_ok": _("Approved by city"),
    "province_ok": _("Approved by province"),
    "nation_ok": _("Approved by nation"),
    "frozen": _("Frozen"),
}
ORDER = {state: rank for rank, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class Step:
    """One approval: from which state to which, by which kind of post."""

    source: str
    target: str
    post: str


STEPS = (
    Step("submitted", "enumerator_ok", "enumerator"),
    Step("enumerator_ok", "instructor_ok", "instructor"),
    Step("instructor_ok", "county_ok", "county_officer"),
    Step("county_ok", "city_ok", "city_officer"),
    Step("city_ok", "province_ok", "province_officer"),
    Step("province_ok", "nation_ok", "nation_officer"),
    Step("nation_ok", "frozen", "nation_officer"),
)
STEP_FROM = {step.source: step for step in STEPS}
STEPS_OF_POST = {post: tuple(s for s in STEPS if s.post == post) for post in {s.post for s in STEPS}}

# A filled form is open to its filler in draft only. A county corrects what is at its own desk (a problem answer),
# which sends the form back to the instructor's result: upper approvals lapse. Nobody above the county edits,
# except the city in the forms of the city itself, which no county has.
_FIELD = frozenset({"draft"})
_OFFICE = frozenset(STATES) - {"frozen"}
EDITABLE_BY = {
    "enumerator": _FIELD,
    "filler": _FIELD,
    "third_party": _FIELD,
    "county_officer": _OFFICE,
}
AFTER_COUNTY_EDIT = "instructor_ok"
OFFICE_OF_LEVEL = {2: "city_officer", 3: "county_officer"}
OFFICE_DESK = {"county_officer": "instructor_ok", "city_officer": "county_ok"}

# codes of what made a version
ACTIONS = {
    "saved": _("Saved"),
    "corrected": _("Corrected by the office"),
    "imported": _("Imported"),
    "submitted": _("Submitted"),
    "approved": _("Approved"),
    "returned": _("Sent back"),
    "unlocked": _("Unlocked"),
    "removed": _("Sheet taken away"),
    "rested": _("No longer asked for"),
    "resumed": _("Asked for again"),
}

# codes of reasons for sending a form back
REASONS = {
    "incomplete": _("Items are missing"),
    "wrong_value": _("A value is wrong"),
    "unit": _("The unit or magnitude is wrong"),
    "inconsistent": _("Items or forms contradict each other"),
    "evidence": _("Evidence is missing or does not agree"),
    "wrong_form": _("The object should fill other forms"),
    "other": _("Another reason"),
}


def may_edit(state: str, post: str, unit_level: int | None = None) -> bool:
    """True when a post of that kind may change the values of a return in *state*.

    *unit_level* is the region level of a region-unit object (2 city, 3 county), None for all others.
    """
    if unit_level == 2 and post == "city_officer":
        return state in _OFFICE
    return state in EDITABLE_BY.get(post, frozenset())


def after_edit(state: str, post: str) -> str:
    """State of a return after a correction: what lies above the corrector's own desk lapses."""
    desk = OFFICE_DESK.get(post)
    return desk if desk is not None and ORDER[state] > ORDER[desk] else state


def after_submit(post: str, unit_level: int | None = None) -> str | None:
    """State of a draft that a post of that kind submits; None when it may not.

    An enumerator's own check is in his submitting. An office submits the forms of its own region only (a
    county's crops, a city's vehicles): the steps below it do not exist there, and the approval at its desk is
    another officer's.
    """
    if unit_level is not None and OFFICE_OF_LEVEL.get(unit_level) == post:
        return OFFICE_DESK[post]
    return {"filler": "submitted", "enumerator": "enumerator_ok"}.get(post)


def return_targets(state: str, post: str, unit_level: int | None = None) -> tuple[str, ...]:
    """States to which a reviewer of kind *post* may send a return that is in *state*, nearest first.

    Only a reviewer at whose desk the return lies (the next approval is theirs), or who gave the last approval
    (un-approve), may do it. A frozen return goes nowhere without an unlock order.
    """
    if state in {"draft", "frozen"}:
        return ()
    at_desk = STEP_FROM[state].post == post
    gave_last = any(step.target == state and step.post == post for step in STEPS)
    if not (at_desk or gave_last):
        return ()
    below = next((s.source for s in STEPS if s.target == state), "draft")
    if unit_level == 2 and ORDER[below] < ORDER["county_ok"]:
        below = "draft"  # a city's own forms have no desk below the city
    targets = [below if gave_last or below != "submitted" else "draft", "draft"]
    return tuple(dict.fromkeys(targets))
