"""Documents of many objects as columns: what the column evaluator reads.

How values stand in a column, by type (a blank in brackets): number float64 (NaN); bool int8 0 false, 1
unknown, 2 true (1), so that `and` is minimum and `or` maximum; text, coordinates and multiple choices int32
codes of one vocabulary (-1); date int64 yyyymmdd, dd = 00 for a month (-1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import count, islice, repeat
from operator import is_not, itemgetter
from types import MappingProxyType
from typing import Any

import numpy as np

from sources.language.nodes import BOOL, DATE, MULTI, NUMBER

UNKNOWN = np.int8(1)
ROW_KEY = "_k"  # under this name a row of a table carries its key
SEPARATOR = "\x1f"  # between the codes of a multiple choice; clean texts never contain it


class Vocabulary:
    """All texts of a dataset, numbered; equal texts have equal numbers."""

    def __init__(self) -> None:
        # numbering a new text and looking up a known one are a single step without a Python call; blank is -1
        self.numbers: dict[Any, int] = defaultdict(count().__next__, {None: -1})
        self.number = self.numbers.__getitem__
        self._texts: list[str] = []
        self.told: dict[Any, dict[int, Any]] = {}

    @property
    def texts(self) -> list[str]:
        """All texts in the order of their numbers."""
        if more := len(self.numbers) - 1 - len(self._texts):
            self._texts += [*islice(reversed(self.numbers), more)][
                ::-1
            ]  # from the end: what is known is not walked over
        return self._texts

    def map(
        self, codes: np.ndarray, apply: Callable[[str], Any], blank: Any, dtype: Any, name: Any = None
    ) -> np.ndarray:
        """`apply` on each text, computed once per distinct text; None and blanks become `blank`.

        `name`: what `apply` does; with it a text is not asked again in another column."""
        distinct, inverse = np.unique(codes, return_inverse=True)
        texts = self.texts
        told = self.told.setdefault(name, {}) if name else {}
        for code in distinct.tolist():
            if code not in told:
                value = apply(texts[code]) if code >= 0 else None
                told[code] = blank if value is None else value
        values = np.array([told[code] for code in distinct.tolist()], dtype)
        return values[inverse].reshape(np.shape(codes))


_TRUTH = {None: 1, False: 0, True: 2}


class _Dates(dict):
    """Dates as numbers, each text read once."""

    def __init__(self) -> None:
        self[None] = -1

    def __missing__(self, text: str) -> int:
        found = self[text] = date_number(text)
        return found


class Table:
    """Records with columns made when first asked for. `parent`: the table's owner of each record. `kinds`: the type
    of each item that will probably be asked for."""

    def __init__(
        self,
        records: Sequence[Mapping],
        parent: np.ndarray,
        vocabulary: Vocabulary,
        kinds: Mapping[str, str] = MappingProxyType({}),
    ):
        self.records = records
        self.parent = parent
        self.vocabulary = vocabulary
        self.columns: dict[str, np.ndarray] = {}
        self.kinds = kinds

    def __len__(self) -> int:
        return len(self.records)

    def column(self, key: str, kind: str) -> np.ndarray:
        found = self.columns.get(key)
        if found is None:
            place = self.numeric.get(key) if kind == NUMBER else None
            found = self.make(self.values(key), kind) if place is None else self.numbers[place]
            self.columns[key] = found
        return found

    def values(self, key: str) -> Sequence:
        """The values of an item record by record; None where it is not filled."""
        if key in self.cut:
            return self.cut[key]
        return [record.get(key) for record in self.records]

    def filled(self, key: str) -> np.ndarray:
        """Which records have a value; found without turning the values into a column."""
        if key in self.numeric:
            return ~np.isnan(self.numbers[self.numeric[key]])
        return np.fromiter(map(is_not, self.values(key), repeat(None)), bool, len(self.records))

    @cached_property
    def cut(self) -> dict[str, Sequence]:
        """The probable items of all records, cut out in one pass over each record."""
        blanks = dict.fromkeys((ROW_KEY, *self.kinds))
        pick = itemgetter(*blanks, ROW_KEY)  # of two keys at least: it always gives tuples
        columns = zip(*[pick(blanks | record) for record in self.records], strict=True)
        return dict(zip(blanks, columns, strict=False)) if self.records else dict.fromkeys(blanks, ())

    @cached_property
    def numeric(self) -> dict[str, int]:
        """Where the probable numbers stand in `numbers`."""
        return {key: place for place, key in enumerate(k for k, kind in self.kinds.items() if kind == NUMBER)}

    @cached_property
    def numbers(self) -> np.ndarray:
        """The probable numbers of all records: item by item, each a contiguous row."""
        shape = len(self.numeric), len(self.records)
        return np.array([self.cut[key] for key in self.numeric], np.float64).reshape(shape)

    def matrix(self, keys: Sequence[str]) -> np.ndarray:
        """Numbers item by item."""
        places = [self.numeric.get(key, -1) for key in keys]
        if -1 in places:
            return np.array([self.column(key, NUMBER) for key in keys])
        return self.numbers if places == [*range(len(self.numeric))] else self.numbers[places]

    def make(self, values: Sequence, kind: str) -> np.ndarray:
        if kind == NUMBER:
            return np.array(values, np.float64)
        if kind == BOOL:
            return np.fromiter(map(_TRUTH.__getitem__, values), np.int8, len(values))
        if kind == DATE:
            return np.fromiter(map(_Dates().__getitem__, values), np.int64, len(values))
        if kind == MULTI:
            values = [SEPARATOR.join(value) if isinstance(value, (list, tuple)) else None for value in values]
        return np.fromiter(map(self.vocabulary.number, values), np.int32, len(values))


def date_number(text: str) -> int:
    """``2017-06-30`` as 20170630, ``2017-06`` as 20170600."""
    digits = text.replace("-", "")
    return int(digits) * (100 if len(digits) == 6 else 1)


def blank_of(kind: str) -> Any:
    return {NUMBER: np.nan, BOOL: 1}.get(kind, -1)


def take(column: np.ndarray, index: np.ndarray | None, kind: str) -> np.ndarray:
    """`column` at `index` (None = as it stands); a negative index gives a blank."""
    if index is None:
        return column
    if not len(column):
        return np.full(len(index), blank_of(kind), column.dtype)
    return np.where(index < 0, column.dtype.type(blank_of(kind)), column[index])


class Dataset:
    """The sheets of many objects.

    sheets: form -> (documents, index of each one's object). objects: register attributes in index order,
    among them ``region``, the division code. locate: county code of a point (decimal degrees), where
    known. kinds: (form, table or None) -> the type of each item that will probably be asked for."""

    def __init__(
        self,
        sheets: Mapping[str, tuple[Sequence[Mapping], Sequence[int]]],
        objects: Sequence[Mapping],
        locate: Callable[[float, float], str | None] | None = None,
        kinds: Mapping[tuple[str, str | None], Mapping[str, str]] | None = None,
    ):
        self.kinds = kinds or {}
        self.vocabulary = Vocabulary()
        self.locate = locate
        self.objects = Table(objects, np.arange(len(objects)), self.vocabulary)
        self.sheets = {
            form: Table(
                documents, np.asarray(owners, np.int64), self.vocabulary, self.kinds.get((form, None), {})
            )
            for form, (documents, owners) in sheets.items()
        }
        self._rows: dict[tuple[str, str], Table] = {}
        self._single: dict[str, np.ndarray] = {}
        self._areas: dict[int, np.ndarray] = {}

    def sheet(self, form: str) -> Table:
        """The sheets of a form; their parents are objects."""
        if form not in self.sheets:
            self.sheets[form] = Table([], np.empty(0, np.int64), self.vocabulary)
        return self.sheets[form]

    def rows(self, form: str, section: str) -> Table:
        """The rows of a table in all sheets of a form; their parents are sheets."""
        found = self._rows.get((form, section))
        if found is None:
            lists = [document.get(section) or () for document in self.sheet(form).records]
            parent = np.repeat(np.arange(len(lists)), [len(rows) for rows in lists])
            records = [row for rows in lists for row in rows]
            kinds = self.kinds.get((form, section), {})
            found = self._rows[form, section] = Table(records, parent, self.vocabulary, kinds)
        return found

    def single_sheet(self, form: str) -> np.ndarray:
        """For each object its only sheet of a form, or -1."""
        found = self._single.get(form)
        if found is None:
            owners = self.sheet(form).parent
            counts = np.bincount(owners, minlength=len(self.objects))
            found = np.full(len(self.objects), -1, np.int64)
            found[owners] = np.arange(len(owners))
            found[counts != 1] = -1
            self._single[form] = found
        return found

    def areas(self, digits: int) -> np.ndarray:
        """For each object the number of its area (the first digits of its region code), or -1."""
        found = self._areas.get(digits)
        if found is None:
            numbers: dict[str, int] = {}
            found = np.array(
                [
                    numbers.setdefault(record["region"][:digits], len(numbers))
                    if record.get("region")
                    else -1
                    for record in self.objects.records
                ],
                np.int64,
            )
            self._areas[digits] = found
        return found


class Axis:
    """What a column runs along: the sheets of a form, the rows of a table, or pairs of rows.

    Each index array says which record of its table stands at each place; None = all records in order."""

    def __init__(
        self,
        form: str,
        size: int,
        objects: np.ndarray,
        own: np.ndarray | None,
        section: str | None = None,
        row: np.ndarray | None = None,
        each_table: Table | None = None,
        each: np.ndarray | None = None,
    ):
        self.form = form
        self.size = size
        self.objects = objects
        self.own = own
        self.section = section
        self.row = row
        self.each_table = each_table
        self.each = each
        self.loaded: dict[tuple, np.ndarray] = {}

    @classmethod
    def of_sheets(cls, data: Dataset, form: str) -> Axis:
        table = data.sheet(form)
        return cls(form, len(table), table.parent, None)

    @classmethod
    def of_rows(cls, data: Dataset, form: str, section: str) -> Axis:
        table = data.rows(form, section)
        return cls(form, len(table), data.sheet(form).parent[table.parent], table.parent, section)

    def own_index(self) -> np.ndarray:
        return np.arange(self.size) if self.own is None else self.own
