"""Sealing the history, and walking it.

A seal is a signed root over the heads of all chains as they stood at one version id. The chain shows a changed,
missing or swapped version; the seal shows a chain that was rewritten from its start, or whole returns that
vanished.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import orjson
from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from sources.returns import chain
from sources.returns.models import HistorySeal

_SEAL_LOCK = 7_140_201  # advisory lock: one seal at a time


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the history that is not as it was written. *no* 0 stands for the return as a whole."""

    return_id: str
    no: int
    text: str

    def __str__(self) -> str:
        return f"return {self.return_id} version {self.no}: {self.text}"


@dataclass(slots=True)
class Verified:
    """The outcome of a walk."""

    versions: int = 0
    returns: int = 0
    seals: int = 0


def history_mark() -> int:
    """Return a version id up to which the history is complete (0: none), in a transaction of its own.

    Ids are given before commit; a short lock waits for the writers under way, so that no version with a smaller
    id can appear later.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT sources_lock_history()")
        cursor.execute("SELECT COALESCE(max(id), 0) FROM sources_returnversion")
        return cursor.fetchone()[0]


def seal_history(mark: int) -> HistorySeal | None:
    """Sign the heads as of *mark* (see ``history_mark``). Returns the seal, None when nothing is new.

    Must run in a scope that sees every row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEAL_LOCK])
        cursor.execute("SELECT count(*) FROM sources_returnversion WHERE id <= %s", [mark])
        versions = cursor.fetchone()[0]
    previous = HistorySeal.objects.order_by("-id").first()
    if versions == 0 or (previous is not None and previous.last_version_id >= mark):
        return None
    before = bytes(previous.root) if previous else chain.START
    root = chain.root(before, _heads(mark))
    return HistorySeal.objects.create(
        last_version_id=mark,
        versions=versions,
        root=root,
        previous=before,
        signature=chain.sign(_key(), mark, versions, root, before),
    )


def verify_history(verified: Verified | None = None) -> Iterator[Fault]:
    """Walk all chains and seals; yields each fault. *verified* counts what was walked."""
    verified = verified if verified is not None else Verified()
    for return_id, rows in groupby(_versions(), key=itemgetter(0)):
        verified.returns += 1
        previous, expected = chain.START, 1
        for row in rows:
            verified.versions += 1
            for text in _faults_of(row, previous, expected):
                yield Fault(return_id, row[1], text)
            previous, expected = row[5], row[1] + 1
    yield from _against_returns()
    yield from _against_seals(verified)


def _faults_of(row: tuple, previous: bytes, expected: int) -> Iterator[str]:
    return_id, no, state, action, previous_hash, own_hash, body = row
    if no != expected:
        yield f"version {expected} is missing" if no > expected else "the number appears twice"
    elif previous_hash != previous:
        yield "does not follow the version before it"
    if chain.link(previous_hash, body) != own_hash:
        yield "the content or its hash was changed"
        return
    # the columns beside the body are copies for searching: they must say the same
    said = orjson.loads(body)
    if (said["return"], said["no"], said["state"], said["action"]) != (return_id, no, state, action):
        yield "the columns beside the content say something else"


def _versions() -> Iterator[tuple[str, int, str, str, bytes, bytes, bytes]]:
    """All versions in order of their chains, streamed out with COPY."""
    query = (
        "COPY (SELECT return_id, no, state, action, encode(prev_hash, 'hex'), encode(hash, 'hex'), "
        "encode(convert_to(body, 'UTF8'), 'hex') FROM sources_returnversion ORDER BY return_id, no, id) TO STDOUT"
    )
    for line in _copy_lines(query):
        return_id, no, state, action, *binary = line.rstrip("\n").split("\t")
        yield return_id, int(no), state, action, *map(bytes.fromhex, binary)


def _copy_lines(query: str) -> Iterator[str]:
    """The lines of a COPY, through a temporary file so that memory stays flat."""
    with tempfile.TemporaryFile("w+", encoding="ascii", newline="") as spool:
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(query, spool)
        spool.seek(0)
        yield from spool


def _against_returns() -> Iterator[Fault]:
    """Every return must stand where its chain ends, with the values of the last version."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.id::text, r.version_no, COALESCE(v.no, 0), r.head_hash IS DISTINCT FROM v.hash "
            "FROM sources_return r LEFT JOIN LATERAL (SELECT no, hash, state, body FROM sources_returnversion v "
            "  WHERE v.return_id = r.id ORDER BY no DESC LIMIT 1) v ON true "
            "WHERE r.version_no > 0 AND (v.no IS DISTINCT FROM r.version_no OR v.hash IS DISTINCT FROM r.head_hash "
            "  OR v.state <> r.state OR (v.body::jsonb -> 'values') IS DISTINCT FROM r.values "
            "  OR (v.body::jsonb -> 'active')::boolean IS DISTINCT FROM r.active) ORDER BY r.id"
        )
        for return_id, no, last, moved in cursor.fetchall():
            if last < no:
                yield Fault(return_id, no, f"versions {last + 1} to {no} are missing")
            elif last > no or moved:
                yield Fault(return_id, no, "the return does not stand at the end of its history")
            else:
                yield Fault(return_id, no, "the stored return differs from its last version")
        cursor.execute(
            "SELECT DISTINCT v.return_id::text FROM sources_returnversion v WHERE NOT EXISTS "
            "(SELECT FROM sources_return r WHERE r.id = v.return_id AND r.version_no > 0) ORDER BY 1"
        )
        for (return_id,) in cursor.fetchall():
            yield Fault(return_id, 0, "the return of this history is gone or was set back to none")


def _against_seals(verified: Verified) -> Iterator[Fault]:
    """All seals must be signed and follow each other; the newest must cover the heads of its time.

    The newest is enough: whatever was rewritten under an older one changes every later head too.
    """
    before, seal = chain.START, None
    for seal in HistorySeal.objects.order_by("id"):
        verified.seals += 1
        previous, root = bytes(seal.previous), bytes(seal.root)
        if chain.sign(_key(), seal.last_version_id, seal.versions, root, previous) != bytes(seal.signature):
            yield Fault("-", 0, f"{_name(seal)}: its signature is wrong")
        if previous != before:
            yield Fault("-", 0, f"{_name(seal)}: it does not follow the seal before it")
        before = root
    if seal is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sources_returnversion WHERE id <= %s", [seal.last_version_id])
        there = cursor.fetchone()[0]
    if there != seal.versions:
        yield Fault("-", 0, f"{_name(seal)}: it sealed {seal.versions} versions, {there} are there")
    elif chain.root(bytes(seal.previous), _heads(seal.last_version_id)) != bytes(seal.root):
        yield Fault("-", 0, f"{_name(seal)}: a history that it covers was rewritten")


def _name(seal: HistorySeal) -> str:
    return f"seal {seal.pk} of {seal.at:%Y-%m-%d %H:%M}"


def _heads(mark: int) -> Iterator[bytes]:
    """Heads of all chains as of version id *mark*, in order of return id."""
    query = (
        "COPY (SELECT encode(hash, 'hex') FROM (SELECT DISTINCT ON (return_id) return_id, hash "
        f"FROM sources_returnversion WHERE id <= {mark:d} ORDER BY return_id, id DESC) heads) TO STDOUT"
    )
    for line in _copy_lines(query):
        yield bytes.fromhex(line)


def _key() -> bytes:
    return salted_hmac("census.history.seal", "", secret=settings.SECRET_KEY, algorithm="sha256").digest()
