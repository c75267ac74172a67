"""Monitoring of industry: waste water (G106-2) and exhaust gas (G106-3), where the tests of validity.yaml let it count.

Mass = flow × measured concentration: m3 × mg/L ÷ 1000, or m3/h × mg/m3 × h ÷ 10⁶ (HJ 884-2018). Of several kinds at one
outlet the best counts alone.
"""

from __future__ import annotations

from math import nan

from tests.accounting.plain.facts import Account, Around, Row, Subject, declared, first_known, known

WATER = {
    "cod": "COD", "nh3n": "NH3_N", "tn": "TN", "tp": "TP", "oil": "petroleum", "phenol": "volatile_phenol",
    "cyanide": "cyanide", "as": "As", "pb": "Pb", "cd": "Cd", "cr": "Cr", "cr6": "Cr6", "hg": "Hg",
}  # fmt: skip
AIR = {
    "so2": "SO2", "nox": "NOx", "pm": "PM", "voc": "VOCs", "nh3": "NH3", "as": "As", "pb": "Pb", "cd": "Cd",
    "cr": "Cr", "hg": "Hg",
}  # fmt: skip
ASKED = ("cod", "nh3n", "tn", "tp")


def account(subject: Subject, around: Around, out: Account) -> None:
    """All lines and gaps of what was measured."""
    strict = is_strict(around)
    _water(subject, strict, out)
    _air(subject, strict, out)


def is_strict(around: Around) -> bool:
    """Whether what the form does not show is refused."""
    return around.parameter("monitoring", "unproven") == "refused"


# -- validity -----------------------------------------------------------------------------------------


def passes(row: Row, kind: str, pollutant: str, medium: str, more: dict, strict: bool) -> bool:
    """Whether a figure stands all tests asked of it. ``more``: facts that are no item of the row."""
    facts = {"kind": "" if kind == "unknown" else kind, "pollutant": pollutant, **more}
    return all(
        _passes(test, row, facts, strict)
        for test in declared("validity")["tests"]
        if kind in test.get("kinds", [kind])
        and medium in test.get("media", [medium])
        and pollutant in test.get("pollutants", [pollutant])
    )


def _passes(test: dict, row: Row, facts: dict, strict: bool) -> bool:
    fact = test["fact"]
    if "one_of" in test:
        word = facts.get(fact, row.text(fact))
        shown, good = word != "", word in test["one_of"]
    else:
        number = facts.get(fact, row.number(fact))
        shown = known(number)
        good = number > test["above"] if "above" in test else number >= test["at_least"]
    refusing = ("refuse", "unproven") if strict else ("refuse",)
    return good if shown else test["blank"] not in refusing


def _kind(code: str) -> str:
    return declared("validity")["kinds"].get(code, "unknown")


def _best(rows: list[tuple]) -> set[int]:
    """Numbers of the valid rows beside which no better kind is valid. ``rows``: (place, kind, valid)."""
    order = declared("validity")["order"]["kinds"]
    first: dict = {}
    for place, kind, valid in rows:
        if valid:
            first[place] = min(first.get(place, len(order)), order.index(kind))
    return {n for n, (place, kind, valid) in enumerate(rows) if valid and order.index(kind) == first[place]}


# -- water --------------------------------------------------------------------------------------------


def _water(subject: Subject, strict: bool, out: Account) -> None:
    rows = subject.rows("G106-2", "points")
    types = {row.text("outlet_code"): row.text("outlet_type") for row in subject.rows("G102", "outlets")}
    for item, pollutant in WATER.items():
        measured = []
        for row in rows:
            outlet = row.number(f"{item}_out_mgl")
            flow = first_known(row.number("discharged_through_outlet_m3"), row.number("outlet_water_m3"))
            if known(outlet) and not known(flow):
                out.miss(row, "missing_input", pollutant, outlet)
            elif known(outlet):
                kind = _kind(row.text(f"{item}_method")) if item in ASKED else declared("validity")["unasked"]
                more = {"outlet_type": types.get(row.text("outlet_code"), "")}
                valid = passes(row, kind, pollutant, "water", more, strict)
                measured.append((row, flow, outlet, kind, valid))
        best = _best([(row.text("outlet_code"), kind, valid) for row, _, _, kind, valid in measured])
        for number, (row, flow, outlet, *_) in enumerate(measured):
            discharged = flow * outlet / 1e3
            if number not in best:
                out.miss(row, "not_valid", pollutant, discharged)
                continue
            entering = first_known(row.number("inlet_water_m3"), row.number("outlet_water_m3"))
            generated = entering * row.number(f"{item}_in_mgl") / 1e3
            if discharged > generated:
                out.miss(row, "negative", pollutant, discharged - generated)
            code = row.text("outlet_code")
            out.add(
                row, "water", pollutant, "monitoring", unit=code, activity=flow, factor=outlet, generated=generated,
                discharged=discharged, step="measured", origin="G102", outlet=code, rank=0,
            )  # fmt: skip


# -- air ----------------------------------------------------------------------------------------------


def _is_inlet(row: Row) -> bool:
    return row.text("measurement_point") == "1"


def _air_passes(subject: Subject, row: Row, pollutant: str, strict: bool) -> bool:
    """Tests of a gas record; ``hours_share``: hours measured ÷ hours of the boiler that ran longest at the outlet."""
    longest = 0.0
    if row.text("census_form_code") == "G103-1" and row.text("outlet_code"):
        for boiler in subject.rows("G103-1", "units"):
            hours = first_known(boiler.number("power_unit_hours"), boiler.number("industrial_boiler_hours"))
            if boiler.text("outlet_code") == row.text("outlet_code") and hours > longest:
                longest = hours
    share = row.number("annual_emission_hours") / longest if longest else nan
    return passes(row, _kind(row.text("monitoring_method")), pollutant, "air", {"hours_share": share}, strict)


def _air(subject: Subject, strict: bool, out: Account) -> None:
    rows = subject.rows("G106-3", "points")
    for item, pollutant in AIR.items():
        measured = [row for row in rows if known(row.number(f"{item}_mgm3"))]
        inlets, outlets = [], []
        for row in measured:
            volume = row.number("average_flow_m3h") * row.number("annual_emission_hours")
            mass = volume * row.number(f"{item}_mgm3") / 1e6
            (inlets if _is_inlet(row) else outlets).append((row, volume, mass))
        watched = {_place(row) for row, _, _ in outlets}
        entering: dict[tuple, float] = {}
        for row, _, mass in _counting(subject, inlets, pollutant, strict, out):
            entering[_place(row)] = entering.get(_place(row), 0.0) + mass
        for row, _, mass in inlets:
            if _place(row) not in watched:
                out.miss(row, "missing_input", pollutant, mass)
        for row, _, mass in outlets:
            if not known(mass):
                out.miss(row, "missing_input", pollutant, row.number(f"{item}_mgm3"))
        for row, volume, mass in _counting(subject, outlets, pollutant, strict, out):
            out.add(
                row, "air", pollutant, "monitoring", unit=row.text("equipment_code"), activity=volume,
                factor=row.number(f"{item}_mgm3"), generated=entering.get(_place(row), nan), discharged=mass,
                step="measured", origin=row.text("census_form_code"), outlet=row.text("outlet_code"), rank=0,
            )  # fmt: skip


def _place(row: Row) -> tuple[str, str]:
    return row.text("outlet_code"), row.text("equipment_code")


def _counting(subject: Subject, rows: list[tuple], pollutant: str, strict: bool, out: Account) -> list[tuple]:
    """Those of the rows (row, volume, mass) that count; the others with a mass become gaps."""
    rows = [one for one in rows if known(one[2])]
    said = [
        (_place(row), _kind(row.text("monitoring_method")), _air_passes(subject, row, pollutant, strict))
        for row, _, _ in rows
    ]
    best = _best(said)
    for number, (row, _, mass) in enumerate(rows):
        if number not in best:
            out.miss(row, "not_valid", pollutant, mass)
    return [one for number, one in enumerate(rows) if number in best]


def before_denitration(subject: Subject, around: Around) -> dict[str, float]:
    """Outlet -> mg/m3 of NOx before the treatment of boilers, where just one valid record tells of it."""
    found: dict[str, list[float]] = {}
    for row in subject.rows("G106-3", "points"):
        value = row.number("nox_mgm3")
        if (
            _is_inlet(row)
            and row.text("census_form_code") == "G103-1"
            and known(value)
            and _air_passes(subject, row, "NOx", is_strict(around))
        ):
            found.setdefault(row.text("outlet_code"), []).append(value)
    return {outlet: values[0] for outlet, values in found.items() if len(values) == 1}
