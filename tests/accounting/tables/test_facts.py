"""Facts added upward: every place is read once, and children add up to their parents before rounding."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounting.tables.build import TableRow, build
from accounting.tables.facts import Facts, child_of, grouped, own_bounds, upward
from accounting.tables.layout import load
from accounting.tables.queries import Row
from census.places import regions
from tests.accounting.tables.frames import lines

PLACES = {
    "330000000000": ["330000000000"],
    "330800000000": ["330800000000"],
    "330802000000": ["330802001000", "330802002000"],
    "330803000000": ["330803001000"],
    "330900000000": ["330900000000", "330900003000"],  # a township that belongs to no county
    "330902000000": ["330902001000"],
}
AMOUNTS = st.dictionaries(
    st.sampled_from([code for own in PLACES.values() for code in own]), st.floats(0, 1e12), min_size=1
)
KEY = ("lines",)


def below(region: str, amounts: dict[str, float]) -> pd.DataFrame:
    """The lines of a place as the database gives them, grouped by its children."""
    return grouped(pd.concat([lines(**{child_of(code, region): kg}) for code, kg in amounts.items()]))


def own(region: str, amounts: dict[str, float]) -> dict:
    found = {code: amounts[code] for code in PLACES[region] if code in amounts}
    return {KEY: below(region, found) if found else lines(**{region: 0.0}).iloc[:0]}


def cod(region: str, frames: dict) -> dict[str, float | None]:
    codes = Facts(frames).classes("region", [KEY])
    rows = [Row(code, {"zh": code, "en": code}, where={"region": code}) for code in codes]
    table = build(load()["T03"], "region", Facts(frames), rows, {"zh": "", "en": ""})
    at = [column.id for column in table.columns].index("COD_discharged")
    every: list[TableRow] = [*table.rows, table.total]
    return {row.key: row.cells[at] for row in every}


@settings(deadline=None, max_examples=10)
@given(AMOUNTS)
def test_children_add_up_to_their_parents(amounts: dict[str, float]) -> None:
    read: list[str] = []

    def reading(place: str) -> dict:
        read.append(place)
        return own(place, amounts)

    made = {place: cod(place, frames) for place, frames in upward(PLACES, reading)}
    assert sorted(read) == sorted(PLACES)
    for place, cells in made.items():
        inside = [kg for code, kg in amounts.items() if regions.contains(place, code)]
        assert (cells["total"] or 0.0) == pytest.approx(math.fsum(inside) / 1000, rel=1e-12)
        for child in set(cells) - {"total", place}:
            if child in made:
                assert cells[child] == pytest.approx(made[child]["total"], rel=1e-12)
    order = list(made)
    assert all(
        order.index(a) > order.index(b) for a in made for b in made if a != b and regions.contains(a, b)
    )


def test_a_number_that_is_nowhere_stays_blank_on_its_way_up() -> None:
    blank = lines(**{"330802001000": 1.0}).assign(removed=float("nan"))
    twice = pd.concat([blank, blank])
    assert grouped(twice)["discharged"].tolist() == [2.0]
    assert grouped(twice)["removed"].isna().all()


def test_blank_classes_are_kept_apart_from_named_ones_and_lose_nothing() -> None:
    frame = pd.concat([lines(**{"330802000000": 1.0}), lines(**{"330802000000": 4.0}).assign(industry=None)])
    facts = Facts({KEY: grouped(pd.concat([frame, frame]))})
    assert facts.total(KEY, "discharged", {}, {"industry": "22"}) == 2.0
    assert facts.total(KEY, "discharged", {}, {"industry!": "22"}) == 8.0
    assert facts.classes("industry", [KEY]) == ["22"]


@pytest.mark.parametrize(
    ("region", "low"),
    [
        ("330800000000", "330800"),
        ("330802000000", "330802000"),
        ("330000000000", "3300"),
        ("000000000000", "00"),
    ],
)
def test_the_own_rows_of_a_region(region: str, low: str) -> None:
    assert own_bounds(region) == (low, low + "~")
