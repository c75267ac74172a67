"""Each detector on small named worlds: it finds what it is for, and leaves alone what is in order."""

from __future__ import annotations

import math

import numpy as np
import pytest

from review.statistics import digits, duplicates, pairs, places, ratios
from review.statistics.columns import Columns
from review.statistics.doubts import Place
from review.statistics.peers import MIN_PEERS, standing
from sources.forms.check_set import Document

STATIONS = 40


def facts(**more):
    return {"kind": "petrol_station", "region": "330802001001", "industry": "5265"} | more


def stations(change=lambda number, values: None):
    """Petrol stations that sell 40 to 60 t of petrol a m3 of tank; *change* may spoil some."""
    rng = np.random.default_rng(7)
    documents, objects = [], {}
    for number in range(STATIONS):
        sales = [round(30 * float(rng.uniform(40, 60)), 2) for _fuel in range(2)]
        values = {
            "gasoline_tank_volume_m3": 30,
            "gasoline_sales_t": sales[0],
            "diesel_tank_volume_m3": 30,
            "diesel_sales_t": sales[1],
        }
        change(number, values)
        documents.append(Document(number, "Y102", 1, values))
        objects[number] = facts()
    return Columns(documents, objects)


@pytest.mark.parametrize("power", [1, 2, 3, 4, -1, -3])
def test_a_unit_slip_is_found_and_the_item_and_the_factor_are_named(power):
    def slip(number, values):
        if number == 5:
            values["gasoline_sales_t"] = round(values["gasoline_sales_t"] * 10.0**power, 6)

    clean = stations().documents("Y102")[5].values["gasoline_sales_t"]
    (doubt,) = ratios.detect(stations(slip))
    assert (doubt.object_id, doubt.rule) == (5, "ST-UNIT")
    assert doubt.place == Place("Y102", 1, "", "gasoline_sales_t")
    assert doubt.expected == pytest.approx(clean)
    assert doubt.peers.count == STATIONS
    assert doubt.peers.low < doubt.peers.median < doubt.peers.high


def test_alike_units_give_no_doubt():
    assert list(ratios.detect(stations())) == []
    assert list(pairs.detect(stations())) == []


def test_blanks_and_zeros_are_not_compared():
    def spoil(number, values):
        if number == 1:
            del values["gasoline_sales_t"]
        if number == 2:
            values["gasoline_sales_t"] = 0

    assert list(ratios.detect(stations(spoil))) == []


def test_an_unusual_value_that_is_no_power_of_ten_is_an_intensity():
    def spoil(number, values):
        if number == 3:
            values["diesel_sales_t"] *= 33

    (doubt,) = ratios.detect(stations(spoil))
    assert (doubt.rule, doubt.place.item) == ("ST-RATIO", "diesel_sales_t")
    assert 0 < doubt.chance < 1


def test_the_group_widens_until_it_has_enough_members():
    values = np.log10(np.concatenate([np.linspace(1, 2, 30), [50.0]]))
    narrow = ["a"] * 30 + ["b"]
    where = standing(values, [{"process": narrow}, {}])
    assert where.level.tolist() == [0] * 30 + [1]
    assert where.peers(0).group == ("process=a",)
    assert where.count[30] == 31
    assert where.z[30] > 5


def test_a_group_too_small_compares_nothing():
    where = standing(np.zeros(MIN_PEERS - 1), [{}])
    assert np.isnan(where.deviation).all()


def test_swapped_items_are_told_from_one_wrong_item():
    def swap(number, values):
        if number == 4:
            values["gasoline_sales_t"], values["gasoline_tank_volume_m3"] = (
                values["gasoline_tank_volume_m3"],
                values["gasoline_sales_t"],
            )
        if number == 8:
            values["gasoline_sales_t"] /= 2500

    found = [d for d in pairs.detect(stations(swap)) if d.rule == "ST-SWAP"]
    assert [(d.object_id, d.expected > d.value) for d in found] == [(4, True)]


def test_a_value_far_from_the_inventory_is_a_sudden_change():
    documents = [
        Document(1, "J101-2", 1, {"design_capacity_m3d": 3000}),
        Document(1, "INV-5", 1, {"design_capacity_td": 300}),
        Document(2, "J101-2", 1, {"design_capacity_m3d": 300}),
        Document(2, "INV-5", 1, {"design_capacity_td": 290}),
    ]
    (doubt,) = pairs.detect(Columns(documents, {1: facts(), 2: facts()}))
    assert (doubt.object_id, doubt.rule, doubt.expected) == (1, "ST-CHANGE", 300)


# -- places ---------------------------------------------------------------------------------------------------

SQUARE = [np.array([[118.0, 28.0], [119.0, 28.0], [119.0, 29.0], [118.0, 29.0]])]


def dms(value: float) -> str:
    seconds = round(value * 3600, 2)
    return f"{int(seconds // 3600)}°{int(seconds % 3600 // 60)}′{seconds % 60:05.2f}″"


def placed(*points, **more):
    documents = [
        Document(n, "Y102", 1, {"longitude": dms(lon), "latitude": dms(lat)})
        for n, (lon, lat) in enumerate(points)
    ]
    return Columns(documents, {n: facts(**more) for n in range(len(points))})


def rules(columns, rings=None):
    return [(d.object_id, d.rule) for d in places.detect(columns, rings or {"330802": SQUARE})]


def test_points_inside_and_outside_the_county():
    assert rules(placed((118.5, 28.5), (119.5, 28.5))) == [(1, "ST-PLACE-OUT")]
    assert rules(placed((119.005, 28.01))) == []  # the outline is generalised


def test_a_hole_of_the_outline_is_outside():
    hole = np.array([[118.4, 28.4], [118.6, 28.4], [118.6, 28.6], [118.4, 28.6]])
    assert places.inside([*SQUARE, hole], 118.2, 28.5)
    assert not places.inside([*SQUARE, hole], 118.5, 28.5)


def test_swapped_coordinates():
    assert rules(placed((28.5, 118.5))) == [(0, "ST-PLACE-SWAP")]
    lonely = Columns([Document(0, "Y102", 1, {"longitude": dms(28.5)})], {0: facts()})
    assert rules(lonely) == [(0, "ST-PLACE-SWAP")]


def test_a_point_read_off_a_web_map():
    lon, lat = 118.5, 28.5
    east, north = places.gcj_offset(lon, lat)
    assert 300 < math.hypot(east * 97_900, north * 111_320) < 700
    assert rules(placed((lon + east, lat + north), lon=lon, lat=lat)) == [(0, "ST-PLACE-GCJ")]
    assert rules(placed((lon + north, lat - east), lon=lon, lat=lat)) == []


def test_the_offset_of_a_published_point():
    """Tian'anmen as in the test data of eviltransform (github.com/googollee/eviltransform), WGS-84 to GCJ-02."""
    east, north = places.gcj_offset(116.3913, 39.9075)
    assert (116.3913 + east, 39.9075 + north) == pytest.approx((116.39754, 39.90890), abs=2e-4)


def test_one_point_for_many_objects():
    same = placed(*[(118.5, 28.5)] * 3, (118.6, 28.5))
    assert rules(same) == [(n, "ST-PLACE-SAME") for n in range(3)]


# -- duplicates -----------------------------------------------------------------------------------------------


def test_a_credit_code_of_another_object():
    documents = [Document(1, "Y102", 1, {"uscc": "B"}), Document(2, "Y102", 1, {"uscc": "B"})]
    found = list(duplicates.detect(Columns(documents, {1: facts(uscc="A"), 2: facts(uscc="B", name="乙站")})))
    assert [(d.object_id, d.rule, d.place.item) for d in found] == [(1, "ST-DUP-CODE", "uscc")]
    assert "乙站" in found[0].zh


def test_names_that_differ_in_writing_only():
    objects = {
        1: facts(name="衢州 甲化工有限公司"),
        2: facts(name="衢州甲化工公司"),
        3: facts(name="衢州乙化工公司"),
        4: facts(name="衢州甲化工公司", region="330803001001"),
    }
    found = [d for d in duplicates.detect(Columns([], objects)) if d.rule == "ST-DUP-NAME"]
    assert [d.object_id for d in found] == [1, 2]


def test_copied_forms():
    numbers = {f"item_{n}": n * 3.5 + 1 for n in range(duplicates.LEAST_NUMBERS)}
    documents = [
        Document(1, "Y102", 1, numbers),
        Document(2, "Y102", 1, numbers),
        Document(3, "Y102", 1, numbers | {"item_0": 99}),
    ]
    found = list(duplicates.detect(Columns(documents, {n: facts() for n in (1, 2, 3)})))
    assert [(d.object_id, d.rule) for d in found] == [(1, "ST-COPIED"), (2, "ST-COPIED")]


def test_neighbours_of_one_trade_with_one_telephone():
    objects = {
        1: facts(lon=118.50001, lat=28.50001, phone="1"),
        2: facts(lon=118.50012, lat=28.50009, phone="1"),
        3: facts(lon=118.50012, lat=28.50009, phone="2"),
    }
    found = [d.object_id for d in duplicates.detect(Columns([], objects)) if d.rule == "ST-DUP-NEAR"]
    assert sorted(found) == [1, 2]


# -- digits ---------------------------------------------------------------------------------------------------


def figures(values_of):
    """Objects of two enumerators with one petrol figure each."""
    documents, objects, people = [], {}, []
    for number, (person, value) in enumerate(values_of):
        documents.append(Document(number, "Y102", 1, {"gasoline_sales_t": value}))
        objects[number] = facts()
        people.append(person)
    return digits.detect(Columns(documents, objects), people)


def benford(rng, count):
    return (10 ** rng.uniform(0, 5, count)).round(2).tolist()


def test_benford_finds_the_one_who_invents():
    rng = np.random.default_rng(1)
    honest = [("honest", v) for v in benford(rng, 900)]
    drawn = zip(rng.integers(4, 10, 900).tolist(), rng.integers(0, 4, 900).tolist(), strict=True)
    invented = [("inventor", float(d * 10**e)) for d, e in drawn]
    tests = {t.group: t for t in figures(honest + invented) if (t.kind, t.by) == ("benford", "enumerator")}
    assert not tests["honest"].doubtful
    assert tests["inventor"].doubtful
    assert sum(tests["honest"].digits) == 900


def test_benford_is_not_tested_where_it_need_not_hold():
    assert not digits.benford_holds(np.full(1000, 5.0))
    assert not digits.benford_holds(10 ** np.linspace(0, 5, digits.LEAST - 1))
    assert digits.benford_holds(10 ** np.linspace(0, 5, digits.LEAST))


def test_heaping_is_judged_against_what_is_usual():
    rng = np.random.default_rng(2)
    honest = [("honest", float(v)) for v in rng.integers(100, 1000, 600)]
    rounded = [("rounder", float(v) * 5) for v in rng.integers(20, 200, 200)]
    tests = {t.group: t for t in figures(honest + rounded) if (t.kind, t.by) == ("heaping", "enumerator")}
    assert (tests["honest"].doubtful, tests["rounder"].doubtful) == (False, True)
    assert tests["rounder"].measure == 1
    assert tests["rounder"].q >= tests["rounder"].p


def test_first_digits():
    assert digits.first_digits(np.array([0.00123, 9.99, 10.0, 345.6, 1000.0])).tolist() == [1, 9, 1, 3, 1]
