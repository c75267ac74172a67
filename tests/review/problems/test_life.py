"""Coded reasons, false alarms, undo, notes and calls on the database."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from review.findings.models import Finding
from review.handlers import on_accounting_done
from review.problems import moves
from review.problems.alarms import false_alarms, false_alarms_by_rule
from review.problems.calls import call_record, calls_of
from review.problems.models import Batch, Problem, ProblemEvent
from review.problems.people import person_for
from review.problems.undo import problem_note, problem_undo, undoable
from sources.returns.models import Return
from sources.returns.services import return_save
from tests.review import world
from tests.review.world import CITY, CLERK, NATION, OTHER_CLERK, SECOND_CLERK

pytestmark = pytest.mark.django_db


def ids() -> list[int]:
    return list(Problem.objects.order_by("pk").values_list("pk", flat=True))


def columns(row: Problem) -> dict[str, object]:
    """All that a step may change, as it stands in the database."""
    volatile = {"updated_at", "revision"}
    names = [field.attname for field in Problem._meta.fields if field.attname not in volatile]
    return Problem.objects.values(*names).get(pk=row.pk)


def climb(rows: list[int], upto: str) -> None:
    """Take rows up the ladder of a national list."""
    moves.problem_answer(CLERK, "explain", ids=rows, reason="as_recorded")
    if upto != "answered":
        moves.problem_check(SECOND_CLERK, ids=rows, opinion="seen")
        moves.problem_check(CITY, ids=rows)
    if upto == "closed":
        moves.problem_close(NATION, ids=rows, opinion="accepted")


def test_an_explanation_has_a_reason_that_fits_and_words_where_it_needs_them() -> None:
    world.issued_batch()
    rows = ids()
    explain = partial(moves.problem_answer, move="explain")
    assert dict(explain(CLERK, ids=rows, reason="other").refused) == {"explanation": rows}
    assert dict(explain(CLERK, ids=rows, reason="no such", explanation="x").refused) == {"code": rows}
    assert dict(explain(CLERK, ids=rows, reason="duplicate_object", explanation="x").refused) == {
        "code": rows
    }
    assert explain(CLERK, ids=rows, reason="as_recorded").done == rows
    row = Problem.objects.get()
    assert (row.answer, row.reason, row.explanation, row.answered_version) == (
        "explained",
        "as_recorded",
        "",
        1,
    )
    assert ProblemEvent.objects.get(action="explain").detail["reason"] == "as_recorded"


def test_false_alarms_need_a_rule_and_feed_its_rate() -> None:
    world.issued_batch(findings=world.make_findings(4))
    rows = ids()
    by_hand = rows.pop()
    Problem.objects.filter(pk=by_hand).update(rule="")
    reject = partial(moves.problem_answer, move="reject")
    assert dict(reject(CLERK, ids=[by_hand], reason="limit_too_narrow").refused) == {"no_rule": [by_hand]}
    assert reject(CLERK, ids=rows[:1], reason="limit_too_narrow").done == rows[:1]
    moves.problem_answer(CLERK, "explain", ids=rows[1:], reason="as_recorded")
    found = false_alarms(NATION, "G102-R01")
    assert (found.answered, found.rejected, found.explained, found.accepted) == (3, 1, 2, 0)
    assert found.rate == pytest.approx(1 / 3)
    assert false_alarms(NATION, "never asked").rate is None
    assert "G102-R01" not in false_alarms_by_rule(OTHER_CLERK)


def test_what_the_issuer_accepts_is_no_open_finding_until_reopened() -> None:
    world.issued_batch()
    rows = ids()
    climb(rows, "closed")
    assert Finding.objects.get().state == "explained"
    moves.problem_reopen(NATION, ids=rows, reason="the meter was not calibrated")
    assert Finding.objects.get().state == "open"


def test_a_county_cannot_explain_its_own_errors_away_by_a_list_of_its_own() -> None:
    world.issued_batch(CLERK)
    rows = ids()
    moves.problem_answer(CLERK, "explain", ids=rows, reason="as_recorded")
    assert moves.problem_close(SECOND_CLERK, ids=rows).done == rows
    assert Finding.objects.get().state == "open"


@pytest.mark.parametrize("step", ["assign", "explain", "check", "close", "send_back", "reopen"])
def test_undo_puts_every_column_back(step: str) -> None:
    person = world.make_person("wang", "enumerator", "330802001000")
    batch = world.issued_batch()
    rows = ids()
    actor = {"assign": CLERK, "explain": CLERK, "check": SECOND_CLERK, "send_back": SECOND_CLERK}.get(
        step, NATION
    )
    before = {"check": "answered", "send_back": "answered", "close": "waiting", "reopen": "closed"}.get(step)
    if before:
        climb(rows, before)
    row = Problem.objects.get()
    held = columns(row), Batch.objects.get().state, Finding.objects.get().state
    done = {
        "assign": lambda: moves.problem_assign(CLERK, ids=rows, person=person_for(CLERK, person.id)),
        "explain": lambda: moves.problem_answer(
            CLERK, "explain", ids=rows, reason="measured", explanation="y"
        ),
        "check": lambda: moves.problem_check(actor, ids=rows, opinion="fine"),
        "close": lambda: moves.problem_close(actor, ids=rows, opinion="fine"),
        "send_back": lambda: moves.problem_send_back(actor, ids=rows, reason="why"),
        "reopen": lambda: moves.problem_reopen(actor, ids=rows, reason="why"),
    }[step]()
    assert done.done == rows
    assert undoable(actor, row) == step
    assert not undoable(OTHER_CLERK, row)
    problem_note(SECOND_CLERK, ids=rows, text="a note is no step")
    assert problem_undo(actor, ids=rows).done == rows
    assert (columns(row), Batch.objects.get().state, Finding.objects.get().state) == held
    assert dict(problem_undo(actor, ids=rows).refused) == {"not_last": rows}, "an undo is not undone"
    assert batch.rows == 1


def test_undo_only_while_nobody_acted_after() -> None:
    world.issued_batch(findings=world.make_findings(2))
    rows = ids()
    climb(rows, "answered")
    moves.problem_check(SECOND_CLERK, ids=rows[:1])
    outcome = problem_undo(CLERK, ids=rows)
    assert (outcome.done, dict(outcome.refused)) == (rows[1:], {"not_last": rows[:1]})
    assert problem_undo(OTHER_CLERK, ids=rows).done == []


def test_notes_and_calls_are_kept_with_who_wrote_them() -> None:
    world.issued_batch()
    (row,) = ids()
    with pytest.raises(ValidationError):
        problem_note(CLERK, ids=[row], text=" ")
    with pytest.raises(PermissionDenied):
        problem_note(world.scope_for("auditor"), ids=[row], text="x")
    assert problem_note(CLERK, ids=[row], text="the owner is abroad until May").done == [row]
    assert problem_note(OTHER_CLERK, ids=[row], text="x").done == [], "out of scope"
    note = ProblemEvent.objects.get(action="note")
    assert (note.note, note.source, note.target) == ("the owner is abroad until May", "issued", "issued")
    with pytest.raises(ValidationError):
        call_record(CLERK, problem_id=row, person="Wang", phone="1", result="shouted")
    call_record(CLERK, problem_id=row, person="Wang", phone="0570-1", result="nobody")
    call = calls_of(CLERK, Problem.objects.get().object_id).get()
    assert (call.person, call.result, call.user_id) == ("Wang", "nobody", CLERK.user_id)
    assert not calls_of(OTHER_CLERK, call.object_id).exists()


def test_a_waiting_answer_says_what_happened_to_its_form_since() -> None:
    world.issued_batch()
    (row,) = ids()
    climb([row], "answered")
    ret = Return.objects.get()
    changed = dict(ret.values) | {"municipal_water_m3": 91}
    return_save(CLERK, return_id=ret.id, values=changed, base_version=ret.version_no)
    assert Problem.objects.get().mark == "changed_after_answer"
    problem_undo(CLERK, ids=[row])
    assert moves.problem_answer(CLERK, "explain", ids=[row], reason="measured").done == [row]
    assert Problem.objects.get().mark == "", "a new answer knows the form as it is"
    run = SimpleNamespace(
        region=CITY.region, categories=["industrial"], started_at=timezone.now(), data_cut_id=None
    )
    on_accounting_done(run=SimpleNamespace(**vars(run) | {"data_cut_id": 1}))
    assert Problem.objects.get().mark == "", "a run over a data cut counts the form as it was"
    on_accounting_done(run=run)
    assert Problem.objects.get().mark == "accounted"


def test_a_run_marks_no_row_whose_form_stayed_or_lies_elsewhere() -> None:
    world.issued_batch(findings=world.make_findings(2))
    rows = ids()
    climb(rows, "answered")
    Return.objects.filter(pk=Problem.objects.get(pk=rows[0]).return_id).update(version_no=2)
    here = SimpleNamespace(region="370000000000", categories=[], started_at=timezone.now(), data_cut_id=None)
    on_accounting_done(run=here)
    assert set(Problem.objects.values_list("mark", flat=True)) == {""}
    on_accounting_done(run=SimpleNamespace(**vars(here) | {"region": CITY.region}))
    assert dict(Problem.objects.values_list("pk", "mark")) == {rows[0]: "accounted", rows[1]: ""}
