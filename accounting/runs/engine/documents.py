"""The returns of one form in a shard, and their turning into columns. Pure; no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np

from .table import Table

ADDRESS = ["object", "form", "sheet", "version_no", "section", "row_key"]
"""Where a figure stands: position of the object in the shard, form, sheet, version, section and row."""

BLANK = {type(None)}
NUMBERS = {int, float, type(None)}


@dataclass(frozen=True)
class Documents:
    """All sheets of one form: parallel lists. ``objects`` are positions in the shard's object table."""

    form: str
    objects: Sequence[int] = ()
    sheets: Sequence[int] = ()
    versions: Sequence[int] = ()
    values: Sequence[Mapping] = ()

    def items(
        self, *, numbers: Iterable[str] = (), texts: Iterable[str] = (), lists: Iterable[str] = ()
    ) -> Table:
        """One row a sheet: the address and the wanted items. Blank numbers are NaN, blank texts ''."""
        address = {
            "object": np.asarray(self.objects, dtype=np.int64),
            "form": _same(self.form, len(self.objects)),
            "sheet": np.asarray(self.sheets, dtype=np.int64),
            "version_no": np.asarray(self.versions, dtype=np.int64),
            "section": _same("", len(self.objects)),
            "row_key": np.full(len(self.objects), -1, dtype=np.int64),
        }
        return _table(address, self.values, numbers, texts, lists)

    def rows(
        self,
        section: str,
        *,
        numbers: Iterable[str] = (),
        texts: Iterable[str] = (),
        lists: Iterable[str] = (),
    ) -> Table:
        """One row for each row of a repeating section, with the address (``row_key`` is the row's ``_k``)."""
        tables = [document.get(section) or () for document in self.values]
        rows = list(chain.from_iterable(tables))
        index = np.repeat(np.arange(len(tables)), np.fromiter(map(len, tables), np.int64, len(tables)))
        address = {
            "object": np.asarray(self.objects, dtype=np.int64)[index],
            "form": _same(self.form, len(rows)),
            "sheet": np.asarray(self.sheets, dtype=np.int64)[index],
            "version_no": np.asarray(self.versions, dtype=np.int64)[index],
            "section": _same(section, len(rows)),
            "row_key": np.fromiter(
                map(dict.get, rows, repeat("_k"), repeat(-1)), dtype=np.int64, count=len(rows)
            ),
        }
        return _table(address, rows, numbers, texts, lists)

    def __len__(self) -> int:
        return len(self.objects)


def _table(address: dict, records, numbers, texts, lists) -> Table:
    columns: dict[str, object] = dict(address)
    for name in numbers:
        columns[name] = _numbers(_values(records, name))
    for name in texts:
        columns[name] = _objects(_texts(_values(records, name)))
    for name in lists:
        columns[name] = _objects([tuple(value or ()) for value in _values(records, name)])
    return Table(columns, len(records))


def _values(records: Sequence[dict], name: str) -> list:
    return list(map(dict.get, records, repeat(name)))


def _numbers(values: list) -> np.ndarray:
    """The numbers, NaN for all else. Looked at as a whole: most columns hold one kind, many are blank throughout."""
    kinds = set(map(type, values))
    if kinds == BLANK:
        return np.full(len(values), np.nan)
    if kinds - NUMBERS:
        # type() and not isinstance(): true is a bool, and no number
        values = [value if type(value) in NUMBERS else None for value in values]
    return np.array(values, dtype=np.float64)  # None becomes NaN


def _texts(values: list) -> list[str]:
    """The texts without blanks around them, '' for what is blank or none; yes and no as codes."""
    kinds = set(map(type, values))
    if kinds == BLANK:
        return [""] * len(values)
    if kinds == {str}:
        return list(map(str.strip, values))
    return ["" if value is None else _text(value) for value in values]


def _same(text: str, count: int) -> np.ndarray:
    return np.full(count, text, dtype=object)


def _objects(values: list) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    return ("1" if value else "2") if isinstance(value, bool) else ""
