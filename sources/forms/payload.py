"""A form as the browser checks it: item types, conditions, and the checks as trees for static/js/rules.js."""

from __future__ import annotations

from typing import Any

from sources.forms.model import Check, Form, Indicator, Section
from sources.forms.values import MESSAGES


def payload(form: Form) -> dict[str, Any]:
    """Plain JSON: ``sections``, ``checks``, and ``faults``, the texts for what is no value, by code. Texts are
    ``{zh, en}``."""
    return {
        "code": form.code,
        "version": form.version,
        "sections": [_section(form, section) for section in form.sections],
        "checks": [check_payload(check) for check in form.checks],
        "faults": {code: text._asdict() for code, text in MESSAGES.items()},
    }


def check_payload(check: Check) -> dict[str, Any]:
    """One check: its identity, messages and tree."""
    return {
        "rule": check.rule,
        "severity": check.severity,
        "kind": check.kind,
        "section": check.section,
        "indicators": list(check.indicators),
        "zh": check.message.zh,
        "en": check.message.en,
        "tree": check.node.to_json(),
    }


def _section(form: Form, section: Section) -> dict[str, Any]:
    """``applies``: a tree, or null for always."""
    applies = form.applies.get(section.id)
    return {
        "id": section.id,
        "repeat": section.repeat,
        "applies": applies.to_json() if applies else None,
        "items": [_item(form, item) for item in section.indicators],
    }


def _item(form: Form, item: Indicator) -> dict[str, Any]:
    """``required``: true, false or a tree; ``codes``: the order in which a multiple choice is written."""
    condition = form.required_when.get(item.id)
    found: dict[str, Any] = {
        "id": item.id,
        "type": item.type,
        "required": condition.to_json() if condition else bool(item.required),
    }
    if item.type == "multichoice":
        found["codes"] = [choice.code for choice in item.choices]
    return found
