"""The one table of pollutants: names, media, units. Data in pollutants.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from census import declarations

from . import units


@dataclass(frozen=True)
class Pollutant:
    """A pollutant or volume. Amounts in result lines are in ``base``; ``display`` is for reports."""

    code: str
    zh: str
    en: str
    media: tuple[str, ...]
    base: str
    display: str
    decimals: int
    census_code: str = ""

    def label(self, language: str) -> str:
        """Name in Chinese or English."""
        return self.zh if language.lower().startswith("zh") else self.en

    @property
    def scale(self) -> float:
        """How many display units one base unit is."""
        return units.factor(self.base, self.display)


@cache
def table() -> Mapping[str, Pollutant]:
    """All pollutants by code, in the order of the file."""
    return {
        row["code"]: Pollutant(**{**row, "media": tuple(row["media"])}) for row in _document()["pollutants"]
    }


@cache
def _document() -> dict:
    path = Path(__file__).with_name("pollutants.yaml")
    return declarations.read(path)


@cache
def _names() -> Mapping[str, str]:
    names = {_fold(alias): code for alias, code in _document()["aliases"].items()}
    for code, pollutant in table().items():
        for name in (code, pollutant.zh, pollutant.en):
            names.setdefault(_fold(name), code)
    return names


def _fold(name: str) -> str:
    return "".join(name.split()).replace("（", "(").replace("）", ")").replace("-", "_").lower()


def code_of(name: str | None) -> str | None:
    """The code of a pollutant named in Chinese, English or by code; None when it is not known."""
    return _names().get(_fold(name)) if name else None
