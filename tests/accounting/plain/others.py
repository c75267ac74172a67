"""Forms no formula starts from: samples kept for comparison, waste as reported, and what should be on another form."""

from __future__ import annotations

from tests.accounting.plain.books import Books
from tests.accounting.plain.domestic import BIOFUEL, COAL, FUEL, burnt
from tests.accounting.plain.facts import Account, Subject, first_known, known, total
from tests.accounting.plain.mobile import by_power

OUTFALL = {
    "cod": "COD", "bod5": "BOD5", "nh3n": "NH3_N", "tn": "TN", "tp": "TP", "oil": "animal_vegetable_oil",
}  # fmt: skip
HOURS_A_YEAR = 8760
SAMPLED = {
    "firewood_kg": (BIOFUEL, "firewood", "kg"),
    "straw_kg": (BIOFUEL, "crop residue in stoves", "kg"),
    "biogas_m3": (BIOFUEL, "biogas", "m3"),
    "natural_gas_m3": (FUEL, "natural gas", "m3"),
    "lpg_kg": (FUEL, "LPG", "kg"),
}
COALS = {"1": "bituminous raw coal", "2": "honeycomb briquette"}
BURNT = {"J102-2": "incineration_actual_wt", "J103-2": "incineration_actual_t"}


def account(subject: Subject, books: Books, out: Account) -> None:
    """All lines and gaps of these forms; last, as what is missing is seen by what is there."""
    _outfall(subject, out)
    _sampled_households(subject, books, out)
    _radioactive_waste(subject, out)
    _machines(subject, books, out)
    _facility(subject, out)
    if not out.lines and not out.gaps:
        for row in subject.rows("G101-2", "products"):
            out.miss(row, "missing_input", size=row.number("actual_output"))
        for row in subject.rows("G101-3", "materials"):
            out.miss(row, "missing_input", size=row.number("material_use"))


def _outfall(subject: Subject, out: Account) -> None:
    """S105: flow × concentration, each sample for an equal part of the year. It was counted at its sources."""
    samples = subject.rows("S105", "samples")
    for row in samples:
        volume = row.number("flow_m3h") * (HOURS_A_YEAR / len(samples))
        for item, pollutant in OUTFALL.items():
            value = row.number(f"{item}_mgl")
            mass = volume * value / 1e3
            if known(mass):
                out.add(
                    row, "water", pollutant, "monitoring", chosen=False, activity=volume, factor=value, discharged=mass,
                    environment=mass, destination="direct", step="measured",
                )  # fmt: skip
            elif known(value):
                out.miss(row, "missing_input", pollutant, value)


def _sampled_households(subject: Subject, books: Books, out: Account) -> None:
    """S106: what a sampled household burns is in the figures of its village."""
    for row in subject.sheets("S106"):
        for item, (product, stage, unit) in SAMPLED.items():
            burnt(subject, books, out, row, row.number(item), unit, product, stage, ("VOCs",), chosen=False)
        coal = total((row.number("cooking_coal_kg"), row.number("heating_coal_kg")))
        kind = COALS.get(row.text("coal_kind"), "other coal")
        burnt(subject, books, out, row, coal, "kg", COAL, kind, ("SO2", "NOx", "CO"), chosen=False)


def _radioactive_waste(subject: Subject, out: Account) -> None:
    """G107: generated as reported; ores without any waste are asked about."""
    pollutant, told = "radioactive_mineral_waste", False
    for row in subject.rows("G107", "wastes"):
        tonnes = row.number("waste_generated_t")
        if not known(tonnes):
            out.miss(row, "missing_input", pollutant)
            continue
        told = True
        out.add(
            row, "waste", pollutant, "reported", unit=row.text("waste_name"), activity=tonnes, generated=tonnes * 1e3,
            step="reported",
        )  # fmt: skip
    for row in subject.rows("G107", "ores"):
        ore = first_known(row.number("raw_ore_t"), row.number("concentrate_t"))
        if known(ore) and not told:
            out.miss(row, "missing_input", pollutant, ore)


def _machines(subject: Subject, books: Books, out: Account) -> None:
    """Y202-1 by power, only where the fuel of the same machines (Y202-2) is missing."""
    fuelled = any(
        row.number(item) > 0
        for row in subject.rows("Y202-2", "uses")
        for item in ("fuel_diesel_t", "fuel_gasoline_t")
    )
    for row in () if fuelled else subject.rows("Y202-1", "machines"):
        power, count = row.number("machine_power_kw"), row.number("machine_count")
        if not known(power) and count > 0:
            out.miss(row, "missing_input", size=count)
        by_power(subject, books, out, row, power, "farm machinery")


def _facility(subject: Subject, out: Account) -> None:
    """What a waste facility burnt or let out without any monitoring of it."""
    for form, burnt_item in BURNT.items():
        for row in subject.sheets(form):
            for item, watched, pollutants in (
                (burnt_item, "J104-2", ("SO2", "NOx", "PM")),
                ("wastewater_discharged_m3", "J104-1", ("COD", "NH3_N", "TN", "TP")),
            ):
                if row.number(item) > 0 and not subject.sheets(watched):
                    for pollutant in pollutants:
                        out.miss(row, "missing_input", pollutant, row.number(item))
