"""Celery entry point of the map."""

from celery import shared_task
from django.core.cache import cache

from accounting.maps.building import refresh
from census.access.scope import Scope

RUNNING = "accounting.maps.refreshing"
LONGEST = 1800  # seconds after which a refresh counts as lost


@shared_task(name="accounting.maps.refresh")
def refresh_points() -> int:
    """Make the points anew of counties that changed, one refresh at a time. Returns how many counties."""
    if not cache.add(RUNNING, 1, LONGEST):
        return 0
    try:
        return refresh(Scope.system())
    finally:
        cache.delete(RUNNING)
