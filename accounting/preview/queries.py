"""What one object emits by the values now saved: the accounting of its own forms, nothing stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from accounting.factors.shape import CONFIDENCES
from accounting.methods import pollutants
from accounting.methods.pollutants import Pollutant
from accounting.runs.estimates import ACCOUNTED, account_documents
from sources.forms.check_set import Document
from sources.objects.models import CensusObject
from sources.returns.store import siblings_of

NEEDS_OTHERS = frozenset({"county_domestic", "city_domestic"})
"""Kinds whose figures rest on the plants of other objects: no preview from their own forms."""
RATINGS = ("measured", "reported", *CONFIDENCES)
GAPS = 8  # shown; the rest is counted


@dataclass
class Row:
    """One pollutant: amounts in display units, None where a part is unknown; how the figures were got."""

    pollutant: Pollutant
    medium: str
    amounts: dict[str, float | None]
    methods: list[str]
    rating: str
    analogue: bool


@dataclass
class Missing:
    """Pollutants without a figure for the same reason and key."""

    reason: str
    key: str
    form: str
    pollutants: list[str] = field(default_factory=list)


@dataclass
class Preview:
    """Rows by medium and pollutant; gaps, at most GAPS of them, and how many more there are."""

    rows: list[Row]
    gaps: list[Missing]
    more: int


def offered(kind: str, form: str) -> bool:
    """Whether a form of this kind of object has a preview beside it."""
    return form in ACCOUNTED and kind not in NEEDS_OTHERS


def preview(one: CensusObject) -> Preview | None:
    """The preview of an object by its saved forms, drafts included; None while no factor library is loaded.

    The caller has checked that the object is visible. Amounts are at the outlet of the object: what a receiving
    plant takes off is not known here.
    """
    facts = {name: getattr(one, name) for name in ("kind", "category", "region", "industry", "name")}
    forms = [Document(one.pk, row["form"], row["sheet"], row["values"]) for row in siblings_of(one.pk)]
    result = account_documents({one.pk: facts}, forms)
    if result is None:
        return None
    gaps = _gaps(result.gaps.to_dict("records"))
    return Preview(_rows(result.lines), gaps[:GAPS], max(0, len(gaps) - GAPS))


def _rows(lines: pd.DataFrame) -> list[Row]:
    table = pollutants.table()
    order = {code: position for position, code in enumerate(table)}
    counted = lines[lines["chosen"].astype(bool)]
    rows = []
    for (medium, code), part in counted.groupby(["medium", "pollutant"], sort=False):
        pollutant = table[code]
        rows.append(
            Row(
                pollutant,
                medium,
                {name: _sum(part[name], pollutant.scale) for name in ("generated", "removed", "discharged")},
                list(dict.fromkeys(part["method"])),
                max(part["confidence"], key=RATINGS.index),
                bool((part["match_step"] == "analogue").any()),
            )
        )
    return sorted(
        rows, key=lambda row: (("water", "air", "waste").index(row.medium), order[row.pollutant.code])
    )


def _sum(amounts: pd.Series, scale: float) -> float | None:
    """The sum of what is known; unknown as soon as one part is."""
    values = amounts.to_numpy(dtype=float)
    return None if np.isnan(values).any() else float(values.sum()) * scale


def _gaps(rows: Iterable[dict[str, Any]]) -> list[Missing]:
    found: dict[tuple[str, str], Missing] = {}
    for row in rows:
        if row["reason"] == "unknown_plant":  # nothing of the neighbours is known here
            continue
        gap = found.setdefault((row["reason"], row["key"]), Missing(row["reason"], row["key"], row["form"]))
        if row["pollutant"] and row["pollutant"] not in gap.pollutants:
            gap.pollutants.append(row["pollutant"])
    return list(found.values())
