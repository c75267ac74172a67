"""Centralized facilities by monitoring, and what others are credited with of the sewage plants."""

from __future__ import annotations

from collections.abc import Iterable
from math import nan

from tests.accounting.plain.facts import Account, Row, Subject, first_known, known

TREATED = {
    "cod": "COD", "bod": "BOD5", "fat": "animal_vegetable_oil", "tn": "TN", "nh3n": "NH3_N", "tp": "TP",
    "phenol": "volatile_phenol", "cyanide": "cyanide", "as": "As", "pb": "Pb", "cd": "Cd", "cr": "Cr",
    "cr6": "Cr6", "hg": "Hg",
}  # fmt: skip
WITH_INLET = ("cod", "bod", "fat", "tn", "nh3n", "tp")
ALWAYS = ("COD", "NH3_N", "TN", "TP")
GAS = {"pm": "PM", "so2": "SO2", "nox": "NOx", "hg": "Hg", "cd": "Cd", "pb": "Pb", "as": "As", "cr": "Cr"}
RURAL = "3"


def account(subject: Subject, out: Account) -> None:
    """All lines and gaps of a facility."""
    _sewage(subject, out)
    _leachate(subject, out)
    _incinerator(subject, out)
    for form in ("J102-2", "J103-2"):
        for row in subject.sheets(form):
            _reported(out, row, "slag", row.number("slag_generated_t"))
            _reported(out, row, "fly_ash", row.number("fly_ash_generated_t"))


def _first(subject: Subject, form: str) -> Row:
    return next(iter(subject.sheets(form)), Row(form, 0, {}))


def _reported(out: Account, row: Row, pollutant: str, tonnes: float) -> None:
    if known(tonnes):
        out.add(row, "waste", pollutant, "reported", activity=tonnes, generated=tonnes * 1e3, step="reported")


def _sewage(subject: Subject, out: Account) -> None:
    """What a plant receives, removes and lets out. It is no source: nothing enters the environment by these lines."""
    operation, quality = subject.sheets("J101-2"), _first(subject, "J101-3")
    for row in subject.sheets("J101-1"):
        if not operation:
            out.miss(row, "missing_input")
    for row in operation:
        treated = row.number("treated_wm3") * 1e4
        reclaimed = first_known(row.number("reclaimed_wm3"), 0.0) * 1e4
        if not known(treated):
            out.miss(row, "missing_input")
        for item, pollutant in TREATED.items() if known(treated) else ():
            before, after = (quality.number(f"{item}_{end}_annual_mgl") for end in ("in", "out"))
            if not (known(before) and known(after)):
                if pollutant in ALWAYS:
                    out.miss(row, "missing_input", pollutant, treated)
                continue
            if after > before:
                out.miss(row, "negative", pollutant, (after - before) * treated / 1e3)
            out.add(
                row, "water", pollutant, "monitoring", activity=treated, factor=after,
                generated=treated * before / 1e3, discharged=(treated - reclaimed) * after / 1e3, environment=0.0,
                destination="direct", step="measured",
            )  # fmt: skip
        if treated > 0 and not known(row.number("dry_sludge_t")):
            out.miss(row, "missing_input", "sludge_dry", treated)
        _reported(out, row, "sludge_dry", row.number("dry_sludge_t"))


def _leachate(subject: Subject, out: Account) -> None:
    """Waste water of waste sites; a site may send it to a sewage plant it does not name.

    Where the only point has no flow, what the facility says it lets out is its flow.
    """
    sent = any(row.text("wastewater_mode") == "2" for row in subject.sheets("J102-2"))
    told = [
        row.number("wastewater_discharged_m3")
        for form in ("J102-2", "J103-2")
        for row in subject.sheets(form)
    ]
    points = subject.rows("J104-1", "points")
    for row in points:
        flow = first_known(row.number("flow_m3"), told[-1] if told and len(points) == 1 else nan)
        for item, pollutant in TREATED.items():
            after = row.number(f"{item}_out_mgl")
            before = row.number(f"{item}_in_mgl") if item in WITH_INLET else nan
            if not known(after):
                continue
            if not known(flow):
                out.miss(row, "missing_input", pollutant, after)
                continue
            out.add(
                row, "water", pollutant, "monitoring", unit=row.text("point_name"), activity=flow, factor=after,
                generated=flow * before / 1e3, discharged=flow * after / 1e3, step="measured",
                destination="indirect" if sent else "direct",
            )  # fmt: skip


def _incinerator(subject: Subject, out: Account) -> None:
    for row in subject.rows("J104-2", "units"):
        volume = row.number("gas_flow_m3h") * row.number("operating_hours")
        measured = {pollutant: (row.number(f"{item}_mgm3"), 1e6) for item, pollutant in GAS.items()}
        measured["dioxin"] = (row.number("dioxin_ng"), 1e12)  # ng/m3
        for pollutant, (value, per_kg) in measured.items():
            if not known(value):
                continue
            if not known(volume):
                out.miss(row, "missing_input", pollutant, value)
                continue
            out.add(
                row, "air", pollutant, "monitoring", unit=row.text("incinerator_name"), activity=volume, factor=value,
                discharged=volume * value / per_kg, step="measured",
            )  # fmt: skip


# -- for others ---------------------------------------------------------------------------------------


def passing(plants: Iterable[Subject]) -> dict[tuple[str, str], float]:
    """(plant, pollutant) -> share let through: what leaves over what arrives, less the water used again."""
    shares = {}
    for plant in plants:
        quality = _first(plant, "J101-3")
        for row in plant.sheets("J101-2") if plant.name else ():
            treated, again = row.number("treated_wm3"), first_known(row.number("reclaimed_wm3"), 0.0)
            if not treated > 0:
                continue
            kept = min(max((treated - again) / treated, 0.0), 1.0)
            for item, pollutant in TREATED.items():
                before, after = (quality.number(f"{item}_{end}_annual_mgl") for end in ("in", "out"))
                if before > 0 and known(after):
                    shares[plant.name, pollutant] = min(after / before, 1.0) * kept
    return shares


def removed(plants: Iterable[Subject]) -> dict[str, float]:
    """kg taken out of the domestic sewage of towns; rural facilities serve villages, and adding nothing is 0."""
    taken = dict.fromkeys(TREATED.values(), 0.0)
    for plant in plants:
        quality = _first(plant, "J101-3")
        if _first(plant, "J101-1").text("plant_type") == RURAL:
            continue
        for row in plant.sheets("J101-2"):
            flow = row.number("treated_domestic_wm3") * 1e4
            for item, pollutant in TREATED.items():
                before, after = (quality.number(f"{item}_{end}_annual_mgl") for end in ("in", "out"))
                if known(flow * before * after):
                    taken[pollutant] += flow * max(before - after, 0.0) / 1e3
    return taken
