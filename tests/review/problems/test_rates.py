"""Completion rates by level, region, person and day, on screen and as a workbook."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from review.problems import moves
from review.problems.models import Problem, ProblemEvent
from review.problems.people import person_for
from review.problems.queries import work_by
from tests.factories import CITY, COUNTY, OTHER_COUNTY, PROVINCE, make_person, make_regions
from tests.review import world
from tests.review.world import CLERK, NATION, SECOND_CLERK
from tests.support.requests import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def worked() -> list[int]:
    """Four national rows in two counties: one explained and checked, one rejected, one with a person, one untouched."""
    make_regions()
    person = world.make_person("wang", "enumerator", "330802001000")
    world.issued_batch(findings=[*world.make_findings(3), *world.make_findings(1, "330803001001")])
    rows = list(Problem.objects.order_by("region", "pk").values_list("pk", flat=True))
    moves.problem_answer(CLERK, "explain", ids=rows[:1], reason="as_recorded")
    moves.problem_check(SECOND_CLERK, ids=rows[:1])
    moves.problem_answer(CLERK, "reject", ids=rows[1:2], reason="limit_too_narrow")
    moves.problem_assign(CLERK, ids=rows[2:3], person=person_for(CLERK, person.id))
    return rows


def cells(client: Client, label: str, **query: str) -> list[str]:
    page = client.get(reverse("problem_rates"), query).content.decode()
    row = re.search(rf'<th scope="row"[^>]*>(?:<a[^>]*>)?{re.escape(label)}.*?</tr>', page, re.DOTALL).group(
        0
    )
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]


def test_regions_are_the_parts_of_the_place_one_looks_at(worked: list[int]) -> None:
    city = signed_in(make_person("city_officer", CITY).username)
    assert cells(city, "柯城区")[:5] == ["1", "3", "3", "2", "66.7%"], (
        "batches, issued, received, answered, rate"
    )
    assert cells(city, "柯城区")[-2:] == ["50.0%", "50.0%"], "confirmed and false-alarm share"
    assert cells(city, "衢江区")[:5] == ["1", "1", "0", "0", "0.0%"]
    province = signed_in(make_person("province_officer", PROVINCE).username)
    assert cells(province, "衢州市")[1] == "4"
    assert cells(province, "柯城区", region=CITY)[1] == "3"
    county = signed_in(make_person("county_officer", COUNTY).username)
    assert cells(county, "330802001000")[1] == "3", "by township; this one has no name in the test"
    page = county.get(reverse("problem_rates"), {"region": OTHER_COUNTY}).content.decode()
    assert "衢江区</th>" not in page


def test_people_and_days(worked: list[int]) -> None:
    city = signed_in(make_person("city_officer", CITY).username)
    assert cells(city, "wang", show="people")[:3] == ["1", "1", "0"]
    assert cells(city, CLERK.user_name, show="people")[:6] == ["0", "3", "2", "0", "1", "1"]
    assert cells(city, SECOND_CLERK.user_name, show="people")[7] == "1", "re-checked"
    today = timezone.localdate().isoformat()
    assert cells(city, today, show="days")[:3] == ["4", "3", "2"]
    assert cells(city, today, show="days", region=OTHER_COUNTY)[:3] == ["1", "0", "0"]
    empty = city.get(reverse("problem_rates"), {"show": "days", "first": "2018-01-01", "last": "2018-01-31"})
    assert "Nothing was done" in empty.content.decode()
    assert city.get(reverse("problem_rates"), {"show": "days", "first": "x", "level": "9"}).status_code == 200


def test_a_day_ends_at_midnight_of_the_census(worked: list[int]) -> None:
    today = timezone.localdate()
    late = timezone.localtime().replace(hour=23, minute=59, second=59)
    ProblemEvent.objects.filter(action="issue").update(at=late)
    assert sum(row["issued"] for row in work_by(NATION, "day", today, today)) == 4


def test_workbook_has_every_part(worked: list[int]) -> None:
    city = signed_in(make_person("city_officer", CITY).username)
    answer = city.get(reverse("problem_rates_xlsx"))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    header = next(row for row in rows if row[0] == "下发层级")
    assert {"整改完成率(%)", "误报", "误报占比(%)", "退回率(%)"} <= set(header)
    parts = {row[0] for row in rows}
    assert {
        "Issuing level",
        "Batch",
        "Region",
        "Assigned to",
        "Work of a person",
        "Work of a day",
        "Total",
    } <= parts
    total = next(row for row in rows if row[0] == "Total")
    assert total[header.index("下发问题数")] == 4
    assert total[header.index("误报占比(%)")] == 50
