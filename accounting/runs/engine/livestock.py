"""Livestock: scale farms (N101) and the county's small farms (N202), water pollutants and ammonia.

Generation per head where the library has it, else per head and day. Discharge by the first formula of the run
that has all its rates: whole-farm mode shares, or solid and liquid streams. The formula is on every line.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from accounting.factors.matching import STEPS, Library, Match
from accounting.factors.shape import CONFIDENCES
from accounting.methods import livestock as formulas
from census import declarations

from .context import Context
from .documents import ADDRESS
from .result import Ledger
from .table import Table, concat

POLLUTANTS = ("COD", "NH3_N", "TN", "TP")
PER_HEAD, PER_DAY = "generation (2011-2015 reduction accounting)", "generation"
TONNE_SHARE = 100.0


@cache
def reading() -> dict:
    """How the forms' shares are read (manure.yaml)."""
    return declarations.read(Path(__file__).with_name("manure.yaml"))


@dataclass(frozen=True, slots=True)
class PerHead:
    """kg generated per head (sold or in stock), the factor behind it, the feeding days used, rating and step."""

    value: float = np.nan
    factor_id: int = 0
    factor_value: float = np.nan
    factor_unit: str = ""
    days: float | None = None
    step: str = ""
    confidence: str = ""
    reason: str = ""


def account(ledger: Ledger, context: Context, library: Library) -> None:
    """All lines and gaps of livestock in a shard."""
    herds = concat([_farms(context), _households(context)])
    herds = herds[~(herds["heads"] == 0)]
    unnamed = herds["animal"] == ""
    blank = herds["heads"].isna() | unnamed
    key = herds["animal"].where(~unnamed, "animal")
    ledger.miss(herds, where=blank, reason="missing_input", key=key, size=herds["heads"], size_unit="head")
    herds = herds[~blank]
    for (animal, province, form), group in herds.groups(["animal", "province", "form_of_shares"]):
        handling = Handling.read(group, animal, form)
        for pollutant in POLLUTANTS:
            _water(ledger, context, library, group, animal, province, handling, pollutant)
        _ammonia(ledger, library, group, animal, province)


# -- herds --------------------------------------------------------------------------------------------


def _farms(context: Context) -> Table:
    """One row for each animal of each farm, with the farm's handling shares."""
    animals = reading()["animals"]
    heads = context.form("N101-2").items(numbers=[entry["item"] for entry in animals.values()])
    shares = context.form("N101-1").items(numbers=_share_items("N101-1"), lists=["dung_cleaning"])
    shares = shares.without(name for name in ADDRESS if name != "object").firsts("object")
    parts = []
    for animal, entry in animals.items():
        rows = heads[~heads[entry["item"]].isna()]
        parts.append(rows[ADDRESS].assign(animal=animal, heads=rows[entry["item"]]))
    frame = concat(parts).join(shares, "object")
    bedding = [bool(way) and set(way) <= {"3"} for way in frame["dung_cleaning"].map(_tuple)]
    return frame.assign(
        bedding=np.array(bedding, dtype=bool), source="livestock_scale", form_of_shares="N101-1",
        province=context.cities(frame["object"]),
    )  # fmt: skip


def _households(context: Context) -> Table:
    codes = {entry["form_code"]: animal for animal, entry in reading()["animals"].items()}
    rows = context.form("N202").rows(
        "animals", numbers=["herd", "bedding_pct", *_share_items("N202")], texts=["animal"]
    )
    return rows.assign(
        animal=rows["animal"].map(codes).fillna(""), heads=rows["herd"], bedding=rows["bedding_pct"] > 50,
        source="livestock_small", form_of_shares="N202", province=context.cities(rows["object"]),
    )  # fmt: skip


def _tuple(value: object) -> tuple:
    return value if isinstance(value, tuple) else ()


def _share_items(form: str) -> list[str]:
    shares = reading()["forms"][form]
    names = {*shares["solid_used"], *shares["liquid_used"], shares["liquid_treated"], shares["liquid_direct"]}
    for items in shares["solid"].values():
        names.update(items)
    return sorted(filter(None, names))


# -- generation ---------------------------------------------------------------------------------------


def per_head(library: Library, animal: str, pollutant: str, region: str) -> PerHead:
    """kg per head and year or per head sold: the per-head factor, else head-days × the daily factor."""
    entry = reading()["animals"][animal]
    candidates: list[tuple[int, int, PerHead]] = []
    if "per_head" in entry:
        match = library.regional("livestock", entry["per_head"], PER_HEAD, pollutant, region)
        _candidate(candidates, 0, match, 1.0, None)
    match = library.regional("livestock", entry["per_day"], PER_DAY, pollutant, region, "all stages")
    if match.factor is not None:
        days = library.regional(
            "livestock", entry["per_day"], "corrected feeding days", "feeding_days", region, "all stages"
        ).factor
        if days is not None and match.factor.value_unit == "kg/(head·d)":
            _candidate(candidates, 1, match, days.value, days.value)
    if not candidates:
        return PerHead(reason=match.reason or "no_factor")
    return min(candidates, key=lambda item: item[:2])[2]


def _candidate(candidates: list, order: int, match: Match, scale: float, days: float | None) -> None:
    if match.factor is None:
        return
    factor = match.factor
    found = PerHead(
        factor.value * scale, factor.id, factor.value, factor.value_unit, days, match.step, factor.confidence
    )
    candidates.append((STEPS.index(match.step), order, found))


# -- discharge ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Handling:
    """What the rows of one animal do with their manure: shares 0..1, one array a name. ``filled``: any share is."""

    modes: dict[str, np.ndarray]
    direct: np.ndarray
    treated: np.ndarray | float
    solid_used: np.ndarray
    liquid_used: np.ndarray
    filled: np.ndarray
    bedding: np.ndarray
    housing: str

    @classmethod
    def read(cls, rows: Table, animal: str, form: str) -> "Handling":
        """The handling by the items of the form (manure.yaml)."""
        names = reading()["forms"][form]
        return cls(
            modes={mode: np.nan_to_num(_shares(rows, items)) for mode, items in names["solid"].items()},
            direct=np.nan_to_num(_shares(rows, [names["liquid_direct"]])),
            treated=np.nan_to_num(_shares(rows, [names["liquid_treated"]]))
            if names["liquid_treated"]
            else 0.0,
            solid_used=np.nan_to_num(_shares(rows, names["solid_used"])),
            liquid_used=np.nan_to_num(_shares(rows, names["liquid_used"])),
            filled=~np.isnan(rows.matrix(_share_items(form))).all(axis=1),
            bedding=rows["bedding"],
            housing="poultry" if animal in {"laying_hen", "broiler"} else "mammals",
        )


def _water(ledger, context, library, rows, animal, region, handling, pollutant) -> None:
    coefficient = per_head(library, animal, pollutant, region)
    if coefficient.reason:
        ledger.miss(
            rows, pollutant=pollutant, reason=coefficient.reason, key=f"{animal} / generation",
            size=rows["heads"], size_unit="head",
        )  # fmt: skip
        return
    generated = rows["heads"] * coefficient.value
    ways = {"mode_share": _by_modes, "streams": _by_streams}
    result = None
    for name in context.parameter("livestock", "formulas", ["mode_share", "streams"]):
        result = ways[name](library, handling, animal, region, pollutant, generated)
        if result is not None:
            break
    formula, discharged, confidence = result or ("mode_share", np.full(len(rows), np.nan), "verified")
    unknown = np.isnan(discharged)
    ledger.miss(
        rows, where=unknown, pollutant=pollutant,
        reason=np.where(handling.filled, "no_efficiency", "missing_input"),
        key=f"{animal} / manure handling", size=generated, size_unit="kg",
    )  # fmt: skip
    over = discharged < 0  # the shares of the form are more than all of it
    ledger.miss(
        rows, where=over, pollutant=pollutant, reason="negative", key=f"{animal} / manure handling",
        size=generated, size_unit="kg",
    )  # fmt: skip
    discharged = np.where(over, np.nan, discharged)
    days = {} if coefficient.days is None else {"days": coefficient.days}
    ledger.add(
        rows, medium="water", pollutant=pollutant, method="coefficient", formula=f"livestock.{formula}",
        unit=animal,
        subject=reading()["animals"][animal]["subject"],
        activity=rows["heads"], activity_unit="head", factor_id=coefficient.factor_id,
        factor_value=coefficient.factor_value, factor_unit=coefficient.factor_unit, generated=generated,
        removed=generated - discharged, discharged=discharged, match_step=coefficient.step,
        confidence=weakest(coefficient.confidence, confidence),
        inputs=_same(rows, {"animal": animal, **days}),
    )  # fmt: skip


def _shares(rows: Table, items: list[str]) -> np.ndarray:
    """Sum of the shares (0..1); a blank share counts as 0 when another of the form is filled, else unknown."""
    total, filled = np.zeros(len(rows)), np.zeros(len(rows), dtype=bool)
    for item in items:
        share = rows[item]
        filled |= ~np.isnan(share)
        total += np.nan_to_num(share)
    return np.where(filled, total, np.nan if items else 0.0) / TONNE_SHARE


def _by_modes(library, handling, animal, region, pollutant, generated):
    """1 − Σ share × removal rate of the whole-farm modes, for the liquid that is not discharged directly."""
    rates, confidence, group = {}, "verified", handling.housing
    for housing in ("bedding", group):
        for mode, stage in reading()["modes"][housing].items():
            match = library.regional("livestock", animal, "removal rate", pollutant, region, stage)
            if match.factor is None:
                return None
            rates[housing, mode] = match.factor.value / 100
            confidence = weakest(confidence, match.factor.confidence)
    removal = np.zeros(len(generated))
    for mode, share in handling.modes.items():
        removal += share * np.where(handling.bedding, rates.get(("bedding", mode), 0.0), rates[group, mode])
    rate = np.where(handling.filled, removal * (1 - handling.direct), np.nan)
    result = formulas.mode_share(
        generated=generated, shares=rate[:, None], removal_rates=np.ones((len(rate), 1))
    )
    return "mode_share", result["discharged"], confidence


def _by_streams(library, handling, animal, region, pollutant, generated):
    """Solid and liquid streams; the split of the generation by excretion and content of dung and urine."""
    split = solid_share(library, animal, pollutant, region)
    if split is None:
        return None
    share, confidence = split
    result = formulas.streams(
        solid=generated * share,
        liquid=generated * (1 - share),
        solid_used=handling.solid_used[:, None],
        liquid_used=handling.liquid_used[:, None],
        liquid_treated=np.broadcast_to(handling.treated, len(generated)),
        efficiency=np.where(generated * (1 - share) == 0, 0.0, np.nan),
    )
    return "streams", np.where(handling.filled, result["discharged"], np.nan), confidence


def solid_share(library: Library, animal: str, pollutant: str, region: str) -> tuple[float, str] | None:
    """Share of a pollutant that leaves with the dung, and its rating; None without the figures."""
    entry = reading()["animals"][animal]
    mass, confidence = {}, "verified"
    for part in ("faeces", "urine"):
        amount = library.regional(
            "livestock", entry["excretion"], "excretion", part, region, "all stages"
        ).factor
        content = library.regional(
            "livestock", entry["content"], "pollutant content of manure", pollutant, region, part
        ).factor
        if amount is None or content is None:
            if part == "faeces" or (amount is not None):
                return None
            mass[part] = 0.0  # poultry: no urine row in either table
            continue
        mass[part] = amount.value * content.value
        confidence = weakest(confidence, amount.confidence, content.confidence)
    return mass["faeces"] / (mass["faeces"] + mass["urine"]), confidence


def weakest(*ratings: str) -> str:
    """The weakest of several ratings."""
    return max(ratings, key=CONFIDENCES.index)


def _same(rows: Table, inputs: dict) -> np.ndarray:
    result = np.empty(len(rows), dtype=object)
    result[:] = [inputs] * len(rows)
    return result


# -- ammonia ------------------------------------------------------------------------------------------


def ammonia_per_head(library: Library, animal: str, region: str) -> tuple[float, str, str] | None:
    """kg NH3 per head by the 2014 guideline, rating and match step; None when a parameter is missing."""
    used: list[Match] = []

    def get(process: str, pollutant: str, stage: str = "") -> float:
        match = library.regional("livestock", animal, process, pollutant, region, stage)
        if match.factor is None:
            raise LookupError(process)
        used.append(match)
        return match.factor.value

    total = 0.0
    try:
        days = get("feeding days for ammonia", "feeding_days")
        tan_share = get("ammoniacal share of total N", "TAN_share") / 100
        poultry = animal in {"laying_hen", "broiler"}
        for part, phase in (("faeces", "solid"), ("urine", "liquid")):
            if poultry and part == "urine":
                continue
            tan = formulas.tan(
                heads=1.0, days=days, faeces=get("excretion for ammonia", part),
                nitrogen_faeces=get(f"nitrogen content of {part}", "N_content") / 100, tan_faeces=tan_share,
                urine=0.0, nitrogen_urine=0.0, tan_urine=0.0,
            )["tan"]  # fmt: skip
            loss = sum(
                get("other N loss in storage", "TAN_loss", f"storage, {phase}, {gas}")
                for gas in ("N2O", "NO", "N2")
            )
            total += formulas.ammonia(
                tan=tan,
                housing=get("NH3-N volatilisation", "NH3", f"housing, {phase}") / 100,
                storage=get("NH3-N volatilisation", "NH3", f"storage, {phase}") / 100,
                storage_other_loss=loss / 100,
                feed_share=0.0,
                field=get("NH3-N volatilisation", "NH3", f"land application, {phase}") / 100,
            )["discharged"]
    except LookupError:
        return None
    step = max((match.step for match in used), key=STEPS.index)
    return float(total), weakest(*(match.factor.confidence for match in used)), step


def _ammonia(ledger: Ledger, library: Library, rows: Table, animal: str, region: str) -> None:
    found = ammonia_per_head(library, animal, region)
    if found is None:
        ledger.miss(
            rows, pollutant="NH3", reason="no_factor", key=f"{animal} / ammonia", size=rows["heads"],
            size_unit="head",
        )  # fmt: skip
        return
    coefficient, confidence, step = found
    amount = rows["heads"] * coefficient
    ledger.add(
        rows, medium="air", pollutant="NH3", method="coefficient", formula="livestock.ammonia", unit=animal,
        subject=reading()["animals"][animal]["subject"],
        activity=rows["heads"], activity_unit="head", factor_value=coefficient, factor_unit="kg/head",
        generated=amount, removed=np.zeros(len(rows)), discharged=amount, match_step=step,
        confidence=confidence, inputs=_same(rows, {"animal": animal}),
    )  # fmt: skip
