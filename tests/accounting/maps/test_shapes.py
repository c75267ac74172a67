"""Boundaries and classes of the map."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from accounting.maps import shapes
from accounting.maps.classes import breaks


def features(region: str) -> list[dict]:
    return orjson.loads(shapes.children(region))["features"]


def test_quzhou_has_its_six_counties() -> None:
    names = {f["properties"]["name"] for f in features("330800000000")}
    assert names == {"柯城区", "衢江区", "常山县", "开化县", "龙游县", "江山市"}


def test_a_county_shows_itself() -> None:
    assert [f["properties"]["code"] for f in features("330824000000")] == ["330824000000"]


def test_the_national_map_is_complete() -> None:
    found = features("000000000000")
    names = {f["properties"]["name"] for f in found}
    assert {"台湾省", "香港特别行政区", "澳门特别行政区"} <= names
    assert len([f for f in found if f["properties"]["code"]]) == 34
    assert len([f for f in found if not f["properties"]["code"]]) == 8


def test_a_province_shows_its_cities_and_rings_are_closed() -> None:
    found = features("370000000000")
    assert len(found) == 17
    for feature in found:
        polygons = feature["geometry"]["coordinates"]
        rings = polygons if feature["geometry"]["type"] == "Polygon" else [r for p in polygons for r in p]
        assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in rings)


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=40), st.integers(2, 7))
def test_breaks_hold_all_values_and_increase(values: list[float], wanted: int) -> None:
    limits = breaks(values, wanted)
    assert limits == sorted(set(limits))
    assert len(limits) <= wanted + 1
    assert limits[0] <= min(values)
    assert limits[-1] >= max(values)


def test_no_values_no_classes() -> None:
    assert breaks([]) == []
