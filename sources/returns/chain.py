"""The hash chain of a return's versions. Pure.

A version's *body* is canonical JSON (UTF-8, keys sorted, no spaces) of everything the version says; its *hash*
is SHA-256 over the previous version's hash followed by the body. The first link hangs on 32 zero bytes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

START = bytes(32)


def canonical(content: Mapping[str, Any]) -> bytes:
    """Return *content* as canonical JSON. Dates are ISO 8601 with offset, UUIDs their usual text."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def link(previous: bytes, body: bytes) -> bytes:
    """Return the hash (32 bytes) of a version with *body* that follows the one with hash *previous*."""
    return hashlib.sha256(previous + body).digest()


def root(previous: bytes, heads: Iterable[bytes]) -> bytes:
    """Return one hash over the previous root and all chain heads in their given order."""
    digest = hashlib.sha256(previous)
    for head in heads:
        digest.update(head)
    return digest.digest()


def sign(key: bytes, last_version_id: int, versions: int, root_hash: bytes, previous: bytes) -> bytes:
    """Return the HMAC-SHA256 of a seal."""
    text = b"%d:%d:" % (last_version_id, versions) + root_hash + previous
    return hmac.new(key, text, hashlib.sha256).digest()
