"""Words of the rule editor: levels, what is wrong with a rule text or a case."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.rules.spec import RuleSpec
from sources.language import RuleFault

_WORD = re.compile(r'[\w$.]+|"[^"]*"|\S+')
LEVEL_WORDS = {
    "entry": gettext_lazy("While filling (every save)"),
    "county": gettext_lazy("County runs"),
    "city": gettext_lazy("City runs"),
    "province": gettext_lazy("Provincial runs"),
    "nation": gettext_lazy("National runs"),
}
_FAULTS = {
    "arity": gettext_lazy("wrong number or kind of arguments"),
    "chained": gettext_lazy("a chained comparison: join the parts with “and”"),
    "empty": gettext_lazy("the rule is empty"),
    "grammar": gettext_lazy("not part of the rule language"),
    "needs-sum": gettext_lazy("has many rows or sheets: use sum, sum_where or count"),
    "nested-sum": gettext_lazy("a sum inside a sum"),
    "no-threshold": gettext_lazy("this threshold has no value in the table below"),
    "not-a-table": gettext_lazy("is not in a table"),
    "other-object": gettext_lazy("this form is never filled by the same object"),
    "own-form": gettext_lazy("items of the own form are written without the form"),
    "syntax": gettext_lazy("not a complete expression: a bracket, quote or operator is missing or too many"),
    "too-deep": gettext_lazy("nested too deeply"),
    "too-long": gettext_lazy("too long"),
    "two-tables": gettext_lazy("items of two different tables in one row rule"),
    "type": gettext_lazy("these kinds of values do not go together"),
    "unknown-choice": gettext_lazy("not among the choices of this item"),
    "unknown-form": gettext_lazy("there is no such form"),
    "unknown-function": gettext_lazy("there is no such function"),
    "unknown-item": gettext_lazy("there is no such item"),
    "unknown-table": gettext_lazy("there is no such table"),
}


def fault_words(fault: RuleFault, spec: RuleSpec) -> dict[str, Any]:
    """``{at, near, text, detail}``: the place, what stands there, and what is wrong in the reader's language."""
    near = _WORD.match(spec.rule, fault.at)
    return {
        "at": fault.at,
        "near": near.group()[:60] if near else "",
        "text": str(_FAULTS.get(fault.code, fault.message)),
        "detail": fault.message,
    }


def case_fault_words(code: str) -> str:
    """What is wrong with a case as typed."""
    if code == "empty":
        return _("Fill in this case.")
    if code == "too-long":
        return _("This case is too long.")
    if code == "no-mapping":
        return _("Write items and values, one a line: item: value")
    if code.startswith("yaml:"):
        return _("Line %(line)s cannot be read: item: value, tables as [{…}, {…}].") % {"line": code[5:]}
    return _("The case cannot be run: %(why)s") % {"why": code}
