"""Units at the boundary of the methods: parsing of printed units and dimension-checked conversion.

The arithmetic of the methods runs on plain float64 arrays in declared units. Dimensions are checked once for
each distinct pair of units (cached), never row by row. Heads of animals, persons, vehicles and take-offs are
dimensions of their own, so that kg/head can not be applied to tonnes.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pint


class UnitError(ValueError):
    """A unit is unknown, or two units do not have the same dimension."""


_DEFINITIONS = (
    "head = [animal]",
    "person = [person] = cap",
    "vehicle = [vehicle]",
    "takeoff = [takeoff] = LTO",
    "mu_area = hectare / 15",
    "toxic_equivalent = [toxicity] = TEQ",
    "standard_brick = [brick]",
)

# Printed symbol -> expression of the registry. Chinese names are those the forms ask for.
_SYMBOLS = {
    "t": "metric_ton", "kg": "kilogram", "g": "gram",
    "mg": "milligram", "ug": "microgram", "ng": "nanogram",
    "m3": "meter**3", "Nm3": "meter**3", "m2": "meter**2", "L": "liter",
    "kL": "kiloliter", "ml": "milliliter", "lb": "pound", "gal": "gallon",
    "ha": "hectare", "mu": "mu_area", "km": "kilometer", "m": "meter",
    "h": "hour", "d": "day", "yr": "year", "a": "year", "month": "month", "s": "second",
    "kW": "kilowatt", "MW": "megawatt", "kWh": "kilowatt_hour", "kJ": "kilojoule", "MJ": "megajoule",
    "head": "head", "cap": "person", "vehicle": "vehicle", "take-off": "takeoff", "LTO": "takeoff",
    "ppm": "1e-6", "%": "0.01", "1": "1", "-": "1", "multiplier": "1", "TEQ": "toxic_equivalent",
    "standard-brick": "standard_brick", "°C": "kelvin",
}  # fmt: skip
_CHINESE = {
    "吨": "t", "公斤": "kg", "千克": "kg", "克": "g", "毫克": "mg", "立方米": "m3", "标立方米": "m3",
    "平方米": "m2", "升": "L", "千升": "kL", "公顷": "ha", "亩": "mu",
    "头": "head", "羽": "head", "只": "head",
    "人": "cap", "千瓦": "kW", "千瓦时": "kWh", "小时": "h", "天": "d", "月": "month",
    "年": "yr", "公里": "km",
    "辆": "vehicle", "方": "m3", "度": "kWh",
}  # fmt: skip
# A qualifier names the substance measured (kg/t-coal, g/kg fuel): part of the basis, not of the unit.
_QUALIFIER = re.compile(
    r"(?<=[A-Za-z0-9%])(?:-(?!off\b|standard\b|brick\b)[A-Za-z]+"
    r"|\s+(?:of\s+)?(?:coal|fuel|diesel|product|throughput|manure|straw|fertiliser|TAN|N|P)\b)"
)
_COUNT = re.compile(r"^(?:(?P<sci>1e\d+)|10\^(?P<power>\d)|(?P<wan>万)|(?P<yi>亿))-?")
_TOKEN = re.compile(r"\s*([*·/()]|[^*·/()\s]+)")


def canonical(text: str) -> str:
    """The unit without qualifiers and notes, e.g. ``kg/t-coal`` -> ``kg/t``, ``% of N applied`` -> ``%``."""
    text = (text or "").strip().replace("（", "(").replace("）", ")").replace("³", "3").replace("²", "2")
    if text.startswith("%"):
        return "%"
    text = re.sub(r"\((?:标态|标准状态|羽)\)", "", text)
    text = re.sub(r"(10\^\d|1e\d+|万|亿)\s+", r"\1", text.replace("10⁴", "10^4"))
    return _QUALIFIER.sub("", text).strip()


@cache
def registry() -> pint.UnitRegistry:
    """Made when first asked for: half a second that not every start needs."""
    import pint

    # Decimal inside the registry keeps the conversion numbers exact (mg/L to kg/m3 is 0.001, not 0.0009999...98)
    made = pint.UnitRegistry(non_int_type=Decimal)
    for definition in _DEFINITIONS:
        made.define(definition)
    return made


@lru_cache(maxsize=4096)
def _quantity(text: str) -> pint.Quantity:
    unit = canonical(text)
    if not unit:
        raise UnitError("a unit is missing")
    parts = []
    for piece in _TOKEN.findall(unit):
        if piece in "*·/()":
            parts.append("*" if piece == "·" else piece)
        else:
            parts.append(_symbol(piece, text))
    import pint

    units = registry()
    try:
        return units.Quantity(Decimal(1)) * units.parse_expression("".join(parts))
    except (
        pint.UndefinedUnitError,
        pint.errors.DefinitionSyntaxError,
        SyntaxError,
        TypeError,
        ValueError,
    ) as error:
        raise UnitError(f"unknown unit {text!r}") from error


def _symbol(token: str, text: str) -> str:
    count = _COUNT.match(token)
    multiple = "1"
    if count:
        multiple = (
            count["sci"] or (count["power"] and f"1e{count['power']}") or ("1e4" if count["wan"] else "1e8")
        )
        token = token[count.end() :]
    name = _CHINESE.get(token, token)
    if name not in _SYMBOLS:
        raise UnitError(f"unknown unit {token!r} in {text!r}")
    return f"({multiple}*{_SYMBOLS[name]})" if count else f"({_SYMBOLS[name]})"


@lru_cache(maxsize=16384)
def factor(source: str, target: str) -> float:
    """How many ``target`` are one ``source``. UnitError: a unit is unknown or the dimensions differ."""
    return _ratio(_quantity(source), _quantity(target), f"{source!r} can not be converted to {target!r}")


@lru_cache(maxsize=16384)
def product_factor(coefficient: str, activity: str, target: str) -> float:
    """The number that makes ``coefficient value x activity value`` an amount in ``target``.

    >>> product_factor("g/1e4m3-gas", "万立方米", "kg")
    0.001
    """
    problem = (
        f"a coefficient in {coefficient!r} does not fit an activity in {activity!r} (result in {target!r})"
    )
    return _ratio(_quantity(coefficient) * _quantity(activity), _quantity(target), problem)


def _ratio(have: pint.Quantity, want: pint.Quantity, problem: str) -> float:
    if have.dimensionality != want.dimensionality:
        raise UnitError(problem)
    return float(have.to_base_units().magnitude / want.to_base_units().magnitude)


def known(text: str) -> bool:
    """True when the unit can be understood."""
    try:
        _quantity(text)
    except UnitError:
        return False
    return True


def denominator(text: str) -> str:
    """The activity unit a coefficient asks for: ``kg/t-coal`` -> ``t``; "1" when it has none."""
    unit = canonical(text)
    return unit.split("/", 1)[1].strip("()") if "/" in unit else "1"
