"""Crops and aquaculture, county objects. Source: methods-agri-domestic-mobile sections 2 and 3."""

from functools import cache
from pathlib import Path

import numpy as np

from accounting.factors.matching import Library
from accounting.methods import planting, units
from census import declarations

from . import coefficients
from .context import Context
from .livestock import weakest
from .result import Ledger
from .table import Column, Table, concat

RUNOFF = "fertiliser loss in surface runoff"


@cache
def reading() -> dict:
    """Crops to cropping modes (agriculture.yaml)."""
    return declarations.read(Path(__file__).with_name("agriculture.yaml"))


def account(ledger: Ledger, context: Context, library: Library) -> None:
    """All lines and gaps of crops and aquaculture in a shard."""
    _runoff(ledger, context, library)
    _ammonia(ledger, context, library)
    _straw(ledger, context, library)
    _film(ledger, context)
    _aquaculture(ledger, context, library)


def _runoff(ledger: Ledger, context: Context, library: Library) -> None:
    """Nutrient applied × loss rate; the rate is the mean over the cropping modes, weighted by sown area."""
    rows = (
        context.form("N201-1")
        .items(numbers=["nitrogen_t", "phosphate_t", "compound_t"])
        .assign(source="crops")
    )
    areas = _mode_areas(context)
    nitrogen = rows["nitrogen_t"] * 1e3
    phosphorus = planting.phosphorus(phosphate=rows["phosphate_t"] * 1e3)["phosphorus"]
    for pollutant, applied, item in (
        ("TN", nitrogen, "nitrogen_t"), ("NH3_N", nitrogen, "nitrogen_t"), ("TP", phosphorus, "phosphate_t"),
    ):  # fmt: skip
        for position in range(len(rows)):
            row = rows.take([position])
            region = context.regions(row["object"])[0]
            rate = _mean_rate(library, areas.get(row["object"][0]), pollutant, region)
            if isinstance(rate, str) or np.isnan(applied[position]):
                ledger.miss(
                    row, pollutant=pollutant, reason=rate if isinstance(rate, str) else "missing_input",
                    key=RUNOFF if isinstance(rate, str) else item, size=applied[[position]], size_unit="kg",
                )  # fmt: skip
                continue
            value, confidence, step, factor_id = rate
            amount = planting.nutrient_loss(applied=applied[[position]], loss_rate=value)["discharged"]
            ledger.add(
                row, medium="water", pollutant=pollutant, method="coefficient",
                formula="planting.nutrient_loss", unit=RUNOFF, activity=applied[[position]], activity_unit="kg",
                factor_id=factor_id, factor_value=value, factor_unit="%", generated=amount, removed=0.0,
                discharged=amount, match_step=step, confidence=confidence,
            )  # fmt: skip
    compound = rows["compound_t"] > 0
    ledger.miss(
        rows, where=compound, pollutant="TN", reason="missing_input", key="compound_t: nitrogen share",
        size=rows["compound_t"], size_unit="t",
    )  # fmt: skip


def _mode_areas(context: Context) -> dict[int, dict[str, float]]:
    table = reading()
    mode_of = {crop: mode for mode, crops in table["modes"].items() for crop in crops}
    rows = context.form("N201-2").rows("crops", numbers=["sown_mu"], texts=["crop"])
    areas: dict[int, dict[str, float]] = {}
    for obj, crop, area in zip(rows["object"], rows["crop"], rows["sown_mu"], strict=True):
        if area > 0 and crop not in table["none"]:
            mode = mode_of.get(crop, table["other"])
            modes = areas.setdefault(obj, {})
            modes[mode] = modes.get(mode, 0.0) + area
    return areas


def _mean_rate(library, areas, pollutant, region) -> tuple[float, str, str, int] | str:
    """(mean loss rate %, rating, step, factor of the largest mode), or the reason why there is none."""
    if not areas:
        return "missing_input"
    total, confidence, largest = 0.0, "verified", None
    for mode, area in areas.items():
        match = library.regional("agriculture", "planting", RUNOFF, pollutant, region, mode)
        if match.factor is None:
            return match.reason
        total += match.factor.value * area
        confidence = weakest(confidence, match.factor.confidence)
        if largest is None or area > areas[largest[0]]:
            largest = (mode, match)
    return total / sum(areas.values()), confidence, largest[1].step, largest[1].factor.id


def _ammonia(ledger: Ledger, context: Context, library: Library) -> None:
    """NH3 of the nitrogen applied. The form tells no kinds of fertiliser: rates by kind (guideline 2014) do not fit."""
    rows = context.form("N201-1").items(numbers=["nitrogen_t"])
    rows = rows[rows["nitrogen_t"] > 0]
    coefficients.regional(
        ledger,
        rows.assign(
            sector="agriculture", product="planting: N fertiliser", process="NH3 volatilisation",
            stage="nitrogen applied", pollutant="NH3", medium="air", source="crops",
            region=context.regions(rows["object"]), activity=rows["nitrogen_t"], activity_unit="t",
        ),
        library,
    )  # fmt: skip


def _straw(ledger: Ledger, context: Context, library: Library) -> None:
    """Straw that can be collected, what is used of it, and what burns in the field with the VOCs of the fire."""
    numbers = ["grain_output_t", "straw_collectable_t", "straw_used_t", "straw_burned_t"]
    rows = context.form("N201-3").rows("straw", numbers=numbers, texts=["straw_crop"])
    kind = rows["straw_crop"].map(reading()["straw"]).fillna("other straw")
    rows = rows.assign(source="crops", stage=kind, region=context.regions(rows["object"]))
    told = ~rows["straw_collectable_t"].isna()
    _straw_amounts(ledger, rows[told], "reported", rows["straw_collectable_t"][told])
    _straw_by_ratio(ledger, rows[~told], library)
    rows = rows[rows["straw_burned_t"] > 0]
    coefficients.regional(
        ledger,
        rows.assign(
            sector="agriculture", product="straw open burning", process="open burning", pollutant="VOCs",
            medium="air", activity=rows["straw_burned_t"], activity_unit="t",
        ),
        library,
    )  # fmt: skip


def _straw_amounts(ledger: Ledger, rows: Table, method: str, activity: Column, **columns) -> None:
    """A line of each row: collectable as generated (as ``activity`` where it is reported), used, burnt in the field."""
    tonne = units.factor("t", "kg")
    ledger.add(
        rows, medium="waste", pollutant="straw", method=method, formula="planting.straw", unit=rows["stage"],
        activity=activity, activity_unit="t", removed=rows["straw_used_t"] * tonne,
        discharged=rows["straw_burned_t"] * tonne,
        **{"generated": activity * tonne, "match_step": method, "confidence": method} | columns,
    )  # fmt: skip


def _straw_by_ratio(ledger: Ledger, rows: Table, library: Library) -> None:
    """Where the collectable straw is blank it follows from the crop and the ratios of the library."""
    for position in range(len(rows)):
        row = rows.take([position])
        grain, stage, region = (row[name][0] for name in ("grain_output_t", "stage", "region"))
        ratio, share = (
            library.regional("agriculture", "straw", process, "straw", region, stage)
            for process in ("straw to grain ratio", "collectable ratio")
        )
        if np.isnan(grain) or None in (ratio.factor, share.factor):
            blank = np.isnan(grain)
            ledger.miss(
                row, pollutant="straw", reason="missing_input" if blank else ratio.reason or share.reason,
                key="straw_collectable_t" if blank else f"straw / straw to grain ratio / {stage}", size=grain,
                size_unit="t",
            )  # fmt: skip
            continue
        amount = planting.straw(
            crop_yield=grain, straw_ratio=ratio.factor.value, collectable_ratio=share.factor.value
        )["collectable"]
        inputs = np.empty(1, dtype=object)
        inputs[0] = {"collectable_ratio": share.factor.value}
        _straw_amounts(
            ledger, row, "coefficient", row["grain_output_t"], generated=amount * units.factor("t", "kg"),
            factor_id=ratio.factor.id, factor_value=ratio.factor.value, factor_unit=ratio.factor.value_unit,
            match_step=ratio.step, confidence=weakest(ratio.factor.confidence, share.factor.confidence),
            inputs=inputs,
        )  # fmt: skip


def _film(ledger: Ledger, context: Context) -> None:
    """Mulch film: used, taken back by recyclers, left in the soil."""
    rows = context.form("N201-1").items(numbers=["film_use_t", "film_recycled_t"]).assign(source="crops")
    rows = rows[rows["film_use_t"] > 0]
    used, back = rows["film_use_t"], rows["film_recycled_t"]
    ledger.miss(
        rows, np.isnan(back), pollutant="mulch_film", reason="missing_input", key="film_recycled_t", size=used,
        size_unit="t",
    )  # fmt: skip
    ledger.miss(
        rows, back > used, pollutant="mulch_film", reason="negative", key="film_use_t / film_recycled_t",
        size=back - used, size_unit="t",
    )  # fmt: skip
    # Recyclers also take film of other counties or years: more than was used says nothing of what stays.
    back = np.where(back > used, np.nan, back)
    tonne = units.factor("t", "kg")
    ledger.add(
        rows, medium="waste", pollutant="mulch_film", method="reported", formula="planting.film_residue",
        activity=used, activity_unit="t", generated=used * tonne, removed=back * tonne,
        discharged=planting.film_residue(used=used, recovered=back)["residue"] * tonne, match_step="reported",
        confidence="reported",
    )  # fmt: skip


def _aquaculture(ledger: Ledger, context: Context, library: Library) -> None:
    """Net gain × coefficient of species and mode. The handbook's keys: product = species, stage = mode."""
    rows = context.form("N203").rows(
        "rows", numbers=["output_t", "seed_t"], texts=["species", "culture_mode"]
    )
    modes = {
        "1": "池塘养殖",
        "2": "工厂化养殖",
        "3": "网箱养殖",
        "4": "围栏养殖",
        "5": "浅海筏式养殖",
        "6": "滩涂增养殖",
    }
    gain = rows["output_t"] - rows["seed_t"].fillna(0.0)
    rows = rows.assign(
        sector="agriculture", product=rows["species"].map(lambda code: context.label("species", code)),
        process="aquaculture discharge", stage=rows["culture_mode"].map(modes).fillna("其他"), medium="water",
        source="aquaculture", region=context.regions(rows["object"]), activity=gain, activity_unit="t",
    )  # fmt: skip
    parts = [rows.assign(pollutant=pollutant) for pollutant in ("COD", "NH3_N", "TN", "TP")]
    coefficients.regional(ledger, concat(parts), library)
