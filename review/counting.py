"""Counts over big lists, kept for some seconds by scope and filter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
from django.core.cache import cache

from census.access.scope import Scope
from census.jobs.services import pack_scope

SECONDS = 10


def counted(scope: Scope, what: str, filters: str, count: Callable[[], Any]) -> Any:
    """``count()``, or its answer of some seconds ago for the same scope, *what* and *filters*."""
    key = orjson.dumps([what, filters, pack_scope(scope)])
    return cache.get_or_set(f"review:{hashlib.blake2b(key, digest_size=16).hexdigest()}", count, SECONDS)
