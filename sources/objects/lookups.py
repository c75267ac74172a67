"""What a register entry refers to: regions, industries, census districts. Read in bulk, kept while one works."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.core.cache import cache

from census.access.scope import Scope
from census.places import regions
from census.places.models import CensusDistrict, Industry, Region


@dataclass(slots=True)
class Lookups:
    """Answers from memory; what is asked for the first time is read once. Make one per request or job step."""

    scope: Scope
    _regions: dict[str, str | None] = field(default_factory=dict)
    _industries: dict[str, Industry | None] = field(default_factory=dict)
    _districts: dict[str, CensusDistrict] | None = None
    _authorities: frozenset[str] | None = None

    def prefetch(self, region_codes: Iterable[str], industries: Iterable[str] = ()) -> None:
        """Read many at once (with all ancestors of the regions)."""
        wanted = {up for code in region_codes if len(code) == 12 for up in regions.ancestors(code)}
        wanted -= self._regions.keys()
        named = Region.objects.filter(code__in=list(wanted)).values_list("code", "name") if wanted else ()
        self._regions |= dict.fromkeys(wanted) | dict(named)
        missing = {code for code in industries if code} - self._industries.keys()
        self._industries |= dict.fromkeys(missing) | Industry.objects.in_bulk(list(missing))

    def region_name(self, code: str) -> str | None:
        """Name of a division; None when there is none of this code."""
        if code not in self._regions:
            self.prefetch([code])
        return self._regions.get(code)

    def region_path(self, code: str) -> list[str]:
        """Names from the province down to *code*, one per level that exists."""
        return [name for up in regions.ancestors(code)[1:] if (name := self.region_name(up))]

    def region_columns(self, code: str) -> list[str]:
        """Names of province, city, county, township and village of *code*; blank where a level is missing."""
        deepest = regions.level(code)
        return [
            (self.region_name(regions.at_level(code, level)) or "") if level <= deepest else ""
            for level in range(1, 6)
        ]

    def industry(self, code: str) -> Industry | None:
        if code not in self._industries:
            self.prefetch([], [code])
        return self._industries.get(code)

    def district(self, code_or_id: object) -> CensusDistrict | None:
        """A census district of the scope by its id or its code."""
        if self._districts is None:
            rows = list(CensusDistrict.objects.visible_to(self.scope))
            self._districts = {str(row.id): row for row in rows} | {row.code: row for row in rows}
        return self._districts.get(str(code_or_id))

    def district_code(self, district_id: UUID | None) -> str:
        row = self.district(district_id) if district_id else None
        return row.code if row else ""

    def authority_known(self, code: str) -> bool:
        """True when the 6-digit *code* of a registering authority is a division of 2017, or national (100000)."""
        if self._authorities is None:
            self._authorities = cache.get_or_set("objects:authorities", _authorities, 3600)
        return (
            len(self._authorities) == 1 or code in self._authorities
        )  # only the national one: none are loaded


def _authorities() -> frozenset[str]:
    codes = Region.objects.filter(level__in=(1, 2, 3)).values_list("code", flat=True)
    return frozenset(row[:6] for row in codes) | {"100000"}
