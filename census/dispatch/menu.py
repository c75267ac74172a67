"""Menu entries and the home cards of dispatch."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from census.dispatch.cards import documents_card, progress_card
from census.ui.menu import add_card, add_entry


def register() -> None:
    """Called once when the app is ready."""
    group = _("Dispatch")
    add_entry("dispatch_board", _("Progress"), "chart-line", "dispatch.view", group, 150)
    add_entry("document_list", _("Circulars and letters"), "mail", "dispatch.view", group, 160)
    add_card("census/dispatch/card.html", "dispatch.view", documents_card, 40)
    add_card("census/dispatch/progress_card.html", "dispatch.view", progress_card, 45)
