"""Moves of problem rows on the database: the whole ladder, bulk, refusals, events, scope."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from census.access.scope import enter
from review.findings.models import Finding
from review.problems import moves
from review.problems.batches import HandRow, batch_add_rows, batch_create, batch_discard, batch_issue
from review.problems.models import Batch, Problem, ProblemEvent
from review.problems.people import person_for
from review.problems.queries import to_answer, waiting_for
from review.problems.undo import problem_undo
from sources.objects.models import CensusObject
from sources.returns.models import Return
from tests.review import world
from tests.review.world import CITY, CLERK, NATION, OTHER_CLERK, SECOND_CLERK
from tests.sources.returns.world import make_object

pytestmark = pytest.mark.django_db


def ids(batch: Batch) -> list[int]:
    return list(Problem.objects.filter(batch=batch).order_by("serial").values_list("pk", flat=True))


def change_form(problem: Problem, *, passes: bool) -> None:
    Return.objects.filter(pk=problem.return_id).update(version_no=2)
    Problem.objects.filter(pk=problem.pk).update(rule_passes=passes)


def test_issue_freezes_value_numbers_and_audits() -> None:
    first = world.issued_batch(findings=world.make_findings(2))
    second = world.issued_batch()
    assert (first.number, second.number) == (1, 2)
    rows = list(Problem.objects.filter(batch=first).order_by("serial"))
    assert [row.serial for row in rows] == [1, 2]
    assert {row.value_at_issue for row in rows} == {"100"}
    assert {row.version_at_issue for row in rows} == {1}
    assert [row.rule_passes for row in rows] == [False, False]
    assert ProblemEvent.objects.filter(action="issue").count() == 3
    assert first.rows == 2


def test_issue_marks_what_changed_meanwhile() -> None:
    gone, changed, removed = world.make_findings(3)
    Finding.objects.filter(pk=gone.pk).update(state="cleared")
    Return.objects.filter(pk=changed.return_id).update(values={"water_intake_m3": 90})
    CensusObject.objects.filter(pk=removed.object_id).update(status="removed")
    world.issued_batch(findings=[gone, changed, removed])
    marks = dict(Problem.objects.values_list("finding_id", "mark"))
    assert marks == {
        gone.pk: "cleared_before_issue",
        changed.pk: "changed_before_issue",
        removed.pk: "object_removed",
    }


def test_whole_ladder_of_a_national_row() -> None:
    batch = world.issued_batch()
    rows = ids(batch)
    assert moves.problem_receive(CLERK, ids=rows).done == rows
    change_form(Problem.objects.get(), passes=True)
    assert moves.problem_answer(CLERK, "correct", ids=rows).done == rows
    assert dict(moves.problem_check(CLERK, ids=rows).refused) == {"own_answer": rows}
    assert dict(moves.problem_close(NATION, ids=rows).refused) == {"state": rows}
    assert moves.problem_check(SECOND_CLERK, ids=rows, opinion="ok").done == rows
    assert moves.problem_check(CITY, ids=rows).done == rows
    assert moves.problem_reopen(NATION, ids=rows, reason="the total is still doubtful").done == rows
    row = Problem.objects.get()
    assert (row.state, row.round) == ("received", 2)
    assert moves.problem_answer(CLERK, "explain", ids=rows, explanation="meter was replaced").done == rows
    moves.problem_check(SECOND_CLERK, ids=rows, opinion="seen the invoice")
    moves.problem_check(CITY, ids=rows)
    assert moves.problem_close(NATION, ids=rows).done == rows
    row.refresh_from_db()
    batch.refresh_from_db()
    assert (row.state, row.county_opinion, batch.state) == ("closed", "seen the invoice", "closed")
    told = list(ProblemEvent.objects.values_list("action", "source", "target", "round", "note"))
    assert told[0] == ("issue", "draft", "issued", 1, "")
    assert ("reopen", "city_checked", "received", 2, "the total is still doubtful") in told
    assert told[-1] == ("close", "city_checked", "closed", 2, "")


def test_correction_needs_a_change_or_an_explanation() -> None:
    rows = ids(world.issued_batch())
    assert dict(moves.problem_answer(CLERK, "correct", ids=rows).refused) == {"unchanged": rows}
    change_form(Problem.objects.get(), passes=False)
    assert dict(moves.problem_answer(CLERK, "correct", ids=rows).refused) == {"rule_fails": rows}
    assert moves.problem_answer(CLERK, "correct", ids=rows, explanation="new invoice").done == rows


def test_assign_receives_first_and_binds_the_answer_to_the_person() -> None:
    person = world.make_person("wang", "enumerator", "330802001000")
    stranger = world.make_person("li", "enumerator", "330803001000")
    rows = ids(world.issued_batch())
    with pytest.raises(ValidationError):
        person_for(CLERK, stranger.id)
    moves.problem_assign(CLERK, ids=rows, person=person_for(CLERK, person.id))
    told = list(ProblemEvent.objects.values_list("action", flat=True))
    assert told == ["issue", "receive", "assign"]
    enumerator = world.scope_for("enumerator", user_id=person.id, region="330802001000")
    colleague = world.scope_for("enumerator", user_id=person.id + 99, region="330802001000")
    answer = {"ids": rows, "explanation": "seen on site"}
    assert dict(moves.problem_answer(colleague, "explain", **answer).refused) == {"not_yours": rows}
    assert moves.problem_answer(enumerator, "explain", **answer).done == rows
    assert moves.problem_withdraw(enumerator, ids=rows).done == rows
    row = Problem.objects.get()
    assert (row.state, row.answered_by, row.assigned_to) == ("assigned", None, person.id)


def test_a_refused_answer_leaves_the_row_as_it_was() -> None:
    rows = ids(world.issued_batch())
    assert dict(moves.problem_answer(CLERK, "explain", ids=rows, explanation=" ").refused) == {
        "explanation": rows
    }
    assert Problem.objects.get().state == "issued"
    with pytest.raises(ValidationError):
        moves.problem_answer(CLERK, "explain", ids=rows, explanation="x" * 5000)
    wrong = SimpleUploadedFile("virus.exe", b"MZ")
    with pytest.raises(ValidationError):
        moves.problem_answer(CLERK, "explain", ids=rows, explanation="ok", evidence=[wrong])
    assert Problem.objects.get().state == "issued", "the answer went in without its evidence"
    assert ProblemEvent.objects.count() == 1


def test_a_citys_own_object_is_answered_by_the_city() -> None:
    ret = world.make_return(make_object(kind="city_oil"), form="Y203", total_voc_t=9)
    rows = ids(world.issued_batch(findings=[world.make_finding(ret, "Y203-R01", "total_voc_t")]))
    second = world.scope_for("city_officer", user_id=601)
    assert [problem.pk for problem in to_answer(CITY)] == rows
    assert not to_answer(CLERK)
    assert moves.problem_answer(CITY, "explain", ids=rows, explanation="census of pumps").done == rows
    assert [problem.pk for problem in waiting_for(second)] == rows
    assert moves.problem_check(second, ids=rows).done == rows
    assert [problem.pk for problem in waiting_for(NATION)] == rows
    assert moves.problem_close(NATION, ids=rows).done == rows
    county = ids(world.issued_batch())
    moves.problem_receive(CLERK, ids=county)
    assert dict(moves.problem_answer(CITY, "explain", ids=county, explanation="x").refused) == {
        "level": county
    }


def test_each_row_its_own_explanation() -> None:
    rows = ids(world.issued_batch(findings=world.make_findings(2)))
    texts = {rows[0]: "meter", rows[1]: "invoice"}
    assert moves.problem_answer(CLERK, "explain", ids=rows, explanation=texts).done == rows
    assert dict(Problem.objects.values_list("pk", "explanation")) == texts
    notes = ProblemEvent.objects.filter(action="explain").values_list("problem_id", "note")
    assert dict(notes) == texts
    assert ProblemEvent.objects.filter(action="receive").count() == 2


def test_assignment_outside_the_persons_post_is_refused() -> None:
    person = world.make_person("wang", "enumerator", "330802002000")
    rows = ids(world.issued_batch())
    outcome = moves.problem_assign(CLERK, ids=rows, person=person_for(CLERK, person.id))
    assert dict(outcome.refused) == {"outside": rows}
    assert Problem.objects.get().assigned_to is None


def test_rows_of_another_county_are_untouched() -> None:
    rows = ids(world.issued_batch())
    assert moves.problem_receive(OTHER_CLERK, ids=rows).done == []
    assert Problem.objects.get().state == "issued"


def test_rights() -> None:
    auditor = world.scope_for("auditor")
    rows = ids(world.issued_batch())
    with pytest.raises(PermissionDenied):
        moves.problem_check(auditor, ids=rows)
    with pytest.raises(PermissionDenied):
        batch_create(auditor, title="x", deadline=timezone.localdate())


def test_draft_is_hidden_from_the_counties(as_web: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    findings = world.make_findings()
    batch = batch_create(CITY, title="draft", deadline=timezone.localdate())
    row = HandRow(
        code=CensusObject.objects.get().code, text="doubtful", form="G102", indicator="water_intake_m3"
    )
    assert batch_add_rows(CITY, batch_id=batch.id, rows=[row])[0] == 1
    assert findings
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE census_web")
    for scope, seen in ((CLERK, 0), (CITY, 1), (NATION, 1), (OTHER_CLERK, 0)):
        with enter(scope):
            assert (Problem.objects.count(), Batch.objects.count()) == (seen, seen), scope.post_kind
            assert Problem.objects.visible_to(scope).count() == seen
    with enter(CITY):
        batch_issue(CITY, batch_id=batch.id)
    for scope, seen in ((CLERK, (1, 1)), (OTHER_CLERK, (0, 1))):
        with enter(scope):
            assert (Problem.objects.count(), Batch.objects.count()) == seen


def test_hand_rows_report_what_is_wrong() -> None:
    world.make_findings()
    code = CensusObject.objects.get().code
    batch = batch_create(CITY, title="by hand", deadline=timezone.localdate())
    rows = [
        HandRow(code="nowhere", text="x"),
        HandRow(code=code, text=" "),
        HandRow(code=code, text="x", form="G999"),
        HandRow(code=code, text="x", form="G102", indicator="no_such_item"),
        HandRow(code=code, text="x", form="G102", row="facilities/x"),
        HandRow(code=code, text="x", form="G102", row="facilities/1", indicator="operating_hours"),
    ]
    added, faults = batch_add_rows(CITY, batch_id=batch.id, rows=rows)
    assert (added, sorted(faults)) == (1, [0, 1, 2, 3, 4])


def test_head_is_checked_and_issued_lists_stay() -> None:
    issued = world.issued_batch(CITY)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    with pytest.raises(ValidationError):
        batch_create(CITY, title=" ", deadline=timezone.localdate())
    with pytest.raises(ValidationError):
        batch_create(CITY, title="x", deadline=yesterday)
    empty = batch_create(CITY, title="x", deadline=timezone.localdate())
    with pytest.raises(ValidationError):
        batch_issue(CITY, batch_id=empty.id)
    with pytest.raises(PermissionDenied):
        batch_issue(CLERK, batch_id=empty.id)
    with pytest.raises(ValidationError):
        batch_discard(CITY, batch_id=issued.id)


def test_a_thousand_rows_in_few_statements(django_assert_max_num_queries) -> None:
    findings = world.make_findings(3)
    batch = world.issued_batch(findings=findings)
    model = Problem.objects.filter(batch=batch).first()
    copies = []
    for serial in range(10, 1010):
        model.pk, model.serial = None, serial
        copies.append(Problem(**{f.attname: getattr(model, f.attname) for f in Problem._meta.fields}))
    Problem.objects.bulk_create(copies)
    with django_assert_max_num_queries(15):
        outcome = moves.problem_answer(CLERK, "explain", ids=ids(batch), explanation="one reason for all")
    assert len(outcome.done) == 1003


def test_an_answer_in_a_colleagues_name_is_not_checked_by_that_colleague() -> None:
    pks = ids(world.issued_batch())
    deputy = replace(SECOND_CLERK, behalf_of=CLERK.user_id)
    moves.problem_answer(deputy, "explain", ids=pks, explanation="as the ledger says")
    assert moves.problem_check(CLERK, ids=pks).refused == {"own_answer": pks}
    assert problem_undo(deputy, ids=pks).done == pks
    assert Problem.objects.get().answered_for is None
    moves.problem_answer(deputy, "explain", ids=pks, explanation="as the ledger says")
    assert moves.problem_withdraw(CLERK, ids=pks).done == pks, "one's own to take back"
    assert Problem.objects.get().answered_for is None
    moves.problem_answer(SECOND_CLERK, "explain", ids=pks, explanation="as the ledger says")
    assert moves.problem_check(CLERK, ids=pks).done == pks, "what the colleague did for herself"
