"""Every declared layout against the form definitions: items exist, are numbers, and are shown in their own unit."""

import csv

import pytest

from accounting.methods import pollutants
from accounting.runs.models import METHODS
from accounting.tables.layout import Column, Layout, load
from accounting.tables.queries import BASIN, REFERENCE
from sources.forms import catalogue
from sources.objects.kinds import KINDS
from sources.references.indicators import reference_indicators

EXPECTED = {f"T{number:02}" for number in range(1, 24)}
# the unit of the column, what it holds of the form's unit
UNITS = {
    ("千元", "万元"): 10,
    ("立方米", "万立方米"): 10_000,
    ("头", "头（羽）"): 1,
    ("羽", "头（羽）"): 1,
}
FREE = {"energy_use"}  # its unit is that of the chosen fuel


def bound_items() -> list:
    """(layout, column, item) of every column that reads a form."""
    found = []
    for layout in load().values():
        for column in layout.columns:
            if column.fact != "items":
                continue
            rows = [row for dimension in layout.dimensions.values() for row in dimension.rows]
            name = column.item.removeprefix("$")
            items = {row.bind[name] for row in rows if name in row.bind} if column.item != name else {name}
            found += [
                pytest.param(layout, column, item, id=f"{layout.code}-{column.id}-{item}") for item in items
            ]
    return found


def test_all_tables_but_basins_and_ranking_are_layouts() -> None:
    assert set(load()) == EXPECTED


@pytest.mark.parametrize(("layout", "column", "item"), bound_items())
def test_an_item_exists_in_its_section_with_a_number_and_its_unit(
    layout: Layout, column: Column, item: str
) -> None:
    for code in column.forms:
        form = catalogue.load().forms[code]
        indicator = form.indicators[item]
        if column.sections:
            assert [s for s in column.sections if s in form.tables] == [indicator.section]
        else:
            assert indicator.section not in form.tables
        if column.group_item:
            assert form.indicators[column.group_item].section == indicator.section
        if column.measure == "sum":
            assert indicator.type in {"integer", "decimal"}
            unit = indicator.unit.zh if indicator.unit else None
            if column.unit["zh"] != unit and item not in FREE:
                assert UNITS[(unit, column.unit["zh"])] == column.scale
            elif item not in FREE:
                assert column.scale == 1


@pytest.mark.parametrize(
    "column",
    [c for layout in load().values() for c in layout.columns if c.by and c.by != BASIN],
    ids=lambda c: c.id,
)
def test_a_grouping_item_offers_the_codes_asked_for(column: Column) -> None:
    code, item = column.by.split(".")
    indicator = catalogue.load().forms[code].indicators[item]
    wanted = column.where.get("by", [])
    if wanted and not str(wanted).startswith("$"):
        codes = {choice.code for choice in indicator.choices} or {"true", "false"}
        assert set([wanted] if isinstance(wanted, str) else wanted) <= codes


@pytest.mark.parametrize(
    "column",
    [c for layout in load().values() for c in layout.columns if c.fact in {"objects", "lines"}],
    ids=lambda c: c.id,
)
def test_lines_and_objects_name_known_things(column: Column) -> None:
    where = {
        name: wanted
        for name, wanted in column.where.items()
        if not isinstance(wanted, str) or wanted[:1] != "$"
    }
    known = {"pollutant": set(pollutants.table()), "method": set(METHODS), "kind": set(KINDS)}
    for name, allowed in known.items():
        wanted = where.get(name, [])
        assert set([wanted] if isinstance(wanted, str) else wanted) <= allowed
    if column.fact == "lines":
        assert column.scale == {"千克": 1, "吨": 1e3, "万吨": 1e7, "万立方米": 1e4}[column.unit["zh"]]


def test_reference_figures_state_their_source_and_no_figure_twice() -> None:
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    keys = [(row["region"], row["series"], row["pollutant"]) for row in rows]
    assert len(keys) == len(set(keys))
    assert all(row["source"] and row["mark"] in {"V", "A"} and float(row["value"]) > 0 for row in rows)
    series = {c.where["series"] for c in load()["T23"].columns if c.fact == "reference"}
    assert {row["series"] for row in rows} == series


def test_an_outside_figure_counts_the_same_in_the_same_unit() -> None:
    marked = [column for layout in load().values() for column in layout.columns if column.outside]
    assert len(marked) >= 7
    for column in marked:
        indicator = reference_indicators()[column.outside]
        assert (indicator.of, indicator.unit) == ("region", column.unit["zh"]), column.id


def test_every_basin_has_its_row(settings):
    with open(settings.BASE_DIR / "census/places/data/codelists/basins.csv", encoding="utf-8") as file:
        listed = {row["code"] for row in csv.DictReader(file)}
    rows = load()["T05"].dimensions["basin"].rows
    shown = [row.where["by"] for row in rows if not row.indent]
    assert {code for one in shown for code in ([one] if isinstance(one, str) else one)} == listed | {""}
