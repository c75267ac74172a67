"""The arithmetic of a result line as expressions a spreadsheet can work out again. Pure.

For each formula the amounts are written in the names of the line's columns and of its other inputs. An expression is
given out only after it was worked out here and met the stored amount: a sheet never shows a formula that contradicts
the run. Amounts without one (parts of the formula are not in the line) are plain numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from accounting.factors import expression
from accounting.methods import units
from accounting.methods.pollutants import table
from accounting.methods.units import UnitError

AMOUNTS = ("generated", "removed", "discharged", "environment")
TOLERANCE = 1e-9
_PLAIN = ("factor * activity * conversion",)
_HEAD_DAYS = ("factor * activity * days", *_PLAIN)
_BY_DISCHARGE = ("generated - discharged",)
_REST = {"discharged": ("generated - removed",)}
_LOSS = {"removed": ("generated * eta * k", "generated * eta", "generated - discharged"), **_REST}
_HANDLED = ("(recovered_t + disposed_t) * conversion", "recovered_t * conversion", "disposed_t * conversion")
_INLET = ("inlet_m3 * inlet_mgl / 1000", "activity * inlet_mgl / 1000")
_CORRECTIONS = ("temperature", "speed", "sulfur", "load", "altitude", "deterioration")
# Formula -> amount -> expressions, the first that gives the stored amount is taken. `conversion` makes factor ×
# activity the base unit (kg, m3). The names are columns of the line and entries of its inputs.
EXPRESSIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "coefficient.treated": {"generated": _PLAIN, **_LOSS},
    "coefficient.reuse": {
        "generated": _PLAIN,
        "removed": ("generated * eta * k", "generated * eta"),
        "discharged": ("(generated - removed) * (1 - reuse_rate)",),
    },
    "coefficient.emission": {"generated": _PLAIN, **_REST},
    "balance.solvent": {"generated": _PLAIN, **_LOSS},
    "balance.so2": {"generated": ("2 * activity * S / 100 * factor * 1000",), **_LOSS},
    "balance.so2_power": {
        "generated": ("2 * activity * (1 - unburnt_loss / 100) * S / 100 * factor * 1000",), **_LOSS,
    },
    "balance.smoke": {"generated": ("activity * A / 100 * factor / (1 - combustible) * 1000",), **_LOSS},
    "balance.pm_power": {
        "generated": (
            "activity * (A / 100 + unburnt_loss * heating_value / 3387000) * factor * 1000",
            "activity * A / 100 * factor * 1000",
        ),
        **_LOSS,
    },
    "balance.nox": {"generated": ("1.63 * activity * (factor * nitrogen_conversion + 0.000938) * 1000",), **_LOSS},
    "balance.nox_power": {"generated": _PLAIN, **_LOSS},
    "oil_vapour.step": {"generated": _PLAIN, **_LOSS},
    "livestock.mode_share": {"generated": _HEAD_DAYS, "removed": _BY_DISCHARGE},
    "livestock.streams": {"generated": _HEAD_DAYS, "removed": _BY_DISCHARGE},
    "livestock.ammonia": {"generated": _PLAIN, **_REST},
    "domestic.village": {"generated": _PLAIN, "removed": _BY_DISCHARGE},
    "domestic.town": {"generated": _PLAIN, "removed": ("plant_removal_kg", "generated"), **_REST},
    "domestic.sewage_from_water": {"discharged": ("activity",)},
    "monitoring.water": {"generated": _INLET, "removed": _BY_DISCHARGE, "discharged": _PLAIN},
    "monitoring.water_treated": {
        "generated": (*_INLET, "discharged / passed"),
        "removed": _BY_DISCHARGE,
        "discharged": _PLAIN,
    },
    "monitoring.air": {"generated": ("discharged / passed",), "removed": _BY_DISCHARGE, "discharged": _PLAIN},
    "centralized.sewage_plant": {
        "generated": ("activity * inlet_mgl / 1000",),
        "removed": ("activity * (inlet_mgl - factor) / 1000",),
        "discharged": ("(activity - reclaimed_m3) * factor / 1000", *_PLAIN),
    },
    "planting.straw": {
        "generated": ("activity * conversion", "activity * factor * collectable_ratio * conversion"),
    },
    "planting.film_residue": {"generated": ("activity * conversion",), **_REST},
    "planting.nutrient_loss": {"generated": _PLAIN, **_REST},
    "nonroad.power": {"generated": ("factor * activity * hours * load_factor / 1000",), **_REST},
    "vehicles.exhaust": {"generated": ("factor * activity * km / 1000",), **_REST},
    "vehicles.evaporation": {
        "generated": ("activity * (factor * km / km_per_h + parking_g_per_d * 365) / 1000",), **_REST,
    },
    "solid_waste.general": {"generated": ("activity * conversion",), "removed": _HANDLED},
    "solid_waste.hazardous": {"generated": ("activity * conversion",)},
    "sum": {"generated": ("activity * conversion",), "discharged": ("activity * conversion",)},
}  # fmt: skip
_ENVIRONMENT = ("discharged",)


def values_of(line: Mapping[str, object]) -> dict[str, float]:
    """The numbers of a line by the names of the expressions; unknown ones are missing."""
    inputs = {name: value for name, value in (line["inputs"] or {}).items() if _number(value)}
    columns = {
        "factor": line["factor_value"], "activity": line["activity"], "eta": line["eta"], "k": line["k"],
        "conversion": _conversion(line), **{name: line[f"{name}_kg"] for name in AMOUNTS},
    }  # fmt: skip
    return inputs | {name: value for name, value in columns.items() if value is not None}


def expressions_of(line: Mapping[str, object]) -> dict[str, str]:
    """Amount -> the expression that gives its stored number (within 1e-9), for the amounts that have one."""
    values = values_of(line)
    corrections = "".join(f" * {name}" for name in _CORRECTIONS if name in values)
    known = EXPRESSIONS.get(str(line["formula"]), {}) | {"environment": _ENVIRONMENT}
    found: dict[str, str] = {}
    for amount, candidates in known.items():
        for text in candidates:
            if line["formula"] == "vehicles.exhaust" and amount == "generated":
                text += corrections
            if amount not in values or _circular(amount, text, found):
                continue
            if _gives(text, values, values[amount]):
                found[amount] = text
                break
    return found


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _circular(amount: str, text: str, found: Mapping[str, str]) -> bool:
    """True when the amount would be worked out from one that is worked out from it."""
    names = expression.parse(text)[1]
    return any(name in names and amount in expression.parse(found[name])[1] for name in found)


def _gives(text: str, values: Mapping[str, float], wanted: float) -> bool:
    evaluate, names = expression.parse(text)
    if not names <= set(values):
        return False
    with np.errstate(all="ignore"):
        result = float(evaluate({name: np.float64(values[name]) for name in names}))
    return math.isclose(result, wanted, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def _conversion(line: Mapping[str, object]) -> float | None:
    """What makes factor × activity (or a reported activity alone) the base unit of the pollutant; None: unknown."""
    base = table()[str(line["pollutant"])].base
    try:
        if line["method"] == "reported":
            return units.factor(str(line["activity_unit"]), base)
        return units.product_factor(str(line["factor_unit"]), str(line["activity_unit"]), base)
    except UnitError:
        return None
