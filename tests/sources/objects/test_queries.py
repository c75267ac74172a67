"""The list: filters, search, counts; the same rows with and without row-level security."""

import pytest
from django.core.cache import cache
from django.http import QueryDict

from census.access.scope import enter
from census.places.models import CensusDistrict
from sources.objects import queries
from sources.objects.models import CensusObject
from sources.objects.queries import (
    Filters,
    core_name,
    object_facets,
    object_list,
    object_lookalikes,
)
from sources.objects.services import object_assign_district, object_remove
from tests.factories import CITY, COUNTY, FAR_COUNTY, TOWNSHIP, VILLAGE, make_scope
from tests.sources.objects.conftest import uscc

pytestmark = pytest.mark.usefixtures("world")


@pytest.fixture
def register(make_object):
    """name → object; the last lies far away."""
    rows = [
        make_object(name="衢州宏达化工有限公司", uscc=uscc(8)),
        make_object(name="宏达水泥厂", uscc=uscc(9), industry="3011", operating="3"),
        make_object("farm", name="Green (Quzhou) 养牛场", uscc="", industry="", region=TOWNSHIP),
        make_object(name="长江100%厂_甲", uscc="", former_name="旧化工厂"),
        make_object(
            name="济南化工厂", uscc="", region=FAR_COUNTY, actor=make_scope("county_officer", FAR_COUNTY)
        ),
    ]
    return {row.name: row for row in rows}


def names(scope, **filters):
    cache.clear()
    with enter(scope):
        return {row.name for row in object_list(scope, Filters(**filters))}


HD, SN, NC, CJ = "衢州宏达化工有限公司", "宏达水泥厂", "Green（Quzhou）养牛场", "长江100%厂_甲"


@pytest.mark.parametrize("web", [False, True])
@pytest.mark.parametrize("cap", [5_000, 0])
@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("化工", {HD, CJ}),
        ("宏达 化工", {HD}),
        ("hdhg", {HD}),
        ("HDHG", {HD}),
        ("hd", {HD, SN}),
        (uscc(8), {HD}),
        (uscc(8)[:12].lower(), {HD, SN}),
        (f" {uscc(8)[:8]} {uscc(8)[8:]} ", {HD}),
        (uscc(9)[8:17], {SN}),
        (VILLAGE, {CJ}),
        ("green", {NC}),
        ("(Quzhou)养", {NC}),
        ("100%", {CJ}),
        ("厂_甲", {CJ}),
        ("0_甲", set()),
        ("%%", set()),
        ("不存在", set()),
        ("济南", set()),
        ("化", set()),
        ("'; DROP TABLE x; --", set()),
        ("\\", set()),
    ],
)
def test_search(officer, register, settings, monkeypatch, web, cap, q, found):
    """Both ways of searching (few matches, many matches) find the same, inside the scope only."""
    monkeypatch.setattr(queries, "SEARCH_CAP", cap)
    settings.SWITCH_TO_WEB_ROLE = web
    assert names(officer, q=q) == found
    settings.SWITCH_TO_WEB_ROLE = False


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, {HD, SN, NC, CJ}),
        ({"kind": "farm"}, {NC}),
        ({"category": "industrial"}, {HD, SN, CJ}),
        ({"industry": "26"}, {HD, CJ}),
        ({"industry": "3011"}, {SN}),
        ({"operating": "3"}, {SN}),
        ({"region": VILLAGE}, {HD, SN, CJ}),
        ({"region": TOWNSHIP, "kind": "farm"}, {NC}),
        ({"status": "pending"}, set()),
        ({"district": "none"}, {HD, SN, NC, CJ}),
        ({"q": "宏达", "industry": "26"}, {HD}),
    ],
)
def test_filters(officer, register, filters, found):
    assert names(officer, **filters) == found


def test_removed_objects_show_only_when_asked_for(officer, register):
    object_remove(
        officer, object_id=register[SN].pk, revision=1, cause="duplicate", reason="重复", evidence="文号"
    )
    assert SN not in names(officer)
    assert names(officer, status="removed") == {SN}
    assert SN in names(officer, status="all")


def test_scopes_of_categories_districts_and_objects(officer, register):
    assert names(make_scope("county_officer", CITY, categories=["agricultural"])) == {NC}
    assert names(make_scope("filler", COUNTY, object_id=register[SN].pk)) == {SN}
    district = CensusDistrict.objects.get(region=COUNTY)
    enumerator = make_scope("enumerator", COUNTY, districts=[district.pk])
    assert names(enumerator) == names(enumerator, q="宏达") == set()
    object_assign_district(officer, object_ids=[register[HD].pk], district_id=district.pk)
    assert names(enumerator) == names(enumerator, q="宏达") == {HD}


def test_without_a_scope_the_search_function_gives_nothing(register):
    assert list(CensusObject.objects.raw("SELECT object_search('{化工}', 9) AS id")) == []


def test_facets_leave_their_own_filter_out(officer, register):
    with enter(officer):
        facets = object_facets(officer, Filters(kind="farm"))
        assert facets == {"kind": {"enterprise": 3, "farm": 1}, "status": {"in_scope": 1}}
        CensusObject.objects.filter(name=SN).update(status="removed")
        facets = object_facets(officer, Filters())
        assert facets == {"kind": {"enterprise": 2, "farm": 1}, "status": {"in_scope": 3, "removed": 1}}
        facets = object_facets(officer, Filters(status="removed", industry="3"))
        assert facets == {"kind": {"enterprise": 1}, "status": {"removed": 1}}


def test_filters_from_an_address_drop_nonsense():
    params = QueryDict("kind=x&region=abc&district=5&sort=zz&status=gone&operating=9&q=%20 a&size=25")
    assert Filters.read(params) == Filters(q="a")


def test_lookalikes_surest_first(officer, register):
    with enter(officer):
        found = object_lookalikes(officer, name=HD, uscc=uscc(9))
        assert [(row.name, why) for row, why in found][:2] == [(SN, "uscc"), (HD, "name")]
        similar = object_lookalikes(officer, name="浙江省衢州市宏达化工股份有限公司")
        assert [(row.name, why) for row, why in similar] == [(HD, "similar")]
        assert object_lookalikes(officer, name="旧化工厂")[0][0].name == CJ
        assert object_lookalikes(officer, name=HD, uscc=uscc(8), but=register[HD].pk) == []


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("衢州市柯城区宏达化工（集团）有限公司", "宏达化工"),
        ("市场", "市"),
        ("宏达厂", "宏达"),
        ("（）", ""),
    ],
)
def test_core_of_a_name(name, core):
    assert core_name(name) == core
