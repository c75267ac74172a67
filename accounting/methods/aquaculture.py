"""Aquaculture: load per net gain. Source: methods-agri-domestic-mobile section 3.

Coefficients may be negative (shellfish and algae take up nutrients); nothing is clamped.
"""

from .registry import Input, method


@method(
    "aquaculture.gain",
    inputs={
        "output": Input("t"),
        "seed": Input("t", note="fry or seed put in"),
        "coefficient": Input("g/kg", note="per net gain; g/kg = kg/t"),
    },
    outputs={"discharged": "kg"},
    formula="discharged = (output − seed) × coefficient",
    source="census aquaculture handbook, net gain (recalled)",
)
def gain(*, output, seed, coefficient):
    """Load (kg) of one species and mode."""
    return {"discharged": (output - seed) * coefficient}
