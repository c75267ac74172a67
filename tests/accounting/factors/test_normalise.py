"""The printed tables become factors of one shape, and a faulty table is reported as a whole."""

import shutil

import pytest

from accounting.factors import expression, intervals, normalise
from accounting.factors.normalise import DATA, FactorDataError, factors, technologies


@pytest.fixture(scope="module")
def rows():
    return factors()


def test_every_row_of_every_table_is_kept(rows):
    sectors = {row.sector for row in rows}
    assert sectors == {"industrial", "livestock", "agriculture", "domestic", "mobile", "centralized"}
    assert len([row for row in rows if row.sector == "mobile"]) == 1407
    assert len({row.key_code for row in rows}) == len(rows)


def test_every_factor_names_its_source_and_rating(rows):
    assert all(row.source and row.confidence in {"verified", "secondary", "recalled"} for row in rows)
    assert all((row.value is None) == bool(row.expression) for row in rows)


def test_rows_of_one_coefficient_with_several_techniques_become_one_coefficient(rows):
    coal = [row for row in rows if (row.industry, row.material, row.pollutant) == ("4430", "烟煤", "SO2")]
    coefficients = [row for row in coal if row.kind == "generation"]
    assert [row.expression for row in coefficients] == ["16*S"]
    assert coefficients[0].parameters["S"]["unit"] == "%"
    removals = {row.technology: row.value for row in coal if row.kind == "removal"}
    assert removals["添加脱硫剂"] == 70
    assert removals["湿法除尘法"] == 15


def test_low_nox_levels_stay_inside_their_coefficients(rows):
    gas = {
        row.technology: row.value
        for row in rows
        if (row.industry, row.material, row.pollutant, row.edition)
        == ("4430", "天然气", "NOx", "census2_2021")
    }
    assert gas == {"低氮燃烧-国内一般": 15.87, "低氮燃烧-国内领先": 6.97, "低氮燃烧-国际领先": 3.03}


def test_case_farms_and_design_values_are_for_reference_only(rows):
    reference = {row.region for row in rows if row.reference_only}
    assert "Beijing (North China), one case farm" in reference
    assert "Taihu basin, Jiangsu" in reference
    assert not [row for row in rows if row.region == "Beijing" and row.reference_only]


def test_rule_for_ammonia_nitrogen_stands_beside_the_printed_nitrogen_row(rows):
    rates = {
        row.pollutant: row.value
        for row in rows
        if row.process == "removal rate" and row.product == "pig" and row.stage.startswith("bedding + farm")
    }
    assert rates == {"COD": 88, "TN": 70, "NH3_N": 70}


def test_techniques_carry_an_efficiency_only_where_one_was_confirmed():
    table = technologies()
    limestone = next(row for row in table if row.name_zh == "石灰石/石膏法")
    assert limestone.census_code == "S03"
    assert limestone.efficiency is None
    assert next(row for row in table if row.name_zh == "低氮燃烧+SCR").efficiency == 0.64


def test_all_faults_of_all_files_are_reported_at_once(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    path = folder / "domestic.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace("mg/L", "zentner")
    lines[2] = lines[2].replace('"Shaanxi, Gansu, Qinghai, Ningxia, Xinjiang"', "Atlantis")
    lines.append(lines[3].replace("71.2", "99.9"))
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(FactorDataError) as error:
        normalise.factors(folder)
    assert len(error.value.faults) == 3
    text = str(error.value)
    assert "domestic.csv line 2: unknown unit 'zentner'" in text
    assert "line 3: unknown region 'Atlantis'" in text
    assert "another row has the same key and another value" in text


@pytest.mark.parametrize(
    ("printed", "reported", "inside"),
    [
        ("所有规模", "", True),
        ("≥1500头/天", "≥1500头/天", True),
        ("≥1500头/天", "1500头/天", True),
        ("<1500头/天", "1500 头/天", False),
        ("10~50万千升/年", "10万千升/年", True),
        ("10~50万千升/年", "50万千升/年", False),
        ("单机容量>100MW且<300MW", "100MW", False),
        ("单机容量>100MW且<300MW", "299.5MW", True),
        ("≥1500头/天", "1800吨/天", False),
        ("≥1500头/天", "", False),
        ("日熔化量500t一档", "日熔化量500t一档", True),
    ],
)
def test_scale_intervals_are_half_open_as_printed(printed, reported, inside):
    assert intervals.matches(printed, reported) is inside


def test_expressions_are_arithmetic_only():
    evaluate, names = expression.parse("0.02*S")
    assert names == {"S"}
    assert float(evaluate({"S": 100.0})) == 2.0
    for text in ("__import__('os')", "S**9", "S.real", "[1]", "lambda: 1", "S if S else 1", "1" * 300, "2 +"):
        with pytest.raises(expression.ExpressionError):
            expression.parse(text)
