"""Menu entry of outside figures."""

from django.utils.translation import gettext_lazy as _

from census.ui.menu import add_entry


def register() -> None:
    """Called once when the app is ready."""
    add_entry("reference_list", _("Reference figures"), "books", "reference.view", _("Reference data"), 945)
