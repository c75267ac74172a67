"""The catalogue of audit rules (review.md section 7) and their binding to the form definitions. No Django.

``catalogue/rules.tsv`` is the list of all rules: number, what is a violation in symbolic words, severity, messages,
source, status (V the check was seen in a source text, S it follows from a structure that was seen, R
reconstructed). ``catalogue/*.yaml`` binds a rule to real items, either by an expression of the rule language that
must hold, or by naming the checks of the form definitions that already say the same. ``unbound.yaml`` says
why a rule has no binding. Thresholds are named parameters, written ``$name`` in the expression.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from census import declarations
from review.comparisons.spec import comparisons
from review.rules.sets import RuleSet
from review.rules.spec import RuleSpec, check_of
from sources.forms.catalogue import load
from sources.forms.model import Catalogue, Check, DefinitionFault, Text
from sources.language import RuleError

FOLDER = Path(__file__).parent / "catalogue"
CLASSES = ("completeness", "format", "logic", "cross-form", "cross-database", "outlier")
_CLASS_OF = dict(zip("CFLXDO", CLASSES, strict=True))
LETTERS = {family: letter for letter, family in _CLASS_OF.items()}
_SEVERITY = {"E": "error", "W": "warning", "I": "info"}
_KEYS = {"form", "rule", "params", "covered_by", "note", "cases"}


@dataclass(frozen=True, slots=True)
class Binding:
    """What makes a rule run: *rule* with *params* on *form*, or the form checks in *covered_by*.

    *cases*: pass, fail and blank documents ``{form: [values, …]}`` that the tests run.
    """

    form: str
    rule: str
    params: Mapping[str, Any]
    covered_by: tuple[str, ...]
    note: str
    cases: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditRule:
    """One rule of the catalogue. Exactly one of *binding*, *compared* (numbers of the comparisons with other figures
    that are the rule) and *unbound* (the reason) is there."""

    number: str
    family: str
    source_category: str
    forms: str
    violation: str
    severity: str
    message: Text
    sources: tuple[str, ...]
    status: str
    binding: Binding | None
    compared: tuple[str, ...]
    unbound: str

    @property
    def spec(self) -> RuleSpec | None:
        """What runs, for a rule bound by an expression."""
        binding = self.binding
        if binding is None or not binding.rule:
            return None
        params = tuple(binding.params.items())
        return RuleSpec(self.number, binding.form, binding.rule, params, self.severity, self.message)


@dataclass(frozen=True)
class AuditRules:
    """All rules, and the set of those that are bound by an expression."""

    rules: Mapping[str, AuditRule]
    covers: Mapping[str, str]  # check of a form definition -> number of the catalogue rule
    set: RuleSet


class RuleFileError(ValueError):
    """Rule files that cannot be used, with all their faults."""


@lru_cache(maxsize=1)
def audit_rules() -> AuditRules:
    """The catalogue, read and bound once a process. Raises RuleFileError with every fault of every file."""
    found, faults = read_rules(FOLDER)
    if faults:
        raise RuleFileError("\n".join(map(str, faults)))
    return found


def full_catalogue() -> Catalogue:
    """The form catalogue with the checks of the shipped rules added."""
    return audit_rules().set.catalogue()


def read_rules(folder: Path) -> tuple[AuditRules, list[DefinitionFault]]:
    """All rules of *folder* and every fault found in it."""
    reader = _Reader(folder)
    return reader.read(), reader.faults


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[DefinitionFault] = []
        self.own_checks = {check.rule for form in load().forms.values() for check in form.checks}

    def fault(self, file: str, path: str, code: str, message: str) -> None:
        self.faults.append(DefinitionFault(file, path, code, message))

    def read(self) -> AuditRules:
        bindings = self.bindings()
        reasons = self.reasons()
        compared = _compared()
        rules: dict[str, AuditRule] = {}
        with open(self.folder / "rules.tsv", encoding="utf-8", newline="") as lines:
            for line in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                number = line["rule_id"]
                rules[number] = AuditRule(
                    number=number,
                    family=_CLASS_OF[line["category"]],
                    source_category=line["source_category"],
                    forms=line["form"],
                    violation=line["violation_when"],
                    severity=_SEVERITY[line["severity"]],
                    message=Text(line["message_zh"], line["message_en"]),
                    sources=tuple(line["source"].split(",")),
                    status=line["status"],
                    binding=bindings.get(number),
                    compared=compared.get(number, ()),
                    unbound=reasons.get(number, ""),
                )
        for number in bindings.keys() | reasons.keys() | compared.keys():
            if number not in rules:
                self.fault("rules.tsv", number, "unknown-rule", "bound or excused, but not in the list")
        for number in rules:
            if sum(number in known for known in (bindings, compared, reasons)) != 1:
                message = "needs just one of a binding, a comparison, and a reason in unbound.yaml"
                self.fault("rules.tsv", number, "no-binding", message)
        covers = {
            check: number
            for number, binding in bindings.items()
            for check in binding.covered_by
            if number in rules
        }
        return AuditRules(MappingProxyType(rules), MappingProxyType(covers), RuleSet(self.checks(rules)))

    def bindings(self) -> dict[str, Binding]:
        found: dict[str, Binding] = {}
        for path in sorted(self.folder.glob("*.yaml")):
            if path.name == "unbound.yaml":
                continue
            for number, spec in (_load(path) or {}).items():
                if not isinstance(spec, dict) or set(spec) - _KEYS or "form" not in spec:
                    self.fault(path.name, number, "shape", f"a binding has the keys {sorted(_KEYS)}")
                    continue
                if bool(spec.get("rule")) == bool(spec.get("covered_by")):
                    self.fault(path.name, number, "shape", "a binding has either rule or covered_by")
                    continue
                if number in found:
                    self.fault(path.name, number, "duplicate-rule", "bound twice")
                for check in spec.get("covered_by", ()):
                    if check not in self.own_checks:
                        self.fault(path.name, number, "unknown-check", f"no form has the check {check}")
                if set(spec.get("cases", ())) != {"pass", "fail", "blank"}:
                    self.fault(path.name, number, "cases", "needs a passing, a failing and a blank case")
                found[number] = Binding(
                    form=spec["form"],
                    rule=" ".join(str(spec.get("rule", "")).split()),
                    params=MappingProxyType(spec.get("params", {})),
                    covered_by=tuple(spec.get("covered_by", ())),
                    note=spec.get("note", ""),
                    cases=MappingProxyType(spec.get("cases", {})),
                )
        return found

    def reasons(self) -> dict[str, str]:
        """unbound.yaml: a list of {reason, rules}."""
        found: dict[str, str] = {}
        for group in _load(self.folder / "unbound.yaml") or ():
            found |= dict.fromkeys(group["rules"], group["reason"])
        return found

    def checks(self, rules: Mapping[str, AuditRule]) -> Mapping[str, tuple[Check, ...]]:
        found: dict[str, list[Check]] = {}
        for rule in rules.values():
            spec = rule.spec
            if spec is None:
                continue
            if spec.form not in load().forms:
                self.fault("bindings", rule.number, "unknown-form", f"there is no form {spec.form}")
                continue
            try:
                found.setdefault(spec.form, []).append(check_of(spec))
            except RuleError as error:
                for fault in error.faults:
                    path = f"{rule.number} at {fault.at}"
                    self.fault("bindings", path, fault.code, f"{fault.message}: {spec.rule}")
        return MappingProxyType({code: tuple(checks) for code, checks in found.items()})


def _compared() -> dict[str, tuple[str, ...]]:
    """Rule of the list -> the comparisons that are it."""
    found: dict[str, tuple[str, ...]] = {}
    for one in comparisons().values():
        for number in one.covers:
            found[number] = (*found.get(number, ()), one.number)
    return found


def _load(path: Path) -> Any:
    with open(path, encoding="utf-8") as text:
        return declarations.parse(text)
