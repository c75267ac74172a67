"""Domestic sources: towns, villages, residential fuels, non-industrial boilers.

Source: methods-agri-domestic-mobile sections 4 and 5. The sewage plants' removal is taken off the towns once: the
county's plants off its town object, and off the city's object those of counties that have none.
"""

import numpy as np

from accounting.factors.matching import Library
from accounting.methods import balance
from accounting.methods import domestic as formulas

from . import balances, coefficients, industrial
from .context import Context
from .result import Ledger
from .table import Column, concat

WATER = ("COD", "NH3_N", "TN", "TP", "BOD5", "animal_vegetable_oil")
FUEL, COAL = "residential fuel (urban and rural)", "residential coal"
TOWN, CONCENTRATION = "urban domestic sewage", "generation concentration"
VILLAGE = ("COD", "NH3_N", "TN", "TP")


def account(ledger: Ledger, context: Context, library: Library) -> None:
    """All lines and gaps of domestic sources in a shard."""
    for form in ("S201", "S202"):
        _town(ledger, context, library, form)
        _town_fuels(ledger, context, library, form)
        _products(ledger, context, library, form)
    _villages(ledger, context, library)
    _products(ledger, context, library, "S102")
    _village_fuels(ledger, context, library)
    _boilers(ledger, context, library)


# -- towns --------------------------------------------------------------------------------------------


def _town(ledger: Ledger, context: Context, library: Library, form: str) -> None:
    numbers = ["public_service_water_wm3", "household_water_wm3", "free_domestic_water_wm3"]
    numbers += ["water_population_wren", "town_water_wm3", "town_water_population_wren"]
    rows = context.form(form).items(numbers=numbers).assign(source="town")
    seat = rows.total(numbers[:3]) * 1e4
    town = rows["town_water_wm3"] * 1e4
    sewage = _sewage(seat, rows["water_population_wren"]) + np.nan_to_num(
        _sewage(town, rows["town_water_population_wren"])
    )
    blank = np.isnan(sewage)
    ledger.miss(rows, where=blank, reason="missing_input", key="household_water_wm3, water_population_wren")
    rows, sewage = rows[~blank], sewage[~blank]
    ledger.add(
        rows, medium="water", pollutant="waste_water_volume", method="coefficient",
        formula="domestic.sewage_from_water", activity=sewage, activity_unit="m3", discharged=sewage,
        environment=sewage, match_step="reported", confidence="recalled", destination="direct",
    )  # fmt: skip
    for pollutant in WATER:
        removed = _credit(context, pollutant)
        for position in range(len(rows)):
            row = rows.take([position])
            match = library.regional(
                "domestic", TOWN, CONCENTRATION, pollutant, context.regions(row["object"])[0]
            )
            if match.factor is None:
                ledger.miss(
                    row, pollutant=pollutant, reason=match.reason, key=f"{TOWN} / {CONCENTRATION}",
                    size=sewage[[position]], size_unit="m3",
                )  # fmt: skip
                continue
            generated = sewage[position] * match.factor.value / 1e3
            discharged = float(formulas.town(generated=generated, removed=removed)["discharged"])
            if removed > generated:
                ledger.miss(
                    row, pollutant=pollutant, reason="negative", key="plants remove more than the towns generate",
                    size=removed - generated, size_unit="kg",
                )  # fmt: skip
            inputs = np.empty(1, dtype=object)
            inputs[0] = {"plant_removal_kg": removed}
            ledger.add(
                row, medium="water", pollutant=pollutant, method="coefficient", formula="domestic.town",
                unit=TOWN, activity=sewage[[position]], activity_unit="m3", factor_id=match.factor.id,
                factor_value=match.factor.value, factor_unit=match.factor.value_unit, generated=generated,
                removed=generated - discharged, discharged=discharged, environment=discharged,
                destination="direct", match_step=match.step, confidence=match.factor.confidence, inputs=inputs,
            )  # fmt: skip


def _sewage(water: np.ndarray, population: Column) -> np.ndarray:
    """Sewage (m3) from the year's water (m3) and the people using it (10^4)."""
    people = population * 1e4
    with np.errstate(divide="ignore", invalid="ignore"):
        use = np.where(people > 0, water * 1e3 / people / 365.0, np.nan)
    return formulas.sewage_from_water(water=water, ratio=formulas.sewage_ratio(water_use=use)["ratio"])[
        "sewage"
    ]


def _credit(context: Context, pollutant: str) -> float:
    """kg the plants credited to this shard take out of domestic sewage."""
    plants = context.town_plants
    inlet, outlet = plants[f"in_{pollutant}"], plants[f"out_{pollutant}"]
    flow = plants["treated_domestic_m3"]
    known = ~(np.isnan(inlet) | np.isnan(outlet) | np.isnan(flow))
    if not known.any():
        return 0.0
    return float(
        formulas.plant_removal(flows=flow[known], inlet=inlet[known], outlet=outlet[known])["removed"]
    )


def _town_fuels(ledger: Ledger, context: Context, library: Library, form: str) -> None:
    fuels = {
        "natural_gas_wm3": ("natural gas", "1e4m3"),
        "manufactured_gas_wm3": ("coal gas", "1e4m3"),
        "lpg_t": ("LPG", "t"),
    }
    rows = context.form(form).items(numbers=list(fuels)).assign(source="town")
    residential(ledger, context, library, rows, fuels, FUEL, ("VOCs",))


def residential(ledger, context, library, rows, fuels, product, pollutants, *, chosen: bool = True) -> None:
    """Fuel burnt by households: item -> (stage of the factor, unit). ``chosen`` false: kept for comparison."""
    parts = []
    for item, (stage, unit) in fuels.items():
        burning = rows[item] > 0
        if not burning.any():
            continue
        burnt = rows[burning]
        for pollutant in pollutants:
            parts.append(
                burnt.assign(
                    sector="domestic", product=product, process="combustion", stage=stage, medium="air",
                    pollutant=pollutant, region=context.regions(burnt["object"]), activity=burnt[item],
                    activity_unit=unit,
                )
            )  # fmt: skip
    if parts:
        coefficients.regional(ledger, concat(parts), library, chosen=chosen)


SOLVENTS = "domestic solvent use"
BY_PEOPLE = ("household products", "catering", "dry cleaning")
PEOPLE = {
    "S201": ("urban_population_wren", "urban_temporary_wren", "town_population_wren"),
    "S202": ("county_seat_population_wren", "county_seat_temporary_wren", "town_population_wren"),
    "S102": ("population",),
}
WORKS = {
    "building decoration": (("housing_completed_wm2",), 1e4, "m2"),
    "asphalt paving": (("new_asphalt_road_km", "rebuilt_asphalt_road_km"), 1.0, "km"),
}


def _products(ledger: Ledger, context: Context, library: Library, form: str) -> None:
    """VOCs of products, kitchens, finishing and paving: people, floor area or road × coefficient.

    Villages: household products only. Floor area and roads stand on S201, for the whole city.
    """
    village = form == "S102"
    items = list(PEOPLE[form])
    if form == "S201":
        items += [item for names, _, _ in WORKS.values() for item in names]
    rows = context.form(form).items(numbers=items).assign(source="village" if village else "town")
    people = rows.total(PEOPLE[form]) * (1.0 if village else 1e4)
    used = dict.fromkeys(BY_PEOPLE[:1] if village else BY_PEOPLE, (people, "cap"))
    if form == "S201":
        for kind, (names, scale, unit) in WORKS.items():
            used[kind] = (rows.total(names) * scale, unit)
    parts = [
        rows[(amount > 0)].assign(
            sector="domestic", product=SOLVENTS, process="evaporative loss", stage=kind, medium="air",
            pollutant="VOCs", region=context.regions(rows["object"][(amount > 0)]),
            activity=amount[(amount > 0)], activity_unit=unit,
        )
        for kind, (amount, unit) in used.items()
    ]  # fmt: skip
    coefficients.regional(ledger, concat(parts), library)


# -- villages -----------------------------------------------------------------------------------------

ROUTES = {
    "sewage_farmland_households": "farmland",
    "sewage_water_households": "water",
    "sewage_device_households": "household device",
    "sewage_rural_plant_households": "rural plant",
    "sewage_municipal_households": "municipal",
    "sewage_other_households": "other",
}


def _villages(ledger: Ledger, context: Context, library: Library) -> None:
    """Per person and day; each sewage route with its own removal. What enters the town network leaves with it."""
    rows = context.form("S102").items(numbers=["population", *ROUTES]).assign(source="village")
    blank = rows["population"].isna()
    ledger.miss(rows, where=blank, reason="missing_input", key="population")
    rows = rows[~blank]
    if rows.empty:
        return
    rows = rows.assign(province=context.cities(rows["object"]))
    for (region,), group in rows.groups(["province"]):
        for pollutant in VILLAGE:
            match = library.regional("domestic", "rural resident", "generation", pollutant, region)
            if match.factor is None:
                ledger.miss(
                    group, pollutant=pollutant, reason=match.reason, key="rural resident / generation",
                    size=group["population"], size_unit="cap",
                )  # fmt: skip
                continue
            _village_lines(ledger, library, group, pollutant, region, match)


def _village_lines(ledger, library, rows, pollutant, region, match) -> None:
    generated = formulas.generation_capita(
        population=rows["population"], coefficient=match.factor.value, days=365.0
    )["generated"]
    households = np.nan_to_num(rows.matrix(ROUTES))
    total = households.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(total[:, None] > 0, households / total[:, None], np.nan)
    efficiencies = np.full(shares.shape, np.nan)
    for position, route in enumerate(ROUTES.values()):
        if route in {"water", "municipal"}:
            efficiencies[:, position] = 0.0 if route == "water" else 1.0
            continue
        rate = library.regional("domestic", "rural sewage", "removal rate", pollutant, region, route)
        if rate.factor is not None:
            efficiencies[:, position] = rate.factor.value / 100
    discharged = formulas.village(generated=generated, shares=shares, efficiencies=efficiencies)["discharged"]
    unknown = np.isnan(discharged)
    ledger.miss(
        rows, where=unknown, pollutant=pollutant, reason="no_efficiency", key="rural sewage / removal rate",
        size=generated, size_unit="kg",
    )  # fmt: skip
    ledger.add(
        rows, medium="water", pollutant=pollutant, method="coefficient", formula="domestic.village",
        unit="rural resident", activity=rows["population"], activity_unit="cap", factor_id=match.factor.id,
        factor_value=match.factor.value, factor_unit=match.factor.value_unit, generated=generated,
        removed=generated - discharged, discharged=discharged, destination="direct", environment=discharged,
        match_step=match.step, confidence=match.factor.confidence,
    )  # fmt: skip


def _village_fuels(ledger: Ledger, context: Context, library: Library) -> None:
    numbers = ["household_loose_coal_t", "household_briquette_t", "household_coal_t", "commercial_coal_t"]
    numbers += ["biomass_t", "piped_gas_m3", "bottled_lpg_t"]
    rows = context.form("S101").items(numbers=numbers).assign(source="village")
    coal = {
        "household_loose_coal_t": ("bituminous raw coal", "t"),
        "household_briquette_t": ("honeycomb briquette", "t"),
    }
    residential(ledger, context, library, rows, coal, COAL, ("NOx", "PM", "CO"))
    balanced = _coal_sulfur(ledger, context, library, coal)
    others = rows.assign(**{item: rows[item].where(~balanced[item]) for item in coal})
    residential(ledger, context, library, others, coal, COAL, ("SO2",))
    voc = ("VOCs",)
    gas = {
        "household_coal_t": ("coal", "t"),
        "piped_gas_m3": ("natural gas", "m3"),
        "bottled_lpg_t": ("LPG", "t"),
    }
    residential(ledger, context, library, rows, gas, FUEL, voc)
    residential(ledger, context, library, rows, {"biomass_t": ("firewood", "t")}, "residential biofuel", voc)
    catering = {"commercial_coal_t": ("coal", "t")}
    residential(ledger, context, library, rows, catering, "accommodation and catering", voc)


def _coal_sulfur(ledger, context, library, fuels) -> dict[str, np.ndarray]:
    """SO2 of household coal by its sulfur, where S101 tells it; it counts only where no coefficient may be used.

    Returns for each of ``fuels`` (item -> stage and unit) the rows in which it counts.
    """
    entry = balances.household()
    rows = context.form("S101").items(numbers=[*fuels, "coal_sulfur_pct"]).assign(source="village")
    sulfur = balances.plausible(rows["coal_sulfur_pct"], "S")
    allowed = entry["confidence"] in library.policy.confidences
    regions = context.regions(rows["object"])
    counted = {}
    for item, (stage, unit) in fuels.items():
        burnt = rows[item]
        told = (burnt > 0) & ~np.isnan(sulfur) & allowed
        known = np.array(
            [
                library.regional("domestic", COAL, "combustion", "SO2", region, stage).factor is not None
                for region in regions
            ],
            dtype=bool,
        )
        found = balance.so2(
            fuel=burnt,
            sulfur=sulfur,
            conversion=entry["share"],
            efficiency=np.float64(0.0),
            k=np.float64(1.0),
        )
        ledger.add(
            rows, told, medium="air", pollutant="SO2", method="balance", formula="balance.so2",
            unit=f"{COAL} / combustion / {stage}", chosen=~known, activity=burnt, activity_unit=unit,
            factor_value=entry["share"], factor_unit="1", eta=0.0, match_step="balance",
            confidence=entry["confidence"], inputs=context.inputs(rows.assign(S=sulfur), told, S="S"), **found,
        )  # fmt: skip
        counted[item] = told & ~known
    return counted


# -- boilers ------------------------------------------------------------------------------------------


def _boilers(ledger: Ledger, context: Context, library: Library) -> None:
    """S103 with the industrial boiler coefficients (4430). Hours from the months the boiler ran."""
    steps = industrial.FUEL_POLLUTANTS.values()
    numbers = [
        "operating_months",
        "coal_use_t",
        "coal_sulfur_pct",
        "coal_ash_pct",
        "oil_use_t",
        "oil_sulfur_pct",
    ]
    numbers += [
        "gas_use_wm3",
        "biomass_use_t",
        *(f"{s}_{i}" for s in steps for i in ("efficiency_pct", "hours")),
    ]
    texts = ["firing_method", "coal_type", "oil_type", "gas_type", "biomass_type", "low_nox_combustion"]
    texts += [f"{step}_{item}" for step in steps for item in ("process", "facility_code")]
    rows = context.form("S103").rows("boilers", numbers=numbers, texts=texts)
    rows = rows.assign(source="boiler", origin="", outlet="", rank=0)
    blank = np.full(len(rows), np.nan)
    fuels = [
        (rows["coal_type"], "coal_use_t", rows["coal_sulfur_pct"], rows["coal_ash_pct"]),
        (rows["oil_type"], "oil_use_t", rows["oil_sulfur_pct"], blank),
        (rows["gas_type"], "gas_use_wm3", blank, blank),
        (rows["biomass_type"], "biomass_use_t", blank, blank),
    ]
    treated = industrial.boiler_treatments(rows, rows["operating_months"] * (8760 / 12), context)
    for fuel, amount, sulfur, ash in fuels:
        burning = industrial.combustion(
            rows, context, fuel=fuel.where(rows[amount] > 0, ""), firing=rows["firing_method"],
            treated=treated, amount=rows[amount], sulfur=sulfur, ash=ash,
        )  # fmt: skip
        if amount == "gas_use_wm3":
            burning = burning.assign(material_unit="1e4m3")
        coefficients.industrial(ledger, burning, library)
