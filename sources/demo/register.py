"""The register entries of one county: what every object has, whatever its kind."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sources.demo import names
from sources.demo.dms import dms
from sources.demo.draw import Draw
from sources.demo.places import County
from sources.forms.catalogue import load
from sources.objects.codes import object_codes
from sources.objects.kinds import KINDS

FIRST_SITE = "01"  # site serial after the credit code; demo units have one site
DISTRICT_SIZE = 14  # a village with more objects is cut into several census districts
WITH_CREDIT_CODE = frozenset(
    {"enterprise", "farm", "wastewater_plant", "waste_site", "hazardous_plant", "boiler_unit"}
    | {"oil_depot", "petrol_station", "oil_carrier"}
)


@dataclass(slots=True)
class Batch:
    """Objects of one kind in one county, column by column. Arrays run over the objects."""

    kind: str
    county: County
    draw: Draw
    id: list[str]
    village: np.ndarray  # index into county.villages
    region: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    uscc: np.ndarray
    org_code: np.ndarray
    code: np.ndarray
    legal_person: np.ndarray
    contact: np.ndarray
    phone: np.ndarray
    name: np.ndarray
    industry: np.ndarray
    size: np.ndarray
    operating: np.ndarray
    district: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=object))
    district_code: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=object))
    attributes: list[dict[str, Any]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.id)

    @property
    def category(self) -> str:
        return KINDS[self.kind].category

    @property
    def township(self) -> np.ndarray:
        return self.county.township_names[self.village]

    @property
    def address(self) -> np.ndarray:
        return self.township + self.county.village_names[self.village]


@dataclass(slots=True)
class World:
    """One county's objects, and what one kind needs to know of another."""

    county: County
    seed: int
    batches: dict[str, Batch]
    town_plants: list[str] = field(default_factory=list)  # names of plants that take sewage from sewers


def register(county: County, wanted: Mapping[str, int], seed: int) -> World:
    """Place the objects of *county*. Names and industries are filled in by each kind's module afterwards."""
    draw = Draw(seed, f"register {county.code}")
    used = 0
    start = zlib.crc32(county.code.encode()) % 31**4
    batches = {}
    for kind, size in wanted.items():
        if not size:
            continue
        organisation = names.organisation_codes((start + used + np.arange(size)) % 31**4)
        batches[kind] = _batch(county, kind, size, organisation, draw, Draw(seed, f"{kind} {county.code}"))
        used += size
    world = World(county, seed, batches)
    _cut_districts(world, draw)
    return world


def _batch(
    county: County, kind: str, size: int, organisation: np.ndarray, placing: Draw, draw: Draw
) -> Batch:
    level = KINDS[kind].level
    village = _villages(county, kind, size, placing)
    region = county.villages[village]
    if level is not None:
        region = np.full(size, county.code if level == 3 else county.city, dtype=object)
    spot = (
        county.positions[village]
        if kind == "village"
        else county.outline.near(placing.rng, county.positions[village], 0.006)
    )
    blank = np.full(size, "", dtype=object)
    if kind in WITH_CREDIT_CODE:
        uscc = names.credit_codes("91" + county.code[:6], organisation)
        code, org_code = uscc + FIRST_SITE, organisation
    else:
        uscc = org_code = blank
        code = _identification_codes(kind, region)
    return Batch(
        kind=kind,
        county=county,
        draw=draw,
        id=names.identifiers(draw, size),
        village=village,
        region=region,
        lon=np.round(spot[:, 0], 6),
        lat=np.round(spot[:, 1], 6),
        uscc=uscc,
        org_code=org_code,
        code=code,
        legal_person=names.people(draw, size),
        contact=names.people(draw, size),
        phone=names.phones(draw, size),
        name=blank,
        industry=blank,
        size=blank,
        operating=np.full(size, "1", dtype=object),
        attributes=[{} for _ in range(size)],
    )


def _villages(county: County, kind: str, size: int, draw: Draw) -> np.ndarray:
    """Village of each object: one each for villages, the countryside for farms and rural plants, else anywhere."""
    rural = np.flatnonzero(county.rural) if county.rural.any() else np.arange(len(county.villages))
    if kind == "village":
        order = rural if size > len(rural) else draw.rng.permutation(rural)[:size]
        return np.sort(np.resize(order, size))
    if kind in {"farm", "wastewater_plant", "outfall", "waste_site"}:
        return np.sort(draw.rng.choice(rural, size))
    # industry gathers: village weights are uneven
    weight = draw.rng.gamma(0.6, 1.0, len(county.villages)) + 0.02
    return np.sort(draw.rng.choice(len(county.villages), size, p=weight / weight.sum()))


def _identification_codes(kind: str, region: np.ndarray) -> np.ndarray:
    """Codes of objects without a credit code: region, letter of the kind, serial in the region, check character."""
    letter = KINDS[kind].letter
    series = {place: object_codes(place, letter) for place in set(region.tolist())}
    codes = [next(series[place]) for place in region.tolist()]
    return np.array(codes, dtype=object)


def _cut_districts(world: World, draw: Draw) -> None:
    """Census districts are whole villages; one with more than DISTRICT_SIZE objects is cut."""
    placed = [batch for batch in world.batches.values() if KINDS[batch.kind].level is None]
    seen = np.zeros(len(world.county.villages), dtype=int)
    keys = []
    for batch in placed:
        ranks = np.empty(len(batch), dtype=int)
        for position, village in enumerate(batch.village.tolist()):
            ranks[position] = seen[village]
            seen[village] += 1
        keys.append(batch.village * 1000 + ranks // DISTRICT_SIZE + 1)
    numbers = np.unique(np.concatenate(keys)) if keys else np.empty(0, dtype=int)
    ids = dict(zip(numbers.tolist(), names.identifiers(draw, len(numbers)), strict=True))
    for batch, key in zip(placed, keys, strict=True):
        batch.district = np.array([ids[number] for number in key.tolist()], dtype=object)
        batch.district_code = np.array(
            [f"{world.county.villages[number // 1000]}{number % 1000:03d}" for number in key.tolist()],
            dtype=object,
        )
    for batch in world.batches.values():
        if KINDS[batch.kind].level is not None:
            batch.district = np.full(len(batch), None, dtype=object)
            batch.district_code = np.full(len(batch), "", dtype=object)


def header(batch: Batch, form: str, rows: np.ndarray | None = None) -> dict[str, Any]:
    """The items of *form* that the register knows, for the objects *rows* of *batch* (all of them by default)."""
    rows = np.arange(len(batch)) if rows is None else rows
    lon, lat = dms(batch.lon[rows]), dms(batch.lat[rows])
    known = {
        "census_tract_code": batch.district_code[rows],
        "uscc": _filled(batch.uscc[rows]),
        "census_object_code": batch.code[rows] if not batch.uscc[0] else None,
        "unit_name": batch.name[rows],
        "legal_representative": batch.legal_person[rows],
        "region_code": batch.region[rows],
        "township": batch.township[rows],
        "street_address": batch.address[rows],
        "address": batch.address[rows],
        "longitude": lon,
        "latitude": lat,
        "contact_name": batch.contact[rows],
        "contact_phone": batch.phone[rows],
        "mobile_phone": batch.phone[rows],
        "industry_code_1": _filled(batch.industry[rows]),
        "enterprise_scale": _filled(batch.size[rows]),
    }
    items = load().forms[form].indicators
    return {key: column for key, column in known.items() if key in items and column is not None}


def inventory(batch: Batch, form: str) -> dict[str, Any]:
    """Header and sign-off of an inventory form (spring 2018)."""
    size = len(batch)
    items = load().forms[form].indicators
    day = batch.draw.whole(size, 1, 28)
    month = batch.draw.whole(size, 3, 5)
    signed = {
        "enumerator_name": names.people(batch.draw, size),
        "enumerator_code": [f"P{number:05d}" for number in batch.draw.whole(size, 1, 99999).tolist()],
        "filled_on": [f"2018-{m:02d}-{d:02d}" for m, d in zip(month.tolist(), day.tolist(), strict=True)],
        "reviewer_name": names.people(batch.draw, size),
        "reviewer_code": [f"Z{number:05d}" for number in batch.draw.whole(size, 1, 99999).tolist()],
        "reviewed_on": [
            f"2018-{m + 1:02d}-{d:02d}" for m, d in zip(month.tolist(), day.tolist(), strict=True)
        ],
        "in_census_scope": "1",
    }
    return header(batch, form) | {key: column for key, column in signed.items() if key in items}


def _filled(cells: np.ndarray) -> np.ndarray:
    """Blank instead of empty text."""
    return np.where(cells == "", None, cells)
