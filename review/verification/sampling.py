"""Drawing a sample that anybody can draw again. Pure.

The rank of a unit is the SHA-256 of ``<seed>:<code>``: no random generator of any language or version is
involved, so a third person repeats a draw with a frame, a seed and ``sha256sum``. A stratum's sample is its
first n units in rank order, so a larger sample contains the smaller one and a replacement is simply the next.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit of the frame. *county*: 12-digit code; *district*: blank when it lies in none; *stratum*:
    ``<source category>/<group>``."""

    county: str
    district: str
    stratum: str
    code: str

    @property
    def category(self) -> str:
        return self.stratum.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Quota:
    """How many of a stratum are drawn in each county: a share (0 to 1), at least and at most so many."""

    share: float
    minimum: int = 0
    maximum: int | None = None


class Place(NamedTuple):
    """A drawn unit and its rank (from 1) in its county and stratum."""

    unit: Unit
    rank: int


@dataclass(frozen=True, slots=True)
class Draw:
    """A sample: drawn *units* in frame order, and the drawn census *districts* by county."""

    units: tuple[Place, ...]
    districts: Mapping[str, tuple[str, ...]]


def frame_bytes(units: Iterable[Unit]) -> bytes:
    """The ordered frame as text: one tab-separated line a unit. Equal frames give equal bytes."""
    return "".join("\t".join(unit) + "\n" for unit in sorted(set(units))).encode()


def frame_hash(frame: bytes) -> str:
    """SHA-256 of the frame, hexadecimal."""
    return hashlib.sha256(frame).hexdigest()


def frame_units(frame: bytes) -> list[Unit]:
    """The inverse of :func:`frame_bytes`. Raises ValueError for text that is no frame."""
    try:
        return [Unit(*line.split("\t")) for line in frame.decode().splitlines()]
    except (TypeError, UnicodeDecodeError) as error:
        raise ValueError("not a frame: four tab-separated fields a line are expected") from error


def rank_key(seed: str, name: str) -> str:
    """What units are ordered by: SHA-256 of ``<seed>:<name>``, hexadecimal."""
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def quota_size(quota: Quota, size: int) -> int:
    """How many of a stratum of *size* are drawn; never more than there are.

    >>> quota_size(Quota(0.07), 100), quota_size(Quota(0.02, minimum=20), 300), quota_size(Quota(1, 0, 5), 9)
    (7, 20, 5)
    """
    share = Decimal(str(quota.share)) * size
    wanted = max(quota.minimum, int(share.to_integral_value(ROUND_CEILING)))
    if quota.maximum is not None:
        wanted = min(wanted, quota.maximum)
    return min(wanted, size)


def districts_drawn(seed: str, units: Iterable[Unit], count: int) -> dict[str, tuple[str, ...]]:
    """The first *count* census districts of each county in rank order; none for a count of 0."""
    found: dict[str, set[str]] = defaultdict(set)
    if count:
        for unit in units:
            if unit.district:
                found[unit.county].add(unit.district)
    return {
        county: tuple(sorted(names, key=lambda name: rank_key(seed, f"district:{name}"))[:count])
        for county, names in sorted(found.items())
    }


def queues(
    seed: str, units: Iterable[Unit], districts: Mapping[str, Collection[str]]
) -> dict[tuple[str, str], list[Unit]]:
    """All units by (county, stratum) in the order in which they are drawn: those of drawn districts first."""
    found: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in set(units):
        found[unit.county, unit.stratum].append(unit)
    for (county, _stratum), queue in found.items():
        near = districts.get(county, ())
        queue.sort(key=lambda unit: (unit.district not in near, rank_key(seed, unit.code), unit.code))
    return dict(found)


def draw(
    seed: str,
    units: Collection[Unit],
    quotas: Mapping[str, Quota],
    *,
    districts: int = 0,
    without: Collection[str] = frozenset(),
) -> Draw:
    """Draw each stratum of each county by its quota; strata without a quota are not drawn.

    *districts*: so many census districts are drawn in each county and their units come first (two-stage plan);
    the rest of the county fills up what the quota still wants. *without*: codes drawn in an earlier sample.
    """
    near = districts_drawn(seed, units, districts)
    free = [unit for unit in units if unit.code not in without]
    places: list[Place] = []
    for (_county, stratum), queue in queues(seed, free, near).items():
        if quota := quotas.get(stratum):
            chosen = queue[: quota_size(quota, len(queue))]
            places += [Place(unit, rank) for rank, unit in enumerate(chosen, start=1)]
    return Draw(tuple(sorted(places)), near)


def counties_drawn(
    seed: str, counties: Iterable[str], count: int, always: Collection[str] = ()
) -> tuple[str, ...]:
    """Counties to check: those named in *always*, filled up to *count* in rank order; all for a count of 0."""
    known = sorted(set(counties))
    if not count:
        return tuple(known)
    named = [code for code in known if code in always]
    others = sorted((code for code in known if code not in always), key=lambda code: rank_key(seed, code))
    return tuple(sorted(named + others[: max(0, count - len(named))]))
