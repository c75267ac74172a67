"""SO2, particulates and NOx of boilers by material balance, beside the coefficient (G103-1). Pure.

The shares are data with source and rating (balances.yaml). Industrial boilers go by HJ 991 and the balances of chain
grates, power stations by HJ 888; NOx of a power station by what was measured at the furnace outlet.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

from accounting.factors.matching import Library, Wanted
from accounting.factors.shape import CONFIDENCES, NO_TREATMENT
from accounting.methods import balance as formulas
from accounting.methods import units
from accounting.methods.coefficient import k_time
from census import declarations

from .choice import BALANCED
from .context import labels
from .result import Ledger
from .table import Column, Table, repeated

KCAL = 4.1868  # kJ, the international table calorie of fuel statistics


@cache
def _data() -> dict:
    return declarations.read(Path(__file__).with_name("balances.yaml"))


@cache
def shares(pollutant: str) -> Mapping[str, Mapping]:
    """Firing method -> its entry for the pollutant: share, rating, source."""
    return {code: entry for entry in _data()[pollutant] for code in entry["firing"]}


def household() -> Mapping:
    """Share of the sulfur of household coal that becomes SO2, with rating and source."""
    return _data()["household"]


def plausible(content: Column, name: str) -> np.ndarray:
    """Sulfur (S) or ash (A) in %; unknown where a unit slip is probable."""
    values = content
    return np.where(values <= _data()["highest"][name], values, np.nan)


def account(ledger: Ledger, burning: Table, library: Library) -> None:
    """Lines for the rows of ``burning`` (industrial.combustion) whose fuel is in t.

    ``lhv``: heating value in kcal/kg; ``fuel_name``: the fuel, also where a power station has a key of its own.

    The efficiency is the one the unit declared, times its operating rate, where the run may use declared ones; a
    treated boiler without one gives no line. Nothing is a gap here: the coefficient has said so already.
    """
    if burning.empty:
        return
    solid = burning["material_unit"] == "t"
    power = burning["power_unit_code"] != ""
    for pollutant, industrial, station in (
        ("SO2", _so2, _so2_power),
        ("PM", _smoke, _pm_power),
        ("NOx", _nox, None),
    ):
        mine = solid & (burning["pollutant"] == pollutant)
        for compute, where in ((industrial, mine & ~power), (station, mine & power)):
            if compute and where.any():
                compute(ledger, burning[where], library)


def _so2(ledger: Ledger, rows: Table, library: Library) -> None:
    share, rating = _shares(rows, "SO2", library)
    eta, k = _treatment(rows, library)
    found = formulas.so2(fuel=_fuel(rows), sulfur=_content(rows, "S"), conversion=share, efficiency=eta, k=k)
    _lines(ledger, rows, "balance.so2", found, share, rating, eta, k, S=_content(rows, "S"))


def _so2_power(ledger: Ledger, rows: Table, library: Library) -> None:
    share, rating = _shares(rows, "SO2", library)
    eta, k = _treatment(rows, library)
    loss, rating = _unburnt_loss(rows, rating, library)
    sulfur = _content(rows, "S")
    found = formulas.so2_power(
        fuel=_fuel(rows), sulfur=sulfur, conversion=share, unburnt_loss=loss, dust_efficiency=0.0, efficiency=eta, k=k,
    )  # fmt: skip
    _lines(
        ledger, rows, "balance.so2_power", found, share, rating, eta, k, S=sulfur, unburnt_loss=loss,
        dust_efficiency=0.0,
    )  # fmt: skip


def _smoke(ledger: Ledger, rows: Table, library: Library) -> None:
    share, rating = _shares(rows, "PM", library)
    eta, k = _treatment(rows, library)
    ash, combustible = _content(rows, "A"), _entries(rows, "PM", "combustible")
    found = formulas.smoke(
        coal=_fuel(rows), ash=ash, fly_share=share, combustible=combustible, efficiency=eta, k=k
    )
    _lines(ledger, rows, "balance.smoke", found, share, rating, eta, k, A=ash, combustible=combustible)


def _pm_power(ledger: Ledger, rows: Table, library: Library) -> None:
    share, rating = _shares(rows, "PM", library)
    eta, k = _treatment(rows, library)
    loss, rating = _unburnt_loss(rows, rating, library)
    ash, heat = _content(rows, "A"), rows["lhv"] * KCAL
    found = formulas.pm_power(
        fuel=_fuel(rows), ash=ash, heating_value=heat, fly_share=share, unburnt_loss=loss, efficiency=eta, k=k
    )
    _lines(
        ledger, rows, "balance.pm_power", found, share, rating, eta, k, A=ash, unburnt_loss=loss, heating_value=heat
    )  # fmt: skip


def _nox(ledger: Ledger, rows: Table, library: Library) -> None:
    share, rating = _shares(rows, "NOx", library)
    eta, k = _treatment(rows, library)
    nitrogen, known = _parameter(rows, "nitrogen", library)
    found = formulas.nox(
        coal=_fuel(rows), nitrogen=nitrogen / 100, nitrogen_conversion=share, efficiency=eta, k=k
    )
    rating = _weakest(rating, [factor.confidence if factor else "" for factor in known])
    _lines(
        ledger, rows, "balance.nox", found, nitrogen / 100, rating, eta, k, nitrogen_conversion=share,
        factor_id=np.array([factor.id if factor else 0 for factor in known], dtype=np.int64),
    )  # fmt: skip


def furnace_nox(
    ledger: Ledger, rows: Table, hours: np.ndarray, measured: Mapping[tuple, float], library: Library
) -> None:
    """NOx of power stations from the concentration before the denitration and the gas volume of the boiler.

    ``rows``: boilers with exhaust_gas_wm3 (10^4 m3) and the technology of the denitration; ``measured``: (object,
    outlet) -> mg/m3. Outlets of several boilers are left out: nothing says which of them was measured.
    """
    keys = rows.keys(["object", "outlet"])
    power = (rows["power_unit_code"] != "") & ~repeated(keys)
    rows = rows.assign(
        pollutant="NOx", unit="发电锅炉", declared_efficiency=rows["denox_efficiency_pct"] / 100,
        p1=rows["denox_hours"], p2=hours,
    )  # fmt: skip
    concentration = np.array([measured.get(key, np.nan) for key in keys], dtype=float)
    volume = rows["exhaust_gas_wm3"] * units.factor("1e4m3", "m3")
    eta, k = _treatment(rows, library)
    found = formulas.nox_power(concentration=concentration, gas_volume=volume, efficiency=eta, k=k)
    rating = np.full(len(rows), "", dtype=object)
    _lines(
        ledger, rows, "balance.nox_power", found, concentration, rating, eta, k, where=power, activity=volume,
        activity_unit="m3", factor_unit="mg/m3",
    )  # fmt: skip


# -- parts --------------------------------------------------------------------------------------------


def _fuel(rows: Table) -> np.ndarray:
    return rows["material_amount"]


def _content(rows: Table, name: str) -> np.ndarray:
    return plausible(rows[name], name)


def _entries(rows: Table, pollutant: str, name: str) -> np.ndarray:
    known = shares(pollutant)
    return np.array([known.get(code, {}).get(name, np.nan) for code in rows["firing"]], dtype=float)


def _shares(rows: Table, pollutant: str, library: Library) -> tuple[np.ndarray, np.ndarray]:
    """Share and rating by firing method; unknown where there is none the run may use."""
    known = shares(pollutant)
    rating = np.array([known.get(code, {}).get("confidence", "") for code in rows["firing"]], dtype=object)
    allowed = np.array([name in library.policy.confidences for name in rating], dtype=bool)
    return np.where(allowed, _entries(rows, pollutant, "share"), np.nan), rating


def _treatment(rows: Table, library: Library) -> tuple[np.ndarray, np.ndarray]:
    """Efficiency (0..1, 0 untreated, unknown where none may be used) and operating rate."""
    treated = ~rows["technology"].isin(NO_TREATMENT)
    declared = rows["declared_efficiency"]
    k = k_time(control_hours=rows["p1"], production_hours=rows["p2"])["k"]
    allowed = library.policy.declared & (declared >= 0) & (declared <= 1)
    return np.where(treated, np.where(allowed, declared, np.nan), 0.0), np.where(treated, k, 1.0)


def _parameter(rows: Table, name: str, library: Library) -> tuple[np.ndarray, list]:
    """A parameter of the library in %, by industry, fuel and perhaps firing; unknown where none is loaded."""
    entry = _data()["library"][name]
    firing = rows["firing"].map(
        lambda code: labels("boiler_firing").get(code, code) if entry["by_firing"] else ""
    )
    keys = [
        Wanted(pollutant, industry, entry["unit"], material=fuel, process=process)
        for pollutant, industry, fuel, process in zip(
            rows["pollutant"], rows["industry"], rows["fuel_name"], firing, strict=True
        )
    ]
    matches = {key: library.parameter(key).factor for key in dict.fromkeys(keys)}
    found = [matches[key] for key in keys]
    percent = [factor.value * units.factor(factor.value_unit, "%") if factor else np.nan for factor in found]
    return np.array(percent, dtype=float), found


def _unburnt_loss(rows: Table, rating: np.ndarray, library: Library) -> tuple[np.ndarray, np.ndarray]:
    """q4 in %, 0 where none is loaded, and the rating with that of q4."""
    loss, found = _parameter(rows, "unburnt_loss", library)
    ratings = [factor.confidence if factor else "" for factor in found]
    return np.where(np.isnan(loss), 0.0, loss), _weakest(rating, ratings)


def _weakest(rating: np.ndarray, others: list[str]) -> np.ndarray:
    """The weaker of two ratings, row by row; blank where neither is known."""
    pairs = zip(rating, others, strict=True)
    return np.array(
        [max((name for name in pair if name), key=CONFIDENCES.index, default="") for pair in pairs],
        dtype=object,
    )


def _lines(
    ledger: Ledger, rows: Table, formula: str, found: Mapping, value: np.ndarray, rating: np.ndarray,
    eta: np.ndarray, k: np.ndarray, *, where: np.ndarray | None = None, activity: np.ndarray | None = None,
    activity_unit: str = "t", factor_unit: str = "1", factor_id: np.ndarray | int = 0, **inputs: np.ndarray | float,
) -> None:  # fmt: skip
    """One line for each row whose discharge is known. ``inputs``: what the formula takes besides."""
    rating = _weakest(rating, ["declared" if one != 0 else "" for one in eta])
    good = ~np.isnan(found["discharged"])
    good = good if where is None else good & where
    columns = [
        (name, np.broadcast_to(np.asarray(given, dtype=float), len(rows))) for name, given in inputs.items()
    ]
    entries = np.empty(len(rows), dtype=object)
    for row in np.flatnonzero(good):
        entries[row] = {name: float(given[row]) for name, given in columns if not np.isnan(given[row])}
    ledger.add(
        rows, good, medium="air", pollutant=rows["pollutant"], method="balance", formula=formula,
        activity=_fuel(rows) if activity is None else activity, activity_unit=activity_unit, factor_value=value,
        factor_unit=factor_unit, factor_id=factor_id, eta=eta, k=np.where(eta != 0, k, np.nan), match_step="balance",
        confidence=np.where(rating == "", "measured", rating), rank=BALANCED, inputs=entries,
        **found,
    )  # fmt: skip
