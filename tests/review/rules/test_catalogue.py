"""Every rule of the catalogue is bound and proven by three cases, or excused with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from review.rules import catalogue
from review.rules.cases import CASES, cases_right
from review.rules.catalogue import FOLDER, AuditRule, audit_rules, full_catalogue, read_rules
from review.rules.unbound import page

RULES = [rule for rule in audit_rules().rules.values() if rule.binding]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.number)
def test_cases(rule: AuditRule) -> None:
    """A passing, a failing and a blank case, on the record and set-wise alike."""
    binding = rule.binding
    numbers = set(binding.covered_by) or {rule.number}
    assert cases_right(binding.form, numbers, binding.cases, full_catalogue()) == dict.fromkeys(CASES, True)


def test_every_rule_is_bound_or_excused() -> None:
    rules = audit_rules().rules
    assert len(rules) == 296
    assert all([bool(r.binding), bool(r.compared), bool(r.unbound)].count(True) == 1 for r in rules.values())
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
        (
            "C002: {form: G102, rule: outlet_count > $low, cases: {pass: {}, fail: {}, blank: {}}}",
            "no-threshold",
        ),
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
