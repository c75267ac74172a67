"""What is wrong with a rule as it is typed: faults with their place, and whether its three cases come out. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import yaml

from census import declarations
from review.rules.cases import BLANK_FAILS, CASES, EvaluatorsDiffer, cases_right
from review.rules.spec import RuleSpec, check_of
from sources.forms.catalogue import load
from sources.forms.model import Catalogue, Check
from sources.language import RuleError, RuleFault

CASE_LIMIT = 20_000  # characters


@dataclass(frozen=True, slots=True)
class Trying:
    """*check*: bound, None with *faults*. *cases*: name -> comes out as named; a name with a fault stands in
    *case_faults* with its words instead."""

    check: Check | None
    faults: tuple[RuleFault, ...] = ()
    cases: Mapping[str, bool] = field(default_factory=dict)
    case_faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Ready to be put in force, as far as the text and its cases tell."""
        return self.check is not None and all(self.cases.get(name) for name in CASES)


def try_rule(spec: RuleSpec, cases: Mapping[str, str]) -> Trying:
    """Bind *spec* and run its *cases* (YAML as typed, by name)."""
    if spec.form not in load().forms:
        return Trying(None, (RuleFault("unknown-form", f"{spec.form} is not a form"),))
    try:
        check = check_of(spec)
    except RuleError as error:
        return Trying(None, error.faults)
    read: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name in CASES:
        try:
            read[name] = read_case(name, cases.get(name, ""))
        except ValueError as error:
            faults[name] = str(error)
    catalogue = catalogue_with(spec.form, check)
    found: dict[str, bool] = {}
    for name, case in read.items():
        try:
            found[name] = cases_right(spec.form, {spec.number}, {name: case}, catalogue)[name]
        except (KeyError, TypeError, ValueError, AttributeError, EvaluatorsDiffer) as error:
            faults[name] = f"{type(error).__name__}: {error}"
    return Trying(check, (), found, faults)


def read_case(name: str, text: str) -> Any:
    """The case as values. Raises ValueError with a code of what is wrong (see ``words.CASE_FAULTS``)."""
    text = text.strip()
    if name == "blank" and text == BLANK_FAILS:
        return BLANK_FAILS
    if not text:
        raise ValueError("empty")
    if len(text) > CASE_LIMIT:
        raise ValueError("too-long")
    try:
        case = declarations.parse(text)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"yaml:{mark.line + 1}" if mark else "yaml:1") from error
    if not isinstance(case, dict):
        raise ValueError("no-mapping")
    return case


def catalogue_with(form: str, *checks: Check) -> Catalogue:
    """The form catalogue in which *form* has just *checks*, and the other forms none."""
    forms = {code: dataclasses.replace(one, checks=()) for code, one in load().forms.items()}
    forms[form] = dataclasses.replace(forms[form], checks=checks)
    return dataclasses.replace(load(), forms=MappingProxyType(forms))
