"""Published figures beside a table: bulletins and yearbooks, with their source; never used by the accounting. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from accounting.tables.build import Table, TableRow, resolve
from accounting.tables.layout import Column, Row, Text
from accounting.tables.layout import load as load_layouts

FILE = Path(__file__).parent / "reference.csv"
KG_PER_UNIT = 1e7  # the file is in 10^4 t
LABELS: dict[str, Text] = {
    "census_2007": {"zh": "第一次全国污染源普查公报（2007年）", "en": "Bulletin of the first census (2007)"},
    "bulletin_2017": {
        "zh": "第二次全国污染源普查公报（2017年）",
        "en": "Bulletin of the second census (2017)",
    },
}
Key = tuple[str, str, str, str]  # region, category or "", medium, pollutant


@dataclass(frozen=True)
class Series:
    """Figures of one publication, in kg."""

    code: str
    figures: dict[Key, float] = field(default_factory=dict)

    def label(self, language: str) -> str:
        return LABELS.get(self.code, {}).get(language, self.code)


@cache
def load(file: Path = FILE) -> dict[str, Series]:
    """All series by code."""
    found: dict[str, Series] = {}
    with file.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(line for line in source if not line.startswith("#")):
            series = found.setdefault(row["series"], Series(row["series"]))
            key = (row["region"], row.get("category") or "", row["medium"], row["pollutant"])
            series.figures[key] = float(row["value"]) * KG_PER_UNIT
    return found


def series_for(table: Table, region: str) -> Iterator[Series]:
    """Series that have a figure for at least one cell of the table."""
    for series in load().values():
        other = beside(table, region, series)
        if any(value is not None for row in other.printed_rows for value in row.cells):
            yield series


def beside(table: Table, region: str, series: Series) -> Table:
    """A table of the same rows and columns with the published figures where the same thing is published."""
    layout = load_layouts().get(table.layout.code)
    dimension = layout.dimensions.get(table.by) if layout else None
    declared = {row.id: row for row in dimension.rows} if dimension else {}

    def of(row: TableRow) -> TableRow:
        meant = Row("total", {}) if row.key == "total" else declared.get(row.key)
        if table.by == "region" and row.key not in {"total", "rest"} and row.key != region:
            meant = Row(row.key, {}, where={"region": row.key})
        cells = [figure(series, column, meant, region) if meant else None for column in table.columns]
        return TableRow(row.key, row.label, cells, row.indent, row.total)

    rows = [of(row) for row in table.rows]
    return Table(table.layout, table.by, table.columns, table.head, rows, table.total and of(table.total))


def figure(series: Series, column: Column, row: Row, region: str) -> float | None:
    """The published figure that means the same as a cell, in the column's unit; None where none does.

    A sewage plant's own lines stand for what it lets through of others; no publication counts them as a source.
    """
    if column.fact != "lines" or column.measure != "discharged" or column.by:
        return None
    asked = {**resolve(column.where, row.bind), **row.where}
    if asked.get("source!") == "sewage_plant":
        del asked["source!"]
    key = tuple(asked.pop(name, default) for name, default in (("region", region), ("category", "")))
    medium, pollutant = asked.pop("medium", None), asked.pop("pollutant", None)
    if asked or not isinstance(pollutant, str) or not isinstance(key[1], str):
        return None
    media = [medium] if medium else ["water", "air"]
    found = [
        series.figures[(*key, one, pollutant)] for one in media if (*key, one, pollutant) in series.figures
    ]
    return found[0] / column.scale if len(found) == 1 else None
