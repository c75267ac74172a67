"""Towns, villages, household fuels and products, boilers outside industry.

Sewage of towns is water × 0.8 to 0.9 by what a person uses (150 to 250 L a day); the plants' removal is taken off once.
Sewage of villages goes by person and day, each route of the households with its own removal.
"""

from __future__ import annotations

from math import nan

from tests.accounting.plain import coefficient, treatment
from tests.accounting.plain.books import Books
from tests.accounting.plain.coefficient import by_place
from tests.accounting.plain.facts import Account, Around, Row, Subject, declared, first_known, known, total
from tests.accounting.plain.industrial import BURNT, burn, fuel_unit

WATER = ("COD", "NH3_N", "TN", "TP", "BOD5", "animal_vegetable_oil")
TOWN = "urban domestic sewage"
FUEL, BIOFUEL, COAL = "residential fuel (urban and rural)", "residential biofuel", "residential coal"
GASES = {
    "natural_gas_wm3": ("natural gas", "1e4m3"),
    "manufactured_gas_wm3": ("coal gas", "1e4m3"),
    "lpg_t": ("LPG", "t"),
}
COALS = {"household_loose_coal_t": "bituminous raw coal", "household_briquette_t": "honeycomb briquette"}
IN_VILLAGES = {
    "household_coal_t": (FUEL, "coal", "t", ("VOCs",)),
    "piped_gas_m3": (FUEL, "natural gas", "m3", ("VOCs",)),
    "bottled_lpg_t": (FUEL, "LPG", "t", ("VOCs",)),
    "biomass_t": (BIOFUEL, "firewood", "t", ("VOCs",)),
    "commercial_coal_t": ("accommodation and catering", "coal", "t", ("VOCs",)),
}
ROUTES = {
    "sewage_farmland_households": "farmland",
    "sewage_water_households": "water",
    "sewage_device_households": "household device",
    "sewage_rural_plant_households": "rural plant",
    "sewage_municipal_households": "municipal",
    "sewage_other_households": "other",
}


def account(subject: Subject, around: Around, books: Books, out: Account) -> None:
    """All lines and gaps of domestic sources."""
    for form in ("S201", "S202"):
        for row in subject.sheets(form):
            _town(subject, around, books, out, row)
            for item, (stage, unit) in GASES.items():
                burnt(subject, books, out, row, row.number(item), unit, FUEL, stage, ("VOCs",))
            _products(subject, books, out, row)
    for row in subject.sheets("S102"):
        _village(subject, books, out, row)
        _products(subject, books, out, row)
    for row in subject.sheets("S101"):
        for item, kind in COALS.items():
            _coal(subject, books, out, row, row.number(item), kind)
        for item, (product, stage, unit, pollutants) in IN_VILLAGES.items():
            burnt(subject, books, out, row, row.number(item), unit, product, stage, pollutants)
    _boilers(subject, books, out)


def burnt(
    subject: Subject, books: Books, out: Account, row: Row, amount: float, unit: str, product: str, stage: str,
    pollutants: tuple[str, ...], *, chosen: bool = True,
) -> None:  # fmt: skip
    """Fuel of households. ``chosen`` false: kept for comparison."""
    if amount > 0:
        by_place(
            books, out, row, sector="domestic", product_name=product, process="combustion", stage=stage, medium="air",
            pollutants=pollutants, region=subject.region, activity=amount, unit=unit, chosen=chosen,
        )  # fmt: skip


def _coal(subject: Subject, books: Books, out: Account, row: Row, tonnes: float, kind: str) -> None:
    """Household coal. SO2 by its sulfur where the form tells it, counted where no coefficient may be used."""
    burnt(subject, books, out, row, tonnes, "t", COAL, kind, ("NOx", "PM", "CO"))
    rule, sulfur = declared("balances")["household"], row.number("coal_sulfur_pct")
    coefficient_known = (
        books.local("domestic", COAL, "combustion", "SO2", subject.region, kind).factor is not None
    )
    balanced = (
        tonnes > 0 and sulfur <= declared("balances")["highest"]["S"] and rule["confidence"] in books.ratings
    )
    if balanced:
        amount = 2 * tonnes * sulfur / 100 * rule["share"] * 1e3
        out.add(
            row, "air", "SO2", "balance", unit=f"{COAL} / combustion / {kind}", chosen=not coefficient_known,
            activity=tonnes, factor=rule["share"], eta=0.0, generated=amount, discharged=amount, step="balance",
        )  # fmt: skip
    if coefficient_known or not balanced:
        burnt(subject, books, out, row, tonnes, "t", COAL, kind, ("SO2",))


PEOPLE = {
    "S201": ("urban_population_wren", "urban_temporary_wren", "town_population_wren"),
    "S202": ("county_seat_population_wren", "county_seat_temporary_wren", "town_population_wren"),
}
ROADS = ("new_asphalt_road_km", "rebuilt_asphalt_road_km")


def _products(subject: Subject, books: Books, out: Account, row: Row) -> None:
    """VOCs of products, kitchens, finishing and paving. Floor area and roads stand on S201, for the whole city."""
    if row.form == "S102":
        uses = [("household products", row.number("population"), "cap")]
    else:
        people = total(map(row.number, PEOPLE[row.form])) * 1e4
        uses = [(kind, people, "cap") for kind in ("household products", "catering", "dry cleaning")]
    if row.form == "S201":
        uses.append(("building decoration", row.number("housing_completed_wm2") * 1e4, "m2"))
        uses.append(("asphalt paving", total(map(row.number, ROADS)), "km"))
    for kind, amount, unit in uses:
        if amount > 0:
            by_place(
                books, out, row, sector="domestic", product_name="domestic solvent use", process="evaporative loss",
                stage=kind, medium="air", pollutants=("VOCs",), region=subject.region, activity=amount, unit=unit,
            )  # fmt: skip


# -- water --------------------------------------------------------------------------------------------


def _sewage(water: float, people: float) -> float:
    """m3 of sewage from the water of a year (m3) and the people using it."""
    if not people > 0 or not known(water):
        return nan
    litres = min(max(water * 1e3 / people / 365, 150.0), 250.0)
    return water * (0.8 + 0.1 * (litres - 150) / 100)


def _town(subject: Subject, around: Around, books: Books, out: Account, row: Row) -> None:
    items = ("public_service_water_wm3", "household_water_wm3", "free_domestic_water_wm3")
    seat = _sewage(total(map(row.number, items)) * 1e4, row.number("water_population_wren") * 1e4)
    towns = _sewage(row.number("town_water_wm3") * 1e4, row.number("town_water_population_wren") * 1e4)
    sewage = seat + first_known(towns, 0.0)
    if not known(sewage):
        out.miss(row, "missing_input")
        return
    out.add(
        row, "water", "waste_water_volume", "coefficient", activity=sewage, discharged=sewage, environment=sewage,
        destination="direct", step="reported",
    )  # fmt: skip
    for pollutant in WATER:
        found = books.local("domestic", TOWN, "generation concentration", pollutant, subject.region)
        if found.factor is None:
            out.miss(row, found.reason, pollutant, sewage)
            continue
        generated, taken = sewage * found.factor.value / 1e3, around.removed.get(pollutant, 0.0)
        if taken > generated:
            out.miss(row, "negative", pollutant, taken - generated)
        left = max(generated - taken, 0.0)
        out.add(
            row, "water", pollutant, "coefficient", unit=TOWN, activity=sewage, factor=found.factor.value,
            factor_id=found.factor.id, generated=generated, discharged=left, environment=left, destination="direct",
            step=found.step,
        )  # fmt: skip


def _village(subject: Subject, books: Books, out: Account, row: Row) -> None:
    """What enters the town network leaves the village with it, what enters water directly is not treated."""
    people = row.number("population")
    if not known(people):
        out.miss(row, "missing_input")
        return
    households = {route: first_known(row.number(item), 0.0) for item, route in ROUTES.items()}
    for pollutant in ("COD", "NH3_N", "TN", "TP"):
        found = books.local("domestic", "rural resident", "generation", pollutant, subject.region)
        if found.factor is None:
            out.miss(row, found.reason, pollutant, people)
            continue
        generated = people * found.factor.value * 365 / 1e3
        passed = sum(
            number * _passing(books, subject, pollutant, route)
            for route, number in households.items()
            if number
        )
        everybody = sum(households.values())
        left = generated * passed / everybody if everybody > 0 else nan
        if not known(left):
            out.miss(row, "no_efficiency", pollutant, generated)
        out.add(
            row, "water", pollutant, "coefficient", unit="rural resident", activity=people, factor=found.factor.value,
            factor_id=found.factor.id, generated=generated, discharged=left, environment=left, destination="direct",
            step=found.step,
        )  # fmt: skip


def _passing(books: Books, subject: Subject, pollutant: str, route: str) -> float:
    if route in ("water", "municipal"):
        return 1.0 if route == "water" else 0.0
    rate = books.local("domestic", "rural sewage", "removal rate", pollutant, subject.region, route).factor
    return 1 - rate.value / 100 if rate else nan


# -- boilers ------------------------------------------------------------------------------------------


def _boilers(subject: Subject, books: Books, out: Account) -> None:
    """S103 by the coefficients of industrial boilers; hours from the months the boiler ran."""
    rows = subject.rows("S103", "boilers")
    for row in rows:
        fuels = (
            (
                row.text("coal_type"),
                row.number("coal_use_t"),
                row.number("coal_sulfur_pct"),
                row.number("coal_ash_pct"),
            ),
            (row.text("oil_type"), row.number("oil_use_t"), row.number("oil_sulfur_pct"), nan),
            (row.text("gas_type"), row.number("gas_use_wm3"), nan, nan),
            (row.text("biomass_type"), row.number("biomass_use_t"), nan, nan),
        )
        for position, (fuel, amount, sulfur, ash) in enumerate(fuels):
            unit = "1e4m3" if position == 2 else fuel_unit(fuel)
            for pollutant in BURNT if fuel and amount > 0 else ():
                use = burn(fuel, row.text("firing_method"), amount, sulfur, ash, pollutant, unit)
                treated = treatment.stated(
                    row, pollutant, rows, lambda one: one.number("operating_months") * 730
                )
                coefficient.account(books, out, row, use, treated)
