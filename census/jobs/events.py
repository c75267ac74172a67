"""What happened, told upward: a lower room names it, an upper room registers what follows.

Two moments: ``inside`` handlers run in the same transaction as the change (and may veto it by raising);
``after`` handlers run once it is committed. Handlers are registered in an app's ``ready``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction

Handler = Callable[..., Any]
_inside: dict[str, list[Handler]] = defaultdict(list)
_after: dict[str, list[Handler]] = defaultdict(list)


def inside(event: str, handler: Handler) -> None:
    """Run *handler* in the transaction that emits *event*."""
    if handler not in _inside[event]:
        _inside[event].append(handler)


def after(event: str, handler: Handler) -> None:
    """Run *handler* after the commit of the transaction that emits *event*."""
    if handler not in _after[event]:
        _after[event].append(handler)


def emit(event: str, **facts: Any) -> list[Any]:
    """Tell that *event* happened. Returns what the inside handlers returned, in order of registration."""
    answers = [handler(**facts) for handler in _inside[event]]
    for handler in _after[event]:
        transaction.on_commit(partial(handler, **facts))
    return answers
