"""The inbox of reminders."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from census.access.guard import requires
from census.ui.menu import forget_badges
from census.ui.paging import paginate
from review.picking import ids_of
from review.problems.reminders import inbox, reminders_read


@require_safe
@requires("problem.answer")
def reminder_list(request: HttpRequest) -> HttpResponse:
    """Reminders to the person and the office, newest first; with ``all=1`` also those read."""
    rows = inbox(request.scope)
    if not request.GET.get("all"):
        rows = rows.filter(read_at__isnull=True)
    page = paginate(rows, ("-created_at", "-id"), request.GET)
    return render(request, "review/problems/reminders.html", {"page": page})


@require_POST
@requires("problem.answer")
def reminder_read(request: HttpRequest) -> HttpResponse:
    """Mark the ticked reminders, or all, as read."""
    ids = None if request.POST.get("every") == "1" else ids_of(request)
    done = reminders_read(request.scope, ids=ids)
    forget_badges(request.scope)
    messages.success(request, ngettext("%(n)d reminder read.", "%(n)d reminders read.", done) % {"n": done})
    return redirect("reminder_list")
