"""Declared matching: every match says which step found it, and a weak factor is never used silently."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.factors import normalise
from accounting.factors.matching import Policy, Wanted, industry_matches, library

EDITIONS = tuple(edition["code"] for edition in normalise.editions())
FACTORS = [replace(row, id=number) for number, row in enumerate(normalise.factors(), start=1)]
SHEEP = Wanted("COD", "1351", "屠宰分割", "冻羊肉", "羊", "屠宰、分割", "1800头/天")
COAL = Wanted("SO2", "4430", "锅炉燃烧", "", "一般烟煤", "链条炉")


def make(policy=None, editions=EDITIONS):
    return library(FACTORS, normalise.technologies(), editions, policy or Policy())


@pytest.mark.parametrize(
    ("wanted", "step", "value"),
    [
        (SHEEP, "exact", 495.0),
        (replace(SHEEP, scale="900头/天"), "exact", 537.0),
        (Wanted("PM", "3399", "下料", "下料件", "钢板", "等离子切割"), "group", 1.1),
        (Wanted("NOx", "4430", "锅炉燃烧", "", "一般烟煤", "链条炉"), "substitution", 2.94),
        (Wanted("NOx", "4430", "锅炉燃烧", "", "无烟煤", "链条炉"), "analogue", 2.94),
    ],
)
def test_steps(wanted, step, value):
    match = make().industrial(wanted)
    assert (match.step, match.factor.value) == (step, value)


@pytest.mark.parametrize(
    "wanted",
    [
        replace(SHEEP, material="牛"),
        replace(SHEEP, industry="1713"),
        replace(SHEEP, unit="锅炉燃烧"),
        replace(SHEEP, scale=""),
        Wanted("COD", "1713", "印染", "棉布", "坯布", "印染"),
    ],
)
def test_nothing_outside_the_key_is_taken(wanted):
    match = make().industrial(wanted)
    assert (match.factor, match.reason) == (None, "no_factor")


@pytest.mark.parametrize("blank", ["product", "material", "process"])
def test_a_factor_printed_without_a_name_is_not_the_substitute_of_every_name(blank):
    found = make().industrial(SHEEP).factor.key
    (row,) = [one for one in FACTORS if one.key == found]
    books = library([replace(row, id=1, **{blank: ""})], (), [row.edition], Policy())
    assert books.industrial(SHEEP).reason == "no_factor"
    assert books.industrial(replace(SHEEP, **{blank: ""})).step == "group"


def test_coal_never_borrows_wood_or_gas():
    for material in ("无烟煤", "褐煤", "原煤"):
        for process in ("链条炉", "循环流化床锅炉", "燃气室燃炉"):
            found = make().industrial(Wanted("NOx", "4430", "锅炉燃烧", "", material, process)).factor
            assert found is None or "煤" in found.material


def test_analogues_can_be_excluded():
    wanted = Wanted("NOx", "4430", "锅炉燃烧", "", "无烟煤", "链条炉")
    assert make(Policy(analogue=False)).industrial(wanted).reason == "no_factor"


def test_a_weak_factor_is_a_reason_and_not_a_match():
    wanted = Wanted("PM", "3399", "下料", "下料件", "钢板", "等离子切割")
    strict = make(Policy(frozenset({"verified", "secondary"})))
    assert strict.industrial(wanted).reason == "weak_factor"
    assert strict.industrial(SHEEP).step == "exact"


def test_editions_outside_the_run_are_not_used():
    assert make(editions=("census2_2021",)).industrial(SHEEP).reason == "no_factor"


def test_a_factor_not_in_force_on_the_day_is_a_reason_and_not_a_match():
    later = [replace(row, valid_from="2018-01-01") if row.industry == "1351" else row for row in FACTORS]
    for on, reason in (("2017-12-31", "not_in_force"), ("2018-01-01", ""), ("", "")):
        books = library(later, [], EDITIONS, Policy(on=on))
        assert books.industrial(SHEEP).reason == reason
        assert books.industrial(COAL).factor is not None


def test_an_edition_whose_factor_is_over_leaves_the_next_one_to_step_in():
    first, second = sorted({row.edition for row in FACTORS if row.industry == "4430"}, key=EDITIONS.index)[:2]
    row = next(
        row for row in FACTORS if row.edition == first and row.industry == "4430" and row.kind == "generation"
    )
    ended = replace(row, valid_to="2016-12-31", id=1)
    other = replace(row, edition=second, value=99.0, expression="", id=2)
    wanted = Wanted(
        row.pollutant, row.industry, row.unit, row.product, row.material, row.process, medium=row.medium
    )
    found = {
        on: library([ended, other], [], EDITIONS, Policy(on=on)).industrial(wanted)
        for on in ("2016-12-31", "2017-01-01")
    }
    assert [match.factor.id for match in found.values()] == [1, 2]


def test_weak_and_in_force_is_said_before_not_in_force():
    mutton = [row for row in FACTORS if row.industry == "1351"]
    weak = [replace(row, confidence="recalled") for row in mutton]
    over = [replace(row, confidence="verified", valid_to="2000-01-01") for row in mutton]
    policy = Policy(frozenset({"verified"}), on="2017-12-31")
    assert library([*weak, *over], [], EDITIONS, policy).industrial(SHEEP).reason == "weak_factor"
    assert library(over, [], EDITIONS, policy).industrial(SHEEP).reason == "not_in_force"


def test_regional_factors_and_treatments_not_in_force_are_not_used():
    books = library(
        [replace(row, valid_to="2016-12-31") for row in FACTORS], [], EDITIONS, Policy(on="2017-12-31")
    )
    region = ("domestic", "urban domestic sewage", "generation concentration", "COD")
    assert books.regional(*region, "330802000000").reason == "not_in_force"
    assert books.printed(*region) is None
    coal = next(row for row in FACTORS if row.kind == "removal")
    assert make().treatment(coal, coal.technology).reason == ""
    kept = replace(coal, kind="generation", technology="")
    assert books.treatment(kept, coal.technology).reason == "no_efficiency"


@given(
    st.dates(dt.date(2010, 1, 1), dt.date(2020, 1, 1)), st.dates(dt.date(2010, 1, 1), dt.date(2020, 1, 1)),
    st.dates(dt.date(2010, 1, 1), dt.date(2020, 1, 1)),
)  # fmt: skip
def test_in_force_from_the_first_to_the_last_day(first, last, on):
    row = replace(FACTORS[0], valid_from=first.isoformat(), valid_to=last.isoformat())
    assert row.in_force(on.isoformat()) == (first <= on <= last)
    assert replace(row, valid_from="").in_force(on.isoformat()) == (on <= last)
    assert replace(row, valid_to="").in_force(on.isoformat()) == (first <= on)
    assert row.in_force("")


def test_stated_low_nox_level_takes_its_own_coefficient():
    wanted = Wanted("NOx", "4430", "锅炉燃烧", "", "天然气（气态）", "燃气室燃炉")
    found = make().industrial(wanted, "低氮燃烧-国内领先")
    assert found.factor.value == 6.97
    assert make().treatment(found.factor, "低氮燃烧-国内领先").efficiency == 0
    assert not make().industrial(wanted).factor.technology


def test_treatment_by_removal_row_emission_row_or_not_at_all():
    books = make()
    coal = books.industrial(COAL).factor
    assert (books.treatment(coal, "添加脱硫剂").efficiency, books.treatment(coal, "添加脱硫剂").k_family) == (
        0.7,
        "TIME",
    )
    assert books.treatment(coal, "直排").efficiency == 0
    assert books.treatment(coal, "石灰石/石膏法").reason == "no_efficiency"
    sheep = books.industrial(SHEEP).factor
    assert books.treatment(sheep, "沉淀分离").emission.value == 237


def test_of_techniques_together_that_nobody_lists_the_main_one_counts():
    books, coal = make(), make().industrial(COAL).factor
    one, other = (books.treatment(coal, name) for name in ("添加脱硫剂", "湿法除尘法(附带脱硫)"))
    assert one.efficiency > other.efficiency
    for text in (
        "添加脱硫剂+湿法除尘法(附带脱硫)",
        "湿法除尘法(附带脱硫)＋添加脱硫剂",
        "添加脱硫剂+不知名的技术",
    ):
        both = books.treatment(coal, text)
        assert (both.efficiency, both.main) == (one.efficiency, "添加脱硫剂")
    assert books.treatment(coal, "添加脱硫剂").main == ""
    assert books.treatment(coal, "不知名+也不知名").reason == "no_efficiency"


def test_region_then_nation_then_another_region_flagged():
    books = make()
    process = "generation concentration"
    east = books.regional("domestic", "urban domestic sewage", process, "COD", "330802000000")
    assert (east.step, east.factor.value) == ("exact", 340)
    north = books.regional("domestic", "urban domestic sewage", process, "COD", "110000000000")
    assert north.step == "analogue"
    pig = books.regional(
        "livestock", "pig (sold)", "generation (2011-2015 reduction accounting)", "COD", "33"
    )
    assert pig.step == "group"


def test_reference_rows_are_never_matched():
    books = make()
    match = books.regional("livestock", "pig", "generation", "COD", "110000000000", "nursery")
    assert match.factor is None


@pytest.mark.parametrize(
    ("pattern", "code", "inside"),
    [
        ("33-37;431-434", "3360", True),
        ("33-37;431-434", "3799", True),
        ("33-37;431-434", "4330", True),
        ("33-37;431-434", "4350", False),
        ("33-37;431-434", "3290", False),
        ("4430", "4430", True),
        ("38-40", "4010", True),
        ("292", "2921", True),
        ("", "2921", False),
    ],
)
def test_group_codes(pattern, code, inside):
    assert industry_matches(pattern, code) is inside
