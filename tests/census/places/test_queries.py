"""Look-ups of divisions, industries, districts and boundaries."""

import pytest

from census.places import boundaries, queries
from census.places.models import CensusDistrict, Industry
from tests.factories import (
    CITY,
    COUNTY,
    FAR_COUNTY,
    NATION,
    OTHER_COUNTY,
    TOWNSHIP,
    VILLAGE,
    make_person,
    make_scope,
)
from tests.support.requests import signed_in


@pytest.mark.django_db
@pytest.mark.usefixtures("places")
class TestRegions:
    @pytest.mark.parametrize(
        ("text", "within", "found"),
        [
            ("柯城", NATION, [COUNTY]),
            ("kc", NATION, [COUNTY]),
            ("KC", NATION, [COUNTY]),
            ("330802", NATION, [COUNTY, TOWNSHIP, VILLAGE]),
            ("区", CITY, [COUNTY, OTHER_COUNTY, VILLAGE]),
            ("区", FAR_COUNTY, [FAR_COUNTY]),
            ("%", NATION, []),
            ("", CITY, [COUNTY, OTHER_COUNTY]),
        ],
    )
    def test_search(self, text, within, found):
        assert [choice.code for choice in queries.region_search(text, within=within)] == found

    def test_path_and_depth(self):
        (choice,) = queries.region_search("金桂")
        assert choice.path == "浙江省 / 衢州市 / 柯城区 / 新新街道"
        assert queries.region_search("金桂", deepest=4) == []
        assert queries.region_search("", within=COUNTY, limit=1)[0].code == TOWNSHIP

    def test_tree(self):
        assert [(r.code, r.has_children) for r in queries.region_children(TOWNSHIP)] == [(VILLAGE, False)]
        assert [r.name for r in queries.region_path(COUNTY)] == ["全国", "浙江省", "衢州市", "柯城区"]

    def test_json_and_its_bad_requests(self):
        client = signed_in(make_person("county_officer").username)
        found = client.get("/places/regions.json", {"q": "kc", "within": CITY}).json()["results"]
        assert found == [{"code": COUNTY, "name": "柯城区", "path": "浙江省 / 衢州市", "level": 3}]
        own = client.get("/places/regions.json", {"within": COUNTY}).json()["results"]
        assert [row["code"] for row in own] == [COUNTY, TOWNSHIP]
        for bad in (
            {"within": "33"},
            {"within": "x" * 12},
            {"deepest": "9"},
            {"within": "３３０８０２００００００"},
        ):
            assert client.get("/places/regions.json", bad).status_code == 400

    def test_pages(self):
        client = signed_in(make_person("county_officer").username)
        assert "新新街道" in client.get("/places/regions/").content.decode()
        assert "柯城区" in client.get("/places/regions/?q=kcq").content.decode()
        assert "No division found" in client.get("/places/regions/?q=%E6%97%A0").content.decode()
        assert client.get("/places/regions/?open=990000000000").status_code == 404
        assert "金桂社区" in client.get(f"/places/regions/{TOWNSHIP}/branch/").content.decode()


@pytest.mark.django_db
def test_industries():
    Industry.objects.bulk_create(
        [
            Industry(code="C", level=1, section="C", name_zh="制造业", name_en="Manufacturing"),
            Industry(code="22", parent="C", level=2, section="C", name_zh="造纸和纸制品业"),
            Industry(code="2221", parent="22", level=4, section="C", name_zh="机制纸及纸板制造"),
        ]
    )
    (found,) = queries.industry_search("纸", level=4)
    assert (found.code, found.path) == ("2221", "制造业 / 造纸和纸制品业")
    assert [c.code for c in queries.industry_search("c")] == ["C"]
    assert [c.code for c in queries.industry_search("manu")] == ["C"]
    assert [(i.code, i.has_children) for i in queries.industry_children("C")] == [("22", True)]


@pytest.mark.django_db
def test_districts_in_scope():
    for region in (COUNTY, OTHER_COUNTY):
        CensusDistrict.objects.create(region=region, code=f"{region}001", name=region)
    CensusDistrict.objects.create(region=COUNTY, code=f"{COUNTY}002", name="old", active=False)
    scope = make_scope("city_officer", CITY)
    assert queries.districts_of(scope).count() == 2
    assert queries.districts_of(scope, closed=True).count() == 3
    assert queries.districts_of(scope, within=COUNTY, text=COUNTY).get().region == COUNTY


class TestBoundaries:
    def test_layers_hold_what_lies_within(self):
        def codes(*layer):
            return {f["properties"]["code"] for f in boundaries.layer(*layer)["features"]}

        assert len(codes("provinces", NATION)) == 34
        assert codes("counties", CITY) == {"330802", "330803", "330822", "330824", "330825", "330881"}
        assert codes("counties", COUNTY) == {"330802"}
        assert codes("cities", "330000000000") >= {"330100", "330800"}
        assert len(codes("cities", "330000000000")) == 11

    def test_a_merged_polygon_is_found_by_each_of_its_counties(self):
        (feature,) = boundaries.layer("counties", "330105000000")["features"]
        assert "330103" in feature["properties"]["codes_2017"]

    @pytest.mark.parametrize("name", ["provinces", "cities", "counties"])
    def test_rings_are_closed_and_lie_in_china(self, name):
        for feature in boundaries.layer(name, NATION)["features"]:
            shape = feature["geometry"]
            polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
            for ring in (ring for polygon in polygons for ring in polygon):
                assert ring[0] == ring[-1]
                assert all(73 < x < 136 and 3 < y < 54 for x, y in ring)

    def test_lines_are_always_whole(self):
        assert len(boundaries.layer("lines", COUNTY)["features"]) == 8

    def test_unknown_layer(self):
        with pytest.raises(LookupError):
            boundaries.layer("../secret", NATION)
