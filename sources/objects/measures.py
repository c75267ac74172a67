"""Progress of the inventory, for the board of dispatch."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from census.dispatch.measures import Measure
from census.dispatch.tallies import Tally, register_tally
from sources.objects.models import CensusObject

# objects of the register, and those of which it is decided whether they belong to the census
OBJECTS = Tally(
    CensusObject, "status <> 'removed'", {"inventory.decided": "status IN ('in_scope', 'out_of_scope')"}
)
count = OBJECTS.count


def register() -> None:
    """Called once when the app is ready."""
    register_tally(
        OBJECTS,
        Measure("inventory.decided", _("Inventory"), _("objects"), "清查建库", "家", 10),
    )
