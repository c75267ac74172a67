"""Disclosure control: the rules by hand, and an attack on random tables by a solver that shares no code."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from accounting.publication.disclosure import (
    Grid,
    Rules,
    Tree,
    assess,
    assess_count,
    cells_of,
    intervals,
    protect,
)

RULES = Rules()
NO_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]  # it takes minutes here
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


def test_senseless_rules_are_refused() -> None:
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
    st.one_of(st.floats(0.01, 1.0), st.floats(1.0, 100.0), st.floats(100.0, 1e5)), max_size=6
)


@settings(max_examples=12, deadline=None, phases=NO_SHRINKING)
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


def _sums() -> np.ndarray:
    """Cells × leaves: which leaves a cell is the sum of."""
    sums = np.zeros((len(GRID.cells), len(LEAVES)))
    for number, (row, column) in enumerate(LEAVES):
        for above_row in REGIONS.paths[row]:
            for above_column in INDUSTRIES.paths[column]:
                sums[GRID.index[above_row, above_column], number] = 1.0
    return sums


def _attack(values: np.ndarray, hidden: np.ndarray, cell: int) -> tuple[float, float]:
    """What a reader gets: the leaves are unknown amounts, every published cell is an equation over them."""
    sums = _sums()
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


@pytest.mark.parametrize(
    ("held", "above"), [([], 0), ([1], 2), ([1, 1], 1), ([1, 1, 1], 0), ([5], 1), ([2, 2], 1)]
)
def test_numbers_of_objects_by_hand(held, above) -> None:
    """A lone one may not be told from three; five works of one company are one respondent."""
    verdict = assess_count(held, RULES.for_counts())
    assert (verdict.protection, verdict.below) == (above, 0)
    assert bool(verdict.broken) == bool(above)


@pytest.mark.parametrize(
    ("rules", "fewest"),
    [
        (Rules(), 3),
        (Rules(threshold=5), 5),
        (Rules(0, 2, 85.0, 0), 3),
        (Rules(0, 0, 85.0, 10), 3),
        (Rules(2, 0, 1, 0), 2),
    ],
)
def test_what_a_published_amount_tells_of_the_number_behind_it(rules, fewest) -> None:
    """No cell with fewer contributors passes, whatever they give."""
    assert rules.fewest == fewest
    assert all(assess([7.0] * n, rules).broken for n in range(1, fewest))
    assert not assess([7.0] * 40, rules).broken


def test_a_negative_contribution_counts_by_its_size() -> None:
    assert assess([30.0, -30.0, 30.0, 30.0], RULES).broken == ()
    assert assess([-100.0, 1.0, 1.0, 1.0], RULES).broken == ("dominance", "p_percent")
    frame = _contributions(np.full(20, 50.0), 10)
    frame.loc[frame["row"] == "e1", "amount"] *= -1
    frame.loc[len(frame)] = ["e2", "17", "giant", 5000.0]
    result = protect(GRID, cells_of(GRID, frame), RULES)
    assert result.exposed() == []


def test_hidden_numbers_that_add_up_to_two_are_one_each() -> None:
    """Two hidden cells of one and one: a reader who knows that neither is zero has them, so more must be hidden."""
    frame = _contributions(np.full(20, 12.0), 12).assign(amount=1.0)
    frame = frame[~((frame["row"] == "e1") & frame["column"].isin(["13", "17"]))]
    frame.loc[len(frame) + 500] = ["e1", "13", "one", 1.0]
    frame.loc[len(frame) + 501] = ["e1", "17", "two", 1.0]
    result = protect(GRID, cells_of(GRID, frame), RULES.for_counts(), counts=True)
    assert result.exposed() == []
    hidden = [GRID.cells[n] for n in np.flatnonzero(result.hidden) if GRID.cells[n][0] == "e1"]
    assert len(hidden) > 2
    for cell in map(int, np.flatnonzero(result.primary)):
        low, high = _attack_counts(result.values, result.hidden, np.ones(len(result.values)), cell)
        assert (low, high >= 3) == (1, True)


held = st.lists(st.integers(1, 4), max_size=5)


@settings(max_examples=8, deadline=None, phases=NO_SHRINKING)
@given(st.lists(held, min_size=20, max_size=20), st.randoms(use_true_random=False))
def test_no_number_of_objects_can_be_narrowed_even_beside_published_amounts(cells, random) -> None:
    """Numbers and amounts of the same units, laid side by side: a published amount tells of three units at least."""
    frame = _objects(cells)
    if frame.empty:
        return
    counts = cells_of(GRID, frame)
    amounts = frame.assign(
        amount=[
            random.choice([random.uniform(0.1, 5.0), random.uniform(1.0, 1000.0)]) for _ in range(len(frame))
        ]
    )
    shown = protect(GRID, cells_of(GRID, amounts), RULES)
    least = np.where((shown.values > 0) & ~shown.hidden, RULES.fewest, 0)
    result = protect(GRID, counts, RULES.for_counts(), counts=True, least=least)
    assert result.exposed() == []
    known = np.maximum(1, least)
    for cell in map(int, np.flatnonzero(result.primary)):
        _low, high = _attack_counts(result.values, result.hidden, known, cell)
        assert high >= result.values[cell] + result.protection[cell]
    # the other order: where the number is hidden, the amount is
    later = protect(GRID, cells_of(GRID, amounts), RULES, given=result.hidden)
    assert not (result.hidden & ~later.hidden & (later.values > 0)).any()
    assert later.exposed() == []


def _objects(cells: list[list[int]]) -> pd.DataFrame:
    rows = [
        (row, column, f"{row}{column}{n}", float(count))
        for (row, column), counts in zip(LEAVES, cells, strict=True)
        for n, count in enumerate(counts)
    ]
    return pd.DataFrame(rows, columns=["row", "column", "contributor", "amount"])


def _attack_counts(
    values: np.ndarray, hidden: np.ndarray, known: np.ndarray, cell: int
) -> tuple[float, float]:
    """The leaves are unknown whole numbers; hidden cells are at least what is *known*, blank ones are 0."""
    sums = _sums()
    low = np.where(hidden, np.minimum(known, values), values)
    high = np.where(hidden, np.inf, values)
    ends = []
    for sign in (1.0, -1.0):
        answer = milp(
            sign * sums[cell],
            integrality=np.ones(len(LEAVES)),
            bounds=Bounds(0, 10_000),
            constraints=LinearConstraint(sums, low, high),
        )
        assert answer.status == 0, answer.message
        ends.append(sign * answer.fun)
    return round(ends[0]), round(ends[1])
