"""One column over two dimensions, published figures beside a table, and frozen tables in the shape of live ones."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounting.cuts.frozen import as_table, freeze, thaw
from accounting.tables import published
from accounting.tables.build import build
from accounting.tables.crossing import REST, WHOLE, completed, crossable, crossed
from accounting.tables.facts import Facts, grouped
from accounting.tables.layout import Row, load
from accounting.tables.present import shown
from tests.accounting.tables.frames import lines

HEAD = {"zh": "地区", "en": "Region"}
PLACES = ("330802000000", "330803000000")
ROWS = [Row(code, {"zh": code, "en": code}, where={"region": code}) for code in PLACES]
T03 = load()["T03"]
COD = next(column for column in T03.columns if column.id == "COD_discharged")
SOURCES = ("industrial", "agricultural", "domestic", "nobody knows")
AMOUNTS = st.dictionaries(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(SOURCES)), st.integers(1, 10**6).map(float), min_size=1
)


def facts_of(amounts: dict[tuple[str, str], float]) -> Facts:
    parts = [lines(**{place: kg}).assign(category=name, source=name) for (place, name), kg in amounts.items()]
    return Facts({("lines",): grouped(pd.concat(parts))})


@settings(max_examples=10)
@given(AMOUNTS)
def test_every_line_and_column_of_a_crossed_table_adds_up(amounts: dict[tuple[str, str], float]) -> None:
    heads = T03.dimensions["source"].rows
    facts = facts_of(amounts)
    table = completed(build(crossed(T03, "region", COD, heads), "region", facts, ROWS, HEAD), heads)
    tops = {head.id for head in heads if head.total} | {REST}
    for row in [*table.rows, table.total]:
        cells = dict(zip([c.id for c in table.columns], row.cells, strict=True))
        parts = [value for name, value in cells.items() if name in tops and value is not None]
        assert (cells[WHOLE] or 0.0) == pytest.approx(sum(parts), rel=1e-8, abs=1e-6)
    for n, _column in enumerate(table.columns):
        parts = [row.cells[n] for row in table.rows if row.cells[n] is not None]
        if parts:
            assert table.total.cells[n] == pytest.approx(sum(parts), rel=1e-8, abs=1e-6)
    assert (REST in {c.id for c in table.columns}) == any(name == "nobody knows" for _, name in amounts)
    assert all(any(row.cells[n] is not None for row in table.rows) for n in range(1, len(table.columns)))


def test_the_same_cell_is_the_same_from_both_sides() -> None:
    facts = facts_of({(PLACES[0], "industrial"): 4000.0, (PLACES[1], "industrial"): 1000.0})
    sources = T03.dimensions["source"].rows
    one = build(crossed(T03, "region", COD, sources), "region", facts, ROWS, HEAD)
    two = build(crossed(T03, "source", COD, ROWS), "source", facts, sources, HEAD)
    at = [c.id for c in one.columns].index("industrial")
    turned = next(row for row in two.rows if row.key == "industrial")
    assert [row.cells[at] for row in one.rows] == turned.cells[1:] == [4.0, 1.0]
    assert [cell.of_row for cell in shown(two)[1].cells] == [100.0, 80.0, 20.0]


def test_a_bound_name_of_the_column_is_taken_from_the_head() -> None:
    layout = load()["T14"]
    column = next(c for c in crossable(layout, "region", "species") if c.fact == "lines")
    heads = layout.dimensions["species"].rows
    wide = crossed(layout, "region", column, heads)
    assert wide.columns[1].where == {**column.where, "subject": heads[0].bind["species"]}
    assert wide.columns[0].where == column.where


def test_only_plain_sums_can_be_crossed() -> None:
    assert {c.id for c in crossable(T03, "region", "source")} == {c.id for c in T03.columns}
    assert crossable(T03, "region", "region") == []
    assert crossable(load()["T22"], "pollutant", "pollutant") == []
    animals = crossable(load()["T14"], "region", "species")
    assert animals
    assert not any(c.mixed for c in animals)


def test_published_figures_stand_only_beside_what_means_the_same() -> None:
    nation = "000000000000"
    table = build(
        T03, "source", facts_of({(PLACES[0], "industrial"): 1.0}), T03.dimensions["source"].rows, HEAD
    )
    bulletin = published.load()["bulletin_2017"]
    beside = published.beside(table, nation, bulletin)
    at = [c.id for c in table.columns].index("COD_discharged")
    assert beside.total.cells[at] == pytest.approx(2143.98e4)
    assert beside.total.cells[at - 1] is None  # generated: not published
    assert all(row.cells[at] is None for row in beside.rows if row.key == "livestock")
    assert [series.code for series in published.series_for(table, nation)] == ["census_2007", "bulletin_2017"]
    assert list(published.series_for(table, "330000000000")) == []


def test_a_frozen_table_reads_like_the_live_one() -> None:
    table = build(T03, "region", facts_of({(PLACES[0], "industrial"): 1.5}), ROWS, HEAD)
    back = as_table(thaw(freeze(table)), ["region", "source"])
    assert (back.rows, back.total, back.by, back.head) == (table.rows, table.total, table.by, table.head)
    assert back.layout.rows == ("region", "source")
    for name in ("id", "label", "unit", "decimals", "group", "where", "scale", "derive", "mixed", "opens"):
        assert [getattr(c, name) for c in back.columns] == [getattr(c, name) for c in table.columns]
