"""Every rule of the catalogue is bound and proven by three cases, or excused with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from review.rules import catalogue
from review.rules.catalogue import FOLDER, AuditRule, audit_rules, full_catalogue, read_rules
from review.rules.unbound import page
from sources.forms.catalogue import load
from sources.forms.check import check_record
from sources.forms.check_set import AreaIndex, Document, check_set

RULES = [rule for rule in audit_rules().rules.values() if rule.binding]
MINE, OTHER = "mine", "other"


def documents_of(rule: AuditRule, case: Any) -> tuple[list[Document], bool]:
    """The case's documents; keys of a case are form codes, or items of the rule's form."""
    forms = load().forms
    if not any(key in forms for key in case):
        case = {rule.binding.form: case}
    area = case.get("AREA", {})
    case = {key: values for key, values in case.items() if key != "AREA"}
    found = [Document(MINE, form, 1, keyed(values)) for form, values in case.items()]
    if rule.binding.form not in case:
        found.append(Document(MINE, rule.binding.form, 1, {}))
    return found + [Document(OTHER, form, 1, keyed(values)) for form, values in area.items()], bool(area)


def keyed(values: dict[str, Any]) -> dict[str, Any]:
    """Number the rows of tables."""
    return {
        key: [{"_k": at, **row} for at, row in enumerate(value, start=1)]
        if isinstance(value, list) and value and isinstance(value[0], dict)
        else value
        for key, value in values.items()
    }


def fails(rule: AuditRule, case: Any) -> bool:
    """Does the rule give a verdict on the case, on the record and set-wise alike?"""
    documents, with_area = documents_of(rule, case)
    wanted = set(rule.binding.covered_by) or {rule.number}
    objects = {name: {"id": name, "kind": "enterprise", "region": "330802001001"} for name in (MINE, OTHER)}
    by_form: dict[str, list[dict[str, Any]]] = {}
    for document in documents:
        if document.object_id == MINE:
            by_form.setdefault(document.form, []).append(document.values)
    form = full_catalogue().forms[rule.binding.form]
    area = AreaIndex(documents, objects).area(MINE, form) if with_area else None
    record = any(
        verdict.rule in wanted
        for values in by_form[form.code]
        for verdict in check_record(form.code, values, by_form, objects[MINE], area, form=form)
    )
    found = check_set(documents, objects, catalogue=full_catalogue()).verdicts()
    as_set = any(v.rule in wanted and documents[at].object_id == MINE for at, v in found)
    assert record == as_set, "the two evaluators differ"
    return record


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.number)
def test_cases(rule: AuditRule) -> None:
    cases = rule.binding.cases
    assert not fails(rule, cases["pass"]), "the passing case fails"
    assert fails(rule, cases["fail"]), "the failing case passes"
    if cases["blank"] == "fails":  # completeness: a blank is the violation
        assert fails(rule, {})
    else:
        assert not fails(rule, cases["blank"]), "a blank was taken for a value"


def test_every_rule_is_bound_or_excused() -> None:
    rules = audit_rules().rules
    assert len(rules) == 296
    assert all((rule.binding is None) == bool(rule.unbound) for rule in rules.values())
    assert len(RULES) >= 80


def test_unbound_page_is_current() -> None:
    assert (FOLDER.parent / "UNBOUND.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("C002: {form: G102}", "shape"),
        ("C002: {form: G102, rule: x == 1, wrong: 1}", "shape"),
        (
            "C002: {form: G102, rule: no_such_item == 1, cases: {pass: {}, fail: {}, blank: {}}}",
            "unknown-item",
        ),
        ("C002: {form: G999, rule: a == 1, cases: {pass: {}, fail: {}, blank: {}}}", "unknown-form"),
        (
            "C002: {form: G102, covered_by: [G102-R99], cases: {pass: {}, fail: {}, blank: {}}}",
            "unknown-check",
        ),
        ("C002: {form: G102, rule: outlet_count > 0, cases: {pass: {}}}", "cases"),
        ("C002: {form: G102, rule: outlet_count > $low, cases: {pass: {}, fail: {}, blank: {}}}", "params"),
        (
            "Z999: {form: G102, rule: outlet_count > 0, cases: {pass: {}, fail: {}, blank: {}}}",
            "unknown-rule",
        ),
    ],
)
def test_faults_of_rule_files(tmp_path: Path, text: str, code: str) -> None:
    header, *lines = (FOLDER / "rules.tsv").read_text(encoding="utf-8").splitlines(keepends=True)
    chosen = [line for line in lines if line.startswith("C002")]
    (tmp_path / "rules.tsv").write_text(header + "".join(chosen), encoding="utf-8")
    (tmp_path / "unbound.yaml").write_text("[]", encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    _rules, faults = read_rules(tmp_path)
    assert code in {fault.code for fault in faults}


def test_faults_stop_the_catalogue(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rules.tsv").write_text((FOLDER / "rules.tsv").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "unbound.yaml").write_text("[]", encoding="utf-8")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    with pytest.raises(catalogue.RuleFileError, match="C001"):
        audit_rules.__wrapped__()
