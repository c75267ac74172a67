"""A table of a handbook as it is printed becomes rows of the one layout in which factors are loaded. Pure; no database.

What people copy from a handbook has merged cells, heads that are repeated on every page, 同上, full-width digits,
coefficients such as 16S, units such as 千克/吨-原料, and pollutants in a column or one beside another. Nothing is
guessed: what cannot be read goes on as it is, and the check of the rows (:mod:`accounting.changes.reading`) says so;
what is passed over is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from accounting.changes.printed import (
    FOOTNOTE,
    Head,
    basis_of,
    fold,
    half,
    head_of,
    is_number,
    k_family_of,
    pollutant_of,
    tight,
    unit_of,
    value_of,
    words,
)
from accounting.factors.shape import EMISSION, GENERATION, KEY, NO_TREATMENT, REMOVAL, FactorRow
from accounting.methods import pollutants, units
from sources.sheets.grids import Grid
from sources.sheets.report import Report

ROWS = 20_000
"""Rows of one load: they wait with the draft until somebody has looked at them."""
HEADS_SHOWN = (
    "产品名称",
    "原料名称",
    "工艺名称",
    "规模等级",
    "污染物指标",
    "单位",
    "产污系数",
    "末端治理技术名称",
)
FROM_TABLE = (
    "industry", "industry_name", "unit", "product", "material", "process", "scale", "stage", "region", "medium",
    "pollutant", "value_unit",
)  # fmt: skip
"""Columns a table may print; what it does not print is taken from what the person states for all rows."""
_ALWAYS = ("edition", "sector", "confidence", "source", "region_codes")
_SAME_KEY = tuple(name for name in KEY if name != "value_unit")
_ONE_LINES_OWN = frozenset({"technology", "efficiency", "k", "note"})
_WHOLE_NATION = frozenset({"全国", "各地", "所有地区"})
_DEFAULT_SHEET = re.compile(r"^(sheet|工作表)\s*\d*$", re.IGNORECASE)
_EFFICIENCY = "去除效率"


@dataclass(frozen=True, slots=True)
class Printed:
    """A row of the layout (cells by column key) and where it was printed."""

    sheet: str
    line: int
    cells: dict[str, str]


@dataclass(slots=True)
class Read:
    """The rows of a file, and the report on what could not be read or was passed over."""

    rows: list[Printed] = field(default_factory=list)
    report: Report = field(default_factory=Report)

    def pack(self) -> dict:
        """As JSON, to wait with the draft."""
        return self.report.pack() | {"table": [[row.sheet, row.line, row.cells] for row in self.rows]}

    @classmethod
    def unpack(cls, packed: Mapping) -> Read:
        """The inverse of :meth:`pack`."""
        report = Report.unpack({name: packed[name] for name in ("faults", "warnings", "counts")})
        return cls([Printed(*row) for row in packed["table"]], report)


def printed_rows(
    grids: Iterable[Grid], stated: Mapping[str, str], current: Iterable[FactorRow], regions: Mapping[str, str]
) -> Read:
    """Read the tables of a file.

    *stated*: what holds for all rows, by column key (edition, sector, confidence and source always; others where the
    table has no such column); ``blanks`` not empty: a blank cell repeats the one above. *current*: the factors of the
    library, so that a unit is written as there. *regions*: names of divisions with the digits of their codes.
    """
    grids, read = list(grids), Read()
    spelled = {tuple(getattr(row, name) for name in _SAME_KEY): row.value_unit for row in current}
    seen: set[tuple] = set()
    for grid in grids:
        table = _Table(grid, stated, regions, read.report, sheet=grid.name if len(grids) > 1 else "")
        for line, cells in table.rows():
            cells["value_unit"] = _as_in_library(cells, spelled, line, table)
            if (same := tuple(sorted(cells.items()))) not in seen:
                seen.add(same)
                read.rows.append(Printed(grid.name if len(grids) > 1 else "", line, cells))
    if len(read.rows) > ROWS:
        message = _("More than %(count)s rows: load the sheets one by one.") % {"count": ROWS}
        read.report.add(0, "", len(read.rows), message)
        read.rows = []
    return read


def _as_in_library(cells: dict[str, str], spelled: Mapping[tuple, str], line: int, table: _Table) -> str:
    """The unit as the library has it for the same factor, so that the row is a revision and no second factor."""
    unit, there = cells["value_unit"], spelled.get(tuple(cells.get(name, "") for name in _SAME_KEY), "")
    if not there or there == unit:
        return unit
    if units.canonical(there) == units.canonical(unit):
        return there
    message = _("The library has this factor in %(unit)s: this would be a second one beside it.")
    table.warn(line, "单位", unit, message % {"unit": there})
    return unit


@dataclass
class _Table:
    """The tables of one sheet, from top to bottom; every head that comes again begins one anew."""

    grid: Grid
    stated: Mapping[str, str]
    regions: Mapping[str, str]
    report: Report
    sheet: str
    heads: list[Head] = field(default_factory=list)
    footnoted: set[tuple[str, str]] = field(default_factory=set)

    def warn(self, line: int, column: str, value: str, message: str) -> None:
        self.report.warn(line, self._place(column), value, message)

    def fault(self, line: int, column: str, value: str, message: str, hint: str) -> None:
        self.report.add(line, self._place(column), value, message, hint)

    def _place(self, column: str) -> str:
        return " · ".join(filter(None, [self.sheet, column]))

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(line, cells) of every coefficient and efficiency, in order."""
        before: list[str] = []
        last_head, told = -1, set()
        for line, cells in self.grid.lines:
            cells = [half(cell) for cell in cells]
            follows = last_head == line - 1
            if _is_head(cells) or (follows and _is_units(cells)):
                self.heads, last_head, before = _joined(self.heads if follows else [], cells), line, []
                continue
            if len(set(filter(None, cells))) < 2:
                self.warn(line, "", max(cells), _("Taken for a caption or a note and passed over."))
                continue
            if not self.heads:
                self.warn(
                    line, "", " ".join(filter(None, cells)), _("Above the heads of a table: passed over.")
                )
                continue
            self._unknown(last_head, told)
            before = self._repeated(cells + [""] * (len(self.heads) - len(cells)), before)
            yield from self._line(line, before)
        if not self.heads:
            hint = _("Its heads must say at least two of: %(names)s.") % {"names": "、".join(HEADS_SHOWN)}
            self.fault(
                0,
                "" if self.sheet else self.grid.name,
                "",
                _("No table of coefficients was found in this sheet."),
                hint,
            )

    def _unknown(self, line: int, told: set[str]) -> None:
        for head in self.heads:
            if head.text and not (head.key or head.coefficients) and head.text not in told:
                told.add(head.text)
                self.warn(line, head.text, "", _("This column is not known and was passed over."))

    def _repeated(self, cells: list[str], before: list[str]) -> list[str]:
        """The line with 同上, and where it was asked for blank cells, as the cells above them."""
        filled = []
        for index, text in enumerate(cells):
            key = self.heads[index].key if index < len(self.heads) else ""
            blank = not text and bool(self.stated.get("blanks")) and key not in _ONE_LINES_OWN
            above = before[index] if index < len(before) else ""
            filled.append(above if blank or text in words()["repeat"] else text)
        return filled

    def _line(self, line: int, cells: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
        nothing = words()["nothing"]
        columns = list(zip(self.heads, cells, strict=False))
        texts = {head.key: "" if text in nothing else text for head, text in columns if head.key and text}
        values = [(head, text) for head, text in columns if head.coefficients]
        printed = [(head, text) for head, text in values if text and text not in nothing]
        technique = "" if texts.get("technology", "") in NO_TREATMENT else texts["technology"]
        if not printed and technique and texts.get("efficiency"):
            printed = [(Head("", kind=REMOVAL), "")]
        if not printed:
            self.warn(line, "", "", _("No coefficient is printed in this line; it was passed over."))
            return
        base = self._base(line, texts)
        removed = self._efficiency(line, texts.get("efficiency", ""))
        if removed and len({head.pollutant for head, _text in printed}) > 1:
            self.warn(line, _EFFICIENCY, removed, _("One efficiency for several pollutants: not taken."))
            removed = ""
        for head, text in printed:
            for row in self._factors(line, head, text, base, texts, removed):
                yield line, row

    def _base(self, line: int, texts: Mapping[str, str]) -> dict[str, str]:
        cells = {key: texts.get(key) or self.stated.get(key, "") for key in FROM_TABLE}
        cells |= {key: self.stated.get(key, "") for key in _ALWAYS}
        cells["industry"] = re.sub(r"[、,，/]", ";", tight(cells["industry"]))
        if self.grid.name and not _DEFAULT_SHEET.match(self.grid.name):
            cells["source"] += f" · {self.grid.name}"
        cells["note"] = texts.get("note", "")
        if cells["region"] and not cells["region_codes"]:
            cells["region_codes"] = self._regions(line, cells["region"])
        return cells

    def _regions(self, line: int, text: str) -> str:
        names = list(filter(None, re.split(r"[、,，;；和及\s]+", text)))
        missing = [name for name in names if name not in self.regions]
        if missing and text not in _WHOLE_NATION:
            message = _("This place is not known: %(names)s.") % {"names": "、".join(missing)}
            hint = _("Write the names of provinces or cities, or state the region codes for all rows.")
            self.fault(line, "地区", text, message, hint)
        return ";".join(self.regions[name] for name in names if name in self.regions)

    def _factors(
        self,
        line: int,
        head: Head,
        text: str,
        base: Mapping[str, str],
        texts: Mapping[str, str],
        removed: str,
    ) -> Iterator[dict[str, str]]:
        """The coefficient of a cell, and what its technique removes. Without an efficiency the technique is inside."""
        cells = dict(base)
        cells["pollutant"] = head.pollutant or pollutant_of(base["pollutant"])
        cells["medium"] = _medium(base["medium"], cells["pollutant"])
        unit, basis = unit_of(base["value_unit"])
        unit = head.unit or unit or base["value_unit"]
        if unit.endswith("m3-raw") and "气" in cells["material"]:
            unit = unit.removesuffix("raw") + "gas"  # by it the sulfur of an expression is in mg/m3
        cells |= {"value_unit": unit, "basis": basis or basis_of(unit), "kind": head.kind or GENERATION}
        technique = "" if texts.get("technology", "") in NO_TREATMENT else texts["technology"]
        if text:
            inside = technique if head.kind == EMISSION or not removed else ""
            yield cells | {"technology": inside, "value": self._value(line, head, text)}
        if technique and removed and head.kind != EMISSION:
            family = k_family_of(texts.get("k", ""))
            yield cells | {
                "kind": REMOVAL, "technology": technique, "value": removed, "value_unit": "%", "k_family": family,
            }  # fmt: skip

    def _value(self, line: int, head: Head, text: str) -> str:
        if FOOTNOTE.search(tight(text)) and (head.text, text) not in self.footnoted:
            self.footnoted.add((head.text, text))
            message = _("The mark of a footnote was dropped; see what the footnote says.")
            self.warn(line, head.text, text, message)
        return value_of(text)

    def _efficiency(self, line: int, text: str) -> str:
        """The efficiency in percent, '' where none is printed; what is no number goes on for the check to tell."""
        plain = FOOTNOTE.sub("", tight(text)).removesuffix("%")
        if re.fullmatch(r"0?\.\d*[1-9]\d*|1", plain) and "%" not in half(text):
            self.warn(line, _EFFICIENCY, text, _("Taken as percent: is it a share?"))
        return plain


def _is_head(cells: list[str]) -> bool:
    """Two columns of the layout, or two pollutants beside each other and no number."""
    found = [head_of(text) for text in dict.fromkeys(filter(None, cells))]
    columns = {head.key or head.kind for head in found} - {""}
    named = {head.pollutant for head in found} - {""}
    return len(columns) > 1 or (len(named) > 1 and not any(map(is_number, cells)))


def _is_units(cells: list[str]) -> bool:
    return any(cells) and all(unit_of(text)[0] for text in cells if text)


def _joined(above: list[Head], cells: list[str]) -> list[Head]:
    """Heads over several lines as one: 产污系数 over 化学需氧量, and perhaps a line of units."""
    below = [head_of(text) for text in cells]
    wide = max(len(above), len(below))
    above, below = ([*heads, *[Head("")] * (wide - len(heads))] for heads in (above, below))
    return [_one_head(one, other) for one, other in zip(above, below, strict=True)]


def _one_head(one: Head, other: Head) -> Head:
    if other.text in {one.text, ""}:
        return one
    joined = Head(
        f"{one.text} {other.text}".strip(), one.key or other.key, one.kind or other.kind,
        one.pollutant or other.pollutant, other.unit or one.unit,
    )  # fmt: skip
    # 末端治理 over 技术名称 says only together what it is
    return joined if joined.key or joined.coefficients else replace(head_of(joined.text), text=joined.text)


def _medium(text: str, pollutant: str) -> str:
    known = pollutants.table().get(pollutant)
    if (medium := words()["media"].get(fold(text), text)) or known is None:
        return medium
    return known.media[0] if len(known.media) == 1 else ""
