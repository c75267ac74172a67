"""Filled forms as columns: one table for the sheets of a form, one for the rows of each of its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from review.statistics.doubts import Place
from sources.forms.check_set import Document


@dataclass(frozen=True)
class Table:
    """Records of a form: its sheets (*name* empty) or the rows of table *name*, with whose they are.

    *owner*: position of the object; *sheets*: number of the sheet; both as long as *records*.
    """

    form: str
    name: str
    owner: np.ndarray
    sheets: np.ndarray
    records: Sequence[Mapping[str, Any]]

    def __len__(self) -> int:
        return len(self.records)

    def numbers(self, item: str) -> np.ndarray:
        """float64, NaN for a blank. ``true`` is no number."""
        values = [record.get(item) for record in self.records]
        return np.array([v if type(v) in (int, float) else np.nan for v in values], dtype=np.float64)

    def texts(self, item: str) -> list[str]:
        """Blank texts are ''."""
        return [str(record.get(item) or "") for record in self.records]

    def place(self, position: int, item: str) -> Place:
        """The address of *item* in the record at *position*."""
        row = f"{self.name}/{self.records[position].get('_k')}" if self.name else ""
        return Place(self.form, int(self.sheets[position]), row, item)

    @cached_property
    def single(self) -> dict[int, int]:
        """Object → position of its record, for objects with exactly one."""
        owners, first, counts = np.unique(self.owner, return_index=True, return_counts=True)
        return {int(o): int(f) for o, f, n in zip(owners, first, counts, strict=True) if n == 1}


class Columns:
    """The documents and register facts of an area. *objects*: id → facts (region, industry, size, name, code …)."""

    def __init__(self, documents: Sequence[Document], objects: Mapping[Any, Mapping[str, Any]]) -> None:
        self.ids = list(objects)
        self.facts = list(objects.values())
        self.number = {object_id: number for number, object_id in enumerate(self.ids)}
        self._sheets: dict[str, list[Document]] = {}
        for document in documents:
            if document.object_id in self.number:
                self._sheets.setdefault(document.form, []).append(document)
        self._tables: dict[tuple[str, str], Table] = {}

    def table(self, form: str, name: str = "") -> Table:
        """The sheets of *form*, or the rows of its table *name*; empty where nobody filled it."""
        if (form, name) not in self._tables:
            sheets = self._sheets.get(form, ())
            lines = [
                (self.number[d.object_id], d.sheet, record)
                for d in sheets
                for record in ([d.values] if not name else d.values.get(name) or ())
            ]
            owner, numbers, records = zip(*lines, strict=True) if lines else ((), (), ())
            self._tables[form, name] = Table(
                form, name, np.array(owner, dtype=np.int64), np.array(numbers, dtype=np.int64), records
            )
        return self._tables[form, name]

    @property
    def forms(self) -> list[str]:
        return list(self._sheets)

    def documents(self, form: str) -> Sequence[Document]:
        return self._sheets.get(form, ())

    def fact(self, name: str, owner: np.ndarray, digits: int | None = None) -> list[str]:
        """The register's *name* of each owner, cut to *digits*."""
        facts = self.facts
        return [str(facts[number].get(name) or "")[:digits] for number in owner.tolist()]

    @cached_property
    def first_form(self) -> list[str]:
        """For each object a form to show doubts about the object itself on: its first survey form, or ''."""
        found = [""] * len(self.ids)
        for form in sorted(self._sheets, key=lambda code: (code.startswith("INV"), code)):
            for document in self._sheets[form]:
                number = self.number[document.object_id]
                found[number] = found[number] or form
        return found

    @cached_property
    def by_object(self) -> dict[int, list[Document]]:
        """Position of the object → its documents."""
        found: dict[int, list[Document]] = {}
        for sheets in self._sheets.values():
            for document in sheets:
                found.setdefault(self.number[document.object_id], []).append(document)
        return found

    def value(self, number: int, place: Place) -> Any:
        """The value at *place* of the object at position *number*; None for a blank."""
        for document in self.by_object.get(number, ()):
            if (document.form, document.sheet) == (place.form, place.sheet):
                return (record_of(document.values, place.row) or {}).get(place.item)
        return None


def record_of(values: Mapping[str, Any], row: str) -> Mapping[str, Any] | None:
    """The record that *row* (``table/key``, '' for the sheet itself) names; None where there is none."""
    if not row:
        return values
    table, key = row.split("/")
    return next((record for record in values.get(table) or () if str(record.get("_k")) == key), None)


def with_value(document: Document, place: Place, value: Any) -> Document:
    """A copy of *document* that holds *value* at *place*; None leaves it blank."""
    changed = {name: one for name, one in {place.item: value}.items() if one is not None}

    def put(record: Mapping[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in record.items() if name != place.item} | changed

    if not place.row:
        return document._replace(values=put(document.values))
    table, key = place.row.split("/")
    rows = [put(row) if str(row.get("_k")) == key else row for row in document.values[table]]
    return document._replace(values={**document.values, table: rows})
