"""Crops and aquaculture, county objects. Source: methods-agri-domestic-mobile sections 2 and 3."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from accounting.factors.matching import Library
from accounting.methods import planting
from census import declarations

from . import coefficients
from .context import Context
from .livestock import weakest
from .result import Ledger

RUNOFF = "fertiliser loss in surface runoff"


@cache
def reading() -> dict:
    """Crops to cropping modes (agriculture.yaml)."""
    return declarations.read(Path(__file__).with_name("agriculture.yaml"))


def account(ledger: Ledger, context: Context, library: Library) -> None:
    """All lines and gaps of crops and aquaculture in a shard."""
    _runoff(ledger, context, library)
    _straw(ledger, context, library)
    _aquaculture(ledger, context, library)


def _runoff(ledger: Ledger, context: Context, library: Library) -> None:
    """Nutrient applied × loss rate; the rate is the mean over the cropping modes, weighted by sown area."""
    rows = (
        context.form("N201-1")
        .items(numbers=["nitrogen_t", "phosphate_t", "compound_t"])
        .assign(source="crops")
    )
    areas = _mode_areas(context)
    nitrogen = rows["nitrogen_t"].to_numpy() * 1e3
    phosphorus = planting.phosphorus(phosphate=rows["phosphate_t"].to_numpy() * 1e3)["phosphorus"]
    for pollutant, applied, item in (
        ("TN", nitrogen, "nitrogen_t"), ("NH3_N", nitrogen, "nitrogen_t"), ("TP", phosphorus, "phosphate_t"),
    ):  # fmt: skip
        for position in range(len(rows)):
            row = rows.iloc[[position]]
            region = context.regions(row["object"])[0]
            rate = _mean_rate(library, areas.get(row["object"].iloc[0]), pollutant, region)
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
    compound = (rows["compound_t"] > 0).to_numpy()
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


def _straw(ledger: Ledger, context: Context, library: Library) -> None:
    rows = context.form("N201-3").rows("straw", numbers=["straw_burned_t"], texts=["straw_crop"])
    rows = rows[rows["straw_burned_t"] > 0].reset_index(drop=True)
    coefficients.regional(
        ledger,
        rows.assign(
            sector="agriculture", product="straw open burning", process="open burning", pollutant="VOCs",
            stage=rows["straw_crop"].map(reading()["straw"]).fillna("other straw"), medium="air", source="crops",
            region=context.regions(rows["object"]), activity=rows["straw_burned_t"], activity_unit="t",
        ),
        library,
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
    gain = (rows["output_t"] - rows["seed_t"].fillna(0.0)).to_numpy()
    rows = rows.assign(
        sector="agriculture", product=rows["species"].map(lambda code: context.label("species", code)),
        process="aquaculture discharge", stage=rows["culture_mode"].map(modes).fillna("其他"), medium="water",
        source="aquaculture", region=context.regions(rows["object"]), activity=gain, activity_unit="t",
    )  # fmt: skip
    parts = [rows.assign(pollutant=pollutant) for pollutant in ("COD", "NH3_N", "TN", "TP")]
    coefficients.regional(ledger, pd.concat(parts, ignore_index=True), library)
