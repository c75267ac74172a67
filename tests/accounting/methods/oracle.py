"""Every formula once more, in exact decimal arithmetic, written from the sources and not from the code."""

# One formula a line reads better than wrapped ones.
# ruff: noqa: E501

from decimal import Decimal

D = Decimal

ONE = D(1)


def _capped(k):
    return min(k, ONE)


def _pairs(*lists):
    return zip(*lists, strict=True)


def _product(numbers):
    result = ONE
    for number in numbers:
        result *= number
    return result


def _rate(a, b):
    return max(D(0), min(ONE, a / b))


def _treat(generated, efficiency, k):
    removed = generated * efficiency * _capped(k)
    return {"generated": generated, "removed": removed, "discharged": generated - removed}


ORACLE = {
    "coefficient.generation": lambda activity, coefficient: {"generated": activity * coefficient},
    "coefficient.treated": lambda activity, coefficient, efficiency, k: _treat(activity * coefficient, efficiency, k),
    "coefficient.emission": lambda activity, coefficient: {"discharged": activity * coefficient},
    "coefficient.activity": lambda amount, coefficient: {"activity": amount / coefficient},
    "coefficient.implied_efficiency": lambda generation_coefficient, emission_coefficient: {
        "efficiency": ONE - emission_coefficient / generation_coefficient
    },
    "coefficient.reuse": lambda activity, coefficient, efficiency, k, reuse_rate: {
        **(part := _treat(activity * coefficient, efficiency, k)),
        "reused": part["discharged"] * reuse_rate,
        "discharged": part["discharged"] * (ONE - reuse_rate),
    },
    "coefficient.series_efficiency": lambda efficiencies: {"efficiency": ONE - _product(ONE - e for e in efficiencies)},
    "coefficient.capture": lambda generated, capture, efficiency, k: {
        "organised": generated * capture * (ONE - efficiency * _capped(k)),
        "fugitive": generated * (ONE - capture),
        "discharged": generated * (ONE - capture * efficiency * _capped(k)),
    },
    "sum": lambda parts: {"total": sum(parts)},
    "k.time": lambda control_hours, production_hours: {"k": _rate(control_hours, production_hours)},
    "k.power": lambda energy, rated_power, hours: {"k": _rate(energy, rated_power * hours)},
    "k.reagent": lambda used, required: {"k": _rate(used, required)},
    "monitoring.water": lambda flow, concentration: {"mass": flow * concentration / 1000},
    "monitoring.water_treated": lambda inlet_flow, inlet_concentration, outlet_flow, outlet_concentration: {
        "generated": inlet_flow * inlet_concentration / 1000,
        "removed": (inlet_flow * inlet_concentration - outlet_flow * outlet_concentration) / 1000,
        "discharged": outlet_flow * outlet_concentration / 1000,
    },
    "monitoring.air": lambda flow_rate, concentration, hours: {"mass": flow_rate * concentration * hours / 10**6},
    "monitoring.air_volume": lambda volume, concentration: {"mass": volume * concentration / 10**6},
    "monitoring.flow_weighted_mean": lambda concentrations, flows: {
        "concentration": sum(c * q for c, q in _pairs(concentrations, flows)) / sum(flows)
    },
    "monitoring.automatic": lambda flows, concentrations: {
        "mass": sum(c * q for c, q in _pairs(concentrations, flows)) / 1000
    },
    "monitoring.outlet_only": lambda discharged, efficiency, k: {"generated": discharged / (ONE - efficiency * _capped(k))},
    "monitoring.concentration": lambda rate, flow_rate: {"concentration": rate * 10**6 / flow_rate},
    "monitoring.required_efficiency": lambda concentration, limit: {
        "efficiency": max(D(0), (concentration - limit) / concentration)
    },
    "monitoring.pollutant_equivalents": lambda mass, equivalent_value: {"equivalents": mass / equivalent_value},
    "monitoring.waste_water_estimate": lambda fresh_water, discharge_ratio: {"waste_water": fresh_water * discharge_ratio},
    "balance.so2": lambda fuel, sulfur, conversion, efficiency, k: _treat(
        2 * fuel * sulfur / 100 * conversion * 1000, efficiency, k
    ),
    "balance.so2_power": lambda fuel, sulfur, conversion, unburnt_loss, dust_efficiency, efficiency, k: {
        "generated": (g := 2000 * fuel * (1 - unburnt_loss / 100) * sulfur / 100 * conversion),
        "discharged": (d := g * (1 - dust_efficiency / 100) * (1 - efficiency * _capped(k))),
        "removed": g - d,
    },
    "balance.pm_power": lambda fuel, ash, heating_value, fly_share, unburnt_loss, efficiency, k: _treat(
        1000 * fuel * (ash / 100 + unburnt_loss * heating_value / (100 * D(33870))) * fly_share, efficiency, k
    ),
    "balance.nox_power": lambda concentration, gas_volume, efficiency, k: _treat(
        concentration * gas_volume / 10**6, efficiency, k
    ),
    "balance.so2_boiler": lambda fuel, sulfur, unburnt_loss, efficiency, conversion: {
        "discharged": 2000 * fuel * sulfur / 100 * (1 - unburnt_loss / 100) * (1 - efficiency / 100) * conversion
    },
    "balance.smoke": lambda coal, ash, fly_share, combustible, efficiency, k: _treat(
        1000 * coal * ash / 100 * fly_share / (1 - combustible), efficiency, k
    ),
    "balance.nox": lambda coal, nitrogen, nitrogen_conversion, efficiency, k: _treat(
        1000 * D("1.63") * coal * (nitrogen * nitrogen_conversion + D("0.000938")), efficiency, k
    ),
    "balance.fuel_sulfur": lambda fuel, sulfur: {"discharged": D("0.002") * fuel * sulfur},
    "balance.gypsum": lambda gypsum, moisture, purity: {
        "removed": 1000 * gypsum * (1 - moisture) * purity * 64 / 172
    },
    "balance.solvent": lambda materials, voc_shares, recovered, captured, efficiency, k: {
        "generated": (g := sum(m * w for m, w in _pairs(materials, voc_shares))),
        "removed": (r := recovered + captured * efficiency * _capped(k)),
        "discharged": g - r,
    },
    "balance.carbon_need": lambda adsorbed, adsorption_ratio: {
        "carbon": adsorbed / adsorption_ratio, "spent": adsorbed / adsorption_ratio + adsorbed
    },
    "solid_waste.general": lambda recovered, recovered_prior, disposed, disposed_prior, stored, dumped: {
        "generated": recovered - recovered_prior + disposed - disposed_prior + stored + dumped,
        "handled": recovered - recovered_prior + disposed - disposed_prior,
    },
    "solid_waste.hazardous": lambda opening_stock, generated, received, sent, recovered, disposed, dumped: {
        "closing_stock": opening_stock + generated + received - sent - recovered - disposed - dumped
    },
    "livestock.generation_stages": lambda heads, coefficients, days: {
        "generated": sum(h * c * d for h, c, d in _pairs(heads, coefficients, days)) / 1000
    },
    "livestock.generation_head": lambda heads, coefficient: {"generated": heads * coefficient},
    "livestock.weight_correction": lambda coefficient, weight, reference_weight: {
        "corrected": coefficient * (weight / reference_weight) ** D("0.75")
    },
    "livestock.mode_share": lambda generated, shares, removal_rates: {
        "removed": (r := generated * sum(n * e for n, e in _pairs(shares, removal_rates))),
        "discharged": generated - r,
    },
    "livestock.streams": lambda solid, liquid, solid_used, liquid_used, liquid_treated, efficiency: {
        "discharged": (
            e := solid * (1 - sum(solid_used)) + liquid * (1 - sum(liquid_used) - liquid_treated * efficiency)
        ),
        "removed": solid + liquid - e,
    },
    "livestock.discharge_days": lambda heads, coefficient, days: {"discharged": heads * coefficient * days},
    "livestock.feeding_days": lambda turnover: {"days": 365 / (turnover + 1)},
    "livestock.tan": lambda heads, days, faeces, urine, nitrogen_faeces, nitrogen_urine, tan_faeces, tan_urine: {
        "tan": heads * days * (faeces * nitrogen_faeces * tan_faeces + urine * nitrogen_urine * tan_urine)
    },
    "livestock.ammonia": lambda tan, housing, storage, storage_other_loss, feed_share, field: {
        "housing_nh3": (a := tan * housing * D("1.214")),
        "storage_nh3": (b := tan * (1 - housing) * storage * D("1.214")),
        "field_nh3": (
            c := tan * (1 - housing) * (1 - storage - storage_other_loss) * (1 - feed_share) * field * D("1.214")
        ),
        "discharged": a + b + c,
    },
    "planting.area": lambda crop_area, crop_coefficient, garden_area, garden_coefficient, intensity: {
        "discharged": (crop_area * crop_coefficient + garden_area * garden_coefficient) * intensity
    },
    "planting.nutrient_loss": lambda applied, loss_rate: {"discharged": applied * loss_rate / 100},
    "planting.phosphorus": lambda phosphate: {"phosphorus": phosphate * D("0.4364")},
    "planting.fertiliser_ammonia": lambda amount, volatilisation, rate_correction, method_correction: {
        "discharged": amount * volatilisation / 100 * rate_correction * method_correction
    },
    "planting.straw": lambda crop_yield, straw_ratio, collectable_ratio: {
        "straw": crop_yield * straw_ratio, "collectable": crop_yield * straw_ratio * collectable_ratio
    },
    "planting.film_residue": lambda used, recovered: {"residue": used - recovered},
    "aquaculture.gain": lambda output, seed, coefficient: {"discharged": (output - seed) * coefficient},
    "domestic.sewage_ratio": lambda water_use: {
        "ratio": D("0.8") + D("0.001") * (max(D(150), min(D(250), water_use)) - 150)
    },
    "domestic.sewage_volume": lambda population, water_use, ratio, days: {
        "sewage": population * water_use * days * ratio / 1000
    },
    "domestic.sewage_from_water": lambda water, ratio: {"sewage": water * ratio},
    "domestic.generation_capita": lambda population, coefficient, days: {
        "generated": population * coefficient * days / 1000
    },
    "domestic.plant_removal": lambda flows, inlet, outlet: {
        "removed": sum(q * max(D(0), i - o) for q, i, o in _pairs(flows, inlet, outlet)) / 1000
    },
    "domestic.town": lambda generated, removed: {"discharged": max(D(0), generated - removed)},
    "domestic.village": lambda generated, shares, efficiencies: {
        "discharged": (e := generated * sum(w * (1 - x) for w, x in _pairs(shares, efficiencies))),
        "removed": generated - e,
    },
    "domestic.river_entry": lambda load, base, multipliers: {"entered": load * base * _product(multipliers)},
    "vehicles.emission_factor": lambda base, corrections: {"factor": base * _product(corrections)},
    "vehicles.exhaust": lambda vehicles, base, mileage, corrections: {
        "discharged": vehicles * base * _product(corrections) * mileage / 1000
    },
    "vehicles.evaporation": lambda vehicles, running, parking, mileage, speed: {
        "discharged": vehicles * (running * mileage / speed + parking * 365) / 1000
    },
    "nonroad.fuel": lambda fuel, coefficient: {"discharged": fuel * coefficient},
    "nonroad.power": lambda machines, power, load_factor, hours, coefficient: {
        "discharged": machines * power * load_factor * hours * coefficient / 1000
    },
    "nonroad.stage_mix": lambda shares, coefficients: {
        "coefficient": sum(n * c for n, c in _pairs(shares, coefficients))
    },
    "nonroad.aviation": lambda cycles, coefficient: {"discharged": cycles * coefficient},
    "oil_vapour.volume": lambda mass, density: {"volume": mass / density},
    "oil_vapour.step": lambda throughput, coefficient, recovery: _treat(throughput * coefficient, recovery, ONE),
    "oil_vapour.loading": lambda saturation, vapour_pressure, molar_mass, temperature, efficiency: {
        "loss": D("12.46") * saturation * vapour_pressure * molar_mass / temperature * (1 - efficiency) * D("0.1198")
    },
    "centralized.sewage_plant": lambda treated, inlet, outlet, reclaimed: {
        "received": treated * inlet / 1000,
        "removed": treated * max(D(0), inlet - outlet) / 1000,
        "discharged": (treated - reclaimed) * outlet / 1000,
    },
    "centralized.leachate_volume": lambda rainfall, coefficients, areas, days: {
        "leachate": rainfall * sum(c * a for c, a in _pairs(coefficients, areas)) / 1000 * days
    },
    "centralized.sludge_industrial": lambda treated, coagulant, k4, k3: {"sludge": k4 * treated + k3 * coagulant},
    "centralized.sludge_dry": lambda wet, water_content: {
        "dry": wet * (1 - water_content), "at_80_percent": wet * (1 - water_content) * 5
    },
}  # fmt: skip
