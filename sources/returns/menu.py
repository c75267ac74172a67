"""Menu entry and home cards of the forms."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.ui.menu import add_card, add_entry
from sources.returns.queries import desk_counts, desks_of


def register() -> None:
    add_entry("work_list", _("Forms"), "clipboard-list", "return.view", _("Sources"), 220)
    add_card("sources/returns/card.html", "return.view", desk_card, 10)


def desk_card(scope: Scope) -> dict[str, Any] | None:
    """What lies on the post's piles; nothing for posts that only read."""
    counts = desk_counts(scope)
    piles = [
        {"code": desk.code, "label": desk.label, "count": counts[desk.code]}
        for desk in desks_of(scope)
        if desk.code in counts
    ]
    return {"piles": piles} if piles else None
