"""Disclosure control: the rules by hand, and an attack on random tables by a solver that shares no code."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from accounting.publication.disclosure import Grid, Rules, Tree, assess, cells_of, intervals, protect

RULES = Rules()
REGIONS = Tree("city", {"city": ("east", "west"), "east": ("e1", "e2", "e3"), "west": ("w1", "w2")})
INDUSTRIES = Tree("all", {"all": ("13", "17", "22", "26")})
GRID = Grid(REGIONS, INDUSTRIES)
LEAVES = [(row, column) for row in ("e1", "e2", "e3", "w1", "w2") for column in ("13", "17", "22", "26")]


@pytest.mark.parametrize(
    ("amounts", "broken", "protection"),
    [
        ([], (), 0.0),
        ([0.0, 0.0], (), 0.0),
        ([30.0, 30.0, 30.0, 30.0], (), 0.0),
        # one alone: threshold; 100/0.85 - 100; 10 % of 100
        ([100.0], ("threshold", "dominance", "p_percent"), 100 / 0.85 - 100),
        # 90 + 5 of 100 is over 85 %: 95/0.85 - 100; p %: 9 - 5
        ([90.0, 5.0, 5.0], ("dominance", "p_percent"), 95 / 0.85 - 100),
        # 85 of 100 is not over 85 %; p %: 5 - 15 < 0
        ([50.0, 35.0, 15.0], (), 0.0),
    ],
)
def test_rules_by_hand(amounts, broken, protection) -> None:
    verdict = assess(amounts, RULES)
    assert verdict.broken == broken
    assert verdict.protection == pytest.approx(protection)


def test_margin_holds_where_the_rule_asks_for_less() -> None:
    assert assess([50.0, 50.0], Rules(dominance_n=0, p_percent=0, margin=20)).protection == pytest.approx(
        20.0
    )


def test_negative_amounts_and_senseless_rules_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        assess([5.0, -1.0], RULES)
    with pytest.raises(ValueError, match="percentage"):
        Rules(dominance_k=120)
    with pytest.raises(ValueError, match="margin"):
        Rules(margin=0)


def test_a_legal_person_counts_once_a_cell() -> None:
    frame = pd.DataFrame(
        [("e1", "13", "a", 1.0), ("e1", "13", "a", 2.0), ("e2", "13", "a", 4.0), ("e2", "13", "b", 8.0)],
        columns=["row", "column", "contributor", "amount"],
    )
    found = cells_of(GRID, frame)
    assert found[GRID.index["e1", "13"]] == [3.0]
    assert sorted(found[GRID.index["city", "all"]]) == [7.0, 8.0]
    assert found[GRID.index["w1", "22"]] == []
    with pytest.raises(ValueError, match="leaf"):
        cells_of(GRID, frame.assign(row="city"))


def test_a_node_stands_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        _ = Tree("a", {"a": ("b", "b")}).nodes


def test_equations_hold_for_every_table() -> None:
    amounts = _contributions(np.arange(1.0, 21.0))
    values = np.array([sum(cell) for cell in cells_of(GRID, amounts)])
    assert GRID.equations.shape[0] == 3 * 5 + 8
    assert np.abs(GRID.equations @ values).max() < 1e-9


def test_a_lone_suppression_is_no_secret_and_the_audit_says_so() -> None:
    values = np.array([sum(cell) for cell in cells_of(GRID, _contributions(np.arange(1.0, 21.0)))])
    hidden = np.zeros(len(values), bool)
    cell = GRID.index["e2", "17"]
    hidden[cell] = True
    known = intervals(GRID.equations, values, hidden, [cell])[cell]
    assert known.low == pytest.approx(values[cell]) == pytest.approx(known.high)


def _contributions(amounts: np.ndarray, contributors: int = 1) -> pd.DataFrame:
    rows = [
        (row, column, f"{row}{column}{number}", amount / contributors)
        for (row, column), amount in zip(LEAVES, amounts, strict=True)
        for number in range(contributors)
    ]
    return pd.DataFrame(rows, columns=["row", "column", "contributor", "amount"])


def test_nothing_is_hidden_where_nothing_is_sensitive() -> None:
    result = protect(GRID, cells_of(GRID, _contributions(np.full(20, 50.0), 10)), RULES)
    assert not result.hidden.any()
    assert result.exposed() == []


def test_one_sensitive_cell_takes_a_rectangle() -> None:
    """In a two-way table a hidden cell needs one more in its row, its column, and where these meet."""
    frame = _contributions(np.full(20, 50.0), 10)
    frame = frame[~((frame["row"] == "e2") & (frame["column"] == "17"))]
    frame.loc[len(frame) + 500] = ["e2", "17", "alone", 50.0]
    result = protect(GRID, cells_of(GRID, frame), RULES)
    assert [GRID.cells[i] for i in np.flatnonzero(result.primary)] == [("e2", "17")]
    assert result.secondary.sum() == 3
    assert result.exposed() == []
    assert not any(
        GRID.cells[i][0] == "city" or GRID.cells[i][1] == "all" for i in np.flatnonzero(result.hidden)
    )


contributors = st.lists(
    st.one_of(st.floats(0.001, 1.0), st.floats(1.0, 1000.0), st.floats(1000.0, 1e6)), max_size=6
)


@settings(max_examples=25, deadline=None)
@given(st.lists(contributors, min_size=20, max_size=20))
def test_no_suppressed_cell_can_be_narrowed(cells: list[list[float]]) -> None:
    frame = pd.DataFrame(
        [
            (row, column, f"{row}{column}{n}", amount)
            for (row, column), amounts in zip(LEAVES, cells, strict=True)
            for n, amount in enumerate(amounts)
        ],
        columns=["row", "column", "contributor", "amount"],
    )
    contributions = cells_of(GRID, frame)
    result = protect(GRID, contributions, RULES)
    assert result.exposed() == []
    for cell, amounts in enumerate(contributions):
        protection = assess(amounts, RULES).protection
        assert bool(result.primary[cell]) == (protection > 0)
        if protection:
            low, high = _attack(result.values, result.hidden, cell)
            value = result.values[cell]
            assert low <= max(0.0, value - protection) + 1e-5 * value
            assert high >= value + protection * (1 - 1e-5)


def _attack(values: np.ndarray, hidden: np.ndarray, cell: int) -> tuple[float, float]:
    """What a reader gets: the leaves are unknown amounts, every published cell is an equation over them."""
    leaf_of = {leaf: number for number, leaf in enumerate(LEAVES)}
    sums = np.zeros((len(values), len(LEAVES)))
    for (row, column), number in leaf_of.items():
        for above_row in REGIONS.paths[row]:
            for above_column in INDUSTRIES.paths[column]:
                sums[GRID.index[above_row, above_column], number] = 1.0
    scale = values[cell]
    truth = np.array([values[GRID.index[leaf]] for leaf in LEAVES]) / scale
    free = [(-amount, None) for amount in truth]  # changes from the truth; amounts are not negative
    ends = []
    for sign in (1.0, -1.0):
        published = sums[~hidden]
        answer = linprog(
            sign * sums[cell],
            A_eq=published if len(published) else None,
            b_eq=np.zeros(len(published)) if len(published) else None,
            bounds=free,
            method="highs-ds",
        )
        assert answer.status in (0, 3), answer.message
        ends.append(values[cell] + scale * sign * answer.fun if answer.status == 0 else -sign * np.inf)
    return ends[0], ends[1]
