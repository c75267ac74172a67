"""Cuts side by side: which can be, of which region, and whether they say the same. Always within a scope.

Two cuts, of one office or of two, can be laid side by side where one covers the region of the other; what both hold of
the smaller region, or of any region in it, is compared.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from accounting.cuts.frozen import Content, differences, thaw
from accounting.cuts.models import Cut, FrozenTable, Part
from accounting.cuts.queries import cuts_visible, require_all_categories
from accounting.tables.layout import load
from census.access.scope import Scope
from census.places import regions
from census.places.models import Region

OWN_CUTS = 20  # earlier and later cuts of the same office offered to lay beside one
COUNTY = 3  # level below which no tables are held
NOTHING: Content = {"rows": [], "columns": []}


@dataclass(frozen=True, slots=True)
class Agreement:
    """What two cuts say of *region*. ``tables``: how many both hold; ``differing``: codes of those in which a number
    differs; ``alone``: codes that only one holds. ``objects``, ``forms``: held there by (cut, other).
    """

    cut: Cut
    other: Cut
    region: str
    tables: int
    differing: list[str]
    alone: list[str]
    objects: tuple[int, int]
    forms: tuple[int, int]

    @property
    def same(self) -> bool:
        return not (self.differing or self.alone)

    @property
    def pair(self) -> tuple[Cut, Cut]:
        """(later, earlier), as a comparison reads them."""
        return in_order(self.cut, self.other)


def stands_for(cut: Cut) -> dt.datetime:
    """The moment whose register and forms the cut holds: of a run over another cut, that cut's."""
    return (cut.run.data_cut.as_of if cut.run.data_cut_id else None) or cut.as_of


def in_order(one: Cut, other: Cut) -> tuple[Cut, Cut]:
    """(later, earlier) by the moments the two stand for."""
    return (one, other) if (stands_for(one), one.as_of) >= (stands_for(other), other.as_of) else (other, one)


def common_region(one: Cut, other: Cut) -> str | None:
    """The smaller of two regions of which one covers the other, or None where the cuts cannot stand side by side:
    not frozen, of two campaigns, or apart.
    """
    if not (one.made and other.made) or one.campaign_id != other.campaign_id:
        return None
    wide, narrow = sorted((one.region, other.region), key=lambda code: len(regions.prefix(code)))
    return narrow if regions.contains(wide, narrow) else None


def _beside(scope: Scope, cut: Cut) -> QuerySet[Cut]:
    return cuts_visible(scope).filter(campaign_id=cut.campaign_id).exclude(digest="").exclude(pk=cut.pk)


def own_cuts(scope: Scope, cut: Cut) -> list[Cut]:
    """Other frozen cuts of the same office, newest first."""
    return list(_beside(scope, cut).filter(region=cut.region)[:OWN_CUTS])


def newest_above(scope: Scope, cut: Cut) -> list[Cut]:
    """The newest frozen cut of every office above the cut's, the nearest first."""
    above = regions.ancestors(cut.region)[:-1]
    return list(_beside(scope, cut).filter(region__in=above).order_by("-region", "-as_of").distinct("region"))


def newest_below(scope: Scope, cut: Cut) -> list[Cut]:
    """The newest frozen cut of every office below the cut's; of offices under each other only the upper one's."""
    low, high = regions.bounds(cut.region)
    below = _beside(scope, cut).filter(region__gte=low, region__lt=high).exclude(region=cut.region)
    codes = set(below.order_by().values_list("region", flat=True).distinct())
    highest = [code for code in codes if codes.isdisjoint(regions.ancestors(code)[:-1])]
    return list(below.filter(region__in=highest).order_by("region", "-as_of").distinct("region"))


def counterpart(scope: Scope, cut: Cut) -> Cut | None:
    """The cut a reader wants to see *cut* agree with: the newest of the reader's own office; for the office that made
    it the newest of the nearest office above.
    """
    if scope.region != cut.region:
        return _beside(scope, cut).filter(region=scope.region).order_by("-as_of").first()
    return next(iter(newest_above(scope, cut)), None)


def agreement(scope: Scope, cut: Cut, other: Cut) -> Agreement:
    """Compare every table of the region that both cuts hold, within the scope. Raises PermissionDenied for a post of
    some categories, ValueError for cuts that cannot stand side by side.
    """
    require_all_categories(scope)
    common = common_region(cut, other)
    if common is None:
        raise ValueError("cuts without a region in common")
    region = common if scope.covers(common) else scope.region
    held = [_digests(scope, one, region) for one in (cut, other)]
    both = held[0].keys() & held[1].keys()
    suspects = {key for key in both if held[0][key] != held[1][key]}
    before, after = (_contents(scope, one, region, suspects) for one in (other, cut))
    differing = {key[0] for key in suspects if any(differences(before[key], after[key]))}
    counts = [_counted(scope, one, region) for one in (cut, other)]
    return Agreement(
        cut=cut,
        other=other,
        region=region,
        tables=len({code for code, _by in both}),
        differing=sorted(differing),
        alone=sorted({code for code, _by in held[0].keys() ^ held[1].keys()}),
        objects=(counts[0]["objects"] or 0, counts[1]["objects"] or 0),
        forms=(counts[0]["forms"] or 0, counts[1]["forms"] or 0),
    )


def _tables(scope: Scope, cut: Cut, region: str) -> QuerySet[FrozenTable]:
    return FrozenTable.objects.visible_to(scope).filter(cut=cut, region=region)


def _digests(scope: Scope, cut: Cut, region: str) -> dict[tuple[str, str], str]:
    rows = _tables(scope, cut, region).order_by().values_list("code", "by", "digest")
    return {(code, by): digest for code, by, digest in rows}


def _contents(
    scope: Scope, cut: Cut, region: str, wanted: set[tuple[str, str]]
) -> dict[tuple[str, str], Content]:
    if not wanted:
        return {}
    rows = _tables(scope, cut, region).filter(code__in={code for code, _by in wanted}).order_by()
    found = rows.values_list("code", "by", "content")
    return {(code, by): thaw(text) for code, by, text in found if (code, by) in wanted}


def _counted(scope: Scope, cut: Cut, region: str) -> dict[str, int | None]:
    return parts_within(scope, cut, region).aggregate(objects=Sum("objects_held"), forms=Sum("returns_held"))


def parts_within(scope: Scope, cut: Cut, region: str) -> QuerySet[Part]:
    """The parts of a cut that lie in *region*, as far as the scope reaches."""
    low, high = regions.bounds(region)
    return Part.objects.visible_to(scope).filter(cut=cut, region__gte=low, region__lt=high)


def tables_compared(scope: Scope, after: Cut, before: Cut, region: str) -> list[dict[str, Any]]:
    """Every table of *region* that either cut holds, by each of its row dimensions, in the order of printing:
    {"code", "by", "title", "head", "cells": the differing ones (see frozen.differences), "alone": only one holds it}.
    """
    require_all_categories(scope)
    held = [_digests(scope, one, region) for one in (before, after)]
    keys = held[0].keys() | held[1].keys()
    sides = [_contents(scope, one, region, set(keys)) for one in (before, after)]
    found = []
    for key in sorted(keys, key=_printed):
        old, new = (side.get(key) for side in sides)
        shown = new or old or NOTHING
        same = held[0].get(key) == held[1].get(key)
        found.append(
            {
                "code": key[0],
                "by": key[1],
                "title": shown["title"],
                "head": shown["head"],
                "alone": old is None or new is None,
                "cells": [] if same else list(differences(old or NOTHING, new or NOTHING)),
            }
        )
    return found


def _printed(key: tuple[str, str]) -> tuple[str, int, str]:
    code, by = key
    rows = load()[code].rows if code in load() else ()
    return code, rows.index(by) if by in rows else len(rows), by


def places_below(
    scope: Scope, after: Cut, before: Cut, region: str, key: tuple[str, str]
) -> list[tuple[Region, int]]:
    """The divisions right below *region*, down to the counties, each with how many cells of one table (code,
    dimension) differ there.
    """
    level = regions.level(region) + 1
    if level > COUNTY:
        return []
    low, high = regions.bounds(region)
    below = list(Region.objects.filter(code__gte=low, code__lt=high, level=level).order_by("code"))
    old, new = (_of_places(scope, cut, [one.code for one in below], key) for cut in (before, after))
    return [
        (one, len(list(differences(old.get(one.code, NOTHING), new.get(one.code, NOTHING))))) for one in below
    ]


def _of_places(scope: Scope, cut: Cut, codes: list[str], key: tuple[str, str]) -> dict[str, Content]:
    held = FrozenTable.objects.visible_to(scope).filter(cut=cut, region__in=codes, code=key[0], by=key[1])
    return {code: thaw(text) for code, text in held.order_by().values_list("region", "content")}
