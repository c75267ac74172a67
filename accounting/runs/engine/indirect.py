"""What enters the environment: indirect discharge after the receiving plant, credited once. Pure."""

import numpy as np

from .result import Ledger
from .table import Table


def enter_environment(lines: Table, plants: Table, ledger: Ledger) -> Table:
    """Fill ``environment`` where it is still unknown.

    Direct water discharge and air emissions enter as discharged. Indirect water discharge is multiplied with the
    share its receiving plant lets through (named on G102, looked up among the plants of the shard). Without a
    known plant nothing is credited: the amount counts in full and a gap says so. Solid waste: what was dumped.
    """
    if lines.empty:
        return lines
    plant = lines["plant"]
    environment = lines["environment"].copy()
    discharged = lines["discharged"]
    open_ = np.isnan(environment)
    indirect = open_ & (lines["destination"] == "indirect")
    passed = np.ones(len(lines))
    if indirect.any():
        rates = _passing(plants)
        for position in np.flatnonzero(indirect):
            passed[position] = rates.get((plant[position], lines["pollutant"][position]), np.nan)
        unknown = indirect & np.isnan(passed) & lines["chosen"]
        ledger.miss(
            lines, where=unknown, source=lines["source"], pollutant=lines["pollutant"],
            reason="unknown_plant", key=np.where(plant == "", "receiving_plant_name", plant),
            size=discharged, size_unit="kg",
        )  # fmt: skip
        passed = np.where(np.isnan(passed), 1.0, passed)
    return lines.assign(environment=np.where(open_, discharged * passed, environment))


def _passing(plants: Table) -> dict[tuple[str, str], float]:
    """(plant name, pollutant) -> share let through: discharged load over received load."""
    rates: dict[tuple[str, str], float] = {}
    if plants.empty:
        return rates
    treated = plants["treated_m3"].where(
        plants["treated_m3"] > 0
    )  # what treated nothing lets no known share through
    kept = np.clip((treated - plants["reclaimed_m3"]) / treated, 0.0, 1.0)
    for column in plants.columns:
        if not column.startswith("in_"):
            continue
        pollutant = column.removeprefix("in_")
        inlet, outlet = plants[column], plants[f"out_{pollutant}"]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(inlet > 0, np.minimum(outlet / inlet, 1.0), np.nan) * kept
        for name, value in zip(plants["name"], share, strict=True):
            if name and value == value:
                rates[name, pollutant] = value
    return rates
