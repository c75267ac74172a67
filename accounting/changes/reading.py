"""From an uploaded table to proposed factors, with a report of every fault. Nothing is taken while a row is faulty."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accounting.changes.printed import is_span
from accounting.changes.rows import RETIRE, WORDED, columns, differing, words
from accounting.factors import expression, normalise
from accounting.factors.models import CONFIDENCE, KINDS, SECTORS, Factor
from accounting.factors.shape import CONFIDENCES, FORMULA, KEY, REMOVAL, FactorRow
from accounting.methods import pollutants, units
from sources.sheets.reader import Table
from sources.sheets.report import Report

JUMP = 10
"""A value so many times larger or smaller than before is probably a slip of the unit, and worth a look."""
_INDUSTRY = re.compile(r"^\d{1,4}(-\d{1,4})?(;\d{1,4}(-\d{1,4})?)*$")
_REGION = re.compile(r"^\d{2}(\d{2}(\d{2})?)?$")
_LENGTHS = {
    field.name: field.max_length
    for field in Factor._meta.concrete_fields
    if getattr(field, "max_length", None)
}


@dataclass(frozen=True, slots=True)
class Proposed:
    """A row to propose: action, the factor, the row of the file (None: entered on a page), its sheet if several."""

    action: str
    row: FactorRow
    line: int | None = None
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """Codes of the editions, and of pollutants and parameters that factors of the library are for."""

    editions: frozenset[str]
    pollutants: frozenset[str]


class Faulty(ValueError):
    """A cell that cannot be taken: column key, value, what is wrong, how to fix it."""

    def __init__(self, column: str, value: object, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.column, self.value, self.message, self.hint = column, value, message, hint


def read(
    table: Table,
    current: Mapping[str, FactorRow],
    editions: Iterable[str],
    place: Callable[[int], object] = lambda line: line,
) -> tuple[list[Proposed], Report]:
    """Check a table against the library. *current*: factors in use by code. *editions*: codes of the known editions.

    *place*: how a message calls the row with a number; the number itself where the rows stand in one sheet.
    Returns what would be proposed and the report; with a fault in the report nothing is to be taken.
    """
    report, found, lines = Report(), [], {}
    names = {column.key: column.zh for column in columns()}
    counts = dict.fromkeys(("added", "changed", "retired", "unchanged"), 0)
    for name in table.unknown:
        report.warn(0, name, "", _("This column is not known and was passed over."))
    beside = _units_of(current.values())
    known = Known(frozenset(editions), frozenset(row.pollutant for row in current.values()))
    for line in table.rows:
        faults: list[Faulty] = []
        row = factor_of(line.cells, known, faults)
        for fault in faults:
            report.add(
                line.line, names.get(fault.column, fault.column), fault.value, fault.message, fault.hint
            )
        if row is None:
            continue
        code = row.key_code
        if code in lines:
            report.add(
                line.line,
                "",
                "",
                _("The same factor stands in row %(row)s already.") % {"row": place(lines[code])},
            )
            continue
        lines[code] = line.line
        before = current.get(code)
        if _is_retired(line.cells):
            if before is None:
                report.add(line.line, names["action"], RETIRE, _("There is no such factor in the library."))
                continue
            found.append(Proposed("retire", before, line.line))
        elif before is None:
            found.append(Proposed("add", row, line.line))
            others = beside.get(_but_unit(row), set())
            if others and (not row.unit or "" in others):
                message = _(
                    "The library has this factor with the accounting unit %(unit)s: a second one beside it?"
                )
                there = "、".join(sorted(others)) or "–"
                report.warn(line.line, names["unit"], row.unit, message % {"unit": there})
        elif not differing(before, row):
            counts["unchanged"] += 1
            continue
        else:
            found.append(Proposed("change", row, line.line))
            _doubts(line.line, before, row, report, names)
        counts[{"add": "added", "change": "changed", "retire": "retired"}[found[-1].action]] += 1
    report.counts = counts
    return found, report


def _but_unit(row: FactorRow) -> tuple[str, ...]:
    return tuple(str(getattr(row, name)) for name in KEY if name not in {"unit", "value_unit"})


def _units_of(current: Iterable[FactorRow]) -> dict[tuple[str, ...], set[str]]:
    """The accounting units (核算环节) of the factors that are one but for it, '' for one that names none."""
    found: dict[tuple[str, ...], set[str]] = {}
    for row in current:
        found.setdefault(_but_unit(row), set()).add(row.unit)
    return found


def _is_retired(cells: Mapping[str, str]) -> bool:
    return cells.get("action", "").strip().lower() in {RETIRE, "retire"}


def _doubts(line: int, before: FactorRow, row: FactorRow, report: Report, names: Mapping[str, str]) -> None:
    if before.value and row.value and not 1 / JUMP < row.value / before.value < JUMP:
        message = _("%(times)s times the present value %(value)s: is the unit right?") % {
            "times": f"{row.value / before.value:.3g}", "value": f"{before.value:g}",
        }  # fmt: skip
        report.warn(line, names["value"], f"{row.value:g}", message)
    if CONFIDENCES.index(row.confidence) > CONFIDENCES.index(before.confidence):
        report.warn(
            line, names["confidence"], row.confidence, _("The rating is weaker than the present one.")
        )


def factor_of(cells: Mapping[str, str], known: Known, faults: list[Faulty]) -> FactorRow | None:
    """The factor of a row of cells by column key; every fault is added to *faults*, and then there is no factor."""
    texts = {column.key: cells.get(column.key, "").strip() for column in columns()}
    values: dict[str, Any] = {}
    readers = {
        "edition": lambda text: _edition(text, known),
        **{name: partial(_one_of, name=name) for name in WORDED},
        "pollutant": lambda text: text if text in known.pollutants else _pollutant(text),
        "value_unit": _unit,
        "industry": _industry,
        "region_codes": _regions,
        "valid_from": lambda text: _date(text, "valid_from"),
        "valid_to": lambda text: _date(text, "valid_to"),
    }
    for key, text in texts.items():
        if key in {"action", "value"}:
            continue
        try:
            values[key] = readers[key](text) if key in readers else text
            if len(text) > _LENGTHS.get(key, 20_000):
                raise Faulty(key, text, _("At most %(count)s characters.") % {"count": _LENGTHS[key]})
        except Faulty as fault:
            faults.append(fault)
    if not texts["source"]:
        faults.append(Faulty("source", "", _("A factor needs a source: handbook, table, page.")))
    if faults:
        return None
    try:
        values |= _value(texts["value"], values)
        _together(values)
    except Faulty as fault:
        faults.append(fault)
        return None
    return FactorRow(**values)


def _one_of(text: str, name: str) -> str:
    """The code of a text that is a code, or its Chinese or English word."""
    accepted = _accepted(name)
    if text.lower() not in accepted:
        raise Faulty(name, text, _("Not one of the known words."), "、".join(words(name).values()))
    return accepted[text.lower()]


@cache
def _accepted(name: str) -> dict[str, str]:
    english = {"sector": SECTORS, "kind": KINDS, "confidence": CONFIDENCE}.get(name, {})
    with translation.override("en"):
        found = {str(english[code]).lower(): code for code in words(name) if code in english}
    return found | {code: code for code in words(name)} | {word: code for code, word in words(name).items()}


def _edition(text: str, known: Known) -> str:
    if text not in known.editions:
        raise Faulty("edition", text, _("Not one of the known words."), "、".join(sorted(known.editions)))
    return text


def _pollutant(text: str) -> str:
    code = pollutants.code_of(text)
    if code is None:
        raise Faulty(
            "pollutant", text, _("This pollutant is not known."), "、".join(list(pollutants.table())[:20])
        )
    return code


def _unit(text: str) -> str:
    if not text or not units.known(text):
        raise Faulty("value_unit", text, _("This unit is not known."), "kg/t、g/头、mg/L、%")
    return text


def _industry(text: str) -> str:
    text = text.replace("；", ";")
    if text and not _INDUSTRY.match(text):
        raise Faulty("industry", text, _("Industry codes look like 1351, 33-37 or 33-37;431-434."))
    return text


def _regions(text: str) -> tuple[str, ...]:
    codes = tuple(filter(None, re.split(r"[;；,，、\s]+", text)))
    if any(not _REGION.match(code) for code in codes):
        raise Faulty("region_codes", text, _("Division codes have 2, 4 or 6 digits, for instance 33;3308."))
    return codes


def _date(text: str, key: str) -> str:
    try:
        return dt.date.fromisoformat(text[:10].replace("/", "-")).isoformat() if text else ""
    except ValueError as error:
        raise Faulty(key, text, _("A date looks like 2017-12-31.")) from error


def _value(text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Number, or expression with its parameters."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "")
    if not plain:
        raise Faulty("value", text, _("A factor needs a value or an expression; zero is written as 0."))
    try:
        number = float(plain)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        if number < 0:
            raise Faulty("value", text, _("A factor is not negative."))
        if values["kind"] == REMOVAL and values["value_unit"] == "%" and number > 100:
            raise Faulty("value", text, _("A removal rate is at most 100 %."))
        return {"value": number, "expression": ""}
    if is_span(text):
        hint = _("Write the value that is to be used; the range may stand in the note.")
        raise Faulty("value", text, _("This is a range, not one number."), hint)
    if values["kind"] == FORMULA:
        return {"value": None, "expression": plain}
    try:
        expression.parse(plain)
        parameters = normalise.parameters(plain, values["value_unit"])
    except ValueError as error:
        raise Faulty(
            "value", text, _("Neither a number nor an expression such as 16*S."), str(error)
        ) from error
    return {"value": None, "expression": plain, "parameters": parameters}


def _together(values: Mapping[str, Any]) -> None:
    if values["sector"] == "industrial" and not values["industry"]:
        raise Faulty("industry", "", _("An industrial factor needs its industry."))
    if values["sector"] != "industrial" and not values["product"]:
        raise Faulty(
            "product", "", _("A factor of this sector needs its subject (animal, vehicle class, fuel …).")
        )
    if values["valid_from"] and values["valid_to"] and values["valid_from"] > values["valid_to"]:
        raise Faulty("valid_to", values["valid_to"], _("The validity ends before it begins."))
