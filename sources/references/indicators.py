"""What outside figures may be about: `indicators.yaml`, read once. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from census import declarations
from sources.forms.model import Text

FILE = Path(__file__).with_name("indicators.yaml")
REGION, OBJECT = "region", "object"


@dataclass(frozen=True, slots=True)
class ReferenceIndicator:
    """*of*: ``region`` or ``object``; *unit* as written in Chinese yearbooks."""

    code: str
    of: str
    unit: str
    label: Text


@lru_cache(maxsize=1)
def reference_indicators() -> Mapping[str, ReferenceIndicator]:
    """Code -> indicator, in the order of the file."""
    with open(FILE, encoding="utf-8") as text:
        found = declarations.parse(text)
    return MappingProxyType(
        {
            code: ReferenceIndicator(code, one["of"], one["unit"], Text(one["zh"], one["en"]))
            for code, one in found.items()
        }
    )
