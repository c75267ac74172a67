"""Summary tables without a database: layouts are sound, children add up, blanks stay blank."""

import datetime as dt
from io import BytesIO

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from accounting.tables.build import Table, add, build, resolve
from accounting.tables.facts import Facts
from accounting.tables.layout import LayoutError, Row, load
from accounting.tables.present import as_seen
from accounting.tables.workbook import A3, A4, MOST, WIDE, Imprint, book
from sources.objects.kinds import KINDS
from tests.accounting.tables.frames import lines

REGIONS = [
    Row(code, {"zh": code, "en": code}, where={"region": code}) for code in ("330802000000", "330803000000")
]
HEAD = {"zh": "地区", "en": "Region"}


def test_all_layouts_load_and_name_known_kinds() -> None:
    layouts = load()
    assert {"T01", "T02", "T03", "T04", "T14", "T18", "T20"} <= set(layouts)
    for column in layouts["T01"].columns:
        kinds = column.where.get("kind", [])
        assert set([kinds] if isinstance(kinds, str) else kinds) <= set(KINDS)


def test_a_faulty_layout_is_refused_with_all_faults(tmp_path) -> None:
    (tmp_path / "dimensions.yaml").write_text("{}", "utf-8")
    (tmp_path / "T99.yaml").write_text(
        "code: T99\ntitle: {zh: 甲, en: A}\nrows: [nowhere]\nsource: test\ncolumns:\n"
        "- {id: a, label: {zh: a, en: a}, unit: {zh: 个, en: n}, fact: lines, measure: median}\n"
        "- {id: a, label: {zh: a, en: a}, unit: {zh: 个, en: n}, sum_of: [ghost]}\n",
        "utf-8",
    )
    with pytest.raises(LayoutError) as fault:
        load(tmp_path)
    for part in ("used twice", "median", "ghost", "nowhere"):
        assert part in str(fault.value)


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=2))
def test_children_add_up_before_rounding(amounts: list[float]) -> None:
    facts = {("lines",): lines(**dict(zip(("330802000000", "330803000000"), amounts, strict=True)))}
    table = build(load()["T03"], "region", Facts(facts), REGIONS, HEAD)
    at = [c.id for c in table.columns].index("COD_discharged")
    assert table.total.cells[at] == table.rows[0].cells[at] + table.rows[1].cells[at]
    assert table.rows[0].cells[at] == amounts[0] / 1000


def test_nothing_contributed_is_blank_not_zero() -> None:
    table = build(load()["T03"], "region", Facts({("lines",): lines(**{"330802000000": 5.0})}), REGIONS, HEAD)
    at = [c.id for c in table.columns].index("COD_discharged")
    assert table.rows[1].cells[at] is None
    assert table.rows[0].cells[[c.id for c in table.columns].index("TP_discharged")] is None
    assert add([None, None]) is None
    assert add([None, 0.0]) == 0.0


def test_of_which_rows_are_not_added_twice() -> None:
    frame = pd.concat([lines(**{"330802000000": 1000.0}), lines(**{"330802000000": 3000.0}).assign(
        category="agricultural", source="livestock_scale")])  # fmt: skip
    layout = load()["T03"]
    table = build(layout, "source", Facts({("lines",): frame}), layout.dimensions["source"].rows, HEAD)
    at = [c.id for c in table.columns].index("COD_discharged")
    values = {row.key: row.cells[at] for row in table.rows}
    assert (values["agricultural"], values["livestock"], values["livestock_scale"]) == (3.0, 3.0, 3.0)
    assert table.total.cells[at] == 4.0


def test_bound_names() -> None:
    assert resolve({"subject": "$species", "pollutant": "COD"}, {"species": "pig"}) == {
        "subject": "pig",
        "pollutant": "COD",
    }
    assert resolve({"subject": "$species", "pollutant": "COD"}, {}) == {"pollutant": "COD"}


def test_a_condition_on_an_absent_column_matches_nothing() -> None:
    facts = Facts({("lines",): lines(**{"330802000000": 1.0})})
    assert facts.total(("lines",), "discharged", {"ghost": "x"}, {}) is None
    assert facts.total(("lines",), "discharged", {}, {"ghost!": "x"}) is None
    assert facts.total(("lines",), "discharged", {"pollutant!": ["TP"]}, {"region": "330802000000"}) == 1.0
    assert facts.total(("ghost",), "discharged", {}, {}) is None


def _book(table: Table, language: str = "zh"):
    imprint = Imprint(
        "衢州市",
        "第1次核算",
        "测试员",
        dt.datetime(2018, 9, 1, 8, 0, tzinfo=dt.UTC),
        True,
        language,
        mark="内部资料",
    )
    return openpyxl.load_workbook(BytesIO(book([table], imprint)))


def test_workbook_has_heads_units_full_numbers_and_the_synthetic_mark() -> None:
    facts = {("lines",): lines(**{"330802000000": 1234567.891})}
    sheet = _book(build(load()["T03"], "region", Facts(facts), REGIONS, HEAD))["T03"]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert {"水污染物产生与排放", "化学需氧量", "产生量", "吨", "合计"} <= set(cells)
    assert cells[1234.567891].number_format == "#,##0.00"
    assert any("Synthetic" in str(v) or "演示" in str(v) for v in cells)
    assert sheet.page_setup.orientation == "landscape"
    wide = len(load()["T03"].columns) > WIDE
    assert sheet.page_setup.paperSize == (A3 if wide else A4)
    assert sheet.print_title_rows is not None
    assert "内部" in sheet.oddHeader.center.text
    assert any("单位负责人" in str(v) or "Head of the office" in str(v) for v in cells)
    assert sheet.merged_cells.ranges


def test_a_very_wide_table_is_printed_over_several_sheets() -> None:
    table = build(load()["T03"], "region", Facts({("lines",): lines(**{"330802000000": 1.0})}), REGIONS, HEAD)
    sheet = _book(as_seen(table, table))["T03"]
    columns = 4 * len(table.columns)
    assert sheet.page_setup.fitToWidth == -(-columns // MOST) > 1
    assert (
        str(sheet.merged_cells.sorted()[0]) == f"A1:{get_column_letter(MOST + 1)}1"
    )  # the title on the first


def test_nothing_a_trace_and_zero_differ_in_the_workbook() -> None:
    facts = {("lines",): lines(**{"330802000000": 4.0, "330803000000": 0.0})}
    table = build(load()["T03"], "region", Facts(facts), REGIONS, HEAD)
    sheet = _book(table)["T03"]
    at = [column.id for column in table.columns].index("COD_discharged") + 2
    found = {
        row[0].value: (row[at - 1].value, row[at - 1].number_format)
        for row in sheet.iter_rows()
        if row[0].value in {one.label["zh"] for one in table.rows}
    }
    trace, zero = (found[row.label["zh"]] for row in table.rows[:2])
    assert trace == (0.004, '"…"')
    assert zero == (0, "#,##0.00")
    blank = next(column for column in table.columns if column.id == "TP_discharged")
    assert sheet.cell(sheet.max_row - 8, table.columns.index(blank) + 2).value is None


def test_answers_without_a_known_class_are_shown_so_that_totals_agree() -> None:
    layout = load()["T18"]
    frame = pd.DataFrame(
        {"region": "330802000000", "group": None, "by": ["1", "9", None], "count:plant_type": [5.0, 2.0, 1.0]}
    )
    facts = {("items", ("J101-1",), (), "", "J101-1.plant_type"): frame}
    table = build(layout, "plant_type", Facts(facts), layout.dimensions["plant_type"].rows, HEAD)
    at = [c.id for c in table.columns].index("units")
    assert {row.key: row.cells[at] for row in table.rows}["rest"] == 3.0
    assert (
        table.total.cells[at]
        == build(layout, "region", Facts(facts), REGIONS[:1], HEAD).total.cells[at]
        == 8.0
    )


def test_a_plants_own_throughput_is_not_generation() -> None:
    plant = lines(**{"330802000000": 9000.0}).assign(category="centralized", source="sewage_plant")
    facts = {("lines",): pd.concat([lines(**{"330802000000": 1000.0}), plant])}
    table = build(load()["T03"], "region", Facts(facts), REGIONS[:1], HEAD)
    at = [c.id for c in table.columns].index("COD_generated")
    assert table.total.cells[at] == 2.0
