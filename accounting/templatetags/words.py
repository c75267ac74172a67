"""Words for accounting units, gaps, units and inputs in the reader's language (``accounting.words``)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import get_language

from accounting import words
from accounting.crosscheck.config import reasons
from accounting.crosscheck.models import MethodGap
from accounting.methods import pollutants
from accounting.tables.making import only_categories
from accounting.tables.present import vanishes
from census.access.scope import Scope
from census.ui.templatetags.ui import number

register = template.Library()
SMALLEST = 1e-6  # below, digits stand with a power of ten


def _language() -> str:
    return get_language() or "zh"


@register.filter
def phrase(text: str | None, form: str = "") -> str:
    """An accounting unit, a subject or the key of a gap; *form*: whose items it may name."""
    return words.phrase(str(text or ""), _language(), form)


@register.filter
def measure(unit: str | None) -> str:
    """A unit of measure."""
    return words.measure(str(unit or ""), _language())


@register.filter
def figure(value: float | None, decimals: int) -> str:
    """A number as ``|number`` shows it; what is there but smaller than the last place with its first two digits."""
    if isinstance(value, float) and vanishes(value, decimals):
        return f"{value:.2g}" if abs(value) < SMALLEST else f"{Decimal(f'{value:.2g}'):f}"
    return number(value, decimals)


@register.filter
def exact(value: float | None) -> object:
    """A factor or an input with all digits that are meant."""
    return words.exact(value)


@register.filter
def only(scope: Scope) -> str:
    """The source categories a post sees, where these are not all."""
    return only_categories(scope)


@register.filter
def in_words(formula: str | None) -> str:
    """A formula with its names in words."""
    return words.formula(str(formula or ""), _language())


@register.filter
def source_words(source: str | None) -> str:
    """The source of a formula."""
    return words.source(str(source or ""), _language())


@register.filter
def input_words(values: Mapping[str, Any] | None) -> list[tuple[str, Any, str]]:
    """The further inputs of a line as (name, value, unit)."""
    return words.inputs(values, _language())


@register.filter
def amount(gap: MethodGap, name: str) -> str:
    """An amount of a gap between methods in the unit of its pollutant."""
    pollutant = pollutants.table()[gap.pollutant]
    return number(getattr(gap, name) * pollutant.scale, pollutant.decimals)


@register.filter
def reason_name(code: str) -> str:
    """A coded reason of a gap between methods in words."""
    reason = reasons().get(code)
    return (reason.zh if words.is_chinese(_language()) else reason.en) if reason else ""
