"""The generator without a database: published sentences, parts and totals, bindings that break, hidden cells."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.bulletin import drawing, layout, pictures, wording
from accounting.bulletin.cells import Reference, ReferenceCells, cell_at, largest, reference_figures
from accounting.bulletin.control import Control, Free
from accounting.bulletin.layout import LayoutError, Part
from accounting.bulletin.places import english_name
from accounting.bulletin.values import Sources, changed
from census.documents.model import plain_text

WORDS = {
    "zh": {"place": "全国", "inside": "我国境内", "office": "国务院办公室", "year": "2017", "cut": "定库第1号",
           "other_cut": "", "as_of": "2020年6月10日", "today": ""},
    "en": {"place": "China", "inside": "in China", "office": "Office", "year": "2017", "cut": "data cut 1",
           "other_cut": "", "as_of": "10 June 2020", "today": ""},
}  # fmt: skip
# CCTV, 10 June 2020 ("三部门联合发布《第二次全国污染源普查公报》"), in the bulletin's own order and punctuation
PUBLISHED = (
    "全国普查对象数量358.32万个（不含移动源）。包括工业源247.74万个，畜禽规模养殖场37.88万个，生活源63.95万个，"
    "集中式污染治理设施8.40万个；以行政区为单位的普查对象数量3497个。",
    "2017年，全国水污染物排放量：化学需氧量2143.98万吨，氨氮96.34万吨，总氮304.14万吨，总磷31.54万吨，"
    "动植物油30.97万吨，石油类0.77万吨，挥发酚244.10吨，氰化物54.73吨，重金属（铅、汞、镉、铬和类金属砷，下同）"
    "182.54吨。",
    "2017年，全国大气污染物排放量：二氧化硫696.32万吨，氮氧化物1785.22万吨，颗粒物1684.05万吨。",
    "本次普查对部分行业和领域挥发性有机物进行了尝试性调查，排放量1017.45万吨。",
)


def drawn(figures=None, level="nation", control=None, report=None, features=lambda region: [], amounts=()):
    cells = ReferenceCells(figures)
    report = report or layout.load("bulletin")
    tables = {"": cells, "before": cells}
    sources = Sources(
        report, level, tables, control or Free(), {}, lambda name: name, lambda pollutant: amounts
    )
    return drawing.draw(sources, drawing.Setting(WORDS, features, {}, {"zh": "", "en": ""}))


def test_the_reference_figures_give_the_published_sentences():
    text = plain_text(drawn().papers["zh"])
    for sentence in PUBLISHED:
        assert sentence in text
    assert "广东、浙江、江苏、山东、河北，合计占全国普查对象总数的52.94%" in text
    english = plain_text(drawn().papers["en"])
    assert "COD 2,143.98 × 10⁴ t, ammonia nitrogen 96.34 × 10⁴ t" in english
    assert "3.5832 million census objects" in english


PARTS = {
    "total": ("industrial", "agricultural", "domestic", "centralized"),
    "agricultural": ("crops", "livestock", "aquaculture"),
    "domestic": ("town", "village"),
}


@pytest.mark.parametrize("column", ["COD", "NH3_N", "TN", "TP"])
@pytest.mark.parametrize("whole", PARTS)
def test_every_printed_total_is_the_sum_of_its_printed_parts(whole, column):
    """In 10⁴ t with two decimals, as printed; each part may be off by half a unit of the last place."""
    values = {one.address: wording.rounded(one.value / 10000, 2) for one in reference_figures()}
    address = "T03/source/{}/" + column + "_discharged"
    parts = [values[address.format(part)] for part in PARTS[whole] if address.format(part) in values]
    assert abs(sum(parts) - values[address.format(whole)]) <= Decimal("0.005") * (len(parts) + 1)


def test_objects_metals_and_vocs_add_up_too():
    values = {one.address: Decimal(str(one.value)) for one in reference_figures()}
    kinds = ("industrial", "farms", "domestic", "centralized", "region_units")
    assert abs(sum(values[f"T01/region/total/{k}"] for k in kinds) - values["T01/region/total/all"]) <= 50 * 6
    metals = [values[f"T03/source/{one}/metals_discharged"] for one in ("industrial", "centralized", "total")]
    assert metals[0] + metals[1] == metals[2]
    vocs = [values[f"T04/source/{k}/VOCs_discharged"] for k in ("industrial", "domestic", "mobile", "total")]
    assert sum(vocs[:3]) == vocs[3]


def test_every_figure_has_mark_and_source_and_stands_at_a_cell_that_exists():
    for one in reference_figures():
        assert one.source
        assert one.mark in {"V", "A", "L"}
        if not one.text:
            code, by, row, column = one.address.split("/")
            content = ReferenceCells().table(code, by)
            assert row in {entry["key"] for entry in content["rows"]}, one.address
            assert column in {entry["id"] for entry in content["columns"]}, one.address
    addresses = [one.address for one in reference_figures()]
    assert len(addresses) == len(set(addresses))


def test_what_finds_no_basin_leads_nothing_but_counts_in_the_whole():
    keys = {"total": 100.0, "none": 60.0, "yangtze": 25.0, "tai": 20.0, "pearl": 15.0}
    rows = [
        {"key": key, "label": {"zh": key, "en": key}, "cells": [kg], "indent": int(key == "tai"),
         "total": key == "total"}
        for key, kg in keys.items()
    ]  # fmt: skip
    table = {"code": "T05", "columns": [{"id": "COD_discharged"}], "rows": rows}
    names, share = largest(table, "COD_discharged", 1, "000000000000")
    assert ([name["zh"] for name in names], share) == (["yangtze"], 25.0)
    assert largest(table, "COD_discharged", 2, "000000000000") is None, "nothing is left to lead"


def test_a_changed_figure_changes_the_sentence_and_is_named():
    address = "T03/source/total/COD_discharged"
    figures = [
        replace(one, value=21_449_800.0) if one.address == address else one for one in reference_figures()
    ]
    before, after = drawn(), drawn(figures)
    assert "化学需氧量2144.98万吨" in plain_text(after.papers["zh"])
    assert drawing.digest(before.content()) != drawing.digest(after.content())
    assert list(changed(before.figures, after.figures)) == [
        {"name": "overview.amounts.COD", "before": "2143.98万吨", "after": "2144.98万吨"}
    ]


def test_broken_bindings_are_all_named():
    report = layout.load("bulletin")
    wrong = Part(
        "text",
        {"zh": "{a}和{b}和{c}", "en": "{a} and {b} and {c}"},
        {
            "a": {"cell": "T03/source/total/no_such", "as": "mass"},
            "b": {"cell": "T99/source/total/COD", "as": "mass"},
            "c": {"figure": "problems.total", "as": "items"},
        },
    )
    sections = (replace(report.sections[1], parts=(*report.sections[1].parts, wrong)), *report.sections[2:])
    with pytest.raises(drawing.BrokenBindings) as caught:
        drawn(report=replace(report, sections=sections))
    assert caught.value.faults == [
        "overview, a: T03: the table has no column no_such",
        "overview, b: T99/source: there is no such table",
        "overview, c: problems.total: nobody provides this figure",
    ]


def test_a_row_that_does_not_exist_is_a_fault_and_a_blank_cell_is_not():
    with pytest.raises(LookupError, match="no row agricultural_"):
        cell_at(ReferenceCells(), "T03/source/agricultural_/COD_discharged")
    assert cell_at(ReferenceCells(), "T03/source/crops/COD_discharged").value is None


def test_a_faulty_layout_is_refused_with_every_fault(tmp_path):
    (tmp_path / "formats.yaml").write_text("mass: {zh: {other: {unit: 吨}}, en: {other: {unit: t}}}", "utf-8")
    (tmp_path / "bulletin.yaml").write_text(
        """
title: {other: {zh: 公报, en: Bulletin}}
sections:
- id: one
  parts:
  - text: {zh: "{a}和{b}", en: "{a}"}
    bind: {a: {cell: T01/region/total/all, as: weight}}
  - chart: {kind: cake, zh: 图, en: Chart}
- {id: one, parts: []}
""",
        "utf-8",
    )
    with pytest.raises(LayoutError) as caught:
        layout.load("bulletin", tmp_path)
    text = str(caught.value)
    for fault in (
        "used twice",
        "unknown formats ['weight']",
        "zh: nothing is bound to ['b']",
        "a chart is one of",
    ):
        assert fault in text


@pytest.mark.parametrize("level", wording.LEVELS)
def test_every_level_can_be_drawn_in_both_languages(level):
    papers = drawn(level=level).papers
    for language in wording.LANGUAGES:
        text = plain_text(papers[language])
        assert "{" not in text
        assert len([line for line in text.splitlines() if line]) > 20


class Half(Control):
    """Disclosure control that has released COD, with some nodes hidden, and the number of objects; else nothing."""

    def __init__(self, *hidden, numbers=(), high=None):
        self.wanted, self._any = set(), {}
        self.cut = type("Cut", (), {"region": "000000000000"})
        nodes = {
            "all": 0,
            "industrial": 1,
            "22": 2,
            "agricultural": 1,
            "farms": 2,
            "boilers": 1,
            "centralized": 1,
        }
        self._released = {
            "discharge.water.COD": self.table(nodes, hidden),
            "objects": self.table({"all": 0, "industrial": 1, "33": 2, "30": 2}, numbers, high),
        }

    def table(self, nodes, hidden, high=None):
        def label(name):
            return {"zh": name, "en": name}

        heads = [{"key": key, "depth": depth, "label": label(key)} for key, depth in nodes.items()]
        row = {"key": self.cut.region, "depth": 0, "label": label("x")}
        cells = [[100.0, "primary" if key in hidden else "published", [], 0.0, high, 9] for key in nodes]
        return {"rows": [row], "columns": heads, "cells": [cells]}

    def _anything(self, subject):
        return True


def test_what_the_released_table_hides_the_report_hides_and_nothing_else():
    control = Half("industrial", "22", "agricultural", "farms")
    result = drawn(control=control)
    text = plain_text(result.papers["zh"])
    assert "工业源水污染物排放量：化学需氧量（不予公布），氨氮4.45万吨" in text
    assert "化学需氧量2143.98万吨" in text  # the total of all sources stays
    assert "化学需氧量983.44万吨" in text
    for value in ("90.96", "1,067.13", "1067.13"):
        assert value not in text
    row = next(line for line in text.splitlines() if line.startswith("农业源 "))
    assert row == "农业源 … 21.62 141.49 21.20"
    assert "合计 …" in text  # industry by region
    states = {one["name"]: one["state"] for one in result.figures}
    assert states["industrial.amounts.COD"] == "hidden"
    assert states["industrial.amounts.NH3_N"] == "uncleared"
    assert states["mobile.stock"] == states["agricultural.straw"] == "free"  # of areas
    assert "discharge.water.NH3_N" in control.wanted
    assert {"T09.generated", "T10.closing"} <= control.wanted
    assert "discharge.water.COD" not in control.wanted


@pytest.mark.parametrize(
    ("address", "hidden", "state"),
    [
        ("T03/source/total/COD_discharged", ("all",), "hidden"),
        ("T03/source/total/COD_discharged", ("industrial",), "free"),
        ("T03/source/crops/COD_discharged", ("all", "industrial", "agricultural", "farms"), "free"),
        (
            "T03/source/livestock/COD_discharged",
            ("farms",),
            "hidden",
        ),  # with small farms, which are an area's
        ("T03/source/domestic/COD_discharged", ("boilers",), "hidden"),
        ("T03/source/total/COD_generated", (), "hidden"),  # in no table that can be released
        ("T07/region/total/COD_discharged", ("22",), "free"),
        ("T01/region/total/industrial", (), "free"),
        ("T01/region/total/region_units", (), "free"),
        ("T12/region/total/plans", (), "hidden"),
        ("T23/pollutant/COD/now", ("all",), "hidden"),
        ("T23/pollutant/COD/first", ("all",), "free"),
    ],
)
def test_where_a_cell_is_published(address, hidden, state):
    code, by, row, column = address.split("/")
    cells = ReferenceCells([Reference(address, 7.0, "", "V", "x")])
    assert Half(*hidden).state(cells, code, by, row, column) == state


def test_a_table_released_before_other_sources_were_controlled_holds_only_industry():
    control = Half("22")
    content = control.table({"industrial": 0, "22": 1}, ("22",)) | {"partial": True}
    control._released["discharge.water.COD"] = content
    states = {}
    for row in ("total", "industrial", "farm_boiler", "crops"):
        cells = ReferenceCells([Reference(f"T03/source/{row}/COD_discharged", 7.0, "", "V", "x")])
        states[row] = control.state(cells, "T03", "source", row, "COD_discharged")
    assert states == {"total": "hidden", "industrial": "free", "farm_boiler": "hidden", "crops": "free"}


@pytest.mark.parametrize(
    ("numbers", "high", "state"),
    [((), None, "free"), (("33",), 9.0, "hidden"), (("30",), None, "hidden"), (("30",), 70.0, "free")],
)
def test_the_largest_are_named_only_where_that_tells_nothing_of_what_is_hidden(numbers, high, state):
    figures = [
        Reference(f"T02/industry/{row}/units", value, "", "V", "x")
        for row, value in (("total", 170.0), ("33", 100.0), ("30", 70.0))
    ]

    class Two(ReferenceCells):
        def table(self, code, by):
            content = super().table(code, by)
            content["rows"] += [
                {"key": key, "label": {"zh": key, "en": key}, "indent": 0, "total": False, "cells": [value]}
                for key, value in (("33", 100.0), ("30", 70.0))
            ]
            return content

    control = Half(numbers=numbers, high=high)
    assert control.leaders(Two(figures), "T02", "industry", "units", 1) == state


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_rounding_is_within_half_a_unit_and_never_more_digits(value, decimals):
    result = wording.rounded(value, decimals)
    assert abs(result - Decimal(repr(value))) <= Decimal(1).scaleb(-decimals) / 2
    assert -result.as_tuple().exponent == decimals


@given(st.lists(st.text("甲乙丙", min_size=1), min_size=1, max_size=5))
def test_every_name_stands_in_a_list(names):
    for language in wording.LANGUAGES:
        assert all(name in wording.listed(names, language) for name in names)


def test_words_around_numbers():
    assert wording.rounded(2.345, 2) == Decimal("2.35")
    assert [wording.change(value, "zh") for value in (-46.04, 3.0, 0.01)] == ["下降46.0%", "增加3.0%", "持平"]
    assert wording.change(-46.04, "en") == "fell by 46.0%"
    assert [wording.chinese_number(value) for value in (1, 10, 12, 20, 21)] == [
        "一",
        "十",
        "十二",
        "二十",
        "二十一",
    ]
    assert [wording.short_place(name) for name in ("浙江省", "上海市", "江山市", "内蒙古自治区")] == [
        "浙江", "上海", "江山市", "内蒙古",
    ]  # fmt: skip
    assert wording.listed(["甲", "乙、丙"], "zh") == "甲；乙、丙"
    assert wording.listed(["Paper", "Wood, Straw", "Food"], "en") == "Paper; Wood, Straw; and Food"
    assert english_name("衢江区", "Qujiangqu", 3) == "Qujiang District"
    assert english_name("浙江省", "Zhejiangsheng", 1) == "Zhejiang"
    assert english_name("陕西省", "Shanxisheng", 1) == "Shaanxi"


def test_concentration_is_told_of_internal_reports_only_where_there_are_amounts():
    report = layout.load("comparison")
    text = plain_text(drawn(report=report, amounts=[60.0, 20.0, 10.0, 5.0, 5.0]).papers["zh"])
    assert "居前的2个普查对象合计占65%，居前的3个占85%" in text
    assert "化学需氧量排放的集中程度" in text
    assert "集中" not in plain_text(drawn(report=report).papers["zh"]).replace("集中式", "")


def test_a_map_hatches_what_is_hidden_and_names_areas_in_the_papers_language():
    squares = [
        {"type": "Feature", "properties": {"name": name, "codes": [code]},
         "geometry": {"type": "Polygon", "coordinates": [[[x, 28], [x + 1, 28], [x + 1, 29], [x, 29], [x, 28]]]}}
        for x, name, code in ((118, "甲县", "1"), (119, "乙省", "2"))
    ]  # fmt: skip
    cells = ReferenceCells()
    content = cells.table("T03", "region")
    content["rows"] += [
        {"key": key, "label": {"zh": key, "en": key}, "indent": 0, "total": False,
         "cells": [value and value * part for value in [1.0] * len(content["columns"])]}
        for key, part in (("1", 10.0), ("2", 30.0))
    ]  # fmt: skip
    cells.table = lambda code, by: content
    sources = Sources(layout.load("bulletin"), "nation", {"": cells}, Free(), {}, lambda name: f"en-{name}")
    spec = {"from": "T03/region", "column": "COD_discharged", "as": "mass"}
    svg = pictures.choropleth(sources, spec, "zh", lambda region: squares)
    assert ">甲县<" in svg
    assert ">乙<" in svg
    assert ">en-甲县<" in pictures.choropleth(sources, spec, "en", lambda region: squares)
    sources.control = Hiding()
    assert pictures.choropleth(sources, spec, "zh", lambda region: squares) is None  # one value is no map


class Hiding(Free):
    def state(self, cells, code, by, row_key, column_id):
        return "hidden" if row_key == "1" else "free"
