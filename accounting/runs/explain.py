"""A result line as a person can recompute it: the formula, and the formula with the numbers in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from accounting.methods.registry import Input, MethodError, Per, get

# Input of the method -> where the line keeps it: a column, or an entry of its small JSON.
_COLUMNS = {
    "activity": ("activity",),
    "coefficient": ("factor_value",),
    "efficiency": ("eta",),
    "recovery": ("eta",),
    "k": ("k",),
    "vehicles": ("activity",),
    "base": ("factor_value",),
    "throughput": ("activity",),
    "applied": ("activity",),
    "loss_rate": ("factor_value",),
    "heads": ("activity",),
    "flow": ("activity",),
    "concentration": ("factor_value",),
    "outlet_flow": ("activity",),
    "outlet_concentration": ("factor_value",),
    "treated": ("activity",),
    "outlet": ("factor_value",),
    "generated": ("generated_kg",),
    "removed": ("removed_kg",),
    "running": ("factor_value",),
    "power": ("activity",),
    "fuel": ("activity",),
    "conversion": ("factor_value",),
    "coal": ("activity",),
    "gas_volume": ("activity",),
    "fly_share": ("factor_value",),
    "nitrogen": ("factor_value",),
}
_ENTRIES = {
    "inlet_concentration": "inlet_mgl",
    "inlet_flow": "inlet_m3",
    "inlet": "inlet_mgl",
    "reclaimed": "reclaimed_m3",
    "mileage": "km",
    "speed": "km_per_h",
    "parking": "parking_g_per_d",
    "hours": "hours",
    "sulfur": "S",
    "ash": "A",
}
_OUTPUTS = {  # result of the method -> column of the line
    "discharged": "discharged_kg", "removed": "removed_kg", "generated": "generated_kg", "mass": "discharged_kg",
    "received": "generated_kg", "sewage": "discharged_kg",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z_]+")


@dataclass(frozen=True, slots=True)
class Explanation:
    """``formula`` in names, ``numbers`` in figures, ``source`` of the formula."""

    formula: str
    numbers: str
    source: str


def explain(line: Mapping[str, object]) -> Explanation | None:
    """The explanation of a line (its columns by name); None for quantities taken over as reported.

    A name whose number the line does not hold stays a name.
    """
    if line["method"] == "reported":
        return None
    try:
        method = get(str(line["formula"]))
    except MethodError:
        return None
    values = {name: _value(line, name, spec) for name, spec in method.inputs.items()}

    def replace(word: re.Match[str]) -> str:
        name = word[0]
        if name in method.outputs and _starts_part(word):
            amount = line.get(_OUTPUTS.get(name, ""))
            return name if amount is None else f"{name} = {figure(amount)}"
        known = values.get(name)
        return name if known is None else figure(known)

    return Explanation(method.formula, _WORD.sub(replace, method.formula), method.source)


def _starts_part(word: re.Match[str]) -> bool:
    """True for the result on the left of an equals sign."""
    return word.string[word.end() :].lstrip().startswith("=")


def _value(line: Mapping[str, object], name: str, spec: Input | Per) -> float | None:
    if isinstance(spec, Input) and spec.many:
        return None
    if name == "flow_rate":  # the line holds the gas of the year
        hours = (line.get("inputs") or {}).get("hours")
        return float(line["activity"]) / hours if hours and line["activity"] is not None else None
    for column in _COLUMNS.get(name, ()):
        if line.get(column) is not None:
            return float(line[column])
    entry = (line.get("inputs") or {}).get(_ENTRIES.get(name, name))
    return float(entry) if isinstance(entry, int | float) else None


def figure(value: object) -> str:
    """A number with up to eight significant digits, without a tail of noughts."""
    return f"{float(value):,.8g}" if abs(float(value)) < 1e8 else f"{float(value):,.0f}"
