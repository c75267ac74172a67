"""Panels that upper rooms put beside a form on its page: registered by template, so that this room knows none of them.

A panel is told of saves: ``[data-entry]`` fires ``entry-saved`` (bubbling, ``detail.version``) when the server has
taken a change; with htmx: ``hx-trigger="entry-saved from:body"``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest

from sources.returns.models import Return

ContextOf = Callable[[HttpRequest, Return], Mapping[str, Any] | None]


class Panel(NamedTuple):
    """A template, and what it finds as ``panel``."""

    template: str
    context: Mapping[str, Any]


_registered: dict[str, ContextOf] = {}


def register_panel(template: str, context_of: ContextOf) -> None:
    """Put *template* beside every form for which *context_of* (request, form) gives a context, not None. Called
    once, from an app's ``ready``; it runs with each opening of a form, so it should be quick, or the panel load
    the rest by htmx."""
    _registered[template] = context_of


def panels_of(request: HttpRequest, ret: Return) -> list[Panel]:
    """The panels of one form, in the order of registration."""
    return [
        Panel(template, context)
        for template, context_of in _registered.items()
        if (context := context_of(request, ret)) is not None
    ]
