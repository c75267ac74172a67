"""Menu entry of joint review."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from census.ui.menu import add_entry


def register() -> None:
    """Called once when the app is ready."""
    add_entry("session_list", _("Joint review"), "users-group", "session.view", _("Review"), 325)
