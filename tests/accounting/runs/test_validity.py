"""Which monitoring counts: every test of validity.yaml passed, failed and not shown; which kind goes first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting import words
from accounting.runs.engine import DEFAULT_PARAMETERS, validity
from accounting.runs.engine.table import Table
from tests.accounting.runs.shards import account

WATER = {
    "_k": 1, "census_form_code": "G102", "outlet_code": "DW001", "inlet_water_m3": 5000, "outlet_water_m3": 5000,
    "cod_method": "1", "cod_out_mgl": 60, "auto_valid_pct": 90, "auto_compared": True, "samples_count": 4,
}  # fmt: skip
AIR = {
    "_k": 1, "census_form_code": "G103-1", "outlet_code": "FQ1", "measurement_point": "2", "monitoring_method": "1",
    "average_flow_m3h": 1000, "annual_emission_hours": 4000, "so2_mgm3": 50, "auto_valid_pct": 90,
    "auto_compared": True, "samples_count": 4,
}  # fmt: skip
HAND = {"cod_method": "2"}
LEAD = {"cod_method": None, "cod_out_mgl": None, "pb_out_mgl": 0.2}
OUTLETS = {
    kind: ("G102", {"outlets": [{"_k": 1, "outlet_code": "DW001", "outlet_type": kind}]}) for kind in "234"
}
BOILER = ("G103-1", {"units": [{"_k": 1, "industrial_boiler_code": "B1", "outlet_code": "FQ1",
                                "industrial_boiler_hours": 5000}]})  # fmt: skip
NOT_SHOWN = object()
STRICT = {**DEFAULT_PARAMETERS, "monitoring": {"unproven": "refused"}}
CASES = [  # test, base, change, other forms, outcome: the refusal, NOT_SHOWN or None where it simply counts
    ("kind", WATER, {}, (), None),
    ("kind", WATER, {"cod_method": "5"}, (), "kind of monitoring: no data"),
    ("kind", WATER, {"cod_method": None}, (), NOT_SHOWN),
    ("capture", WATER, {"auto_valid_pct": 75}, (), None),
    ("capture", WATER, {"auto_valid_pct": 74.9}, (), "valid data of automatic monitoring: auto_valid_pct 74.9 < 75"),
    ("capture", WATER, {"auto_valid_pct": None}, (), NOT_SHOWN),
    ("capture", AIR, {"auto_valid_pct": 0}, (), "valid data of automatic monitoring: auto_valid_pct 0 < 75"),
    ("device", WATER, {"auto_compared": False}, (), "acceptance and comparison of the automatic device"),
    ("device", AIR, {"auto_compared": None}, (), NOT_SHOWN),
    ("online_air", AIR, {"so2_mgm3": None, "hg_mgm3": 0.01}, (),
     "pollutant that automatic monitoring does not measure"),
    ("samples", WATER, HAND | {"samples_count": 4, "auto_valid_pct": None}, (), None),
    ("samples", WATER, HAND | {"samples_count": 3}, (), "number of samplings: samples_count 3 < 4"),
    ("samples", WATER, {"cod_method": "4", "samples_count": 1}, (), "number of samplings: samples_count 1 < 4"),
    ("samples", WATER, HAND | {"samples_count": None}, (), NOT_SHOWN),
    ("class_one", WATER, LEAD, (OUTLETS["2"],), None),
    ("class_one", WATER, LEAD, (OUTLETS["4"],), None),
    ("class_one", WATER, LEAD, (OUTLETS["3"],), "class-1 pollutants are taken at the workshop outlet"),
    ("class_one", WATER, LEAD, (), None),
    ("flow", AIR, {"average_flow_m3h": 0}, (), "measured flow: average_flow_m3h 0 ≤ 0"),
    ("operation", AIR, {"annual_emission_hours": 3750}, (BOILER,), None),
    ("operation", AIR, {"annual_emission_hours": 2500}, (BOILER,),
     "hours of the boiler that the monitoring covers: 50% < 75%"),
    ("operation", AIR, {"annual_emission_hours": 2500}, (), None),
]  # fmt: skip


def monitored(base, change, others=(), parameters=None):
    """Lines by monitoring and the gaps of one point."""
    point = {name: value for name, value in (base | change).items() if value is not None}
    form = "G106-2" if "outlet_water_m3" in base else "G106-3"
    lines, gaps = account((form, {"points": [point]}), *others, parameters=parameters)
    return lines[lines["method"] == "monitoring"], gaps[gaps["reason"] == "not_valid"]


@pytest.mark.parametrize(("name", "base", "change", "others", "outcome"), CASES)
def test_each_test_passed_failed_and_not_shown(name, base, change, others, outcome):
    said = {test.id: test.name for test in validity.tests()}[name]
    lines, gaps = monitored(base, change, others)
    strict, refused = monitored(base, change, others, STRICT)
    if outcome is None:
        assert gaps.empty
        assert said not in lines["inputs"].iloc[0].get("unproven", "")
        assert len(strict) == 1
    elif outcome is NOT_SHOWN:
        assert gaps.empty
        assert said in lines["inputs"].iloc[0]["unproven"].split(words.JOINT)
        assert strict.empty
        assert refused["key"].tolist() == [said]
    else:
        assert lines.empty
        assert gaps["key"].tolist() == refused["key"].tolist() == [outcome]


def test_no_case_is_missing():
    """The one test not among the cases is asked of kinds of pollutant the form has no automatic method for."""
    assert {test.id for test in validity.tests()} - {case[0] for case in CASES} == {"online_water"}


def test_automatic_data_of_another_water_pollutant_do_not_count():
    rows = Table({"auto_valid_pct": [90.0], "auto_compared": ["1"], "outlet_type": ["2"]}, 1)
    kind = np.array(["automatic"], dtype=object)
    for pollutant, counts in (("COD", True), ("petroleum", False), ("Pb", False)):
        verdict = validity.judge(rows, pollutant=pollutant, medium="water", kind=kind, strict=False)
        assert verdict.counts.tolist() == [counts]


def test_a_refused_record_leaves_the_coefficient_and_says_what_it_was():
    boiler = {
        "_k": 1, "industrial_boiler_code": "B1", "industrial_firing_method": "RM02", "industrial_boiler_hours": 4000,
        "fuel1_type": "4", "fuel1_consumption": 1000, "fuel1_sulfur": 0.8, "outlet_code": "FQ1",
    }  # fmt: skip
    lines, gaps = account(
        ("G103-1", {"units": [boiler]}), ("G106-3", {"points": [AIR | {"auto_valid_pct": 20}]})
    )
    so2 = lines[(lines["pollutant"] == "SO2") & lines["chosen"]]
    assert so2["method"].tolist() == ["coefficient"]
    (gap,) = gaps[gaps["reason"] == "not_valid"].to_dict("records")
    assert (gap["pollutant"], gap["form"], gap["row_key"], gap["size"]) == ("SO2", "G106-3", 1, 200.0)


def test_the_better_kind_of_one_outlet_counts_and_the_other_is_told_of():
    visit = WATER | {"_k": 2, "cod_method": "4", "cod_out_mgl": 90}
    for points in ([WATER, visit], [visit, WATER]):
        lines, gaps = account(("G106-2", {"points": points}))
        assert lines["discharged"].tolist() == [300.0]
        assert gaps["key"].tolist() == [validity.superseded()]
        assert gaps["row_key"].tolist() == [2]


def test_a_refused_record_does_not_go_before_a_good_one():
    visit = WATER | {"_k": 2, "cod_method": "4", "cod_out_mgl": 90}
    lines, gaps = account(("G106-2", {"points": [WATER | {"auto_valid_pct": 10}, visit]}))
    assert lines["discharged"].tolist() == [450.0]
    assert gaps["row_key"].tolist() == [1]


def test_points_of_one_kind_are_added():
    lines, gaps = account(("G106-2", {"points": [WATER, WATER | {"_k": 2}]}))
    assert lines["discharged"].tolist() == [300.0, 300.0]
    assert gaps.empty


@pytest.mark.parametrize("test", validity.tests(), ids=lambda test: test.id)
def test_every_test_says_in_both_languages_what_it_asks(test):
    assert words.phrase(test.name, "zh-hans") != test.name
    assert words.phrase(test.name, "en") == test.name
    assert test.source
    assert set(test.kinds) <= {"automatic", "manual", "supervisory"}


def test_a_refusal_names_the_item_as_the_form_does():
    key = "number of samplings: samples_count 3 < 4"
    assert words.phrase(key, "zh-hans", "G106-2") == "手工监测次数：全年手工监测次数 3 < 4"
    assert words.phrase(key, "en", "G106-2") == "number of samplings: Manual samplings in the year 3 < 4"


FACTS = st.fixed_dictionaries({
    "auto_valid_pct": st.one_of(st.just(np.nan), st.floats(0, 100)),
    "samples_count": st.one_of(st.just(np.nan), st.floats(0, 20)),
    "auto_compared": st.sampled_from(["", "1", "2"]),
    "outlet_type": st.sampled_from(["", "1", "2", "3"]),
    "average_flow_m3h": st.one_of(st.just(np.nan), st.floats(0, 10)),
    "hours_share": st.one_of(st.just(np.nan), st.floats(0, 2)),
    "kind": st.sampled_from(["automatic", "manual", "supervisory", "no data", "unknown"]),
})  # fmt: skip


@given(st.lists(FACTS, min_size=1, max_size=8), st.sampled_from(["COD", "Pb", "SO2", "Hg"]), st.booleans())
def test_verdicts_do_not_depend_on_neighbours_and_strict_refuses_more(points, pollutant, wet):
    facts = {name: [point[name] for point in points] for name in points[0]}
    kind, medium = np.array(facts.pop("kind"), dtype=object), "water" if wet else "air"
    rows = Table(facts, len(points))
    ask = {"pollutant": pollutant, "medium": medium}
    easy = validity.judge(rows, kind=kind, strict=False, **ask)
    strict = validity.judge(rows, kind=kind, strict=True, **ask)
    assert not (strict.counts & ~easy.counts).any()
    assert (strict.counts == (easy.counts & (easy.unproven == ""))).all()
    for row in range(len(rows)):
        one = validity.judge(rows.take([row]), kind=kind[[row]], strict=False, **ask)
        assert (one.refused[0], one.unproven[0]) == (easy.refused[row], easy.unproven[row])


@given(st.lists(st.tuples(st.integers(0, 2), FACTS, st.booleans()), max_size=8))
def test_one_kind_counts_at_a_place_and_none_is_lost(points):
    places = [(place,) for place, _facts, _counts in points]
    kind = np.array([facts["kind"] for _place, facts, _counts in points], dtype=object)
    counts = np.array([counts for *_rest, counts in points], dtype=bool)
    best = validity.best_of(places, kind, counts)
    assert not (best & ~counts).any()
    for place in set(places):
        here = np.array([one == place for one in places], dtype=bool)
        assert len(set(kind[here & best])) == bool((here & counts).any())
