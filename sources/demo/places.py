"""Where the demo world lies: the real counties, townships and villages of the reference data, with positions.

Positions of townships and villages are drawn inside the county's outline: the reference data has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from census.places import regions
from census.places.models import Region
from sources.demo.draw import Draw
from sources.demo.outlines import Outline, outline


@dataclass(frozen=True, slots=True)
class County:
    """A county (or a city without counties) with its villages; arrays run over the villages."""

    code: str
    name: str
    city: str
    province: str
    outline: Outline
    villages: np.ndarray  # 12-digit codes
    village_names: np.ndarray
    township_codes: np.ndarray  # of each village
    township_names: np.ndarray
    positions: np.ndarray  # (villages, 2)
    rural: np.ndarray  # administrative villages, as against urban communities

    @property
    def short(self) -> str:
        """Name without 县, 区, 市, for use in the names of units."""
        return self.name[:-1] if len(self.name) > 2 else self.name

    @property
    def townships(self) -> list[tuple[str, str]]:
        """(code, name) of each township."""
        return list(
            dict.fromkeys(zip(self.township_codes.tolist(), self.township_names.tolist(), strict=True))
        )


def county_codes(area: str) -> list[str]:
    """Codes of the counties in *area*; a city without counties stands for itself."""
    low, high = regions.bounds(area)
    inside = Region.objects.filter(code__gte=low, code__lt=high)
    counties = list(inside.filter(level=3).values_list("code", flat=True))
    with_counties = {code[:4] for code in counties}
    lone = [
        code
        for code in inside.filter(level=2).values_list("code", flat=True)
        if code[:4] not in with_counties
    ]
    return sorted(counties + lone)


def counties(codes: list[str], seed: int) -> Iterator[County]:
    """The counties of *codes* one after the other; those without a village in the reference data are left out."""
    for code in codes:
        low, high = regions.bounds(code)
        rows = Region.objects.filter(code__gte=low, code__lt=high).values_list("code", "level", "name")
        names = {row[0]: row[2] for row in rows}
        villages = sorted(row[0] for row in rows if row[1] == 5)
        if villages:
            yield _county(code, names, villages, Draw(seed, f"places {code}"))


def _county(code: str, names: dict[str, str], villages: list[str], draw: Draw) -> County:
    area = outline(code)
    township_of = [village[:9] + "000" for village in villages]
    townships = sorted(set(township_of))
    centres = dict(zip(townships, area.points(draw.rng, len(townships)), strict=True))
    positions = area.near(draw.rng, np.array([centres[township] for township in township_of]), 0.02)
    village_names = [names[village] for village in villages]
    return County(
        code=code,
        name=names[code],
        city=regions.at_level(code, 2),
        province=regions.at_level(code, 1),
        outline=area,
        villages=np.array(villages, dtype=object),
        village_names=np.array(village_names, dtype=object),
        township_codes=np.array(township_of, dtype=object),
        township_names=np.array([names.get(township, "") for township in township_of], dtype=object),
        positions=positions,
        rural=np.array([name.endswith(("村", "村委会", "村民委员会")) for name in village_names]),
    )
