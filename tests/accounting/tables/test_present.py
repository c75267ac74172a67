"""Derived columns, order, shares and comparison of finished tables."""

import csv
import datetime as dt
import io

import pandas as pd
import pytest

from accounting.tables.build import Table, TableRow, build, derivation, same
from accounting.tables.facts import Facts
from accounting.tables.layout import Row, load
from accounting.tables.plain import BOM, csv_text
from accounting.tables.present import SHARE, as_seen, ordered, shown, vanishes
from accounting.tables.workbook import Imprint
from tests.accounting.tables.frames import lines

HEAD = {"zh": "地区", "en": "Region"}
A, B, C = "330802000000", "330803000000", "330822000000"


def regions(*codes: str) -> list[Row]:
    return [Row(code, {"zh": code, "en": code}, where={"region": code}) for code in codes]


def water(**amounts: float) -> Table:
    """T03 of COD, kg a region; the column COD_discharged is in t."""
    return build(load()["T03"], "region", Facts({("lines",): lines(**amounts)}), regions(*amounts), HEAD)


def place(table: Table, column: str) -> int:
    return [c.id for c in table.columns].index(column)


@pytest.mark.parametrize(
    ("kind", "first", "second", "expected"),
    [
        ("share", 1.0, 4.0, 25.0),
        ("difference", 1.0, 4.0, -3.0),
        ("change", 5.0, 4.0, 25.0),
        ("change", 5.0, 0.0, None),
        ("share", 0.0, 0.0, None),
        ("difference", 5.0, 0.0, 5.0),
        ("difference", None, 4.0, None),
        ("share", 4.0, None, None),
    ],
)
def test_derivations_leave_blank_what_is_unknown(kind, first, second, expected) -> None:
    assert derivation(kind, first, second) == expected


def test_the_share_of_a_total_comes_from_the_totals() -> None:
    straw = pd.DataFrame(
        {"region": [A, B], "industry": None, "group": None, "by": None,
         "sum:straw_collectable_t": [100.0, 300.0], "sum:straw_used_t": [100.0, 0.0]}
    )  # fmt: skip
    facts = {("items", ("N201-3",), ("straw",), "", ""): straw}
    table = build(load()["T13"], "region", Facts(facts), regions(A, B), HEAD)
    at = place(table, "straw_rate")
    assert [row.cells[at] for row in table.rows] == [100.0, 0.0]
    assert table.total.cells[at] == 25.0


def test_rows_of_different_things_have_no_total() -> None:
    layout = load()["T23"]
    reference = pd.DataFrame(
        {"series": ["census_2007"], "pollutant": ["COD"], "medium": ["water"], "value": [8.0]}
    )
    table = build(
        layout,
        "pollutant",
        Facts({("lines",): lines(**{A: 2e7}), ("reference",): reference}),
        layout.dimensions["pollutant"].rows,
        HEAD,
    )
    assert table.total is None
    cod = dict(zip([c.id for c in table.columns], table.rows[0].cells, strict=True))
    assert (cod["first"], cod["now"], cod["first_difference"], cod["first_change"]) == (8.0, 2.0, -6.0, -75.0)
    assert cod["bulletin_change"] is None


def test_only_classes_with_numbers_are_shown_of_a_code_list() -> None:
    layout = load()["T09"]
    wastes = pd.DataFrame(
        {"region": A, "industry": "22", "group": ["SW02", None], "by": None, "sum:generated_t": [5.0, 1.0]}
    )
    facts = {("items", ("G104-1",), ("wastes",), "waste_name", ""): wastes}
    table = build(layout, "waste", Facts(facts), layout.dimensions["waste"].rows, HEAD)
    assert [row.key for row in table.rows] == ["SW02", "rest"]
    assert table.total.cells[place(table, "generated")] == 6.0


def test_sorted_with_blanks_last() -> None:
    table = water(**{A: 1.0, B: 3.0, C: 2.0})
    table.rows.append(TableRow("x", HEAD, [None] * len(table.columns)))
    assert [r.key for r in ordered(table, "COD_discharged", True).rows] == [B, C, A, "x"]
    assert [r.key for r in ordered(table, "COD_discharged", False).rows] == [A, C, B, "x"]
    assert ordered(table, "ghost", True) is table


def test_rows_that_are_parts_of_others_keep_their_order() -> None:
    layout = load()["T03"]
    facts = {("lines",): lines(**{A: 1.0})}
    table = build(layout, "source", Facts(facts), layout.dimensions["source"].rows, HEAD)
    assert ordered(table, "COD_discharged", True) is table


def test_shares_of_a_column_add_up_to_a_hundred() -> None:
    table = water(**{A: 1000.0, B: 3000.0})
    at = place(table, "COD_discharged")
    total, *rows = shown(table)
    assert [row.cells[at].share for row in rows] == [25.0, 75.0]
    assert total.cells[at].share == 100.0


def test_comparison_shows_what_is_new_changed_and_gone() -> None:
    now, then = water(**{A: 3000.0, B: 1000.0}), water(**{A: 2000.0, C: 500.0})
    at = place(now, "COD_discharged")
    found = {row.row.key: row.cells[at] for row in shown(now, then)}
    assert (found[A].difference, found[A].change) == (1.0, 50.0)
    assert (found[B].before, found[B].difference) == (None, None)
    assert (found[C].value, found[C].before) == (None, 0.5)
    assert found["total"].difference == 1.5
    blank = next(row for row in shown(now, then) if row.row.key == A).cells[place(now, "TP_discharged")]
    assert (blank.value, blank.before, blank.difference, blank.change) == (None, None, None, None)


def test_a_file_holds_the_comparison_that_the_screen_shows() -> None:
    now, then = water(**{A: 3000.0, B: 1000.0}), water(**{A: 2000.0, C: 500.0})
    table = as_seen(now, then)
    names = [column.id for column in table.columns]
    at = names.index("COD_discharged.value")
    assert names[at : at + 4] == [f"COD_discharged.{n}" for n in ("value", "before", "difference", "change")]
    assert [c.unit["zh"] for c in table.columns[at : at + 4]] == ["吨", "吨", "吨", "%"]
    assert table.columns[at].group == {"zh": "化学需氧量 · 排放量", "en": "COD · Discharged"}
    cells = {row.key: row.cells[at : at + 4] for row in table.printed_rows}
    assert cells[A] == [3.0, 2.0, 1.0, 50.0]
    assert cells[B] == [1.0, None, None, None]
    assert cells[C] == [None, 0.5, None, None]
    assert cells["total"][2] == 1.5
    assert table.total is not None
    assert "total" not in {row.key for row in table.rows}


def test_a_file_holds_the_shares_that_the_screen_shows() -> None:
    table = as_seen(water(**{A: 1000.0, B: 3000.0}), show=SHARE, totals=False)
    at = place(table, "COD_discharged")
    assert table.total is None
    assert [row.cells[at] for row in table.rows] == [25.0, 75.0]
    assert (table.columns[at].unit["en"], table.columns[at].decimals) == ("%", 1)


@pytest.mark.parametrize(
    ("value", "expected"), [(None, False), (0.0, False), (0.004, True), (-0.004, True), (0.005, False)]
)
def test_a_trace_is_neither_zero_nor_blank(value, expected) -> None:
    assert vanishes(value, 2) is expected


def test_the_last_bits_of_a_sum_are_no_difference() -> None:
    now, then = water(**{A: 0.1 + 0.2}), water(**{A: 0.3})
    at = place(now, "COD_discharged")
    assert now.total.cells[at] != then.total.cells[at]
    assert shown(now, then)[0].cells[at].difference == 0.0
    assert same(None, None)
    assert not same(None, 0.0)
    assert not same(1.0, 1.0 + 1e-6)


def test_csv_has_heads_and_unrounded_numbers_and_blanks() -> None:
    table = water(**{A: 1234.5678})
    imprint = Imprint(
        "衢州市", "第1次核算", "测试员", dt.datetime(2018, 9, 1, tzinfo=dt.UTC), True, "zh", stale=True
    )
    text = csv_text(table, imprint)
    assert text.startswith(BOM)
    lines = list(csv.reader(io.StringIO(text.removeprefix(BOM))))
    at = place(table, "COD_discharged") + 2
    row = next(line for line in lines if line and line[0] == A)
    assert float(row[at]) == 1.2345678
    assert row[place(table, "TP_discharged") + 2] == ""
    assert any("吨" in line for line in lines)
    assert any("过时" in line[0] or "out of date" in line[0] for line in lines if line)
    assert lines[-1] == ["空白表示无填报或未核算，不是零。数据未修约。"]


def test_heads_of_different_animals_are_not_added() -> None:
    layout = load()["T14"]
    herds = pd.DataFrame(
        {"region": [A], "industry": None, "group": None, "by": None, "sum:pig_slaughter": [500.0],
         "sum:layer_stock": [2000.0]}
    )  # fmt: skip
    facts = {("items", ("N101-2",), (), "", ""): herds}
    table = build(layout, "species", Facts(facts), layout.dimensions["species"].rows, HEAD)
    at = place(table, "head")
    assert {row.key: row.cells[at] for row in table.rows if row.cells[at]} == {"pig": 500.0, "layer": 2000.0}
    assert table.total.cells[at] is None


def test_industries_without_a_number_in_the_table_are_not_shown() -> None:
    frame = pd.concat([lines(**{A: 1.0}), lines(**{A: 5.0}).assign(category="centralized", industry="78")])
    rows = [Row(code, HEAD, where={"industry": code}) for code in ("22", "78")]
    table = build(load()["T07"], "industry", Facts({("lines",): frame}), rows, HEAD)
    assert [row.key for row in table.rows] == ["22"]
