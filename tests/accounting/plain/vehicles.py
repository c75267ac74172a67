"""Vehicles of a city (Y201-1): fleet × g/km × km a year × corrections, and evaporated petrol (guideline of 2014)."""

from __future__ import annotations

from math import inf, nan

from tests.accounting.plain.books import Books
from tests.accounting.plain.facts import Account, Around, Row, Subject, declared

LATE = ("China 4", "China 5", "China 6")
SPEEDS = ((20, "<20"), (30, "20-30"), (40, "30-40"), (80, "40-80"), (inf, ">80"))
LOSSES = ("evaporative running loss", "evaporative parking loss")


def account(subject: Subject, around: Around, books: Books, out: Account) -> None:
    """Lines or gaps of every row, standard and pollutant."""
    reading = declared("vehicles")
    for row in subject.rows("Y201-1", "vehicles"):
        kind, use, fuel = (row.text(item) for item in ("vehicle_type", "vehicle_use", "fuel"))
        entry = next(
            (
                one
                for one in reading["classes"]
                if kind in one["types"] and one["use"] in ("", use) and one["fuel"] == fuel
            ),
            None,
        )
        for item, standard in reading["standards"].items():
            count = row.number(item)
            if not count > 0:
                continue
            if entry is None:
                out.miss(row, "no_factor", size=count)
                continue
            mileage = books.local("mobile", entry["mileage"], "annual mileage", "VKT", subject.region).factor
            for pollutant in reading["pollutants"]:
                _exhaust(subject, around, books, out, row, entry, standard, count, mileage, pollutant)
            if fuel == "1":
                _evaporation(subject, around, books, out, row, entry, standard, count, mileage)


def _exhaust(subject, around, books, out, row, entry, standard, count, mileage, pollutant) -> None:
    found = books.local("mobile", entry["subject"], "exhaust", pollutant, subject.region, standard)
    if found.factor is None or mileage is None:
        out.miss(row, found.reason or "no_factor", pollutant, count)
        return
    kg = count * found.factor.value * mileage.value / 1e3
    for correction in _corrections(around, books, entry, standard, pollutant):
        kg *= correction
    _lines(out, row, pollutant, f"{entry['subject']} / {standard}", count, found, kg)


def _lines(out: Account, row: Row, pollutant: str, unit: str, count: float, found, kg: float) -> None:
    """The pollutant of the inventory, and the one the census reports from it."""
    for name in filter(None, (pollutant, declared("vehicles")["reported"].get(pollutant))):
        out.add(
            row, "air", name, "coefficient", unit=unit, activity=count, factor=found.factor.value,
            factor_id=found.factor.id, generated=kg, discharged=kg, step=found.step,
        )  # fmt: skip


def _evaporation(subject, around, books, out, row, entry, standard, count, mileage) -> None:
    running, parking = (
        books.local("mobile", "petrol vehicle", loss, "HC", subject.region) for loss in LOSSES
    )
    speed = around.parameter("vehicles", "speed")
    if speed is None or None in (running.factor, parking.factor, mileage):
        out.miss(row, "missing_input" if speed is None else "no_factor", "HC", count)
        return
    grams = running.factor.value * mileage.value / speed + parking.factor.value * 365
    unit = f"{entry['subject']} / {standard} / evaporation"
    _lines(out, row, "HC", unit, count, running, count * grams / 1e3)


def _corrections(around: Around, books: Books, entry: dict, standard: str, pollutant: str) -> list[float]:
    """Multipliers of the conditions the run states; without a printed row there is none."""
    rows = [
        books.printed(words, process, pollutant, stage, region)
        for words, process, stage, region in _conditions(around, entry, standard)
    ]
    return [row.value for row in rows if row]


def _conditions(around: Around, entry: dict, standard: str):
    """(subject, process, stage, region) as printed, of each correction."""
    subject = entry["subject"]
    two_wheels = subject in ("motorcycle", "moped")
    fuel = (
        "petrol"
        if two_wheels or subject.endswith("petrol")
        else "diesel"
        if subject.endswith("diesel")
        else ""
    )
    if not fuel:
        return
    given = {
        name: nan if (value := around.parameter("vehicles", name)) is None else value
        for name in ("temperature", "speed", f"{fuel}_sulfur", "load", "altitude", "year")
    }
    if given["temperature"] < 10 or given["temperature"] > 25:
        stage = "ambient <10 °C" if given["temperature"] < 10 else "ambient >25 °C"
        yield _warmed(subject, fuel), "temperature correction", stage, ""
    if given["speed"] == given["speed"]:
        step = next(text for limit, text in SPEEDS if given["speed"] < limit)
        age = (
            "all standards"
            if fuel == "petrol"
            else "China 4 and later"
            if standard in LATE
            else "up to China 3"
        )
        yield f"{fuel}, {age}", "speed correction", f"speed {step} km/h", ""
    if (sulfur := given[f"{fuel}_sulfur"]) == sulfur:
        yield f"{fuel} {standard}", "sulfur correction", f"fuel sulfur {sulfur:g} ppm", ""
    if given["load"] == given["load"] and fuel == "diesel" and "truck" in subject:
        yield "diesel trucks", "load correction", f"load {given['load']:g} %", ""
    if given["altitude"] > 1500:
        size = "light" if "small" in subject or "light" in subject else "medium and heavy"
        yield f"{fuel} {size} vehicles", "altitude correction", "", ""
    if given["year"] == given["year"] and "family" in entry:
        region = f"national, inventory year {given['year']}"
        yield entry["family"], "deterioration correction", standard, region


def _warmed(subject: str, fuel: str) -> str:
    """The group of vehicles in the table of temperatures."""
    if fuel == "petrol":
        return "" if subject in ("motorcycle", "moped") else "petrol vehicles except motorcycles"
    for beginning, group in (
        ("passenger, small", "diesel light passenger"),
        ("truck, light", "diesel light truck"),
        ("truck, heavy", "diesel heavy truck"),
    ):
        if subject.startswith(beginning):
            return group
    return "diesel large bus" if "bus" in subject or "passenger, large" in subject else ""
