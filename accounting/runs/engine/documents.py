"""The returns of one form in a shard, and their turning into columns. Pure; no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .table import Table

ADDRESS = ["object", "form", "sheet", "version_no", "section", "row_key"]
"""Where a figure stands: position of the object in the shard, form, sheet, version, section and row."""


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
        where, rows = [], []
        for position, document in enumerate(self.values):
            for row in document.get(section) or ():
                where.append(position)
                rows.append(row)
        index = np.asarray(where, dtype=np.int64)
        address = {
            "object": np.asarray(self.objects, dtype=np.int64)[index],
            "form": _same(self.form, len(rows)),
            "sheet": np.asarray(self.sheets, dtype=np.int64)[index],
            "version_no": np.asarray(self.versions, dtype=np.int64)[index],
            "section": _same(section, len(rows)),
            "row_key": np.fromiter((row.get("_k", -1) for row in rows), dtype=np.int64, count=len(rows)),
        }
        return _table(address, rows, numbers, texts, lists)

    def __len__(self) -> int:
        return len(self.objects)


def _table(address: dict, records, numbers, texts, lists) -> Table:
    columns: dict[str, object] = dict(address)
    for name in numbers:
        columns[name] = np.array(
            [
                # type() and not isinstance(): true is a bool, and no number
                value if type(value := record.get(name)) is float or type(value) is int else np.nan
                for record in records
            ],
            dtype=np.float64,
        )
    for name in texts:
        columns[name] = _objects(
            # most are plain texts already: a call for each would take as long as all the rest
            [value.strip() if type(value := record.get(name)) is str else _text(value) for record in records]
        )
    for name in lists:
        columns[name] = _objects([tuple(record.get(name) or ()) for record in records])
    return Table(columns, len(records))


def _same(text: str, count: int) -> np.ndarray:
    return np.full(count, text, dtype=object)


def _objects(values: list) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _text(value: object) -> str:
    return ("1" if value else "2") if isinstance(value, bool) else ""
