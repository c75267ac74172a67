"""Rules of the form definitions, followed by a version of an office: one record, the set and the browser agree."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from census.access.scope import Scope
from review.editor import queries, services
from review.editor.importing import rules_import
from review.editor.models import RuleTrial, RuleVersion
from review.findings.models import Finding
from review.findings.runs import shard_check
from review.rules.own import FAMILY, form_rules
from review.rules.spec import LEVELS, check_of
from sources.entry.rules import packed
from sources.forms.amending import form_in_force
from sources.forms.catalogue import load
from sources.returns.services import return_check, return_save
from tests.factories import COUNTY, NATION, make_person, make_regions, make_scope
from tests.review import world
from tests.review.world import CLERK
from tests.sources.returns.world import make_object
from tests.support.requests import signed_in

NUMBER = "G102-R01"  # cod_discharge_t <= cod_generation_t, on each outlet
ROW = {"outlets": [{"_k": 1, "cod_generation_t": 10, "cod_discharge_t": 11}]}
CASES = {
    "pass": "outlets: [{cod_generation_t: 10, cod_discharge_t: 4}]",
    "fail": "outlets: [{cod_generation_t: 10, cod_discharge_t: 6}]",
    "blank": "outlets: [{cod_generation_t: 10}]",
}


def test_they_bind_as_the_forms_have_them() -> None:
    own = {check.rule: check for form in load().forms.values() for check in form.checks}
    assert len(form_rules()) > 500
    for number, spec in form_rules().items():
        assert check_of(spec) == own[number]


@pytest.fixture
def office(db: None) -> tuple[Scope, Scope]:
    make_regions()
    rules_import()
    return make_scope("rule_writer", NATION), make_scope("nation_officer", NATION)


def revised(office: tuple[Scope, Scope], *, issue: bool = True, **more: Any) -> RuleVersion:
    """A next version with *more* changed, put in force."""
    writer, officer = office
    old = RuleVersion.objects.filter(number=NUMBER).latest("version")
    row = services.rule_revise(writer, rule_id=old.pk)
    facts = {
        "family": FAMILY,
        "form": "G102",
        "rule": old.rule,
        "params": [],
        "cases": {},
        "severity": old.severity,
    }
    facts |= {"zh": old.zh, "en": old.en, "source": old.source, "levels": list(LEVELS), "valid_to": None}
    facts |= {"valid_from": timezone.localdate()}
    row = services.rule_save(writer, rule_id=row.pk, terms=services.RuleTerms(**facts | more))
    RuleTrial.objects.create(rule=row, region=row.region, digest=row.digest)
    return services.rule_issue(officer, rule_id=row.pk) if issue else row


def filled() -> Any:
    return world.make_return(make_object(region=COUNTY), **ROW)


def on_record(ret: Any) -> list[str]:
    """Severities of the rule's verdicts as the entry page is told them."""
    ret.refresh_from_db()
    return [one.severity for one in return_check(CLERK, return_id=ret.id).verdicts if one.rule == NUMBER]


def in_set() -> list[str]:
    shard_check(CLERK, shard=COUNTY)
    return list(
        Finding.objects.filter(rule=NUMBER).exclude(state="cleared").values_list("severity", flat=True)
    )


def in_browser() -> list[dict[str, Any]]:
    return [one for one in form_in_force("G102").payload()["checks"] if one["rule"] == NUMBER]


def save(ret: Any, **values: Any) -> None:
    ret.refresh_from_db()
    return_save(CLERK, return_id=ret.id, values=ret.values | values, base_version=ret.version_no)


def test_unchanged_they_are_the_forms_own(office: Any) -> None:
    assert form_in_force("G102") is load().forms["G102"]
    ret = filled()
    assert (on_record(ret), in_set()) == (["error"], ["error"])
    line = next(
        one for one in queries.rule_lines(make_scope("city_officer", "330800000000")) if one.number == NUMBER
    )
    assert (line.family, line.state, line.hits, line.version.version) == (FAMILY, "force", 1, 1)
    assert "cod_discharge_t <= cod_generation_t" in line.expression
    found = queries.narrowed([line], {"q": "cod_generation_t", "family": FAMILY, "level": "entry"})
    assert found == [line]


def test_another_severity_needs_no_cases(office: Any) -> None:
    before = packed(form_in_force("G102")).digest
    revised(office, severity="warning")
    ret = filled()
    assert (on_record(ret), in_set()) == (["warning"], ["warning"])
    assert [one["severity"] for one in in_browser()] == ["warning"]
    assert packed(form_in_force("G102")).digest != before
    assert form_in_force("G102") is form_in_force("G102"), "the same object while nothing changes"


def test_resting_while_filling_but_not_in_runs(office: Any) -> None:
    revised(office, levels=["county"])
    ret = filled()
    assert (on_record(ret), in_browser(), in_set()) == ([], [], ["error"])
    save(ret, water_intake_m3=5)
    assert Finding.objects.get(rule=NUMBER).state == "open", (
        "a save leaves what a run found while the fault is there"
    )
    save(ret, outlets=[{"_k": 1, "cod_generation_t": 12, "cod_discharge_t": 11}])
    assert Finding.objects.get(rule=NUMBER).state == "cleared"


def test_turned_off(office: Any) -> None:
    ret = filled()
    assert in_set() == ["error"]
    row = RuleVersion.objects.get(number=NUMBER)
    services.rule_retire(office[1], rule_id=row.pk, reason="never right")
    assert (on_record(ret), in_browser()) == ([], [])
    save(ret, water_intake_m3=5)
    assert Finding.objects.get(rule=NUMBER).state == "cleared"
    assert in_set() == []


def test_another_expression_with_a_threshold(office: Any) -> None:
    text = {"rule": "cod_discharge_t <= cod_generation_t * $share", "params": [("share", "0.5")]}
    with pytest.raises(ValidationError):
        revised(office, **text)  # another text shows its three cases
    RuleVersion.objects.filter(state="draft").delete()
    row = revised(office, cases=CASES, **text)
    check = check_of(row.spec())
    ret = world.make_return(
        make_object(region=COUNTY), outlets=[{"_k": 1, "cod_generation_t": 10, "cod_discharge_t": 6}]
    )
    assert (on_record(ret), in_set()) == (["error"], ["error"])
    assert [one["tree"] for one in in_browser()] == [check.node.to_json()]
    save(ret, outlets=[{"_k": 1, "cod_generation_t": 10, "cod_discharge_t": 4}])
    assert (on_record(ret), in_set()) == ([], [])


def test_a_province_sharpens_a_threshold(office: Any) -> None:
    revised(
        office, rule="cod_discharge_t <= cod_generation_t * $share", params=[("share", "0.9")], cases=CASES | {
            "pass": "outlets: [{cod_generation_t: 10, cod_discharge_t: 8}]",
            "fail": "outlets: [{cod_generation_t: 10, cod_discharge_t: 9.5}]",
        },
    )  # fmt: skip
    writer, officer = (
        make_scope("rule_writer", "330000000000"),
        make_scope("province_officer", "330000000000"),
    )
    national = RuleVersion.objects.filter(number=NUMBER).latest("version")
    draft = services.rule_adapt(writer, rule_id=national.pk)
    draft.params, draft.cases = [["share", "0.5"]], CASES
    draft.save()
    RuleTrial.objects.create(rule=draft, region=draft.region, digest=draft.digest)
    services.rule_issue(officer, rule_id=draft.pk)
    for discharge in (6, 9.5):
        world.make_return(
            make_object(region=COUNTY),
            outlets=[{"_k": 1, "cod_generation_t": 10, "cod_discharge_t": discharge}],
        )
    shard_check(CLERK, shard=COUNTY)
    assert sorted(Finding.objects.values_list("rule", "value").filter(rule__startswith=NUMBER)) == [
        (NUMBER, "9.5"),
        (f"{NUMBER}-33", "6"),
    ]


def test_a_rule_of_a_form_stays_with_its_form(office: Any) -> None:
    with pytest.raises(ValidationError):
        revised(office, form="G101-1")
    with pytest.raises(ValidationError):
        revised(office, family="logic")


def test_the_page_is_given_the_rules_in_force(office: Any) -> None:
    revised(office, severity="warning")
    client = signed_in(make_person("county_officer", COUNTY).username)
    digest = packed(form_in_force("G102")).digest
    checks = client.get(f"/entry/rules/G102/{digest}/").json()["checks"]
    assert [one["severity"] for one in checks if one["rule"] == NUMBER] == ["warning"]
    old = packed(load().forms["G102"]).digest
    assert client.get(f"/entry/rules/G102/{old}/").status_code == 404
