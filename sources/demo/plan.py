"""How many objects of each kind a county gets. Pure.

Quzhou's published counts (city report): industrial 5,163, farms 1,346, centralized 3,788, domestic 1,619,
mobile 255, comprehensive forms 39, together 12,210 of the printed total 12,217. The seven that the printed parts
fall short are made industrial parks. The split inside a category is the generator's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sources.objects.kinds import KINDS

QUZHOU = {
    "enterprise": 5163,
    "park": 7,
    "farm": 1346,
    "wastewater_plant": 3770,
    "waste_site": 13,
    "hazardous_plant": 5,
    "village": 1482,  # all administrative villages of the region list
    "boiler_unit": 100,
    "outfall": 37,
    "petrol_station": 230,
    "oil_depot": 8,
    "oil_carrier": 17,
}
TOTAL = 12_217
PER_VILLAGE = 3_583_200 / 673_804  # objects of the national bulletin over villages of the region list
COUNTY_KINDS = tuple(kind.code for kind in KINDS.values() if kind.level == 3)
CITY_KINDS = tuple(kind.code for kind in KINDS.values() if kind.level == 2)


def counts(
    villages: Mapping[str, int], cities: Mapping[str, str], objects: int | None = None, scale: float = 1.0
) -> dict[str, dict[str, int]]:
    """Objects of each kind for each county.

    villages: villages of each county. cities: city of each county. objects: total wanted; None means the
    published total for Quzhou and the national density elsewhere. scale: for small worlds. A kind of
    which the whole area would get none gets one, so that a small world still shows every form.
    """
    if objects is None:
        objects = (
            TOTAL if set(cities.values()) == {"330800000000"} else round(PER_VILLAGE * sum(villages.values()))
        )
    fixed = len(COUNTY_KINDS) * len(villages) + len(CITY_KINDS) * len(set(cities.values()))
    wanted = max(1.0, (objects - fixed) * scale)
    places = sum(QUZHOU.values())
    plan: dict[str, dict[str, int]] = {county: {} for county in villages}
    for kind, number in QUZHOU.items():
        total = max(1, round(wanted * number / places))
        for county, share in zip(villages, apportion(total, list(villages.values())), strict=True):
            plan[county][kind] = share
    seen = set()
    for county, kinds in plan.items():
        kinds.update(dict.fromkeys(COUNTY_KINDS, 1))
        if cities[county] not in seen:
            seen.add(cities[county])
            kinds.update(dict.fromkeys(CITY_KINDS, 1))
    return plan


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Whole shares of *total* in proportion to *weights*, by largest remainder."""
    exact = [total * weight / sum(weights) for weight in weights]
    shares = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda position: shares[position] - exact[position])
    for position in by_remainder[: total - sum(shares)]:
        shares[position] += 1
    return shares
