"""Oil vapour of stations, depots and carriers; farm machinery and fishing vessels.

Vapour of a step = m3 × kg/m3 × (1 − recovery), where it is fitted. Volume = mass ÷ density of the run.
"""

from __future__ import annotations

from math import nan

from tests.accounting.plain import vehicles
from tests.accounting.plain.books import Books
from tests.accounting.plain.coefficient import behind, by_place
from tests.accounting.plain.facts import Account, Around, Row, Subject, known
from tests.accounting.plain.units import product

EXHAUST = ("NOx", "PM", "HC", "CO")
STATION = {
    "petrol": (
        ("underground tank filling", "petrol", "stage I (tank filling)"),
        ("tank breathing", "petrol", ""),
        ("vehicle refuelling, uncontrolled", "petrol", "stage II (refuelling)"),
        ("spillage", "petrol and diesel", ""),
    ),
    "diesel": (
        ("underground tank filling", "diesel", ""),
        ("vehicle refuelling", "diesel", ""),
        ("spillage", "petrol and diesel", ""),
    ),
}
FITTED = {
    "2": ("stage I (tank filling)",),
    "3": ("stage II (refuelling)",),
    "4": ("stage I (tank filling)", "stage II (refuelling)"),
}
CLOSED = "3"
OILS = {"1": "crude oil", "2": "petrol", "3": "diesel"}
TANKS = {
    "1": "fixed roof",
    "2": "internal floating roof",
    "3": "external floating roof",
    "4": "pressure tank",
}
LOADING = {"1": "splash", "2": "submerged"}
CARRIED = {"gasoline_transport_t": "petrol", "diesel_transport_t": "diesel", "crude_transport_t": "crude oil"}


def account(subject: Subject, around: Around, books: Books, out: Account) -> None:
    """All lines and gaps of mobile sources."""
    vehicles.account(subject, around, books, out)
    for row in subject.sheets("Y102"):
        for fuel, item in (("petrol", "gasoline_sales_t"), ("diesel", "diesel_sales_t")):
            tonnes = row.number(item)
            if not known(tonnes) and row.text("operating_status") != CLOSED:
                out.miss(row, "missing_input", "VOCs")
            if tonnes > 0:
                _station(subject, books, out, row, fuel, tonnes / _density(around, fuel))
    for row in subject.rows("Y101", "tanks"):
        _tank(subject, books, out, row)
    for row in subject.rows("Y101", "loading"):
        if row.number("load_amount_t") > 0:
            _loading(subject, around, books, out, row)
    for row in subject.sheets("Y103"):
        for item, fuel in CARRIED.items():
            _listed(
                subject,
                books,
                out,
                row,
                row.number(item),
                "t",
                "road tanker",
                "transport loss",
                fuel,
                ("VOCs",),
            )
    for row in subject.rows("Y202-2", "uses"):
        for item, fuel in (("fuel_diesel_t", "diesel"), ("fuel_gasoline_t", "petrol")):
            amount = row.number(item)
            _listed(
                subject, books, out, row, amount, "t", "farm machinery", "fuel-based exhaust", fuel, EXHAUST
            )
    for row in subject.rows("Y202-3", "vessels"):
        by_power(subject, books, out, row, row.number("vessel_power_kw"), "fishing vessel")


def _density(around: Around, fuel: str) -> float:
    """t/m3; unknown where the run states none."""
    return around.parameter("density", fuel) or nan


def _station(subject: Subject, books: Books, out: Account, row: Row, fuel: str, volume: float) -> None:
    for process, stage, recovery in STATION[fuel]:
        found = books.local("mobile", "petrol station", process, "VOCs", subject.region, stage)
        if found.factor is None:
            out.miss(row, found.reason, "VOCs", volume)
            continue
        efficiency = 0.0
        if recovery and recovery in FITTED.get(row.text("recovery_stage"), ()):
            name = "vapour recovery efficiency"
            rate = books.local("mobile", "petrol station", name, "VOCs", subject.region, recovery).factor
            efficiency = rate.value / 100 if rate else nan
        _vapour(out, row, f"{process} / {fuel}", volume, found, found.factor.value, efficiency)


def _tank(subject: Subject, books: Books, out: Account, row: Row) -> None:
    """Receiving and breathing, by the turnover of a tank."""
    oil, roof = OILS.get(row.text("oil_type"), "other oil"), TANKS.get(row.text("tank_type"), "other tank")
    turned = row.number("turnover_ta")
    _listed(
        subject, books, out, row, turned, "t", "oil depot", "tank breathing", f"{oil} / {roof}", ("VOCs",)
    )


def _loading(subject: Subject, around: Around, books: Books, out: Account, row: Row) -> None:
    """Loading into tankers, less what the depot recovers. Petrol has factors by volume and way of loading."""
    tonnes, oil = row.number("load_amount_t"), OILS.get(row.text("load_oil_type"), "other oil")
    mode = LOADING.get(row.text("loading_mode"), "")
    product_name, unit = "oil depot", f"tank-truck loading / {oil}"
    if oil == "petrol" and mode:
        product_name, unit = "gasoline distribution", f"tank-truck loading, {mode}, dedicated normal service"
    found = books.local("mobile", product_name, "evaporative loss", "VOCs", subject.region, unit)
    if found.factor is None:
        out.miss(row, found.reason, "VOCs", tonnes)
        return
    amount, scale = tonnes, product(found.factor.value_unit, "t", "VOCs")
    if not known(scale):
        amount, scale = tonnes / _density(around, oil), product(found.factor.value_unit, "m3", "VOCs")
    if not known(amount * scale):
        out.miss(row, "missing_input", "VOCs", tonnes)
        return
    efficiency = 0.0
    if row.text("has_vapor_unit") == "1":
        efficiency = row.number("vapor_efficiency_pct") / 100 if books.declared else nan
    kg = found.factor.value * scale
    if not known(efficiency):
        out.miss(row, "no_efficiency", "VOCs", amount * kg)
    _vapour(out, row, unit, amount, found, kg, efficiency)


def _vapour(out: Account, row: Row, unit: str, volume: float, found, kg: float, efficiency: float) -> None:
    generated = volume * kg
    out.add(
        row, "air", "VOCs", "coefficient", unit=unit, activity=volume, factor=found.factor.value,
        factor_id=found.factor.id, eta=efficiency, generated=generated, step=found.step,
        discharged=behind(generated, efficiency, 1.0),
    )  # fmt: skip


def _listed(
    subject: Subject, books: Books, out: Account, row: Row, amount: float, unit: str, product: str, process: str,
    stage: str, pollutants: tuple[str, ...],
) -> None:  # fmt: skip
    """A line where the library has the factor, a gap where it has not."""
    if amount > 0:
        by_place(
            books, out, row, sector="mobile", product_name=product, process=process, stage=stage, medium="air",
            pollutants=pollutants, region=subject.region, activity=amount, unit=unit,
        )  # fmt: skip


def by_power(subject: Subject, books: Books, out: Account, row: Row, power: float, machine: str) -> None:
    """Rated kW × load × hours × g/kWh (non-road guideline) where these are loaded, else what a kW emits a year."""
    for pollutant in EXHAUST if power > 0 else ():
        found = books.local("mobile", machine, "exhaust by power", pollutant, subject.region)
        if found.factor is None:
            _listed(subject, books, out, row, power, "kW", machine, "annual exhaust", "", (pollutant,))
            continue
        hours = books.local("mobile", machine, "annual hours", "hours", subject.region).factor
        load = books.local("mobile", machine, "load factor", "load_factor", subject.region).factor
        scale = product(found.factor.value_unit, "kWh", pollutant)
        if not known(scale) or hours is None or load is None:
            out.miss(row, "no_factor" if known(scale) else "unit_mismatch", pollutant, power)
            continue
        kg = power * load.value * hours.value * found.factor.value * scale
        out.add(
            row, "air", pollutant, "coefficient", unit=f"{machine} / exhaust by power", activity=power,
            factor=found.factor.value, factor_id=found.factor.id, generated=kg, discharged=kg, step=found.step,
        )  # fmt: skip
