"""Menu entries and home page cards of review."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.ui.menu import add_card, add_entry
from review.problems import states
from review.problems.calls import calls_of
from review.problems.models import Problem
from review.problems.queries import to_answer, waiting_for
from review.problems.reminders import inbox, unread
from sources.objects.models import CensusObject
from sources.objects.panels import register_panel

GROUP = _("Review")


def register() -> None:
    """Called once when the app is ready."""
    add_entry("problem_desk", _("Problem desk"), "list-check", "problem.view", GROUP, 300)
    add_entry("reminder_list", _("Reminders"), "bell", "problem.answer", GROUP, 305, badge=unread)
    add_entry("problem_checks", _("Answers to check"), "checks", "problem.check", GROUP, 310)
    add_entry("batch_list", _("Problem batches"), "stack-2", "problem.view", GROUP, 320)
    add_entry("problem_rates", _("Completion rates"), "chart-bar", "problem.check", GROUP, 330)
    add_entry("review_ladder", _("Review steps"), "stairs-up", "return.approve", GROUP, 335)
    add_entry("finding_list", _("Findings"), "alert-triangle", "finding.view", GROUP, 340)
    add_entry("rule_list", _("Audit rules"), "list-details", "finding.view", GROUP, 350)
    add_card("review/problems/card_reminders.html", "problem.answer", reminders_card, 295)
    add_card("review/problems/card_desk.html", "problem.answer", desk_card, 300)
    add_card("review/problems/card_rates.html", "problem.check", rates_card, 310)
    register_panel("review/problems/object_panel.html", object_panel)


def object_panel(request: HttpRequest, obj: CensusObject) -> dict[str, Any] | None:
    """On an object's page: its issued problems by state, and the newest calls about them."""
    scope = request.scope
    if not scope.can("problem.view"):
        return None
    rows = Problem.objects.visible_to(scope).filter(object_id=obj.pk).exclude(state=Problem.State.DRAFT)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    found = [(state, label, counts[state]) for state, label in Problem.State.choices if state in counts]
    return {"object": obj.pk, "states": found, "calls": calls_of(scope, obj.pk)[:5]}


def reminders_card(scope: Scope) -> dict[str, Any] | None:
    """Reminders not read yet, the newest first."""
    rows = inbox(scope).filter(read_at__isnull=True)
    first = list(rows[:5])
    return {"first": first, "count": rows.count()} if first else None


def desk_card(scope: Scope) -> dict[str, Any] | None:
    """Open and overdue problems: of the whole office for those who assign, else one's own."""
    rows, own = to_answer(scope), not scope.can("problem.assign")
    today = timezone.localdate()
    counted = rows.aggregate(
        open=Count("id"),
        late=Count("id", filter=Q(deadline__lt=today)),
        new=Count("id", filter=Q(state="issued")),
    )
    return {"own": own, **counted} if counted["open"] else None


def rates_card(scope: Scope) -> dict[str, Any] | None:
    """What waits for this office's check, and how far the lists in its region are."""
    rows = Problem.objects.visible_to(scope).exclude(state="draft")
    counted = rows.aggregate(
        rows=Count("id"),
        answered=Count("id", filter=Q(state__in=states.ANSWERED)),
        closed=Count("id", filter=Q(state="closed")),
    )
    waiting = waiting_for(scope).count()
    return {"waiting": waiting, **counted} if counted["rows"] else None
