"""Forms no formula starts from, so that nothing that was reported is left out without a word.

* S105 (outfalls) and S106 (sampled households): computed for comparison, not counted. What an outfall carries was
  counted at its sources, what a sampled household burns in the figures of its village.
* G107: the waste of minerals with natural radioactivity, as reported.
* G101-2, G101-3, Y202-1, J102-2, J103-2: gaps where the form they should be accounted by is missing.
"""

from collections import Counter

import numpy as np

from accounting.factors.matching import Library
from accounting.methods import monitoring, solid_waste, units

from . import domestic, mobile
from .context import Context
from .result import Ledger

OUTFALL = {
    "cod": "COD", "bod5": "BOD5", "nh3n": "NH3_N", "tn": "TN", "tp": "TP", "oil": "animal_vegetable_oil",
}  # fmt: skip
HOURS_A_YEAR = 8760.0


def account(ledger: Ledger, context: Context, library: Library) -> None:
    """All lines and gaps of these forms; last, since what is missing is seen by what is there."""
    _outfalls(ledger, context)
    _sampled_households(ledger, context, library)
    _radioactive_waste(ledger, context)
    _machines_without_fuel(ledger, context, library)
    _facilities_without_monitoring(ledger, context)
    _enterprises_without_process(ledger, context)


# -- for comparison -----------------------------------------------------------------------------------


def _outfalls(ledger: Ledger, context: Context) -> None:
    """Flow × concentration; each sample of an outfall stands for an equal part of the year."""
    numbers = ["flow_m3h", *(f"{item}_mgl" for item in OUTFALL)]
    rows = context.form("S105").rows("samples", numbers=numbers).assign(source="outfall")
    if rows.empty:
        return
    hours = HOURS_A_YEAR / rows["object"].map(Counter(rows["object"]))
    flow = rows["flow_m3h"] * hours
    rows = rows.assign(hours=hours)
    for item, pollutant in OUTFALL.items():
        value = rows[f"{item}_mgl"]
        mass = monitoring.water(flow=flow, concentration=value)["mass"]
        blank = ~np.isnan(value) & np.isnan(mass)
        ledger.miss(
            rows,
            blank,
            pollutant=pollutant,
            reason="missing_input",
            key="flow_m3h",
            size=value,
            size_unit="mg/L",
        )
        good = ~np.isnan(mass)
        ledger.add(
            rows, good, medium="water", pollutant=pollutant, method="monitoring", formula="monitoring.water",
            chosen=False, activity=flow, activity_unit="m3", factor_value=value, factor_unit="mg/L", discharged=mass,
            environment=mass, destination="direct", match_step="measured", confidence="measured",
            inputs=context.inputs(rows, good, hours="hours", flow_m3h="flow_m3h"),
        )  # fmt: skip


SAMPLED = {
    "firewood_kg": ("residential biofuel", "firewood"),
    "straw_kg": ("residential biofuel", "crop residue in stoves"),
    "biogas_m3": ("residential biofuel", "biogas"),
    "natural_gas_m3": (domestic.FUEL, "natural gas"),
    "lpg_kg": (domestic.FUEL, "LPG"),
}
COAL = {"1": "bituminous raw coal", "2": "honeycomb briquette"}


def _sampled_households(ledger: Ledger, context: Context, library: Library) -> None:
    numbers = ["cooking_coal_kg", "heating_coal_kg", *SAMPLED]
    rows = context.form("S106").items(numbers=numbers, texts=["coal_kind"]).assign(source="village")
    for item, (product, stage) in SAMPLED.items():
        fuels = {item: (stage, item.rpartition("_")[2])}
        domestic.residential(ledger, context, library, rows, fuels, product, ("VOCs",), chosen=False)
    coal = rows.assign(coal_kg=rows.total(["cooking_coal_kg", "heating_coal_kg"]))
    kind = coal["coal_kind"].map(COAL).fillna("other coal")
    for name in dict.fromkeys(kind):
        fuels = {"coal_kg": (name, "kg")}
        of_kind = coal[(kind == name)]
        pollutants = ("SO2", "NOx", "CO")
        domestic.residential(
            ledger, context, library, of_kind, fuels, "residential coal", pollutants, chosen=False
        )


# -- as reported --------------------------------------------------------------------------------------


def _radioactive_waste(ledger: Ledger, context: Context) -> None:
    """G107: generated and what was used or disposed of. Activity concentrations are no emission: not accounted."""
    numbers = ["waste_generated_t", "waste_recovered_t", "waste_disposed_t"]
    rows = (
        context.form("G107").rows("wastes", numbers=numbers, texts=["waste_name"]).assign(source="industrial")
    )
    tonne, known = units.factor("t", "kg"), ~rows["waste_generated_t"].isna()
    handled = solid_waste.general(
        recovered=rows["waste_recovered_t"].fillna(0.0), recovered_prior=0.0,
        disposed=rows["waste_disposed_t"].fillna(0.0), disposed_prior=0.0, stored=0.0, dumped=0.0,
    )["handled"]  # fmt: skip
    pollutant = "radioactive_mineral_waste"
    ledger.miss(rows, ~known, pollutant=pollutant, reason="missing_input", key="waste_generated_t")
    ledger.add(
        rows, known, medium="waste", pollutant=pollutant, method="reported", formula="solid_waste.general",
        unit=rows["waste_name"], activity=rows["waste_generated_t"], activity_unit="t",
        generated=rows["waste_generated_t"] * tonne, removed=handled * tonne, match_step="reported",
        confidence="reported",
        inputs=context.inputs(rows, known, recovered_t="waste_recovered_t", disposed_t="waste_disposed_t"),
    )  # fmt: skip
    ores = context.form("G107").rows("ores", numbers=["raw_ore_t", "concentrate_t"], texts=["raw_ore_name"])
    unused = ~ores["raw_ore_t"].isna() | ~ores["concentrate_t"].isna()
    told = np.isin(ores["object"], rows["object"][known])
    ledger.miss(
        ores, unused & ~told, source="industrial", pollutant=pollutant, reason="missing_input",
        key="G107 waste_generated_t", size=ores["raw_ore_t"].fillna(ores["concentrate_t"]), size_unit="t",
    )  # fmt: skip


# -- what should be accounted by another form ---------------------------------------------------------


def _machines_without_fuel(ledger: Ledger, context: Context, library: Library) -> None:
    """Y202-1 by power, only where the fuel of Y202-2 is missing: both describe the same machines."""
    rows = context.form("Y202-1").rows("machines", numbers=["machine_power_kw", "machine_count"])
    burnt = context.form("Y202-2").rows("uses", numbers=["fuel_diesel_t", "fuel_gasoline_t"])
    fuelled = set(burnt["object"][(burnt["fuel_diesel_t"] > 0) | (burnt["fuel_gasoline_t"] > 0)])
    rows = rows[~rows["object"].isin(fuelled)]
    ledger.miss(
        rows, rows["machine_power_kw"].isna() & (rows["machine_count"] > 0), source="farm_machinery",
        reason="missing_input", key="machine_power_kw", size=rows["machine_count"], size_unit="台",
    )  # fmt: skip
    mobile.by_power(
        ledger, context, library, rows.assign(source="farm_machinery"), "machine_power_kw", "farm machinery"
    )


FACILITIES = {"J102-2": ("incineration_actual_wt", "万吨"), "J103-2": ("incineration_actual_t", "t")}


def _facilities_without_monitoring(ledger: Ledger, context: Context) -> None:
    """What was burnt or discharged at a waste facility that has no monitoring of it (J104-1, J104-2)."""
    kinds = context.objects["kind"]
    watched = {form: set(context.form(form).objects) for form in ("J104-1", "J104-2")}
    for form, (burnt, unit) in FACILITIES.items():
        rows = context.form(form).items(numbers=[burnt, "wastewater_discharged_m3"])
        source = np.where(kinds[rows["object"]] == "hazardous_plant", "hazardous_site", "waste_site")
        for item, measure, by, pollutants in (
            (burnt, unit, "J104-2", ("SO2", "NOx", "PM")),
            ("wastewater_discharged_m3", "m3", "J104-1", ("COD", "NH3_N", "TN", "TP")),
        ):
            open_ = (rows[item] > 0) & ~rows["object"].isin(watched[by])
            for pollutant in pollutants:
                ledger.miss(
                    rows, open_, source=source, pollutant=pollutant, reason="missing_input", key=by, size=rows[item],
                    size_unit=measure,
                )  # fmt: skip


def _enterprises_without_process(ledger: Ledger, context: Context) -> None:
    """Products and materials of an enterprise that nothing else is accounted of."""
    told = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *ledger.objects()]))
    items = {
        "G101-2": ("products", "product_name", "actual_output", "unit_of_measure"),
        "G101-3": ("materials", "material_name", "material_use", "material_unit"),
    }
    for form, (section, name, amount, unit) in items.items():
        rows = context.form(form).rows(section, numbers=[amount], texts=[name, unit])
        open_ = ~np.isin(rows["object"], told)
        ledger.miss(
            rows, open_, source="industrial", reason="missing_input", key="G106-1 / " + rows[name],
            size=rows[amount], size_unit=rows[unit],
        )  # fmt: skip
