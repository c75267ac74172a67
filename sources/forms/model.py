"""What a form definition is, once read: frozen values, safe to share between threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from sources.language import Node
from sources.language.nodes import BOOL, DATE, DMS, MULTI, NUMBER, TEXT

# type of an indicator -> type in the rule language
LANGUAGE_TYPES = MappingProxyType(
    {
        "text": TEXT,
        "integer": NUMBER,
        "decimal": NUMBER,
        "choice": TEXT,
        "multichoice": MULTI,
        "boolean": BOOL,
        "date": DATE,
        "longitude_dms": DMS,
        "latitude_dms": DMS,
        "region_code": TEXT,
        "industry_code": TEXT,
        "uscc": TEXT,
        "phone": TEXT,
    }
)
NUMERIC = frozenset({"integer", "decimal"})
CATEGORIES = (
    "inventory",
    "industrial",
    "livestock",
    "agricultural_county",
    "domestic",
    "centralized",
    "mobile",
)
REPORTING_UNITS = (
    "enterprise",
    "farm",
    "facility",
    "outlet",
    "village",
    "county",
    "city",
    "station",
    "carrier",
    "park",
)


class Text(NamedTuple):
    """A text in both languages; the Chinese is the authority."""

    zh: str
    en: str

    def get(self, lang: str) -> str:
        """The text for a language code such as ``en`` or ``zh-hans``."""
        return self.en if lang.startswith("en") else self.zh


class Choice(NamedTuple):
    code: str
    zh: str
    en: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Codelist:
    id: str
    title: Text
    status: str
    notes: str
    items: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """A numbered item. `choices` holds the code list too; `required` is True, False or a condition text.

    `accounted`: a result the accounting fills in, so that a missing one is only a note to the person
    filling."""

    code: str
    id: str
    label: Text
    type: str
    section: str
    unit: Text | None
    decimals: int | None
    required: bool | str
    accounted: bool
    choices: tuple[Choice, ...]
    codelist: str | None
    range: tuple[float | None, float | None]
    help: Text | None


@dataclass(frozen=True, slots=True)
class Section:
    """A block of items; `repeat` makes it a table. Row limits apply to tables only."""

    id: str
    title: Text
    repeat: bool
    min_rows: int
    max_rows: int | None
    applies_when: str | None
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A bound rule of a form, official or built in. `section`: tested on each row of that table."""

    rule: str
    severity: str  # error | warning | info
    kind: str  # required | type | range | decimals | choice | logic | cross
    section: str | None
    indicators: tuple[str, ...]  # own items by id, others as FORM.id
    message: Text
    node: Node
    area: bool  # needs the other objects of the area


@dataclass(frozen=True, eq=False)
class Form:
    """One report form. `version` is a hash of everything that decides what a filled sheet means."""

    code: str
    title: Text
    category: str
    phase: str
    reporting_unit: str
    layout: str
    applies_to: str
    sections: tuple[Section, ...]
    checks: tuple[Check, ...]
    provenance: Mapping[str, Any]
    version: str
    indicators: Mapping[str, Indicator] = field(repr=False)
    applies: Mapping[str, Node] = field(repr=False)  # section -> condition, where it has one
    required_when: Mapping[str, Node] = field(repr=False)  # item -> condition, where it has one

    @cached_property
    def tables(self) -> Mapping[str, Section]:
        """The repeating sections by id."""
        return MappingProxyType({section.id: section for section in self.sections if section.repeat})

    def section(self, section_id: str) -> Section:
        """Raises KeyError for an unknown id."""
        for section in self.sections:
            if section.id == section_id:
                return section
        raise KeyError(section_id)

    def label(self, path: str, lang: str = "zh") -> str:
        """A path (``item`` or ``table/<_k>/item``) in words; the path itself where it names nothing."""
        parts = path.split("/")
        indicator = self.indicators.get(parts[-1])
        own = indicator.label.get(lang) if indicator else None
        if len(parts) == 1:
            table = self.tables.get(path)
            return own or (table.title.get(lang) if table else path)
        table = self.tables.get(parts[0])
        if table is None:
            return path
        row = f"{table.title.get(lang)} {parts[1]}"
        return f"{row} · {own}" if own else row

    def clean(self, raw: Any):
        """`raw` input as `Cleaned(values, rejected)`; see values.py."""
        from sources.forms.values import clean

        return clean(self, raw)

    def differences(self, old: Mapping, new: Mapping):
        """The changes between two documents; see differences.py."""
        from sources.forms.differences import differences

        return differences(self, old, new)

    def payload(self) -> dict:
        """What the browser needs to show and check the form, as plain JSON."""
        from sources.forms.payload import payload

        return payload(self)


@dataclass(frozen=True, slots=True)
class FormEntry:
    """A form in the set of a kind of object. `when` is bound; None = always."""

    form: str
    when: Node | None
    many: bool
    sheet: Text | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of census object and the forms it may fill."""

    code: str
    title: Text
    category: str
    forms: tuple[FormEntry, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    forms: Mapping[str, Form]
    codelists: Mapping[str, Codelist]
    kinds: Mapping[str, Kind]
    blocks: Mapping[str, Any]
    attributes: Mapping[str, Text]

    def kinds_of(self, form: str) -> Iterator[Kind]:
        """The kinds whose objects may fill the form."""
        return (kind for kind in self.kinds.values() if any(entry.form == form for entry in kind.forms))


@dataclass(frozen=True, slots=True)
class DefinitionFault:
    """One fault of one definition file: where it is and what is wrong."""

    file: str
    path: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.message} [{self.code}]"


class DefinitionError(ValueError):
    """Definitions that cannot be used, with all their faults."""

    def __init__(self, faults: list[DefinitionFault]):
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)
