"""Tables laid side by side: balances, offices above and below, later cuts, all attacked at once by a solver of its own.

The attack shares nothing with the product: the unknowns are the innermost amounts (of each cut its own), every number
that any table prints is an equation over them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from accounting.publication.disclosure import (
    Grid,
    Protected,
    Rules,
    Settled,
    Tree,
    assess,
    assess_count,
    beside,
    cells_of,
    protect,
)
from accounting.publication.joint import Laid, ties

RULES = Rules()
NO_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]  # it takes minutes here
NATION, ZHEJIANG, JIANGSU = "000000000000", "330000000000", "320000000000"
QUZHOU, HANGZHOU, NANJING = "330800000000", "330100000000", "320100000000"
COUNTIES = {
    QUZHOU: ("330802000000", "330803000000"),
    HANGZHOU: ("330102000000", "330105000000"),
    NANJING: ("320102000000", "320104000000"),
}
PROVINCES = {ZHEJIANG: (QUZHOU, HANGZHOU), JIANGSU: (NANJING,)}
INDUSTRIES = ("13", "17", "22")
TREES = {
    NATION: Tree(NATION, {NATION: tuple(PROVINCES)}),
    **{
        code: Tree(code, {code: cities, **{c: COUNTIES[c] for c in cities}})
        for code, cities in PROVINCES.items()
    },
    **{city: Tree(city, {city: counties}) for city, counties in COUNTIES.items()},
}
LEAVES = [(row, column) for counties in COUNTIES.values() for row in counties for column in INDUSTRIES]


def consists_of(place: str, codes: Collection[str]) -> bool:
    parts = PROVINCES.get(place) or COUNTIES.get(place)
    return place in codes or (bool(parts) and all(consists_of(part, codes) for part in parts))


@dataclass
class Table:
    """A table as an office makes and releases it, from *frame* (row, column, contributor, amount)."""

    region: str
    cut: str
    frame: pd.DataFrame
    subject: str = "discharge"
    result: Protected | None = None

    def __post_init__(self) -> None:
        frame = self.frame[np.array([inside(row, self.region) for row in self.frame["row"]], bool)]
        if self.region == NATION:
            frame = self.frame.assign(row=[row[:2] + "0" * 10 for row in self.frame["row"]])
        rows, found = TREES[self.region], set(frame["row"])
        children = {}
        for parent in reversed(rows.nodes):
            if below := tuple(
                one for one in rows.children.get(parent, ()) if one in found or one in children
            ):
                children[parent] = below
        columns = tuple(one for one in INDUSTRIES if one in set(frame["column"]))
        self.grid = Grid(Tree(self.region, children), Tree("all", {"all": columns}))
        self.contributions = cells_of(self.grid, frame)

    def laid(self, counts: bool = False) -> Laid:
        verdicts = [(assess_count if counts else assess)(amounts, RULES) for amounts in self.contributions]
        values = np.array([sum(amounts) for amounts in self.contributions], float)
        hidden = np.ones(len(values), bool) if self.result is None else self.result.hidden
        up, down = np.array([v.protection for v in verdicts]), np.array([v.below for v in verdicts])
        table = Settled(self.grid, values, hidden, up, down, np.minimum(float(counts), values))
        return Laid(self.subject, self.region, self.cut, table)

    def make(self, others: list[Table], balance: dict[str, int], counts: bool = False) -> bool:
        """Made beside *others*; whether it may be released."""
        laid = [self.laid(counts), *(one.laid(counts) for one in others)]
        together = beside(self.grid, [one.table for one in laid[1:]], ties(laid, balance, consists_of))
        rules = RULES.for_counts() if counts else RULES
        self.result = protect(self.grid, self.contributions, rules, counts=counts, tied=together)
        return not self.result.exposed() and not self.result.exposed_beside


def frame_of(cells: list[list[float]]) -> pd.DataFrame:
    rows = [
        (row, column, f"{row}{column}{n}", amount)
        for (row, column), amounts in zip(LEAVES, cells, strict=True)
        for n, amount in enumerate(amounts)
    ]
    return pd.DataFrame(rows, columns=["row", "column", "contributor", "amount"])


def inside(row: str, node: str) -> bool:
    return row.startswith(node.rstrip("0")) if node != NATION else True


def sums_of(table: Table) -> np.ndarray:
    """Cells of the table × leaves."""
    return np.array(
        [
            [float(inside(leaf, row) and column in {"all", industry}) for leaf, industry in LEAVES]
            for row, column in table.grid.cells
        ]
    )


def blanks(tables: list[Table]) -> np.ndarray:
    """Leaves of which some table tells that there is nothing."""

    def tells(table: Table, leaf: str, industry: str) -> bool:
        row = leaf[:2] + "0" * 10 if table.region == NATION else leaf
        cell = table.grid.index.get((row, industry))
        return inside(leaf, table.region) and (cell is None or not table.result.values[cell])

    return np.array([any(tells(table, *leaf) for table in tables) for leaf in LEAVES])


def attacked(tables: list[Table], whole: bool = False) -> None:
    """No sensitive cell of any table is narrowed by all of them together. Tables of cuts with the same figures."""
    truth = tables[0].frame.groupby(["row", "column"])["amount"].sum()
    leaves, blank = np.array([truth.get(leaf, 0.0) for leaf in LEAVES]), blanks(tables)
    every = [(sums_of(table), table.result) for table in tables]
    known = np.vstack([sums[~result.hidden] for sums, result in every])
    hidden = np.vstack([sums[result.hidden & (result.values > 0)] for sums, result in every])
    for sums, result in every:
        for cell in map(int, np.flatnonzero(result.primary)):
            value = result.values[cell]
            if whole:
                low, high = _whole(sums[cell], leaves, known, hidden, blank)
            else:
                low, high = _amounts(sums[cell], value, leaves, known, blank)
            assert low <= value - result.below[cell] + 1e-5 * value
            assert high >= value + result.protection[cell] * (1 - 1e-5)


def _amounts(
    asked: np.ndarray, value: float, leaves: np.ndarray, known: np.ndarray, blank: np.ndarray
) -> tuple[float, float]:
    """Ends of a sum of *leaves*, of which those known to be *blank* stay so. In changes, scaled by the cell's value."""
    ends = []
    for sign in (1.0, -1.0):
        answer = linprog(
            sign * asked,
            A_eq=known if len(known) else None,
            b_eq=np.zeros(len(known)) if len(known) else None,
            bounds=[
                (-amount / value, 0.0 if none else None) for amount, none in zip(leaves, blank, strict=True)
            ],
            method="highs-ds",
        )
        assert answer.status in (0, 3), answer.message
        ends.append(value + value * sign * answer.fun if answer.status == 0 else -sign * np.inf)
    return ends[0], ends[1]


def _whole(
    asked: np.ndarray, leaves: np.ndarray, known: np.ndarray, hidden: np.ndarray, blank: np.ndarray
) -> tuple[float, float]:
    """Of a hidden number the reader knows that it is not 0."""
    ends = []
    for sign in (1.0, -1.0):
        answer = milp(
            sign * asked,
            integrality=np.ones(len(leaves)),
            bounds=Bounds(0, np.where(blank, 0, 10_000)),
            constraints=[
                LinearConstraint(known, known @ leaves, known @ leaves),
                *([LinearConstraint(hidden, 1, np.inf)] if len(hidden) else []),
            ],
        )
        assert answer.status == 0, answer.message
        ends.append(sign * answer.fun)
    return round(ends[0]), round(ends[1])


amounts = st.lists(st.one_of(st.floats(0.01, 1.0), st.floats(1.0, 100.0), st.floats(100.0, 1e5)), max_size=5)
cells = st.lists(amounts, min_size=len(LEAVES), max_size=len(LEAVES))


@settings(max_examples=15, deadline=None, phases=NO_SHRINKING)
@given(cells, st.permutations(list(TREES)), st.integers(2, len(TREES)))
def test_tables_of_offices_keep_their_secrets_together(amounts, order, many) -> None:
    """Nation, provinces and cities publish in any order; a reader has all that is out."""
    frame = frame_of(amounts)
    out: list[Table] = []
    for region in order[:many]:
        if not any(inside(row, region) for row in frame["row"]):
            continue
        table = Table(region, region, frame)
        if table.make(out, {}):  # what cannot be proved is not released
            out.append(table)
    if out:
        attacked(out)


@settings(max_examples=8, deadline=None, phases=NO_SHRINKING)
@given(
    st.lists(st.lists(st.integers(1, 3), max_size=4), min_size=len(LEAVES), max_size=len(LEAVES)),
    st.permutations(list(TREES)),
)
def test_numbers_of_objects_of_offices_keep_their_secrets_together(held, order) -> None:
    frame = frame_of([list(map(float, numbers)) for numbers in held])
    out: list[Table] = []
    for region in order[:4]:
        if not any(inside(row, region) for row in frame["row"]):
            continue
        table = Table(region, region, frame, "objects")
        if table.make(out, {}, counts=True):  # what cannot be proved is not released
            out.append(table)
    if out:
        attacked(out, whole=True)


def plain(value: float = 50.0, many: int = 10) -> list[list[float]]:
    return [[value / many] * many for _ in LEAVES]


def test_what_the_province_shows_the_city_cannot_hide_behind() -> None:
    """The lone unit of a county takes three more cells with it; the province has shown the cheapest, so others go."""
    held = plain()
    held[LEAVES.index(("330802000000", "17"))] = [50.0]
    frame = frame_of(held)
    city = Table(QUZHOU, "city", frame)
    assert city.make([], {})
    alone = {city.grid.cells[n] for n in np.flatnonzero(city.result.hidden)}
    province = Table(ZHEJIANG, "province", frame)
    assert province.make([], {})
    assert province.make([city], {})
    after = {province.grid.cells[n] for n in np.flatnonzero(province.result.hidden)}
    assert alone <= after  # what the city hides the province does not show
    shown = replace(province.result, secondary=np.zeros(len(province.grid.cells), bool))
    province.result = replace(shown, primary=np.zeros(len(province.grid.cells), bool))
    assert not city.make([province], {})  # the province shows everything: no proof, no release
    assert city.grid.index["330802000000", "17"] in city.result.exposed()


def test_the_nation_knows_a_province_to_be_at_least_its_city() -> None:
    """No table of the province is out: what the nation hides of it is still no less than what its city prints."""
    held = [[15.0 if row.startswith("32") else 5.0] * 10 for row, _column in LEAVES]
    held[LEAVES.index(("320102000000", "13"))] = [100.0]  # dominates Jiangsu in 13
    held[LEAVES.index(("320104000000", "13"))] = []
    frame = frame_of(held)
    nation, city = Table(NATION, "nation", frame), Table(QUZHOU, "city", frame)
    assert nation.make([], {})
    free = nation.result.known[nation.grid.index[ZHEJIANG, "13"]]
    assert city.make([], {})
    assert not city.result.hidden.any()
    assert nation.make([city], {})
    bound = nation.result.known[nation.grid.index[ZHEJIANG, "13"]]
    assert (free.low, bound.low) == (pytest.approx(0.0, abs=1e-6), pytest.approx(100.0))
    attacked([nation, city])


def test_a_later_cut_that_differs_by_one_unit_does_not_give_it_away() -> None:
    """One unit has gone since; the two totals would tell what it was, so the later table hides or is refused."""
    held = plain()
    county = LEAVES.index(("330802000000", "17"))
    held[county] = [50.0]
    early = Table(QUZHOU, "first", frame_of(held))
    assert early.make([], {})
    held[county] = []
    late = Table(QUZHOU, "second", frame_of(held))
    released = late.make([early], {})
    hidden = {late.grid.cells[n] for n in np.flatnonzero(late.result.hidden)}
    assert not released or (QUZHOU, "17") in hidden or ("330802000000", "all") in hidden


def test_figures_of_another_time_tell_only_where_they_are_near() -> None:
    """A cell of few units that another cut shows is given away when the two are closer than it must stay open."""
    held = plain()
    cell = LEAVES.index(("330802000000", "17"))
    open_ = Table(QUZHOU, "first", frame_of(held))
    assert open_.make([], {})
    for value, ok in ((50.5, False), (90.0, True)):
        later = [list(one) for one in held]
        later[cell] = [value]
        table = Table(QUZHOU, "second", frame_of(later))
        known = ties([table.laid(), open_.laid()], {}, consists_of)
        at = table.grid.index["330802000000", "17"]
        assert any((0, at, 1.0) in tie.cells for tie in known) is not ok


PARTS = {"generated": 1, "used": -1, "stored": -1}
parts = st.lists(
    st.tuples(*[st.one_of(st.just(0.0), st.floats(0.1, 10.0), st.floats(10.0, 1e4))] * 2), max_size=4
)
LEAF = np.eye(len(LEAVES))
OVER = {
    "used": np.hstack([LEAF, 0 * LEAF]),
    "stored": np.hstack([0 * LEAF, LEAF]),
    "generated": np.hstack([LEAF, LEAF]),
}


def frames_of(held: list[list[tuple[float, float]]]) -> dict[str, pd.DataFrame]:
    """Waste of each unit used and stored, and generated as their sum."""
    found = {}
    for index, name in enumerate(("used", "stored", "generated")):
        frame = frame_of([[one[index] if index < 2 else sum(one) for one in cell] for cell in held])
        found[name] = frame[frame["amount"] > 0]
    return found


def attacked_in_balance(tables: list[Table], every: dict[str, pd.DataFrame]) -> None:
    """What is used and what is stored are unknown in every leaf; all that is printed of the three is known."""
    truth, blank = [], []
    whole = np.zeros(len(LEAVES), bool) | blanks([one for one in tables if one.subject == "generated"])
    for name in ("used", "stored"):
        sums = every[name].groupby(["row", "column"])["amount"].sum()
        truth += [sums.get(leaf, 0.0) for leaf in LEAVES]
        blank.append(whole | blanks([one for one in tables if one.subject == name]))
    over = [(sums_of(table) @ OVER[table.subject], table.result) for table in tables]
    known = np.vstack([sums[~result.hidden] for sums, result in over])
    for sums, result in over:
        for cell in map(int, np.flatnonzero(result.primary)):
            value = result.values[cell]
            low, high = _amounts(sums[cell], value, np.array(truth), known, np.concatenate(blank))
            assert low <= value - result.below[cell] + 1e-5 * value
            assert high >= value + result.protection[cell] * (1 - 1e-5)


@settings(max_examples=5, deadline=None, phases=NO_SHRINKING)
@given(st.lists(parts, min_size=len(LEAVES), max_size=len(LEAVES)), st.permutations(list(PARTS)))
def test_tables_of_one_balance_keep_their_secrets_together(held, order) -> None:
    """Waste generated = used + stored, made in any order; those nobody has made yet count as hidden."""
    every = frames_of(held)
    made = {name: Table(ZHEJIANG, "cut", frame, name) for name, frame in every.items() if len(frame)}
    made = {name: one for name, one in made.items() if len(one.grid.cells) > 1}
    for name in (one for one in order if one in made):
        assert made[name].make([other for other in made.values() if other is not made[name]], PARTS)
    if made:
        attacked_in_balance(list(made.values()), every)


@settings(max_examples=5, deadline=None, phases=NO_SHRINKING)
@given(
    st.lists(parts, min_size=len(LEAVES), max_size=len(LEAVES)),
    st.permutations([(region, name) for region in (ZHEJIANG, QUZHOU) for name in PARTS]),
)
def test_balances_of_offices_keep_their_secrets_together(held, order) -> None:
    """Province and city each publish the three columns, in any order; what cannot be proved is not released."""
    every = frames_of(held)
    made = {(region, name): Table(region, region, every[name], name) for region, name in order}
    made = {key: one for key, one in made.items() if len(one.grid.cells) > 1}
    out: list[Table] = []
    for key in (one for one in order if one in made):
        here = [one for other, one in made.items() if other[0] == key[0] and other != key]
        if made[key].make([*here, *(one for one in out if one.region != key[0])], PARTS):
            out.append(made[key])
        else:
            made[key].result = None
    if out:
        attacked_in_balance(out, every)


def test_what_is_left_over_of_a_balance_is_no_secret() -> None:
    """Generated and used without stored: nobody made the third table, and still it must not be told."""
    held = plain(60.0)
    frame = frame_of(held)
    alone = frame[(frame["row"] == "330802000000") & (frame["column"] == "17")].iloc[:1]
    generated, used = (Table(QUZHOU, "cut", frame, name) for name in ("generated", "used"))
    stored = Table(QUZHOU, "cut", alone, "stored")
    assert used.make([], PARTS)
    assert not used.result.hidden.any()
    assert generated.make([used, stored], PARTS)
    assert not generated.result.primary.any()
    assert all(
        generated.result.hidden[generated.grid.index[cell]]
        for cell in [("330802000000", "17"), (QUZHOU, "all")]  # the way stored lies
    )
    assert generated.make([], PARTS)
    assert not generated.result.hidden.any()
