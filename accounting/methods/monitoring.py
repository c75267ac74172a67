"""Monitoring method for water and air. Sources: methods-industrial section 3; HJ 884-2018.

1 m3 of water x 1 mg/L = 1 g; 1 m3 of dry standard gas x 1 mg/m3 = 1 mg. The measured concentration is used,
never the oxygen-normalised one.
"""

import numpy as np

from .registry import Input, method

SOURCE = "HJ 884-2018; census 2017 technical rules: measured flow x measured concentration"


@method(
    "monitoring.water",
    inputs={"flow": Input("m3", water=True), "concentration": Input("mg/L")},
    outputs={"mass": "kg"},
    formula="mass = flow × concentration ÷ 1000",
    source=SOURCE,
)
def water(*, flow, concentration):
    """Mass (kg) in a year's flow (m3) at the flow-weighted mean concentration (mg/L)."""
    return {"mass": flow * concentration / 1e3}


@method(
    "monitoring.water_treated",
    inputs={
        "inlet_flow": Input("m3", water=True),
        "inlet_concentration": Input("mg/L"),
        "outlet_flow": Input("m3", water=True),
        "outlet_concentration": Input("mg/L"),
    },
    outputs={"generated": "kg", "removed": "kg", "discharged": "kg"},
    formula="generated = inlet_flow × inlet_concentration ÷ 1000; "
    "discharged = outlet_flow × outlet_concentration ÷ 1000; removed = generated − discharged",
    source=SOURCE,
)
def water_treated(*, inlet_flow, inlet_concentration, outlet_flow, outlet_concentration):
    """Generated, removed, discharged (kg) with inlet and outlet monitored; removed may show a fault (< 0)."""
    generated = inlet_flow * inlet_concentration / 1e3
    discharged = outlet_flow * outlet_concentration / 1e3
    return {"generated": generated, "removed": generated - discharged, "discharged": discharged}


@method(
    "monitoring.air",
    inputs={"flow_rate": Input("m3/h"), "concentration": Input("mg/m3"), "hours": Input("h")},
    outputs={"mass": "kg"},
    formula="mass = flow_rate × concentration × hours ÷ 10⁶",
    source=SOURCE,
)
def air(*, flow_rate, concentration, hours):
    """Mass (kg) from the dry standard flow (m3/h), the measured concentration (mg/m3) and the hours."""
    return {"mass": flow_rate * concentration * hours / 1e6}


@method(
    "monitoring.air_volume",
    inputs={"volume": Input("m3"), "concentration": Input("mg/m3")},
    outputs={"mass": "kg"},
    formula="mass = volume × concentration ÷ 10⁶",
    source=SOURCE,
)
def air_volume(*, volume, concentration):
    """Mass (kg) in a year's dry standard gas volume (m3)."""
    return {"mass": volume * concentration / 1e6}


@method(
    "monitoring.flow_weighted_mean",
    inputs={"concentrations": Input("mg/L", many=True), "flows": Input("m3", water=True, many=True)},
    outputs={"concentration": "mg/L"},
    formula="concentration = Σ(concentrations × flows) ÷ Σ flows",
    source="manual monitoring: flow-weighted mean of the samples",
)
def flow_weighted_mean(*, concentrations, flows):
    """Flow-weighted mean (mg/L); unknown when there is no flow."""
    flow = np.sum(flows, axis=-1)
    load = np.sum(concentrations * flows, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"concentration": np.where(flow > 0, load / flow, np.nan)[()]}


@method(
    "monitoring.automatic",
    inputs={"flows": Input("m3", water=True, many=True), "concentrations": Input("mg/L", many=True)},
    outputs={"mass": "kg"},
    formula="mass = Σ(flows × concentrations) ÷ 1000",
    source="automatic monitoring: sum over the valid records",
)
def automatic(*, flows, concentrations):
    """Mass (kg) from paired records of flow (m3) and concentration (mg/L)."""
    return {"mass": np.sum(flows * concentrations, axis=-1) / 1e3}


@method(
    "monitoring.outlet_only",
    inputs={"discharged": Input("kg"), "efficiency": Input("1"), "k": Input("1")},
    outputs={"generated": "kg"},
    formula="generated = discharged ÷ (1 − efficiency × k)",
    source="methods-industrial 3.1: only the outlet monitored, efficiency of the handbook",
)
def outlet_only(*, discharged, efficiency, k):
    """Generated amount (kg) behind a measured outlet; unknown where efficiency x k is 1."""
    passed = 1.0 - np.where(efficiency == 0, 0.0, efficiency * np.minimum(k, 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"generated": np.where(passed > 0, discharged / passed, np.nan)[()]}


@method(
    "monitoring.concentration",
    inputs={"rate": Input("kg/h"), "flow_rate": Input("m3/h")},
    outputs={"concentration": "mg/m3"},
    formula="concentration = rate × 10⁶ ÷ flow_rate",
    source="unit relation",
)
def concentration(*, rate, flow_rate):
    """Concentration (mg/m3) of a rate (kg/h) in a gas flow (m3/h)."""
    return {"concentration": rate * 1e6 / flow_rate}


@method(
    "monitoring.required_efficiency",
    inputs={"concentration": Input("mg/m3"), "limit": Input("mg/m3")},
    outputs={"efficiency": "1"},
    formula="efficiency = (concentration − limit) ÷ concentration",
    source="unit relation; training material",
)
def required_efficiency(*, concentration, limit):
    """Removal efficiency (0..1) needed to meet a limit; 0 where the limit is met already."""
    return {"efficiency": np.maximum((concentration - limit) / concentration, 0.0)}


@method(
    "monitoring.pollutant_equivalents",
    inputs={"mass": Input("kg"), "equivalent_value": Input("kg")},
    outputs={"equivalents": "1"},
    formula="equivalents = mass ÷ equivalent_value",
    source="environmental protection tax law, pollutant equivalent values",
)
def pollutant_equivalents(*, mass, equivalent_value):
    """Number of pollutant equivalents of a mass (kg)."""
    return {"equivalents": mass / equivalent_value}


@method(
    "monitoring.waste_water_estimate",
    inputs={"fresh_water": Input("m3", water=True), "discharge_ratio": Input("1")},
    outputs={"waste_water": "m3"},
    formula="waste_water = fresh_water × discharge_ratio",
    source="public guidance, ratio 0.7 to 0.9; a result is marked as estimated",
)
def waste_water_estimate(*, fresh_water, discharge_ratio):
    """Waste water (m3) estimated from fresh water where no flow is metered."""
    return {"waste_water": fresh_water * discharge_ratio}
