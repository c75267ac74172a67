"""SO2 of boilers by material balance, beside the coefficient (G103-1). The shares are data: sulfur.yaml."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from accounting.factors.matching import Library
from accounting.factors.shape import CONFIDENCES, NO_TREATMENT
from accounting.methods.balance import so2
from accounting.methods.coefficient import k_time

from .choice import BALANCED
from .result import Ledger


@cache
def _data() -> dict:
    return yaml.safe_load(Path(__file__).with_name("sulfur.yaml").read_text(encoding="utf-8"))


@cache
def shares() -> dict[str, tuple[float, str]]:
    """Firing method -> (share of the sulfur that becomes SO2, rating)."""
    return {
        code: (entry["conversion"], entry["confidence"])
        for entry in _data()["conversions"]
        for code in entry["firing"]
    }


def balance(ledger: Ledger, burning: pd.DataFrame, library: Library) -> None:
    """Lines for the SO2 rows of ``burning`` (industrial.combustion) whose fuel is in t.

    The efficiency is the one the unit declared, times its operating rate, where the run may use declared ones; a
    treated boiler without one gives no line. Nothing is a gap here: the coefficient has said so already.
    """
    if burning.empty:
        return
    known = [shares().get(code, (np.nan, "")) for code in burning["firing"]]
    conversion = np.array([share for share, _ in known], dtype=float)
    treated = ~burning["technology"].isin(NO_TREATMENT).to_numpy()
    declared = burning["declared_efficiency"].to_numpy(dtype=float)
    k = k_time(control_hours=burning["p1"].to_numpy(float), production_hours=burning["p2"].to_numpy(float))[
        "k"
    ]
    allowed = library.policy.declared & (declared >= 0) & (declared <= 1)
    efficiency = np.where(treated, np.where(allowed, declared, np.nan), 0.0)
    content = burning["S"].to_numpy(float)
    found = so2(
        fuel=burning["material_amount"].to_numpy(float),
        sulfur=np.where(content <= _data()["highest_sulfur"], content, np.nan),
        conversion=conversion, efficiency=efficiency, k=np.where(treated, k, 1.0),
    )  # fmt: skip
    good = (burning["pollutant"] == "SO2").to_numpy() & (burning["material_unit"] == "t").to_numpy()
    good &= ~np.isnan(found["discharged"])
    ledger.add(
        burning, good, medium="air", pollutant="SO2", method="balance", formula="balance.so2",
        activity=burning["material_amount"], activity_unit="t", factor_value=conversion, factor_unit="1",
        eta=efficiency, k=np.where(treated, k, np.nan), match_step="balance",
        confidence=np.array(
            [_weaker(rating, "declared") if wet else rating for (_, rating), wet in zip(known, treated, strict=True)],
            dtype=object,
        ),
        rank=BALANCED, inputs=_inputs(burning, good), **found,
    )  # fmt: skip


def _weaker(first: str, second: str) -> str:
    return max((name for name in (first, second) if name), key=CONFIDENCES.index)


def _inputs(rows: pd.DataFrame, where: np.ndarray) -> np.ndarray:
    entries = np.empty(len(rows), dtype=object)
    for position in np.flatnonzero(where):
        entries[position] = {"S": float(rows["S"].iloc[position])}
    return entries
