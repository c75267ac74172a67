"""The catalogue of report forms: `load()` gives all definitions, checked, bound and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sources.forms.binding import Binder
from sources.forms.model import (
    Catalogue,
    Check,
    Choice,
    Codelist,
    DefinitionError,
    DefinitionFault,
    Form,
    FormEntry,
    Indicator,
    Kind,
    Section,
    Text,
)
from sources.forms.reading import RawForm, Reading, read_folder, version_of

__all__ = [
    "Catalogue",
    "Check",
    "Choice",
    "Codelist",
    "DefinitionError",
    "DefinitionFault",
    "Form",
    "FormEntry",
    "Indicator",
    "Kind",
    "Section",
    "Text",
    "build",
    "load",
    "shipped",
]

DEFINITIONS = Path(__file__).parent / "definitions"


@lru_cache(maxsize=4)
def load(folder: Path = DEFINITIONS) -> Catalogue:
    """The catalogue of a folder, read once a process. Raises DefinitionError with all faults of all files."""
    catalogue, faults = build(folder)
    if faults:
        raise DefinitionError(faults)
    return catalogue


@lru_cache(maxsize=1)
def shipped() -> Reading:
    """The shipped definitions as they stand in their files, read once a process: a second and a half."""
    return read_folder(DEFINITIONS)


def build(folder: Path) -> tuple[Catalogue, list[DefinitionFault]]:
    """The catalogue and the faults found; with faults the catalogue is incomplete and must not be used."""
    reading = shipped() if folder == DEFINITIONS else read_folder(folder)
    if reading.faults:  # names in rules mean nothing while shapes are wrong
        return Catalogue({}, {}, {}, {}, {}), reading.faults
    binder = Binder.of(reading)
    kinds = binder.all_kinds()
    forms = {code: _form(raw, reading, binder) for code, raw in reading.forms.items()}
    attributes = {key: Text(spec["zh"], spec["en"]) for key, spec in reading.attributes.items()}
    catalogue = Catalogue(
        forms=MappingProxyType(forms),
        codelists=MappingProxyType(reading.codelists),
        kinds=MappingProxyType(kinds),
        blocks=MappingProxyType(reading.blocks),
        attributes=MappingProxyType(attributes),
    )
    return catalogue, reading.faults


def _form(raw: RawForm, reading: Reading, binder: Binder) -> Form:
    data: Mapping[str, Any] = raw.data
    applies = binder.applies(data["code"], raw)
    required_when = binder.required_when(data["code"], raw)
    return Form(
        code=data["code"],
        title=Text(**data["title"]),
        category=data["category"],
        phase=data["phase"],
        reporting_unit=data["reporting_unit"],
        layout=data["layout"],
        applies_to=data.get("applies_to", ""),
        sections=raw.sections,
        checks=binder.checks(data["code"], raw, applies, required_when),
        provenance=MappingProxyType(data["provenance"]),
        version=version_of(raw, reading),
        indicators=MappingProxyType(raw.indicators),
        required_when=MappingProxyType(required_when),
        applies=MappingProxyType(applies),
    )
