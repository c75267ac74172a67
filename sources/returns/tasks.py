"""Celery entry points."""

from celery import shared_task

from census.access.scope import Scope, enter
from sources.returns.seals import history_mark, seal_history


@shared_task(name="sources.returns.seal_history")
def seal() -> int | None:
    """The daily seal. Returns its number, None when nothing was new."""
    with enter(Scope.system()):
        mark = history_mark()
    with enter(Scope.system()):
        made = seal_history(mark)
    return made and made.pk
