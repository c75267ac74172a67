"""Which factor applies: declared steps, each match says which step found it. Pure; no database.

Steps, in order, each over the editions of the run from the strongest to the weakest:

1. ``exact``: industry, accounting unit, product, material, process as printed; the scale equal or inside.
2. ``group``: the industry by a group code (``33-37;431-434``), or the name one of several printed together.
3. ``substitution``: a name replaced by the declared table (substitutions.yaml).
4. ``analogue``: another member of a declared group, or for regional factors another region. Always flagged.

A factor is never used beyond what the policy of the run allows, and a weak one is never preferred to a strong
one: inside a step verified goes before secondary before recalled, the same region before the whole nation. A run with a
reference date asks only factors in force on that day; where only others fit, the gap says so.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache

from census import declarations

from . import intervals
from .normalise import DATA
from .shape import (
    CONFIDENCES,
    EMISSION,
    GENERATION,
    NO_TREATMENT,
    PARAMETER,
    REMOVAL,
    FactorRow,
    TechnologyRow,
)

_TOGETHER = re.compile(r"[+＋、;；]")
STEPS = ("exact", "group", "substitution", "analogue")
NO_FACTOR, WEAK_FACTOR, NO_EFFICIENCY = "no_factor", "weak_factor", "no_efficiency"
NOT_IN_FORCE = "not_in_force"


@dataclass(frozen=True)
class Policy:
    """What a run may use: ratings allowed, analogues or not, figures the reporting unit declared itself or not.

    ``on``: the day (YYYY-MM-DD) on which a factor must be in force; blank: on any.
    """

    confidences: frozenset[str] = frozenset(CONFIDENCES)
    analogue: bool = True
    on: str = ""

    @property
    def declared(self) -> bool:
        """Whether efficiencies entered on the form may stand in for missing handbook rows."""
        return "declared" in self.confidences

    def allows(self, factor: FactorRow) -> bool:
        """True when the rating of the factor is allowed and it is in force."""
        return factor.confidence in self.confidences and factor.in_force(self.on)

    def reason(self, fitting: Iterable[FactorRow]) -> str:
        """Why none of the factors that fit may be used: too weak, not in force then, or there is none."""
        fitting = list(fitting)
        if any(factor.in_force(self.on) for factor in fitting):
            return WEAK_FACTOR
        return NOT_IN_FORCE if fitting else NO_FACTOR


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key looked for. Blank product, material or process: not stated."""

    pollutant: str
    industry: str = ""
    unit: str = ""
    product: str = ""
    material: str = ""
    process: str = ""
    scale: str = ""
    medium: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A factor with the step that found it, or the reason why there is none."""

    factor: FactorRow | None
    step: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What a technique does: a removal efficiency with its k family, or an emission coefficient.

    ``main``: of several techniques together that no handbook lists, the one that counts.
    """

    efficiency: float | None = None
    k_family: str = ""
    emission: FactorRow | None = None
    confidence: str = "verified"
    source_id: int = 0
    reason: str = ""
    main: str = ""


@cache
def substitutions() -> Mapping:
    """The declared names and groups."""
    return declarations.read(DATA / "substitutions.yaml")


@lru_cache(maxsize=8192)
def industry_matches(pattern: str, code: str) -> bool:
    """True when a four-digit industry code falls under a printed pattern such as ``33-37;431-434``."""
    for part in pattern.split(";"):
        low, _, high = part.partition("-")
        if low and low <= code[: len(low)] <= (high or low):
            return True
    return False


@lru_cache(maxsize=8192)
def members(text: str) -> frozenset[str]:
    """The names printed together in one cell: 钢板、铝板 -> {钢板, 铝板}."""
    folded = intervals.fold(text)
    outside = re.sub(r"\([^)]*\)", "", folded)
    parts = re.split(r"[、,;+/()或]", folded) + re.split(r"[、,;+/或]", outside)
    return frozenset(filter(None, [folded, outside, *parts]))


@dataclass
class Library:
    """The factors of a run, strongest edition first, indexed for matching."""

    factors: list[FactorRow]
    technologies: list[TechnologyRow] = field(default_factory=list)
    editions: tuple[str, ...] = ()
    policy: Policy = field(default_factory=Policy)

    def __post_init__(self) -> None:
        self._rank = {code: position for position, code in enumerate(self.editions)}
        self._by_pollutant: dict[tuple[str, str], list[FactorRow]] = defaultdict(list)
        self._regional: dict[tuple[str, str, str, str], list[FactorRow]] = defaultdict(list)
        self._by_id = {factor.id: factor for factor in self.factors}
        self._memo: dict = {}
        for factor in sorted(self.factors, key=self._strength):
            if factor.edition not in self._rank or factor.reference_only:
                continue
            if factor.sector == "industrial":
                self._by_pollutant[factor.kind, factor.pollutant].append(factor)
            else:
                self._regional[factor.sector, factor.product, factor.process, factor.pollutant].append(factor)

    def _strength(self, factor: FactorRow) -> tuple:
        return (
            self._rank.get(factor.edition, len(self._rank)),
            CONFIDENCES.index(factor.confidence),
            factor.id,
            factor.key,
        )

    def factor(self, number: int) -> FactorRow | None:
        """The factor with this id, used or not."""
        return self._by_id.get(number)

    # -- industrial -----------------------------------------------------------------------------------

    def industrial(self, wanted: Wanted, technology: str = "") -> Match:
        """The generation coefficient of a four-same key; with a technique whose effect it holds, that row."""
        memo = (wanted, technology)
        if memo not in self._memo:
            self._memo[memo] = self._industrial(wanted, intervals.fold(technology), GENERATION)
        return self._memo[memo]

    def parameter(self, wanted: Wanted) -> Match:
        """A parameter of the industrial tables, such as the VOC content of a material."""
        memo = (wanted, PARAMETER)
        if memo not in self._memo:
            self._memo[memo] = self._industrial(wanted, "", PARAMETER)
        return self._memo[memo]

    def _industrial(self, wanted: Wanted, technology: str, kind: str) -> Match:
        fitting: list[FactorRow] = []
        for step in STEPS if self.policy.analogue else STEPS[:-1]:
            found: list[FactorRow] = []
            for factor in self._by_pollutant[kind, wanted.pollutant]:
                if _fits(factor, wanted, step):
                    (found if self.policy.allows(factor) else fitting).append(factor)
            if found:
                # A row that holds the stated technique goes first; else one without any technique inside.
                inside = [factor for factor in found if intervals.fold(factor.technology) == technology]
                plain = [factor for factor in found if not factor.technology]
                if inside or plain:
                    return Match((inside or plain)[0], step)
        return Match(None, reason=self.policy.reason(fitting))

    def pollutants_of(self, industry: str, unit: str, product: str, material: str, process: str) -> list[str]:
        """Pollutants the library has a generation coefficient for at this unit, without analogues."""
        memo = ("pollutants", industry, unit, product, material, process)
        if memo not in self._memo:
            self._memo[memo] = self._pollutants_of(industry, unit, product, material, process)
        return self._memo[memo]

    def _pollutants_of(self, industry, unit, product, material, process) -> list[str]:
        found = {}
        for (kind, pollutant), factors in self._by_pollutant.items():
            if kind != GENERATION:
                continue
            for factor in factors:
                wanted = Wanted(
                    pollutant, industry, unit, product, material, process, factor.scale, factor.medium
                )
                if any(_fits(factor, wanted, step) for step in STEPS[:-1]):
                    found[pollutant] = None
                    break
        return list(found)

    def treatment(self, factor: FactorRow, technology: str) -> Treatment:
        """What ``technology`` does to the pollutant of ``factor``: removal row, emission row, technique table."""
        if technology in NO_TREATMENT or intervals.fold(technology) == intervals.fold(factor.technology):
            return Treatment(efficiency=0.0, confidence=factor.confidence)
        memo = (factor.key, factor.id, technology)
        if memo not in self._memo:
            found = self._treatment(factor, technology)
            self._memo[memo] = self._main(factor, technology) or found if found.reason else found
        return self._memo[memo]

    def _main(self, factor: FactorRow, technology: str) -> Treatment | None:
        """Of techniques together that are not listed as such, the most efficient one alone.

        Source: census handbook 1910 (draft): only the main technique counts; T/CSES 144: the largest, not the sum.
        """
        parts = [part.strip() for part in _TOGETHER.split(technology) if part.strip()]
        if len(parts) < 2:
            return None
        known = [replace(self._treatment(factor, part), main=part) for part in parts]
        known = [one for one in known if one.efficiency is not None]
        return max(known, key=lambda one: one.efficiency, default=None)

    def _treatment(self, factor: FactorRow, technology: str) -> Treatment:
        name = intervals.fold(technology)
        for kind in (REMOVAL, EMISSION):
            for row in self._by_pollutant[kind, factor.pollutant]:
                same = all(
                    getattr(row, item) == getattr(factor, item)
                    for item in ("edition", "industry", "unit", "product", "material", "process", "scale")
                )
                if not (same and self.policy.allows(row) and name in members(row.technology)):
                    continue
                if kind == REMOVAL:
                    return Treatment(row.value / 100, row.k_family, None, row.confidence, row.id)
                return Treatment(emission=row, confidence=row.confidence, source_id=row.id)
        for row in self.technologies:
            if (
                row.kind == "removal"
                and row.pollutant == factor.pollutant
                and row.efficiency is not None
                and row.confidence in self.policy.confidences
                and name in members(row.name_zh) | {row.census_code.lower()}
                and (
                    industry_matches(row.applies_to, factor.industry[:4])
                    or row.applies_to == "fixed combustion"
                )
            ):
                return Treatment(row.efficiency, row.k_family, None, row.confidence)
        return Treatment(reason=NO_EFFICIENCY)

    # -- by region ------------------------------------------------------------------------------------

    def regional(
        self, sector: str, product: str, process: str, pollutant: str, region: str, stage: str | None = None
    ) -> Match:
        """A factor that depends on the place: same region, then the whole nation, then another region, flagged."""
        memo = (sector, product, process, pollutant, region[:4], stage)
        if memo not in self._memo:
            self._memo[memo] = self._find_regional(sector, product, process, pollutant, region, stage)
        return self._memo[memo]

    def printed(
        self, sector: str, product: str, process: str, pollutant: str, *, stage: str = "", region: str = ""
    ) -> FactorRow | None:
        """The row printed with just these words, for parameters; ``region`` is the printed text or blank for any."""
        for factor in self._regional[sector, product, process, pollutant]:
            if factor.stage == stage and region in {"", factor.region} and self.policy.allows(factor):
                return factor
        return None

    def _find_regional(self, sector, product, process, pollutant, region, stage) -> Match:
        rows = [
            factor
            for factor in self._regional[sector, product, process, pollutant]
            if stage is None or factor.stage == stage
        ]
        allowed = [factor for factor in rows if self.policy.allows(factor)]
        steps = [
            ("exact", lambda factor: factor.region_codes and region.startswith(factor.region_codes)),
            ("group", lambda factor: not factor.region_codes),
            ("analogue", lambda factor: True),
        ]
        for step, holds in steps if self.policy.analogue else steps[:-1]:
            for factor in allowed:
                if holds(factor):
                    return Match(factor, step)
        return Match(None, reason=self.policy.reason(rows))


def _fits(factor: FactorRow, wanted: Wanted, step: str) -> bool:
    if wanted.medium and factor.medium != wanted.medium:
        return False
    by_code = factor.industry == wanted.industry
    if not by_code and (step == "exact" or not industry_matches(factor.industry, wanted.industry)):
        return False
    if not intervals.matches(factor.scale, wanted.scale):
        return False
    return all(
        _name_fits(name, getattr(factor, name), getattr(wanted, name), step)
        for name in ("unit", "product", "material", "process")
    )


def _name_fits(name: str, printed: str, reported: str, step: str) -> bool:
    if not reported:  # not stated on the form: only the unit may identify the row
        return name in {"product", "material", "process"} and step != "exact"
    one, other = intervals.fold(printed), intervals.fold(reported)
    if one == other:
        return True
    if step == "exact":
        return False
    if other in members(printed):
        return True
    if step == "group":
        return False
    declared = substitutions()["names"].get(name, {}).get(reported, "")
    # A blank cell is nobody's other name.
    if declared and intervals.fold(declared) in {one} | members(printed):
        return True
    return step == "analogue" and any(one in group and other in group for group in _groups().get(name, ()))


@cache
def _groups() -> dict[str, list[frozenset[str]]]:
    return {
        name: [frozenset(map(intervals.fold, group)) for group in groups]
        for name, groups in substitutions()["groups"].items()
    }


def library(
    factors: Iterable[FactorRow],
    technologies: Iterable[TechnologyRow] = (),
    editions: Iterable[str] = (),
    policy: Policy | None = None,
) -> Library:
    """A library over ``editions`` (strongest first), for one policy."""
    return Library(list(factors), list(technologies), tuple(editions), policy or Policy())
