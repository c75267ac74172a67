"""Crops: run-off by area or by nutrient, fertiliser ammonia, straw, film.

Source: methods-agri-domestic-mobile section 2. Area in ha, nutrients in kg, fertiliser in t.
"""

from .registry import Input, method


@method(
    "planting.area",
    inputs={
        "crop_area": Input("ha", note="sown area; every season counts"),
        "crop_coefficient": Input("kg/ha"),
        "garden_area": Input("ha", default=0.0),
        "garden_coefficient": Input("kg/ha", default=0.0),
        "intensity": Input("1", default=1.0, note="q/q0, fertiliser per area against 2017"),
    },
    outputs={"discharged": "kg"},
    formula="discharged = (crop_area × crop_coefficient + garden_area × garden_coefficient) × intensity",
    source="announcement 2021 No. 24, agriculture volume (recalled)",
)
def area(*, crop_area, crop_coefficient, garden_area, garden_coefficient, intensity):
    """Loss to water (kg) by area of crops and gardens."""
    return {"discharged": (crop_area * crop_coefficient + garden_area * garden_coefficient) * intensity}


@method(
    "planting.nutrient_loss",
    inputs={"applied": Input("kg", note="pure N, or P as element"), "loss_rate": Input("%")},
    outputs={"discharged": "kg"},
    formula="discharged = applied × loss_rate ÷ 100",
    source="annex table C.1 of an agricultural load code; modes from the second-census handbook",
)
def nutrient_loss(*, applied, loss_rate):
    """Loss in surface run-off (kg) of the nutrient applied (kg)."""
    return {"discharged": applied * loss_rate / 100.0}


@method(
    "planting.phosphorus",
    inputs={"phosphate": Input("kg", note="P2O5")},
    outputs={"phosphorus": "kg"},
    formula="phosphorus = phosphate × 0.4364",
    source="molar mass of P2 in P2O5",
)
def phosphorus(*, phosphate):
    """Phosphorus (kg P) in phosphate (kg P2O5)."""
    return {"phosphorus": phosphate * 0.4364}


@method(
    "planting.fertiliser_ammonia",
    inputs={
        "amount": Input("kg", note="fertiliser product or nitrogen, as the factor's basis says"),
        "volatilisation": Input("%"),
        "rate_correction": Input("1", default=1.0),
        "method_correction": Input("1", default=1.0),
    },
    outputs={"discharged": "kg"},
    formula="discharged = amount × volatilisation÷100 × rate_correction × method_correction",
    source="ammonia guideline 2014, as used in chinaxiv 201711.01719",
)
def fertiliser_ammonia(*, amount, volatilisation, rate_correction, method_correction):
    """NH3 (kg) from one fertiliser in one temperature class."""
    return {"discharged": amount * volatilisation / 100.0 * rate_correction * method_correction}


@method(
    "planting.straw",
    inputs={
        "crop_yield": Input("t"),
        "straw_ratio": Input("1", note="straw to grain"),
        "collectable_ratio": Input("1", default=1.0),
    },
    outputs={"straw": "t", "collectable": "t"},
    formula="straw = crop_yield × straw_ratio; collectable = straw × collectable_ratio",
    source="straw resource accounting, second census",
)
def straw(*, crop_yield, straw_ratio, collectable_ratio):
    """Straw produced and collectable (t)."""
    produced = crop_yield * straw_ratio
    return {"straw": produced, "collectable": produced * collectable_ratio}


@method(
    "planting.film_residue",
    inputs={"used": Input("t"), "recovered": Input("t")},
    outputs={"residue": "t"},
    formula="residue = used − recovered",
    source="second census, mulch film (recalled)",
)
def film_residue(*, used, recovered):
    """Mulch film left in the soil (t) in the year."""
    return {"residue": used - recovered}
