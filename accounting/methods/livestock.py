"""Livestock: generation by stage or per head, discharge by mode shares or streams, ammonia to air.

Source: methods-agri-domestic-mobile section 1. Heads are *sold* for pigs, beef cattle and broilers, and the
average stock for dairy cattle and laying hens. A coefficient per head already contains the feeding days.
"""

import numpy as np

from .registry import Input, method

HANDBOOK = "first census livestock handbook 2009: stages, g per head and day"


@method(
    "livestock.generation_stages",
    inputs={
        "heads": Input("head", many=True),
        "coefficients": Input("g/(head·d)", many=True),
        "days": Input("d", many=True, note="days actually fed"),
    },
    outputs={"generated": "kg"},
    formula="generated = Σ(heads × coefficients × days) ÷ 1000",
    source=HANDBOOK,
)
def generation_stages(*, heads, coefficients, days):
    """Generated amount (kg) over the feeding stages."""
    return {"generated": np.sum(np.atleast_1d(heads * coefficients * days), axis=-1) / 1e3}


@method(
    "livestock.generation_head",
    inputs={"heads": Input("head"), "coefficient": Input("kg/head")},
    outputs={"generated": "kg"},
    formula="generated = heads × coefficient",
    source="reduction accounting 2011-2015: kg per head sold or in stock",
)
def generation_head(*, heads, coefficient):
    """Generated amount (kg) per head sold or in stock."""
    return {"generated": heads * coefficient}


@method(
    "livestock.weight_correction",
    inputs={"coefficient": Input("any"), "weight": Input("kg"), "reference_weight": Input("kg")},
    outputs={"corrected": "=coefficient"},
    formula="corrected = coefficient × (weight ÷ reference_weight)^0.75",
    source=HANDBOOK + " (recalled): metabolic weight",
)
def weight_correction(*, coefficient, weight, reference_weight):
    """Coefficient for the real weight, in the unit of the coefficient."""
    return {"corrected": coefficient * weight**0.75 / reference_weight**0.75}


@method(
    "livestock.mode_share",
    inputs={
        "generated": Input("any"),
        "shares": Input("1", many=True, note="share of the herd under each handling mode, sum at most 1"),
        "removal_rates": Input("1", many=True),
    },
    outputs={"removed": "=generated", "discharged": "=generated"},
    formula="discharged = generated × (1 − Σ(shares × removal_rates))",
    source="12th five-year-plan accounting; used so by Zhou Yuanyuan et al. 2016, chinaxiv 201711.00933",
)
def mode_share(*, generated, shares, removal_rates):
    """Removed and discharged amounts, in the unit of ``generated``. A share no mode covers is untreated."""
    removed = generated * np.sum(shares * removal_rates, axis=-1)
    return {"removed": removed, "discharged": generated - removed}


@method(
    "livestock.streams",
    inputs={
        "solid": Input("kg"),
        "liquid": Input("kg"),
        "solid_used": Input("1", many=True, note="shares of the dung that are used"),
        "liquid_used": Input("1", many=True, note="shares of the liquid that are used"),
        "liquid_treated": Input("1", default=0.0, note="share treated and discharged"),
        "efficiency": Input("1", default=0.0, note="removal of that treatment"),
    },
    outputs={"removed": "kg", "discharged": "kg"},
    formula="discharged = solid × (1 − Σ solid_used) + liquid × "
    "(1 − Σ liquid_used − liquid_treated × efficiency)",
    source="form N101-1 shares (structure recalled)",
)
def streams(*, solid, liquid, solid_used, liquid_used, liquid_treated, efficiency):
    """Removed and discharged amounts (kg) of the solid and the liquid stream."""
    treated = np.where(liquid_treated == 0, 0.0, liquid_treated * efficiency)
    discharged = solid * (1 - np.sum(np.atleast_1d(solid_used), axis=-1)) + liquid * (
        1 - np.sum(np.atleast_1d(liquid_used), axis=-1) - treated
    )
    return {"removed": solid + liquid - discharged, "discharged": discharged}


@method(
    "livestock.discharge_days",
    inputs={"heads": Input("head"), "coefficient": Input("kg/(head·d)"), "days": Input("d")},
    outputs={"discharged": "kg"},
    formula="discharged = heads × coefficient × days",
    source=HANDBOOK + ", direct discharge coefficient by manure collection and treatment",
)
def discharge_days(*, heads, coefficient, days):
    """Discharge (kg) with a direct discharge coefficient."""
    return {"discharged": heads * coefficient * days}


@method(
    "livestock.feeding_days",
    inputs={"turnover": Input("1", note="batches finished in a year, n")},
    outputs={"days": "d"},
    formula="days = 365 ÷ (turnover + 1)",
    source="Zhou Yuanyuan et al. 2016: correction of the feeding days by turnover",
)
def feeding_days(*, turnover):
    """Corrected feeding days (d) of one study; not a census rule."""
    return {"days": 365.0 / (turnover + 1.0)}


@method(
    "livestock.tan",
    inputs={
        "heads": Input("head"),
        "days": Input("d"),
        "faeces": Input("kg/(head·d)"),
        "urine": Input("kg/(head·d)", default=0.0),
        "nitrogen_faeces": Input("1"),
        "nitrogen_urine": Input("1", default=0.0),
        "tan_faeces": Input("1", note="ammoniacal share of the nitrogen"),
        "tan_urine": Input("1", default=0.0),
    },
    outputs={"tan": "kg"},
    formula="tan = heads × days × (faeces × nitrogen_faeces × tan_faeces "
    "+ urine × nitrogen_urine × tan_urine)",
    source="ammonia guideline 2014",
)
def tan(*, heads, days, faeces, urine, nitrogen_faeces, nitrogen_urine, tan_faeces, tan_urine):
    """Total ammoniacal nitrogen excreted (kg N)."""
    return {
        "tan": heads * days * (faeces * nitrogen_faeces * tan_faeces + urine * nitrogen_urine * tan_urine)
    }


@method(
    "livestock.ammonia",
    inputs={
        "tan": Input("kg", note="kg N entering the house, of one stream"),
        "housing": Input("1"),
        "storage": Input("1"),
        "storage_other_loss": Input("1", default=0.0, note="N2O, NO and N2, of TAN entering storage"),
        "feed_share": Input("1", default=0.0, note="share used as feed or ecologically"),
        "field": Input("1"),
    },
    outputs={"housing_nh3": "kg", "storage_nh3": "kg", "field_nh3": "kg", "discharged": "kg"},
    formula="discharged = (tan × housing + tan × (1−housing) × storage + tan × (1−housing) × "
    "(1−storage−storage_other_loss) × (1−feed_share) × field) × 1.214",
    source="ammonia guideline 2014 (1.214 = 17/14 as printed), quoted in chinaxiv 201711.02349",
)
def ammonia(*, tan, housing, storage, storage_other_loss, feed_share, field):
    """NH3 (kg) from housing, storage and field application of one stream of ammoniacal nitrogen (kg N)."""
    stored = tan * (1 - housing)
    spread = stored * (1 - storage - storage_other_loss) * (1 - feed_share)
    parts = {
        "housing_nh3": tan * housing * 1.214,
        "storage_nh3": stored * storage * 1.214,
        "field_nh3": spread * field * 1.214,
    }
    return parts | {"discharged": parts["housing_nh3"] + parts["storage_nh3"] + parts["field_nh3"]}
