"""Mobile sources: vehicles of the city, oil vapour (oil.py), farm machinery, vessels.

Source: methods-agri-domestic-mobile sections 6 and 7. A correction that the run states no condition for is 1.
"""

from functools import cache
from pathlib import Path

import numpy as np

from accounting.factors.matching import Library
from accounting.methods import nonroad
from accounting.methods import vehicles as formulas
from census import declarations

from . import oil
from .coefficients import listed
from .context import Context
from .livestock import weakest
from .result import Ledger, multiplier

YEAR = "national, inventory year {year}"


@cache
def reading() -> dict:
    """Vehicle classes (vehicles.yaml)."""
    return declarations.read(Path(__file__).with_name("vehicles.yaml"))


def account(ledger: Ledger, context: Context, library: Library) -> None:
    """All lines and gaps of mobile sources in a shard."""
    _vehicles(ledger, context, library)
    oil.account(ledger, context, library)
    _machinery(ledger, context, library)


# -- vehicles -----------------------------------------------------------------------------------------


def _class_of(kind: str, use: str, fuel: str) -> dict | None:
    for entry in reading()["classes"]:
        if kind in entry["types"] and entry["use"] in {"", use} and entry["fuel"] == fuel:
            return entry
    return None


def _vehicles(ledger: Ledger, context: Context, library: Library) -> None:
    standards = reading()["standards"]
    rows = context.form("Y201-1").rows(
        "vehicles", numbers=list(standards), texts=["vehicle_type", "vehicle_use", "fuel"]
    )
    rows = rows.assign(source="vehicles")
    for position in range(len(rows)):
        row = rows.take([position])
        kind, use, fuel = (row[name][0] for name in ("vehicle_type", "vehicle_use", "fuel"))
        entry = _class_of(kind, use, fuel)
        for item, standard in standards.items():
            count = row[item][0]
            if not count > 0:
                continue
            if entry is None:
                ledger.miss(
                    row, reason="no_factor", key=f"{kind} / {use} / {fuel} / {standard}", size=count,
                    size_unit="vehicle",
                )  # fmt: skip
                continue
            _exhaust(ledger, context, library, row, entry, standard, count)
            if fuel == "1":
                _evaporation(ledger, context, library, row, entry, standard, count)


def _mileage(library: Library, entry: dict, region: str):
    return library.regional("mobile", entry["mileage"], "annual mileage", "VKT", region).factor


def _exhaust(ledger, context, library, row, entry, standard, count) -> None:
    region = context.regions(row["object"])[0]
    mileage = _mileage(library, entry, region)
    for pollutant in reading()["pollutants"]:
        match = library.regional("mobile", entry["subject"], "exhaust", pollutant, region, standard)
        if match.factor is None or mileage is None:
            ledger.miss(
                row, pollutant=pollutant, reason=match.reason or "no_factor", size=count, size_unit="vehicle",
                key=f"{entry['subject']} / {standard}" + ("" if mileage else " / annual mileage"),
            )  # fmt: skip
            continue
        corrections = correction(library, context, entry, standard, pollutant)
        amount = formulas.exhaust(
            vehicles=count, base=match.factor.value, mileage=mileage.value,
            corrections=np.array([value for _, value in corrections] or [1.0]),
        )["discharged"]  # fmt: skip
        _lines(
            ledger, row, pollutant, amount, match, mileage, count, formula="vehicles.exhaust",
            unit=f"{entry['subject']} / {standard}",
            inputs={"km": mileage.value, "standard": standard, **dict(corrections)},
        )  # fmt: skip


def _lines(ledger, row, pollutant, amount, match, mileage, count, *, formula, unit, inputs) -> None:
    """The inventory line, and the line of the pollutant the census reports from it."""
    reported = reading()["reported"].get(pollutant)
    for name, extra in ((pollutant, {}), (reported, {"taken_from": pollutant})):
        if name is None:
            continue
        entry = np.empty(1, dtype=object)
        entry[0] = inputs | extra
        ledger.add(
            row, medium="air", pollutant=name, method="coefficient", formula=formula, unit=unit,
            subject=row["vehicle_type"], activity=count, activity_unit="vehicle", factor_id=match.factor.id,
            factor_value=match.factor.value, factor_unit=match.factor.value_unit, generated=amount, removed=0.0,
            discharged=amount, match_step=match.step,
            confidence=weakest(match.factor.confidence, mileage.confidence), inputs=entry,
        )  # fmt: skip


def _evaporation(ledger, context, library, row, entry, standard, count) -> None:
    """Running and parking losses of petrol vehicles, at the mean speed of the run."""
    region = context.regions(row["object"])[0]
    running = library.regional("mobile", "petrol vehicle", "evaporative running loss", "HC", region)
    parking = library.regional("mobile", "petrol vehicle", "evaporative parking loss", "HC", region)
    mileage, speed = _mileage(library, entry, region), context.parameter("vehicles", "speed")
    if None in (running.factor, parking.factor, mileage) or speed is None:
        reason = "missing_input" if speed is None else "no_factor"
        key = "mean speed of the run" if speed is None else "petrol vehicle / evaporation"
        ledger.miss(row, pollutant="HC", reason=reason, key=key, size=count, size_unit="vehicle")
        return
    amount = formulas.evaporation(
        vehicles=count, running=running.factor.value, parking=parking.factor.value, mileage=mileage.value,
        speed=float(speed),
    )["discharged"]  # fmt: skip
    _lines(
        ledger, row, "HC", amount, running, mileage, count, formula="vehicles.evaporation",
        unit=f"{entry['subject']} / {standard} / evaporation",
        inputs={"km": mileage.value, "km_per_h": speed, "parking_g_per_d": parking.factor.value},
    )  # fmt: skip


def correction(
    library: Library, context: Context, entry: dict, standard: str, pollutant: str
) -> list[tuple[str, float]]:
    """The correction multipliers (name, value) the run's conditions call for; those without a row are 1."""
    found = []
    for name, subject, process, stage, region in _conditions(context, entry, standard):
        row = library.printed("mobile", subject, process, pollutant, stage=stage, region=region)
        if row is not None:
            found.append((name, row.value))
    return found


def _conditions(context: Context, entry: dict, standard: str):
    """(name, subject, process, stage, region) of every correction whose condition the run states."""
    subject, given = entry["subject"], lambda name: context.parameter("vehicles", name)
    petrol, diesel = (
        subject.endswith("petrol") or subject in {"motorcycle", "moped"},
        subject.endswith("diesel"),
    )
    fuel = "petrol" if petrol else "diesel" if diesel else ""
    if not fuel:
        return
    if (temperature := given("temperature")) is not None and not 10 <= temperature <= 25:
        stage = "ambient <10 °C" if temperature < 10 else "ambient >25 °C"
        if group := _temperature_group(subject, petrol):
            yield "temperature", group, "temperature correction", stage, ""
    if (speed := given("speed")) is not None:
        steps = ((20, "<20"), (30, "20-30"), (40, "30-40"), (80, "40-80"), (float("inf"), ">80"))
        stage = next(f"speed {text} km/h" for limit, text in steps if speed < limit)
        late = standard in {"China 4", "China 5", "China 6"}
        kind = (
            "petrol, all standards"
            if petrol
            else f"diesel, {'China 4 and later' if late else 'up to China 3'}"
        )
        yield "speed", kind, "speed correction", stage, ""
    if (sulfur := given(f"{fuel}_sulfur")) is not None:
        yield "sulfur", f"{fuel} {standard}", "sulfur correction", f"fuel sulfur {sulfur:g} ppm", ""
    if (load := given("load")) is not None and diesel and "truck" in subject:
        yield "load", "diesel trucks", "load correction", f"load {load:g} %", ""
    if (altitude := given("altitude")) is not None and altitude > 1500:
        light = "small" in subject or "light" in subject
        yield (
            "altitude",
            f"{fuel} {'light' if light else 'medium and heavy'} vehicles",
            "altitude correction",
            "",
            "",
        )
    if (year := given("year")) is not None and "family" in entry:
        yield "deterioration", entry["family"], "deterioration correction", standard, YEAR.format(year=year)


def _temperature_group(subject: str, petrol: bool) -> str:
    if petrol:
        return "" if subject in {"motorcycle", "moped"} else "petrol vehicles except motorcycles"
    if subject.startswith("passenger, small"):
        return "diesel light passenger"
    if subject.startswith("truck, light"):
        return "diesel light truck"
    if subject.startswith("truck, heavy"):
        return "diesel heavy truck"
    return "diesel large bus" if "bus" in subject or "passenger, large" in subject else ""


# -- non-road -----------------------------------------------------------------------------------------


EXHAUST = ("NOx", "PM", "HC", "CO")


def _machinery(ledger: Ledger, context: Context, library: Library) -> None:
    """Farm machinery by fuel (Y202-2); fishing vessels (Y202-3) by power."""
    rows = context.form("Y202-2").rows(
        "uses", numbers=["fuel_diesel_t", "fuel_gasoline_t"], texts=["fuel_use"]
    )
    rows = rows.assign(source="farm_machinery")
    for item, fuel in (("fuel_diesel_t", "diesel"), ("fuel_gasoline_t", "petrol")):
        listed(
            ledger, context, library, rows, item, "t", "farm machinery", "fuel-based exhaust", fuel, EXHAUST
        )
    rows = context.form("Y202-3").rows("vessels", numbers=["vessel_power_kw"], texts=["vessel_type"])
    by_power(ledger, context, library, rows.assign(source="vessels"), "vessel_power_kw", "fishing vessel")


def by_power(ledger, context, library, rows, item, product) -> None:
    """Rated power: by g/kWh, hours and load factor where the library has g/kWh, else by what a kW emits a year."""
    for part in context.by_city(rows[rows[item] > 0]):
        _by_power(ledger, context, library, part, item, product)


def _by_power(ledger, context, library, rows, item, product) -> None:
    region = context.regions(rows["object"])[0]
    hours, load = (
        library.regional("mobile", product, process, name, region).factor
        for process, name in (("annual hours", "hours"), ("load factor", "load_factor"))
    )
    matches = {
        pollutant: library.regional("mobile", product, "exhaust by power", pollutant, region)
        for pollutant in EXHAUST
    }
    others = [pollutant for pollutant, match in matches.items() if match.factor is None]
    listed(ledger, context, library, rows, item, "kW", product, "annual exhaust", "", others)
    for pollutant, match in matches.items():
        if match.factor is None:
            continue
        per = match.factor.value * multiplier(match.factor.value_unit, "kWh", pollutant) * 1e3
        if hours is None or load is None or np.isnan(per):
            ledger.miss(
                rows, pollutant=pollutant, reason="unit_mismatch" if np.isnan(per) else "no_factor",
                key=f"{product} / annual hours / load factor", size=rows[item], size_unit="kW",
            )  # fmt: skip
            continue
        amount = nonroad.power(
            machines=1.0, power=rows[item], load_factor=load.value, hours=hours.value, coefficient=per
        )["discharged"]
        inputs = np.empty(len(rows), dtype=object)
        inputs[:] = [{"machines": 1, "hours": hours.value, "load_factor": load.value}] * len(rows)
        ledger.add(
            rows, medium="air", pollutant=pollutant, method="coefficient", formula="nonroad.power",
            unit=f"{product} / exhaust by power", activity=rows[item], activity_unit="kW",
            factor_id=match.factor.id, factor_value=match.factor.value, factor_unit=match.factor.value_unit,
            generated=amount, removed=0.0, discharged=amount, match_step=match.step, inputs=inputs,
            confidence=weakest(match.factor.confidence, hours.confidence, load.confidence),
        )  # fmt: skip
