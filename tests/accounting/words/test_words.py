"""Every key the accounting can show has a word in Chinese."""

import re

import pytest

from accounting import words
from accounting.factors import normalise
from accounting.methods.registry import catalogue
from accounting.runs.engine import mobile

CHINESE = re.compile("[一-鿿]")
NAME = re.compile(r"[A-Za-z]\w*")


def test_names_of_the_factor_library_have_chinese_words():
    terms, _symbols = words.names()
    parts = {
        part
        for factor in normalise.factors()
        if factor.sector not in {"industrial", "centralized"}
        for name in ("unit", "product", "material", "process", "stage")
        for part in getattr(factor, name).split(words.JOINT)
    }
    assert not sorted(part for part in parts - terms if part and not CHINESE.search(part))


def test_accounting_units_of_the_handbooks_have_english_words():
    units = {factor.unit for factor in normalise.factors() if factor.sector == "industrial" and factor.unit}
    assert not sorted(unit for unit in units if CHINESE.search(words.phrase(unit, "en")))


def test_units_of_the_factor_library_have_chinese_words():
    units = {words.measure(factor.value_unit, "zh-hans") for factor in normalise.factors()}
    assert not sorted(unit for unit in units if re.search(r"[a-z]{2,}|TAN", unit))


def test_names_in_formulas_have_chinese_words():
    _terms, symbols = words.names()
    names = {name for method in catalogue().values() for name in NAME.findall(method.formula)}
    names |= {name for method in catalogue().values() for name in (*method.inputs, *method.outputs)}
    assert not sorted(names - symbols)


def test_sources_of_formulas_have_chinese_words():
    sources = {method.source for method in catalogue().values()}
    assert not sorted(text for text in sources if words.source(text, "zh-hans") == text)


def test_vehicle_classes_have_chinese_words():
    table = mobile.reading()
    names = {entry["subject"] for entry in table["classes"]} | set(table["standards"].values())
    assert all(CHINESE.search(words.phrase(name, "zh-hans")) for name in names)


@pytest.mark.parametrize(
    ("key", "form", "zh", "en"),
    [
        ("pig / manure handling", "N101-2", "生猪 / 粪污处理", "pig / manure handling"),
        ("outlet_water_m3", "G106-2", "出口水量", "Outlet water"),
        ("J101-3 NH3_N", "J101-3", "J101-3 氨氮", "J101-3 Ammonia nitrogen"),
        ("SW99", "G104-1", "SW99 其他废物", "SW99 Other waste"),
        ("4430 / 锅炉燃烧", "G103-1", "4430 / 锅炉燃烧", "4430 / Boiler combustion"),
        ("compound_t: nitrogen share", "N201-1", "含氮复合肥施用量（折纯）：含氮比例", None),
        ("laying_hen", "N101-2", "蛋鸡", "laying hen"),
        ("DW001", "G102", "DW001", "DW001"),
        (
            "oil depot / tank breathing / petrol / internal floating roof",
            "Y101",
            "储油库 / 储罐小呼吸 / 汽油 / 内浮顶罐",
            None,
        ),
        (
            "oil depot / evaporative loss / tank-truck loading / crude oil",
            "Y101",
            "储油库 / 蒸发损失 / 罐车装油 / 原油",
            None,
        ),
        (
            "domestic solvent use / evaporative loss / asphalt paving",
            "S201",
            "生活溶剂与产品使用 / 蒸发损失 / 沥青道路铺装",
            None,
        ),
        ("straw / straw to grain ratio / wheat straw", "N201-3", "秸秆 / 草谷比 / 麦秸", None),
        ("treated_water_m3 / discharge_m3", "G102", "年实际处理水量 / 废水排放量", None),
        ("film_use_t / film_recycled_t", "N201-1", "地膜用量 / 地膜企业回收总量", None),
        ("一种不知名的环节", "G106-1", "一种不知名的环节", "一种不知名的环节"),
    ],
)
def test_keys_in_words(key, form, zh, en):
    assert words.phrase(key, "zh-hans", form) == zh
    if en:
        assert words.phrase(key, "en", form) == en


def test_units_and_inputs_in_words():
    assert words.measure("kg/t-product", "zh-hans") == "千克/吨-产品"
    assert words.measure("g/(cap·d)", "zh-hans") == "克/(人·天)"
    assert words.measure("万块标砖", "en") == "10⁴ standard bricks"
    rows = words.inputs({"km": 18000.0, "standard": "China 4", "taken_from": "HC"}, "zh-hans")
    assert rows == [("年均行驶里程", "18,000", "公里"), ("排放标准", "国四", ""), ("取自", "碳氢化合物", "")]
    assert words.inputs(None, "en") == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.6829999999999999, "0.683"),
        (37995.0, "37,995"),
        (2017.0, "2017"),
        (8500.0, "8500"),
        (True, True),
        (None, None),
    ],
)
def test_a_number_is_shown_without_what_the_binary_digits_add(value, shown):
    assert words.exact(value) == shown


def test_plain_numbers_have_no_unit():
    assert (words.measure("1", "zh-hans"), words.measure("1", "en")) == ("", "")
