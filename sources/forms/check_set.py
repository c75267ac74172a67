"""Checks of a whole county at once: the same verdicts as check_record, document by document, only faster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from sources.forms.catalogue import load
from sources.forms.check import Verdict, verdict
from sources.forms.model import LANGUAGE_TYPES, Catalogue, Check, Form
from sources.language.bundles import Bundle
from sources.language.tables import ROW_KEY, Axis, Dataset

Locate = Callable[[float, float], str | None]


class Document(NamedTuple):
    """A filled sheet of an object; `sheet` numbers the sheets of a form. Anything with these names will do."""

    object_id: Any
    form: str
    sheet: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hits:
    """Where one check fails. documents: positions in the list given to check_set. keys: the ``_k`` of the
    failing rows, beside `documents`; None where sheets fail as a whole."""

    form: str
    check: Check
    documents: np.ndarray
    keys: np.ndarray | None

    def verdicts(self) -> Iterator[tuple[int, Verdict]]:
        if self.keys is None:
            found = verdict(self.form, self.check)
            yield from ((place, found) for place in self.documents.tolist())
        else:
            table = self.check.section
            for place, key in zip(self.documents.tolist(), self.keys.tolist(), strict=True):
                yield place, verdict(self.form, self.check, (table, key))


@dataclass(frozen=True, slots=True)
class SetResult:
    """The failed checks of a set of documents."""

    hits: tuple[Hits, ...]

    def verdicts(self) -> Iterator[tuple[int, Verdict]]:
        """(position of the document, verdict), check by check."""
        for hits in self.hits:
            yield from hits.verdicts()


def check_set(
    documents: Sequence[Document],
    objects: Mapping[Any, Mapping],
    locate: Locate | None = None,
    catalogue: Catalogue | None = None,
) -> SetResult:
    """All failed checks of `documents`.

    objects: register attributes by object id; ``region`` (division code) says which area an object belongs
    to: its county, for forms of a city its city. Rules about the area see the objects of the set, so give
    whole counties (whole cities where forms of the city are among them). locate: county code of a point in
    degrees."""
    data, places = dataset(documents, objects, locate)
    return check_dataset(data, places, catalogue or load())


def check_dataset(data: Dataset, places: Mapping[str, np.ndarray], catalogue: Catalogue) -> SetResult:
    """All failed checks of what ``dataset`` made."""
    found: list[Hits] = []
    for code, form in catalogue.forms.items():
        if code in places:
            found += _form_hits(data, form, places[code])
    return SetResult(tuple(found))


def dataset(
    documents: Sequence[Document], objects: Mapping[Any, Mapping], locate: Locate | None = None
) -> tuple[Dataset, dict[str, np.ndarray]]:
    """The documents as columns, and for each form the positions of its sheets in `documents`."""
    numbers = {object_id: number for number, object_id in enumerate(objects)}
    owners = np.array([numbers[document.object_id] for document in documents], np.int64)
    values = [document.values for document in documents]
    forms = [document.form for document in documents]
    codes = {form: code for code, form in enumerate(dict.fromkeys(forms))}
    which = np.fromiter(map(codes.__getitem__, forms), np.int16, len(forms))
    places = {form: np.flatnonzero(which == code) for form, code in codes.items()}
    sheets = {form: ([values[i] for i in found.tolist()], owners[found]) for form, found in places.items()}
    kinds = {place: items for form in sheets if form in load().forms for place, items in _kinds(form)}
    return Dataset(sheets, list(objects.values()), locate, kinds), places


@lru_cache(maxsize=256)
def _kinds(form: str) -> list[tuple[tuple[str, str | None], dict[str, str]]]:
    """The items of a form's sheets, and of the rows of each of its tables, with their types in the language."""
    found: dict[str | None, dict[str, str]] = {None: {}}
    for section in load().forms[form].sections:
        items = found.setdefault(section.id if section.repeat else None, {})
        items |= {item.id: LANGUAGE_TYPES[item.type] for item in section.indicators}
    return [((form, table), items) for table, items in found.items()]


def area_digits(form: Form) -> int:
    """How many digits of the region code make the area of the form's objects: the county, or the city."""
    return 4 if form.reporting_unit == "city" else 6


def _form_hits(data: Dataset, form: Form, places: np.ndarray) -> Iterator[Hits]:
    for table, (checks, bundle) in bundles(form).items():
        axis = Axis.of_sheets(data, form.code) if table is None else Axis.of_rows(data, form.code, table)
        for place, failing in sorted(
            bundle.failing(data, axis, area_digits(form)).items(), key=itemgetter(0)
        ):
            if table is None:
                yield Hits(form.code, checks[place], places[failing], None)
            else:
                rows = data.rows(form.code, table)
                keys = np.array([rows.records[index][ROW_KEY] for index in failing.tolist()])
                yield Hits(form.code, checks[place], places[rows.parent[failing]], keys)


@lru_cache(maxsize=512)
def bundles(form: Form) -> Mapping[str | None, tuple[tuple[Check, ...], Bundle]]:
    """The checks of a form by table (None: of the sheet), in their order, and how they are evaluated."""
    found: dict[str | None, list[Check]] = {}
    for check in form.checks:
        found.setdefault(check.section, []).append(check)
    return {table: (tuple(some), Bundle.of([check.node for check in some])) for table, some in found.items()}


class SetArea:
    """The area of one object as the set knows it: the Area protocol for check_record."""

    def __init__(self, index: AreaIndex, object_id: Any, digits: int):
        self.index = index
        self.prefix = (index.objects[object_id].get("region") or "")[:digits] or None
        self.digits = digits

    def exists(self, form: str) -> bool | None:
        return None if self.prefix is None else (self.prefix, form) in self.index.present

    def values(self, form: str, indicator: str) -> set[str] | None:
        return None if self.prefix is None else set(self.index.carriers(self.prefix, form, indicator))

    def count_other(self, form: str, indicator: str, value: str, object_id: Any) -> int | None:
        if self.prefix is None:
            return None
        owners = self.index.carriers(self.prefix, form, indicator).get(value, ())
        return sum(owner != object_id for owner in owners)

    def county_of(self, longitude: float, latitude: float) -> str | None:
        return (
            None
            if self.prefix is None or self.index.locate is None
            else self.index.locate(longitude, latitude)
        )


class AreaIndex:
    """The documents of a set by area, for checking single records against their surroundings."""

    def __init__(
        self, documents: Sequence[Document], objects: Mapping[Any, Mapping], locate: Locate | None = None
    ):
        self.objects = objects
        self.locate = locate
        self.present: set[tuple[str, str]] = set()
        self.documents: dict[tuple[str, str], list[Document]] = {}
        self._carriers: dict[tuple[str, str, str], dict[str, list]] = {}
        for document in documents:
            region = objects[document.object_id].get("region")
            for digits in (4, 6) if region else ():
                self.present.add((region[:digits], document.form))
                self.documents.setdefault((region[:digits], document.form), []).append(document)

    def area(self, object_id: Any, form: Form) -> SetArea:
        """The surroundings of an object for the rules of a form."""
        return SetArea(self, object_id, area_digits(form))

    def carriers(self, prefix: str, form: str, indicator: str) -> dict[str, list]:
        """value -> objects (one entry a sheet) that carry it in the area."""
        key = (prefix, form, indicator)
        if key not in self._carriers:
            found: dict[str, list] = {}
            for document in self.documents.get((prefix, form), ()):
                value = document.values.get(indicator)
                if value is not None:
                    found.setdefault(value, []).append(document.object_id)
            self._carriers[key] = found
        return self._carriers[key]
