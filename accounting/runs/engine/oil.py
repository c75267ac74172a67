"""Oil vapour of depots, stations and road tankers, per step and oil. Source: methods-agri-domestic-mobile section 8."""

import numpy as np

from accounting.factors.matching import Library
from accounting.methods import oil_vapour

from .coefficients import listed
from .context import Context
from .livestock import weakest
from .result import Ledger, multiplier
from .table import Column


def account(ledger: Ledger, context: Context, library: Library) -> None:
    """All lines and gaps of oil vapour in a shard."""
    _stations(ledger, context, library)
    _depots(ledger, context, library)
    _carriers(ledger, context, library)


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


def _volume(context: Context, tonnes: Column, fuel: str) -> np.ndarray:
    density = context.parameter("density", fuel)
    return oil_vapour.volume(mass=tonnes, density=np.float64(density or np.nan))["volume"]


def _stations(ledger: Ledger, context: Context, library: Library) -> None:
    rows = context.form("Y102").items(
        numbers=["gasoline_sales_t", "diesel_sales_t"], texts=["recovery_stage", "operating_status"]
    )
    rows = rows.assign(source="petrol_station")
    for fuel, item in (("petrol", "gasoline_sales_t"), ("diesel", "diesel_sales_t")):
        blank = rows[item].isna() & (rows["operating_status"] != "3")
        ledger.miss(rows, where=blank, pollutant="VOCs", reason="missing_input", key=item)
        sold = rows[rows[item] > 0]
        volume = _volume(context, sold[item], fuel)
        for process, stage, recovery in STATION[fuel]:
            fitted = sold["recovery_stage"].map(lambda code, r=recovery: r in HAS.get(code, set()))
            for part in context.by_city(sold.assign(volume=volume, fitted=fitted)):
                _vapour(ledger, library, context, part, process, stage, recovery, fuel)


def _vapour(ledger, library, context, rows, process, stage, recovery, fuel) -> None:
    """Rows of one city with ``volume`` sold and whether the recovery is ``fitted``."""
    region = context.regions(rows["object"])[0]
    match = library.regional("mobile", "petrol station", process, "VOCs", region, stage)
    rate = library.regional(
        "mobile", "petrol station", "vapour recovery efficiency", "VOCs", region, RECOVERY.get(recovery, "")
    ).factor
    if match.factor is None:
        ledger.miss(
            rows, pollutant="VOCs", reason=match.reason, key=f"petrol station / {process} / {stage}",
            size=rows["volume"], size_unit="m3",
        )  # fmt: skip
        return
    efficiency = np.where(rows["fitted"], rate.value / 100 if rate else np.nan, 0.0)
    result = oil_vapour.step(throughput=rows["volume"], coefficient=match.factor.value, recovery=efficiency)
    inputs = np.empty(len(rows), dtype=object)
    inputs[:] = [{"fuel": fuel, "density": context.parameter("density", fuel)}] * len(rows)
    ledger.add(
        rows, medium="air", pollutant="VOCs", method="coefficient", formula="oil_vapour.step",
        unit=f"{process} / {fuel}", activity=rows["volume"], activity_unit="m3", factor_id=match.factor.id,
        factor_value=match.factor.value, factor_unit=match.factor.value_unit, eta=efficiency,
        match_step=match.step,
        confidence=weakest(match.factor.confidence, rate.confidence if rate else "verified"), inputs=inputs,
        **result,
    )  # fmt: skip


OILS = {"1": "crude oil", "2": "petrol", "3": "diesel"}
TANKS = {
    "1": "fixed roof",
    "2": "internal floating roof",
    "3": "external floating roof",
    "4": "pressure tank",
}
TRUCKS = {"2": "submerged", "1": "splash"}


def _depots(ledger: Ledger, context: Context, library: Library) -> None:
    """Receiving and breathing by the turnover of the tanks; loading into tankers with the recovery of the depot."""
    tanks = context.form("Y101").rows("tanks", numbers=["turnover_ta"], texts=["oil_type", "tank_type"])
    kinds = (
        tanks["oil_type"].map(OILS).fillna("other oil")
        + " / "
        + tanks["tank_type"].map(TANKS).fillna("other tank")
    )
    for kind in dict.fromkeys(kinds):
        rows = tanks[kinds == kind].assign(source="oil_depot")
        listed(
            ledger, context, library, rows, "turnover_ta", "t", "oil depot", "tank breathing", kind, ("VOCs",)
        )
    rows = context.form("Y101").rows(
        "loading", numbers=["load_amount_t", "vapor_efficiency_pct"],
        texts=["load_oil_type", "loading_mode", "has_vapor_unit"],
    )  # fmt: skip
    rows = rows[rows["load_amount_t"] > 0].assign(source="oil_depot")
    oils, modes = (
        rows["load_oil_type"].map(OILS).fillna("other oil"),
        rows["loading_mode"].map(TRUCKS).fillna(""),
    )
    for oil, mode in dict.fromkeys(zip(oils, modes, strict=True)):
        for part in context.by_city(rows[((oils == oil) & (modes == mode))]):
            _loading(ledger, context, library, part, oil, mode)


def _loading(ledger, context, library, rows, oil, mode) -> None:
    """Rows of a city, of one oil loaded one way. Petrol has the guideline's factors by volume, others those loaded."""
    subject, stage = "oil depot", f"tank-truck loading / {oil}"
    if oil == "petrol" and mode:
        subject, stage = "gasoline distribution", f"tank-truck loading, {mode}, dedicated normal service"
    match = library.regional(
        "mobile", subject, "evaporative loss", "VOCs", context.regions(rows["object"])[0], stage
    )
    if match.factor is None:
        ledger.miss(
            rows, pollutant="VOCs", reason=match.reason, key=f"{subject} / evaporative loss / {stage}",
            size=rows["load_amount_t"], size_unit="t",
        )  # fmt: skip
        return
    unit, activity = "t", rows["load_amount_t"]
    if np.isnan(multiplier(match.factor.value_unit, unit, "VOCs")):
        unit, activity = "m3", _volume(context, rows["load_amount_t"], oil)
    per = match.factor.value * multiplier(match.factor.value_unit, unit, "VOCs")
    declared = rows["vapor_efficiency_pct"] / 100
    fitted = rows["has_vapor_unit"] == "1"
    efficiency = np.where(fitted, declared if library.policy.declared else np.nan, 0.0)
    result = oil_vapour.step(throughput=activity, coefficient=per, recovery=efficiency)
    bad = np.isnan(result["generated"])
    ledger.miss(
        rows, bad, pollutant="VOCs", reason="missing_input", key=f"density / {oil}", size=rows["load_amount_t"],
        size_unit="t",
    )  # fmt: skip
    ledger.miss(
        rows, where=np.isnan(result["discharged"]) & ~bad, pollutant="VOCs", reason="no_efficiency",
        key="vapor_efficiency_pct", size=result["generated"], size_unit="kg",
    )  # fmt: skip
    ledger.add(
        rows, ~bad, medium="air", pollutant="VOCs", method="coefficient", formula="oil_vapour.step", unit=stage,
        activity=activity, activity_unit=unit, factor_id=match.factor.id, factor_value=match.factor.value,
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
        listed(ledger, context, library, rows, item, "t", "road tanker", "transport loss", fuel, ("VOCs",))
