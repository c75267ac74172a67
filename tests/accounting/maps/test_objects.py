"""Objects on the map: the sets follow register and run, the scope holds, single points and cells agree."""

import orjson
import pytest
from django.urls import reverse

from accounting.maps import queries
from accounting.maps.building import refresh
from accounting.maps.models import PointSet
from accounting.maps.queries import Wanted, map_points
from accounting.runs.models import Line
from census.access.scope import Scope, enter
from sources.objects.models import CensusObject
from sources.returns.models import Return
from tests.accounting.tables.conftest import (  # noqa: F401 - fixtures
    campaign,
    county,
    done,
    officer,
    person,
)
from tests.factories import make_person
from tests.support.requests import as_web_role, signed_in

CITY, COUNTY = "330800000000", "330802000000"
ALL = (70.0, 0.0, 140.0, 60.0)


@pytest.fixture
def placed(done):  # noqa: F811
    """Every object of the county has a position; the sets are made."""
    system = Scope.system()
    with enter(system):
        for number, obj in enumerate(CensusObject.objects.order_by("code")):
            CensusObject.objects.filter(pk=obj.pk).update(lon=118.8 + number / 1000, lat=28.9)
        refresh(system)
    return done


def test_sets_hold_what_the_register_and_the_run_hold(placed) -> None:
    with enter(Scope.system()):
        assert sum(one.points for one in PointSet.objects.all()) == CensusObject.objects.count()
        found = map_points(Scope.system(), CITY, Wanted(box=ALL, amount=("water", "COD")))
        lines = Line.objects.filter(
            run=placed, chosen=True, medium="water", pollutant="COD", environment_kg__gt=0
        )
        assert {one[2] for one in found["single"]} == {
            str(pk) for pk in lines.values_list("object_id", flat=True)
        }
        assert sum(one[5] for one in found["single"]) == pytest.approx(
            sum(line.environment_kg for line in lines), rel=1e-3
        )


def test_a_closed_object_leaves_the_map(placed) -> None:
    system = Scope.system()
    with enter(system):
        before = map_points(system, CITY, Wanted(box=ALL))["count"]
        gone = CensusObject.objects.filter(lon__isnull=False).first()
        gone.status = "removed"
        gone.updated_at = PointSet.objects.latest("built_at").built_at
        gone.save()
        assert refresh(system)
        assert map_points(system, CITY, Wanted(box=ALL))["count"] == before - 1


def test_cells_count_what_single_points_show(placed, monkeypatch) -> None:
    with enter(Scope.system()):
        single = map_points(Scope.system(), CITY, Wanted(box=ALL))
        monkeypatch.setattr(queries, "SINGLE_LIMIT", 0)
        cells = map_points(Scope.system(), CITY, Wanted(box=ALL))
    assert cells["grid"]["counts"].sum() == cells["count"] == len(single["single"])


def test_only_what_the_scope_holds_is_counted(placed, settings) -> None:
    settings.SWITCH_TO_WEB_ROLE = True
    address = f"{reverse('map_points')}?box=70,0,140,60&region={{}}"
    farmer = signed_in(make_person("city_officer", CITY, categories=["agricultural"]).username)
    found = orjson.loads(as_web_role(farmer, "GET", address.format(CITY)).content)
    with enter(Scope.system()):
        assert found["count"] == CensusObject.objects.filter(category="agricultural").count()
    assert as_web_role(farmer, "GET", address.format("330100000000")).status_code == 404


def test_search_and_card(placed, person) -> None:  # noqa: F811
    with enter(Scope.system()):
        obj = CensusObject.objects.filter(kind="enterprise").first()
    found = orjson.loads(
        as_web_role(person, "GET", f"{reverse('map_find')}?region={CITY}&q={obj.name[:4]}").content
    )
    assert str(obj.pk) in [one["id"] for one in found["results"]]
    card = as_web_role(person, "GET", reverse("map_card", args=[obj.pk])).content.decode()
    assert obj.name in card


def test_all_that_discharge_into_a_water(placed, person) -> None:  # noqa: F811
    """Its name is asked for on the card of one of them; only what the post sees is told."""
    with enter(Scope.system()):
        one, other = CensusObject.objects.filter(kind="enterprise").order_by("pk")[:2]
        for obj in (one, other):
            Return.objects.create(
                campaign=obj.campaign, object=obj, form="G101-1", region=obj.region, category=obj.category,
                state="submitted", values={"receiving_water_name": "衢江"},
            )  # fmt: skip
    address = f"{reverse('map_water', args=[one.pk])}?region={CITY}&name="
    found = orjson.loads(as_web_role(person, "GET", address + "衢江").content)
    assert sorted(row[2] for row in found["single"]) == sorted(str(obj.pk) for obj in (one, other))
    assert found["text"].startswith("2 objects in 衢州市 name 衢江")
    assert as_web_role(person, "GET", address + "长江").status_code == 404
    assert "衢江" in as_web_role(person, "GET", reverse("map_card", args=[one.pk])).content.decode()
    farmer = signed_in(make_person("city_officer", CITY, categories=["agricultural"]).username)
    assert as_web_role(farmer, "GET", address + "衢江").status_code == 404


def test_progress_colours_the_map_too(placed, person) -> None:  # noqa: F811
    address = f"{reverse('map_values')}?region={CITY}&indicator=progress.inventory.decided"
    assert orjson.loads(as_web_role(person, "GET", address).content)["unit"] == "%"
    for extra in ("", "&paper=1", "&second=T01.industrial"):
        assert as_web_role(person, "GET", f"{reverse('map_page')}?region={CITY}{extra}").status_code == 200
