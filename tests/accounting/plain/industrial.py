"""Enterprises: every method computed, then one chosen; monitoring and special processes have files of their own."""

from __future__ import annotations

from collections import Counter
from math import nan

from tests.accounting.plain import balance, choice, coefficient, monitoring, processes, treatment
from tests.accounting.plain.books import Books, Key
from tests.accounting.plain.coefficient import Treated, Use
from tests.accounting.plain.facts import (
    Account,
    Around,
    Row,
    Subject,
    first_known,
    fuels,
    known,
    pollutants,
    spellings,
    spelt,
    words,
)

DECLARED, DERIVED = 1, 2
BURNT = ("SO2", "NOx", "PM")
PERCENT = ("%", "％", "百分比", "")


def account(subject: Subject, around: Around, books: Books, out: Account) -> None:
    """All lines and gaps of an enterprise: every method computed, then one chosen."""
    own = Account()
    monitoring.account(subject, around, own)
    _declared(subject, books, own)
    _boilers(subject, around, books, own)
    _furnaces_and_processes(subject, books, own)
    processes.account(subject, books, own)
    _reuse(subject, own)
    choice.choose(own.lines)
    out.gaps += choice.open_gaps(own)
    for row in subject.rows("G102", "outlets"):
        volume, code = row.number("discharge_m3"), row.text("outlet_code")
        if known(volume):  # a plant takes no water away
            own.add(
                row, "water", "waste_water_volume", "reported", unit=code, activity=volume, discharged=volume,
                environment=volume, step="reported", outlet=code,
            )  # fmt: skip
    choice.send(subject, own.lines)
    out.lines += own.lines
    _waste(subject, out)


# -- coefficients -------------------------------------------------------------------------------------


def _declared(subject: Subject, books: Books, out: Account) -> None:
    """G106-1: the unit names the accounting unit, product, material, process and scale of the handbook."""
    for row in subject.rows("G106-1", "rows"):
        pollutant = spellings().get(spelt(row.text("pollutant_name")))
        if pollutant is None:
            out.miss(row, "unknown_pollutant")
            continue
        form, media = row.text("census_form_code") or "G103-13", pollutants()[pollutant]["media"]
        wet = form.startswith("G102")
        medium = media[0] if len(media) == 1 else "water" if wet else "air"
        key = Key(
            pollutant, subject.industry, row.text("accounting_link"), row.text("product_name"),
            row.text("material_name"), row.text("process_name"), row.text("scale_class"), medium,
        )  # fmt: skip
        content = row.number("coefficient_parameter")
        use = Use(
            key, row.number("product_output"), row.text("product_output_unit"), row.number("material_use"),
            row.text("material_use_unit"), {"S": content, "A": content},
        )  # fmt: skip
        in_percent = row.text("removal_efficiency_unit") in PERCENT
        treated = Treated(
            row.text("treatment_process"),
            row.number("removal_efficiency") / 100 if in_percent else nan,
            tuple(row.number(f"run_param{number}_value") for number in (1, 2, 3)),
        )
        coefficient.account(
            books, out, row, use, treated, origin="G102" if wet else form, outlet=row.text("outlet_code"),
            rank=DECLARED,
        )  # fmt: skip


def fuel_unit(code: str) -> str:
    """Unit a fuel is reported in."""
    return "1e4m3" if code in fuels("gas") else "t"


def burn(fuel: str, firing: str, amount: float, sulfur: float, ash: float, pollutant: str, unit: str) -> Use:
    """A boiler's use of a fuel, by the coefficients of industry 4430."""
    process = words("boiler_firing").get(firing, firing)
    key = Key(
        pollutant, "4430", "锅炉燃烧", material=words("fuel").get(fuel, fuel), process=process, medium="air"
    )
    return Use(key, material=amount, material_unit=unit, contents={"S": sulfur, "A": ash})


def _boilers(subject: Subject, around: Around, books: Books, out: Account) -> None:
    """G103-1: two fuels a boiler; power units by the coefficients of 4411 and their capacity."""
    rows = subject.rows("G103-1", "units")
    for number in (1, 2):
        for row in rows:
            fuel = row.text(f"fuel{number}_type")
            for pollutant in BURNT if fuel else ():
                _boiler(books, out, rows, row, fuel, f"fuel{number}", pollutant)
    measured = monitoring.before_denitration(subject, around)
    shared = Counter(row.text("outlet_code") for row in rows)
    for row in rows:
        outlet = row.text("outlet_code")
        balance.furnace_nox(
            books, out, row, measured=measured.get(outlet, nan), hours=_boiler_hours(row),
            alone=_is_station(row) and shared[outlet] == 1, origin="G103-1", outlet=outlet,
        )  # fmt: skip


def _is_station(row: Row) -> bool:
    return row.text("power_unit_code") != ""


def _boiler_hours(row: Row) -> float:
    return row.number("power_unit_hours" if _is_station(row) else "industrial_boiler_hours")


def _boiler(
    books: Books, out: Account, rows: list[Row], row: Row, fuel: str, item: str, pollutant: str
) -> None:
    station = _is_station(row)
    firing = row.text("power_firing_method" if station else "industrial_firing_method")
    sulfur, ash = row.number(f"{item}_sulfur"), row.number(f"{item}_ash_pct")
    use = burn(fuel, firing, row.number(f"{item}_consumption"), sulfur, ash, pollutant, fuel_unit(fuel))
    name = use.key.material
    if station:
        capacity = row.number("generator_capacity_wkw") * 10
        material = "煤炭/煤矸石" if fuel in fuels("coal") else name
        key = Key(
            pollutant, "4411", "发电锅炉", "电能", material, "不分技术", f"{capacity:g}MW" if known(capacity) else "",
            "air",
        )  # fmt: skip
        use = Use(key, material=use.material, material_unit=use.material_unit, contents=use.contents)
    treated = treatment.stated(row, pollutant, rows, _boiler_hours)
    place = {"origin": "G103-1", "outlet": row.text("outlet_code")}
    coefficient.account(books, out, row, use, treated, rank=DERIVED, **place)
    if use.material_unit == "t":
        balance.boiler(
            books, out, row, pollutant=pollutant, firing=firing, fuel=name, burnt=use.material, contents=use.contents,
            heat=row.number(f"{item}_lhv"), station=station, treated=treated, **place,
        )  # fmt: skip


UNITS = {
    "G103-2": ("units", "furnace_code", "material1_name", "material1_unit", "material1_use"),
    "G103-13": ("processes", "process_name", "material_name", "material_unit", "material_use"),
}


def _furnaces_and_processes(subject: Subject, books: Books, out: Account) -> None:
    """G103-2 and G103-13: every air pollutant the library knows for the named process, product and material."""
    for form, (section, unit, material, material_unit, material_use) in UNITS.items():
        rows = subject.rows(form, section)
        for row in rows:
            names = row.text(unit), row.text("product_name"), row.text(material)
            known_here = books.pollutants_of(subject.industry, *names, "")
            in_air = [name for name in known_here if "air" in pollutants()[name]["media"]]
            for pollutant in in_air or [""]:
                key = Key(pollutant, subject.industry, *names, medium="air")
                use = Use(
                    key, row.number("product_output"), row.text("product_unit"), row.number(material_use),
                    row.text(material_unit),
                )  # fmt: skip
                treated = treatment.stated(row, pollutant, rows, lambda one: one.number("production_hours"))
                coefficient.account(books, out, row, use, treated, origin=form, outlet="", rank=DERIVED)


def _reuse(subject: Subject, out: Account) -> None:
    """Treated water sent back into the site does not leave: its share of that and what the outlets discharge.

    Emission coefficients stay, as what they hold is not known. Where a volume is blank nothing is taken off.
    """
    wet = [
        line
        for line in out.lines
        if line.medium == "water" and line.method == "coefficient" and not line.printed
    ]
    back = [row for row in subject.rows("G102", "facilities") if row.text("treated_water_destination") == "1"]
    if not wet or not back:
        return
    again = sum(row.number("treated_water_m3") for row in back)
    left = sum(row.number("discharge_m3") for row in subject.rows("G102", "outlets"))
    if not known(again + left):
        out.miss(back[0], "missing_input")
        return
    for line in wet:
        line.discharged *= 1 - again / (again + left) if again else 1.0


# -- waste --------------------------------------------------------------------------------------------


def _waste(subject: Subject, out: Account) -> None:
    """G104-1, G104-2: generated as reported; what was dumped enters the environment."""
    for form, pollutant in (("G104-1", "general_solid_waste"), ("G104-2", "hazardous_waste")):
        for row in subject.rows(form, "wastes"):
            tonnes = row.number("generated_t")
            if not known(tonnes):
                out.miss(row, "missing_input", pollutant)
                continue
            out.add(
                row, "waste", pollutant, "reported", unit=row.text("waste_name"), activity=tonnes,
                generated=tonnes * 1e3, discharged=first_known(row.number("dumped_t"), 0.0) * 1e3, step="reported",
            )  # fmt: skip
