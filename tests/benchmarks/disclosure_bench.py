"""Disclosure control: how long a province's table takes, beside programmes of their own; and what is hidden beside
Tau-Argus (``pytauargus``), of the same tables, rules and hierarchies.

Run: ``make bench ARGS=disclosure``; for the second part ``make oracle`` once. No database. All contributions are
random and synthetic, skewed as industrial discharge is; each table also as numbers of objects, where only the threshold
is asked. Both results are attacked by our own programmes: a cell that a reader can narrow too far is named.
Of a number the reader knows that it is whole and, where hidden, not 0; that is our notion and not Tau-Argus's, whose
margin of 10 % is nothing for a 1. Tau-Argus is no part of the product and of the tests.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize

from accounting.publication.disclosure import (
    Grid,
    Protected,
    Rules,
    Tree,
    cells_of,
    intervals,
    open_enough,
    protect,
)

RULES = Rules()
PROVINCE = (16, 157, 41)  # cities, counties and industries, as Shandong has
SAMPLE = 60  # cells attacked by programmes of their own
ARGUS_RULES = "|".join(
    (
        f"NK({RULES.dominance_n},{RULES.dominance_k:g})",
        f"P({RULES.p_percent:g},1)",
        f"FREQ({RULES.threshold},{RULES.margin:g})",
    )
)
ARGUS_COUNTS = f"FREQ({RULES.threshold},{RULES.margin:g})"
TABLES = (  # name, counties of each city, industries, contributors a cell on average
    ("city: 7 counties x 12 industries", (7,), 12, 9.0),
    ("city: 7 counties x 30 industries, sparse", (7,), 30, 2.5),
    ("province: 4 cities, 24 counties x 15 industries", (6, 6, 6, 6), 15, 6.0),
)


@dataclass(frozen=True)
class Outcome:
    """What one program hides of a table. *exposed*: sensitive cells that can be narrowed; *seconds* of its work."""

    hidden: np.ndarray
    primary: np.ndarray
    seconds: float
    exposed: int


def synthetic(
    seed: int, counties: tuple[int, ...], industries: int, mean: float
) -> tuple[Grid, pd.DataFrame]:
    """A table of two hierarchies and its contributions: lognormal amounts, few large and many small."""
    random = np.random.default_rng(seed)
    cities = {
        f"C{city}": tuple(f"C{city}{n:02}" for n in range(count)) for city, count in enumerate(counties)
    }
    rows = Tree("P", {"P": tuple(cities), **cities}) if len(counties) > 1 else Tree("C0", cities)
    columns = Tree("T", {"T": tuple(f"I{n:02}" for n in range(industries))})
    weight = random.gamma(0.8, size=industries)
    found = []
    for county in (code for codes in cities.values() for code in codes):
        for column, share in zip(columns.children["T"], weight, strict=True):
            for number in range(random.poisson(mean * share)):
                amount = round(float(random.lognormal(1.0, 1.8)), 2) + 0.01
                found.append((county, column, f"{county}{column}{number}", amount))
    return Grid(rows, columns), pd.DataFrame(found, columns=["row", "column", "contributor", "amount"])


def ours(grid: Grid, frame: pd.DataFrame, counts: bool) -> tuple[Protected, Outcome]:
    start = time.perf_counter()
    rules = RULES.for_counts() if counts else RULES
    result = protect(grid, cells_of(grid, frame), rules, counts=counts)
    seconds = time.perf_counter() - start
    return result, Outcome(result.hidden, result.primary, seconds, len(result.exposed()))


def argus(grid: Grid, frame: pd.DataFrame, truth: Protected, method: str, counts: bool) -> Outcome:
    """The same by Tau-Argus; its suppressions are attacked with the protection that our rules ask for."""
    from pytauargus import protect as argus_protect

    micro = frame[["row", "column", "amount"]].rename(
        columns={"row": "REG", "column": "IND", "amount": "VAL"}
    )
    # Tau-Argus leaves its logs where it runs
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        hierarchy = Path(folder) / "rows.hrc"
        depth = {node: grid.rows.depth(node) for node in grid.rows.nodes if node != grid.rows.root}
        hierarchy.write_text("".join(f"{'@' * (level - 1)}{node}\n" for node, level in depth.items()))
        start = time.perf_counter()
        result = argus_protect(
            micro,
            ["REG", "IND"],
            response="VAL",
            safety_rules=ARGUS_COUNTS if counts else ARGUS_RULES,
            suppress=method,
            decimals=0 if counts else 2,
            hrc={"REG": str(hierarchy)} if max(depth.values()) > 1 else None,
            hierleadstring="@",
            workdir=str(Path(folder) / "work"),
        )
        seconds = time.perf_counter() - start
        rows = result.tables[0].rows
    hidden, primary = np.zeros(len(grid.cells), bool), np.zeros(len(grid.cells), bool)
    for row in rows:
        place = row["REG"] if row["REG"] in grid.rows.paths else grid.rows.root
        column = row["IND"] if row["IND"] in grid.columns.paths else grid.columns.root
        cell = grid.index[place, column]
        hidden[cell], primary[cell] = row["status"] in {"U", "M"}, row["status"] == "U"
    asked = [int(cell) for cell in np.flatnonzero(truth.primary & hidden)]
    floor = np.minimum(truth.values, float(counts))
    known = intervals(grid.equations, truth.values, hidden, asked, floor, counts)
    exposed = int((truth.primary & ~hidden).sum()) + sum(
        not open_enough(truth.values[cell], truth.protection[cell], truth.below[cell], known[cell])
        for cell in asked
    )
    return Outcome(hidden, primary, seconds, exposed)


def province(seed: int, mean: float = 4.0) -> tuple[Grid, pd.DataFrame]:
    """A table of the size of Shandong's: counties of unequal size, industry and what else discharges."""
    random = np.random.default_rng(seed)
    cities, counties, industries = PROVINCE
    codes = [f"37{city:02}" for city in range(1, cities + 1)]
    tree = {code: tuple(f"{code}{n:02}" for n in range(1, counties // cities + 1)) for code in codes}
    for code in codes[: counties % cities]:
        tree[code] += (f"{code}99",)
    divisions = tuple(f"{number:02}" for number in range(6, 6 + industries))
    farms, sites = tuple(f"farms:{n}" for n in range(5)), ("waste_sites", "hazardous_plants")
    columns = {
        "all": ("industrial", "farms", "boilers", "centralized"),
        "industrial": divisions,
        "farms": farms,
        "centralized": sites,
    }
    leaves = [*divisions, *farms, "boilers", *sites]
    shares = random.gamma(0.8, size=len(leaves))
    found = []
    for county in (code for city in tree.values() for code in city):
        size = random.lognormal(0, 0.5)
        for leaf, share in zip(leaves, shares, strict=True):
            for number in range(random.poisson(mean * share * size)):
                amount = round(float(random.lognormal(1.0, 1.8)), 2) + 0.01
                found.append((county, leaf, f"{county}{leaf}{number}", amount))
    frame = pd.DataFrame(found, columns=["row", "column", "contributor", "amount"])
    return Grid(Tree("37", {"37": tuple(codes), **tree}), Tree("all", columns)), frame


def alone(table: Protected, cells: np.ndarray) -> tuple[float, float]:
    """Attack some cells by two programmes of their own each, every one built anew (``scipy.optimize.linprog``): seconds
    a cell, and by how much of a cell's value the ends differ from ours at most."""
    unknown = np.flatnonzero(table.hidden)
    matrix = table.grid.equations.tocsc()[:, unknown].tocsr()
    matrix = matrix[np.diff(matrix.indptr) > 0]
    worst, start = 0.0, time.perf_counter()
    for cell in map(int, cells):
        value, at = table.values[cell], int(np.searchsorted(unknown, cell))
        for sign, end in ((1.0, table.known[cell].low), (-1.0, table.known[cell].high)):
            cost = np.zeros(len(unknown))
            cost[at] = sign
            answer = optimize.linprog(
                cost,
                A_eq=matrix,
                b_eq=np.zeros(matrix.shape[0]),
                bounds=np.column_stack([-table.values[unknown] / value, np.full(len(unknown), np.inf)]),
            )
            found = value * (1 + sign * answer.fun) if answer.status == 0 else -sign * np.inf
            worst = max(worst, 0.0 if found == end else abs(found - end) / value)
    return (time.perf_counter() - start) / len(cells), worst


def speed() -> None:
    """A province's table as it is made, and what its attack alone would take with every programme built anew."""
    grid, frame = province(1)
    print(
        f"a province: {PROVINCE[1]} counties x {PROVINCE[2]} industries and others, {len(frame)} contributions"
    )
    for counts in (False, True):
        truth, own = ours(grid, frame.assign(amount=1.0) if counts else frame, counts)
        cells = np.flatnonzero(truth.hidden)
        name = "numbers of objects" if counts else "amounts"
        print(
            f"  {name}: {len(grid.cells)} cells, {own.primary.sum()} sensitive, {truth.secondary.sum()} with them, "
            f"{own.exposed} open to the attack: {own.seconds:.0f} s",
            flush=True,
        )
        if not counts:
            sample = np.random.default_rng(0).choice(cells, SAMPLE, replace=False)
            seconds, worst = alone(truth, sample)
            print(
                f"  the attack of its {len(cells)} hidden cells by programmes of their own: {seconds:.2f} s a cell, "
                f"{seconds * len(cells):.0f} s in all (from {SAMPLE}); ends differ by {worst:.0e} of a value at most"
            )


def main() -> int:
    speed()
    try:
        import pytauargus  # noqa: F401
    except ImportError:
        print("pytauargus is not installed (make oracle): nothing to stand beside")
        return 0
    print(f"rules: {ARGUS_RULES}")
    print(
        f"{'':44}{'cells':>6}{'primary':>9}{'secondary':>11}{'value hidden':>14}{'exposed':>9}{'seconds':>9}"
    )
    for number, (name, *shape) in enumerate(TABLES):
        grid, frame = synthetic(number, *shape)
        for counts in (False, True):
            table = frame.assign(amount=1.0) if counts else frame
            truth, own = ours(grid, table, counts)
            print(f"{name}, {'numbers of objects' if counts else f'{len(frame)} contributions'}")
            _line("  ours", truth, own)
            for method in ("OPT(1)", "MOD(1)"):
                _line(f"  Tau-Argus {method[:3]}", truth, argus(grid, table, truth, method, counts))
    return 0


def _line(name: str, truth: Protected, outcome: Outcome) -> None:
    grid, values = truth.grid, truth.values
    leaves = np.array(
        [row not in grid.rows.children and column not in grid.columns.children for row, column in grid.cells]
    )
    share = values[leaves & outcome.hidden].sum() / values[leaves].sum()
    print(
        f"{name:44}{len(values):>6}{outcome.primary.sum():>9}{(outcome.hidden & ~outcome.primary).sum():>11}"
        f"{share:>13.1%} {outcome.exposed:>9}{outcome.seconds:>9.2f}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
