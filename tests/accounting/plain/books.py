"""The factor library as dictionaries, and which factor applies.

Same product, material, process and scale; then group codes and names printed together; then a declared other name;
then an analogue of a declared group. By place: the region itself, the whole nation, another region. At each step the
strongest edition and rating goes first, and a weak step is not looked at before the stronger one found nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import yaml

from tests.accounting.plain.facts import ENGINE, NO_TREATMENT
from tests.accounting.plain.names import covers, fold, in_scale, together

RATINGS = ("verified", "secondary", "recalled", "declared")
STEPS = ("exact", "group", "substitution", "analogue")
NAMES = ("unit", "product", "material", "process")


@dataclass(frozen=True)
class Key:
    """What a form says of an accounting unit."""

    pollutant: str
    industry: str
    unit: str
    product: str = ""
    material: str = ""
    process: str = ""
    scale: str = ""
    medium: str = ""


@dataclass(frozen=True)
class Found:
    """A factor and the step that found it, or why there is none."""

    factor: object = None
    step: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Effect:
    """What a technique does: efficiency (0..1) with its family of k, or an emission coefficient instead."""

    efficiency: float | None = None
    family: str = ""
    emission: object = None


@cache
def _other_names() -> dict:
    path = ENGINE.parents[1] / "factors/data/substitutions.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


class Books:
    """Factors and techniques as loaded, for the editions and ratings of a run.

    ``on``: day (YYYY-MM-DD) on which a factor must be in force, or blank.
    """

    def __init__(
        self, factors: Iterable, techniques: Iterable, editions: Sequence[str], *, ratings: Iterable[str] = RATINGS,
        analogue: bool = True, on: str = "",
    ) -> None:  # fmt: skip
        self.techniques, self.ratings, self.on = list(techniques), frozenset(ratings), on
        self.steps = STEPS if analogue else STEPS[:-1]
        self._industrial, self._regional = defaultdict(list), defaultdict(list)
        self._known: dict = {}
        place = {code: number for number, code in enumerate(editions)}
        usable = [one for one in factors if one.edition in place and not one.reference_only]
        for one in sorted(
            usable, key=lambda one: (place[one.edition], RATINGS.index(one.confidence), one.id)
        ):
            if one.sector == "industrial":
                self._industrial[one.kind, one.pollutant].append(one)
            else:
                self._regional[one.sector, one.product, one.process, one.pollutant].append(one)

    @classmethod
    def of(cls, library) -> Books:
        """The rows a run may ask, taken unmatched from its library."""
        policy = library.policy
        return cls(
            library.factors, library.technologies, library.editions, ratings=policy.confidences,
            analogue=policy.analogue, on=policy.on,
        )  # fmt: skip

    @property
    def declared(self) -> bool:
        """Whether an efficiency the unit entered itself may stand in."""
        return "declared" in self.ratings

    def allows(self, factor) -> bool:
        """Whether the run may use the factor."""
        return factor.confidence in self.ratings and self._in_force(factor)

    def _in_force(self, factor) -> bool:
        return not self.on or (factor.valid_from or self.on) <= self.on <= (factor.valid_to or self.on)

    def _why_not(self, fitting: list) -> str:
        if not fitting:
            return "no_factor"
        return "weak_factor" if any(map(self._in_force, fitting)) else "not_in_force"

    # -- by industry ----------------------------------------------------------------------------------

    def coefficient(self, key: Key, technique: str) -> Found:
        """The generation coefficient; one that has the technique inside goes first."""
        question = ("generation", key, fold(technique))
        return self.remember(question, lambda: self._search(*question))

    def parameter(self, key: Key) -> Found:
        """A parameter such as the VOC content of a material."""
        question = ("parameter", key, "")
        return self.remember(question, lambda: self._search(*question))

    def remember(self, question: tuple, answer):
        """What ``answer()`` gave the first time this was asked."""
        if question not in self._known:
            self._known[question] = answer()
        return self._known[question]

    def _search(self, kind: str, key: Key, technique: str) -> Found:
        refused = []
        for step in self.steps:
            fitting = [one for one in self._industrial[kind, key.pollutant] if _fits(one, key, step)]
            refused += [one for one in fitting if not self.allows(one)]
            allowed = [one for one in fitting if self.allows(one)]
            for one in [
                *(one for one in allowed if fold(one.technology) == technique),
                *(one for one in allowed if not one.technology),
            ]:
                return Found(one, step)
        return Found(reason=self._why_not(refused))

    def pollutants_of(self, industry: str, unit: str, product: str, material: str, process: str) -> list[str]:
        """What the coefficients know of at this unit, at any scale, analogues left out; also what may not be used."""
        question = (industry, unit, product, material, process)
        return self.remember(("pollutants", question), lambda: self._emitted(*question))

    def _emitted(self, industry, unit, product, material, process) -> list[str]:
        return [
            pollutant
            for (kind, pollutant), factors in list(self._industrial.items())
            if kind == "generation"
            and any(
                _fits(
                    one, Key(pollutant, industry, unit, product, material, process, one.scale), "substitution"
                )
                for one in factors
            )
        ]

    def effect(self, factor, technique: str) -> Effect | None:
        """What a technique does to what ``factor`` generates; None where no handbook says.

        Of techniques together that are not listed as such the most efficient alone counts.
        """
        if technique in NO_TREATMENT or fold(technique) == fold(factor.technology):
            return Effect(0.0)
        return self.remember(("effect", factor.id, technique), lambda: self._effect(factor, technique))

    def _effect(self, factor, technique: str) -> Effect | None:
        listed = self._listed(factor, technique)
        if listed:
            return listed
        parts = [part.strip() for part in re.split("[+＋、;；]", technique) if part.strip()]
        alone = [self._listed(factor, part) for part in parts] if len(parts) > 1 else []
        alone = [one for one in alone if one and one.efficiency is not None]
        return max(alone, key=lambda one: one.efficiency, default=None)

    def _listed(self, factor, technique: str) -> Effect | None:
        name, same = fold(technique), ("edition", "industry", "scale", *NAMES)
        for kind in ("removal", "emission"):
            for row in self._industrial[kind, factor.pollutant]:
                beside = all(getattr(row, item) == getattr(factor, item) for item in same)
                if beside and self.allows(row) and name in together(row.technology):
                    return (
                        Effect(row.value / 100, row.k_family) if kind == "removal" else Effect(emission=row)
                    )
        for one in self.techniques:
            if (
                (one.kind, one.pollutant) == ("removal", factor.pollutant)
                and one.efficiency is not None
                and one.confidence in self.ratings
                and name in {*together(one.name_zh), one.census_code.lower()}
                and (one.applies_to == "fixed combustion" or covers(one.applies_to, factor.industry[:4]))
            ):
                return Effect(one.efficiency, one.k_family)
        return None

    # -- by place -------------------------------------------------------------------------------------

    def local(
        self, sector: str, product: str, process: str, pollutant: str, region: str, stage: str | None = None
    ) -> Found:
        """A factor that depends on the place; ``stage`` None: any."""
        question = (sector, product, process, pollutant, region[:4], stage)
        return self.remember(("local", question), lambda: self._local(*question))

    def _local(self, sector, product, process, pollutant, region, stage) -> Found:
        rows = self._regional[sector, product, process, pollutant]
        rows = [one for one in rows if stage is None or one.stage == stage]
        allowed = [one for one in rows if self.allows(one)]
        here = [one for one in allowed if any(region.startswith(code) for code in one.region_codes)]
        nation = [one for one in allowed if not one.region_codes]
        for step, fitting in (("exact", here), ("group", nation), ("analogue", allowed)):
            if fitting and step in self.steps:
                return Found(fitting[0], step)
        return Found(reason=self._why_not(rows))

    def printed(self, product: str, process: str, pollutant: str, stage: str, region: str = ""):
        """The row of the mobile tables printed with just these words, None where there is none."""
        for one in self._regional["mobile", product, process, pollutant]:
            if one.stage == stage and region in ("", one.region) and self.allows(one):
                return one
        return None


def _fits(factor, key: Key, step: str) -> bool:
    if key.medium not in ("", factor.medium) or not in_scale(factor.scale, key.scale):
        return False
    if factor.industry != key.industry and (step == "exact" or not covers(factor.industry, key.industry)):
        return False
    return all(_same(name, getattr(factor, name), getattr(key, name), step) for name in NAMES)


def _same(name: str, printed: str, reported: str, step: str) -> bool:
    """Whether a printed name stands for the reported one at a step, or at a stronger one."""
    if not reported:  # the form does not say; only the accounting unit must be named
        return name != "unit" and step != "exact"
    if fold(printed) == fold(reported):
        return True
    strength = STEPS.index(step)
    if strength >= STEPS.index("group") and fold(reported) in together(printed):
        return True
    other = _other_names()["names"].get(name, {}).get(reported)
    if (
        strength >= STEPS.index("substitution")
        and other
        and fold(other) in {fold(printed), *together(printed)}
    ):
        return True
    return step == "analogue" and any(
        {fold(printed), fold(reported)} <= set(map(fold, group))
        for group in _other_names()["groups"].get(name, ())
    )
