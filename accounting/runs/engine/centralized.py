"""Centralized facilities: sewage plants, waste sites, hazardous waste plants. By monitoring.

Source: methods-industrial section 6. A sewage plant's own throughput is no source: its lines show what it receives,
removes and discharges, and enter the environment totals with 0; what it removes is credited to those it serves.
"""

import numpy as np

from accounting.methods import centralized as formulas
from accounting.methods import monitoring, units

from .context import Context
from .plants import PLANT
from .result import Ledger
from .table import Column, Table, repeated

WITH_INLET = ("cod", "bod", "fat", "tn", "nh3n", "tp")
GAS = {"pm": "PM", "so2": "SO2", "nox": "NOx", "hg": "Hg", "cd": "Cd", "pb": "Pb", "as": "As", "cr": "Cr"}
KIND_SOURCE = {"waste_site": "waste_site", "hazardous_plant": "hazardous_site"}


def account(ledger: Ledger, context: Context) -> None:
    """All lines and gaps of centralized facilities in a shard."""
    _sewage_plants(ledger, context)
    _leachate(ledger, context)
    _incinerators(ledger, context)
    _residues(ledger, context)


def _sewage_plants(ledger: Ledger, context: Context) -> None:
    plants = context.plants.assign(source="sewage_plant")
    volume = plants["treated_m3"]
    blank = np.isnan(volume)
    ledger.miss(plants, where=blank, reason="missing_input", key="treated_wm3")
    silent = context.form("J101-1").items().assign(source="sewage_plant")
    ledger.miss(silent, ~silent["object"].isin(plants["object"]), reason="missing_input", key="J101-2")
    for pollutant in PLANT.values():
        inlet, outlet = plants[f"in_{pollutant}"], plants[f"out_{pollutant}"]
        good = ~(blank | np.isnan(inlet) | np.isnan(outlet))
        if pollutant in {"COD", "NH3_N", "TN", "TP"}:
            missing = ~blank & ~good
            ledger.miss(
                plants, where=missing, pollutant=pollutant, reason="missing_input", key=f"J101-3 {pollutant}",
                size=volume, size_unit="m3",
            )  # fmt: skip
        result = formulas.sewage_plant(
            treated=volume, inlet=inlet, outlet=outlet, reclaimed=plants["reclaimed_m3"]
        )
        worse = good & (outlet > inlet)
        ledger.miss(
            plants, where=worse, pollutant=pollutant, reason="negative", key="in < out",
            size=((outlet - inlet) * volume / 1e3), size_unit="kg",
        )  # fmt: skip
        ledger.add(
            plants, where=good, medium="water", pollutant=pollutant, method="monitoring",
            formula="centralized.sewage_plant", activity=volume, activity_unit="m3",
            factor_value=outlet, factor_unit="mg/L", generated=result["received"],
            removed=result["removed"], discharged=result["discharged"], environment=0.0,
            destination="direct", match_step="measured", confidence="measured",
            inputs=context.inputs(plants, good, inlet_mgl=f"in_{pollutant}", reclaimed_m3="reclaimed_m3"),
        )  # fmt: skip
    sludge = plants[~plants["dry_sludge_t"].isna()]
    ledger.miss(
        plants, plants["dry_sludge_t"].isna() & (volume > 0), pollutant="sludge_dry", reason="missing_input",
        key="dry_sludge_t", size=volume, size_unit="m3",
    )  # fmt: skip
    mass = sludge["dry_sludge_t"] * units.factor("t", "kg")
    _reported(ledger, sludge, "sludge_dry", sludge["dry_sludge_t"], mass)


def _reported(ledger: Ledger, rows: Table, pollutant: str, tonnes: Column, mass: Column) -> None:
    ledger.add(
        rows, medium="waste", pollutant=pollutant, method="reported", formula="sum", activity=tonnes,
        activity_unit="t", generated=mass, match_step="reported", confidence="reported",
    )  # fmt: skip


def _sources(context: Context, rows: Table) -> Table:
    kinds = context.objects["kind"][rows["object"]]
    return rows.assign(source=[KIND_SOURCE.get(kind, "waste_site") for kind in kinds])


def _leachate(ledger: Ledger, context: Context) -> None:
    """Waste water of waste sites: inlet × flow generated, outlet × flow discharged, per monitoring point."""
    numbers = ["flow_m3", *(f"{item}_in_mgl" for item in WITH_INLET), *(f"{item}_out_mgl" for item in PLANT)]
    rows = context.form("J104-1").rows("points", numbers=numbers, texts=["point_name"])
    rows = _sources(context, rows)
    flow = rows["flow_m3"].fillna(_discharged(context, rows))
    modes = context.form("J102-2").items(texts=["wastewater_mode"])
    sent = set(modes["object"][modes["wastewater_mode"] == "2"])
    indirect = rows["object"].isin(sent)
    for item, pollutant in PLANT.items():
        outlet = rows[f"{item}_out_mgl"]
        inlet = rows[f"{item}_in_mgl"] if item in WITH_INLET else np.full(len(rows), np.nan)
        generated = monitoring.water(flow=flow, concentration=inlet)["mass"]
        discharged = monitoring.water(flow=flow, concentration=outlet)["mass"]
        measured = ~np.isnan(outlet)
        blank = measured & np.isnan(flow)
        ledger.miss(
            rows, where=blank, pollutant=pollutant, reason="missing_input", key="flow_m3", size=outlet,
            size_unit="mg/L",
        )  # fmt: skip
        good = measured & ~blank
        ledger.add(
            rows, where=good, medium="water", pollutant=pollutant, method="monitoring", formula="monitoring.water",
            unit=rows["point_name"], activity=flow, activity_unit="m3", factor_value=outlet,
            factor_unit="mg/L", generated=generated, removed=(generated - discharged),
            discharged=discharged, destination=np.where(indirect, "indirect", "direct"),
            match_step="measured", confidence="measured",
            inputs=context.inputs(rows, good, **({"inlet_mgl": f"{item}_in_mgl"} if item in WITH_INLET else {})),
        )  # fmt: skip


def _discharged(context: Context, rows: Table) -> Column:
    """Waste water the facility says it discharges (m3), for the only monitoring point of a facility."""
    told: dict[int, float] = {}
    for form in ("J102-2", "J103-2"):
        items = context.form(form).items(numbers=["wastewater_discharged_m3"])
        told |= dict(zip(items["object"], items["wastewater_discharged_m3"], strict=True))
    return rows["object"].map(told).astype(float).where(~repeated(rows["object"].tolist()))


def _incinerators(ledger: Ledger, context: Context) -> None:
    numbers = ["operating_hours", "gas_flow_m3h", "dioxin_ng", *(f"{item}_mgm3" for item in GAS)]
    rows = context.form("J104-2").rows("units", numbers=numbers, texts=["incinerator_name"])
    rows = _sources(context, rows)
    volume = rows["gas_flow_m3h"] * rows["operating_hours"]
    columns = {pollutant: (rows[f"{item}_mgm3"], 1.0, "mg/m3") for item, pollutant in GAS.items()}
    columns["dioxin"] = (rows["dioxin_ng"], 1e-6, "ng/m3")
    for pollutant, (concentration, scale, unit) in columns.items():
        value = concentration
        mass = monitoring.air_volume(volume=volume, concentration=value * scale)["mass"]
        measured = ~np.isnan(value)
        blank = measured & np.isnan(mass)
        ledger.miss(
            rows, where=blank, pollutant=pollutant, reason="missing_input", key="gas_flow_m3h × operating_hours",
            size=value, size_unit=unit,
        )  # fmt: skip
        good = measured & ~blank
        ledger.add(
            rows, where=good, medium="air", pollutant=pollutant, method="monitoring", formula="monitoring.air",
            unit=rows["incinerator_name"], activity=volume, activity_unit="m3",
            factor_value=value, factor_unit=unit, discharged=mass, match_step="measured",
            confidence="measured",
        )  # fmt: skip


def _residues(ledger: Ledger, context: Context) -> None:
    tonne = units.factor("t", "kg")
    for form in ("J102-2", "J103-2"):
        rows = context.form(form).items(numbers=["slag_generated_t", "fly_ash_generated_t"])
        rows = _sources(context, rows)
        for item, pollutant in (("slag_generated_t", "slag"), ("fly_ash_generated_t", "fly_ash")):
            known = rows[~rows[item].isna()]
            _reported(ledger, known, pollutant, known[item], known[item] * tonne)
