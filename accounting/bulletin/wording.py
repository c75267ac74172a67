"""Numbers as a report prints them. Pure.

Rounding (``census.rounding``) is declared per format together with unit and scale; the unrounded value stays with the
report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from census.rounding import half_up as rounded

LANGUAGES = ("zh", "en")
LEVELS = ("nation", "province", "city", "county")
HIDDEN = {"zh": "（不予公布）", "en": "(not published)"}
SHORT_ENDS = ("维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省")
CITIES = {"北京市", "天津市", "上海市", "重庆市"}  # of the rank of a province


@dataclass(frozen=True)
class Format:
    """*per* table units make one printed unit, printed with *decimals*; *spaced*: a blank before the unit."""

    unit: str
    per: float = 1.0
    decimals: int = 0
    spaced: bool = False


def number(value: float, form: Format, language: str, grouped: bool | None = None) -> str:
    """The number without its unit. Thousands are parted in English and (*grouped*) in tables."""
    parted = language == "en" if grouped is None else grouped
    shown = rounded(float(Decimal(repr(float(value))) / Decimal(repr(form.per))), form.decimals)
    return f"{shown:,}" if parted else f"{shown}"


def amount(value: float, form: Format, language: str) -> str:
    """The number with its unit, as it stands in a sentence."""
    power = form.unit.startswith("10")  # 2,143.98 × 10⁴ t
    between = " × " if power else " " if form.spaced and form.unit else ""
    return number(value, form, language) + between + form.unit


def change(value: float, language: str) -> str:
    """A change in percent in words: 下降46.0% / fell by 46.0%."""
    size = number(abs(value), Format("", decimals=1), language)
    if Decimal(size) == 0:
        return {"zh": "持平", "en": "did not change"}[language]
    words = {"zh": ("增加", "下降"), "en": ("rose by ", "fell by ")}[language]
    return f"{words[value < 0]}{size}%"


def listed(words: Sequence[str], language: str) -> str:
    """Names one after the other: 甲、乙、丙 / A, B and C; parted by semicolons where a name holds the other sign."""
    if language == "zh":
        return ("；" if any("、" in word for word in words) else "、").join(words)
    if len(words) > 1 and any(", " in word or " and " in word for word in words):
        return "; ".join(words[:-1]) + f"; and {words[-1]}"
    return ", ".join(words[:-1]) + f" and {words[-1]}" if len(words) > 1 else "".join(words)


def clauses(words: Sequence[str], language: str) -> str:
    """Short statements one after the other."""
    return ("，" if language == "zh" else ", ").join(words)


def short_place(name: str) -> str:
    """A province as maps and rankings name it: 浙江, 内蒙古. Other names stay."""
    if name in CITIES:
        return name[:-1]
    return next((name[: -len(end)] for end in SHORT_ENDS if name.endswith(end)), name)


def of_level(by_level: Mapping[str, Any], level: str) -> Any:
    """What is declared for *level*, else for ``other``."""
    return by_level.get(level, by_level.get("other"))


CHINESE = "〇一二三四五六七八九十"


def chinese_number(value: int) -> str:
    """1 … 99 in Chinese digits: 12 → 十二."""
    tens, ones = divmod(value, 10)
    if not tens:
        return CHINESE[ones]
    return ("" if tens == 1 else CHINESE[tens]) + "十" + (CHINESE[ones] if ones else "")
