"""Words and marks of review on pages."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from review.problems.models import Problem
from review.problems.reasons import reason_text
from sources.forms.catalogue import load

register = template.Library()

# state -> (kind of ui/state.html, icon)
STATE_LOOK = {
    "draft": ("", "pencil"),
    "issued": ("warn", "send"),
    "received": ("warn", "inbox"),
    "assigned": ("busy", "user"),
    "answered": ("busy", "message-check"),
    "county_checked": ("busy", "check"),
    "city_checked": ("busy", "checks"),
    "closed": ("good", "circle-check"),
}
PROBLEM_STATES = dict(Problem.State.choices)
SEVERITIES = {"error": _("Error"), "warning": _("Warning"), "info": _("For information")}
SEVERITY_LOOK = {
    "error": ("bad", "alert-octagon"),
    "warning": ("warn", "alert-triangle"),
    "info": ("", "info-circle"),
}
LEVELS = {0: _("Nation"), 1: _("Province"), 2: _("City"), 3: _("County")}
MARKS = {
    "object_removed": _("The object was removed from the register."),
    "cleared_before_issue": _("The rule already passed when the list was issued."),
    "changed_before_issue": _("The value had changed between the finding and the issue."),
    "fails_again": _("The rule fails again after the answer."),
    "changed_after_answer": _("The form was changed after the answer."),
    "accounted": _("The emissions were computed anew since the form was changed."),
}


@lru_cache(maxsize=256)
def _badge(language: str, look: tuple[str, str], text: Any) -> SafeString:
    """The same few badges stand in every row of long lists: made once a language."""
    kind, icon_name = look
    with override(language):
        return render_to_string("ui/state.html", {"kind": kind, "icon_name": icon_name, "text": str(text)})


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """State of a problem row, with its icon."""
    return _badge(
        get_language() or "zh-hans", STATE_LOOK.get(state, ("", "")), PROBLEM_STATES.get(state, state)
    )


@register.simple_tag
def severity_badge(severity: str) -> SafeString:
    """Severity of a rule's hit, with its icon."""
    look = SEVERITY_LOOK.get(severity, ("", ""))
    return _badge(get_language() or "zh-hans", look, SEVERITIES.get(severity, severity))


@register.filter
def severity_name(severity: str) -> Any:
    return SEVERITIES.get(severity, severity)


@register.filter
def level_name(level: int) -> Any:
    return LEVELS.get(level, level)


@register.filter
def reason_words(code: str) -> str:
    """A coded reason of an answer in words."""
    return reason_text(code)


@register.filter
def mark_text(mark: str) -> Any:
    return MARKS.get(mark, mark)


@register.filter
def form_title(code: str) -> str:
    """Code and title of a form in the running language."""
    form = load().forms.get(code)
    return f"{code} {form.title.get(get_language() or 'zh')}" if form else code


@register.filter
def item_label(thing: Any) -> str:
    """The questioned item of a problem or finding in words: table and row, then the item's number and label."""
    form = load().forms.get(thing.form)
    if form is None or not thing.indicator:
        return ""
    indicator = form.indicators.get(thing.indicator)
    number = f"{indicator.code} " if indicator and indicator.code else ""
    path = f"{thing.row}/{thing.indicator}" if thing.row else thing.indicator
    return number + form.label(path, get_language() or "zh")


@register.filter
def item_unit(thing: Any) -> str:
    """Unit of the questioned item, blank where it has none."""
    form = load().forms.get(thing.form)
    indicator = form.indicators.get(thing.indicator) if form else None
    return indicator.unit.get(get_language() or "zh") if indicator and indicator.unit else ""


@register.filter
def percent(share: float | None) -> str:
    """A share as per cent with one decimal; a dash where there is nothing to divide by."""
    return "–" if share is None else f"{share * 100:.1f}%"


MOVES = {
    "issue": _("issued"),
    "receive": _("received"),
    "assign": _("assigned"),
    "correct": _("answered: corrected"),
    "explain": _("answered: confirmed correct"),
    "reject": _("answered: false alarm"),
    "remove": _("answered: object removed"),
    "withdraw": _("took the answer back"),
    "check": _("accepted"),
    "close": _("accepted and closed"),
    "send_back": _("sent back"),
    "reopen": _("reopened"),
    "undo": _("took the last step back"),
}
FAMILIES = {
    "completeness": _("Completeness"),
    "format": _("Format and codes"),
    "logic": _("Logic within a form"),
    "cross-form": _("Across forms"),
    "cross-database": _("Across databases"),
    "outlier": _("Outliers"),
    "accounting": _("Results of the accounting"),
    "macro": _("Totals of places"),
    "sudden": _("Sudden change"),
    "form": _("Rules of the forms"),
}


@register.filter
def move_name(action: str) -> Any:
    return MOVES.get(action, action)


@register.filter
def family_name(family: str) -> Any:
    return FAMILIES.get(family, family)


@register.filter
def split(text: str) -> list[str]:
    """Words of a text, to walk over a short fixed list in a template."""
    return text.split()


@register.filter
def value_words(thing: Any, text: str) -> str:
    """A stored value of the questioned item as people read it: yes or no, the words of a choice, else the text."""
    form = load().forms.get(thing.form)
    indicator = form.indicators.get(thing.indicator) if form else None
    if indicator is None or not text:
        return text
    if indicator.type == "boolean":
        return str({"true": _("Yes"), "false": _("No")}.get(text, text))
    if not indicator.choices:
        return text
    named = {choice.code: choice.en if get_language() == "en" else choice.zh for choice in indicator.choices}
    codes = [part.strip(' "') for part in text.strip("[]").split(",")] if text.startswith("[") else [text]
    return "; ".join(f"{code} {named[code]}" if code in named else code for code in codes)


@register.filter
def ladder_cells(states: Any, place: Any) -> list[tuple[str, int]]:
    """(state, count) of a place in the order of *states* (pairs of code and label)."""
    return [(code, place.counts.get(code, 0)) for code, _label in states]
