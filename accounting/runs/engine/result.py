"""Lines and gaps while they are computed: frames of a fixed shape, put together at the end. Pure."""

from dataclasses import dataclass, field

import numpy as np

from accounting.methods import pollutants, units

from .documents import ADDRESS
from .table import Column, Table

LINE_DEFAULTS = {
    "source": "", "subject": "", "unit": "", "medium": "", "pollutant": "", "method": "", "formula": "", "chosen": True,
    "activity": np.nan, "activity_unit": "", "factor_id": 0, "factor_value": np.nan, "factor_unit": "",
    "eta": np.nan, "k": np.nan, "generated": np.nan, "removed": np.nan, "discharged": np.nan,
    "environment": np.nan, "destination": "", "match_step": "", "confidence": "", "inputs": None,
    "place": 0, "origin": "", "outlet": "", "rank": 0, "plant": "",
}  # fmt: skip
"""``origin``, ``outlet``, ``rank`` (choice between methods) and ``plant`` (receiver of indirect discharge) are not
stored."""
GAP_DEFAULTS = {"source": "", "pollutant": "", "reason": "", "key": "", "size": np.nan, "size_unit": ""}


Mask = np.ndarray | Column | None
Block = tuple[int, dict[str, object]]
"""Rows that were added together: how many, and for each column an array or one value for all."""


@dataclass
class Ledger:
    """Collects the lines and gaps of a shard as blocks of columns; tables are made once, at the end."""

    lines: list[Block] = field(default_factory=list)
    gaps: list[Block] = field(default_factory=list)
    _last: tuple[Table | None, dict[str, np.ndarray]] = (None, {})
    """The table added from last and its address: a loop over pollutants adds from one table again and again."""

    def add(self, frame: Table, where: Mask = None, **columns: object) -> None:
        """Add lines: the address from ``frame``, columns of the result in ``frame``, and the given columns.

        ``where``: take only these rows. The given columns are values for all, or arrays as long as ``frame``.
        """
        self._append(self.lines, frame, where, LINE_DEFAULTS, columns)

    def miss(self, frame: Table, where: Mask = None, **columns: object) -> None:
        """Add gaps: as ``add``."""
        self._append(self.gaps, frame, where, GAP_DEFAULTS, columns)

    def _append(self, blocks: list[Block], frame: Table, where: Mask, defaults: dict, columns: dict) -> None:
        if unknown := columns.keys() - defaults.keys():
            raise TypeError(f"not a column of the result: {', '.join(sorted(unknown))}")
        # Columns are cut one by one: cutting a whole table costs a millisecond, mostly for nothing.
        taken = None if where is None else np.flatnonzero(where)
        count = len(frame) if taken is None else len(taken)
        if count == 0:
            return
        if count == len(frame):
            taken = None
        own = {name: frame[name] for name in frame.columns if name in defaults and name not in columns}
        data = {name: _cut(value, taken) for name, value in (self._address(frame) | own | columns).items()}
        blocks.append((count, data))

    def _address(self, frame: Table) -> dict[str, np.ndarray]:
        known, address = self._last
        if known is not frame:
            address = {name: frame[name] for name in ADDRESS}
            self._last = (frame, address)
        return address

    def take(self, lines: Table, gaps: Table) -> None:
        """Add finished tables of lines and gaps."""
        for blocks, table in ((self.lines, lines), (self.gaps, gaps)):
            if len(table):
                blocks.append((len(table), {name: table[name] for name in table.columns}))

    def objects(self) -> list[np.ndarray]:
        """Positions of the objects that have a line or a gap so far, block by block."""
        return [np.asarray(data["object"], dtype=np.int64) for _, data in (*self.lines, *self.gaps)]

    def all_lines(self) -> Table:
        """All lines in one table (empty with the right columns when there are none)."""
        return _together(self.lines, LINE_DEFAULTS)

    def all_gaps(self) -> Table:
        """All gaps in one table."""
        return _together(self.gaps, GAP_DEFAULTS)


def _cut(value: object, taken: np.ndarray | None) -> object:
    """A value for all as it is; of a column the rows taken (None: all)."""
    if taken is None or not isinstance(value, np.ndarray) or value.ndim == 0:
        return value
    return value[taken]


def _together(blocks: list[Block], defaults: dict) -> Table:
    address = dict.fromkeys(ADDRESS, 0) | {"form": "", "section": ""}
    columns = {name: _column(blocks, name, default) for name, default in (address | defaults).items()}
    return Table(columns, sum(count for count, _ in blocks))


def _column(blocks: list[Block], name: str, default: object) -> np.ndarray:
    kind = type(default) if isinstance(default, bool | int | float) else object
    column = np.empty(sum(count for count, _ in blocks), dtype=kind)
    start = 0
    for count, data in blocks:
        column[start : start + count] = data.get(name, default)
        start += count
    return column


def base_unit(pollutant: str) -> str:
    """Unit of the amounts of a pollutant in the lines: kg, or m3 for the two volumes."""
    return pollutants.table()[pollutant].base


def multiplier(coefficient_unit: str, activity_unit: str, pollutant: str) -> float:
    """What makes coefficient × activity an amount in the base unit; NaN when the units do not fit."""
    try:
        return units.product_factor(coefficient_unit, activity_unit, base_unit(pollutant))
    except units.UnitError:
        return np.nan
