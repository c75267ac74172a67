"""The catalogue of audit rules (review.md section 7) and their binding to the form definitions. No Django.

``catalogue/rules.tsv`` is the list of all rules: number, what is a violation in symbolic words, severity, messages,
source, status (V the check was seen in a source text, S it follows from a structure that was seen, R
reconstructed). ``catalogue/*.yaml`` binds a rule to real items, either by an expression of the rule language that
must hold, or by naming the checks of the form definitions that already say the same. ``unbound.yaml`` says
why a rule has no binding. Thresholds are named parameters, written ``$name`` in the expression.
"""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Any

import yaml

from sources.forms.binding import Binder
from sources.forms.catalogue import DEFINITIONS, load
from sources.forms.model import Catalogue, Check, DefinitionFault, Form, Text
from sources.forms.reading import read_folder

FOLDER = Path(__file__).parent / "catalogue"
CLASSES = ("completeness", "format", "logic", "cross-form", "cross-database", "outlier")
_CLASS_OF = dict(zip("CFLXDO", CLASSES, strict=True))
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

    @property
    def expression(self) -> str:
        """The rule text with its parameters filled in."""
        return Template(self.rule).substitute(self.params)


@dataclass(frozen=True, slots=True)
class AuditRule:
    """One rule of the catalogue. Exactly one of *binding* and *unbound* (the reason) is there."""

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
    unbound: str


@dataclass(frozen=True)
class AuditRules:
    """All rules, and the checks of those that are bound by an expression, by form code.

    *local* and *crossing* are the forms with only those checks that read the form alone, or the object's other
    forms too; rules that look at other objects run over counties only.
    """

    rules: Mapping[str, AuditRule]
    checks: Mapping[str, tuple[Check, ...]]
    covers: Mapping[str, str]  # check of a form definition -> number of the catalogue rule
    local: Mapping[str, Form]
    crossing: Mapping[str, Form]

    @cached_property
    def crossing_rules(self) -> Mapping[str, str]:
        """Number of a crossing rule -> its form."""
        return {check.rule: code for code, form in self.crossing.items() for check in form.checks}


class RuleFileError(ValueError):
    """Rule files that cannot be used, with all their faults."""


@lru_cache(maxsize=1)
def audit_rules() -> AuditRules:
    """The catalogue, read and bound once a process. Raises RuleFileError with every fault of every file."""
    found, faults = read_rules(FOLDER)
    if faults:
        raise RuleFileError("\n".join(map(str, faults)))
    return found


@lru_cache(maxsize=1)
def full_catalogue() -> Catalogue:
    """The form catalogue with the checks of this catalogue added: what a run over a county evaluates."""
    catalogue, checks = load(), audit_rules().checks
    forms = {
        code: dataclasses.replace(form, checks=form.checks + checks.get(code, ()))
        for code, form in catalogue.forms.items()
    }
    return dataclasses.replace(catalogue, forms=MappingProxyType(forms))


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
                    unbound=reasons.get(number, ""),
                )
        for number in bindings.keys() | reasons.keys():
            if number not in rules:
                self.fault("rules.tsv", number, "unknown-rule", "bound or excused, but not in the list")
        for number in rules:
            if (number in bindings) == (number in reasons):
                message = "needs either a binding or a reason in unbound.yaml, not both and not neither"
                self.fault("rules.tsv", number, "no-binding", message)
        covers = {
            check: number
            for number, binding in bindings.items()
            for check in binding.covered_by
            if number in rules
        }
        checks = self.checks(rules)
        return AuditRules(
            rules=MappingProxyType(rules),
            checks=checks,
            covers=MappingProxyType(covers),
            local=_forms_with(checks, lambda check: check.kind == "logic"),
            crossing=_forms_with(checks, lambda check: check.kind == "cross" and not check.area),
        )

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
        binder = Binder.of(read_folder(DEFINITIONS))
        found: dict[str, list[Check]] = {}
        for rule in rules.values():
            binding = rule.binding
            if binding is None or not binding.rule:
                continue
            if binding.form not in load().forms:
                self.fault("bindings", rule.number, "unknown-form", f"there is no form {binding.form}")
                continue
            try:
                text = binding.expression
            except (KeyError, ValueError) as error:
                self.fault("bindings", rule.number, "params", f"parameter missing or malformed: {error}")
                continue
            bound = binder.bind("bindings", rule.number, text, binding.form)
            if bound is None:
                continue
            facts = bound.facts
            names = facts.indicators + tuple(f"{form}.{item}" for form, item in facts.elsewhere)
            kind = "cross" if facts.forms or facts.area else "logic"
            check = Check(
                *(rule.number, rule.severity, kind, facts.section),
                *(names, rule.message, bound.node, facts.area),
            )
            found.setdefault(binding.form, []).append(check)
        self.faults += binder.reading.faults
        return MappingProxyType({code: tuple(checks) for code, checks in found.items()})


def _forms_with(
    checks: Mapping[str, tuple[Check, ...]], wanted: Callable[[Check], bool]
) -> Mapping[str, Form]:
    forms = load().forms
    chosen = {code: tuple(filter(wanted, some)) for code, some in checks.items()}
    return {code: dataclasses.replace(forms[code], checks=some) for code, some in chosen.items() if some}


def _load(path: Path) -> Any:
    with open(path, encoding="utf-8") as text:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
