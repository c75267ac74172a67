"""Material balance of boilers: sulfur, ash, nitrogen (HJ 991, HJ 888); counted where nothing better is there.

The shares are those of balances.yaml, what depends on the fuel is a parameter of the library.
"""

from __future__ import annotations

from math import nan

from tests.accounting.plain.books import Books, Key
from tests.accounting.plain.coefficient import Treated, behind, share
from tests.accounting.plain.facts import NO_TREATMENT, Account, Row, declared, known, words

RANK = 3
PERCENT = {"%": 1.0, "1": 100.0, "-": 100.0}
KCAL = 4.1868
"""kJ: the international table calorie."""


def boiler(
    books: Books, out: Account, row: Row, *, pollutant: str, firing: str, fuel: str, burnt: float,
    contents: dict[str, float], heat: float, station: bool, treated: Treated, **place,
) -> None:  # fmt: skip
    """A line where all that the balance takes is known. ``burnt`` t, ``heat`` kcal/kg, ``station``: a power unit."""
    if station and pollutant == "NOx":
        return
    entry = next((one for one in declared("balances")[pollutant] if firing in one["firing"]), {})
    part = entry["share"] if entry.get("confidence") in books.ratings else nan
    efficiency, k = _treatment(books, treated)
    industry = "4411" if station else "4430"
    factor, number = part, 0
    sulfur, ash = (_content(contents, name) for name in ("S", "A"))
    loss = 0.0
    if station:
        loss, _ = _parameter(books, "unburnt_loss", pollutant, industry, fuel, firing)
        loss = loss if known(loss) else 0.0
    if pollutant == "SO2":
        generated = 2 * burnt * (1 - loss / 100) * sulfur / 100 * part * 1e3
    elif pollutant == "PM" and station:
        unburnt = loss * heat * KCAL / (100 * 33870) if loss else 0.0
        generated = burnt * (ash / 100 + unburnt) * part * 1e3
    elif pollutant == "PM":
        generated = burnt * ash / 100 * part / (1 - entry.get("combustible", nan)) * 1e3
    else:
        nitrogen, number = _parameter(books, "nitrogen", pollutant, industry, fuel, firing)
        factor = nitrogen / 100
        generated = 1.63 * burnt * (factor * part + 0.000938) * 1e3
    unit = "发电锅炉" if station else "锅炉燃烧"
    _line(out, row, pollutant, unit, burnt, factor, number, generated, efficiency, k, place)


def furnace_nox(
    books: Books, out: Account, row: Row, *, measured: float, hours: float, alone: bool, **place
) -> None:  # fmt: skip
    """NOx of a power station: mg/m3 before the denitration × gas volume, where the outlet serves this boiler only."""
    if not alone:
        return
    code = row.text("denox_process")
    technique = words("nox_control").get(code, code)
    treated = Treated(
        technique, row.number("denox_efficiency_pct") / 100, (row.number("denox_hours"), hours, nan)
    )
    volume = row.number("exhaust_gas_wm3") * 1e4
    generated = measured * volume / 1e6
    _line(out, row, "NOx", "发电锅炉", volume, measured, 0, generated, *_treatment(books, treated), place)


def _line(out, row, pollutant, unit, activity, factor, number, generated, efficiency, k, place) -> None:
    discharged = behind(generated, efficiency, k)
    if known(discharged):
        out.add(
            row, "air", pollutant, "balance", unit=unit, activity=activity, factor=factor, factor_id=number,
            eta=efficiency, k=k if efficiency else nan, generated=generated, discharged=discharged, step="balance",
            rank=RANK, **place,
        )  # fmt: skip


def _content(contents: dict[str, float], name: str) -> float:
    """Sulfur or ash in %; beyond the highest a unit slip is probable."""
    return contents[name] if contents[name] <= declared("balances")["highest"][name] else nan


def _treatment(books: Books, treated: Treated) -> tuple[float, float]:
    """Efficiency as declared, where the run may use it, and the operating rate."""
    if treated.technique in NO_TREATMENT:
        return 0.0, 1.0
    given = books.declared and 0 <= treated.efficiency <= 1
    return treated.efficiency if given else nan, share(*treated.hours[:2])


def _parameter(
    books: Books, name: str, pollutant: str, industry: str, fuel: str, firing: str
) -> tuple[float, int]:
    """A parameter in % and the id of its factor; NaN where none is loaded."""
    entry = declared("balances")["library"][name]
    process = words("boiler_firing").get(firing, firing) if entry["by_firing"] else ""
    found = books.parameter(Key(pollutant, industry, entry["unit"], material=fuel, process=process)).factor
    return (found.value * PERCENT[found.value_unit], found.id) if found else (nan, 0)
