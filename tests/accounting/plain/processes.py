"""Special processes (G103-3 to G103-12) as processes.yaml reads them, and VOC materials by solvent balance (G103-11).

Each row gives a line or a gap for every accounting unit, activity and pollutant the form leaves to the accounting.
"""

from __future__ import annotations

import re
from functools import cache
from math import nan

from sources.forms import catalogue
from tests.accounting.plain import coefficient, treatment
from tests.accounting.plain.books import Books, Key
from tests.accounting.plain.coefficient import Use
from tests.accounting.plain.facts import NO_TREATMENT, Account, Row, Subject, declared, fuels, known, words
from tests.accounting.plain.monitoring import AIR
from tests.accounting.plain.units import product

DERIVED = 2
ASKED = re.compile(rf"(?:(\w+)_)?({'|'.join(AIR)})_(?:generation|emission)_(?:t|kg)")
CONTENT, NOT_COLLECTED = "VOCs含量", "5"


def account(subject: Subject, books: Books, out: Account) -> None:
    """All lines and gaps of these forms."""
    for form, entries in declared("processes").items():
        for entry in entries:
            for row in _rows(subject, form, entry["section"]):
                _row(subject, books, out, form, entry, row)
    for row in subject.rows("G103-11", "materials"):
        _solvent(subject, books, out, row)


def _rows(subject: Subject, form: str, section: str) -> list[Row]:
    repeated = catalogue.load().forms[form].section(section).repeat
    return subject.rows(form, section) if repeated else subject.sheets(form)


@cache
def _left_to_accounting(form: str, section: str) -> list[tuple[str, str]]:
    """(point, pollutant) of the items the form leaves to the accounting: tail_nox_generation_t is NOx of ``tail``."""
    found = {}
    for item in catalogue.load().forms[form].section(section).indicators:
        match = ASKED.fullmatch(item.id)
        if item.accounted and match:
            found[match[1] or "", AIR[match[2]]] = None
    return list(found)


@cache
def _choices(form: str, section: str, item: str) -> dict[str, str]:
    items = catalogue.load().forms[form].section(section).indicators
    return {choice.code: choice.zh for one in items if one.id == item for choice in one.choices}


def _row(subject: Subject, books: Books, out: Account, form: str, entry: dict, row: Row) -> None:
    section = entry["section"]
    points = entry.get("points") or {"": {"text": entry.get("any"), "item": entry.get("item")}}
    for point, pollutant in _left_to_accounting(form, section):
        where = points[point]
        if any(not set(codes) & _codes(row, item) for item, codes in where.get("when", {}).items()):
            continue
        activities = [
            one for one in entry["activities"] if where.get("activity", one["amount"]) == one["amount"]
        ]
        filled = [one for one in activities if known(row.number(one["amount"]))]
        for activity in filled or activities[:1]:  # a row without any amount is told of once
            use = _use(subject, form, entry, row, where, activity, pollutant)
            treated = treatment.stated(
                row, pollutant, _rows(subject, form, section), lambda one: one.number(entry.get("hours")),
                prefix=f"{point}_" if point else "", item=activity.get("treatment", ""),
            )  # fmt: skip
            outlet = row.text(f"{point}_outlet_code" if point else "outlet_code")
            coefficient.account(books, out, row, use, treated, origin=form, outlet=outlet, rank=DERIVED)


def _codes(row: Row, item: str) -> set[str]:
    value = row.values.get(item)
    return set(value) if isinstance(value, list) else {row.text(item)}


def _use(
    subject: Subject, form: str, entry: dict, row: Row, where: dict, activity: dict, pollutant: str
) -> Use:
    """The key and amount of an activity at a point."""
    name = activity.get("name", "")
    if "name_item" in activity:
        code = row.text(activity["name_item"])
        name = _choices(form, entry["section"], activity["name_item"]).get(code, code)
    measure = activity.get("measure", "")
    if "measure_item" in activity:
        measure = row.text(activity["measure_item"])
    elif measure == "fuel":
        measure = "1e4m3" if row.text(activity["name_item"]) in fuels("gas") else "t"
    process, scale = entry.get("process"), entry.get("scale")
    capacity = row.number(scale["item"]) if scale else nan
    unit = activity.get("unit") or (row.text(where["item"]) if where.get("item") else where["text"])
    is_product = activity["as"] == "product"
    key = Key(
        pollutant, entry.get("industry") or subject.industry, unit, name if is_product else "",
        activity.get("from", "") if is_product else name,
        process["texts"].get(row.text(process["item"]), "") if process else "",
        f"{capacity:g}{scale['unit']}" if known(capacity) else "", "air",
    )  # fmt: skip
    amount = row.number(activity["amount"])
    if is_product:
        return Use(key, product=amount, product_unit=measure)
    return Use(key, material=amount, material_unit=measure)


def _solvent(subject: Subject, books: Books, out: Account, row: Row) -> None:
    """Input = use × VOC content. Behind a device the discharge is unknown: the form asks neither recovery nor hours."""
    used, code = row.number("voc_material_use_t"), row.text("voc_material_category")
    category = _choices("G103-11", "materials", "voc_material_category").get(code, code)
    if not known(used):
        out.miss(row, "missing_input", "VOCs")
        return
    for name in dict.fromkeys((row.text("voc_material_name"), category or row.text("voc_material_name"))):
        found = books.parameter(Key("VOCs", subject.industry, CONTENT, material=name))
        if found.factor:
            break
    factor = found.factor
    if factor is None:
        out.miss(row, found.reason, "VOCs", used)
        return
    generated = used * factor.value * product(factor.value_unit, "t", "VOCs")
    if not known(generated):
        out.miss(row, "unit_mismatch", "VOCs", used)
        return
    technique = words("voc_control").get(row.text("voc_process"), row.text("voc_process"))
    bare = technique in NO_TREATMENT or row.text("voc_collection") == NOT_COLLECTED
    if not bare:
        out.miss(row, "missing_k", "VOCs", generated)
    out.add(
        row, "air", "VOCs", "balance", unit=row.text("voc_material_name"), activity=used, factor=factor.value,
        factor_id=factor.id, generated=generated, discharged=generated if bare else nan, step=found.step,
        origin="G103-11", rank=DERIVED,
    )  # fmt: skip
