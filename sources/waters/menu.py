"""Menu entry of the water bodies."""

from django.utils.translation import gettext_lazy as _

from census.ui.menu import add_entry


def register() -> None:
    """Called once when the app is ready."""
    add_entry("water_list", _("Waters and basins"), "ripple", "reference.view", _("Reference data"), 946)
