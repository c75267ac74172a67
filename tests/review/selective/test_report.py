"""The report on known errors: what it counts, and how it says that something is missing."""

from __future__ import annotations

import io
from types import SimpleNamespace

import orjson
import pytest
from django.core.management import CommandError, call_command

from review.demo.measuring import by_class, by_detector
from review.selective.survey import Scored, Survey
from review.statistics.doubts import Doubt, Place
from review.statistics.localise import Culprit
from sources.demo.plant import Planted
from tests.factories import CITY, make_regions
from tests.review.selective.stations import make_stations


def planted(object_id, item, error="unit_slip"):
    return Planted(object_id, "", "petrol_station", "Y102", 1, "", item, 1, 1000, error, ())


def scored(object_id, *culprits):
    return Scored(object_id, 1.0, 0.5, {}, {}, list(culprits), [])


def test_classes_count_rules_statistics_and_named_items():
    right = Culprit(Place("Y102", 1, "", "gasoline_sales_t"), 1000, 1, (), 1)
    wrong = Culprit(Place("Y102", 1, "", "diesel_sales_t"), 1000, 1, (), 1)
    doubts = [
        Doubt("a", "ST-UNIT", right.place, 0.9, "", ""),
        Doubt("x", "ST-UNIT", right.place, 0.9, "", ""),
    ]
    found = Survey([scored("a", right, wrong), scored("b", wrong, right), scored("x", right)], doubts)
    known = [
        planted("a", "gasoline_sales_t"),
        planted("b", "gasoline_sales_t"),
        planted("c", "uscc", "duplicate"),
    ]
    area = SimpleNamespace(failing={"b"})
    slips, duplicate, together = by_class(known, area, found)
    assert (slips.count, slips.by_rules, slips.by_statistics, slips.found, slips.named) == (2, 1, 1, 2, 1)
    assert (duplicate.found, duplicate.named) == (0, 0)
    assert (together.kind, together.count, together.found) == ("all", 3, 2)
    ((rule, hits, others, classes),) = by_detector(known, found)
    assert (rule, hits, others, dict(classes)) == ("ST-UNIT", 1, 1, {"unit_slip": 1})


@pytest.mark.django_db
def test_the_report_is_printed_for_a_small_city(tmp_path):
    made = make_stations()
    wrong = made[-1]
    error = planted(str(wrong.object_id), "gasoline_sales_t").as_json()
    path = tmp_path / "planted.json"
    path.write_bytes(orjson.dumps({"330802000000": [error]}))
    out = io.StringIO()
    call_command("selective_report", region=CITY, planted=path, errors=0, stdout=out)
    line = next(line for line in out.getvalue().splitlines() if line.startswith("unit_slip"))
    assert line.split() == ["unit_slip", "1", "0%", "100%", "100%", "100%"]


@pytest.mark.django_db
def test_what_is_missing_is_said(tmp_path):
    make_regions()
    with pytest.raises(CommandError, match="no 12-digit"):
        call_command("selective_report", region="33")
    with pytest.raises(CommandError, match="load_demo"):
        call_command("selective_report", region=CITY, planted=tmp_path / "none.json")
    path = tmp_path / "planted.json"
    path.write_text("{}")
    with pytest.raises(CommandError, match="no forms"):
        call_command("selective_report", region=CITY, planted=path)
