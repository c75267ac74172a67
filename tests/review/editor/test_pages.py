"""Pages of the rule editor: what a writer sees while typing, keeping faulty drafts, the way into force, readers."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from review.editor.importing import rules_import
from review.editor.models import RuleTrial, RuleVersion
from review.editor.names import names_of
from tests.factories import COUNTY, NATION, PROVINCE, make_person, make_regions
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db
CASES = {"case_pass": "treated_wm3: 4", "case_fail": "treated_wm3: 6", "case_blank": "electricity_wkwh: 5"}


@pytest.fixture
def writer(db: None, settings: Any) -> Any:
    make_regions()
    return signed_in(make_person("rule_writer", NATION).username)


def begun(client: Any) -> RuleVersion:
    answer = client.post(reverse("rule_new"), {"family": "logic", "form": "J101-2"})
    assert answer.status_code == 302
    return RuleVersion.objects.get(state="draft")


def typed(row: RuleVersion, **more: Any) -> dict[str, Any]:
    facts = {"id": row.pk, "family": "logic", "form": "J101-2", "severity": "error", **CASES}
    facts |= {"rule": "treated_wm3 <= $most", "param_name": ["most", ""], "param_value": ["5", ""]}
    facts |= {"zh": "过大", "en": "too much", "source": "test", "levels": ["entry", "county"]}
    return facts | {"valid_from": "2018-01-01"} | more


def check(client: Any, row: RuleVersion, **more: Any) -> dict[str, Any]:
    return client.post(reverse("rule_check"), typed(row, **more)).json()


def test_typing(writer: Any) -> None:
    row = begun(writer)
    told = check(writer, row)
    assert (told["good"], told["faults"], told["thresholds"]) == (True, [], ["most"])
    assert [one["name"] for one in told["reads"]] == ["treated_wm3"]
    told = check(writer, row, rule="  treated_wm3 <=\r\n $most and 水量 > nonsens")
    assert [(f["at"], f["near"]) for f in told["faults"]] == [(28, "水量"), (33, "nonsens")]
    (fault,) = check(writer, row, rule="treated_wm3 <= $least")["faults"]
    assert (fault["at"], fault["near"]) == (15, "$least")
    assert check(writer, row, rule="treated_wm3 <=")["faults"][0]["text"]
    told = check(writer, row, case_fail="treated_wm3: 1", case_blank="- a", case_pass="{")
    assert [told["cases"][name]["good"] for name in ("pass", "fail", "blank")] == [False, False, False]
    assert check(writer, row, form="nonsense")["faults"][0]["at"] == 0


@pytest.mark.parametrize(
    "text", ["x: [", "treated_wm3: {a: 1}", "treated_wm3: abc", "J101-2: 5", "&a [*a]", "2018-01-01"]
)
def test_odd_cases_are_told_not_raised(writer: Any, text: str) -> None:
    told = check(writer, begun(writer), case_pass=text)
    assert told["cases"]["pass"]["text"]


def test_completion(writer: Any) -> None:
    names = writer.get(reverse("rule_names"), {"form": "G102"}).json()["names"]
    by_name = {one["name"]: one for one in names}
    assert by_name["water_intake_m3"]["label"]
    assert {"outlets", "G101_1", "sum()", "OBJECT.operating_status"} <= set(by_name)
    assert "N101_1" not in by_name, "a farm's form is never filled by the same object"
    other = writer.get(reverse("rule_names"), {"form": "G102", "of": "G101_1"}).json()["names"]
    assert "G101_1.industry_code_1" in {one["name"] for one in other}
    assert writer.get(reverse("rule_names"), {"form": "x"}).json() == {"names": []}
    assert names_of("G102", "en")[0]["label"] != names_of("G102", "zh")[0]["label"]


def test_a_faulty_draft_is_kept_and_the_way_into_force(writer: Any) -> None:
    row = begun(writer)
    edit = reverse("rule_edit", args=[row.pk])
    assert writer.post(edit, typed(row, rule="nonsense >")).status_code == 302
    row.refresh_from_db()
    assert (row.rule, row.params, row.levels) == ("nonsense >", [["most", "5"]], ["entry", "county"])
    page = writer.post(edit, typed(row, source="x" * 401))
    assert page.status_code == 200
    assert "treated_wm3 &lt;= $most" in page.content.decode(), "what was typed is still there"
    writer.post(edit, typed(row, seen=row.updated_at.isoformat()))
    page = writer.post(edit, typed(row, zh="旧", seen=row.updated_at.isoformat()))
    assert page.status_code == 200, "the draft had changed meanwhile"
    version = reverse("rule_version", args=[row.pk])
    assert writer.get(version).status_code == 200
    officer = signed_in(make_person("nation_officer", NATION).username)
    officer.post(reverse("rule_issue", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == "draft", "not tried yet"
    RuleTrial.objects.create(rule=row, region=NATION, digest=row.digest)
    assert writer.post(reverse("rule_issue", args=[row.pk])).status_code == 403
    officer.post(reverse("rule_issue", args=[row.pk]))
    row.refresh_from_db()
    assert (row.state, row.zh) == ("issued", "过大")
    assert officer.get(version).status_code == 200
    assert writer.get(edit).status_code == 302
    officer.post(reverse("rule_retire", args=[row.pk]), {"reason": " "})
    officer.post(reverse("rule_retire", args=[row.pk]), {"reason": "test"})
    row.refresh_from_db()
    assert (row.state, row.reason) == ("retired", "test")


def test_trial_runs_as_a_job(writer: Any, django_capture_on_commit_callbacks: Any) -> None:
    row = begun(writer)
    writer.post(reverse("rule_edit", args=[row.pk]), typed(row))
    writer.post(reverse("rule_try", args=[row.pk]))
    page = writer.get(reverse("rule_version", args=[row.pk])).content.decode()
    assert "job-" in page


def test_readers_see_what_is_in_force(writer: Any) -> None:
    rules_import()
    draft = begun(writer)
    clerk = signed_in(make_person("county_officer", COUNTY).username)
    page = clerk.get(reverse("rule_list"), {"q": "treated_wm3", "form": "J101-2"}).content.decode()
    assert "L096" in page
    assert clerk.get(reverse("rule_version", args=[draft.pk])).status_code == 404
    assert clerk.get(reverse("rule_retiring")).status_code == 200
    assert "rule-editor" not in page
    province = signed_in(make_person("rule_writer", PROVINCE).username)
    base = RuleVersion.objects.get(number="L096")
    answer = province.post(reverse("rule_adapt", args=[base.pk]))
    own = RuleVersion.objects.get(number="L096-33")
    assert answer["Location"] == reverse("rule_edit", args=[own.pk])
    page = province.get(answer["Location"]).content.decode()
    assert page.count("disabled") >= 3, "class, form and text stay the nation's"
    changed = typed(own, rule="1 > 0", param_name=["low", "high"], param_value=["0.3", "0.5"])
    province.post(answer["Location"], changed)
    own.refresh_from_db()
    assert (own.rule, own.params) == (base.rule, [["low", "0.3"], ["high", "0.5"]])
