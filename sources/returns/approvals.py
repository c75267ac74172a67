"""Which approvals of a form are in force, who gave them, and which lapsed when it was sent back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from census.access.scope import Scope
from sources.returns.models import Return, ReturnVersion
from sources.returns.states import ORDER, STATES, STEPS


class Happened(NamedTuple):
    """What of a version matters here, in order of number."""

    action: str
    state: str
    by: str
    at: dt.datetime


@dataclass(slots=True)
class StepView:
    """One step of the ladder: who passed the form on and when; *lapsed*: it was passed on once, but no more."""

    state: str
    label: Any
    by: str = ""
    at: dt.datetime | None = None
    passed: bool = False
    lapsed: bool = False
    here: bool = False


def climbed(versions: Iterable[Happened]) -> tuple[dict[str, Happened], dict[str, Happened]]:
    """(approvals in force, lapsed ones not given again), each state → who and when. Pure.

    Handing in and approving reach a state; whatever brings the form below it takes the approval away.
    """
    force: dict[str, Happened] = {}
    lapsed: dict[str, Happened] = {}
    for one in versions:
        for state in [held for held in force if ORDER[held] > ORDER[one.state]]:
            lapsed[state] = force.pop(state)
        if one.action in {"submitted", "approved"}:
            force[one.state] = one
            lapsed.pop(one.state, None)
    return force, lapsed


def steps_of(scope: Scope, ret: Return) -> list[StepView]:
    """The ladder of *ret* from handing in to freezing; [] for a form that was never handed in."""
    rows = ReturnVersion.objects.visible_to(scope).filter(
        return_id=ret.pk, action__in=["submitted", "approved", "returned", "corrected", "unlocked"]
    )
    happened = [
        Happened(*one) for one in rows.order_by("no").values_list("action", "state", "user_name", "at")
    ]
    force, lapsed = climbed(happened)
    if not (force or lapsed or ORDER[ret.state]):
        return []
    found = []
    for state, label in list(STATES.items())[1:]:
        given = force.get(state) or lapsed.get(state)
        passed = ORDER[ret.state] >= ORDER[state]  # also in one go with the next, or on another's system
        view = StepView(state, label, passed=passed, here=state == ret.state)
        if given:
            view.by, view.at, view.lapsed = given.by, given.at, state not in force
        found.append(view)
    return found


def lapsing(state: str, target: str) -> list[Any]:
    """Names of the approvals that lapse when a form goes from *state* back to *target*, the highest first."""
    return [
        STATES[step.target] for step in reversed(STEPS) if ORDER[target] < ORDER[step.target] <= ORDER[state]
    ]
