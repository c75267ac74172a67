"""Known errors, planted in clean forms: the ground truth that audits are measured by.

Each class says which rule of the forms must fire; None where only a comparison between objects, a map or a look
at magnitudes can find it. One error an object, on survey forms only (the inventory is closed).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sources.demo.county import Filled
from sources.demo.draw import Draw

SHARE = 0.025  # of the objects
NOT_A_CODE = "Z9"


@dataclass(frozen=True, slots=True)
class Slot:
    """Where an error can be planted: an item of a form (in the first row of *table*), and what goes wrong there."""

    form: str
    item: str
    kind: str
    wrong: Callable[[Any, dict[str, Any]], Any]
    rule: str | None
    table: str = ""


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted error. *row*: "table/key", or empty. A wrong value of None means that the item was blanked.

    *partner*: the item of the same record that got the right value instead, while its own stands here.
    """

    object_id: str
    code: str
    kind: str
    form: str
    sheet: int
    row: str
    item: str
    right: Any
    wrong: Any
    error: str
    rules: tuple[str, ...]
    partner: str = ""

    @property
    def repairs(self) -> tuple[tuple[str, Any], ...]:
        """(item, right value) of what has to be put right."""
        return ((self.item, self.right), *(((self.partner, self.wrong),) if self.partner else ()))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def _times(factor: int) -> Callable[[Any, dict], Any]:
    return lambda value, _: value * factor if value else None


def _blank(value: Any, _: dict) -> None:
    return None


def _text(text: Any) -> Callable[[Any, dict], Any]:
    return lambda value, _: text


def _more(amount: float) -> Callable[[Any, dict], Any]:
    return lambda value, _: round(value + amount, 3)


def _over(item: str) -> Callable[[Any, dict], Any]:
    """Half more than another item of the same row."""
    return lambda value, row: round(row[item] * 1.5, 3) if row.get(item, 0) > 0.01 else None


UNIT, BLANK, SUM, HOURS = "unit_slip", "blank", "sum", "impossible_hours"
SLOTS: tuple[Slot, ...] = (
    Slot("G102", "water_intake_m3", UNIT, _times(1000), "G102-R14"),
    Slot("G102", "discharge_m3", UNIT, _times(1000), "G102-R20", "outlets"),
    Slot("G103-1", "fuel1_consumption", UNIT, _times(1000), None, "units"),
    Slot("G101-1", "gross_output_kyuan", UNIT, _times(1000), None),
    Slot("G101-3", "material_use", UNIT, _times(1000), None, "materials"),
    Slot("J101-2", "treated_wm3", UNIT, _times(10_000), "J101-2-R01"),
    Slot("N101-2", "sewage_used_ta", UNIT, _times(1000), "N101-2-R02"),
    Slot("Y102", "gasoline_sales_t", UNIT, _times(1000), "Y102-R05"),
    Slot("S102", "population", UNIT, _times(1000), "S102-R07"),
    Slot("G101-1", "contact_name", BLANK, _blank, "G101-1-REQ-contact_name"),
    Slot("G101-1", "gross_output_kyuan", BLANK, _blank, "G101-1-REQ-gross_output_kyuan"),
    Slot("G104-2", "generated_t", BLANK, _blank, "G104-2-REQ-generated_t", "wastes"),
    Slot("N101-1", "dung_storage_volume_m3", BLANK, _blank, "N101-1-REQ-dung_storage_volume_m3"),
    Slot("J101-1", "drainage_destination", BLANK, _blank, "J101-1-REQ-drainage_destination"),
    Slot("S102", "household_count", BLANK, _blank, "S102-REQ-household_count"),
    Slot("G104-1", "generated_t", SUM, _more(13.7), "G104-1-R01", "wastes"),
    Slot("G104-2", "sent_to_licensed_t", SUM, _more(2.5), "G104-2-R01", "wastes"),
    Slot("N101-1", "urine_digestate_pct", SUM, _more(15), "N101-1-R01"),
    Slot("N101-2", "forest_mu", SUM, _more(50), "N101-2-R04"),
    Slot("S102", "waste_town_households", SUM, _more(25), "S102-R04"),
    Slot("S102", "sewage_municipal_households", SUM, _more(40), "S102-R03"),
    Slot("J101-2", "sludge_sent_t", SUM, _more(3), "J101-2-R05"),
    Slot("G101-1", "normal_production_hours", HOURS, _text(9000), "G101-1-RNG-normal_production_hours"),
    Slot("G102", "operating_hours", HOURS, _text(8760), "G102-R16", "facilities"),
    Slot(
        "G103-1", "industrial_boiler_hours", HOURS, _text(9600), "G103-1-RNG-industrial_boiler_hours", "units"
    ),
    Slot("J101-2", "operating_days", HOURS, _text(400), "J101-2-RNG-operating_days"),
    Slot("G102", "cod_discharge_t", "more_out_than_in", _over("cod_generation_t"), "G102-R01", "outlets"),
    Slot("G103-1", "nox_emission_t", "more_out_than_in", _over("nox_generation_t"), "G103-1-R07", "units"),
    Slot(
        "G103-13", "pm_emission_t", "more_out_than_in", _over("pm_generation_t"), "G103-13-R03", "processes"
    ),
    Slot("G101-2", "actual_output", "over_capacity", _over("production_capacity"), "G101-2-R01", "products"),
    Slot("G101-1", "registration_type", "no_such_code", _text(NOT_A_CODE), "G101-1-CHC-registration_type"),
    Slot("J101-1", "plant_type", "no_such_code", _text(NOT_A_CODE), "J101-1-CHC-plant_type"),
)
SWAPS = ("G101-1", "J101-1", "N101-1", "S102", "Y102")  # forms with the object's own position
DUPLICATES = {"G101-1": ("uscc", "unit_name"), "N101-1": ("uscc", "unit_name"), "Y102": ("uscc", "unit_name")}
GATED = {"G102": "G101-1-R01", "G103-1": "G101-1-R02", "G104-1": "G101-1-R14", "G104-2": "G101-1-R15"}


def plant(filled: Sequence[Filled], draw: Draw) -> tuple[list[Filled], list[Planted]]:
    """*filled* with errors planted in place, less the forms that were made to be missing, and the list of errors."""
    by_object: dict[tuple[str, int], list[Filled]] = {}
    for one in filled:
        by_object.setdefault((one.batch.kind, one.row), []).append(one)
    owners = list(by_object)
    chosen = draw.rng.permutation(len(owners))[: round(SHARE * len(owners))].tolist()
    planted: list[Planted] = []
    gone: set[int] = set()
    for turn, position in enumerate(chosen):
        forms = by_object[owners[position]]
        makers = (_slot, _slot, _slot, _slot, _swap, _slot, _duplicate, _missing)
        for maker in (makers[turn % len(makers)], _slot):
            if found := maker(forms, by_object, draw):
                error, lost = found
                planted.append(error)
                if lost is not None:
                    gone.add(id(lost))
                break
    return [one for one in filled if id(one) not in gone], planted


def _slot(forms: list[Filled], _: dict, draw: Draw) -> tuple[Planted, None] | None:
    by_code = {one.form: one for one in forms}
    fitting = [slot for slot in SLOTS if slot.form in by_code]
    for index in draw.rng.permutation(len(fitting)).tolist():
        slot = fitting[index]
        one = by_code[slot.form]
        rows = one.values.get(slot.table, []) if slot.table else [one.values]
        if not rows or slot.item not in rows[0]:
            continue
        row, right = rows[0], rows[0][slot.item]
        wrong = slot.wrong(right, row)
        if wrong == right or (wrong is None and slot.kind != BLANK):
            continue
        if wrong is None:
            del row[slot.item]
        else:
            row[slot.item] = wrong
        place = f"{slot.table}/{row['_k']}" if slot.table else ""
        return _planted(one, place, slot.item, right, wrong, slot.kind, slot.rule), None
    return None


def _swap(forms: list[Filled], _: dict, draw: Draw) -> tuple[Planted, None] | None:
    """Longitude and latitude the wrong way round. What cannot be a latitude is kept as typed, as entry does."""
    for one in forms:
        if one.form in SWAPS:
            right = (one.values["longitude"], one.values["latitude"])
            one.values["longitude"] = right[1]
            one.pending["latitude"] = right[0]
            del one.values["latitude"]
            rule = f"{one.form}-RNG-longitude"
            return _planted(one, "", "longitude", right[0], right[1], "swapped_coordinates", rule), None
    return None


def _duplicate(forms: list[Filled], by_object: dict, draw: Draw) -> tuple[Planted, None] | None:
    """The form carries name and credit code of another object of the same kind."""
    for one in forms:
        if one.form in DUPLICATES and len(one.batch) > 1:
            other = (one.row + 1) % len(one.batch)
            twin = next(form for form in by_object[one.batch.kind, other] if form.form == one.form)
            right = one.values.get("uscc")
            for item in DUPLICATES[one.form]:
                if item in twin.values:
                    one.values[item] = twin.values[item]
            if one.values.get("uscc") != right:
                return _planted(one, "", "uscc", right, one.values["uscc"], "duplicate", None), None
    return None


def _missing(forms: list[Filled], _: dict, draw: Draw) -> tuple[Planted, Filled] | None:
    """A form that the answers of G101-1 ask for was not handed in."""
    basics = next((one for one in forms if one.form == "G101-1"), None)
    for one in forms:
        if (
            one.form in GATED
            and basics is not None
            and not basics.batch.attributes[basics.row].get("monitored")
        ):
            return _planted(basics, "", one.form, one.form, None, "missing_form", GATED[one.form]), one
    return None


def _planted(
    one: Filled, row: str, item: str, right: Any, wrong: Any, error: str, rule: str | None
) -> Planted:
    batch = one.batch
    return Planted(
        object_id=batch.id[one.row],
        code=str(batch.code[one.row]),
        kind=batch.kind,
        form=one.form,
        sheet=one.sheet,
        row=row,
        item=item,
        right=right,
        wrong=wrong,
        error=error,
        rules=(rule,) if rule else (),
    )
