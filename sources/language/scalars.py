"""Functions of single values shared by the record and the column evaluator (the browser repeats them in
rules.js)."""

from __future__ import annotations

import re
from operator import mul

NOISE = 1e-9  # relative slack for binary fractions in comparisons with tolerance
_DMS = re.compile(r"(\d{1,3})°(\d{1,2})′(\d{1,2}(?:\.\d+)?)″")
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUES = {char: value for value, char in enumerate(_USCC)}
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_PATTERNS = {
    "phone": re.compile(r"(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|\d{7,8}|[48]00-?\d{3}-?\d{4})", re.ASCII),
    "region_code": re.compile(r"\d{12}", re.ASCII),
    "industry_code": re.compile(r"\d{4}", re.ASCII),
    "uscc": re.compile(rf"[{_USCC}]{{18}}"),
}


def degrees(text: str) -> float | None:
    """Decimal degrees of a canonical ``118°52′10.25″``; None when it is not one."""
    match = _DMS.fullmatch(text)
    return int(match[1]) + int(match[2]) / 60 + float(match[3]) / 3600 if match else None


def seconds(text: str) -> float | None:
    match = _DMS.fullmatch(text)
    return float(match[3]) if match else None


def year(text: str) -> float | None:
    return float(text[:4]) if text[:4].isdigit() else None


def fits(number: float, decimals: int) -> bool:
    """True when `number` is the double nearest to a decimal with at most `decimals` places.

    If it is, ``rint(number * 10**d)`` is that decimal's integer and the division back rounds to the very same
    double, because both operands are exact. No text form is needed, so numpy and the browser can do the
    same."""
    scale = 10.0**decimals
    return round(number * scale) / scale == number


def max_decimals(number: float) -> float:
    """The number of decimal places written, 15 at most."""
    return float(next((d for d in range(15) if fits(number, d)), 15))


def well_formed(text: str, format_name: str) -> bool:
    """Whether `text` has the form of a phone, region code, industry code or unified social credit code."""
    if not _PATTERNS[format_name].fullmatch(text):
        return False
    return uscc_check_character(text[:17]) == text[17] if format_name == "uscc" else True


def uscc_check_character(body: str) -> str:
    """GB 32100-2015: 31 minus the weighted sum modulo 31; 31 counts as 0. `body`: the first 17 characters."""
    total = sum(map(mul, map(_USCC_VALUES.__getitem__, body), _USCC_WEIGHTS))
    return _USCC[-total % 31]
