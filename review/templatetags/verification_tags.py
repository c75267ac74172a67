"""Words and marks of quality verification on pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from census.access.posts import CATEGORIES
from review.verification import items, words
from review.verification.models import Result, SheetItem
from review.verification.rates import Coverage, Rate, Weighted
from sources.entry.answers import lang

register = template.Library()


@register.filter
def item_words(item: SheetItem) -> str:
    return items.label_of(item, lang())


@register.filter
def item_measure(item: SheetItem) -> str:
    return items.unit_of(item, lang())


@register.filter
def item_choices(item: SheetItem) -> list[tuple[str, str]]:
    return items.choices_of(item)


@register.filter
def reported_words(item: SheetItem) -> str:
    return items.value_words(item, item.reported) or "–"


@register.filter
def verified_words(item: SheetItem) -> str:
    if item.how == SheetItem.How.VALUE:
        return items.value_words(item, item.verified)
    return item.get_how_display() if item.how else ""


@register.filter
def verified_typed(item: SheetItem) -> str:
    return items.value_typed(item, item.verified)


@register.filter
def paper_typed(item: SheetItem) -> str:
    if not item.paper:
        return ""
    return "-" if item.paper["value"] is None else items.value_typed(item, item.paper["value"])


@register.filter
def paper_words(item: SheetItem) -> str:
    if not item.paper:
        return ""
    return items.value_words(item, item.paper["value"]) or _("blank")


@register.filter
def difference_words(item: SheetItem) -> str:
    """A difference as signed per cent, of a position in metres."""
    if not item.difference:
        return ""
    if item.kind == "position":
        return _("%(n)s m") % {"n": f"{item.difference:,.0f}"}
    return f"{item.difference * 100:+,.1f}%"


@register.filter
def verdict_name(code: str) -> Any:
    return words.VERDICTS.get(code, code)


@register.filter
def verdict_kind(code: str) -> str:
    return words.VERDICT_LOOK.get(code, ("", ""))[0]


@register.filter
def verdict_icon(code: str) -> str:
    return words.VERDICT_LOOK.get(code, ("", ""))[1]


@register.filter
def rate_name(code: str) -> Any:
    return words.RATES.get(code, code)


@register.filter
def rate_formula(code: str) -> Any:
    return words.FORMULAS.get(code, "")


@register.filter
def outcome_kind(code: str) -> str:
    return words.OUTCOME_LOOK.get(code, ("", ""))[0]


@register.filter
def outcome_icon(code: str) -> str:
    return words.OUTCOME_LOOK.get(code, ("", "minus"))[1]


@register.filter
def outcome_name(code: str) -> Any:
    return dict(Result.Outcome.choices).get(code, code)


@register.filter
def plan_state_kind(code: str) -> str:
    return words.STATE_LOOK.get(code, ("", ""))[0]


@register.filter
def plan_state_icon(code: str) -> str:
    return words.STATE_LOOK.get(code, ("", ""))[1]


@register.filter
def stratum_name(stratum: str) -> str:
    """A stratum in words: source category and group."""
    category, _slash, group = stratum.partition("/")
    return f"{CATEGORIES.get(category, category)} · {words.GROUPS.get(group, group)}"


@register.filter
def category_name(code: str) -> Any:
    return _("All sources") if code == "all" else CATEGORIES.get(code, code)


@register.filter
def share(value: float | str | None, digits: int = 2) -> str:
    """A share as per cent; a dash where there is nothing to divide by."""
    return "–" if value in (None, "") else f"{value * 100:.{digits}f}%"


@register.filter
def interval(thing: Rate | Weighted | Coverage | None) -> str:
    """The 95 % interval of a rate as per cent; blank where nothing was checked."""
    if isinstance(thing, Weighted):
        low, high = thing.low, thing.high
    elif not thing or thing.interval is None:
        return ""
    else:
        low, high = thing.interval
    return f"{low * 100:.1f}–{high * 100:.1f}%"


@register.filter
def line_rate(line: Any, name: str) -> Rate:
    """The rate of that name of a line of the report."""
    return line.rates[name]
