"""Comparisons as findings: of single objects county by county, of places when all counties are added up.

A finding about a place stands where one about an object would: its object is ``region_subject`` of the division, so
that it keeps its identity, goes on problem lists and is answered like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import orjson

from census.access.scope import Scope
from census.calendar.models import Campaign
from census.places import regions
from review.comparisons.spec import REGIONAL, SUDDEN, Comparison, comparisons
from review.comparisons.sums import Totals, by_place, numbers_of, totals
from review.findings.reading import COUNTY, Sheet
from review.rules.catalogue import audit_rules
from sources.forms.catalogue import load
from sources.language.tables import Dataset
from sources.objects.models import CensusObject
from sources.references.models import ReferenceFigure
from sources.references.queries import reference_figures

_PLACES = UUID("9b0d6f0a-3f3c-5c0b-8a55-2f6a1e0c7d11")
Line = tuple[object, ...]  # in the columns of the table ``found`` of a run
Figures = Mapping[tuple[str, str], list[ReferenceFigure]]


def region_subject(code: str) -> UUID:
    """Under which id findings and problems are about a division."""
    return uuid5(_PLACES, code)


def census_year() -> int | None:
    """The year figures are compared for; None without a campaign."""
    campaign = Campaign.objects.filter(active=True).order_by("-reference_date").first()
    return campaign.reference_date.year if campaign else None


def totals_of(data: Dataset, shard: str) -> Totals:
    """What a county, or what hangs on a city itself, adds up to, for the comparisons of places."""
    county = regions.level(shard) == COUNTY
    own = np.array([county or record["region"] == shard for record in data.objects.records], bool)
    present = {
        one for one in comparisons().values() if one.kind == REGIONAL and _forms(one) & data.sheets.keys()
    }
    return totals(data, present, own)


def _forms(one: Comparison) -> set[str]:
    return {part.form for part in (*one.census, *one.other)}


def objects_compared(
    actor: Scope, *, shard: str, data: Dataset, sheets: Sequence[Sheet], own: Collection[int]
) -> Iterator[Line]:
    """Lines of objects whose numbers are far from what another source says of them."""
    year = census_year()
    figures = reference_figures(actor, region=shard, until=year, objects=True) if year else {}
    if not figures:
        return
    codes = dict(
        CensusObject.objects.visible_to(actor)
        .filter(code__in={code for code, _indicator in figures})
        .values_list("pk", "code")
    )
    mine = {(sheets[at].object_id, sheets[at].form): sheets[at] for at in sorted(own, reverse=True)}
    numbers = {record["id"]: number for number, record in enumerate(data.objects.records)}
    for one in comparisons().values():
        if one.kind != SUDDEN or one.form not in data.sheets:
            continue
        values, owners = numbers_of(data, one.census[0])
        filled = ~np.isnan(values)
        sums = np.bincount(owners[filled], weights=values[filled], minlength=len(numbers))
        known = np.bincount(owners[filled], minlength=len(numbers)) > 0
        for pk, code in codes.items():
            number, figure = numbers.get(str(pk)), _figure(figures, code, one, year)
            sheet = mine.get((str(pk), one.form))
            if number is None or figure is None or sheet is None or not known[number]:
                continue
            census = float(sums[number])
            if one.fails(census, figure.value):
                place = (sheet.object_id, sheet.return_id, sheet.region, sheet.category, sheet.district_id)
                yield _line(one, census, figure.value, figure, place, sheet.sheet)


def places_compared(actor: Scope, *, region: str, shards: Mapping[str, Totals]) -> Iterator[Line]:
    """Lines of the divisions of *region* whose totals are far from what they are compared with."""
    year = census_year()
    figures = reference_figures(actor, region=region, until=year) if year else {}
    for level in (1, 2, 3):
        wanted = [one for one in comparisons().values() if level in one.levels]
        if level < regions.level(region):
            continue
        for place, found in sorted(by_place(shards, level).items()):
            for one in wanted:
                census, other = found.get(one.number, (None, None))
                figure = None if one.other else _figure(figures, place, one, year)
                other = figure.value if figure else other
                if one.fails(census, other):
                    category = next(load().kinds_of(one.form)).category
                    yield _line(
                        one, census, other, figure, (region_subject(place), None, place, category, None), 1
                    )


def _figure(figures: Figures, place: str, one: Comparison, year: int) -> ReferenceFigure | None:
    rows = figures.get((place, one.reference), [])
    return next((row for row in rows if (row.year < year if one.earlier else row.year == year)), None)


def _line(
    one: Comparison,
    census: float,
    other: float,
    figure: ReferenceFigure | None,
    place: tuple[Any, ...],
    sheet: int,
) -> Line:
    rule = audit_rules().rules[one.covers[0]]
    object_id, return_id, region, category, district = place
    item = one.census[0].item if one.kind == SUDDEN else ""
    share = f"{census / other:.1%}" if other else "∞"
    source = f"{figure.source}（{figure.year}）" if figure else "; ".join(part.form for part in one.other)
    unit = f" {figure.unit}" if figure else ""
    zh = f"{rule.message.zh}：普查{_text(census)}{unit}，对比{_text(other)}{unit}（{source}），为其{share}"
    en = f"{rule.message.en}: census {_text(census)}{unit}, beside {_text(other)}{unit} ({source}), {share} of it"
    items = orjson.dumps([item] if item else []).decode()
    return (
        object_id, return_id, one.number, rule.severity, one.kind, one.form, sheet, "", item, items, region, category,
        district, zh[:400], en[:400], _text(census),
    )  # fmt: skip


def _text(number: float) -> str:
    return f"{number:,.6g}"
