"""Declared layouts of summary tables: reading and checking the files in ``layouts/``. Pure.

A cell is the sum of a *fact* over the rows that satisfy the row's and the column's conditions. Facts:

``objects``  number of census objects in the census
``lines``    accounting lines, ``measure`` generated | removed | discharged, shown in t; *discharged* is what enters
             the environment (after the receiving plant for indirect discharge), as the bulletin counts it
``items``    a form's numeric item, summed (``measure: count`` counts filled ones, ``distinct`` the different values
             within each object, for facility numbers that several rows share); ``section`` and ``group`` read
             repeating rows grouped by another item. ``form`` and ``section`` may be lists where several forms carry
             the same item
``reference``  published figures of ``reference.csv`` (see there), for the region itself

``by: FORM.item`` groups any of the first three by an item of another form of the object, ``by: basin`` by its basin
(sources/waters; blank where none is known), for conditions on ``by``.
``per`` says how many of the stored unit (kg or m³ of lines, the item's unit) make one of the column's unit.
Instead of a fact a column may be ``sum_of`` others, or ``derive`` from two others (``of: [a, b]``): ``share`` is
100·a/b, ``difference`` a-b, ``change`` 100·(a-b)/b. Derived columns of a total come from the totals.
A dimension lists its rows or takes them from a ``codelist`` of the forms; ``total: false`` where rows of different
things must not be added.

Conditions name a fact's columns: a value, a list (any of), or ``name!`` (none of).
A row may ``bind`` names that columns use as ``$name``; a column whose ``$name`` a row does not bind drops the
condition (that is how one layout serves both by species and by region). ``only`` limits a column to one row
dimension. ``outside`` names the indicator of sources/references that counts the same, in the same unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from census import declarations
from sources.forms import catalogue

FOLDER = Path(__file__).parent / "layouts"
MEASURES = {
    "objects": {"count"},
    "lines": {"generated", "removed", "discharged"},
    "items": {"sum", "count", "distinct"},
    "reference": {"value"},
}
DERIVATIONS = {"share", "difference", "change"}
KG_PER_TONNE = 1000.0
Text = Mapping[str, str]


class LayoutError(ValueError):
    """A layout file that cannot be used; the text names file and place."""


@dataclass(frozen=True)
class Column:
    """One column: a *fact*, the ``sum_of`` other columns' ids, or ``derive``d ``of`` two of them."""

    id: str
    label: Text
    unit: Text
    decimals: int = 0
    group: Text | None = None
    fact: str = ""
    measure: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    sum_of: tuple[str, ...] = ()
    derive: str = ""
    of: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    item: str = ""
    sections: tuple[str, ...] = ()
    group_item: str = ""
    by: str = ""
    only: str = ""
    per: float | None = None
    outside: str = ""

    @property
    def scale(self) -> float:
        """What a summed fact is divided by to be in the column's unit."""
        if self.per is not None:
            return self.per
        return KG_PER_TONNE if self.fact == "lines" else 1.0

    @property
    def mixed(self) -> bool:
        """Whether each row shows another item, so that a sum over the rows means nothing."""
        return self.item.startswith("$")

    @property
    def opens(self) -> bool:
        """Whether there are objects behind its cells."""
        return self.fact in {"objects", "lines", "items"}


@dataclass(frozen=True)
class Row:
    """One row of a declared dimension. *total* rows add up to the table's total; the others are 'of which'."""

    id: str
    label: Text
    where: Mapping[str, Any] = field(default_factory=dict)
    bind: Mapping[str, str] = field(default_factory=dict)
    indent: int = 0
    total: bool = False


@dataclass(frozen=True)
class Dimension:
    """Declared rows. *adds*: they make a total; *long*: only rows with numbers are shown, as of every code list."""

    label: Text
    rows: tuple[Row, ...]
    adds: bool = True
    long: bool = False

    @property
    def top(self) -> tuple[Row, ...]:
        """Rows that add up to the total."""
        marked = tuple(row for row in self.rows if row.total)
        return marked or self.rows


@dataclass(frozen=True)
class Layout:
    code: str
    title: Text
    rows: tuple[str, ...]
    columns: tuple[Column, ...]
    dimensions: Mapping[str, Dimension]
    notes: tuple[Text, ...]
    source: str

    def columns_for(self, rows: str) -> list[Column]:
        """The columns shown when the rows are of dimension *rows*."""
        return [c for c in self.columns if not c.only or c.only == rows]

    def adds(self, rows: str) -> bool:
        """Whether rows of dimension *rows* make a total."""
        return rows not in self.dimensions or self.dimensions[rows].adds


@cache
def load(folder: Path = FOLDER) -> dict[str, Layout]:
    """Return every layout by code. Raises LayoutError naming all faults at once."""
    shared = declarations.read(folder / "dimensions.yaml")
    layouts, faults = {}, []
    for path in sorted(folder.glob("T*.yaml")):
        try:
            layout = _layout(declarations.read(path), shared)
            faults += [f"{path.name}: {fault}" for fault in _faults(layout)]
            layouts[layout.code] = layout
        except (KeyError, TypeError) as error:
            faults.append(f"{path.name}: {error!r}")
    if faults:
        raise LayoutError("\n".join(faults))
    return layouts


def every_table() -> list[tuple[Layout, str]]:
    """All tables: each layout by each of its row dimensions, in the order of printing."""
    return [(layout, by) for layout in load().values() for by in layout.rows]


def _layout(data: dict[str, Any], shared: dict[str, Any]) -> Layout:
    named = {**shared, **data.get("dimensions", {})}
    dimensions = {name: _dimension(named[name]) for name in data["rows"] if name in named}
    return Layout(
        code=data["code"],
        title=data["title"],
        rows=tuple(data["rows"]),
        columns=tuple(_columns(data["columns"])),
        dimensions=dimensions,
        notes=tuple(data.get("notes", ())),
        source=data["source"],
    )


def _dimension(data: dict[str, Any]) -> Dimension:
    adds = data.get("total", True)
    if "codelist" not in data:
        rows = tuple(Row(**row) for row in data["rows"])
        return Dimension(data["label"], rows, adds, long=data.get("long", False))
    items = catalogue.load().codelists[data["codelist"]].items
    listed = [
        Row(item.code, {"zh": item.zh, "en": item.en}, bind={data["bind"]: item.code}) for item in items
    ]
    return Dimension(data["label"], tuple(listed), adds, long=True)


def _names(value: str | list[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _columns(entries: list[dict[str, Any]]) -> Iterator[Column]:
    for entry in entries:
        for item in entry.get("items", [entry]):
            known = {k: v for k, v in item.items() if k not in {"group", "sum_of", "of", "form", "section"}}
            fact = item.get("fact", "")
            default = {"objects": "count", "items": "sum", "reference": "value"}.get(fact, "")
            known["measure"] = item.get("measure", default)
            yield Column(
                **known,
                sum_of=tuple(item.get("sum_of", ())),
                of=tuple(item.get("of", ())),
                forms=_names(item.get("form")),
                sections=_names(item.get("section")),
                group=entry["group"] if "items" in entry else None,
                group_item=item.get("group", "") if fact == "items" else "",
            )


def _faults(layout: Layout) -> Iterator[str]:
    ids = [c.id for c in layout.columns]
    if len(ids) != len(set(ids)):
        yield "a column id is used twice"
    for column in layout.columns:
        yield from _column_faults(column, set(ids))
    for name in layout.rows:
        if name not in {"region", "industry"} and name not in layout.dimensions:
            yield f"unknown row dimension {name}"


def _column_faults(column: Column, ids: set[str]) -> Iterator[str]:
    if sum(map(bool, (column.fact, column.sum_of, column.derive))) != 1:
        yield f"{column.id}: needs either a fact, sum_of or derive"
    if unknown := {*column.sum_of, *column.of} - ids:
        yield f"{column.id}: made of unknown {sorted(unknown)}"
    if column.derive and (column.derive not in DERIVATIONS or len(column.of) != 2):
        yield f"{column.id}: derive is one of {sorted(DERIVATIONS)} of two columns"
    if column.fact and column.fact not in MEASURES:
        yield f"{column.id}: unknown fact {column.fact}"
    if column.fact in MEASURES and column.measure not in MEASURES[column.fact]:
        yield f"{column.id}: unknown measure {column.measure!r}"
    if column.fact == "items" and not (column.forms and column.item):
        yield f"{column.id}: items need form and item"
    if column.measure == "distinct" and (column.group_item or column.by):
        yield f"{column.id}: distinct values cannot be grouped, they would not add up"
