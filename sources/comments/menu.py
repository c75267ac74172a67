"""Menu entry, home card and the panel beside a form."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.ui.menu import add_card, add_entry
from sources.comments.queries import panel_of, waiting
from sources.entry.panels import register_panel


def register() -> None:
    """Called once when the app is ready."""
    add_entry("comment_list", _("Comments"), "messages", "return.view", _("Sources"), 225)
    add_card("sources/comments/card.html", "return.comment", card, 12)
    register_panel("sources/comments/panel.html", lambda request, ret: panel_of(request.scope, ret))


def card(scope: Scope) -> dict[str, int] | None:
    """How many threads ask the own desk; nothing when none does."""
    count = waiting(scope)
    return {"count": count} if count else None
