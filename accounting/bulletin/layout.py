"""Declared layouts of reports: reading and checking ``layouts/*.yaml``. Pure.

A report has sections; a section has parts. A part is one of

``heading``    a second-level heading
``text``       a sentence or paragraph with ``{names}``, bound by ``bind``; ``optional``: left out when all it binds is
               blank
``table``      rows of a table of the cut: ``from`` TABLE/ROWS, ``columns``, ``as``
``published``  industrial discharge by region or industry from the released tables under disclosure control
``chart``      ``pie``, ``bars`` or ``shares`` of cells; ``lorenz`` of the objects' amounts of a pollutant (internal)
``map``        children of the region coloured by a column of TABLE/region
``differences`` the cells in which two cuts differ most

A binding is one of (``of: before`` reads the other cut)

``cell``       an address (see cells.py), printed ``as`` a format
``share``      100·a/b of two addresses
``change``     the change of the first address against the second in percent, in words
``list``       items, as "name amount" clauses, each with its ``cell`` or that of ``cells`` with ``{}`` filled in; blank
               ones are left out
``leaders``    names of the ``top`` rows of TABLE/ROWS/column; with ``percent`` their share of the total
``needed``     how many of the largest objects give ``percent`` (65, 85) of a pollutant (``water-COD``; internal)
``figure``     a figure that another room provides (census/documents/figures.py)

``formats`` say for each level which unit, scale and decimals a number is printed with. ``levels`` limits a part.
Always known: {place} {inside} {office} {year} {cut} {other_cut} {as_of} {today}.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from accounting.bulletin.wording import LANGUAGES, LEVELS, Format, of_level
from census import declarations

FOLDER = Path(__file__).parent / "layouts"
PARTS = {"heading", "text", "table", "published", "chart", "map", "differences"}
BINDINGS = {"cell", "share", "change", "list", "leaders", "needed", "figure"}
CHARTS = {"pie", "bars", "shares", "lorenz"}
ALWAYS = {"place", "inside", "office", "year", "cut", "other_cut", "as_of", "today"}
Text = Mapping[str, str]


class LayoutError(ValueError):
    """A layout file that cannot be used; the text names every fault."""


@dataclass(frozen=True)
class Part:
    """*kind* of part and what was declared for it."""

    kind: str
    spec: Mapping[str, Any]
    bind: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    optional: bool = False
    levels: tuple[str, ...] = LEVELS


@dataclass(frozen=True)
class Section:
    """*id* is permanent: the office's own words hang on it."""

    id: str
    heading: Text | None
    parts: tuple[Part, ...]
    levels: tuple[str, ...] = LEVELS


@dataclass(frozen=True)
class ReportLayout:
    kind: str
    title: Mapping[str, Text]
    internal: bool
    formats: Mapping[str, Mapping[str, Mapping[str, Any]]]
    sections: tuple[Section, ...]
    notes: tuple[Text, ...]

    def format(self, name: str, level: str, language: str) -> Format:
        """The format *name* at a level. Raises KeyError for a name the file does not declare."""
        entry = dict(of_level(self.formats[name][language], level))
        return Format(**entry)

    def subjects(self) -> set[str]:
        """Subjects of the figures that other rooms must provide."""
        bindings = [one for section in self.sections for part in section.parts for one in part.bind.values()]
        return {one["figure"].split(".")[0] for one in bindings if "figure" in one}


@cache
def load(kind: str, folder: Path = FOLDER) -> ReportLayout:
    """The layout of a kind of report. Raises LayoutError naming all faults at once."""
    shared = declarations.read(folder / "formats.yaml")
    data = declarations.read(folder / f"{kind}.yaml")
    layout = ReportLayout(
        kind=kind,
        title=data["title"],
        internal=data.get("internal", False),
        formats=shared,
        sections=tuple(_section(entry) for entry in data["sections"]),
        notes=tuple(data.get("notes", ())),
    )
    if faults := list(_faults(layout)):
        raise LayoutError("\n".join(f"{kind}.yaml: {fault}" for fault in faults))
    return layout


def _section(entry: Mapping[str, Any]) -> Section:
    parts = tuple(_part(part) for part in entry["parts"])
    return Section(entry["id"], entry.get("heading"), parts, tuple(entry.get("levels", LEVELS)))


def _part(entry: Mapping[str, Any]) -> Part:
    kind = next((name for name in entry if name in PARTS), "")
    return Part(
        kind,
        entry.get(kind, entry),
        entry.get("bind", {}),
        entry.get("optional", False),
        tuple(entry.get("levels", LEVELS)),
    )


def placeholders(text: str) -> set[str]:
    """Names in braces."""
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name}


def _faults(layout: ReportLayout) -> Iterator[str]:
    ids = [section.id for section in layout.sections]
    if len(ids) != len(set(ids)):
        yield "a section id is used twice"
    for section in layout.sections:
        for number, part in enumerate(section.parts, 1):
            for fault in _part_faults(layout, part):
                yield f"section {section.id}, part {number}: {fault}"


def _part_faults(layout: ReportLayout, part: Part) -> Iterator[str]:
    if not part.kind:
        yield f"needs one of {', '.join(sorted(PARTS))}"
        return
    if unknown := set(part.levels) - set(LEVELS):
        yield f"unknown levels {sorted(unknown)}"
    formats = [part.spec.get("as")] if part.kind not in {"text", "heading"} else []
    for name, binding in part.bind.items():
        if len(BINDINGS & set(binding)) != 1:
            yield f"binding {name}: needs one of {', '.join(sorted(BINDINGS))}"
        formats += [
            binding.get("as"),
            *(item.get("as") for item in binding.get("list", ()) if isinstance(item, dict)),
        ]
    if unknown := {name for name in formats if name} - set(layout.formats):
        yield f"unknown formats {sorted(unknown)}"
    if part.kind == "chart" and part.spec.get("kind") not in CHARTS:
        yield f"a chart is one of {', '.join(sorted(CHARTS))}"
    if part.kind == "text":
        for language in LANGUAGES:
            used = placeholders(part.spec[language])
            if unbound := used - set(part.bind) - ALWAYS:
                yield f"{language}: nothing is bound to {sorted(unbound)}"
            if unused := set(part.bind) - used:
                yield f"{language}: {sorted(unused)} bound and not used"
