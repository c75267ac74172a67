"""Words for what lines, gaps and formulas name by key: accounting units, keys of gaps, units, symbols. Pure.

The keys are joined names of the factor library (English), of the handbooks (Chinese) and of form items (ids). Data
in the YAML files; what no file knows is shown as it is. *language*: zh… or en.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from accounting.factors.normalise import technologies
from accounting.methods import pollutants
from census import declarations
from sources.forms.catalogue import load

JOINT = " / "
GROUPED = 10_000  # from here on thousands are parted; years are not
_ITEM = re.compile(r"[A-Za-z]\w*")
_SYMBOL = re.compile(r"[A-Za-z]\w*")
_UNIT = re.compile(r"[A-Za-z0-9%一-鿿]+")

MEASURES = {
    "t": "吨", "kg": "千克", "g": "克", "mg": "毫克", "m3": "立方米", "Nm3": "标立方米", "1e4m3": "万立方米",
    "1e4t": "万吨", "L": "升", "kL": "千升", "m2": "平方米", "km": "公里", "h": "小时", "d": "天", "yr": "年",
    "a": "年", "kW": "千瓦", "kWh": "千瓦时", "head": "头（羽）", "cap": "人", "vehicle": "辆", "multiplier": "倍",
    "product": "产品", "raw": "原料", "coal": "煤", "fuel": "燃料", "oil": "油", "gas": "气", "rubber": "橡胶",
    "clinker": "熟料", "solder": "焊料", "wastewater": "废水", "coagulant": "絮凝剂", "diesel": "柴油", "straw": "秸秆",
    "fertiliser": "化肥", "manure": "粪污", "throughput": "周转量", "take": "起飞", "off": "", "ton": "吨",
}  # fmt: skip
"""Parts of units -> Chinese. What follows a hyphen says of what."""
SHARES = {
    "% of TAN": "%（占总铵态氮）", "% of TAN (as NH3-N)": "%（占总铵态氮，以NH3-N计）",
    "% of N or P applied": "%（占氮或磷施用量）",
    "% (kg NH3 per 100 kg fertiliser, as used in the source)": "%（每100千克化肥的NH3千克数，按来源用法）",
}  # fmt: skip
"""Whole units that are phrases -> Chinese."""
ENGLISH = {
    "cap": "persons", "vehicle": "vehicles", "m3": "m³", "Nm3": "Nm³", "1e4m3": "10⁴ m³", "1e4t": "10⁴ t", "m2": "m²",
    "万吨": "10⁴ t", "吨": "t", "千克": "kg", "立方米": "m³", "万立方米": "10⁴ m³", "千米": "km", "万千瓦时": "10⁴ kWh",
    "台": "machines", "万只": "10⁴ pieces", "万块标砖": "10⁴ standard bricks", "万套": "10⁴ sets", "万盒": "10⁴ boxes",
    "万平方米": "10⁴ m²", "万樘": "10⁴ doors", "万米": "10⁴ m",
}  # fmt: skip


@cache
def _table(name: str) -> Mapping:
    return declarations.read(Path(__file__).parent / f"{name}.yaml")


def is_chinese(language: str) -> bool:
    """Whether texts are wanted in Chinese."""
    return language.lower().startswith("zh")


@cache
def phrase(text: str, language: str, form: str = "") -> str:
    """An accounting unit, a subject or the key of a gap in words. *form*: the form whose items it may name."""
    return JOINT.join(_part(part, language, form) for part in text.split(JOINT))


def _part(text: str, language: str, form: str) -> str:
    chinese = is_chinese(language)
    known = _table("terms" if chinese else "handbook").get(text) or (
        "" if chinese else _techniques().get(text)
    )
    if known:
        return known
    if text in _table("terms") or text in _table("handbook"):
        return text.replace("_", " ")
    choice = _choice(text, form)
    if choice:
        return f"{text} {choice.zh if chinese else choice.en or choice.zh}"
    if ": " in text:
        return ("：" if chinese else ": ").join(_part(part, language, form) for part in text.split(": "))
    return _ITEM.sub(lambda word: _item(word[0], language, form), text)


@cache
def _techniques() -> Mapping[str, str]:
    """Techniques of the census list of treatment by their Chinese name -> English."""
    return {row.name_zh: row.name_en[:1].upper() + row.name_en[1:] for row in technologies() if row.name_en}


def _choice(text: str, form: str):
    """The entry of a code list of the form's items (kinds of waste)."""
    definition = load().forms.get(form) if form else None
    lists = {item.codelist for item in definition.indicators.values() if item.codelist} if definition else ()
    entries = (entry for name in sorted(lists) for entry in load().codelists[name].items)
    return next((entry for entry in entries if entry.code == text and not text.isdigit()), None)


def _item(word: str, language: str, form: str) -> str:
    """The label of a form item, else the name of a pollutant, else a term, else the word."""
    definition = load().forms.get(form) if form else None
    if definition and word in definition.indicators:
        return definition.label(word, "zh" if is_chinese(language) else "en")
    if word in pollutants.table() and "_" in word:
        return pollutants.table()[word].label(language)
    return word


@cache
def measure(unit: str, language: str) -> str:
    """A unit in words: kg/t-product is 千克/吨-产品; nothing for plain numbers."""
    if unit == "1":
        return ""
    if is_chinese(language):
        if unit in SHARES:
            return SHARES[unit]
        return _UNIT.sub(lambda part: MEASURES.get(part[0], part[0]), unit).rstrip("-")
    return _UNIT.sub(lambda part: ENGLISH.get(part[0], part[0]), unit)


def symbol(name: str, language: str) -> str:
    """A name in a formula or an input of a line in words."""
    entry = _table("symbols").get(name, {})
    return entry.get("zh", name) if is_chinese(language) else entry.get("en", name.replace("_", " "))


def formula(text: str, language: str) -> str:
    """A formula with its names in words: generated = activity × coefficient is 产生量 = 活动水平 × 系数."""
    return _SYMBOL.sub(lambda word: symbol(word[0], language), text)


def source(text: str, language: str) -> str:
    """The source of a formula in words."""
    return _table("sources").get(text, text) if is_chinese(language) else text


def inputs(values: Mapping[str, object] | None, language: str) -> list[tuple[str, object, str]]:
    """The further inputs of a line: (name, value, unit) in words; values that are names are put in words too."""
    rows = []
    for name, value in (values or {}).items():
        unit = measure(_table("symbols").get(name, {}).get("unit", ""), language)
        shown = _named(name, value, language) if isinstance(value, str) else exact(value)
        rows.append((symbol(name, language), shown, unit))
    return rows


def exact(value: object) -> object:
    """A number with all digits that are meant, without those a float has beside: 0.6829999999999999 is 0.683."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return f"{value:.12g}" if abs(value) < GROUPED else f"{value:,.12g}"


def _named(name: str, value: str, language: str) -> str:
    if name == "taken_from" and value in pollutants.table():
        return pollutants.table()[value].label(language)
    return phrase(value, language)


def names() -> tuple[frozenset[str], frozenset[str]]:
    """The names that have words: terms of the library, symbols of formulas."""
    return frozenset(_table("terms")), frozenset(_table("symbols"))
