"""Menu entries and home page cards of quality verification."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.ui.menu import add_card, add_entry
from review.menu import GROUP
from review.verification.models import Plan, Sheet


def register() -> None:
    """Called once when the app is ready."""
    add_entry(
        "verification_mine", _("My record sheets"), "clipboard-check", "verification.record", GROUP, 370
    )
    add_entry("verification_list", _("Quality verification"), "shield-check", "verification.view", GROUP, 371)
    add_card("review/verification/card_mine.html", "verification.record", mine_card, 305)
    add_card("review/verification/card_office.html", "verification.run", office_card, 330)


def mine_card(scope: Scope) -> dict[str, Any]:
    """Sheets to visit and signed ones."""
    return (
        Sheet.objects.visible_to(scope)
        .filter(assigned_to=scope.user_id)
        .aggregate(open=Count("id", filter=Q(state="open")), signed=Count("id", filter=Q(state="signed")))
    )


def office_card(scope: Scope) -> dict[str, Any] | None:
    """How far the office's own running verifications are; nothing while there is none."""
    running = Plan.objects.visible_to(scope).filter(issuer=scope.region, state=Plan.State.DRAWN)
    plans = running.count()
    if not plans:
        return None
    sheets = Sheet.objects.visible_to(scope).filter(plan__in=running).exclude(state=Sheet.State.REPLACED)
    return {
        "plans": plans,
        **sheets.aggregate(
            sheets=Count("id"),
            signed=Count("id", filter=Q(state="signed")),
            free=Count("id", filter=Q(assigned_to=None)),
        ),
    }
