"""Documents of many objects as columns: what the column evaluator reads.

How values stand in a column, by type (a blank in brackets): number float64 (NaN); bool int8 0 false, 1
unknown, 2 true (1), so that `and` is minimum and `or` maximum; text, coordinates and multiple choices int32
codes of one vocabulary (-1); date int64 yyyymmdd, dd = 00 for a month (-1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import count, islice
from typing import Any

import numpy as np

from sources.language.nodes import BOOL, DATE, MULTI, NUMBER

UNKNOWN = np.int8(1)
BLANKS = (None, np.nan)  # a key that is not there, as dict.get and as pandas tell it
MANY = 200  # from so many records on they are turned into columns all at once
SEPARATOR = "\x1f"  # between the codes of a multiple choice; clean texts never contain it


class Vocabulary:
    """All texts of a dataset, numbered; equal texts have equal numbers."""

    def __init__(self) -> None:
        # numbering a new text and looking up a known one are a single step without a Python call; blank is -1
        self.numbers: dict[Any, int] = defaultdict(count().__next__, dict.fromkeys(BLANKS, -1))
        self.number = self.numbers.__getitem__
        self._texts: list[str] = []
        self.told: dict[Any, dict[int, Any]] = {}

    @property
    def texts(self) -> list[str]:
        """All texts in the order of their numbers."""
        if len(self._texts) < len(self.numbers) - len(BLANKS):
            self._texts += islice(self.numbers, len(self._texts) + len(BLANKS), None)
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


_TRUTH = {**dict.fromkeys(BLANKS, 1), False: 0, True: 2}


class _Dates(dict):
    """Dates as numbers, each text read once."""

    def __init__(self) -> None:
        self.update(dict.fromkeys(BLANKS, -1))

    def __missing__(self, text: str) -> int:
        found = self[text] = date_number(text)
        return found


class Table:
    """Records with columns made when first asked for. `parent`: the table's owner of each record. `keys`: the
    items that will probably be asked for."""

    def __init__(
        self,
        records: Sequence[Mapping],
        parent: np.ndarray,
        vocabulary: Vocabulary,
        keys: Sequence[str] = (),
    ):
        self.records = records
        self.parent = parent
        self.vocabulary = vocabulary
        self.columns: dict[str, np.ndarray] = {}
        self.places = {key: place for place, key in enumerate(keys)} if len(records) >= MANY else {}

    def __len__(self) -> int:
        return len(self.records)

    def column(self, key: str, kind: str) -> np.ndarray:
        found = self.columns.get(key)
        if found is None:
            found = self.columns[key] = self.make(self.values(key), kind)
        return found

    def values(self, key: str) -> list | np.ndarray:
        """The values of an item record by record; one of ``BLANKS`` where it is not filled."""
        if key in self.places:
            return self.block[:, self.places[key]]
        return [record.get(key) for record in self.records]

    def filled(self, key: str) -> np.ndarray:
        """Which records have a value; found without turning the values into a column."""
        if key in self.places:
            return self.present[:, self.places[key]]
        return np.array([record.get(key) is not None for record in self.records], bool)

    @cached_property
    def present(self) -> np.ndarray:
        import pandas as pd

        return pd.notna(self.block)

    @cached_property
    def block(self) -> np.ndarray:
        """The probable items of all records, in one pass seven times as fast as asking each record for each."""
        import pandas as pd  # half a second that only runs over whole counties need

        return pd.DataFrame(self.records, columns=list(self.places), dtype=object).to_numpy()

    def make(self, values: list | np.ndarray, kind: str) -> np.ndarray:
        if kind == NUMBER:
            return np.array(values, np.float64)
        values = values if isinstance(values, list) else values.tolist()
        if kind == BOOL:
            return np.array(list(map(_TRUTH.__getitem__, values)), np.int8)
        if kind == DATE:
            return np.array(list(map(_Dates().__getitem__, values)), np.int64)
        if kind == MULTI:
            values = [SEPARATOR.join(value) if isinstance(value, (list, tuple)) else None for value in values]
        return np.array(list(map(self.vocabulary.number, values)), np.int32)


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
    known. keys: (form, table or None) -> the items that will probably be asked for."""

    def __init__(
        self,
        sheets: Mapping[str, tuple[Sequence[Mapping], Sequence[int]]],
        objects: Sequence[Mapping],
        locate: Callable[[float, float], str | None] | None = None,
        keys: Mapping[tuple[str, str | None], Sequence[str]] | None = None,
    ):
        self.keys = keys or {}
        self.vocabulary = Vocabulary()
        self.locate = locate
        self.objects = Table(objects, np.arange(len(objects)), self.vocabulary)
        self.sheets = {
            form: Table(
                documents, np.asarray(owners, np.int64), self.vocabulary, self.keys.get((form, None), ())
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
            keys = self.keys.get((form, section), ())
            found = self._rows[form, section] = Table(records, parent, self.vocabulary, keys)
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
