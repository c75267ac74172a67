"""Whose register entries are whose: a county keeps its own, and nobody above it writes in them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from census.access.scope import Scope
from census.places import regions


def may_keep(actor: Scope, region: str) -> bool:
    """True when the actor's office keeps the entries of *region* (which lies in the actor's scope).

    A city keeps what stands for the city as a whole (vehicles, urban households), and the objects of townships
    directly under it (Dongguan), which belong to no county. Loads and scheduled work keep everything.
    """
    return actor.level >= 3 or actor.post_kind == "system" or regions.at_level(region, 3) == actor.region


def require_keep(actor: Scope, region: str) -> None:
    """Raise PermissionDenied unless ``may_keep``."""
    if not may_keep(actor, region):
        raise PermissionDenied(f"{actor.post_kind} may not change an entry that the county of {region} keeps")
