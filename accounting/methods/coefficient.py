"""Coefficient method: generation with efficiency and operating rate k, emission coefficients.

Sources: methods-industrial sections 4.1, 4.2, 4.4; census 2017 handbook foreword as quoted in the 1910 draft.
"""

import numpy as np

from .registry import Input, Per, method

CORE = "census 2017 handbook (1910 draft): discharged = coefficient x activity x (1 - efficiency x k)"


@method(
    "coefficient.generation",
    inputs={"activity": Input("any"), "coefficient": Per("activity")},
    outputs={"generated": "="},
    formula="generated = coefficient × activity",
    source=CORE,
)
def generation(*, activity, coefficient):
    """Generated amount (kg, or m3 for volumes). Activity and coefficient in units that fit each other."""
    return {"generated": coefficient * activity}


@method(
    "coefficient.treated",
    inputs={
        "activity": Input("any"),
        "coefficient": Per("activity"),
        "efficiency": Input("1", note="average removal efficiency of the handbook row"),
        "k": Input("1", note="actual operating rate, 0..1; above 1 counts as 1"),
    },
    outputs={"generated": "=", "removed": "=", "discharged": "="},
    formula="discharged = coefficient × activity × (1 − efficiency × k)",
    source=CORE,
)
def treated(*, activity, coefficient, efficiency, k):
    """Generated, removed and discharged amounts (kg or m3). An unknown k leaves the last two unknown."""
    generated = coefficient * activity
    return treat(generated=generated, efficiency=efficiency, k=k)


def treat(*, generated, efficiency, k) -> dict[str, np.ndarray]:
    """removed = generated × efficiency × k. Where efficiency is 0 (no treatment) k does not matter."""
    rate = np.where(efficiency == 0, 0.0, efficiency * np.minimum(k, 1.0))
    removed = generated * rate
    return {"generated": generated, "removed": removed, "discharged": generated - removed}


@method(
    "coefficient.emission",
    inputs={"activity": Input("any"), "coefficient": Per("activity")},
    outputs={"discharged": "="},
    formula="discharged = coefficient × activity",
    source="first census handbook 2010, emission coefficients (after treatment): no efficiency, no k",
)
def emission(*, activity, coefficient):
    """Discharged amount from an emission coefficient, which already holds the treatment (kg or m3)."""
    return {"discharged": coefficient * activity}


@method(
    "coefficient.activity",
    inputs={"amount": Input("kg"), "coefficient": Input("kg/t")},
    outputs={"activity": "t"},
    formula="activity = amount ÷ coefficient",
    source="back-calculation of an activity from a published amount; a check, never an account",
)
def activity_of(*, amount, coefficient):
    """Activity (t) behind an amount (kg) at a coefficient (kg/t)."""
    return {"activity": amount / coefficient}


@method(
    "coefficient.implied_efficiency",
    inputs={
        "generation_coefficient": Input("any"),
        "emission_coefficient": Input("any", note="in the unit of the generation coefficient"),
    },
    outputs={"efficiency": "1"},
    formula="efficiency = 1 − emission_coefficient ÷ generation_coefficient",
    source="first census handbook 2010: emission and generation coefficient of one row",
)
def implied_efficiency(*, generation_coefficient, emission_coefficient):
    """Efficiency (0..1) hidden in a pair of coefficients of the same unit."""
    return {"efficiency": 1.0 - emission_coefficient / generation_coefficient}


@method(
    "coefficient.reuse",
    inputs={
        "activity": Input("any"),
        "coefficient": Per("activity"),
        "efficiency": Input("1"),
        "k": Input("1"),
        "reuse_rate": Input("1", note="share of the treated waste water that is used again on the site"),
    },
    outputs={"generated": "=", "removed": "=", "reused": "=", "discharged": "="},
    formula="discharged = coefficient × activity × (1 − efficiency × k) × (1 − reuse_rate)",
    source="census 2017 handbook 1910 draft, waste-water reuse",
)
def reuse(*, activity, coefficient, efficiency, k, reuse_rate):
    """Generated, removed, used again and discharged amounts (kg): generated = removed + reused + discharged."""
    behind = treated(activity=activity, coefficient=coefficient, efficiency=efficiency, k=k)
    left = behind["discharged"] * (1.0 - reuse_rate)
    return behind | {"reused": behind["discharged"] - left, "discharged": left}


@method(
    "coefficient.series_efficiency",
    inputs={"efficiencies": Input("1", many=True)},
    outputs={"efficiency": "1"},
    formula="efficiency = 1 − Π(1 − efficiencies)",
    source="impact-assessment practice; comparison figure only, the census uses the listed or main technique",
)
def series_efficiency(*, efficiencies):
    """Joint efficiency (0..1) of treatments in series. Never used for a census amount."""
    return {"efficiency": 1.0 - np.prod(1.0 - np.atleast_1d(efficiencies), axis=-1)}


@method(
    "coefficient.capture",
    inputs={
        "generated": Input("kg"),
        "capture": Input("1"),
        "efficiency": Input("1"),
        "k": Input("1", default=1.0),
    },
    outputs={"organised": "kg", "fugitive": "kg", "discharged": "kg"},
    formula="discharged = generated × capture × (1 − efficiency × k) + generated × (1 − capture)",
    source="impact-assessment practice (optional layer, not part of the census formula)",
)
def capture(*, generated, capture, efficiency, k):
    """Organised and fugitive emission (kg) behind a collection hood."""
    captured = generated * capture
    organised = treat(generated=captured, efficiency=efficiency, k=k)["discharged"]
    fugitive = generated - captured
    return {"organised": organised, "fugitive": fugitive, "discharged": organised + fugitive}


@method(
    "sum",
    inputs={"parts": Input("kg", many=True)},
    outputs={"total": "kg"},
    formula="total = Σ parts",
    source="roll-up: a total is the sum of the unrounded parts",
)
def total(*, parts):
    """Sum of masses (kg)."""
    return {"total": np.sum(np.atleast_1d(parts), axis=-1)}


K_SOURCE = (
    "census 2017 handbooks, actual operating rate of the treatment facility (families TIME, POWER, REAGENT)"
)


def _ratio(used, needed):
    """used / needed clipped to 0..1; unknown where nothing is needed or a part is unknown."""
    used, needed = np.asarray(used, dtype=np.float64), np.asarray(needed, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(needed > 0, used / needed, np.nan)
    return np.clip(rate, 0.0, 1.0)


@method(
    "k.time",
    inputs={"control_hours": Input("h"), "production_hours": Input("h")},
    outputs={"k": "1"},
    formula="k = control_hours ÷ production_hours",
    source=K_SOURCE,
)
def k_time(*, control_hours, production_hours):
    """Operating rate from running hours of the device and of the unit it serves; above 1 counts as 1."""
    return {"k": _ratio(control_hours, production_hours)}


@method(
    "k.power",
    inputs={"energy": Input("kWh"), "rated_power": Input("kW"), "hours": Input("h")},
    outputs={"k": "1"},
    formula="k = energy ÷ (rated_power × hours)",
    source=K_SOURCE,
)
def k_power(*, energy, rated_power, hours):
    """Operating rate from the electricity used; the hours are the device's or the unit's, as entered."""
    return {"k": _ratio(energy, rated_power * hours)}


@method(
    "k.reagent",
    inputs={"used": Input("t"), "required": Input("t")},
    outputs={"k": "1"},
    formula="k = used ÷ required",
    source=K_SOURCE,
)
def k_reagent(*, used, required):
    """Operating rate from the reagent used and the reagent the treated load needs (same basis)."""
    return {"k": _ratio(used, required)}
