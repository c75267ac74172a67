"""Slips in the figures that emission totals are made of, planted as people make them.

Where `plant.py` sets errors that rules must catch, these are drawn without regard to any rule or statistic: object,
form, record, item and kind are each drawn, so that small and large objects are hit alike and what is found of them says
something about the finders. No distribution of real census errors was found in print; the kinds are those of
De Waal, Pannekoek and Scholtus (2011, ch. 1 and 2), their shares are an assumption (see the README).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from census import declarations
from sources.demo.draw import Draw
from sources.demo.plant import Planted
from sources.forms.catalogue import load
from sources.forms.model import NUMERIC

SHARE = 0.012  # of the objects of a county
KINDS: Mapping[str, float] = {
    "unit": 40,
    "digit": 20,
    "blank": 15,
    "period": 10,
    "exchanged": 8,
    "shifted": 7,
}
CONFUSED: Mapping[
    str, Mapping[float, float]
] = {  # unit of the item → times as much in the unit of the papers: weight
    "吨": {1000: 5, 1e-4: 1},  # kg; 10^4 t
    "万吨": {1e4: 1},
    "立方米": {1e-4: 1},  # 10^4 m3
    "万立方米": {1e4: 1},
    "吨或万立方米": {1000: 1, 1e4: 1},
    "立方米/小时": {24: 1},  # m3 a day
    "立方米/日": {1e-4: 1, 365: 1},
    "毫克/升": {1e-3: 1},  # g/L
    "毫克/立方米": {1e-3: 1},
    "%": {0.01: 1},  # as a fraction
    "万人": {1e4: 1},
    "人": {1e-4: 1},
    "头": {1e-4: 1},
    "羽": {1e-4: 1},
    "亩": {1 / 15: 1},  # hectares
}
POINT: Mapping[float, float] = {10: 1, 100: 0.5, 0.1: 1, 0.01: 0.5}  # a decimal point or a zero out of place
OF_UNIT = 0.6  # of the slips of a unit that are a confused one, where the item has such
MONTHS = 12
PREFIX = "load_"  # of the class of a slip
TRIES = 20


class Sheet(NamedTuple):
    """A filled form and whose it is. *values* are changed in place."""

    object_id: str
    code: str
    kind: str
    form: str
    number: int
    values: dict[str, Any]


class Cell(NamedTuple):
    """A filled figure: *record* is the sheet, or the row of *table*."""

    sheet: Sheet
    table: str
    record: dict[str, Any]
    item: str


@cache
def carriers() -> dict[str, dict[str, tuple[str, ...]]]:
    """Form → table ('' for the sheet) → items that carry emissions."""
    rows = declarations.read(Path(__file__).parent / "data" / "carriers.yaml")
    return {form: {table: tuple(items) for table, items in own.items()} for form, own in rows.items()}


def slip(sheets: Sequence[Sheet], taken: Collection[str], draw: Draw, wanted: int) -> list[Planted]:
    """Plant *wanted* slips into *sheets* in place, one an object, none on the objects in *taken*; what was done.

    Fewer where fewer objects have a figure to get wrong.
    """
    owners: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        if sheet.form in carriers() and sheet.object_id not in taken:
            owners.setdefault(sheet.object_id, []).append(sheet)
    names = list(owners)
    found: list[Planted] = []
    for position in draw.rng.permutation(len(names)).tolist():
        if len(found) == wanted:
            break
        if one := _slip(owners[names[position]], draw):
            found.append(one)
    return found


def _slip(sheets: Sequence[Sheet], draw: Draw) -> Planted | None:
    """One slip in one of the forms of an object; None where it has no figure to get wrong."""
    cells = [cell for sheet in sheets for cell in _cells(sheet)]
    if not cells:
        return None
    for kind in draw.pick(TRIES, KINDS).tolist():
        cell = cells[int(draw.rng.integers(len(cells)))]
        right = cell.record[cell.item]
        partner = _neighbour(cell, filled=kind == "exchanged") if kind in ("exchanged", "shifted") else ""
        if kind in ("exchanged", "shifted"):
            wrong = cell.record.get(partner) if partner else right
        else:
            wrong = _wrong(kind, cell, draw)
        if wrong == right or (wrong is None and kind not in ("blank", "shifted")):
            continue
        _put(cell.record, cell.item, wrong)
        if partner:
            _put(cell.record, partner, right)
        row = f"{cell.table}/{cell.record['_k']}" if cell.table else ""
        one = cell.sheet
        return Planted(
            object_id=one.object_id,
            code=one.code,
            kind=one.kind,
            form=one.form,
            sheet=one.number,
            row=row,
            item=cell.item,
            right=right,
            wrong=wrong,
            error=f"{PREFIX}{kind}",
            rules=(),
            partner=partner,
        )
    return None


def _put(record: dict[str, Any], item: str, value: Any) -> None:
    if value is None:
        record.pop(item, None)
    else:
        record[item] = value


def _cells(sheet: Sheet) -> Iterator[Cell]:
    for table, items in carriers()[sheet.form].items():
        records = sheet.values.get(table, []) if table else [sheet.values]
        for record in records:
            for item in items:
                if record.get(item):
                    yield Cell(sheet, table, record, item)


def _wrong(kind: str, cell: Cell, draw: Draw) -> float | int | None:
    """The figure as it comes out; None for a blank, or where nothing is left of it after rounding."""
    right = cell.record[cell.item]
    if kind == "blank":
        return None
    if kind == "digit":
        return _typed(cell, _misread(f"{right:.10g}", draw))
    times = POINT
    if kind == "period":
        times = {MONTHS: 1, 1 / MONTHS: 1}
    elif draw.chance(1, OF_UNIT)[0]:
        unit = load().forms[cell.sheet.form].indicators[cell.item].unit
        times = CONFUSED.get(unit.zh if unit else "", POINT)
    return _typed(cell, right * float(draw.pick(1, times)[0]))


def _misread(text: str, draw: Draw) -> float:
    """A digit left out, typed twice, or two neighbours the wrong way round."""
    places = [at for at, sign in enumerate(text) if sign.isdigit()]
    at = places[int(draw.rng.integers(len(places)))]
    way = int(draw.rng.integers(3))
    if way == 0:
        return float(text[:at] + text[at + 1 :] or 0)
    if way == 1:
        return float(text[: at + 1] + text[at:])
    after = next((place for place in places if place > at), at)
    signs = list(text)
    signs[at], signs[after] = signs[after], signs[at]
    return float("".join(signs))


def _typed(cell: Cell, value: float) -> float | int | None:
    """*value* with the decimals the form takes; None where that leaves nothing."""
    indicator = load().forms[cell.sheet.form].indicators[cell.item]
    rounded = round(value, indicator.decimals or 0)
    if rounded <= 0:
        return None
    return int(rounded) if rounded == int(rounded) else rounded


def _neighbour(cell: Cell, *, filled: bool) -> str:
    """The next figure of the same record in the order of the form: a filled one to exchange with, or a blank one the
    value slid into; '' where there is none that could hold the value."""
    form = load().forms[cell.sheet.form]
    section = form.indicators[cell.item].section
    order = [i for i in form.indicators.values() if i.section == section and i.type in NUMERIC]
    at = next(n for n, one in enumerate(order) if one.id == cell.item)
    for one in (*order[at + 1 :], *reversed(order[:at])):
        if (one.id in cell.record) != filled:
            continue
        values = (cell.record[cell.item], *((cell.record[one.id],) if filled else ()))
        pair = (one, form.indicators[cell.item])
        if all(v == round(v, i.decimals or 0) for v, i in zip(values, pair, strict=False)):
            return one.id
    return ""
