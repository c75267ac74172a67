"""Figures of selective editing on pages."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def peer_number(value: float | None) -> str:
    """A ratio of any size in four digits: 0.0001234, 12.3, 45,670."""
    return "–" if value is None else f"{value:,.4g}"
