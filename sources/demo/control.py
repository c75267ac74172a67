"""Exhaust treatment as the G103 forms and S103 ask for it: desulphurisation, denitration, dust removal, VOC."""

from __future__ import annotations

from typing import Any

import numpy as np

from sources.demo.columns import only
from sources.demo.draw import Draw

LETTERS = {"desulf": "TL", "denox": "TX", "dedust": "CC", "voc": "YJ"}
AGENTS = {"desulf": "石灰", "denox": "尿素"}


def unit(
    draw: Draw,
    purpose: str,
    mask: np.ndarray,
    number: np.ndarray,
    process: Any,
    efficiency: np.ndarray,
    hours: np.ndarray,
    generated_t: np.ndarray | None = None,
    prefix: str = "",
) -> tuple[dict[str, Any], np.ndarray]:
    """Items of one treatment unit where *mask*, and the share of the pollutant it lets through everywhere.

    The unit runs for most of *hours*; with removal over the whole gas the share kept back is efficiency × k,
    k = running hours / hours. *generated_t* sizes the reagent.
    """
    rate = draw.between(len(mask), 0.93, 1.0)
    running = np.floor(hours * rate)
    efficiency = np.round(efficiency, 1)
    kept = np.where(
        mask, efficiency / 100 * np.divide(running, hours, out=np.zeros(len(mask)), where=hours > 0), 0.0
    )
    items = {
        f"{purpose}_facility_code": only(mask, [f"{LETTERS[purpose]}{n:03d}" for n in number.tolist()]),
        f"{purpose}_process": only(mask, process),
        f"{purpose}_efficiency_pct": np.where(mask, efficiency, np.nan),
        f"{purpose}_hours": np.where(mask, running, np.nan),
    }
    if purpose in AGENTS:
        items[f"{purpose}_agent"] = only(mask, AGENTS[purpose])
        used = np.maximum(0.01, np.asarray(generated_t) * kept * 1.6)
        items[f"{purpose}_agent_t"] = np.where(mask, used, np.nan)
    return {prefix + key: column for key, column in items.items()}, 1.0 - kept
