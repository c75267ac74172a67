"""Progress of the inventory, for the board of dispatch."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Q
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from census.access.scope import Scope
from census.dispatch.measures import HEAD, Measure, register_measures
from census.dispatch.measures import Count as Counted
from sources.objects.models import CensusObject

DECIDED = Q(status__in=["in_scope", "out_of_scope"])


def register() -> None:
    """Called once when the app is ready."""
    register_measures(
        count,
        Measure("inventory.decided", _("Inventory"), _("objects"), "清查建库", "家", 10),
    )


def count(scope: Scope) -> Iterable[Counted]:
    """Objects of the register, and those of which it is decided whether they belong to the census."""
    rows = CensusObject.objects.visible_to(scope).exclude(status="removed").order_by()
    places = rows.values_list(Substr("region", 1, HEAD))
    for head, total, done in places.annotate(total=Count("pk"), done=Count("pk", filter=DECIDED)):
        yield head, "inventory.decided", total, done
