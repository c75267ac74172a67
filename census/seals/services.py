"""Sealing what is finished, and proving that it is what was sealed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from census.seals.evidence import kinds
from census.seals.models import Seal

_LOCK = 7_140_202  # advisory lock: one chain
START = bytes(32)


@dataclass(slots=True)
class Proved:
    """The outcome of a proof: pieces proved, and how many of each kind wait for their first seal."""

    seals: int = 0
    waiting: dict[str, int] = field(default_factory=dict)


def seal_evidence() -> int:
    """Seal everything that is finished and not sealed yet; returns how many seals were set.

    Must run in one transaction, in a scope that sees every row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = Seal.objects.order_by("-id").first()
    before, made = bytes(last.signature) if last else START, 0
    for code, kind in kinds().items():
        for key in kind.waiting():
            digest = kind.digest(key)
            before = _sign(before, code, key, digest)
            Seal.objects.create(kind=code, key=key, digest=digest, signature=before)
            made += 1
    return made


def verify_seals(proved: Proved | None = None) -> Iterator[str]:
    """Yield what is not as it was sealed, in words; nothing when all is proved. The scope must see every row.

    A changed, added or missing row; a seal that was changed, forged, or taken out of the chain. What nobody has sealed
    yet cannot be proved: *proved* counts it.
    """
    proved = proved if proved is not None else Proved()
    before = START
    for seal in Seal.objects.order_by("id").iterator(chunk_size=500):
        digest, signature = bytes(seal.digest), bytes(seal.signature)
        kind = kinds().get(seal.kind)
        named = kind.name(seal.key) if kind else f"{seal.kind} {seal.key}"
        if not hmac.compare_digest(_sign(before, seal.kind, seal.key, digest), signature):
            yield f"seal {seal.pk} ({named}): its signature is wrong, or the seal before it is missing"
        before = signature
        if kind is None:
            yield f"seal {seal.pk} ({named}): this program does not know this kind of evidence"
        elif kind.digest(seal.key) != digest:
            yield f"{named}: is not what was sealed on {seal.at:%Y-%m-%d %H:%M} UTC (seal {seal.pk})"
        else:
            proved.seals += 1
    proved.waiting = {code: count for code, kind in kinds().items() if (count := len(kind.waiting()))}


def _sign(before: bytes, kind: str, key: str, digest: bytes) -> bytes:
    return hmac.new(_key(), before + f"{kind}:{key}:".encode() + digest, hashlib.sha256).digest()


def _key() -> bytes:
    return salted_hmac("census.seals", "", secret=settings.SECRET_KEY, algorithm="sha256").digest()
