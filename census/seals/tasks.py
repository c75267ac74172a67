"""Celery entry points."""

from celery import shared_task
from django.db import transaction

from census.access.scope import Scope, enter
from census.seals.services import seal_evidence


@shared_task(name="census.seals.seal")
def seal() -> int:
    """Seal what is finished. Returns how many seals were set."""
    with enter(Scope.system()):
        return seal_evidence()


def seal_soon() -> None:
    """Have a worker seal what this transaction finishes, once it is committed. The nightly round seals what got lost on
    the way, so a broker that does not answer is no fault of the change."""
    transaction.on_commit(seal.delay, robust=True)
