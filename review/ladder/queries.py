"""How far the forms of each place have climbed the chain of review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Substr

from census.access.scope import Scope
from census.places import regions
from review.counting import counted
from review.problems.queries import region_names
from sources.returns.models import Return
from sources.returns.states import ORDER, STATES

# width of a region code per place shown: provinces for the nation, cities for a province, counties for a city,
# townships below
WIDTH_BELOW = {0: 2, 1: 4, 2: 6, 3: 9, 4: 12, 5: 12}


@dataclass(slots=True)
class Place:
    """Forms of one place by state. *held*: with an open error, so not to be approved as they are."""

    code: str
    label: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    held: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def cells(self) -> list[int]:
        """Counts in the order of the states."""
        return [self.counts.get(state, 0) for state in STATES]

    def beyond(self, state: str) -> float | None:
        """Share of the forms that stand at *state* or further; None without forms."""
        reached = sum(count for name, count in self.counts.items() if ORDER[name] >= ORDER[state])
        return reached / self.total if self.total else None

    @property
    def approved(self) -> float | None:
        """Share approved by the county or further up."""
        return self.beyond("county_ok")


def ladder(scope: Scope, params: Mapping[str, Any]) -> list[Place]:
    """Active forms in *scope* (of one category, if asked) by place one level below the post, and state."""
    category = params.get("category") or ""
    category = category if category in scope.categories else ""

    def count() -> list[tuple[str, str, int, int]]:
        rows = Return.objects.visible_to(scope).filter(active=True)
        if category:
            rows = rows.filter(category=category)
        width = WIDTH_BELOW[scope.level]
        places = rows.order_by().values_list(Substr("region", 1, width), "state")
        return list(places.annotate(n=Count("pk"), held=Count("pk", filter=Q(errors__gt=0))))

    found: dict[str, Place] = {}
    for head, state, number, held in counted(scope, "ladder", category, count):
        code = regions.prefix(head.ljust(12, "0")).ljust(12, "0")
        place = found.setdefault(code, Place(code))
        place.counts[state] = place.counts.get(state, 0) + number
        place.held += held
    names = region_names(found)
    for place in found.values():
        place.label = names.get(place.code, place.code)
    return sorted(found.values(), key=lambda place: place.code)


def total(places: list[Place], label: Any) -> Place:
    """All places together."""
    whole = Place("", str(label))
    for place in places:
        whole.held += place.held
        for state, number in place.counts.items():
            whole.counts[state] = whole.counts.get(state, 0) + number
    return whole
