"""Seams on pages: a room offers a place on its page, and upper rooms put templates there of which it knows none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest

ContextOf = Callable[[HttpRequest, Any], Mapping[str, Any] | None]


class Panel(NamedTuple):
    """A template, and what it finds as ``panel``."""

    template: str
    context: Mapping[str, Any]


class Panels:
    """The panels of one place; *thing* below is what the page is about."""

    def __init__(self) -> None:
        self.registered: dict[str, ContextOf] = {}

    def register(self, template: str, context_of: ContextOf) -> None:
        """Show *template* wherever context_of(request, thing) gives a context, not None. Called once, from an app's
        ``ready``; it runs each time the page is opened, so it should be quick, or the panel load the rest by htmx."""
        self.registered[template] = context_of

    def of(self, request: HttpRequest, thing: Any) -> list[Panel]:
        """The panels for *thing*, in the order of registration."""
        return [
            Panel(template, context)
            for template, context_of in self.registered.items()
            if (context := context_of(request, thing)) is not None
        ]
