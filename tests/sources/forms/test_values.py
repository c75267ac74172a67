"""Raw input to clean documents: what is taken, in which form, and what is handed back."""

import datetime
import json

import pytest

from sources.forms.catalogue import load
from sources.forms.values import MAX_FAULTS, MAX_RAW, MAX_ROWS, clean_value

FORMS = load().forms


def item(kind):
    return next(i for form in FORMS.values() for i in form.indicators.values() if i.type == kind)


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        ("decimal", "1234.50", 1234.5),
        ("decimal", "１２３．５", 123.5),
        ("decimal", "1,234,567.8", 1234567.8),
        ("decimal", " -3 ", -3),
        ("decimal", 5.0, 5),
        ("decimal", "0", 0),
        ("integer", 3.5, 3.5),  # kept; the check for whole numbers reports it
        ("boolean", "1", True),
        ("boolean", "2", False),
        ("boolean", "否", False),
        ("boolean", False, False),
        ("choice", "１", "1"),
        ("choice", 2, "2"),
        ("choice", "9999", "9999"),  # kept; the check for choices reports it
        ("multichoice", ["2", "1", "2"], ["1", "2"]),
        ("multichoice", "2、1", ["1", "2"]),
        ("date", "2017-6", "2017-06"),
        ("date", "2017年6月3日", "2017-06-03"),
        ("date", "20170603", "2017-06-03"),
        ("date", "201706", "2017-06"),
        ("date", 201706, "2017-06"),
        ("date", "2017/06/30", "2017-06-30"),
        ("date", datetime.datetime(2017, 6, 3, tzinfo=datetime.UTC), "2017-06-03"),
        ("longitude_dms", "118°52′10.25″", "118°52′10.25″"),
        ("longitude_dms", "118 ° 52 ' 10.25 \"", "118°52′10.25″"),
        ("longitude_dms", "118度52分10.25秒", "118°52′10.25″"),
        ("longitude_dms", "１１８°５２′１０''", "118°52′10″"),
        ("longitude_dms", 118.8695139, "118°52′10.25″"),
        ("latitude_dms", "28.9358", "28°56′8.88″"),
        ("text", "  衢州🏭有限公司 ", "衢州🏭有限公司"),
        ("text", "ＡＢＣ", "ＡＢＣ"),
        ("uscc", "９1330802yyyy0008x6", "91330802YYYY0008X6"),
        ("phone", "0570 3012345", "05703012345"),
        ("text", "   ", None),
        ("decimal", None, None),
        ("multichoice", [], None),
    ],
)  # fmt: skip
def test_taken(kind, raw, expected):
    taken = clean_value(item(kind), raw)
    assert taken == expected
    assert type(taken) is type(expected)


DEEP: list = []
for _ in range(50_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        ("decimal", "twelve", "not-a-number"),
        ("decimal", "1,23", "not-a-number"),
        ("decimal", "1e5", "not-a-number"),
        ("decimal", "12%", "not-a-number"),
        ("decimal", True, "not-a-number"),
        ("decimal", float("nan"), "not-a-number"),
        ("decimal", float("inf"), "too-large"),
        ("decimal", json.loads("1e400"), "too-large"),
        ("decimal", 10**5000, "too-large"),
        ("decimal", "9" * 40, "too-large"),
        ("decimal", "9" * 10_000_000, "too-large"),
        ("decimal", DEEP, "not-a-number"),
        ("decimal", {"a": 1}, "not-a-number"),
        ("boolean", "maybe", "not-yes-no"),
        ("boolean", 0, "not-yes-no"),
        ("choice", True, "not-a-code"),
        ("choice", ["1"], "not-a-code"),
        ("choice", "x" * 100, "too-long"),
        ("multichoice", [["1"]], "not-a-code"),
        ("multichoice", ["1"] * 500, "not-a-code"),
        ("date", "2017-02-30", "not-a-date"),
        ("date", "2017", "not-a-date"),
        ("date", "1017-01-01", "not-a-date"),
        ("longitude_dms", "118°60′10″", "not-a-coordinate"),
        ("longitude_dms", "190.5", "not-a-coordinate"),
        ("latitude_dms", "91.5", "not-a-coordinate"),
        ("longitude_dms", float("nan"), "not-a-number"),
        ("text", "x" * 10_000_000, "too-long"),
        ("text", "a\0b", "control"),
        ("text", "a\ud800b", "control"),
        ("text", "a\x1fb", "control"),
        ("text", {"a": 1}, "not-text"),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str) else type(value).__name__,
)  # fmt: skip
def test_handed_back(kind, raw, code):
    form = FORMS["G102"]
    found = form.clean({"water_intake_m3": raw} if kind == "decimal" else {})
    if kind == "decimal":
        assert (found.values, found.rejected["water_intake_m3"].code) == ({}, code)
    with pytest.raises(ValueError, match=code):
        clean_value(item(kind), raw)


def test_what_was_typed_is_kept_with_its_path():
    found = FORMS["G102"].clean(
        {"water_intake_m3": "about 5", "outlets": [{"_k": 4, "discharge_m3": "many", "bogus": 1}]}
    )
    assert found.values == {"outlets": [{"_k": 4}]}
    assert {path: (fault.code, fault.raw) for path, fault in found.rejected.items()} == {
        "water_intake_m3": ("not-a-number", "about 5"),
        "outlets/4/discharge_m3": ("not-a-number", "many"),
        "outlets/4/bogus": ("unknown-item", "1"),
    }
    assert found.rejected["water_intake_m3"].zh.startswith("不是数字")


def test_rows_have_unique_keys():
    rows = [
        {"_k": 7},
        {"outlet_name": "new"},
        {"_k": 7, "outlet_name": "twice"},
        {"_k": "1"},
        {"_k": True},
        {"_k": 0},
        5,
    ]
    found = FORMS["G102"].clean({"outlets": rows})
    assert found.values["outlets"] == [{"_k": 7}, {"_k": 8, "outlet_name": "new"}]
    assert [fault.code for fault in found.rejected.values()] == [
        "duplicate-row-key",
        "bad-row-key",
        "bad-row-key",
        "bad-row-key",
        "not-a-row",
    ]
    assert json.loads(found.rejected["outlets/[2]"].raw)["outlet_name"] == "twice"


@pytest.mark.parametrize("raw", [None, 5, "x", [], [{}], DEEP])
def test_content_that_is_no_form(raw):
    assert FORMS["G102"].clean(raw).values == {}
    assert "" in FORMS["G102"].clean(raw).rejected


def test_hostile_sizes_end_in_bounded_answers():
    many = {f"bogus{number}": number for number in range(100_000)}
    found = FORMS["G102"].clean({**many, "outlets": [{}] * (MAX_ROWS + 10), "facilities": {"a": 1}})
    assert len(found.values["outlets"]) == MAX_ROWS
    assert len(found.rejected) <= MAX_FAULTS + 1
    huge = FORMS["G102"].clean({"x" * 10_000_000: "y" * 10_000_000})
    assert [(len(path), len(fault.raw)) for path, fault in huge.rejected.items()] == [(200, MAX_RAW)]


def test_cleaning_twice_changes_nothing_and_order_is_that_of_the_form():
    raw = {
        "outlets": [{"outlet_name": "B", "outlet_code": "A"}],
        "municipal_water_m3": "5",
        "water_intake_m3": "5",
    }
    once = FORMS["G102"].clean(raw).values
    assert list(once) == ["water_intake_m3", "municipal_water_m3", "outlets"]
    assert FORMS["G102"].clean(once) == (once, {})


def test_differences_and_labels():
    form = FORMS["G102"]
    old = {"water_intake_m3": 5, "outlets": [{"_k": 1, "outlet_code": "A"}, {"_k": 2, "outlet_code": "B"}]}
    new = {"water_intake_m3": 6, "outlets": [{"_k": 2, "outlet_code": "C"}, {"_k": 3, "outlet_code": "D"}]}
    changes = {change.path: (change.old, change.new) for change in form.differences(old, new)}
    assert changes == {
        "water_intake_m3": (5, 6),
        "outlets/1": ({"outlet_code": "A"}, None),
        "outlets/1/outlet_code": ("A", None),
        "outlets/2/outlet_code": ("B", "C"),
        "outlets/3": (None, {"outlet_code": "D"}),
        "outlets/3/outlet_code": (None, "D"),
    }
    assert form.differences(new, new) == []
    assert form.label("water_intake_m3", "zh-hans") == "取水量"
    assert form.label("outlets/2/outlet_code", "en").startswith("Final")
    assert form.label("nonsense", "en") == "nonsense"
