"""What industry measured: waste water (G106-2) and exhaust gas (G106-3), where validity.yaml lets it count. Pure."""

import numpy as np

from accounting.methods import monitoring

from . import processes, validity
from .choice import MONITORED
from .context import Context
from .result import Ledger
from .table import Table, repeated

WATER = {
    "cod": "COD", "nh3n": "NH3_N", "tn": "TN", "tp": "TP", "oil": "petroleum", "phenol": "volatile_phenol",
    "cyanide": "cyanide", "as": "As", "pb": "Pb", "cd": "Cd", "cr": "Cr", "cr6": "Cr6", "hg": "Hg",
}  # fmt: skip
AIR, SOURCE = processes.AIR, processes.SOURCE
EVIDENCE = {"numbers": ["auto_valid_pct", "samples_count"], "texts": ["auto_compared"]}
"""Items of both forms that show whether the monitoring is valid."""
ASKED = ("cod", "nh3n", "tn", "tp")
"""Pollutants of G106-2 with an item for the kind of monitoring."""


def account(ledger: Ledger, context: Context) -> None:
    """Lines of what was measured and counts; gaps for what is blank and for what fails a test of validity."""
    _water(ledger, context, _strict(context))
    _air(ledger, context, _strict(context))


def _water(ledger: Ledger, context: Context, strict: bool) -> None:
    numbers = ["inlet_water_m3", "outlet_water_m3", "discharged_through_outlet_m3"]
    numbers += [f"{item}_{end}_mgl" for item in WATER for end in ("in", "out")]
    texts = ["census_form_code", "outlet_code", *(f"{item}_method" for item in ASKED)]
    rows = context.form("G106-2").rows(
        "points", numbers=numbers + EVIDENCE["numbers"], texts=texts + EVIDENCE["texts"]
    )
    if rows.empty:
        return
    rows = rows.assign(outlet_type=_outlet_types(context, rows))
    places = list(zip(rows["object"], rows["outlet_code"], strict=True))
    flow_out = rows["discharged_through_outlet_m3"].fillna(rows["outlet_water_m3"])
    flow_in = rows["inlet_water_m3"].fillna(rows["outlet_water_m3"])
    for item, pollutant in WATER.items():
        outlet = rows[f"{item}_out_mgl"]
        inlet = rows[f"{item}_in_mgl"]
        discharged = monitoring.water(flow=flow_out, concentration=outlet)["mass"]
        generated = monitoring.water(flow=flow_in, concentration=inlet)["mass"]
        measured = ~np.isnan(outlet)
        blank_flow = measured & np.isnan(discharged)
        ledger.miss(
            rows, where=blank_flow, source=SOURCE, pollutant=pollutant, reason="missing_input",
            key="outlet_water_m3", size=outlet, size_unit="mg/L",
        )  # fmt: skip
        kind = validity.kinds(rows[f"{item}_method"] if item in ASKED else None, len(rows))
        good, notes = _valid(
            ledger, rows, measured & ~blank_flow, places, pollutant, "water", kind, discharged, strict
        )
        over = good & (discharged > generated)
        ledger.miss(
            rows, where=over, source=SOURCE, pollutant=pollutant, reason="negative", key="in < out",
            size=(discharged - generated), size_unit="kg",
        )  # fmt: skip
        ledger.add(
            rows, where=good, source=SOURCE, medium="water", pollutant=pollutant, method="monitoring",
            formula="monitoring.water_treated", unit=rows["outlet_code"], activity=flow_out,
            activity_unit="m3", factor_value=outlet, factor_unit="mg/L", generated=generated,
            removed=(generated - discharged), discharged=discharged, match_step="measured",
            confidence="measured", origin="G102", outlet=rows["outlet_code"], rank=MONITORED,
            inputs=context.inputs(
                notes, good, inlet_mgl=f"{item}_in_mgl", inlet_m3="inlet_water_m3", monitoring="monitoring",
                unproven="unproven",
            ),
        )  # fmt: skip


def furnace_concentrations(context: Context, pollutant: str) -> dict[tuple, float]:
    """(object, outlet) -> mg/m3 before the treatment of boilers, where just one valid record tells of it."""
    rows, (item,) = _air_rows(context), [name for name, of in AIR.items() if of == pollutant]
    if rows.empty:
        return {}
    kind, strict = validity.kinds(rows["monitoring_method"], len(rows)), _strict(context)
    verdict = validity.judge(rows, pollutant=pollutant, medium="air", kind=kind, strict=strict)
    good = verdict.counts & ~np.isnan(rows[f"{item}_mgm3"])
    good &= (rows["measurement_point"] == "1") & (rows["census_form_code"] == "G103-1")
    inlets = rows[good]
    single = inlets[~repeated(inlets.keys(["object", "outlet_code"]))]
    return dict(
        zip(zip(single["object"], single["outlet_code"], strict=True), single[f"{item}_mgm3"], strict=True)
    )


def _strict(context: Context) -> bool:
    return context.parameter("monitoring", "unproven", "accepted") == "refused"


def _air_rows(context: Context) -> Table:
    numbers = ["average_flow_m3h", "annual_emission_hours", *(f"{item}_mgm3" for item in AIR)]
    texts = ["census_form_code", "outlet_code", "equipment_code", "measurement_point", "monitoring_method"]
    rows = context.form("G106-3").rows(
        "points", numbers=numbers + EVIDENCE["numbers"], texts=texts + EVIDENCE["texts"]
    )
    return rows if rows.empty else rows.assign(hours_share=_hours_shares(context, rows))


def _air(ledger: Ledger, context: Context, strict: bool) -> None:
    rows = _air_rows(context)
    if rows.empty:
        return
    kind = validity.kinds(rows["monitoring_method"], len(rows))
    outlet = rows["measurement_point"] != "1"
    place = list(zip(rows["object"], rows["outlet_code"], rows["equipment_code"], strict=True))
    points = list(zip(place, outlet.tolist(), strict=True))
    for item, pollutant in AIR.items():
        concentration = rows[f"{item}_mgm3"]
        mass = monitoring.air(
            flow_rate=rows["average_flow_m3h"],
            concentration=concentration,
            hours=rows["annual_emission_hours"],
        )["mass"]
        measured = ~np.isnan(concentration)
        blank = outlet & measured & np.isnan(mass)
        ledger.miss(
            rows, where=blank, source=SOURCE, pollutant=pollutant, reason="missing_input",
            key="average_flow_m3h × annual_emission_hours", size=concentration, size_unit="mg/m3",
        )  # fmt: skip
        usable, notes = _valid(
            ledger, rows, measured & ~np.isnan(mass), points, pollutant, "air", kind, mass, strict
        )
        entering: dict[tuple, float] = {}
        for position in np.flatnonzero(~outlet & usable):
            entering[place[position]] = entering.get(place[position], 0.0) + mass[position]
        generated = np.array([entering.get(key, np.nan) for key in place], dtype=float)
        good = outlet & usable
        left = {place[position] for position in np.flatnonzero(outlet & measured)}
        alone = ~outlet & measured & np.array([key not in left for key in place], dtype=bool)
        ledger.miss(
            rows, alone, source=SOURCE, pollutant=pollutant, reason="missing_input", key="measurement_point = 2",
            size=mass, size_unit="kg",
        )  # fmt: skip
        ledger.add(
            rows, where=good, source=SOURCE, medium="air", pollutant=pollutant, method="monitoring",
            formula="monitoring.air", unit=rows["equipment_code"],
            activity=(rows["average_flow_m3h"] * rows["annual_emission_hours"]), activity_unit="m3",
            factor_value=concentration, factor_unit="mg/m3", generated=generated,
            removed=(generated - mass), discharged=mass, match_step="measured",
            confidence="measured", origin=rows["census_form_code"], outlet=rows["outlet_code"],
            rank=MONITORED,
            inputs=context.inputs(
                notes, good, hours="annual_emission_hours", monitoring="monitoring", unproven="unproven"
            ),
        )  # fmt: skip


def _valid(
    ledger: Ledger, rows: Table, measured: np.ndarray, places: list[tuple], pollutant: str, medium: str,
    kind: np.ndarray, mass: np.ndarray, strict: bool,
) -> tuple[np.ndarray, Table]:  # fmt: skip
    """The measured rows that count, and the rows with what their lines say of it; the others become gaps."""
    verdict = validity.judge(rows, pollutant=pollutant, medium=medium, kind=kind, strict=strict)
    counts = measured & verdict.counts
    best = validity.best_of(places, kind, counts)
    refusal = np.where(verdict.counts, validity.superseded(), verdict.refused)
    ledger.miss(
        rows, where=measured & ~best, source=SOURCE, pollutant=pollutant, reason="not_valid", key=refusal,
        size=mass, size_unit="kg",
    )  # fmt: skip
    said = np.where(kind == validity.UNKNOWN, "", np.char.add(kind.astype(str), " monitoring").astype(object))
    return best, rows.assign(monitoring=said, unproven=verdict.unproven)


def _outlet_types(context: Context, rows: Table) -> list[str]:
    """The type of each row's outlet on G102; blank where the outlet is not there."""
    outlets = context.form("G102").rows("outlets", texts=["outlet_code", "outlet_type"])
    types = dict(
        zip(zip(outlets["object"], outlets["outlet_code"], strict=True), outlets["outlet_type"], strict=True)
    )
    return [types.get(key, "") for key in zip(rows["object"], rows["outlet_code"], strict=True)]


def _hours_shares(context: Context, rows: Table) -> np.ndarray:
    """Hours measured ÷ hours of the boiler that ran longest at that outlet (G103-1); NaN where there is none."""
    boilers = context.form("G103-1").rows(
        "units", numbers=["power_unit_hours", "industrial_boiler_hours"], texts=["outlet_code"]
    )
    ran: dict[tuple, float] = {}
    hours = boilers["power_unit_hours"].fillna(boilers["industrial_boiler_hours"])
    for owner, outlet, time in zip(boilers["object"], boilers["outlet_code"], hours, strict=True):
        if outlet and time > 0:
            ran[owner, outlet] = max(time, ran.get((owner, outlet), 0.0))
    longest = np.array(
        [
            ran.get((owner, outlet), np.nan) if form == "G103-1" else np.nan
            for owner, outlet, form in zip(
                rows["object"], rows["outlet_code"], rows["census_form_code"], strict=True
            )
        ],
        dtype=float,
    )
    return rows["annual_emission_hours"] / longest
