"""Menu entries of selective editing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from census.ui.menu import add_entry

GROUP = _("Review")


def register() -> None:
    """Called once when the app is ready."""
    add_entry("selective_queue", _("Review first"), "sort-descending", "selective.view", GROUP, 335)
    add_entry("digit_tests", _("Digit tests"), "chart-histogram", "selective.view", GROUP, 345)
    add_entry("selective_methods", _("Statistical methods"), "math-function", "selective.view", GROUP, 347)
