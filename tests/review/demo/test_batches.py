"""Findings and problem batches of the demo world."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from census.access.scope import enter
from census.access.signin import scope_of
from census.people.models import Post
from census.places import regions
from review.demo.batches import SERIES
from review.findings.models import Finding
from review.problems.models import Batch, Problem, ProblemEvent
from review.problems.moves import problem_receive
from review.problems.states import ladder, place_of
from sources.demo.plan import TOTAL
from sources.demo.world import planted_file, read_planted
from sources.forms.catalogue import load
from sources.returns.models import Return
from tests.sources.demo.reference import KECHENG

pytestmark = pytest.mark.django_db


def test_batches_in_the_published_proportions(loaded_county):
    summary, _ = loaded_county
    for level, (batches, rows, _title) in SERIES.items():
        closed = Batch.objects.filter(level=level, state="closed")
        assert closed.count() == batches
        expected = max(batches, round(rows * summary.objects / TOTAL))
        assert Problem.objects.filter(batch__in=closed).count() == expected
        assert not Problem.objects.filter(batch__in=closed).exclude(state="closed").exists()
        assert Batch.objects.filter(level=level, state="issued").count() == 1
    for batch in Batch.objects.all():
        serials = list(batch.problems.order_by("serial").values_list("serial", flat=True))
        assert serials == list(range(1, batch.rows + 1))


def test_every_life_is_one_the_rules_allow(loaded_county):
    lives = defaultdict(list)
    for event in ProblemEvent.objects.order_by("problem_id", "at", "id"):
        lives[event.problem_id].append(event)
    assert len(lives) == Problem.objects.count()
    for problem in Problem.objects.all():
        life = lives[problem.pk]
        assert [life[0].source, life[-1].target] == ["draft", problem.state]
        assert all(a.target == b.source for a, b in pairwise(life))
        assert life[-1].round == problem.round
        assert [step.round for step in life] == sorted(step.round for step in life)
        rungs = ladder(problem.level, place_of(regions.level(problem.region)))
        climbed = [event.target for event in life if event.target in rungs and event.round == problem.round]
        assert climbed == list(rungs[: len(climbed)])
        answered = {event.user_id for event in life if event.target == "answered"}
        checked = {event.user_id for event in life if event.action in {"check", "close"}}
        assert not answered & checked


def test_rows_speak_of_items_that_exist(loaded_county):
    forms = load().forms
    values = {row.id: row for row in Return.objects.all()}
    for problem in Problem.objects.exclude(indicator=""):
        assert problem.indicator in forms[problem.form].indicators
        row = values[problem.return_id]
        assert (row.form, row.object_id, row.region) == (problem.form, problem.object_id, problem.region)
    corrected = Problem.objects.filter(answer="corrected")
    assert corrected.exists()
    assert not [p.pk for p in corrected if p.value_after == p.value_at_issue]
    assert (
        not Problem.objects.exclude(state__in=["issued", "received", "assigned"]).filter(answer="").exists()
    )


def test_planted_errors_are_found(loaded_county):
    _, folder = loaded_county
    found = set(Finding.objects.values_list("object_id", "rule"))
    found = {(str(owner), rule) for owner, rule in found}
    planted = [error for error in read_planted(planted_file(KECHENG, folder)) if error.rules]
    assert planted
    assert all((error.object_id, rule) in found for error in planted for rule in error.rules)
    assert Problem.objects.filter(finding_id__isnull=False, batch__state="issued").exists()


def test_a_county_officer_can_go_on_with_the_work(loaded_county):
    post = Post.objects.get(user__username="county330802-1")
    with enter(scope_of(post.user, post)) as actor:
        waiting = list(Problem.objects.visible_to(actor).filter(state="issued").values_list("pk", flat=True))
        assert waiting
        assert sorted(problem_receive(actor, ids=waiting).done) == sorted(waiting)
    assert Counter(Problem.objects.filter(pk__in=waiting).values_list("state", flat=True)) == {
        "received": len(waiting)
    }
