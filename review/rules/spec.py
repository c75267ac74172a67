"""One rule as it is written, and the check it becomes. Pure.

Thresholds stand in the text as ``$name`` and are filled in before the text is parsed; faults are told at their
place in the text as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import Template
from typing import Any

from sources.forms.binding import Binder, FormScope
from sources.forms.catalogue import shipped
from sources.forms.model import Check, Text
from sources.language import Node, RuleError, RuleFault, bind
from sources.language.nodes import BOOL

ENTRY = "entry"
LEVELS = (ENTRY, "county", "city", "province", "nation")  # typing, and the runs of each office
ALL_LEVELS = frozenset(LEVELS)


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """A rule to run. *rule* must hold; *params*: name and value of each ``$name``; *base*: the national rule whose
    thresholds it sharpens; *levels*: where it is at work."""

    number: str
    form: str
    rule: str
    params: tuple[tuple[str, Any], ...]
    severity: str
    message: Text
    levels: frozenset[str] = ALL_LEVELS
    base: RuleSpec | None = None

    @property
    def expression(self) -> str:
        """The rule with its thresholds filled in. Raises KeyError or ValueError for a ``$name`` that has none."""
        return Template(self.rule).substitute(dict(self.params))


@lru_cache(maxsize=1)
def binder() -> Binder:
    """What rules are bound with: the definitions of all forms, read once a process."""
    return Binder.of(shipped())


def check_of(spec: RuleSpec) -> Check:
    """The bound check. Raises RuleError with every fault, at its place in ``spec.rule``.

    A rule with a *base* fails only where the base does not: what the base finds is found once.
    """
    text, places = _filled(spec.rule, dict(spec.params))
    known = binder()
    try:
        bound = bind(text, FormScope(known.reading, spec.form, known.kinds, known.many))
    except RuleError as error:
        raise RuleError([_at_home(fault, text, places) for fault in error.faults]) from None
    facts = bound.facts
    node = bound.node
    if spec.base is not None:
        node = Node("or", (Node("not", (check_of(spec.base).node,), BOOL), node), BOOL)
    names = facts.indicators + tuple(f"{form}.{item}" for form, item in facts.elsewhere)
    kind = "cross" if facts.forms or facts.area else "logic"
    return Check(spec.number, spec.severity, kind, facts.section, names, spec.message, node, facts.area)


def names_in(text: str) -> tuple[str, ...]:
    """The ``$names`` of a rule text, in order, each once."""
    found = (match["named"] or match["braced"] for match in Template.pattern.finditer(text))
    return tuple(dict.fromkeys(filter(None, found)))


def _filled(rule: str, params: Mapping[str, Any]) -> tuple[str, list[int]]:
    """The text with thresholds filled in, and for each of its characters the place in *rule*."""
    parts: list[str] = []
    places: list[int] = []
    done, faults = 0, []

    def put(text: str, at: range) -> None:
        parts.append(text)
        places.extend(at)

    for match in Template.pattern.finditer(rule):
        put(rule[done : match.start()], range(done, match.start()))
        done = match.end()
        name = match["named"] or match["braced"]
        if name is None or str(params.get(name, "")).strip() == "":
            message = f"{name or match.group()} has no value"
            faults.append(RuleFault("no-threshold", message, match.start()))
            continue
        value = str(params[name])
        put(value, [match.start()] * len(value))
    put(rule[done:], range(done, len(rule)))
    if faults:
        raise RuleError(faults)
    return "".join(parts), places


def _at_home(fault: RuleFault, text: str, places: list[int]) -> RuleFault:
    """The fault at its place in the text as written. Python counts bytes in trees, characters in syntax errors."""
    lead = len(text) - len(text.lstrip())
    at = fault.at
    if fault.code != "syntax":
        at = len(text.strip().encode()[:at].decode(errors="ignore"))
    at = min(lead + at, len(places) - 1)
    return RuleFault(fault.code, fault.message, places[at] if places else 0)
