"""Tables of the engine: named columns of arrays, and the few words for them the accounts are written in. Pure.

A county is accounted in some thousand small steps. A step of pandas costs 30 to 300 µs however short the table, one on
an array a fiftieth of it; with pandas that was half of the time of a county.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd


class Column(np.ndarray):
    """An array of one dimension: numbers with NaN for blank, or objects (texts, mostly)."""

    def __iter__(self) -> Iterator[Any]:
        """Plain Python values, which are faster to work with one by one and fit into JSON."""
        return iter(self.tolist())

    def __array_wrap__(self, array: np.ndarray, context: object = None, return_scalar: bool = False) -> Any:
        """Sums and the like are plain numbers."""
        return array[()] if return_scalar else array.view(Column)

    def isna(self) -> np.ndarray:
        """True where there is no value: NaN or None."""
        if self.dtype.kind == "f":
            return np.isnan(np.asarray(self))
        if self.dtype.kind != "O":
            return np.zeros(len(self), dtype=bool)
        return np.array([value is None or value != value for value in self], dtype=bool)

    def fillna(self, value: object) -> Column:
        """``value`` (one for all, or as many) where there is none."""
        return np.where(self.isna(), value, self).view(Column)

    def where(self, holds: np.ndarray, other: object = np.nan) -> Column:
        """The values where ``holds``, else ``other``."""
        return np.where(holds, self, other).view(Column)

    def isin(self, wanted: Iterable[object]) -> np.ndarray:
        """True where the value is one of those wanted."""
        known = frozenset(wanted)
        return np.array([value in known for value in self], dtype=bool)

    def map(self, made: Mapping | Callable[[Any], object]) -> Column:
        """What each value makes, asked once for each distinct one; of a mapping NaN where it has none."""
        get = (lambda value: made.get(value, np.nan)) if isinstance(made, Mapping) else made
        values = self.tolist()
        known = {value: get(value) for value in dict.fromkeys(values)}
        return column([known[value] for value in values], len(values))


def column(values: object, count: int) -> Column:
    """``values`` as a column of ``count``: an array, a sequence, or one value for all.

    Raises ValueError where the length is another one.
    """
    if isinstance(values, np.ndarray) and values.ndim:
        array = values.astype(object) if values.dtype.kind == "U" else values
    elif isinstance(values, list | tuple):
        array = np.array(values, dtype=_kind(values)) if _kind(values) is not object else _objects(values)
    else:
        array = np.full(count, values, dtype=object if values is None or isinstance(values, str) else None)
    if len(array) != count:
        raise ValueError(f"a column of {len(array)} in a table of {count} rows")
    return array.view(Column)


def _kind(values: Sequence[object]) -> type:
    kinds = set(map(type, values))
    if not kinds or kinds - {bool, int, float, np.bool_, np.float64, np.int64}:
        return object
    if kinds <= {bool, np.bool_}:
        return bool
    return int if kinds <= {int, np.int64} else float


def _objects(values: Sequence[object]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


class Table:
    """Columns of one length by name. No step changes a table or a column; ``assign`` makes a new table."""

    __slots__ = ("_columns", "_count")

    def __init__(self, columns: Mapping[str, object], count: int) -> None:
        self._columns = {name: column(values, count) for name, values in columns.items()}
        self._count = count

    @classmethod
    def _of(cls, columns: dict[str, Column], count: int) -> Table:
        table = cls.__new__(cls)
        table._columns, table._count = columns, count
        return table

    @classmethod
    def from_rows(cls, rows: Sequence[Sequence[object]], names: Sequence[str]) -> Table:
        """A table of the named columns from its rows."""
        return cls(
            dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True)), len(rows)
        )

    def __len__(self) -> int:
        return self._count

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    @property
    def empty(self) -> bool:
        return not self._count

    @property
    def columns(self) -> list[str]:
        return list(self._columns)

    def __getitem__(self, wanted: Any) -> Any:
        """A column by its name; a table of the named columns, or of the rows of a mask, an index or a slice."""
        if isinstance(wanted, str):
            return self._columns[wanted]
        if isinstance(wanted, list):
            return self._of({name: self._columns[name] for name in wanted}, self._count)
        if isinstance(wanted, slice):
            wanted = np.arange(self._count)[wanted]
        elif wanted.dtype.kind == "b":
            wanted = np.flatnonzero(wanted)
        return self.take(wanted)

    def get(self, name: str, default: object = None) -> Any:
        """A column, or the default where there is none of that name."""
        return self._columns.get(name, default)

    def take(self, positions: Sequence[int] | np.ndarray) -> Table:
        """The rows at these positions, in their order."""
        return self._of({name: values[positions] for name, values in self._columns.items()}, len(positions))

    def assign(self, **columns: object) -> Table:
        """The table with more columns, or others in place of its own."""
        given = {name: column(values, self._count) for name, values in columns.items()}
        return self._of(self._columns | given, self._count)

    def without(self, names: Iterable[str]) -> Table:
        """The table without the named columns."""
        dropped = set(names)
        kept = {name: values for name, values in self._columns.items() if name not in dropped}
        return self._of(kept, self._count)

    def matrix(self, names: Iterable[str]) -> np.ndarray:
        """The named numbers side by side: one row a row."""
        return np.column_stack([self._columns[name] for name in names])

    def total(self, names: Iterable[str]) -> np.ndarray:
        """The sum of the named numbers that are known; NaN where none is."""
        numbers = self.matrix(names)
        return np.where(np.isnan(numbers).all(axis=1), np.nan, np.nansum(numbers, axis=1))

    def keys(self, names: Iterable[str]) -> list[tuple]:
        """The named columns row by row."""
        return list(zip(*(self._columns[name] for name in names), strict=True))

    def firsts(self, name: str) -> Table:
        """The first row of each value of a column."""
        seen: dict[object, int] = {}
        for position, value in enumerate(self._columns[name]):
            seen.setdefault(value, position)
        return self.take(np.fromiter(seen.values(), dtype=np.int64, count=len(seen)))

    def groups(self, names: Sequence[str]) -> Iterator[tuple[tuple, Table]]:
        """Each distinct key of the named columns with its rows, in order of first appearance."""
        rows: dict[tuple, list[int]] = {}
        for position, key in enumerate(self.keys(names)):
            rows.setdefault(key, []).append(position)
        for key, positions in rows.items():
            yield key, self.take(positions)

    def join(self, other: Table, on: str) -> Table:
        """With the columns of ``other``, whose values of ``on`` are distinct; NaN where it has no such row."""
        place = {value: position for position, value in enumerate(other[on])}
        found = np.array([place.get(value, -1) for value in self[on]], dtype=np.int64)
        if other.empty:
            added = {name: np.full(self._count, np.nan) for name in other.columns}
        else:
            added = {name: np.where(found < 0, np.nan, other[name][found]) for name in other.columns}
        return self.assign(**{name: values for name, values in added.items() if name != on})

    def to_pandas(self) -> pd.DataFrame:
        """For readers outside the engine."""
        return pd.DataFrame({name: values.view(np.ndarray) for name, values in self._columns.items()})


def concat(tables: Sequence[Table]) -> Table:
    """The tables one under the other; NaN where one has no such column."""
    full = [table for table in tables if len(table)]

    def under(name: str) -> np.ndarray:
        parts = [table.get(name, np.full(len(table), np.nan)) for table in full]
        return np.concatenate(parts) if parts else next(table[name] for table in tables if name in table)

    names = dict.fromkeys(name for table in tables for name in table.columns)
    return Table({name: under(name) for name in names}, sum(map(len, full)))


def repeated(keys: Sequence[object]) -> np.ndarray:
    """True for each key that is there more than once."""
    seen: dict[object, int] = {}
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
    return np.array([seen[key] > 1 for key in keys], dtype=bool)
