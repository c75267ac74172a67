"""Domestic water: towns with the plants' removal taken off once, villages, river-entry load.

Source: methods-agri-domestic-mobile section 4.
"""

import numpy as np

from .registry import Input, method

RATIO_LOW, RATIO_HIGH = 150.0, 250.0


@method(
    "domestic.sewage_ratio",
    inputs={"water_use": Input("L/(cap·d)", note="comprehensive domestic water per person and day")},
    outputs={"ratio": "1"},
    formula="ratio = 0.8 + 0.1 × (water_use − 150) ÷ 100, at least 0.8 and at most 0.9",
    source="domestic volume of announcement 2021 No. 24 (recalled)",
)
def sewage_ratio(*, water_use):
    """Water-to-sewage ratio (1): 0.8 up to 150 L, 0.9 from 250 L, linear between."""
    return {
        "ratio": 0.8
        + 0.1 * (np.clip(water_use, RATIO_LOW, RATIO_HIGH) - RATIO_LOW) / (RATIO_HIGH - RATIO_LOW)
    }


@method(
    "domestic.sewage_volume",
    inputs={
        "population": Input("cap"),
        "water_use": Input("L/(cap·d)"),
        "ratio": Input("1", default=1.0, note="1 when water_use is a per-capita sewage quota"),
        "days": Input("d", default=365.0),
    },
    outputs={"sewage": "m3"},
    formula="sewage = population × water_use × days × ratio ÷ 1000",
    source="urban domestic sewage, population method",
)
def sewage_volume(*, population, water_use, ratio, days):
    """Sewage (m3) in the year."""
    return {"sewage": population * water_use * days * ratio / 1e3}


@method(
    "domestic.sewage_from_water",
    inputs={"water": Input("m3", water=True), "ratio": Input("1")},
    outputs={"sewage": "m3"},
    formula="sewage = water × ratio",
    source="forms S201 and S202: household and public-service water",
)
def sewage_from_water(*, water, ratio):
    """Sewage (m3) from the water supplied (m3)."""
    return {"sewage": water * ratio}


@method(
    "domestic.generation_capita",
    inputs={
        "population": Input("cap"),
        "coefficient": Input("g/(cap·d)"),
        "days": Input("d", default=365.0),
    },
    outputs={"generated": "kg"},
    formula="generated = population × coefficient × days ÷ 1000",
    source="per-capita generation",
)
def generation_capita(*, population, coefficient, days):
    """Generated amount (kg) from a coefficient per person and day."""
    return {"generated": population * coefficient * days / 1e3}


@method(
    "domestic.plant_removal",
    inputs={
        "flows": Input("m3", water=True, many=True, note="domestic share of the treated volume"),
        "inlet": Input("mg/L", many=True),
        "outlet": Input("mg/L", many=True),
    },
    outputs={"removed": "kg"},
    formula="removed = Σ(flows × (inlet − outlet)) ÷ 1000",
    source="removal is credited to the area whose sewage is treated",
)
def plant_removal(*, flows, inlet, outlet):
    """Mass (kg) the sewage plants take out of domestic sewage. A plant with outlet above inlet removes 0."""
    return {"removed": np.sum(np.atleast_1d(flows * np.maximum(inlet - outlet, 0.0)), axis=-1) / 1e3}


@method(
    "domestic.town",
    inputs={"generated": Input("kg"), "removed": Input("kg")},
    outputs={"discharged": "kg"},
    formula="discharged = max(0, generated − removed)",
    source="urban domestic discharge; a negative difference is shown as a warning before it is floored",
)
def town(*, generated, removed):
    """Discharge (kg) of a town after its plants' removal, taken off once."""
    return {"discharged": np.maximum(generated - removed, 0.0)}


@method(
    "domestic.village",
    inputs={
        "generated": Input("kg"),
        "shares": Input("1", many=True, note="share of the households on each sewage route"),
        "efficiencies": Input("1", many=True),
    },
    outputs={"removed": "kg", "discharged": "kg"},
    formula="discharged = generated × Σ(shares × (1 − efficiencies))",
    source="village domestic, routes of form S102 (recalled)",
)
def village(*, generated, shares, efficiencies):
    """Removed and discharged amounts (kg) over the sewage routes of a village."""
    discharged = generated * np.sum(np.where(shares == 0, 0.0, shares * (1 - efficiencies)), axis=-1)
    return {"removed": generated - discharged, "discharged": discharged}


@method(
    "domestic.river_entry",
    inputs={
        "load": Input("kg"),
        "base": Input("1"),
        "multipliers": Input("1", many=True, default=1.0, note="distance, rainfall, terrain"),
    },
    outputs={"entered": "kg"},
    formula="entered = load × base × Π multipliers",
    source="water source discharge inventory guideline; not a census discharge",
)
def river_entry(*, load, base, multipliers):
    """River-entry load (kg) of a discharge; never written into a census figure."""
    return {"entered": load * base * np.prod(np.atleast_1d(multipliers), axis=-1)}
