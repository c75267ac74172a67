"""Scores in words, in the language of the reader or of the list."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from review.selective.models import Score
from sources.forms.catalogue import load
from sources.objects.kinds import SIZES


def item_words(place: dict[str, Any], language: str) -> str:
    """``G102 · water intake`` for a place {form, row, item}; the title of a form that is missing."""
    form = load().forms.get(place["form"])
    if form is None:
        return place["form"]
    if not place["item"]:
        return f"{form.code} · {form.title.get(language)}"
    path = f"{place['row']}/{place['item']}" if place["row"] else place["item"]
    return f"{form.code} · {form.label(path, 'en' if language.startswith('en') else 'zh')}"


def item_name(form: str, item: str, language: str) -> str:
    """The label of *item* on *form*; the item's id where another form has it."""
    known = load().forms.get(form)
    indicator = known.indicators.get(item) if known else None
    return indicator.label.get(language) if indicator else item


def group_words(form: str, group: list[str], language: str) -> list[str]:
    """The classes peers share (``name=value``) in words: industry, size, or the label of an item."""
    facts = {"industry": _("Industry"), "size": _("Size")}
    found = []
    for part in group:
        name, _equals, value = part.partition("=")
        if name == "size":
            value = str(SIZES.get(value, value))
        found.append(f"{facts.get(name) or item_name(form, name, language)} {value}")
    return found


def value_words(value: Any) -> str:
    """A value as people write it; a dash for a blank."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return f"{value:,.10g}" if isinstance(value, (int, float)) else str(value)


def culprit_text(score: Score, language: str) -> str:
    """What is doubted about an object, for a problem list."""
    english = language.startswith("en")
    here = (score.form, score.sheet, score.row, score.indicator)
    reasons = [r for r in score.reasons if (r["form"], r["sheet"], r["row"], r["item"]) == here]
    why = "; ".join(dict.fromkeys(reason["en" if english else "zh"] for reason in reasons))
    first = score.culprits[0]
    if first["missing"]:
        return _("The form %(form)s seems to be missing. Check and add it, or explain.") % {
            "form": item_words(first, language)
        }
    if not first["item"]:
        return why[:600]
    text = _("%(item)s is probably wrong: %(value)s.") % {
        "item": item_words(first, language),
        "value": value_words(first["value"]),
    }
    if first["expected"] is not None:
        text += " " + _("Peers suggest about %(expected)s.") % {"expected": value_words(first["expected"])}
    if why:
        text += " " + why
    if first["mends"] and not why:
        text += " " + _("Failing rules: %(rules)s.") % {"rules": ", ".join(first["mends"])}
    return text[:600]
