"""Controlled rounding: a table whose rounded cells still add up, each within one unit of the true one. Pure.

Every cell goes to the multiple of the unit below or above it, so that all sums of the table hold exactly and the
whole moves as little as can be: the zero-restricted controlled rounding of Cox and Ernst (Controlled Rounding,
INFOR 20, 1982), found as an integer programme (Salazar-González, Controlled rounding and cell perturbation,
Mathematical Programming 105, 2006). The matrix of a two-way table with one hierarchy is totally unimodular, so
one always exists there; for two hierarchies a cell that is a multiple already may move by one unit.
The same numbers always give the same result.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy  # its parts are loaded when first used

from accounting.tables.build import Table, TableRow

EXACT = 1e-7  # units; nearer to a multiple than this is that multiple
TIE = 1e-6  # of a unit's cost: among equally good roundings the earlier cells keep theirs


def controlled(
    equations: scipy.sparse.csr_array, values: np.ndarray, decimals: int, free: np.ndarray | None = None
) -> np.ndarray:
    """Return *values* rounded to *decimals* so that ``equations @ result`` is zero as ``equations @ values`` is.

    *free* cells (boolean vector: those not published) take part in the sums with any amount and come back as
    nan, so that what is printed says nothing about them. Raises RuntimeError when no rounding is found.
    """
    hidden = np.zeros(len(values), bool) if free is None else free
    units = values * 10.0**decimals
    near = np.round(units)
    whole = np.abs(units - near) < EXACT
    low = np.where(whole, near, np.floor(units))
    for widened in (0.0, 1.0):
        found = _solve(equations, units, low, whole, hidden, widened)
        if found is not None:
            return np.where(hidden, np.nan, np.round(found) / 10.0**decimals)
    raise RuntimeError("no controlled rounding of this table was found")


def _solve(
    equations: scipy.sparse.csr_array,
    units: np.ndarray,
    low: np.ndarray,
    whole: np.ndarray,
    hidden: np.ndarray,
    widened: float,
) -> np.ndarray | None:
    """Steps above *low* (0 or 1; a whole number may also move by *widened*, zero never); None if there are none."""
    over = units - low
    movable = widened * (whole & (low != 0))
    down, up = -movable, np.where(whole, movable, 1.0)
    # a step up costs what it adds to the distance; a whole number's step costs a unit either way, so it comes last
    cost = np.where(whole, 0.0, 1 - 2 * over) + TIE * np.arange(len(units)) / len(units)
    moved = np.flatnonzero(movable)
    count, extra = len(units), len(moved)
    down, up = np.where(hidden, -np.inf, down), np.where(hidden, np.inf, up)
    cost = np.where(hidden, 0.0, cost)
    constraints = [
        scipy.optimize.LinearConstraint(
            scipy.sparse.csr_array(
                (equations.data, equations.indices, equations.indptr),
                shape=(equations.shape[0], count + extra),
            ),
            target := -(equations @ low),
            target,
        )
    ]
    if extra:  # |step| of a whole number, two inequalities each
        rows = np.arange(extra)
        for sign in (1.0, -1.0):
            matrix = scipy.sparse.csr_array(
                (
                    np.r_[np.full(extra, sign), np.full(extra, -1.0)],
                    (np.r_[rows, rows], np.r_[moved, count + rows]),
                ),
                shape=(extra, count + extra),
            )
            constraints.append(scipy.optimize.LinearConstraint(matrix, -np.inf, 0.0))
    answer = scipy.optimize.milp(
        np.r_[cost, np.ones(extra)],
        integrality=np.r_[np.where(hidden, 0, 1), np.zeros(extra)],
        bounds=scipy.optimize.Bounds(np.r_[down, np.zeros(extra)], np.r_[up, np.ones(extra)]),
        constraints=constraints,
    )
    return None if answer.x is None else low + answer.x[:count]


def rounded(table: Table) -> Table:
    """The table with every cell rounded to its column's decimals so that totals and sums of columns hold.

    Derived columns (shares, changes) and rows that are 'of which' of others are rounded each for itself.
    """
    rows = [*table.rows, table.total] if table.total else list(table.rows)
    values = np.array([[np.nan if cell is None else cell for cell in row.cells] for row in rows], float)
    values = values.reshape(len(rows), len(table.columns))
    for decimals in {column.decimals for column in table.columns}:
        places = [
            n for n, column in enumerate(table.columns) if column.decimals == decimals and not column.derive
        ]
        if places and len(rows):
            values[:, places] = _together(table, rows, values[:, places], places, decimals)
    for n, column in enumerate(table.columns):
        if column.derive:
            values[:, n] = np.round(values[:, n], column.decimals)
    finished = [
        replace(row, cells=[None if np.isnan(cell) else float(cell) for cell in line])
        for row, line in zip(rows, values, strict=True)
    ]
    total = finished.pop() if table.total else None
    return replace(table, rows=finished, total=total)


def _together(
    table: Table, rows: list[TableRow], values: np.ndarray, places: list[int], decimals: int
) -> np.ndarray:
    """Round the columns at *places*, which have the same decimals; blanks count as nothing and stay blank."""
    wide = len(places)
    adding = [n for n, row in enumerate(rows[:-1]) if row.total] if table.total else []
    if table.total and not adding:
        adding = [n for n, row in enumerate(rows[:-1]) if row.indent == 0]
    elif table.total:
        adding += [n for n, row in enumerate(rows[:-1]) if row.key == "rest"]
    data, line_of, cell_of, lines = [], [], [], 0
    filled = np.nan_to_num(values)

    def sums_to(parent: int, children: list[int]) -> None:
        nonlocal lines
        flat = filled.ravel()
        if abs(flat[parent] - flat[children].sum()) * 10.0**decimals > EXACT * max(1.0, abs(flat[parent])):
            return  # not a sum: a mixed column, or a row that is left out
        data.extend([-1.0, *[1.0] * len(children)])
        line_of.extend([lines] * (len(children) + 1))
        cell_of.extend([parent, *children])
        lines += 1

    for column in range(wide):
        if adding:
            sums_to((len(rows) - 1) * wide + column, [n * wide + column for n in adding])
    at = {table.columns[place].id: n for n, place in enumerate(places)}
    for n, place in enumerate(places):
        parts = table.columns[place].sum_of
        if parts and all(part in at for part in parts):
            for row in range(len(rows)):
                sums_to(row * wide + n, [row * wide + at[part] for part in parts])
    equations = scipy.sparse.csr_array((data, (line_of, cell_of)), shape=(lines, filled.size))
    found = controlled(equations, filled.ravel(), decimals).reshape(values.shape)
    return np.where(np.isnan(values), np.nan, found)
