"""From columns to value documents: the generator thinks in numpy columns, a filled sheet is a dict.

A column is an array, a list or one value for all. None and NaN are blank: the key is left out. Numbers are
rounded to the item's declared decimals, so what is written is what an honest filler could have typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sources.forms.catalogue import Form, Indicator, load

Columns = Mapping[str, Any]


@dataclass(slots=True)
class Table:
    """A repeating section: *owner* is the ascending sheet index of each row."""

    owner: np.ndarray
    columns: Columns


@dataclass(slots=True)
class Sheets:
    """Filled sheets of one form. *owner*: index of the object in its batch; *number*: sheet number from 1."""

    form: str
    owner: np.ndarray
    documents: list[dict[str, Any]]
    number: np.ndarray | None = None
    label: str = ""


def only(mask: np.ndarray, values: Any) -> np.ndarray:
    """*values* where *mask*, blank elsewhere."""
    cells = np.empty(len(mask), dtype=object)
    cells[mask] = np.broadcast_to(np.asarray(values, dtype=object), len(mask))[mask]
    return cells


def lists(mask_by_code: Mapping[str, np.ndarray]) -> list[list[str]]:
    """Multiple choice from a mask per code: for each row the codes (numbers) whose mask is set."""
    codes = sorted(mask_by_code, key=int)
    return [
        [code for code, on in zip(codes, row, strict=True) if on]
        for row in zip(*(mask_by_code[code].tolist() for code in codes), strict=True)
    ]


def sheets(
    form: str, owner: np.ndarray, columns: Columns, tables: Mapping[str, Table] | None = None
) -> Sheets:
    """One sheet for each of *owner*, filled from *columns* (and *tables*, whose owner counts these sheets)."""
    definition = load().forms[form]
    size = len(owner)
    documents = _records(definition, size, columns)
    for section, table in (tables or {}).items():
        for position, row in zip(
            table.owner.tolist(), _records(definition, len(table.owner), table.columns), strict=True
        ):
            rows = documents[position].setdefault(section, [])
            row["_k"] = len(rows) + 1
            rows.append(row)
    return Sheets(form, owner, documents)


def _records(form: Form, size: int, columns: Columns) -> list[dict[str, Any]]:
    keys = list(columns)
    unknown = [key for key in keys if key not in form.indicators]
    if unknown:
        raise KeyError(f"{form.code} has no item {', '.join(unknown)}")
    cells = [_cells(form.indicators[key], columns[key], size) for key in keys]
    if not cells:
        return [{} for _ in range(size)]
    return [
        {key: value for key, value in zip(keys, row, strict=True) if value is not None}
        for row in zip(*cells, strict=True)
    ]


def _cells(indicator: Indicator, values: Any, size: int) -> list[Any]:
    if isinstance(values, (str, bool, int, float, np.generic)) or values is None:
        values = np.full(size, values, dtype=object)
    if len(values) != size:
        raise ValueError(f"{indicator.id}: {len(values)} values for {size} rows")
    if indicator.type in {"integer", "decimal"}:
        return _numbers(np.asarray(values, dtype=float), indicator.decimals or 0)
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def _numbers(values: np.ndarray, decimals: int) -> list[float | int | None]:
    """Whole numbers come out as int, as `Form.clean` writes them; NaN as None."""
    rounded = np.round(values, decimals)
    blank = np.isnan(rounded)
    whole = rounded == np.floor(rounded)
    cells = rounded.astype(object)
    cells[whole] = np.where(whole, rounded, 0).astype(np.int64).astype(object)[whole]
    cells[blank] = None
    return cells.tolist()
