"""Sums of the census beside other figures: declared rules, set-wise sums, findings about places and objects.

All figures are synthetic."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from census.access.scope import enter
from census.places.models import Region
from review.comparisons.services import region_subject
from review.comparisons.spec import FILE, REGIONAL, comparisons, read_comparisons
from review.comparisons.sums import by_place, totals
from review.findings.models import Finding
from review.findings.runs import regions_check, shard_check
from review.problems.models import Problem
from review.rules.catalogue import audit_rules
from sources.forms.catalogue import load
from sources.forms.check_set import Document, dataset
from sources.language import Context, compile_rule
from sources.references.models import ReferenceFigure
from tests.factories import PROVINCE, make_regions, make_scope
from tests.review.world import CITY, CLERK, COUNTY, OTHER_COUNTY, issued_batch, make_return
from tests.sources.forms.random_documents import county
from tests.sources.returns.world import make_object

CITY_CODE = "330800000000"


def figure(region: str, indicator: str, value: float, **more: Any) -> ReferenceFigure:
    facts = {"year": 2017, "kind": "yearbook", "unit": "吨", "source": "SYNTHETIC", "confidence": "recalled"}
    return ReferenceFigure.objects.create(region=region, indicator=indicator, value=value, **facts | more)


# -- declared --------------------------------------------------------------------------------------
def test_a_comparison_tells_its_limits_the_year_and_what_is_compared() -> None:
    told = {number: str(one) for number, one in comparisons().items()}
    assert told["MA-D017"].startswith("MA-D017: 0.9 <= [G101-3:")
    assert told["MA-D017"].endswith("[industrial_coal, census year] <= 1.1 (by province, city)")
    assert told["SC-D026"].endswith("<= 1.2 (by object)")


def test_every_comparison_is_a_rule_of_the_catalogue() -> None:
    found, faults = read_comparisons(FILE)
    assert not faults
    for one in found.values():
        assert set(one.covers) <= audit_rules().rules.keys()
        assert all(part.item in load().forms[part.form].indicators for part in (*one.census, *one.other))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("MA-1: {covers: X}", "shape"),
        (
            "MA-1: {covers: X, census: {G999: a}, other: {reference: population}, low: 1, at: [city]}",
            "unknown-form",
        ),
        (
            "MA-1: {covers: X, census: {S202: nothing}, other: {reference: population}, low: 1, at: [city]}",
            "unknown-item",
        ),
        (
            "MA-1: {covers: X, census: {S202: town_count > 3}, other: {reference: population}, low: 1, at: [city]}",
            "type",
        ),
        (
            "MA-1: {covers: X, census: {S202: town_count}, other: {reference: happiness}, low: 1, at: [city]}",
            "no-figure",
        ),
        (
            "MA-1: {covers: X, census: {S202: town_count}, other: {reference: population}, at: [city]}",
            "no-limit",
        ),
        ("MA-1: {covers: X, census: {S202: town_count}, other: {reference: population}, low: 1}", "levels"),
        (
            "MA-1: {covers: X, census: {S202: town_count}, other: {reference: population}, low: 1, at: [moon]}",
            "levels",
        ),
        (
            "SC-1: {covers: X, census: {S202: town_count}, other: {reference: population}, low: 1, at: [city]}",
            "number",
        ),
        (
            "MA-1: {covers: X, census: {G102: discharge_m3}, other: {reference: population}, low: 1, at: [city]}",
            "sheet",
        ),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    assert code in {fault.code for fault in read_comparisons(tmp_path / "x.yaml")[1]}


@pytest.mark.parametrize(
    ("census", "other", "fails"),
    [
        (95, 100, False),
        (94.9, 100, True),
        (105.1, 100, True),
        (None, 100, False),
        (5, None, False),
        (0, 0, False),
        (1, 0, True),
        (0, 1, True),
    ],
)
def test_limits(census: float | None, other: float | None, fails: bool) -> None:
    assert comparisons()["MA-D025"].fails(census, other) is fails


# -- summed ----------------------------------------------------------------------------------------
def test_sums_are_what_the_record_evaluator_adds_up() -> None:
    documents, objects = county(Random(7), load(), 400, 0.3)
    data, _places = dataset(documents, objects)
    wanted = [one for one in comparisons().values() if one.kind == REGIONAL]
    found = totals(data, wanted, np.ones(len(objects), bool))
    filled = 0
    for one in wanted:
        for side, parts in enumerate((one.census, one.other)):
            alone = list(_alone(documents, parts))
            if alone:
                filled += 1
                assert math.isclose(found[one.number][side], sum(alone), rel_tol=1e-9), one.number
            else:
                assert found[one.number][side] is None
    assert filled > 10


def _alone(documents: list[Document], parts: Any) -> Iterator[float]:
    for part in parts:
        compute = compile_rule(part.node)
        for one in documents:
            if one.form == part.form and (value := compute(Context(one.values))) is not None:
                yield value


def test_places_are_sums_of_their_shards() -> None:
    shards = {
        COUNTY: {"A": [1.0, None]},
        OTHER_COUNTY: {"A": [2.0, 5.0], "B": [None, None]},
        CITY_CODE: {"A": [4.0, None]},
    }
    assert by_place(shards, 3) == {
        COUNTY: {"A": [1.0, None]},
        OTHER_COUNTY: {"A": [2.0, 5.0], "B": [None, None]},
    }
    assert by_place(shards, 2) == {CITY_CODE: {"A": [7.0, 5.0], "B": [None, None]}}
    assert by_place(shards, 1)[PROVINCE]["A"] == [7.0, 5.0]


# -- found -----------------------------------------------------------------------------------------
def run(actor: Any, region: str, *shards: str) -> None:
    with enter(actor):
        found = {shard: shard_check(actor, shard=shard) for shard in shards}
        regions_check(actor, region=region, found=found)


@pytest.mark.django_db
def test_a_place_keeps_its_finding_and_goes_on_a_list() -> None:
    make_regions()
    for region, tonnes in ((COUNTY, 1000), (OTHER_COUNTY, 500)):
        obj = make_object(kind="county_crops", region=region)
        ret = make_return(obj, "N201-1", fertilizer_total_t=tonnes)
    figure(COUNTY, "fertiliser_use", 1050)
    figure(OTHER_COUNTY, "fertiliser_use", 400)
    figure(CITY_CODE, "fertiliser_use", 1450)
    figure(CITY_CODE, "fertiliser_use", 1, year=2016)
    run(CITY, CITY_CODE, COUNTY, OTHER_COUNTY)
    finding = Finding.objects.get(kind=REGIONAL)  # of 25 %; the other county and the city are within 10 %
    assert (finding.region, finding.rule, finding.value) == (OTHER_COUNTY, "MA-D024-fertiliser", "500")
    assert finding.object_id == region_subject(OTHER_COUNTY)
    assert "125.0%" in finding.zh
    assert "SYNTHETIC" in finding.en
    with enter(CITY):
        issued_batch(CITY, [finding])
    problem = Problem.objects.get()
    place = Region.objects.get(code=OTHER_COUNTY)
    assert (problem.object_code, problem.object_name) == (OTHER_COUNTY, place.name)
    assert (problem.value_at_issue, problem.rule_passes, problem.mark) == ("500", False, "")
    ret.values = {"fertilizer_total_t": 410}
    ret.save(update_fields=["values"])
    run(CITY, CITY_CODE, COUNTY, OTHER_COUNTY)
    finding.refresh_from_db()
    problem.refresh_from_db()
    assert (finding.state, problem.rule_passes) == ("cleared", True)
    ret.values = {"fertilizer_total_t": 560}
    ret.save(update_fields=["values"])
    run(CITY, CITY_CODE, COUNTY, OTHER_COUNTY)
    again = Finding.objects.get(kind=REGIONAL)
    problem.refresh_from_db()
    assert (again.pk, again.state, again.value) == (finding.pk, "open", "560")
    assert (problem.rule_passes, problem.value_after) == (False, "560")


@pytest.mark.django_db
def test_a_county_run_leaves_the_city_alone() -> None:
    make_regions()
    make_return(make_object(kind="county_crops", region=COUNTY), "N201-1", fertilizer_total_t=100)
    figure(COUNTY, "fertiliser_use", 10)
    figure(CITY_CODE, "fertiliser_use", 10)
    run(CITY, CITY_CODE, COUNTY)
    assert {one.region for one in Finding.objects.filter(kind=REGIONAL)} == {COUNTY, CITY_CODE}
    ReferenceFigure.objects.filter(region=COUNTY).update(value=100)
    run(CLERK, COUNTY, COUNTY)
    states = dict(Finding.objects.filter(kind=REGIONAL).values_list("region", "state"))
    assert states == {COUNTY: "cleared", CITY_CODE: "open"}


@pytest.mark.django_db
def test_an_object_far_from_what_others_say_of_it() -> None:
    make_regions()
    obj = make_object(kind="enterprise", region=COUNTY)
    ret = make_return(obj, "G102", outlets=[{"_k": 1, "cod_discharge_t": 3}, {"_k": 2, "cod_discharge_t": 6}])
    figure(COUNTY, "cod_discharge", 4, object_code=obj.code, kind="environment")
    figure(COUNTY, "cod_discharge", 8.5, object_code=obj.code, kind="environment", year=2016)
    run(CLERK, COUNTY, COUNTY)
    found = Finding.objects.filter(kind="sudden")
    assert [(one.rule, one.object_id, one.value) for one in found] == [("SC-D022-cod", obj.pk, "9")]
    ret.values = {"outlets": [{"_k": 1, "cod_discharge_t": 5}]}  # now like 2017, and far below 2016
    ret.save(update_fields=["values"])
    run(CLERK, COUNTY, COUNTY)
    assert set(found.values_list("rule", "state")) == {("SC-D022-cod", "cleared")}
    ret.values = {"outlets": [{"_k": 1, "cod_discharge_t": 4}]}
    ret.save(update_fields=["values"])
    run(CLERK, COUNTY, COUNTY)
    assert ("SC-O001-cod", "open") in set(found.values_list("rule", "state"))


@pytest.mark.django_db
def test_without_figures_nothing_is_compared() -> None:
    make_regions()
    make_return(make_object(kind="county_crops", region=COUNTY), "N201-1", fertilizer_total_t=100)
    run(make_scope("county_officer", COUNTY), COUNTY, COUNTY)
    assert not Finding.objects.filter(kind__in=[REGIONAL, "sudden"]).exists()
