"""The protocol: what is checked and how it is judged, from ``protocol.yaml``; and the terms of one plan. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from census import declarations
from review.verification.comparing import Tolerance
from review.verification.sampling import Quota

GROUPS = ("key", "general", "added", "deleted")
RATES = ("omission", "duplication", "wrong_object", "indicator", "key_indicator", "form", "entry")
LIMITS = (*RATES, "deviation")
STAGES = ("inventory", "survey", "summary")


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a plan. *quotas*: stratum (``category/group``) → share, minimum, maximum in each county.
    *districts*: census districts drawn in each county (0: the whole county). *counties*: how many are checked
    (0: all), *named*: counties checked in any case. *since*: objects registered later count as added (ISO date,
    blank: no group of added ones)."""

    quotas: Mapping[str, Quota]
    limits: Mapping[str, tuple[float, float]]
    tolerance: Tolerance
    districts: int = 0
    counties: int = 0
    named: tuple[str, ...] = ()
    extra_items: int = 0
    blind: bool = False
    since: str = ""
    without: tuple[str, ...] = field(default=())  # codes of an earlier sample that this one leaves out

    def pack(self) -> dict[str, Any]:
        """As JSON, for the plan's row."""
        return asdict(self)

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> Terms:
        """The inverse of :meth:`pack`."""
        return cls(
            **{
                **packed,
                "quotas": {name: Quota(**quota) for name, quota in packed["quotas"].items()},
                "limits": {name: (low, high) for name, (low, high) in packed["limits"].items()},
                "tolerance": Tolerance(**packed["tolerance"]),
                "named": tuple(packed["named"]),
                "without": tuple(packed["without"]),
            }
        )


@cache
def protocol() -> Mapping[str, Any]:
    """The protocol file as it is written."""
    return declarations.read(Path(__file__).with_name("protocol.yaml"))


def proposed(stage: str, level: int) -> Terms:
    """The terms that the protocol proposes to an office of *level* (0 nation, 1 province, 2 city) at a stage."""
    rules = protocol()
    own = "city" if level == 2 else "province"
    quotas = rules["quotas"]["summary" if stage == "summary" else own]
    return Terms(
        quotas={
            f"{category}/{group}": Quota(*quota)
            for category, groups in quotas.items()
            for group, quota in groups.items()
        },
        limits={name: tuple(pair) for name, pair in rules["limits"].items()},
        tolerance=Tolerance(**rules["tolerance"]),
        districts=0 if stage == "summary" else rules["districts"][own],
        extra_items=rules["extra_items"] if stage == "survey" else 0,
    )


def strata_in_order(strata: Iterable[str]) -> list[str]:
    """Strata by source category in the order of the protocol, then by group."""
    categories = list(protocol()["quotas"]["city"])

    def place(stratum: str) -> tuple[int, int]:
        category, _slash, group = stratum.partition("/")
        return categories.index(category), GROUPS.index(group)

    return sorted(strata, key=place)


def group_of(*, kind: str, size: str, status: str, created: str, since: str) -> str | None:
    """Group of an object in the frame; None when it does not belong there. *created* and *since* are ISO dates."""
    if status in {"removed", "out_of_scope"}:
        return "deleted"
    if since and created >= since:
        return "added"
    key = protocol()["key"]
    return "key" if kind in key["kinds"] or size in key["sizes"] else "general"
