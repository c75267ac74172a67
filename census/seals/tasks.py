"""Celery entry points."""

from celery import shared_task

from census.access.scope import Scope, enter
from census.seals.services import seal_evidence


@shared_task(name="census.seals.seal")
def seal() -> int:
    """The daily seals. Returns how many."""
    with enter(Scope.system()):
        return seal_evidence()
