"""Cuts of different offices side by side: where one covers the other, who may see it, and whether they agree."""

import pytest
from django.db import connection
from django.urls import reverse

from accounting.cuts import beside, differing, queries
from accounting.cuts.frozen import differences
from accounting.cuts.models import Cut
from accounting.tables.layout import load
from census.access.posts import CATEGORIES
from census.access.scope import Scope, enter
from sources.objects.models import CensusObject
from sources.returns.models import Return
from tests.accounting.runs.conftest import CITY, COUNTY, OTHER
from tests.factories import make_person
from tests.support.requests import as_web_role, signed_in

PROVINCE, NATION = "330000000000", "000000000000"


def at(region):
    return Scope.system(region, f"office {region}")


@pytest.fixture
def feed_more(county):
    """A function that changes a form of the county's enterprise and closes the neighbour in the other county."""

    def change():
        rows = Return.objects.get(object=county["enterprise"], form="G106-1")
        rows.values["rows"][0]["material_use"] = 500000  # was 400000
        rows.version_no, rows.head_hash = 4, b"\1" * 32
        rows.save()
        CensusObject.objects.filter(pk=county["neighbour"].pk).update(status="closed", revision=2)

    return change


def test_one_must_cover_the_other(make_run, make_cut, campaign):
    run = make_run()
    city, one, other = make_cut(run), make_cut(run, COUNTY), make_cut(run, OTHER)
    assert beside.common_region(city, one) == beside.common_region(one, city) == COUNTY
    assert beside.common_region(one, other) is None
    assert beside.common_region(city, city) == CITY
    other.region, other.digest = CITY, ""
    assert beside.common_region(city, other) is None, "not frozen"
    with pytest.raises(ValueError, match="without a region"):
        beside.agreement(at(CITY), city, other)


def test_two_offices_say_the_same_until_something_is_changed(make_run, make_cut, feed_more, county):
    run = make_run(PROVINCE)
    below, above = make_cut(run, COUNTY), make_cut(run, PROVINCE)
    found = beside.agreement(at(PROVINCE), below, above)
    assert (found.same, found.tables, found.region) == (True, 3, COUNTY)
    assert found.objects[0] == found.objects[1] == below.objects_held
    feed_more()
    later = make_cut(make_run(PROVINCE), PROVINCE)
    found = beside.agreement(at(PROVINCE), below, later)
    assert (found.same, found.differing) == (False, ["T02", "T03"])
    assert found.pair == (later, below)
    assert beside.agreement(at(COUNTY), below, later).differing == ["T02", "T03"], "the county sees it too"


def test_a_difference_between_offices_is_the_sum_of_its_objects(make_run, make_cut, feed_more, county):
    below = make_cut(make_run(), CITY)
    feed_more()
    above = make_cut(make_run(PROVINCE), PROVINCE)
    sums, edits = {}, set()
    old, new = (
        queries.cut_table(at(PROVINCE), cut, region=CITY, code="T02", by="industry") for cut in (below, above)
    )
    for cell in differences(old, new):
        if cell["row"]["key"] == "total" and differing.explainable(cell["column"]):
            row = queries.row_conditions(load()["T02"], "industry", "total", CITY)
            found = differing.difference_explained(at(PROVINCE), below, above, cell["column"], row)
            total = sum(amount for _cause, amount, _objects in found["classes"])
            assert total == pytest.approx(cell["difference"])
            sums[cell["column"]["id"]] = {(one["cause"], one["id"]) for one in found["objects"]}
            edits |= {(e["form"], e["old"], e["new"]) for one in found["objects"] for e in one["edits"]}
    assert sums["COD"] == {("activity", county["enterprise"].pk)}
    assert sums["SO2"] == {("removed", county["neighbour"].pk)}
    assert edits == {("G106-1", 3, 4)}
    members = {row["region"]: row for row in differing.members_compared(at(PROVINCE), below, above, CITY)}
    assert {code: (row["edited"], row["forms"]) for code, row in members.items()} == {
        COUNTY: (0, 1),
        OTHER: (1, 0),
    }
    within = differing.members_compared(at(PROVINCE), below, above, OTHER)
    assert [row["region"] for row in within] == [OTHER]
    places = beside.places_below(at(PROVINCE), above, below, CITY, ("T02", "industry"))
    assert {one.code for one, count in places if count} == {COUNTY, OTHER}


def test_pages_open_for_whom_the_cuts_are_and_for_nobody_else(make_run, make_cut, feed_more, settings):
    below = make_cut(make_run(), COUNTY)
    feed_more()
    above = make_cut(make_run(PROVINCE), PROVINCE)
    compare = reverse("cut_compare", args=[above.pk, below.pk])
    explain = reverse("cut_explain", args=[above.pk, below.pk, "T02", "COD"])
    readers = {
        name: signed_in(make_person(kind, region).username)
        for name, kind, region in [
            ("province", "province_officer", PROVINCE), ("city", "city_officer", CITY),
            ("county", "county_officer", COUNTY), ("beside", "county_officer", OTHER),
        ]
    }  # fmt: skip
    settings.SWITCH_TO_WEB_ROLE = True
    for name in ("province", "city", "county"):
        page = as_web_role(readers[name], "GET", compare + "?table=T02/industry").content.decode()
        assert f"{explain}?region={COUNTY}&amp;by=industry&amp;row=total" in page
        told = as_web_role(readers[name], "GET", f"{explain}?region={COUNTY}&by=industry&row=total")
        assert "G106-1" in told.content.decode()
        part = as_web_role(readers[name], "GET", reverse("cut_changes", args=[above.pk, below.pk, COUNTY]))
        assert part.content.decode().count("G106-1") == 1
    for address in (compare, explain, reverse("cut_changes", args=[above.pk, below.pk, COUNTY])):
        assert as_web_role(readers["beside"], "GET", address).status_code == 404
    for region in (CITY, OTHER, "330802001000", "x"):
        assert as_web_role(readers["province"], "GET", f"{compare}?region={region}").status_code == 404
    for wrong in ("&table=T99", "&table=T02/ghost"):
        assert as_web_role(readers["county"], "GET", f"{compare}?region={COUNTY}{wrong}").status_code == 404
    everything = reverse("cut_changes", args=[above.pk, below.pk, OTHER])
    assert as_web_role(readers["province"], "GET", everything).status_code == 404, "not in both"


def test_who_approves_sees_at_once_whether_the_own_cut_says_the_same(make_run, make_cut, feed_more):
    run = make_run(PROVINCE)
    below = make_cut(run)
    province = signed_in(make_person("province_officer", PROVINCE).username)
    city = signed_in(make_person("city_officer", CITY).username)
    Cut.objects.filter(pk=below.pk).update(state=Cut.State.CHECKED)

    def shown(reader, cut):
        return as_web_role(reader, "GET", reverse("cut_show", args=[cut.pk])).content.decode()

    page = shown(province, below)
    assert "Your office has no cut of this campaign yet" in page
    assert "It becomes the basis" in page
    above = make_cut(run, PROVINCE)
    for reader, head in ((province, "newest cut of your office"), (city, "newest cut of the office above")):
        page = shown(reader, below)
        assert head in page
        assert "Says the same in all 3 tables" in page
        assert reverse("cut_compare", args=[above.pk, below.pk]) in page
    assert "Says the same in all 3 tables" in shown(province, above), "among the offices below"
    feed_more()
    later = make_cut(make_run(PROVINCE), PROVINCE)
    page = shown(province, below)
    assert "Approve this cut all the same?" in page
    assert "Differs in 3 of 3 tables" in page
    assert f"{reverse('cut_compare', args=[later.pk, below.pk])}?region={CITY}&amp;table=T01" in page
    assert "Newest cuts of the offices below" not in shown(city, later), "wider than the post"


def test_only_the_upper_one_of_offices_under_each_other_stands_below(make_run, make_cut):
    run = make_run(PROVINCE)
    county, _first, city = make_cut(run, COUNTY), make_cut(run), make_cut(run)
    above = make_cut(run, PROVINCE)
    assert beside.newest_below(at(PROVINCE), above) == [city]
    assert beside.newest_below(at(CITY), city) == [county]
    assert beside.newest_above(at(COUNTY), county) == [city, above]
    assert beside.counterpart(at(COUNTY), county) == city
    assert beside.counterpart(at(PROVINCE), county) == above
    assert beside.counterpart(at(COUNTY), city) == county


def test_posts_of_some_categories_compare_nothing(make_run, make_cut):
    run = make_run()
    below, above = make_cut(run, COUNTY), make_cut(run)
    assert set(CATEGORIES) - {"industrial"}
    reader = signed_in(make_person("city_officer", CITY, categories=["industrial"]).username)
    answer = as_web_role(reader, "GET", reverse("cut_compare", args=[above.pk, below.pk]))
    assert answer.status_code == 403


def test_row_level_security_hides_the_parts_beside(make_run, make_cut, settings):
    run = make_run()
    one, above = make_cut(run, OTHER), make_cut(run)
    settings.SWITCH_TO_WEB_ROLE = True
    with enter(at(COUNTY)):
        assert not Cut.objects.filter(pk=one.pk).exists()
        assert beside.newest_below(at(COUNTY), above) == []
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
