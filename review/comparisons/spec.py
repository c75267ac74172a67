"""Sums of the census beside other figures, as they are declared in `comparisons.yaml`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Any

from census import declarations
from review.rules.spec import binder
from sources.forms.binding import FormScope
from sources.forms.catalogue import load
from sources.forms.model import DefinitionFault
from sources.language import Node, RuleError, bind
from sources.language.nodes import NUMBER
from sources.references.indicators import OBJECT, reference_indicators

FILE = Path(__file__).with_name("comparisons.yaml")
CENSUS, EARLIER = "census", "earlier"
LEVELS = {"province": 1, "city": 2, "county": 3}
REGIONAL, SUDDEN = "macro", "sudden"  # kinds of the findings
_HEADS = {REGIONAL: "MA-", SUDDEN: "SC-"}
_KEYS = {"covers", "census", "other", "low", "high", "at"}


@dataclass(frozen=True, slots=True)
class Part:
    """A number of each sheet of *form*, to be added up. *text* as written; *item*: the first of its own items."""

    form: str
    text: str
    node: Node
    item: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """census / other must lie within *low* … *high*. *other* holds parts, or *reference* names an outside figure.

    *earlier*: the newest figure before the year of the census, instead of that year's. *levels*: of the places
    compared (1 province … 3 county); empty where single objects are. *covers*: rules of the catalogue, whose first
    gives the words.
    """

    number: str
    covers: tuple[str, ...]
    census: tuple[Part, ...]
    other: tuple[Part, ...]
    reference: str
    earlier: bool
    low: float
    high: float
    levels: tuple[int, ...]

    @property
    def kind(self) -> str:
        return REGIONAL if self.levels else SUDDEN

    @property
    def form(self) -> str:
        """The form its findings stand under."""
        return self.census[0].form

    def __str__(self) -> str:
        """As the list of rules shows it: limits, both sides with the year of an outside figure, what is compared."""
        census, other = (
            "; ".join(f"{p.form}: {p.text}" for p in parts) for parts in (self.census, self.other)
        )
        outside = f"{self.reference}, {EARLIER if self.earlier else CENSUS} year"
        where = ", ".join(name for name, level in LEVELS.items() if level in self.levels) or "object"
        return (
            f"{self.number}: {self.low:g} <= [{census}] / [{other or outside}] <= {self.high:g} (by {where})"
        )

    def fails(self, census: float | None, other: float | None) -> bool:
        """Definitely outside the limits. A blank is no verdict; of nothing, any amount is above every limit."""
        if census is None or other is None or (other == 0 and census == 0):
            return False
        ratio = census / other if other else inf
        return not self.low <= ratio <= self.high


class ComparisonFileError(ValueError):
    """A file that cannot be used, with all its faults."""


@lru_cache(maxsize=1)
def comparisons() -> Mapping[str, Comparison]:
    """Number -> comparison. Raises ComparisonFileError with every fault of the file."""
    found, faults = read_comparisons(FILE)
    if faults:
        raise ComparisonFileError("\n".join(map(str, faults)))
    return found


def read_comparisons(path: Path) -> tuple[Mapping[str, Comparison], list[DefinitionFault]]:
    """The comparisons of a file and every fault found in it."""
    with open(path, encoding="utf-8") as text:
        raw = declarations.parse(text) or {}
    reader = _Reader(path.name)
    found = {number: reader.comparison(number, spec) for number, spec in raw.items()}
    return MappingProxyType({number: one for number, one in found.items() if one is not None}), reader.faults


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[DefinitionFault] = []

    def fault(self, path: str, code: str, message: str) -> None:
        self.faults.append(DefinitionFault(self.file, path, code, message))

    def comparison(self, number: str, spec: Any) -> Comparison | None:
        if not isinstance(spec, dict) or set(spec) - _KEYS or not {"covers", "census", "other"} <= set(spec):
            self.fault(number, "shape", f"a comparison has the keys {sorted(_KEYS)}")
            return None
        covers = [spec["covers"]] if isinstance(spec["covers"], str) else spec["covers"]
        other = spec["other"]
        census = self.parts(number, spec["census"])
        against = self.parts(number, other["census"]) if "census" in other else ()
        indicator = reference_indicators().get(other.get("reference", ""))
        if not against and indicator is None:
            self.fault(number, "no-figure", "compared with neither sums nor a known reference figure")
            return None
        if "low" not in spec and "high" not in spec:
            self.fault(number, "no-limit", "needs a lower or an upper limit")
        single = indicator is not None and indicator.of == OBJECT
        levels = tuple(LEVELS[name] for name in spec.get("at", ()) if name in LEVELS)
        if single == bool(levels) or len(levels) != len(spec.get("at", ())):
            self.fault(number, "levels", f"places are compared at some of {sorted(LEVELS)}, objects at none")
        if other.get("year", CENSUS) not in (CENSUS, EARLIER):
            self.fault(number, "year", f"the year is {CENSUS} or {EARLIER}")
        if not number.startswith(_HEADS[SUDDEN if single else REGIONAL]):
            self.fault(number, "number", f"numbers begin with one of {sorted(_HEADS.values())}")
        if not census or (single and len(census) > 1):
            self.fault(number, "sum", "an object is compared by one form, a place by one or several")
            return None
        return Comparison(
            number,
            tuple(covers),
            census,
            against,
            indicator.code if indicator else "",
            other.get("year") == EARLIER,
            spec.get("low", -inf),
            spec.get("high", inf),
            levels,
        )

    def parts(self, number: str, texts: Mapping[str, Any]) -> tuple[Part, ...]:
        known = binder()
        found = []
        for form, text in texts.items():
            if form not in load().forms:
                self.fault(number, "unknown-form", f"there is no form {form}")
                continue
            try:
                bound = bind(str(text), FormScope(known.reading, form, known.kinds, known.many), kind=NUMBER)
            except RuleError as error:
                self.faults += [
                    DefinitionFault(self.file, number, one.code, one.message) for one in error.faults
                ]
                continue
            facts = bound.facts
            if facts.section or facts.forms or facts.area:
                self.fault(number, "sheet", f"{text}: a sum is of single sheets: one number of each")
                continue
            found.append(Part(form, str(text), bound.node, facts.indicators[0]))
        return tuple(found)
