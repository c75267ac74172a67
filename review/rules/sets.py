"""The rules at work at one place and time, as the evaluators take them. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from review.rules.spec import ALL_LEVELS, ENTRY
from sources.forms.catalogue import load
from sources.forms.model import Catalogue, Check, Form


@dataclass(frozen=True, eq=False)
class RuleSet:
    """Checks by form code, beside those the forms bring themselves.

    levels: number -> where the rule is at work, for those that are not everywhere. broken: number -> fault, of
    rules in force that do not fit the forms any more; they are not run. replaced: numbers of rules of the form
    definitions that have another version, or rest; what runs instead is among the checks. *local* and *crossing* are
    the forms with only those checks that read the form alone, or the object's other forms too; rules that look at
    other objects run over counties only.
    """

    checks: Mapping[str, tuple[Check, ...]]
    levels: Mapping[str, frozenset[str]] = field(default_factory=dict)
    broken: Mapping[str, str] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()

    @cached_property
    def local(self) -> Mapping[str, Form]:
        return self._with(lambda check: check.kind == "logic" and not self._of_form(check))

    @cached_property
    def crossing(self) -> Mapping[str, Form]:
        return self._with(lambda check: check.kind == "cross" and not check.area and not self._of_form(check))

    def form(self, code: str) -> Form:
        """The form with its own rules in force while filling: what a save and the entry page check."""
        if code not in self._forms:
            form = load().forms[code]
            more = tuple(check for check in self.checks.get(code, ()) if self._of_form(check))
            if more or any(check.rule in self.replaced for check in form.checks):
                form = dataclasses.replace(form, checks=self._kept(form) + more)
            self._forms[code] = form
        return self._forms[code]

    def _of_form(self, check: Check) -> bool:
        """Does it stand for a form's own rule, at work while filling?"""
        return check.rule in self.replaced and self.at_work(check.rule)

    def _kept(self, form: Form) -> tuple[Check, ...]:
        return tuple(check for check in form.checks if check.rule not in self.replaced)

    @cached_property
    def crossing_rules(self) -> Mapping[str, str]:
        """Number of a crossing rule -> its form."""
        return {check.rule: code for code, form in self.crossing.items() for check in form.checks}

    @cached_property
    def saved(self) -> Mapping[str, frozenset[str]]:
        """Form code -> rules that a save of the form decides: its own checks and those that read it alone."""
        found = {}
        for code, form in load().forms.items():
            local = self.local.get(code)
            checks = form.checks + (local.checks if local else ())
            elsewhere = {check.rule for check in self.checks.get(code, ()) if check.area}
            found[code] = frozenset(check.rule for check in checks if not check.area) - elsewhere
        return found

    def at_work(self, rule: str, level: str = ENTRY) -> bool:
        """Is the rule at work at *level*?"""
        return level in self.levels.get(rule, ALL_LEVELS)

    def resting(self, level: str) -> list[str]:
        """Rules that are in force but not at work at *level*: a run there leaves their findings as they are."""
        return sorted(number for number, levels in self.levels.items() if level not in levels)

    def catalogue(self, level: str | None = None) -> Catalogue:
        """The form catalogue with these checks added (those at work at *level*): what a run evaluates."""
        if level not in self._catalogues:
            kept = self._with(lambda check: level is None or self.at_work(check.rule, level))
            forms = dict(load().forms)
            for code, form in forms.items():
                more = kept[code].checks if code in kept else ()
                if more or any(check.rule in self.replaced for check in form.checks):
                    forms[code] = dataclasses.replace(form, checks=self._kept(form) + more)
            self._catalogues[level] = dataclasses.replace(load(), forms=MappingProxyType(forms))
        return self._catalogues[level]

    @cached_property
    def _forms(self) -> dict[str, Form]:
        return {}

    @cached_property
    def _catalogues(self) -> dict[str | None, Catalogue]:
        return {}

    def _with(self, wanted: Callable[[Check], bool]) -> Mapping[str, Form]:
        forms = load().forms
        chosen = {code: tuple(filter(wanted, some)) for code, some in self.checks.items()}
        return {code: dataclasses.replace(forms[code], checks=some) for code, some in chosen.items() if some}
