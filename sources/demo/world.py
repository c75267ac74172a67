"""Loads the demo world of an area: county by county, each in one transaction, then what upper rooms add.

A load that was broken off goes on where it stopped: counties that hold objects are left alone.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction

from census.access.scope import Scope
from census.audit.services import audit_record
from census.people.models import Post, User
from census.places import regions
from census.places.models import CensusDistrict, Region
from sources.demo import places, plan
from sources.demo.campaign import demo_campaign
from sources.demo.copying import analyse
from sources.demo.loading import Loaded, load_county
from sources.demo.people import Staff, offices, upper_seats
from sources.demo.plant import Planted
from sources.demo.stages import DemoLoad, StageDone, run_stages
from sources.objects.models import CensusObject
from sources.returns.models import Return, ReturnVersion
from sources.visits.models import Visit

ANALYSED = (CensusObject, Return, ReturnVersion, Visit, CensusDistrict, User, Post)


@dataclass(slots=True)
class Summary:
    """What a load came to; *skipped* counties were there already."""

    objects: int = 0
    returns: int = 0
    versions: int = 0
    people: int = 0
    visits: int = 0
    planted: int = 0
    counties: int = 0
    skipped: int = 0
    seconds: float = 0.0  # of the counties, without the stages
    stages: list[StageDone] = field(default_factory=list)

    def add(self, loaded: Loaded) -> None:
        self.counties += 1
        self.objects += loaded.objects
        self.returns += loaded.returns
        self.versions += loaded.versions
        self.people += loaded.people
        self.visits += loaded.visits
        self.planted += len(loaded.planted)


def planted_file(area: str, folder: Path | None = None) -> Path:
    """Where the planted errors of an area's load are written."""
    return (folder or settings.VAR_DIR / "demo") / f"planted_{regions.prefix(area) or 'nation'}.json"


def load_world(
    area: str,
    *,
    seed: int,
    today: dt.date,
    objects: int | None = None,
    scale: float = 1.0,
    limit: int | None = None,
    folder: Path | None = None,
    say: Callable[[str], None] = print,
    corrected: bool = False,
) -> Summary:
    """Load the counties of *area* (12-digit code), then run the registered stages.

    objects: number wanted (see ``plan.counts``). scale: for small worlds. limit: only the first counties.
    folder: where the file of planted errors goes. corrected: see ``stages.DemoLoad``. Raises LookupError when the
    area has no villages in the reference data.
    """
    villages = _villages(places.county_codes(area))
    if not villages:
        raise LookupError(f"The reference data has no villages in {area}. Run load_reference first.")
    cities = {code: regions.at_level(code, 2) for code in villages}
    wanted = plan.counts(villages, cities, objects, scale)
    city_villages: dict[str, int] = defaultdict(int)
    for code, number in villages.items():
        city_villages[cities[code]] += number
    campaign = demo_campaign(today)
    staff = _upper_staff(seed, [cities[code] for code in list(villages)[:limit]])
    path = planted_file(area, folder)
    summary = Summary()
    chosen = list(villages)[:limit]
    waiting = [code for code in chosen if not _is_loaded(code)]
    summary.skipped = len(chosen) - len(waiting)
    began = time.monotonic()
    for number, county in enumerate(places.counties(waiting, seed), start=1):
        with transaction.atomic():
            loaded = load_county(
                campaign, county, wanted[county.code], seed, city_villages[county.city], staff
            )
            actor = Scope.system(county.code, name="演示数据装载")
            audit_record(
                actor, "demo.loaded", subject="region", subject_id=county.code, objects=loaded.objects
            )
            _note_planted(path, county.code, loaded.planted)
        summary.add(loaded)
        spent = time.monotonic() - began
        say(
            f"{county.name}: {loaded.objects:,} objects, {loaded.returns:,} forms, {loaded.people:,} people "
            f"({number}/{len(waiting)}, {summary.objects / spent:,.0f} objects a second)"
        )
    if summary.counties:
        analyse(*ANALYSED)
    summary.seconds = time.monotonic() - began
    summary.stages = run_stages(
        DemoLoad(
            campaign,
            area,
            tuple(dict.fromkeys(cities[code] for code in chosen)),
            seed,
            today,
            path,
            say,
            corrected,
        )
    )
    return summary


def _villages(codes: Iterable[str]) -> dict[str, int]:
    """Villages of each county; counties without any (zones kept by statistics only) are left out."""
    found = {}
    for code in codes:
        low, high = regions.bounds(code)
        if number := Region.objects.filter(level=5, code__gte=low, code__lt=high).count():
            found[code] = number
    return found


def _is_loaded(code: str) -> bool:
    low, high = regions.bounds(code)
    return CensusObject.objects.filter(region__gte=low, region__lt=high, synthetic=True).exists()


def _upper_staff(seed: int, cities: Iterable[str]) -> Staff:
    """The offices above the counties and their people."""
    upper = sorted({region for city in cities for region in regions.ancestors(city)})
    staff = Staff(seed)
    with transaction.atomic():
        offices(upper)
        for region in upper:
            staff.load_known(region)
            staff.add(upper_seats(region), region)
    return staff


def _note_planted(path: Path, county: str, planted: list[Planted]) -> None:
    """Add the county's errors to the file; written anew beside it and moved, so that it is never half there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known[county] = [error.as_json() for error in planted]
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(known, ensure_ascii=False, indent=1), encoding="utf-8")
    fresh.replace(path)


def read_planted(path: Path) -> list[Planted]:
    """The planted errors of a load."""
    known = json.loads(path.read_text(encoding="utf-8"))
    return [
        Planted(**{**error, "rules": tuple(error["rules"])}) for errors in known.values() for error in errors
    ]
