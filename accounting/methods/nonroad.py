"""Non-road mobile sources: by fuel, by power, aviation. Source: non-road guideline 2014 (section 7)."""

import numpy as np

from .registry import Input, method

GUIDELINE = "MEP non-road mobile source inventory guideline (trial, 2014)"


@method(
    "nonroad.fuel",
    inputs={"fuel": Input("t"), "coefficient": Input("g/kg")},
    outputs={"discharged": "kg"},
    formula="discharged = fuel × coefficient",
    source=GUIDELINE,
)
def fuel(*, fuel, coefficient):
    """Exhaust (kg) from fuel (t) and g/kg."""
    return {"discharged": fuel * coefficient}


@method(
    "nonroad.power",
    inputs={
        "machines": Input("1"),
        "power": Input("kW"),
        "load_factor": Input("1", note="guideline default 0.65 (recalled)"),
        "hours": Input("h"),
        "coefficient": Input("g/kWh"),
    },
    outputs={"discharged": "kg"},
    formula="discharged = machines × power × load_factor × hours × coefficient ÷ 1000",
    source=GUIDELINE,
)
def power(*, machines, power, load_factor, hours, coefficient):
    """Exhaust (kg) from rated power (kW), hours a year and g/kWh."""
    return {"discharged": machines * power * load_factor * hours * coefficient / 1e3}


@method(
    "nonroad.stage_mix",
    inputs={"shares": Input("1", many=True), "coefficients": Input("g/kg", many=True)},
    outputs={"coefficient": "g/kg"},
    formula="coefficient = Σ(shares × coefficients)",
    source=GUIDELINE + ": stages pre-1, 1, 2, 3",
)
def stage_mix(*, shares, coefficients):
    """Mean coefficient (g/kg) of a fleet of emission stages."""
    return {"coefficient": np.sum(np.atleast_1d(shares * coefficients), axis=-1)}


@method(
    "nonroad.aviation",
    inputs={"cycles": Input("LTO"), "coefficient": Input("kg/LTO")},
    outputs={"discharged": "kg"},
    formula="discharged = cycles × coefficient",
    source=GUIDELINE + ": landing and take-off cycles",
)
def aviation(*, cycles, coefficient):
    """Emission (kg) of landing and take-off cycles."""
    return {"discharged": cycles * coefficient}
