"""The stages that review adds to the loading of the demo world."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from census.places import regions
from review.demo.batches import CityProblems
from review.findings.models import Finding
from review.findings.runs import regions_check, shard_check
from review.problems.models import Batch, Problem, ProblemEvent
from sources.demo.copying import analyse
from sources.demo.places import county_codes
from sources.demo.stages import DemoLoad
from sources.objects.models import CensusObject


def load_findings(demo: DemoLoad) -> str:
    """Run the rules over every county that has no findings yet, and over the cities' own forms."""
    found: dict[str, dict[str, Any]] = {}
    for shard in (*county_codes(demo.area), *demo.cities):
        low, high = regions.bounds(shard)
        own = {"region": shard} if regions.level(shard) == 2 else {"region__gte": low, "region__lt": high}
        if Finding.objects.filter(**own).exists() or not CensusObject.objects.filter(**own).exists():
            continue
        with transaction.atomic():
            found[shard] = shard_check(demo.actor, shard=shard)
    with transaction.atomic():
        places = regions_check(demo.actor, region=demo.area, found=found)
    analyse(Finding)
    forms, new = (sum(one[name] for one in found.values()) for name in ("documents", "new"))
    return f"{forms:,} forms checked, {new + places['new']:,} findings"


def load_problems(demo: DemoLoad) -> str:
    """Problem batches of nation, province and city, about each city that has none yet."""
    rows = events = 0
    for city in demo.cities:
        low, high = regions.bounds(city)
        if Problem.objects.filter(region__gte=low, region__lt=high).exists():
            continue
        with transaction.atomic():
            made = CityProblems(demo, city).load()
        rows, events = rows + made[0], events + made[1]
    analyse(Batch, Problem, ProblemEvent)
    return f"{rows:,} problem rows, {events:,} events"
