"""What goes in and what comes out: forms as plain values, lines and gaps as plain records.

A blank number is NaN and stays unknown through every formula; a blank text is ''.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import nan
from pathlib import Path

import yaml

from sources.forms import catalogue

ENGINE = Path(__file__).parents[3] / "accounting/runs/engine"
NO_TREATMENT = ("", "直排", "无", "无处理", "/", "-")


@cache
def declared(name: str) -> dict:
    """A declaration of the engine (``balances``, ``manure``, …): data, not program."""
    return yaml.safe_load((ENGINE / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def _pollutants() -> dict:
    return yaml.safe_load((ENGINE.parents[1] / "methods/pollutants.yaml").read_text(encoding="utf-8"))


@cache
def pollutants() -> dict[str, dict]:
    """The pollutants by code."""
    return {entry["code"]: entry for entry in _pollutants()["pollutants"]}


@cache
def spellings() -> dict[str, str]:
    """Spelling -> code of a pollutant: its names, and others found on the forms. Asked with ``spelt``."""
    names: dict[str, str] = {spelt(name): code for name, code in _pollutants()["aliases"].items()}
    for code, one in pollutants().items():
        for name in (code, one["zh"], one["en"]):
            names.setdefault(spelt(name), code)
    return names


def spelt(name: str) -> str:
    """One spelling of a pollutant's name."""
    return "".join(name.split()).replace("（", "(").replace("）", ")").replace("-", "_").lower()


@cache
def words(codelist: str) -> dict[str, str]:
    """Code -> Chinese text of a code list."""
    return {item.code: item.zh for item in catalogue.load().codelists[codelist].items}


@cache
def fuels(group: str) -> frozenset[str]:
    """Codes of the fuels of a group (coal, gas)."""
    return frozenset(item.code for item in catalogue.load().codelists["fuel"].items if item.group == group)


def known(number: float) -> bool:
    """Whether the number is one."""
    return number == number


def first_known(*numbers: float) -> float:
    """The first that is not blank; NaN when all are."""
    return next((number for number in numbers if known(number)), nan)


def total(numbers) -> float:
    """Sum of those that are filled; NaN when none is."""
    filled = [number for number in numbers if known(number)]
    return sum(filled) if filled else nan


@dataclass(frozen=True)
class Row:
    """A sheet, or a row of a table on it (``section``, ``key``), and where it stands."""

    form: str
    sheet: int
    values: Mapping
    section: str = ""
    key: int = -1

    def number(self, item: str | None) -> float:
        """The number filled in."""
        value = self.values.get(item)
        return float(value) if type(value) in {int, float} else nan

    def text(self, item: str) -> str:
        """The text or code filled in; a yes is 1, a no is 2."""
        value = self.values.get(item)
        if isinstance(value, bool):
            return "1" if value else "2"
        return value.strip() if isinstance(value, str) else ""

    def codes(self, item: str) -> list[str]:
        """The codes ticked."""
        return list(self.values.get(item) or ())


@dataclass(frozen=True)
class Subject:
    """A census object with its sheets: form -> (number of the sheet, values)."""

    kind: str
    region: str
    industry: str
    name: str
    forms: Mapping[str, list[tuple[int, Mapping]]]

    def sheets(self, form: str) -> list[Row]:
        """The sheets of a form."""
        return [Row(form, number, values) for number, values in self.forms.get(form, ())]

    def rows(self, form: str, section: str) -> list[Row]:
        """The rows of a table, of all sheets."""
        return [
            Row(form, sheet.sheet, values, section, values.get("_k", -1))
            for sheet in self.sheets(form)
            for values in sheet.values.get(section) or ()
        ]


@dataclass(frozen=True)
class Around:
    """What an object must know of others.

    ``passing``: (plant, pollutant) -> share the sewage plant lets through; ``removed``: pollutant -> kg the plants
    take out of the sewage of this town. ``parameters``: those of the run.
    """

    passing: Mapping[tuple[str, str], float]
    removed: Mapping[str, float]
    parameters: Mapping

    def parameter(self, group: str, name: str):
        """A parameter of the run, None where it has none."""
        return self.parameters.get(group, {}).get(name)


@dataclass
class Line:
    """One pollutant of one unit by one method; amounts in kg (volumes in m3). The last seven serve what comes after."""

    row: Row
    medium: str
    pollutant: str
    method: str
    unit: str = ""
    chosen: bool = True
    activity: float = nan
    factor: float = nan
    factor_id: int = 0
    eta: float = nan
    k: float = nan
    generated: float = nan
    discharged: float = nan
    environment: float = nan
    step: str = ""
    destination: str = ""
    origin: str = ""
    outlet: str = ""
    rank: int = 0
    plant: str = ""
    place: int = 0
    printed: bool = False
    """By a printed emission coefficient, which holds the treatment."""


@dataclass
class Gap:
    """What could not be accounted, and why."""

    row: Row
    reason: str
    pollutant: str = ""
    size: float = nan


@dataclass
class Account:
    """The lines and gaps of one object so far."""

    lines: list[Line] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def add(self, row: Row, medium: str, pollutant: str, method: str, **rest) -> None:
        """Add a line."""
        self.lines.append(Line(row, medium, pollutant, method, **rest))

    def miss(self, row: Row, reason: str, pollutant: str = "", size: float = nan) -> None:
        """Add a gap."""
        self.gaps.append(Gap(row, reason, pollutant, size))
