"""Accounts and posts, kept in the process for some seconds, so that a request need not read them.

Every change of an account or a post gives the person a new mark in Redis, which each request reads together with
the session; a process that knows another mark reads anew. So an ended post ends at the next request, everywhere.
"""

from __future__ import annotations

import copy
import time
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models.signals import post_delete, post_save

from census.ids import new_id
from census.people.delegation.models import Delegation
from census.people.delegation.queries import delegated_posts
from census.people.models import Post, User

SECONDS = 5  # posts begin and end by date too, which no change announces
_LIMIT = 5000
_known: dict[int, tuple[float, str | None, User | None, list[Post]]] = {}


def mark_key(user_id: int) -> str:
    return f"rights:{user_id}"


def person(user_id: int, mark: str | None) -> tuple[User | None, list[Post]]:
    """The account and its current posts, then those it acts through for absent colleagues (their ``user`` is
    another); *mark* is what Redis holds under ``mark_key`` now.

    The account is a copy, the caller's own; the posts are only to be read.
    """
    held = _known.get(user_id)
    now = time.monotonic()
    if held is None or held[0] < now or held[1] != mark:
        posts = list(Post.objects.current().filter(user_id=user_id).select_related("user").order_by("id"))
        user = posts[0].user if posts else User.objects.filter(pk=user_id).first()
        if len(_known) >= _LIMIT:
            _known.clear()
        posts += delegated_posts(user_id, posts)
        held = _known[user_id] = (now + SECONDS, mark, user, posts)
    return copy.copy(held[2]), held[3]


def _changed(sender: type, instance: Any, **_: Any) -> None:
    """Mark at once for this transaction's own requests, and again when others can see the change."""
    for key in map(mark_key, _touched(sender, instance)):
        cache.set(key, new_id().hex, None)
        transaction.on_commit(lambda key=key: cache.set(key, new_id().hex, None))


def _touched(sender: type, instance: Any) -> set[int]:
    """Whose posts may be others now: the account's own, and those of the colleagues who act for it."""
    if sender is Delegation:
        return {instance.colleague_id}
    user_id = instance.pk if sender is User else instance.user_id
    stand_ins = Delegation.objects.current().filter(post__user_id=user_id)
    return {user_id, *stand_ins.values_list("colleague_id", flat=True)}


for _model in (User, Post, Delegation):
    for _signal in (post_save, post_delete):
        _signal.connect(_changed, sender=_model, dispatch_uid=f"known.{_model.__name__}.{id(_signal)}")
