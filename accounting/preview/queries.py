"""What one object emits by the values now saved: the accounting of its forms as a run does it, nothing stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from accounting.factors.shape import CONFIDENCES
from accounting.methods import pollutants
from accounting.methods.pollutants import Pollutant
from accounting.runs.engine import DEFAULT_PARAMETERS, Context
from accounting.runs.engine.table import Column, Table
from accounting.runs.estimates import ACCOUNTED, account_context, account_documents
from accounting.runs.models import Run
from accounting.runs.reading import context_read
from census.access.scope import Scope
from sources.forms.check_set import Document
from sources.objects.models import CensusObject
from sources.returns.store import siblings_of

RESTS_ON_PLANTS = frozenset({"county_domestic", "city_domestic"})
"""Kinds whose figures are what the sewage plants of their area leave over."""
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
    """Rows by medium and pollutant; gaps, at most GAPS of them, and how many more there are.

    ``plants``: how many sewage plants are credited to a town or city unit, None for other kinds. ``blind``: the post
    does not see these plants, so nothing is computed.
    """

    rows: list[Row]
    gaps: list[Missing]
    more: int
    plants: int | None = None
    blind: bool = False


def offered(form: str) -> bool:
    """Whether a form has a preview beside it."""
    return form in ACCOUNTED


def preview(one: CensusObject, scope: Scope) -> Preview | None:
    """The preview of an object by its saved forms, drafts included; None while no factor library is loaded.

    The caller has checked that the object is visible. Amounts are at the outlet of the object: what a receiving
    plant takes off an enterprise is not known here. A town or city unit is credited with the plants of its area.
    """
    on = one.campaign.reference_date.isoformat()
    plants = None
    if one.kind in RESTS_ON_PLANTS:
        if not _sees_plants(scope, one):
            return Preview([], [], 0, blind=True)
        context = _area(one)
        plants, result = len(context.town_plants), account_context(context, on=on)
    else:
        facts = {name: getattr(one, name) for name in ("kind", "category", "region", "industry", "name")}
        forms = [Document(one.pk, row["form"], row["sheet"], row["values"]) for row in siblings_of(one.pk)]
        result = account_documents({one.pk: facts}, forms, on=on)
    if result is None:
        return None
    lines, gaps = (frame[frame["object_id"] == str(one.pk)] for frame in (result.lines, result.gaps))
    missing = _gaps(gaps.keys(["reason", "key", "form", "pollutant"]))
    return Preview(_rows(lines), missing[:GAPS], max(0, len(missing) - GAPS), plants)


def _sees_plants(scope: Scope, one: CensusObject) -> bool:
    """Whether the post sees every sewage plant of the object's area; a part of them would give a wrong figure."""
    whole = scope.districts is None and scope.object_id is None
    return whole and scope.covers(one.region, "centralized")


def _area(one: CensusObject) -> Context:
    """The object with the plants credited to it, as a run over its area would read them, drafts included."""
    run = Run(
        campaign_id=one.campaign_id,
        categories=[one.category],
        parameters=DEFAULT_PARAMETERS,
        min_state="draft",
    )
    return context_read(run=run, region=one.region, only=[str(one.pk)])


def _rows(lines: Table) -> list[Row]:
    table = pollutants.table()
    order = {code: position for position, code in enumerate(table)}
    counted = lines[lines["chosen"]]
    rows = []
    for (medium, code), part in counted.groups(["medium", "pollutant"]):
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


def _sum(amounts: Column, scale: float) -> float | None:
    """The sum of what is known; unknown as soon as one part is."""
    return None if amounts.isna().any() else float(amounts.sum()) * scale


def _gaps(rows: Iterable[tuple[str, str, str, str]]) -> list[Missing]:
    """The gaps of (reason, key, form, pollutant), those of one reason and key together."""
    found: dict[tuple[str, str], Missing] = {}
    for reason, key, form, pollutant in rows:
        if reason == "unknown_plant":  # nothing of the neighbours is known here
            continue
        gap = found.setdefault((reason, key), Missing(reason, key, form))
        if pollutant and pollutant not in gap.pollutants:
            gap.pollutants.append(pollutant)
    return list(found.values())
