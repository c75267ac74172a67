"""Menu entry, home card, and the steps of review beside a form with the request to unlock it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.ui.menu import add_card, add_entry
from sources.entry.panels import register_panel
from sources.orders.queries import asked_for, may_ask, waiting
from sources.returns.approvals import steps_of
from sources.returns.models import Return


def register() -> None:
    """Called once when the app is ready."""
    add_entry("unlock_list", _("Unlock orders"), "lock-open", "return.reopen", _("Sources"), 228)
    add_card("sources/orders/card.html", "return.unlock", card, 14)
    register_panel("sources/orders/steps.html", steps)


def card(scope: Scope) -> dict[str, int] | None:
    """Orders to decide; nothing when there are none."""
    count = waiting(scope)
    return {"count": count} if count else None


def steps(request: HttpRequest, ret: Return) -> dict[str, Any] | None:
    """The approvals of a form that was handed in once."""
    scope = request.scope
    found = steps_of(scope, ret)
    if not found:
        return None
    frozen = ret.state == "frozen"
    return {
        "ret": ret,
        "steps": found,
        "may_ask": frozen and may_ask(scope, ret),
        "order": asked_for(scope, ret.pk) if frozen else None,
    }
