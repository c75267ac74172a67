"""Road vehicles: exhaust with corrections, evaporation. Source: road-vehicle guideline 2014 (section 6)."""

import numpy as np

from .registry import Input, method

GUIDELINE = "MEP road-vehicle inventory guideline (trial, 2014)"


@method(
    "vehicles.emission_factor",
    inputs={"base": Input("g/km"), "corrections": Input("1", many=True, default=1.0)},
    outputs={"factor": "g/km"},
    formula="factor = base × Π corrections",
    source=GUIDELINE + ": temperature, humidity, altitude, speed, deterioration, sulfur, load",
)
def emission_factor(*, base, corrections):
    """Corrected emission factor (g/km)."""
    return {"factor": base * np.prod(np.atleast_1d(corrections), axis=-1)}


@method(
    "vehicles.exhaust",
    inputs={
        "vehicles": Input("vehicle"),
        "base": Input("g/km"),
        "mileage": Input("km", note="per vehicle and year"),
        "corrections": Input("1", many=True, default=1.0),
    },
    outputs={"discharged": "kg"},
    formula="discharged = vehicles × base × Π corrections × mileage ÷ 1000",
    source=GUIDELINE,
)
def exhaust(*, vehicles, base, mileage, corrections):
    """Exhaust (kg) of one class, fuel and standard."""
    return {"discharged": vehicles * base * np.prod(np.atleast_1d(corrections), axis=-1) * mileage / 1e3}


@method(
    "vehicles.evaporation",
    inputs={
        "vehicles": Input("vehicle"),
        "running": Input("g/h"),
        "parking": Input("g/d"),
        "mileage": Input("km"),
        "speed": Input("km/h", note="mean speed"),
    },
    outputs={"discharged": "kg"},
    formula="discharged = vehicles × (running × mileage ÷ speed + parking × 365) ÷ 1000",
    source=GUIDELINE + "; petrol vehicles only",
)
def evaporation(*, vehicles, running, parking, mileage, speed):
    """Evaporated hydrocarbons (kg) while running and parked."""
    return {"discharged": vehicles * (running * mileage / speed + parking * 365.0) / 1e3}
