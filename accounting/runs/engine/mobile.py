"""Mobile sources: vehicles of the city, oil vapour of depots, stations and carriers, farm machinery, vessels.

Source: methods-agri-domestic-mobile sections 6 to 8. A correction that the run states no condition for is 1.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from accounting.factors.matching import Library
from accounting.methods import oil_vapour
from accounting.methods import vehicles as formulas
from census import declarations

from . import coefficients
from .context import Context
from .livestock import weakest
from .result import Ledger

YEAR = "national, inventory year {year}"


@cache
def reading() -> dict:
    """Vehicle classes (vehicles.yaml)."""
    return declarations.read(Path(__file__).with_name("vehicles.yaml"))


def account(ledger: Ledger, context: Context, library: Library) -> None:
    """All lines and gaps of mobile sources in a shard."""
    _vehicles(ledger, context, library)
    _stations(ledger, context, library)
    _depots(ledger, context, library)
    _carriers(ledger, context, library)
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
        row = rows.iloc[[position]]
        kind, use, fuel = (row[name].iloc[0] for name in ("vehicle_type", "vehicle_use", "fuel"))
        entry = _class_of(kind, use, fuel)
        for item, standard in standards.items():
            count = row[item].iloc[0]
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


# -- oil vapour ---------------------------------------------------------------------------------------

STATION = {
    "petrol": (
        ("underground tank filling", "petrol", "stage1"),
        ("tank breathing", "petrol", ""),
        ("vehicle refuelling, uncontrolled", "petrol", "stage2"),
        ("spillage", "petrol and diesel", ""),
    ),
    "diesel": (
        ("underground tank filling", "diesel", ""),
        ("vehicle refuelling", "diesel", ""),
        ("spillage", "petrol and diesel", ""),
    ),
}
RECOVERY = {"stage1": "stage I (tank filling)", "stage2": "stage II (refuelling)"}
HAS = {"1": set(), "2": {"stage1"}, "3": {"stage2"}, "4": {"stage1", "stage2"}}


def _volume(context: Context, tonnes: pd.Series, fuel: str) -> np.ndarray:
    density = context.parameter("density", fuel)
    return oil_vapour.volume(mass=tonnes.to_numpy(), density=np.float64(density or np.nan))["volume"]


def _stations(ledger: Ledger, context: Context, library: Library) -> None:
    rows = context.form("Y102").items(
        numbers=["gasoline_sales_t", "diesel_sales_t"], texts=["recovery_stage", "operating_status"]
    )
    rows = rows.assign(source="petrol_station")
    for fuel, item in (("petrol", "gasoline_sales_t"), ("diesel", "diesel_sales_t")):
        blank = rows[item].isna() & (rows["operating_status"] != "3")
        ledger.miss(rows, where=blank, pollutant="VOCs", reason="missing_input", key=item)
        sold = rows[rows[item] > 0].reset_index(drop=True)
        volume = _volume(context, sold[item], fuel)
        for process, stage, recovery in STATION[fuel]:
            fitted = (
                sold["recovery_stage"].map(lambda code, r=recovery: r in HAS.get(code, set())).to_numpy(bool)
            )
            _vapour(ledger, library, context, sold, process, stage, recovery, fitted, volume, fuel)


def _vapour(ledger, library, context, rows, process, stage, recovery, fitted, volume, fuel) -> None:
    if rows.empty:
        return
    region = context.regions(rows["object"])[0]
    match = library.regional("mobile", "petrol station", process, "VOCs", region, stage)
    rate = library.regional(
        "mobile", "petrol station", "vapour recovery efficiency", "VOCs", region, RECOVERY.get(recovery, "")
    ).factor
    if match.factor is None:
        ledger.miss(
            rows, pollutant="VOCs", reason=match.reason, key=f"petrol station / {process} / {stage}",
            size=volume, size_unit="m3",
        )  # fmt: skip
        return
    efficiency = np.where(fitted, rate.value / 100 if rate else np.nan, 0.0)
    result = oil_vapour.step(throughput=volume, coefficient=match.factor.value, recovery=efficiency)
    inputs = np.empty(len(rows), dtype=object)
    inputs[:] = [{"fuel": fuel, "density": context.parameter("density", fuel)}] * len(rows)
    ledger.add(
        rows, medium="air", pollutant="VOCs", method="coefficient", formula="oil_vapour.step",
        unit=f"{process} / {fuel}", activity=volume, activity_unit="m3", factor_id=match.factor.id,
        factor_value=match.factor.value, factor_unit=match.factor.value_unit, eta=efficiency,
        match_step=match.step,
        confidence=weakest(match.factor.confidence, rate.confidence if rate else "verified"), inputs=inputs,
        **result,
    )  # fmt: skip


def _depots(ledger: Ledger, context: Context, library: Library) -> None:
    """Loading of petrol into tankers; receiving and breathing have no factor and are listed as gaps."""
    rows = context.form("Y101").rows(
        "loading", numbers=["load_amount_t", "vapor_efficiency_pct"],
        texts=["load_oil_type", "loading_mode", "has_vapor_unit"],
    )  # fmt: skip
    rows = rows[rows["load_amount_t"] > 0].assign(source="oil_depot").reset_index(drop=True)
    petrol = (rows["load_oil_type"] == "2").to_numpy()
    ledger.miss(
        rows, where=~petrol, pollutant="VOCs", reason="no_factor", key="oil depot / loading / diesel or crude",
        size=rows["load_amount_t"], size_unit="t",
    )  # fmt: skip
    rows = rows[petrol].reset_index(drop=True)
    stage = "tank-truck loading, {}, dedicated normal service"
    for mode, text in (("2", stage.format("submerged")), ("1", stage.format("splash"))):
        part = rows[rows["loading_mode"] == mode].reset_index(drop=True)
        if part.empty:
            continue
        match = library.regional(
            "mobile",
            "gasoline distribution",
            "evaporative loss",
            "VOCs",
            context.regions(part["object"])[0],
            text,
        )
        volume = _volume(context, part["load_amount_t"], "petrol")
        if match.factor is None:
            ledger.miss(part, pollutant="VOCs", reason=match.reason, key=text, size=volume, size_unit="m3")
            continue
        declared = part["vapor_efficiency_pct"].to_numpy() / 100
        fitted = (part["has_vapor_unit"] == "1").to_numpy()
        efficiency = np.where(fitted, declared if library.policy.declared else np.nan, 0.0)
        result = oil_vapour.step(throughput=volume, coefficient=match.factor.value / 1e3, recovery=efficiency)
        unknown = np.isnan(result["discharged"])
        ledger.miss(
            part, where=unknown, pollutant="VOCs", reason="no_efficiency", key="vapor_efficiency_pct",
            size=result["generated"], size_unit="kg",
        )  # fmt: skip
        ledger.add(
            part, medium="air", pollutant="VOCs", method="coefficient", formula="oil_vapour.step", unit=text,
            activity=volume, activity_unit="m3", factor_id=match.factor.id, factor_value=match.factor.value,
            factor_unit=match.factor.value_unit, eta=efficiency, match_step=match.step,
            confidence=np.where(fitted, "declared", match.factor.confidence), **result,
        )  # fmt: skip


def _carriers(ledger: Ledger, context: Context, library: Library) -> None:
    items = {
        "gasoline_transport_t": "petrol",
        "diesel_transport_t": "diesel",
        "crude_transport_t": "crude oil",
    }
    rows = context.form("Y103").items(numbers=list(items)).assign(source="oil_carrier")
    for item, fuel in items.items():
        _listed(ledger, context, library, rows, item, "t", "road tanker", "transport loss", fuel, ("VOCs",))


# -- non-road -----------------------------------------------------------------------------------------


def _machinery(ledger: Ledger, context: Context, library: Library) -> None:
    """Farm machinery by fuel (Y202-2); fishing vessels (Y202-3) by power, once hours and g/kWh are loaded."""
    pollutants = ("NOx", "PM", "HC", "CO")
    rows = context.form("Y202-2").rows(
        "uses", numbers=["fuel_diesel_t", "fuel_gasoline_t"], texts=["fuel_use"]
    )
    rows = rows.assign(source="farm_machinery")
    for item, fuel in (("fuel_diesel_t", "diesel"), ("fuel_gasoline_t", "petrol")):
        _listed(
            ledger,
            context,
            library,
            rows,
            item,
            "t",
            "farm machinery",
            "fuel-based exhaust",
            fuel,
            pollutants,
        )
    rows = context.form("Y202-3").rows("vessels", numbers=["vessel_power_kw"], texts=["vessel_type"])
    rows = rows.assign(source="vessels")
    _listed(
        ledger,
        context,
        library,
        rows,
        "vessel_power_kw",
        "kW",
        "fishing vessel",
        "annual exhaust",
        "",
        pollutants,
    )


def _listed(ledger, context, library, rows, item, unit, product, process, stage, pollutants) -> None:
    """Rows whose factor is looked up by name: a line where the library has it, a gap where it has not."""
    used = (rows[item] > 0).to_numpy()
    if not used.any():
        return
    positions = np.tile(np.flatnonzero(used), len(pollutants))
    rows = rows.take(positions).assign(
        sector="mobile", product=product, process=process, stage=stage, medium="air",
        pollutant=np.repeat(np.array(pollutants, dtype=object), used.sum()), activity_unit=unit,
    )  # fmt: skip
    rows = rows.assign(region=context.regions(rows["object"]), activity=rows[item])
    coefficients.regional(ledger, rows, library)
