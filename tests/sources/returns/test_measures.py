"""What the progress board counts of the register and the forms."""

import pytest

from census.access.scope import Scope
from sources.objects import measures as of_objects
from sources.returns import measures as of_returns
from sources.returns.models import Return
from tests.sources.returns.world import make_object

pytestmark = pytest.mark.django_db
CITY = Scope.system("330800000000")
HERE, THERE = "330802001", "330803001"


def form(obj, state, **more) -> Return:
    return Return.objects.create(
        campaign=obj.campaign,
        object=obj,
        form="G102",
        form_version="x",
        region=obj.region,
        category=obj.category,
        state=state,
        **({"version_no": 1} | more),
    )


def counted(module, scope=CITY) -> dict[tuple[str, str], tuple[int, int]]:
    return {(head, measure): (total, done) for head, measure, total, done in module.count(scope)}


def test_forms_by_the_step_they_have_reached():
    for state, more in (
        ("draft", {"version_no": 0}),
        ("draft", {}),
        ("submitted", {}),
        ("county_ok", {}),
        ("frozen", {}),
    ):
        form(make_object(region=HERE + "001"), state, **more)
    form(make_object(region=HERE + "001"), "city_ok", active=False)
    found = counted(of_returns)
    assert found == {
        (HERE, "survey.begun"): (5, 4),
        (HERE, "survey.submitted"): (5, 3),
        (HERE, "review.instructor"): (5, 2),
        (HERE, "review.county"): (5, 2),
        (HERE, "review.city"): (5, 1),
        (HERE, "review.province"): (5, 1),
    }


def test_townships_are_counted_apart_and_other_cities_not_at_all():
    for region in (HERE + "001", THERE + "001", "370102001001"):
        form(make_object(region=region), "submitted")
    assert {head for head, _measure in counted(of_returns)} == {HERE, THERE}


def test_objects_are_done_when_it_is_decided_whether_they_belong():
    for status in ("in_scope", "out_of_scope", "pending", "removed"):
        make_object(region=HERE + "001", status=status)
    assert counted(of_objects) == {(HERE, "inventory.decided"): (3, 2)}


def test_the_city_itself_has_a_head_of_its_own():
    make_object(kind="city_vehicles")
    assert counted(of_objects) == {("330800000", "inventory.decided"): (1, 1)}
