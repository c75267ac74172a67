"""Menu entries and the home card of dispatch."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.dispatch.queries import waiting
from census.ui.menu import add_card, add_entry


def register() -> None:
    """Called once when the app is ready."""
    group = _("Dispatch")
    add_entry("dispatch_board", _("Progress"), "chart-line", "dispatch.view", group, 150)
    add_entry("document_list", _("Circulars and letters"), "mail", "dispatch.view", group, 160)
    add_card("census/dispatch/card.html", "dispatch.view", documents_card, 40)


def documents_card(scope: Scope) -> dict[str, int] | None:
    """What waits for the office; nothing when nothing does."""
    counts = waiting(scope)
    return counts if any(counts.values()) else None
