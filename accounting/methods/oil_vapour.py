"""Oil vapour at depots, stations and tankers. Source: methods-agri-domestic-mobile section 8."""

from .coefficient import treat
from .registry import Input, method


@method(
    "oil_vapour.volume",
    inputs={"mass": Input("t"), "density": Input("t/m3", note="as stated, never a silent default")},
    outputs={"volume": "m3"},
    formula="volume = mass ÷ density",
    source="unit relation",
)
def volume(*, mass, density):
    """Volume (m3) of a mass of fuel (t)."""
    return {"volume": mass / density}


@method(
    "oil_vapour.step",
    inputs={
        "throughput": Input("m3"),
        "coefficient": Input("kg/m3"),
        "recovery": Input("1", default=0.0, note="only for the steps the recovery applies to"),
    },
    outputs={"generated": "kg", "removed": "kg", "discharged": "kg"},
    formula="discharged = throughput × coefficient × (1 − recovery)",
    source="station and depot practice: per step and fuel",
)
def step(*, throughput, coefficient, recovery):
    """Vapour (kg) of one step: filling, breathing, refuelling, spillage, loading."""
    return treat(generated=throughput * coefficient, efficiency=recovery, k=1.0)


@method(
    "oil_vapour.loading",
    inputs={
        "saturation": Input("1", note="0.6 submerged dedicated, 1.0 vapour balance, 1.45 splash"),
        "vapour_pressure": Input("1", note="true vapour pressure in psia"),
        "molar_mass": Input("1", note="lb per lb-mol"),
        "temperature": Input("1", note="degrees Rankine"),
        "efficiency": Input("1", default=0.0),
    },
    outputs={"loss": "kg/m3"},
    formula="loss = 12.46 × saturation × vapour_pressure × molar_mass ÷ temperature "
    "× (1 − efficiency) × 0.1198",
    source="US EPA AP-42 section 5.2 equation 1; 1 lb per 1000 gal = 0.1198 kg/m3",
)
def loading(*, saturation, vapour_pressure, molar_mass, temperature, efficiency):
    """Loading loss (kg per m3 loaded)."""
    pounds = 12.46 * saturation * vapour_pressure * molar_mass / temperature * (1 - efficiency)
    return {"loss": pounds * 0.1198}
