"""How far each return has come, and the chained versions that brought it there.

Most returns have one version, written by the load itself (action "imported"): seven copies of every value would
be most of the loading time and say nothing. Every STORY-th object has the whole ladder, step by step.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sources.demo.draw import Draw
from sources.demo.people import Person, Staff
from sources.forms.catalogue import load
from sources.objects.kinds import KINDS
from sources.returns import chain
from sources.returns.states import ORDER, STATES

STORY = 15
LOADER = (None, "演示数据装载", "system")
UTC = dt.UTC
SURVEY_STARTS = dt.datetime(2018, 9, 3, 1, 0, tzinfo=UTC)
NOTE = "已向普查对象核实，数值属实（合成）"
REFUSAL = "请核对该项数值与单位后重新填报（合成）"
# where the forms of an object stand
SHARES = {
    "draft": 0.012,
    "sent_back": 0.006,
    "submitted": 0.002,
    "enumerator_ok": 0.015,
    "instructor_ok": 0.02,
    "county_ok": 0.05,
    "city_ok": 0.22,
    "province_ok": 0.66,
    "nation_ok": 0.015,
}
# the first enumerator of a county, as whom a demo signs in, is still at work: where the forms of their objects stand
AT_WORK = ("draft", "sent_back", "instructor_ok", "draft", "county_ok", "sent_back")
# who takes a return to a state: post, and the level of the region that holds it
BY = {
    "enumerator_ok": ("enumerator", 4),
    "instructor_ok": ("instructor", 4),
    "county_ok": ("county_officer", 3),
    "city_ok": ("city_officer", 2),
    "province_ok": ("province_officer", 1),
    "nation_ok": ("nation_officer", 0),
    "frozen": ("nation_officer", 0),
}


@dataclass(slots=True)
class Standing:
    """Where a return stands, before its versions are written."""

    return_id: str
    object_id: str
    form: str
    sheet: int
    state: str
    values: dict[str, Any]
    pending: dict[str, str]
    notes: dict[str, str]
    story: bool
    started: bool = True
    sent_back: bool = False
    wrong: str = ""  # path of the item a reviewer questions, for those sent back
    versions: list[Version] = field(default_factory=list)

    @property
    def head(self) -> Version | None:
        return self.versions[-1] if self.versions else None


@dataclass(frozen=True, slots=True)
class Version:
    """A link of the chain, as it is stored."""

    no: int
    at: dt.datetime
    user_id: int | None
    user_name: str
    post: str
    action: str
    state: str
    body: str
    previous: bytes
    hash: bytes
    returned: dict[str, Any] | None


def final_states(draw: Draw, size: int) -> np.ndarray:
    """A state (or "sent_back") for each of *size* objects."""
    return draw.pick(size, SHARES)


def state_of(wished: str, kind: str, form: str) -> str:
    """State of a return of *form* whose object stands at *wished*: the inventory is closed, region forms start high."""
    if load().forms[form].phase == "inventory":
        return "frozen"
    lowest = {3: "instructor_ok", 2: "county_ok"}.get(KINDS[kind].level or 0, "draft")
    wished = "draft" if wished == "sent_back" else wished
    return wished if ORDER[wished] >= ORDER[lowest] or wished == "draft" else lowest


def write_versions(one: Standing, filler: Person | None, staff: Staff, region: str, draw: Draw) -> None:
    """Fill in the chain of *one*. *filler* is who filled the form, None for the load itself."""
    if not one.started:
        return
    for action, state, actor, at, reason in _steps(one, filler, staff, region, draw):
        _append(one, action, state, actor, at, reason)


def _steps(
    one: Standing, filler: Person | None, staff: Staff, region: str, draw: Draw
) -> Iterator[tuple[str, str, tuple, dt.datetime, dict | None]]:
    at = SURVEY_STARTS + dt.timedelta(minutes=int(draw.rng.integers(0, 60 * 24 * 50)))
    told = one.story or one.sent_back or one.state in {"draft", "submitted"}
    if not told or filler is None or load().forms[one.form].phase == "inventory":
        yield "imported", one.state, LOADER, at, None
        return
    me = (filler.id, filler.name, filler.seat.kind)
    yield "saved", "draft", me, at, None
    last = "enumerator_ok" if one.sent_back else one.state
    if last == "draft":
        return
    at += dt.timedelta(hours=5)
    handed_in = (
        "submitted" if last == "submitted" else "enumerator_ok"
    )  # an enumerator's own check is in submitting
    yield "submitted", handed_in, me, at, None
    for state in list(STATES)[ORDER["instructor_ok"] : ORDER[last] + 1]:
        at += dt.timedelta(days=3 + int(draw.rng.integers(0, 6)))
        yield "approved", state, _holder(staff, state, region), at, None
    if one.sent_back:
        at += dt.timedelta(days=2)
        by = _holder(staff, "instructor_ok", region)
        value = _value_at(one.values, one.wrong) if one.wrong else None
        reason = {
            "reason": "wrong_value",
            "text": REFUSAL,
            "rules": [],
            "paths": {one.wrong: REFUSAL} if one.wrong else {},
            "values": {one.wrong: value} if value is not None else {},
            "by": by[1],
            "by_id": by[0],
            "post": by[2],
            "at": at.isoformat(),
            "source": "enumerator_ok",
        }
        yield "returned", "draft", by, at, reason


def _holder(staff: Staff, state: str, region: str) -> tuple[int | None, str, str]:
    kind, level = BY[state]
    widths = (0, 2, 4, 6, 9)
    person = staff.of(kind, region[: widths[level]].ljust(12, "0"))
    return (person.id, person.name, kind) if person else LOADER


def _append(
    one: Standing, action: str, state: str, actor: tuple, at: dt.datetime, reason: Mapping[str, Any] | None
) -> None:
    """The body has the keys that ``sources.returns.store`` writes; a test compares them."""
    user_id, user_name, post = actor
    no = len(one.versions) + 1
    previous = one.head.hash if one.head else chain.START
    body = chain.canonical(
        {
            "return": one.return_id,
            "no": no,
            "object": one.object_id,
            "form": one.form,
            "sheet": one.sheet,
            "at": at,
            "user": {"id": user_id, "name": user_name},
            "post": post,
            "action": action,
            "state": state,
            "reason": reason,
            "form_version": load().forms[one.form].version[:16],
            "values": one.values,
            "pending": one.pending,
            "notes": one.notes,
            "returned": reason,
            "active": True,
        }
    )
    one.versions.append(
        Version(
            no, at, user_id, user_name, post, action, state, body.decode(), previous, chain.link(previous, body),
            dict(reason) if reason else None,
        )
    )  # fmt: skip


def _value_at(values: Mapping[str, Any], path: str) -> Any:
    table, _, rest = path.partition("/")
    if not rest:
        return values.get(path)
    key, _, item = rest.partition("/")
    return next((row.get(item) for row in values.get(table, ()) if row["_k"] == int(key)), None)
