"""A region's total beside published figures: its own where there are some, else its share of the nation's. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from accounting.analysis.queries import Choice
from accounting.tables import published
from census.places import regions


@dataclass(frozen=True)
class Published:
    """A published figure in the unit of the choice. Of the same region: ``change`` in %; of the nation: ``share``."""

    label: str
    national: bool
    amount: float
    change: float | None
    share: float | None


def published_beside(region: str, choice: Choice, total: float, language: str) -> list[Published]:
    """The figures of every series that has one of this pollutant; *total* in the unit of *choice*."""
    rows = []
    for series in published.load().values():
        found = {
            place: series.figures.get((place, "", choice.medium, choice.pollutant))
            for place in (region, regions.NATION)
        }
        figure = found[region] or found[regions.NATION]
        if not figure:
            continue
        amount, national = figure / choice.per, not found[region]
        ratio = 100 * total / amount
        rows.append(
            Published(
                series.label(language),
                national or region == regions.NATION,
                amount,
                None if national else ratio - 100,
                ratio if national else None,
            )
        )
    return rows
