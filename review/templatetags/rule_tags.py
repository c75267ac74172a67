"""Words and marks of audit rules on pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from review.editor.words import LEVEL_WORDS
from review.templatetags.review_tags import _badge
from sources.forms.catalogue import load

register = template.Library()

STATES = {
    "force": (_("In force"), "good", "circle-check"),
    "issued": (_("In force"), "good", "circle-check"),
    "draft": (_("Draft"), "busy", "pencil"),
    "coming": (_("Begins later"), "busy", "calendar-event"),
    "superseded": (_("Superseded"), "", "history"),
    "resting": (_("Period over"), "", "calendar-off"),
    "retired": (_("Retired"), "", "archive"),
    "unbound": (_("Does not run yet"), "", "info-circle"),
}
FIELDS = {
    "form": _("Form"),
    "rule": _("Condition that must hold"),
    "params": _("Thresholds"),
    "severity": _("Severity"),
    "zh": _("Message in Chinese"),
    "en": _("Message in English"),
    "source": _("Legal basis or source"),
    "levels": _("At work"),
    "period": _("Period"),
}
SORTS = {"number": _("By number"), "hits": _("Most hits first"), "answers": _("Most answers first")}


@register.simple_tag
def rule_state(state: str) -> SafeString:
    """State of a rule, with its icon."""
    text, kind, icon_name = STATES.get(state, (state, "", ""))
    return _badge(get_language() or "zh-hans", (kind, icon_name), text)


@register.filter
def rule_state_name(state: str) -> Any:
    return STATES[state][0] if state in STATES else state


@register.filter
def rule_field(name: str) -> Any:
    return FIELDS.get(name, name)


@register.filter
def rule_sort(name: str) -> Any:
    return SORTS.get(name, name)


@register.filter
def level_word(level: str) -> Any:
    return LEVEL_WORDS.get(level, level)


@register.filter
def item_words(place: dict[str, Any]) -> str:
    """The questioned item of an example in words, with its row."""
    form = load().forms.get(place["form"])
    if form is None:
        return str(place["indicator"])
    path = "/".join(part for part in (place["row"], place["indicator"]) if part)
    return form.label(path, get_language() or "zh") if path else ""
