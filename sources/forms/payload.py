"""A form as the browser takes it: what to show, and the checks as trees for static/js/rules.js."""

from __future__ import annotations

from typing import Any

from sources.forms.model import Check, Form, Indicator


def payload(form: Form) -> dict[str, Any]:
    """Plain JSON. Texts are ``{zh, en}``; blanks of the definition are left out."""
    return {
        "code": form.code,
        "title": form.title._asdict(),
        "version": form.version,
        "layout": form.layout,
        "sections": [
            {
                "id": section.id,
                "title": section.title._asdict(),
                "repeat": section.repeat,
                "min_rows": section.min_rows,
                "max_rows": section.max_rows,
                "applies": form.applies[section.id].to_json() if section.id in form.applies else None,
                "indicators": [_indicator(form, item) for item in section.indicators],
            }
            for section in form.sections
        ],
        "checks": [check_payload(check) for check in form.checks],
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


def _indicator(form: Form, item: Indicator) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": item.code,
        "id": item.id,
        "label": item.label._asdict(),
        "type": item.type,
        "required": bool(item.required),
    }
    if item.id in form.required_when:
        found["required_when"] = form.required_when[item.id].to_json()
    if item.unit:
        found["unit"] = item.unit._asdict()
    if item.help:
        found["help"] = item.help._asdict()
    if item.decimals is not None:
        found["decimals"] = item.decimals
    if item.choices:
        found["choices"] = [
            {"code": choice.code, "zh": choice.zh, "en": choice.en} for choice in item.choices
        ]
    return found
