"""Centralized facilities: sewage plants, sludge, landfill leachate. Incinerators use monitoring.air.

Source: methods-industrial section 6.
"""

import numpy as np

from .registry import Input, method


@method(
    "centralized.sewage_plant",
    inputs={
        "treated": Input("m3", water=True),
        "inlet": Input("mg/L"),
        "outlet": Input("mg/L"),
        "reclaimed": Input(
            "m3", water=True, default=0.0, note="reclaimed water, deducted from the discharge"
        ),
    },
    outputs={"received": "kg", "removed": "kg", "discharged": "kg"},
    formula="received = treated × inlet ÷ 1000; removed = treated × max(0, inlet − outlet) ÷ 1000; "
    "discharged = (treated − reclaimed) × outlet ÷ 1000",
    source="second census: sewage plants by monitoring",
)
def sewage_plant(*, treated, inlet, outlet, reclaimed):
    """Load received, removed and discharged (kg). Outlet above inlet removes 0 and calls for a warning."""
    return {
        "received": treated * inlet / 1e3,
        "removed": treated * np.maximum(inlet - outlet, 0.0) / 1e3,
        "discharged": (treated - reclaimed) * outlet / 1e3,
    }


@method(
    "centralized.leachate_volume",
    inputs={
        "rainfall": Input("1", note="mean daily precipitation in mm/d"),
        "coefficients": Input("1", many=True, note="infiltration of working, covered and closed areas"),
        "areas": Input("m2", many=True),
        "days": Input("d", default=365.0),
    },
    outputs={"leachate": "m3"},
    formula="leachate = rainfall × Σ(coefficients × areas) ÷ 1000 × days",
    source="landfill design: I × (C1·A1 + C2·A2 + C3·A3) ÷ 1000 m3/d",
)
def leachate_volume(*, rainfall, coefficients, areas, days):
    """Leachate (m3) in ``days`` days."""
    return {"leachate": rainfall * np.sum(np.atleast_1d(coefficients * areas), axis=-1) / 1e3 * days}


@method(
    "centralized.sludge_industrial",
    inputs={
        "treated": Input("1e4t", note="waste water treated"),
        "coagulant": Input("t", default=0.0),
        "k4": Input("1", default=6.0, note="t wet sludge per 10^4 t waste water, 'other industry'"),
        "k3": Input("1", default=4.53, note="t wet sludge per t coagulant"),
    },
    outputs={"sludge": "t"},
    formula="sludge = k4 × treated + k3 × coagulant",
    source="centralized facilities handbook 2010 (recalled)",
)
def sludge_industrial(*, treated, coagulant, k4, k3):
    """Wet sludge (t, about 80 % water) of an industrial waste-water plant."""
    return {"sludge": k4 * treated + k3 * coagulant}


@method(
    "centralized.sludge_dry",
    inputs={"wet": Input("t"), "water_content": Input("1")},
    outputs={"dry": "t", "at_80_percent": "t"},
    formula="dry = wet × (1 − water_content); at_80_percent = dry ÷ 0.2",
    source="unit relation; compared at 80 % moisture",
)
def sludge_dry(*, wet, water_content):
    """Dry sludge and its mass at 80 % water (t)."""
    dry = wet * (1 - water_content)
    return {"dry": dry, "at_80_percent": dry / 0.2}
