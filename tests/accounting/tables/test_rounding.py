"""Controlled rounding: the rounded table adds up, every cell is within one unit, and the same comes out each time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounting.publication.disclosure import Grid, Tree
from accounting.tables.build import Table, TableRow, add, build
from accounting.tables.facts import Facts
from accounting.tables.layout import load
from accounting.tables.rounding import controlled, rounded
from tests.accounting.tables.frames import lines
from tests.accounting.tables.test_present import A, B, C, water

ROWS = Tree("p", {"p": ("c1", "c2"), "c1": ("a", "b"), "c2": ("d", "e", "f")})
FLAT = Tree("all", {"all": ("13", "17", "22", "26")})
DEEP = Tree("all", {"all": ("I", "II"), "I": ("13", "17"), "II": ("22", "26", "30")})
AMOUNTS = st.lists(
    st.one_of(st.just(0.0), st.integers(0, 50).map(float), st.floats(0, 2), st.floats(0, 1e6)),
    min_size=25,
    max_size=25,
)


def table_of(grid: Grid, amounts: list[float]) -> np.ndarray:
    """All cells of the grid from amounts of its innermost ones."""
    leaves = [
        (r, c) for r in grid.rows.nodes for c in grid.columns.nodes
        if r not in grid.rows.children and c not in grid.columns.children
    ]  # fmt: skip
    values = np.zeros(len(grid.cells))
    for (row, column), amount in zip(leaves, amounts, strict=False):
        for above in grid.rows.paths[row]:
            for beside in grid.columns.paths[column]:
                values[grid.index[above, beside]] += amount
    return values


@pytest.mark.parametrize("columns", [FLAT, DEEP], ids=["one hierarchy", "two hierarchies"])
@settings(max_examples=10)
@given(amounts=AMOUNTS, decimals=st.sampled_from([0, 2]))
def test_rounded_tables_add_up_and_stay_within_one_unit(
    columns: Tree, amounts: list[float], decimals: int
) -> None:
    grid = Grid(ROWS, columns)
    values = table_of(grid, amounts)
    found = controlled(grid.equations, values, decimals)
    unit = 10.0**-decimals
    assert np.abs(grid.equations @ np.round(found / unit)).max() == 0
    assert np.abs(found - values).max() <= unit * (1 + 1e-6)
    assert (found[values == 0] == 0).all()
    assert (found == controlled(grid.equations, values, decimals)).all()


def test_the_nearest_such_table_is_taken() -> None:
    grid = Grid(Tree("t", {"t": ("a", "b", "c")}), Tree("all", {}))
    values = table_of(grid, [1.4, 1.4, 1.4])  # plainly rounded 1 + 1 + 1 is not 4
    assert sorted(controlled(grid.equations, values, 0)) == [1.0, 1.0, 2.0, 4.0]
    assert controlled(grid.equations, table_of(grid, [1.4, 1.3, 1.3]), 0).tolist() == [4.0, 2.0, 1.0, 1.0]


@settings(max_examples=6)
@given(amounts=AMOUNTS, other=st.floats(0, 1e6))
def test_what_is_printed_says_nothing_about_hidden_cells(amounts: list[float], other: float) -> None:
    """Two tables that agree in all published cells are printed the same."""
    grid = Grid(ROWS, FLAT)
    values = table_of(grid, [amount + 1 for amount in amounts])
    square = [grid.index[cell] for cell in (("a", "13"), ("a", "17"), ("b", "13"), ("b", "17"))]
    hidden = np.zeros(len(values), bool)
    hidden[square] = True
    shift = min(other, values[square[1]], values[square[2]])
    changed = values.copy()
    changed[square] += np.array([shift, -shift, -shift, shift])
    one, two = (controlled(grid.equations, table, 1, hidden) for table in (values, changed))
    assert np.isnan(one[hidden]).all()
    assert np.allclose(one[~hidden], two[~hidden], rtol=0, atol=1e-9)


def test_a_summary_table_adds_up_after_rounding_and_keeps_its_blanks() -> None:
    table = water(**{A: 1004.0, B: 1004.0, C: 1004.0})  # 1.004 t each: 1.00 three times is not 3.01
    at = [c.id for c in table.columns].index("COD_discharged")
    printed = rounded(table)
    assert printed.total.cells[at] == 3.01
    assert sum(row.cells[at] for row in printed.rows) == pytest.approx(3.01)
    blank = [c.id for c in table.columns].index("TP_discharged")
    assert [row.cells[blank] for row in [*printed.rows, printed.total]] == [None] * 4


def test_sums_of_columns_and_of_rows_hold_together() -> None:
    layout = load()["T01"]
    columns = layout.columns_for("region")
    ids = [c.id for c in columns]
    rows = []
    for number, code in enumerate((A, B, C)):
        cells = dict.fromkeys(ids, 0.4 + number / 10)
        cells["domestic"] = add(cells[part] for part in columns[ids.index("domestic")].sum_of)
        cells["all"] = add(cells[part] for part in columns[0].sum_of)
        rows.append(TableRow(code, {"zh": code, "en": code}, [cells[one] for one in ids]))
    total = TableRow(
        "total", {"zh": "", "en": ""}, [add(r.cells[n] for r in rows) for n in range(len(ids))], total=True
    )
    printed = rounded(Table(layout, "region", columns, {"zh": "", "en": ""}, rows, total))
    for row in [*printed.rows, printed.total]:
        cells = dict(zip(ids, row.cells, strict=True))
        for column in columns:
            if column.sum_of:
                assert cells[column.id] == sum(cells[part] for part in column.sum_of)
    for n in range(len(ids)):
        assert printed.total.cells[n] == sum(row.cells[n] for row in printed.rows)


def test_of_which_rows_are_rounded_each_for_itself() -> None:
    layout = load()["T03"]
    facts = Facts({("lines",): lines(**{A: 1234.5})})
    table = build(layout, "source", facts, layout.dimensions["source"].rows, {"zh": "", "en": ""})
    at = [c.id for c in table.columns].index("COD_discharged")
    printed = rounded(table)
    assert {row.key: row.cells[at] for row in printed.rows if row.cells[at]} == {"industrial": 1.23}
