"""Material balance: sulfur, smoke, nitrogen, power stations (HJ 888-2018), boilers (HJ 991-2018), solvents.

Sulfur, ash and losses are entered with their unit; inside the functions they are percent numbers (%) where
the source prints them so, and shares (1) otherwise. Fuel in t, results in kg.
"""

import numpy as np

from .coefficient import treat
from .registry import Input, method

HJ888 = "HJ 888-2018, thermal power plants (recalled)"
HJ991 = "HJ 991-2018, boilers (recalled)"


@method(
    "balance.so2",
    inputs={
        "fuel": Input("t"),
        "sulfur": Input("%", note="percent number, as received"),
        "conversion": Input("1", note="share of the sulfur that becomes SO2; 0.8 for grate-fired coal"),
        "efficiency": Input("1", default=0.0),
        "k": Input("1", default=1.0),
    },
    outputs={"generated": "kg", "removed": "kg", "discharged": "kg"},
    formula="generated = 2 × fuel × sulfur÷100 × conversion × 1000; "
    "discharged = generated × (1 − efficiency × k)",
    source="sulfur balance, S (32) to SO2 (64); conversion 0.8 by the local statistics rule",
)
def so2(*, fuel, sulfur, conversion, efficiency, k):
    """SO2 (kg) from fuel (t) with ``sulfur`` percent sulfur."""
    return treat(generated=2.0 * fuel * (sulfur / 100.0) * conversion * 1e3, efficiency=efficiency, k=k)


@method(
    "balance.so2_power",
    inputs={
        "fuel": Input("t"),
        "sulfur": Input("%"),
        "conversion": Input("1", note="K: pulverised 0.90, CFB 0.85, oil and gas 1.0"),
        "unburnt_loss": Input("%", default=0.0, note="q4, mechanical incomplete combustion loss"),
        "dust_efficiency": Input("%", default=0.0, note="SO2 removed by a wet deduster, percent"),
        "efficiency": Input("1", default=0.0, note="of the desulfurisation"),
        "k": Input("1", default=1.0),
    },
    outputs={"generated": "kg", "removed": "kg", "discharged": "kg"},
    formula="generated = 2 × fuel × (1 − unburnt_loss÷100) × sulfur÷100 × conversion × 1000; "
    "discharged = generated × (1 − dust_efficiency÷100) × (1 − efficiency × k)",
    source=HJ888,
)
def so2_power(*, fuel, sulfur, conversion, unburnt_loss, dust_efficiency, efficiency, k):
    """SO2 (kg) of a power-station boiler from fuel (t) with ``sulfur`` percent sulfur."""
    generated = 2.0 * fuel * (1 - unburnt_loss / 100) * (sulfur / 100) * conversion * 1e3
    behind = treat(generated=generated * (1 - dust_efficiency / 100), efficiency=efficiency, k=k)
    return {
        "generated": generated,
        "removed": generated - behind["discharged"],
        "discharged": behind["discharged"],
    }


@method(
    "balance.pm_power",
    inputs={
        "fuel": Input("t"),
        "ash": Input("%"),
        "heating_value": Input("kJ/kg", note="net, as received; of no account where unburnt_loss is 0"),
        "fly_share": Input("1", note="alpha_fh: pulverised about 0.90, CFB 0.4 to 0.6, grate 0.15 to 0.3"),
        "unburnt_loss": Input("%", default=0.0, note="q4, mechanical incomplete combustion loss"),
        "efficiency": Input("1", default=0.0),
        "k": Input("1", default=1.0),
    },
    outputs={"generated": "kg", "removed": "kg", "discharged": "kg"},
    formula="generated = fuel × (ash÷100 + unburnt_loss × heating_value ÷ (100 × 33870)) × fly_share × 1000; "
    "discharged = generated × (1 − efficiency × k)",
    source=HJ888,
)
def pm_power(*, fuel, ash, heating_value, fly_share, unburnt_loss, efficiency, k):
    """Particulate matter (kg) of a power-station boiler; 33870 kJ/kg is the heating value of carbon."""
    carbon = np.where(unburnt_loss == 0, 0.0, unburnt_loss * heating_value / (100 * 33870))
    return treat(generated=fuel * (ash / 100 + carbon) * fly_share * 1e3, efficiency=efficiency, k=k)


@method(
    "balance.nox_power",
    inputs={
        "concentration": Input("mg/m3", note="at the furnace outlet"),
        "gas_volume": Input("m3"),
        "efficiency": Input("1", default=0.0, note="of the denitration"),
        "k": Input("1", default=1.0),
    },
    outputs={"generated": "kg", "removed": "kg", "discharged": "kg"},
    formula="generated = concentration × gas_volume ÷ 10⁶; discharged = generated × (1 − efficiency × k)",
    source=HJ888,
)
def nox_power(*, concentration, gas_volume, efficiency, k):
    """NOx (kg) from the furnace-outlet concentration (mg/m3) and the dry gas volume (m3)."""
    return treat(generated=concentration * gas_volume / 1e6, efficiency=efficiency, k=k)


@method(
    "balance.so2_boiler",
    inputs={
        "fuel": Input("t"),
        "sulfur": Input("%"),
        "unburnt_loss": Input("%", default=0.0),
        "efficiency": Input("%", default=0.0),
        "conversion": Input("1", note="K: grate 0.80 to 0.90, biomass 0.30 to 0.50, oil and gas 1.0"),
    },
    outputs={"discharged": "kg"},
    formula="discharged = 2 × fuel × sulfur÷100 × (1 − unburnt_loss÷100) × (1 − efficiency÷100) "
    "× conversion × 1000",
    source=HJ991,
)
def so2_boiler(*, fuel, sulfur, unburnt_loss, efficiency, conversion):
    """SO2 (kg) of an industrial boiler."""
    share = (sulfur / 100) * (1 - unburnt_loss / 100) * (1 - efficiency / 100) * conversion
    return {"discharged": 2.0 * fuel * share * 1e3}


@method(
    "balance.smoke",
    inputs={
        "coal": Input("t"),
        "ash": Input("%"),
        "fly_share": Input("1", note="d_fh; 0.15 to 0.25 for chain grates"),
        "combustible": Input("1", default=0.0, note="C_fh, combustible share of the fly ash"),
        "efficiency": Input("1", default=0.0),
        "k": Input("1", default=1.0),
    },
    outputs={"generated": "kg", "removed": "kg", "discharged": "kg"},
    formula="generated = coal × ash÷100 × fly_share ÷ (1 − combustible) × 1000; "
    "discharged = generated × (1 − efficiency × k)",
    source="smoke balance of chain-grate boilers, training material doczj.com/doc/2513939973",
)
def smoke(*, coal, ash, fly_share, combustible, efficiency, k):
    """Smoke (kg) from coal (t) by ash balance."""
    generated = coal * (ash / 100) * fly_share / (1 - combustible) * 1e3
    return treat(generated=generated, efficiency=efficiency, k=k)


@method(
    "balance.nox",
    inputs={
        "coal": Input("t"),
        "nitrogen": Input("1"),
        "nitrogen_conversion": Input("1"),
        "efficiency": Input("1", default=0.0),
        "k": Input("1", default=1.0),
    },
    outputs={"generated": "kg", "removed": "kg", "discharged": "kg"},
    formula="generated = 1.63 × coal × (nitrogen × nitrogen_conversion + 0.000938) × 1000; "
    "discharged = generated × (1 − efficiency × k)",
    source="fuel nitrogen plus thermal term, training material doczj.com/doc/2513939973",
)
def nox(*, coal, nitrogen, nitrogen_conversion, efficiency, k):
    """NOx (kg) from coal (t): fuel nitrogen converted at ``nitrogen_conversion`` plus thermal NOx."""
    generated = 1.63 * coal * (nitrogen * nitrogen_conversion + 0.000938) * 1e3
    return treat(generated=generated, efficiency=efficiency, k=k)


@method(
    "balance.fuel_sulfur",
    inputs={"fuel": Input("t"), "sulfur": Input("ppm", note="mass share in parts per million")},
    outputs={"discharged": "kg"},
    formula="discharged = 2 × 10⁻⁶ × fuel × sulfur × 1000",
    source="road-vehicle guideline 2014 and non-road guideline 2014, SO2 from fuel sulfur",
)
def fuel_sulfur(*, fuel, sulfur):
    """SO2 (kg) from motor fuel (t) with sulfur in ppm."""
    return {"discharged": 2e-6 * fuel * sulfur * 1e3}


@method(
    "balance.gypsum",
    inputs={"gypsum": Input("t"), "moisture": Input("1"), "purity": Input("1")},
    outputs={"removed": "kg"},
    formula="removed = 1000 × gypsum × (1 − moisture) × purity × 64 ÷ 172",
    source="SO2 (64) bound in CaSO4·2H2O (172); check of the desulfurisation",
)
def gypsum(*, gypsum, moisture, purity):
    """SO2 removed (kg) that the gypsum (t) accounts for."""
    return {"removed": 1e3 * gypsum * (1 - moisture) * purity * 64.0 / 172.0}


@method(
    "balance.solvent",
    inputs={
        "materials": Input("kg", many=True),
        "voc_shares": Input("1", many=True),
        "recovered": Input("kg", default=0.0),
        "captured": Input("kg", default=0.0),
        "efficiency": Input("1", default=0.0),
        "k": Input("1", default=1.0),
    },
    outputs={"generated": "kg", "removed": "kg", "discharged": "kg"},
    formula="generated = Σ(materials × voc_shares); removed = recovered + captured × efficiency × k; "
    "discharged = generated − removed",
    source="solvent balance for coating, printing, gluing (Guangdong methods)",
)
def solvent(*, materials, voc_shares, recovered, captured, efficiency, k):
    """VOCs (kg) by solvent balance: input less recovered less destroyed."""
    generated = np.sum(np.atleast_1d(materials * voc_shares), axis=-1)
    destroyed = captured * np.where(efficiency == 0, 0.0, efficiency * np.minimum(k, 1.0))
    removed = recovered + destroyed
    return {"generated": generated, "removed": removed, "discharged": generated - removed}


@method(
    "balance.carbon_need",
    inputs={"adsorbed": Input("kg"), "adsorption_ratio": Input("1")},
    outputs={"carbon": "kg", "spent": "kg"},
    formula="carbon = adsorbed ÷ adsorption_ratio; spent = carbon + adsorbed",
    source="activated carbon need; 15 % in the Guangdong 2023 guidance",
)
def carbon_need(*, adsorbed, adsorption_ratio):
    """Fresh carbon needed and spent carbon (kg) for an adsorbed mass of VOCs (kg)."""
    carbon = adsorbed / adsorption_ratio
    return {"carbon": carbon, "spent": carbon + adsorbed}
