"""The ladder as a model: whatever people try, no level is skipped, no reason lost, nobody checks themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from review.problems import states
from review.problems.states import MOVES, Mover, Row, ladder, refusal, target

REGIONS = {0: "000000000000", 1: "330000000000", 2: "330800000000", 3: "330802000000"}
ALL_RIGHTS = frozenset({"problem.assign", "problem.answer", "problem.check", "problem.issue"})
FIELD = frozenset({"problem.answer"})


def officer(user: int, level: int) -> Mover:
    return Mover(user, level, REGIONS[level], ALL_RIGHTS)


@pytest.mark.parametrize(
    ("level", "place", "expected"),
    [
        (0, 3, ("answered", "county_checked", "city_checked", "closed")),
        (1, 3, ("answered", "county_checked", "city_checked", "closed")),
        (2, 3, ("answered", "county_checked", "closed")),
        (3, 3, ("answered", "closed")),
        (1, 2, ("answered", "city_checked", "closed")),
        (2, 2, ("answered", "closed")),
    ],
)
def test_ladder(level: int, place: int, expected: tuple[str, ...]) -> None:
    assert ladder(level, place) == expected


@pytest.mark.parametrize(
    ("move", "row", "mover", "text", "why"),
    [
        ("receive", Row("issued", 0), officer(1, 2), "", "level"),
        ("correct", Row("received", 0, rule_passes=False), officer(1, 3), "", "unchanged"),
        ("correct", Row("received", 0, rule_passes=False, changed=True), officer(1, 3), "", "rule_fails"),
        ("correct", Row("received", 0, rule_passes=False, changed=True), officer(1, 3), "new meter", None),
        ("correct", Row("received", 0, rule_passes=True), officer(1, 3), "", None),
        ("correct", Row("received", 0), officer(1, 3), "a text does not replace a change", "unchanged"),
        ("explain", Row("received", 0), officer(1, 3), "  ", "explanation"),
        ("explain", Row("assigned", 0, assigned_to=9), Mover(8, 4, "", FIELD), "seen", "not_yours"),
        ("explain", Row("assigned", 0, assigned_to=8), Mover(8, 4, "", FIELD), "seen", None),
        ("explain", Row("received", 0), officer(1, 2), "from above", "level"),
        ("check", Row("answered", 0, answered_by=1), officer(1, 3), "", "own_answer"),
        ("check", Row("answered", 0, answered_by=1), officer(2, 2), "", "level"),
        ("check", Row("county_checked", 2, REGIONS[2]), officer(2, 2), "", "state"),
        ("close", Row("answered", 0, REGIONS[0]), officer(5, 0), "", "state"),
        ("close", Row("city_checked", 0, REGIONS[0]), officer(2, 2), "", "level"),
        ("close", Row("answered", 3, REGIONS[3], answered_by=1), officer(1, 3), "", "own_answer"),
        ("reopen", Row("closed", 0, REGIONS[0]), officer(5, 0), "", "reason"),
        ("withdraw", Row("answered", 0, answered_by=1), officer(2, 3), "", "not_yours"),
        ("assign", Row("received", 0), Mover(8, 3, REGIONS[3], FIELD), "", "right"),
    ],
)
def test_refusals(move: str, row: Row, mover: Mover, text: str, why: str | None) -> None:
    assert refusal(move, row, mover, text=text) == why


def test_a_failing_correction_is_closed_only_with_an_explanation() -> None:
    row = Row("city_checked", 0, REGIONS[0], answered_by=1, answer="corrected", rule_passes=False)
    assert refusal("close", row, officer(5, 0)) == "rule_fails"
    assert refusal("close", replace(row, explained=True), officer(5, 0)) is None
    assert refusal("close", replace(row, rule_passes=True), officer(5, 0)) is None


class Life(RuleBasedStateMachine):
    """One row, every kind of person trying every move in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.row = Row("issued", 0, REGIONS[0])
        self.round = 1
        self.climbed: list[str] = []
        self.reasons: list[str] = []
        self.steps_back = 0

    @rule(level=st.integers(0, 3), place=st.sampled_from([2, 3]))
    def begin_again(self, level: int, place: int) -> None:
        self.__init__()
        self.row = Row("issued", level, REGIONS[level], place=place if level < 3 else 3)

    @rule(
        move=st.sampled_from(sorted(MOVES)),
        user=st.integers(1, 3),
        level=st.integers(0, 4),
        rights=st.sampled_from([ALL_RIGHTS, FIELD]),
        text=st.sampled_from(["", " ", "reason"]),
        passes=st.sampled_from([None, True, False]),
        behalf=st.sampled_from([None, None, 1, 2, 3]),
    )
    def try_move(
        self,
        move: str,
        user: int,
        level: int,
        rights: frozenset[str],
        text: str,
        passes: bool | None,
        behalf: int | None,
    ) -> None:
        mover = Mover(user, level, REGIONS.get(level, "330802001000"), rights, behalf)
        self.row = replace(self.row, rule_passes=passes, changed=self.row.changed or passes is True)
        before = self.row
        if refusal(move, before, mover, text=text) is not None:
            return
        state = target(move, before)
        self.row = replace(before, state=state)
        rungs = ladder(before.level, before.place)
        if move == "assign":
            self.row = replace(self.row, assigned_to=user)
        elif move in states.ANSWERS:
            self.climbed = ["answered"]
            answer = states.ANSWERS[move]
            given = {"answered_by": user, "answered_for": behalf}
            self.row = replace(self.row, **given, answer=answer, explained=bool(text.strip()))
        elif move in {"check", "close"}:
            own = {user, behalf} & {before.answered_by, before.answered_for} - {None}
            assert not own, "checked the own answer, or one given in that name"
            assert rungs.index(state) == rungs.index(before.state) + 1, "a level was skipped"
            self.climbed.append(state)
            if move == "close":
                assert (mover.level, mover.region) == (before.level, before.issuer)
        elif move in {"send_back", "reopen"}:
            assert text.strip(), "a reason was lost"
            self.reasons.append(text)
            self.steps_back += 1
            self.climbed = []

    @invariant()
    def closed_rows_climbed_every_rung(self) -> None:
        if self.row.state == "closed":
            assert tuple(self.climbed) == ladder(self.row.level, self.row.place)

    @invariant()
    def every_step_back_kept_its_reason(self) -> None:
        assert len(self.reasons) == self.steps_back


def test_life() -> None:
    run_state_machine_as_test(
        Life, settings=settings(max_examples=150, stateful_step_count=40, deadline=None)
    )


def test_who_acts_for_an_absent_colleague_counts_as_both():
    """Neither the own answer nor the absent one's is checked so; what is assigned to the absent one is answered."""
    acting = Mover(8, 3, REGIONS[3], ALL_RIGHTS, behalf=9)
    for answered_by, why in ((8, "own_answer"), (9, "own_answer"), (7, None)):
        row = Row("answered", 0, answered_by=answered_by, place=3)
        assert refusal("check", row, acting) == why
    absent, other = officer(9, 3), officer(7, 3)
    given = Row("answered", 0, answered_by=8, answered_for=9, place=3)
    assert refusal("check", given, absent) == "own_answer", "it was given in the name of who is back"
    assert refusal("withdraw", given, absent) is None
    assert refusal("check", given, other) is None
    assert (
        refusal("explain", Row("assigned", 0, assigned_to=9), Mover(8, 4, "", FIELD, behalf=9), text="seen")
        is None
    )
