"""Industrial sources: monitoring (monitored.py), coefficient (G106-1, boilers G103-1, G103-2, G103-13), waste.

One figure per pollutant and outlet has one source: monitoring before the coefficients the unit declared on G106-1
before those taken from the plant's own forms. The others are kept beside it for comparison (``chosen`` false).
"""

import numpy as np

from accounting.factors.matching import Library
from accounting.methods import pollutants, solid_waste, units

from . import balances, coefficients, monitored, processes, reuse, treatments
from .choice import DECLARED, DERIVED, choose, destinations, open_gaps, outlet_only
from .context import Context, fuels
from .result import Ledger
from .table import Column, Table, concat

SOURCE = processes.SOURCE


def account(ledger: Ledger, context: Context, library: Library) -> None:
    """All lines and gaps of the enterprises of a shard: every method computed, then one chosen."""
    own = Ledger()
    monitored.account(own, context)
    _declared(own, context, library)
    _boilers(own, context, library)
    _furnaces_and_processes(own, context, library)
    processes.account(own, context, library)
    lines = outlet_only(choose(reuse.leave_out(own.all_lines(), context, own)))
    ledger.take(destinations(lines, context), open_gaps(own.all_gaps(), lines))
    _volumes(ledger, context)
    _waste(ledger, context)


# -- coefficients -------------------------------------------------------------------------------------


def _declared(ledger: Ledger, context: Context, library: Library) -> None:
    """G106-1: the unit names the accounting unit, product, material, process and scale of the handbook."""
    rows = context.form("G106-1").rows(
        "rows",
        numbers=["product_output", "material_use", "coefficient_parameter", "removal_efficiency"]
        + [f"run_param{number}_value" for number in (1, 2, 3)],
        texts=[
            "census_form_code",
            "outlet_code",
            "accounting_link",
            "material_name",
            "product_name",
            "process_name",
            "scale_class",
            "product_output_unit",
            "material_use_unit",
            "pollutant_name",
            "treatment_process",
            "removal_efficiency_unit",
        ],
    )
    code = rows["pollutant_name"].map(pollutants.code_of)
    unknown = code.isna()
    ledger.miss(rows, where=unknown, source=SOURCE, reason="unknown_pollutant", key=rows["pollutant_name"])
    rows = rows.assign(pollutant=code)[~unknown]
    media = {code: entry.media for code, entry in pollutants.table().items()}
    origin = rows["census_form_code"].where(rows["census_form_code"] != "", "G103-13")
    water = [form.startswith("G102") for form in origin]
    parameter = rows["coefficient_parameter"]
    share = rows["removal_efficiency_unit"].isin(["%", "％", "百分比", ""])
    coefficients.industrial(
        ledger,
        rows.assign(
            industry=context.industries(rows["object"]), source=SOURCE, unit=rows["accounting_link"],
            product=rows["product_name"], material=rows["material_name"], process=rows["process_name"],
            scale=rows["scale_class"], technology=rows["treatment_process"],
            medium=[
                media[name][0] if len(media[name]) == 1 else ("water" if wet else "air")
                for name, wet in zip(rows["pollutant"], water, strict=True)
            ],
            product_amount=rows["product_output"], product_unit=rows["product_output_unit"],
            material_amount=rows["material_use"], material_unit=rows["material_use_unit"],
            S=parameter, A=parameter, p1=rows["run_param1_value"], p2=rows["run_param2_value"],
            p3=rows["run_param3_value"],
            declared_efficiency=np.where(share, rows["removal_efficiency"] / 100, np.nan),
            origin=origin.where(~np.array(water, dtype=bool), "G102"), outlet=rows["outlet_code"], rank=DECLARED,
        ),
        library,
    )  # fmt: skip


FUEL_POLLUTANTS = {name: treatments.STEPS[name] for name in ("SO2", "NOx", "PM")}


def _boilers(ledger: Ledger, context: Context, library: Library) -> None:
    """G103-1: two fuels a boiler with the coefficients of 4430, power units with those of 4411 by capacity."""
    numbers = ["power_unit_hours", "industrial_boiler_hours", "generator_capacity_wkw", "exhaust_gas_wm3"]
    numbers += [f"fuel{n}_{item}" for n in (1, 2) for item in ("consumption", "sulfur", "ash_pct", "lhv")]
    numbers += [f"{step}_{item}" for step in FUEL_POLLUTANTS.values() for item in ("efficiency_pct", "hours")]
    texts = ["power_unit_code", "power_firing_method", "industrial_firing_method", "outlet_code"]
    texts += [
        "fuel1_type",
        "fuel2_type",
        "low_nox_combustion",
        *(f"{s}_{item}" for s in FUEL_POLLUTANTS.values() for item in ("process", "facility_code")),
    ]
    rows = context.form("G103-1").rows("units", numbers=numbers, texts=texts)
    rows = rows.assign(origin="G103-1", outlet=rows["outlet_code"], rank=DERIVED, source=SOURCE)
    power = rows["power_unit_code"] != ""
    hours = np.where(power, rows["power_unit_hours"], rows["industrial_boiler_hours"])
    firing = np.where(power, rows["power_firing_method"], rows["industrial_firing_method"])
    treated = boiler_treatments(rows, hours, context)
    for number in (1, 2):
        fuel = rows[f"fuel{number}_type"]
        burning = combustion(
            rows.assign(lhv=rows[f"fuel{number}_lhv"]),
            context,
            fuel=fuel,
            firing=firing.view(Column),
            treated=treated,
            amount=rows[f"fuel{number}_consumption"],
            sulfur=rows[f"fuel{number}_sulfur"],
            ash=rows[f"fuel{number}_ash_pct"],
        )
        burning = _as_power_unit(burning.assign(fuel_name=burning.get("material", "")))
        coefficients.industrial(ledger, burning, library)
        balances.account(ledger, burning, library)
    denitration = rows["denox_process"].map(lambda code: context.label("nox_control", code))
    balances.furnace_nox(
        ledger, rows.assign(technology=denitration), hours, monitored.furnace_concentrations(context, "NOx"), library
    )  # fmt: skip


def boiler_treatments(rows: Table, hours: object, context: Context) -> dict[str, dict[str, object]]:
    """Pollutant of 4430 -> what the boilers state of its treatment; ``hours`` each boiler ran."""
    return {name: treatments.stated(rows, name, hours, context) for name in FUEL_POLLUTANTS}


def combustion(rows, context: Context, *, fuel, firing, treated, amount, sulfur, ash) -> Table:
    """Rows for the coefficient engine: every boiler of ``rows`` that burns the fuel × every pollutant of 4430.

    ``fuel`` and ``firing`` are codes, or names where the form has no code list. ``treated``: of all rows, whatever
    they burn, as a shared device serves boilers of several fuels (see boiler_treatments).
    """
    used = fuel != ""
    if not used.any():
        return rows[:0]
    rows = rows[used]
    fuel = fuel[used]
    base = rows.assign(
        industry="4430", unit="锅炉燃烧", medium="air", firing=firing[used], fuel_code=fuel,
        material=fuel.map(lambda code: context.label("fuel", code)),
        process=firing[used].map(lambda code: context.label("boiler_firing", code)),
        material_amount=amount[used], S=sulfur[used], A=ash[used],
        material_unit=fuel.map(context.fuel_unit),
    )  # fmt: skip
    parts = []
    for pollutant in FUEL_POLLUTANTS:
        parts.append(
            base.assign(
                pollutant=pollutant,
                **{name: given[used] for name, given in treated[pollutant].items()},
            )
        )
    return concat(parts)


def _as_power_unit(burning: Table) -> Table:
    """Power-station boilers have keys of their own; capacity in 10 MW."""
    is_power = burning["power_unit_code"] != ""
    if not is_power.any():
        return burning
    megawatts = burning["generator_capacity_wkw"] * 10
    coal = burning["fuel_code"].isin(fuels("coal"))
    changes = {
        "industry": "4411",
        "unit": "发电锅炉",
        "product": "电能",
        "process": "不分技术",
        "material": burning["material"].where(~coal, "煤炭/煤矸石"),
        "scale": megawatts.map(lambda number: f"{number:g}MW" if number == number else ""),
    }
    return burning.assign(
        **{name: np.where(is_power, value, burning.get(name, "")) for name, value in changes.items()}
    )


def _furnaces_and_processes(ledger: Ledger, context: Context, library: Library) -> None:
    """G103-2 and G103-13: every pollutant the library knows for the named process, product and material."""
    items = {
        "G103-2": ("units", "furnace_code", "material1_name", "material1_unit", "material1_use"),
        "G103-13": ("processes", "process_name", "material_name", "material_unit", "material_use"),
    }
    for form, (section, unit, material, material_unit, material_use) in items.items():
        texts = [unit, "product_name", "product_unit", material, material_unit, "low_nox_combustion"]
        numbers = ["production_hours", "product_output", material_use]
        for step in treatments.STEPS.values():
            texts += [f"{step}_process", f"{step}_facility_code"]
            numbers += [f"{step}_efficiency_pct", f"{step}_hours"]
        rows = context.form(form).rows(section, numbers=numbers, texts=texts)
        rows = rows.assign(
            industry=context.industries(rows["object"]), source=SOURCE, unit=rows[unit], medium="air",
            product=rows["product_name"], material=rows[material], process="", scale="", origin=form, outlet="",
            product_amount=rows["product_output"], product_unit=rows["product_unit"],
            material_amount=rows[material_use], material_unit=rows[material_unit], rank=DERIVED,
        )  # fmt: skip
        coefficients.industrial(ledger, _with_pollutants(rows, context, library), library)


def _with_pollutants(rows: Table, context: Context, library: Library) -> Table:
    """One row for each pollutant the library knows for the unit; a row of an unknown unit stays as a gap."""
    codes, keys = coefficients.distinct(rows, ["industry", "unit", "product", "material", "process"])
    known = [
        [name for name in library.pollutants_of(*key) if "air" in pollutants.table()[name].media] or [""]
        for key in keys
    ]
    parts = []
    for pollutant in dict.fromkeys(name for names in known for name in names):
        here = np.array([pollutant in names for names in known], dtype=bool)[codes]
        treated = treatments.stated(rows, pollutant, rows["production_hours"], context)
        parts.append(rows.assign(pollutant=pollutant, **treated)[here])
    return concat(parts) if parts else rows


# -- volumes and waste --------------------------------------------------------------------------------


def _volumes(ledger: Ledger, context: Context) -> None:
    rows = context.form("G102").rows("outlets", numbers=["discharge_m3"], texts=["outlet_code"])
    rows = rows[~rows["discharge_m3"].isna()]
    volumes = Ledger()
    # A plant takes no water away: the volume enters the environment wherever it is discharged.
    volumes.add(
        rows, source=SOURCE, medium="water", pollutant="waste_water_volume", method="reported",
        formula="sum", unit=rows["outlet_code"], activity=rows["discharge_m3"], activity_unit="m3",
        discharged=rows["discharge_m3"], environment=rows["discharge_m3"], match_step="reported",
        confidence="reported", origin="G102", outlet=rows["outlet_code"],
    )  # fmt: skip
    ledger.take(destinations(volumes.all_lines(), context), volumes.all_gaps())


def _waste(ledger: Ledger, context: Context) -> None:
    numbers = [
        "generated_t",
        "recovered_t",
        "recovered_prior_stock_t",
        "disposed_t",
        "disposed_prior_stock_t",
    ]
    numbers += ["stored_t", "dumped_t"]
    rows = context.form("G104-1").rows("wastes", numbers=numbers, texts=["waste_name"])
    known = {name: rows[name].fillna(0.0) for name in numbers[1:]}
    handled = solid_waste.general(
        recovered=known["recovered_t"], recovered_prior=known["recovered_prior_stock_t"],
        disposed=known["disposed_t"], disposed_prior=known["disposed_prior_stock_t"],
        stored=known["stored_t"], dumped=known["dumped_t"],
    )["handled"]  # fmt: skip
    _ledger_lines(
        ledger, rows, "general_solid_waste", "solid_waste.general", handled, known["dumped_t"],
        context.inputs(rows, stored_t="stored_t", recovered_t="recovered_t", disposed_t="disposed_t"),
    )  # fmt: skip
    numbers = ["generated_t", "opening_stock_t", "sent_to_licensed_t", "received_t", "recovered_on_site_t"]
    numbers += ["disposed_on_site_t", "closing_stock_t", "prior_stock_handled_t", "dumped_t"]
    rows = context.form("G104-2").rows("wastes", numbers=numbers, texts=["waste_name"])
    known = {name: rows[name].fillna(0.0) for name in numbers[1:]}
    handled = (
        known["sent_to_licensed_t"] + known["recovered_on_site_t"] + known["disposed_on_site_t"]
        - known["prior_stock_handled_t"]
    )  # fmt: skip
    _ledger_lines(
        ledger, rows, "hazardous_waste", "solid_waste.hazardous", handled, known["dumped_t"],
        context.inputs(rows, opening_stock_t="opening_stock_t", closing_stock_t="closing_stock_t"),
    )  # fmt: skip


def _ledger_lines(ledger, rows, pollutant, formula, handled, dumped, inputs) -> None:
    """Waste of the year in kg: generated as reported, handled, dumped. Rows without an amount are gaps."""
    tonne = units.factor("t", "kg")
    known = ~rows["generated_t"].isna()
    ledger.miss(
        rows, where=~known, source=SOURCE, pollutant=pollutant, reason="missing_input", key="generated_t"
    )
    ledger.add(
        rows, where=known, source=SOURCE, medium="waste", pollutant=pollutant, method="reported", formula=formula,
        unit=rows["waste_name"], activity=rows["generated_t"], activity_unit="t",
        generated=rows["generated_t"] * tonne, removed=handled * tonne,
        discharged=dumped * tonne, match_step="reported", confidence="reported", inputs=inputs,
    )  # fmt: skip
