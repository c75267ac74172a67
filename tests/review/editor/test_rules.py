"""The life of a rule: written, tried, put in force by somebody else, at work on saves and runs, retired."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from census.access.posts import POST_KINDS, apart
from census.access.scope import Scope, enter
from census.audit.models import AuditEntry
from census.jobs.models import Job
from census.jobs.services import job_execute, job_start
from review.editor import force, queries, services
from review.editor.importing import rules_import
from review.editor.models import RuleTrial, RuleVersion
from review.editor.trial import KIND
from review.findings.models import Finding
from review.findings.runs import shard_check
from review.problems import moves
from review.problems.models import Problem
from review.rules.catalogue import audit_rules
from review.rules.own import form_rules
from review.rules.spec import LEVELS
from sources.returns.services import return_save
from tests.factories import CITY, COUNTY, FAR_PROVINCE, NATION, PROVINCE, make_regions, make_scope
from tests.review import world
from tests.review.world import CLERK
from tests.sources.returns.world import make_object

pytestmark = pytest.mark.django_db
RULE = "treated_wm3 <= $most"


@pytest.fixture
def nation() -> tuple[Scope, Scope]:
    make_regions()
    return make_scope("rule_writer", NATION), make_scope("nation_officer", NATION)


@pytest.fixture
def province() -> tuple[Scope, Scope]:
    make_regions()
    return make_scope("rule_writer", PROVINCE), make_scope("province_officer", PROVINCE)


def terms(**more: Any) -> services.RuleTerms:
    facts = {
        "family": "logic",
        "form": "J101-2",
        "rule": RULE,
        "params": [("most", "500")],
        "cases": {"pass": "treated_wm3: 400", "fail": "treated_wm3: 600", "blank": "electricity_wkwh: 5"},
        "severity": "warning",
        "zh": "处理量过大",
        "en": "Too much treated",
        "source": "test",
        "levels": list(LEVELS),
        "valid_from": timezone.localdate(),
        "valid_to": None,
    }
    return services.RuleTerms(**facts | more)


def draft(writer: Scope, **more: Any) -> RuleVersion:
    row = services.rule_new(writer, family="logic", form="J101-2")
    return services.rule_save(writer, rule_id=row.pk, terms=terms(**more))


def tried(row: RuleVersion) -> RuleVersion:
    RuleTrial.objects.create(rule=row, region=row.region, digest=row.digest)
    return row


def issued(office: tuple[Scope, Scope], **more: Any) -> RuleVersion:
    writer, officer = office
    return services.rule_issue(officer, rule_id=tried(draft(writer, **more)).pk)


def plant(treated: float, region: str = "330802001001") -> Any:
    return world.make_return(make_object(region=region), form="J101-2", treated_wm3=treated)


def save(ret: Any, **values: Any) -> None:
    ret.refresh_from_db()
    return_save(CLERK, return_id=ret.id, values=values, base_version=ret.version_no)


def living(rule: str) -> list[str]:
    return list(Finding.objects.filter(rule=rule).exclude(state="cleared").values_list("value", flat=True))


# -- duties ----------------------------------------------------------------------------------------
def test_no_post_writes_rules_and_handles_problems(nation: Any) -> None:
    handling = {"problem.issue", "problem.check", "problem.answer", "rule.issue"}
    for kind in POST_KINDS.values():
        assert not ("rule.write" in kind.capabilities and handling & kind.capabilities), kind.code
    assert apart("rule_writer", "nation_officer")
    assert apart("county_officer", "rule_writer")
    assert not apart("rule_writer", "auditor")
    writer, officer = nation
    row = tried(draft(writer))
    with pytest.raises(PermissionDenied):
        services.rule_issue(writer, rule_id=row.pk)
    both = replace(officer, user_id=writer.user_id)  # the same person, met under another post
    with pytest.raises(PermissionDenied):
        services.rule_issue(both, rule_id=row.pk)
    with pytest.raises(PermissionDenied):
        services.rule_new(officer, family="logic", form="G102")
    assert services.wrote([writer.user_id], [row.number]) == {row.number}


def test_who_wrote_a_rule_does_not_close_what_it_found(nation: Any) -> None:
    """Not even years later under the post of an officer."""
    row = issued(nation)
    ret = plant(900)
    finding = world.make_finding(ret, rule=row.number, indicator="treated_wm3")
    actor = replace(Scope.system(region=COUNTY), user_id=nation[0].user_id)
    world.issued_batch(actor, findings=[finding])
    problem = Problem.objects.get()
    Problem.objects.filter(pk=problem.pk).update(state="answered", answer="explained", explanation="right")
    refused = moves.problem_close(actor, ids=[problem.pk])
    assert (refused.done, list(refused.refused)) == ([], ["wrote_rule"])
    other = replace(actor, user_id=nation[1].user_id)
    assert moves.problem_close(other, ids=[problem.pk]).done == [problem.pk]


def test_rules_belong_to_their_office(nation: Any, province: Any) -> None:
    row = issued(nation)
    with pytest.raises(PermissionDenied):
        services.rule_revise(province[0], rule_id=row.pk)
    with pytest.raises(PermissionDenied):
        services.rule_retire(province[1], rule_id=row.pk, reason="no")


# -- writing ---------------------------------------------------------------------------------------
def test_a_draft_keeps_what_was_typed_and_says_what_is_missing(nation: Any) -> None:
    writer, officer = nation
    row = draft(writer, rule="treated_wm3 <= $most and nonsense >", zh="")
    assert row.rule.endswith("nonsense >")
    with pytest.raises(ValidationError) as refused:
        services.rule_issue(officer, rule_id=row.pk)
    assert len(refused.value.messages) == 3  # faults, message, trial
    assert RuleVersion.objects.get(pk=row.pk).state == "draft"
    row = services.rule_save(writer, rule_id=row.pk, terms=terms())
    tried(row)
    services.rule_save(writer, rule_id=row.pk, terms=terms(params=[("most", "450")]))
    with pytest.raises(ValidationError):  # tried with another threshold
        services.rule_issue(officer, rule_id=row.pk)


def test_two_writers_do_not_overwrite_each_other(nation: Any) -> None:
    writer = nation[0]
    row = draft(writer)
    seen = row.updated_at
    services.rule_save(writer, rule_id=row.pk, terms=terms(zh="另一个"))
    with pytest.raises(ValidationError):
        services.rule_save(writer, rule_id=row.pk, terms=terms(expected=seen))


def test_numbers_and_versions(nation: Any, province: Any) -> None:
    first = issued(nation)
    assert (first.number, first.version) == ("L500", 1)
    assert draft(nation[0]).number == "L501"
    assert draft(province[0]).number == "33-L001"
    second = services.rule_revise(nation[0], rule_id=first.pk)
    assert (second.number, second.version, second.rule) == ("L500", 2, RULE)
    assert services.rule_revise(nation[0], rule_id=first.pk).pk == second.pk
    services.rule_discard(nation[0], rule_id=second.pk)
    assert AuditEntry.objects.filter(action="rule.discarded").count() == 1


def test_the_catalogue_is_version_one(nation: Any) -> None:
    report = rules_import()
    running = sum(rule.spec is not None for rule in audit_rules().rules.values())
    assert (report.added, report.kept) == (running + len(form_rules()), ())
    assert rules_import().added == 0
    assert force.rules_of(COUNTY) is audit_rules().set  # nothing differs from the files
    row = RuleVersion.objects.get(number="L096")
    second = services.rule_revise(nation[0], rule_id=row.pk)
    given = terms(rule=row.rule, params=[("low", "0.2"), ("high", "0.9")], cases=row.cases)
    tried(services.rule_save(nation[0], rule_id=second.pk, terms=given))
    services.rule_issue(nation[1], rule_id=second.pk)
    (check,) = [c for c in force.rules_of(COUNTY).checks["J101-2"] if c.rule == "L096"]
    assert check.message.en == "Too much treated"
    names = {change.name for change in queries.changes(row, RuleVersion.objects.get(pk=second.pk))}
    assert {"params", "en", "source"} <= names
    assert "rule" not in names


# -- at work ---------------------------------------------------------------------------------------
def test_in_force_on_saves_and_runs_until_retired(nation: Any) -> None:
    ret = plant(900)
    save(ret, treated_wm3=900.5)
    row = issued(nation)
    assert living(row.number) == []
    save(ret, treated_wm3=901)
    assert living(row.number) == ["901.0"] or living(row.number) == ["901"]
    save(ret, treated_wm3=100)
    assert living(row.number) == []
    other = plant(700)
    with enter(CLERK):
        shard_check(Scope.system(region=COUNTY), shard=COUNTY)
    assert living(row.number) == ["700"]
    services.rule_retire(nation[1], rule_id=row.pk, reason="never right")
    shard_check(Scope.system(region=COUNTY), shard=COUNTY)
    assert living(row.number) == []
    assert force.rules_of(COUNTY, day=timezone.localdate() - dt.timedelta(days=1)) is not None
    assert other.values["treated_wm3"] == 700


def test_a_run_leaves_findings_of_rules_at_work_elsewhere(nation: Any) -> None:
    """A rule for provincial runs is found there, kept by a county's run, and cleared by a correction."""
    row = issued(nation, levels=["province"])
    ret = plant(900)
    save(ret, treated_wm3=901)
    assert living(row.number) == []  # not at work while filling
    shard_check(Scope.system(region=COUNTY), shard=COUNTY)
    assert living(row.number) == []
    shard_check(Scope.system(region=PROVINCE), shard=COUNTY)
    assert len(living(row.number)) == 1
    shard_check(Scope.system(region=COUNTY), shard=COUNTY)
    assert len(living(row.number)) == 1
    save(ret, treated_wm3=10)
    assert living(row.number) == []


def test_period(nation: Any) -> None:
    today = timezone.localdate()
    begins = today + dt.timedelta(days=3)
    row = issued(nation, valid_from=begins, valid_to=begins + dt.timedelta(days=1))

    def at_work(day: dt.date) -> bool:
        checks = force.rules_of(COUNTY, day=day).checks["J101-2"]
        return row.number in {check.rule for check in checks}

    assert [at_work(begins + dt.timedelta(days=n)) for n in (-1, 0, 1, 2)] == [False, True, True, False]


def test_a_province_asks_for_more_and_never_for_less(nation: Any, province: Any) -> None:
    base = issued(nation)
    own = services.rule_adapt(province[0], rule_id=base.pk)
    assert (own.number, own.base, own.region) == ("L500-33", "L500", PROVINCE)
    changed = terms(
        rule="treated_wm3 <= 1",  # the text stays the nation's
        params=[("most", "300")],
        cases={"pass": "treated_wm3: 200", "fail": "treated_wm3: 400", "blank": "electricity_wkwh: 5"},
    )
    own = tried(services.rule_save(province[0], rule_id=own.pk, terms=changed))
    assert own.rule == RULE
    services.rule_issue(province[1], rule_id=own.pk)
    for treated in (200, 400, 900):
        plant(treated)
    shard_check(Scope.system(region=COUNTY), shard=COUNTY)
    assert (living("L500"), living("L500-33")) == (["900"], ["400"])  # what the nation finds is found once
    later = services.rule_revise(nation[0], rule_id=base.pk)
    text = "treated_wm3 <= $most and treated_wm3 >= $least"
    given = terms(rule=text, params=[("most", "500"), ("least", "0")])
    base = services.rule_issue(
        nation[1], rule_id=tried(services.rule_save(nation[0], rule_id=later.pk, terms=given)).pk
    )
    again = services.rule_revise(province[0], rule_id=own.pk)
    assert (again.rule, again.params) == (text, [["most", "300"], ["least", "0"]])
    versions = queries.versions_of(nation[1], "L500")
    assert [queries.shown_state(one, versions) for one in versions] == ["issued", "superseded"]
    services.rule_retire(nation[1], rule_id=base.pk, reason="left to the provinces")
    shard_check(Scope.system(region=COUNTY), shard=COUNTY)
    assert (living("L500"), sorted(living("L500-33"))) == ([], ["400", "900"]), "it stands alone now"
    assert "L500-33" not in {c.rule for c in force.rules_of(FAR_PROVINCE).checks["J101-2"]}
    with pytest.raises(PermissionDenied):
        services.rule_adapt(nation[0], rule_id=own.pk)


def test_a_rule_that_lost_its_item_stops_alone(nation: Any) -> None:
    row = issued(nation)
    RuleVersion.objects.filter(pk=row.pk).update(rule="no_such_item > 1", revision=row.revision + 1_000_000)
    rules = force.rules_of(COUNTY)
    assert list(rules.broken) == [row.number]
    assert rules.checks["G102"] == audit_rules().set.checks["G102"]


# -- trial -----------------------------------------------------------------------------------------
def test_trial_compares_with_the_version_in_force(nation: Any) -> None:
    row = issued(nation)
    plants = [plant(treated) for treated in (100, 400, 900, 950)]
    shard_check(Scope.system(region=COUNTY), shard=COUNTY)
    second = services.rule_revise(nation[0], rule_id=row.pk)
    second = services.rule_save(nation[0], rule_id=second.pk, terms=terms(params=[("most", "920")]))
    with enter(nation[0]):
        job = job_start(nation[0], kind=KIND, title="t", rule=second.pk)
    before = list(Finding.objects.values_list("pk", "state"))
    job_execute(job_id=str(job.id), region=job.region)
    assert Job.objects.get(pk=job.pk).state == "done", Job.objects.get(pk=job.pk).error
    result = RuleTrial.objects.get(rule=second).result
    names = ("documents", "hits", "before", "added", "dropped")
    assert [result[name] for name in names] == [4, 1, 2, 0, 1]
    assert [one["object_id"] for one in result["examples"]["dropped"]] == [str(plants[2].object_id)]
    assert list(Finding.objects.values_list("pk", "state")) == before  # nothing was touched
    assert second.digest == RuleTrial.objects.get(rule=second).digest


def test_trial_of_a_county_resumes(nation: Any) -> None:
    row = draft(nation[0])
    plant(900)
    with enter(nation[0]):
        job = job_start(nation[0], kind=KIND, title="t", rule=row.pk)
    done = {"shards": [COUNTY], "totals": {**_empty(), "hits": 7}}
    Job.objects.filter(pk=job.pk).update(checkpoint=done)
    job_execute(job_id=str(job.id), region=job.region)
    assert RuleTrial.objects.get(rule=row).result["hits"] == 7


def _empty() -> dict[str, Any]:
    from review.editor.trial import empty

    return empty()


# -- reading ---------------------------------------------------------------------------------------
def test_lines_and_filters(nation: Any, province: Any) -> None:
    rules_import()
    row = issued(nation)
    draft(province[0])
    lines = queries.rule_lines(nation[1])
    by_number = {line.number: line for line in lines}
    assert (by_number["L500"].state, by_number["33-L001"].state) == ("force", "draft")
    assert (by_number["C001"].state, by_number["C002"].covered != ()) == ("unbound", True)
    assert "33-L001" not in {line.number for line in queries.rule_lines(make_scope("county_officer", COUNTY))}
    found = queries.narrowed(lines, {"q": "treated_wm3 <= $most"})
    assert [line.version for line in found if line.version and line.state == "force"] == [row]
    assert {line.state for line in queries.narrowed(lines, {"state": "unbound"})} == {"unbound"}
    page = queries.page_of(lines, {"size": "25"})
    after = queries.page_of(lines, {"size": "25", "at": page.next})
    assert after.rows[0] is lines[25]
    assert after.previous is not None


def test_worth_retiring(nation: Any) -> None:
    rules_import()
    scope = make_scope("city_officer", CITY)
    quiet = {one.line.number for one in queries.worth_retiring(scope) if one.never}
    assert "L096" in quiet
    world.make_finding(plant(5), rule="L096", indicator="treated_wm3")
    assert "L096" not in {one.line.number for one in queries.worth_retiring(scope)}
    fresh = issued(nation)
    assert fresh.number not in {one.line.number for one in queries.worth_retiring(scope)}


def test_drafts_are_hidden_below_in_the_database(province: Any, as_web: None) -> None:
    writer = province[0]
    with enter(writer):
        row = draft(writer)
        assert RuleVersion.objects.filter(pk=row.pk).exists()
    for scope in (make_scope_of(COUNTY), make_scope_of(FAR_PROVINCE)):
        with enter(scope):
            assert not RuleVersion.objects.filter(pk=row.pk).exists()
    with enter(make_scope_of(NATION)):
        assert RuleVersion.objects.filter(pk=row.pk).exists()


def make_scope_of(region: str) -> Scope:
    return Scope.system(region=region)
