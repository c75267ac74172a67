"""Tables as handbooks print them: read with all their habits, shown first, taken only whole."""

from io import BytesIO

import pytest
import xlsxwriter
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import translation

from accounting.changes import printed, services
from accounting.changes.handbook import ROWS, printed_rows
from accounting.changes.models import Change
from accounting.changes.rows import HANDBOOK
from accounting.factors.models import Factor
from accounting.factors.services import factor_load
from census.access.scope import enter
from census.places.regions import NATION
from sources.sheets.grids import Grid, read_grids
from sources.sheets.writer import write_table
from tests.factories import make_person
from tests.support.requests import signed_in

HEADS = [
    "产品名称", "原料名称", "工艺名称", "规模等级", "污染物指标", "单位", "产污系数", "末端治理技术名称",
    "末端治理技术平均去除效率（%）", "参考k值计算公式",
]  # fmt: skip
STATED = {
    "edition": "census2_2021", "sector": "industrial", "industry": "4430", "industry_name": "热力生产和供应",
    "unit": "锅炉燃烧", "confidence": "verified", "source": "Handbook 4430, page 12",
}  # fmt: skip
GAS = [
    "蒸汽/热水/其他",
    "天然气",
    "室燃炉",
    "所有规模",
    "二氧化硫",
    "千克/万立方米-原料",
    "０．０２Ｓ",
    "直排",
    0,
    "/",
]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def boilers(book):
    """The coal boilers as the 2021 handbook lays them out, over two pages."""
    page = book.add_worksheet("燃煤")
    page.merge_range(0, 0, 0, 9, "表1 燃煤工业锅炉产排污系数表")
    page.write_row(1, 0, HEADS)
    for column, text in enumerate(["蒸汽/热水/其他", "烟煤", "层燃炉", "≥２０蒸吨／小时"]):
        page.merge_range(2, column, 6, column, text)
    for column, text in enumerate(["二氧化硫", "千克/吨-原料", "１６Ｓ①"], start=4):
        page.merge_range(2, column, 4, column, text)
    page.write_row(2, 7, ["直排", 0, "/"])
    page.write_row(3, 7, ["石灰石/石膏法", 92.5, "k=药剂实际用量/药剂理论用量"])
    page.write_row(4, 7, ["炉内脱硫", 30, "k=治理设施运行时间/正常生产时间"])
    page.write_row(5, 4, ["颗粒物", "千克/吨-原料", "1.25A", "直排", "/", "/"])
    page.write_row(6, 4, ["氮氧化物", "同上", 2.94, "低氮燃烧", "/", "/"])
    page.write_row(7, 0, HEADS)
    page.write_row(8, 0, GAS)
    page.write_row(
        9, 0, ["同上", "同上", "同上", "同上", "氮氧化物", "千克/万立方米-原料", "—", "直排", 0, "/"]
    )
    page.write(10, 0, "注：①S为收到基硫分")


def gas(book):
    page = book.add_worksheet()
    page.write_row(0, 0, HEADS)
    page.write_row(1, 0, GAS)


def pulp(book):
    """Pollutants side by side under one head, the names of the product merged downwards."""
    page = book.add_worksheet("制浆")
    for column, text in enumerate(["产品名称", "原料名称", "工艺名称", "规模等级"]):
        page.merge_range(0, column, 1, column, text)
    page.merge_range(0, 4, 0, 6, "产污系数（克/吨-产品）")
    page.write_row(1, 4, ["化学需氧量", "氨氮（NH3-N）", "总氮"])
    page.write_row(2, 0, ["纸浆", "木材", "硫酸盐法", "≥10万吨/年", 12000, 30.5, "1.2×10-3"])


def workbook(*fill):
    target = BytesIO()
    book = xlsxwriter.Workbook(target)
    for one in fill:
        one(book)
    book.close()
    target.seek(0)
    return target


def read(*fill, current=(), regions=None, **stated):
    return printed_rows(read_grids(workbook(*fill), "a.xlsx"), STATED | stated, current, regions or {})


def grid(*lines, **stated):
    """What is read from lines of one sheet under the usual heads."""
    sheet = Grid(
        "Sheet1", list(enumerate([HEADS, *([str(cell) for cell in line] for line in lines)], start=1))
    )
    return printed_rows([sheet], STATED | stated, (), {"浙江": "33", "杭州市": "3301"})


def said(read):
    return [(row.line, row.cells["pollutant"], row.cells["kind"], row.cells["value"]) for row in read.rows]


def test_merged_cells_repeated_heads_ditto_marks_and_full_width_signs():
    found = read(boilers)
    assert said(found) == [
        (3, "SO2", "generation", "16*S"),
        (4, "SO2", "removal", "92.5"),
        (5, "SO2", "removal", "30"),
        (6, "PM", "generation", "1.25*A"),
        (7, "NOx", "generation", "2.94"),
        (9, "SO2", "generation", "0.02*S"),
    ]
    coal, lime, furnace, _dust, burner, gas = (row.cells for row in found.rows)
    assert (coal["scale"], coal["value_unit"], coal["basis"]) == ("≥20蒸吨/小时", "kg/t-raw", "raw_material")
    assert (coal["medium"], coal["industry"], coal["unit"]) == ("air", "4430", "锅炉燃烧")
    assert (lime["technology"], lime["k_family"], lime["value_unit"]) == ("石灰石/石膏法", "REAGENT", "%")
    assert furnace["k_family"] == "TIME"
    assert (burner["technology"], burner["value_unit"]) == (
        "低氮燃烧",
        "kg/t-raw",
    )  # no efficiency: it is inside
    assert (gas["value_unit"], gas["source"]) == ("kg/1e4m3-gas", "Handbook 4430, page 12 · 燃煤")
    told = [(fault.line, fault.message) for fault in found.report.warnings]
    assert (1, "Taken for a caption or a note and passed over.") in told
    assert (3, "The mark of a footnote was dropped; see what the footnote says.") in told
    assert (10, "No coefficient is printed in this line; it was passed over.") in told
    assert found.report.faults == []


def test_pollutants_side_by_side_with_the_unit_in_the_head():
    found = read(pulp)
    assert said(found) == [
        (3, "COD", "generation", "12000"), (3, "NH3_N", "generation", "30.5"), (3, "TN", "generation", "1.2e-3")
    ]  # fmt: skip
    assert {row.cells["value_unit"] for row in found.rows} == {"g/t-product"}


def test_units_may_stand_in_a_line_of_their_own_and_heads_over_two_lines():
    lines = [
        ["产品名称", "原料名称", "末端治理", "末端治理", "产污系数", "产污系数"],
        ["", "", "技术名称", "去除效率", "化学需氧量", "工业废水量"],
        ["", "", "", "", "克/吨-产品", "吨/吨-产品"],
        ["纸浆", "木材", "直排", "0", "12000", "45"],
    ]
    found = printed_rows([Grid("", list(enumerate(lines, start=1)))], STATED, (), {})
    units = {row.cells["pollutant"]: row.cells["value_unit"] for row in found.rows}
    assert units == {"COD": "g/t-product", "waste_water_volume": "t/t-product"}


def test_blank_cells_repeat_the_one_above_only_when_that_is_said():
    lines = [
        GAS,
        ["", "", "", "", "", "", "", "脱硫", 80, "/"],
        ["", "", "", "", "颗粒物", "", 1.2, "直排", 0, "/"],
    ]
    apart = grid(*lines)
    assert [(row.cells["kind"], row.cells["material"], row.cells["pollutant"]) for row in apart.rows] == [
        ("generation", "天然气", "SO2"), ("removal", "", ""), ("generation", "", "PM")
    ]  # fmt: skip
    whole = grid(*lines, blanks="1")
    assert [(row.cells["kind"], row.cells["material"], row.cells["pollutant"]) for row in whole.rows] == [
        ("generation", "天然气", "SO2"), ("removal", "天然气", "SO2"), ("generation", "天然气", "PM")
    ]  # fmt: skip
    assert whole.rows[2].cells["value_unit"] == "kg/1e4m3-gas"


def test_the_same_coefficient_printed_for_each_technique_is_one():
    found = grid(GAS, [*GAS[:7], "脱硫", 80, "/"], [*GAS[:7], "其他", 0, "/"])
    assert [(row.cells["kind"], row.cells["technology"], row.cells["value"]) for row in found.rows] == [
        ("generation", "", "0.02*S"), ("removal", "脱硫", "80"), ("removal", "其他", "0")
    ]  # fmt: skip


def test_an_efficiency_that_may_be_a_share_is_told_and_one_of_a_wide_table_is_not_taken():
    found = grid([*GAS[:7], "脱硫", 0.8, "/"])
    assert [fault.message for fault in found.report.warnings] == ["Taken as percent: is it a share?"]
    lines = [
        ["产品名称", "化学需氧量（克/吨）", "总氮（克/吨）", "治理技术", "去除效率"],
        ["纸浆", "1", "2", "生物", "80"],
    ]
    wide = printed_rows([Grid("", list(enumerate(lines, start=1)))], STATED, (), {})
    assert [row.cells["kind"] for row in wide.rows] == ["generation", "generation"]
    assert "One efficiency for several pollutants: not taken." in [
        one.message for one in wide.report.warnings
    ]


def test_places_are_found_by_name_and_a_name_nobody_knows_is_a_fault():
    heads = ["地区", "产品名称", "污染物指标", "单位", "产污系数"]
    lines = [heads, ["浙江、杭州市", "x", "COD", "kg/t", "1"], ["亚特兰蒂斯", "x", "COD", "kg/t", "2"]]
    found = printed_rows(
        [Grid("", list(enumerate(lines, start=1)))], STATED, (), {"浙江": "33", "杭州市": "3301"}
    )
    assert found.rows[0].cells["region_codes"] == "33;3301"
    assert [(fault.line, fault.value) for fault in found.report.faults] == [(3, "亚特兰蒂斯")]


def test_a_sheet_without_a_table_and_a_column_nobody_knows_are_told():
    nothing = printed_rows([Grid("说明", [(1, ["编制说明", "2021"])])], STATED, (), {})
    assert "No table of coefficients was found in this sheet." in [
        fault.message for fault in nothing.report.faults
    ]
    lines = [["产品名称", "污染物指标", "单位", "产污系数", "颜色"], ["x", "COD", "kg/t", "1", "red"]]
    found = printed_rows([Grid("", list(enumerate(lines, start=1)))], STATED, (), {})
    assert [(one.column, one.message) for one in found.report.warnings] == [
        ("颜色", "This column is not known and was passed over.")
    ]


def test_more_rows_than_can_wait_are_refused():
    heads = ["产品名称", "污染物指标", "单位", "产污系数"]
    lines = [heads, *([f"p{number}", "COD", "kg/t", "1"] for number in range(ROWS + 1))]
    found = printed_rows([Grid("", list(enumerate(lines, start=1)))], STATED, (), {})
    assert found.rows == []
    assert found.report.faults


@pytest.mark.parametrize(
    ("text", "unit", "basis"),
    [
        ("千克/吨-原料", "kg/t-raw", "raw_material"),
        ("克／吨－产品", "g/t-product", "product"),
        ("标立方米/万立方米-原料", "Nm3/1e4m3-raw", "raw_material"),
        ("千克/吨-熟料", "kg/t", ""),
        ("克/头", "g/head", ""),
        ("mg/L", "mg/L", ""),
        ("千克/架", "", ""),
        ("产污系数", "", ""),
    ],
)
def test_units(text, unit, basis):
    assert printed.unit_of(text) == (unit, basis)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("16S", "16*S"), ("０．０２Ｓ", "0.02*S"), ("1.25A①", "1.25*A"), ("1.2×10-3", "1.2e-3"), ("1.2e-3", "1.2e-3"),
        ("2×(S+1)", "2*(S+1)"), ("9.8+0.3A", "9.8+0.3*A"), ("10,290.43", "10,290.43"),
    ],
)  # fmt: skip
def test_values(text, value):
    assert printed.value_of(text) == value


@pytest.mark.django_db
class TestWithTheLibrary:
    @pytest.fixture
    def draft(self, author):
        factor_load()
        with enter(author):
            return services.change_create(author, title="4430", reason="The handbook")

    def put(self, author, draft, file, **stated):
        with enter(author):
            report = services.change_print(
                author, change=draft, file=file, name="4430.xlsx", stated=STATED | stated
            )
        draft.refresh_from_db()
        return report

    def test_nothing_is_proposed_before_it_is_taken_and_then_all(self, author, draft):
        report = self.put(author, draft, workbook(boilers))
        assert report.faults == []
        assert report.counts == {"added": 5, "changed": 1, "retired": 0, "unchanged": 0}
        assert draft.rows.count() == 0
        with enter(author):
            assert services.change_take(author, change=draft) == 6
        draft.refresh_from_db()
        assert sorted(draft.rows.values_list("line", flat=True)) == [3, 4, 5, 6, 7, 9]
        assert "table" not in draft.report
        with enter(author), pytest.raises(ValidationError, match="No rows wait"):
            services.change_take(author, change=draft)

    def test_a_factor_of_the_library_gets_a_revision_in_its_own_unit(self, author, draft):
        gas_now = {"edition": "census2_2021", "industry": "4430", "pollutant": "SO2", "material": "天然气"}
        known = Factor.objects.get(**gas_now, current=True)
        assert (known.value_unit, known.expression, known.unit) == ("kg/1e4m3-gas", "0.02*S", "锅炉燃烧")
        self.put(author, draft, workbook(gas))
        ((one,), report) = services.change_waiting(change=draft)
        assert (one.action, one.row.key_code, one.row.confidence) == ("change", known.code, "verified")
        assert report.faults == []

    def test_a_second_factor_that_differs_by_a_missing_accounting_unit_is_told(self, author, draft):
        self.put(author, draft, workbook(gas), unit="")
        ((one,), report) = services.change_waiting(change=draft)
        assert (one.action, one.row.unit) == ("add", "")
        message = "The library has this factor with the accounting unit 锅炉燃烧: a second one beside it?"
        assert message in {warning.message for warning in report.warnings}
        self.put(author, draft, workbook(gas), unit="另一环节")
        ((one,), report) = services.change_waiting(change=draft)
        assert (one.action, report.warnings) == ("add", [])

    def test_all_faults_of_all_sheets_are_told_with_their_places(self, author, draft):
        def wrong(book):
            page = book.add_worksheet("错")
            page.write_row(0, 0, HEADS)
            page.write_row(1, 0, [*GAS[:4], "紫烟", "千克/架", "3.03~15.87", "直排", "60~80", "/"])
            page.write_row(2, 0, [*GAS[:4], "二氧化硫", "千克/吨-原料", "5", "脱硫", "60~80", "/"])

        report = self.put(author, draft, workbook(boilers, wrong))
        told = {(fault.line, fault.column, fault.message) for fault in report.faults}
        assert (2, "错 · 污染物", "This pollutant is not known.") in told
        assert (2, "错 · 单位", "This unit is not known.") in told
        assert (3, "错 · 数值或表达式", "This is a range, not one number.") in told
        with enter(author), pytest.raises(ValidationError, match="nothing was taken"):
            services.change_take(author, change=draft)
        assert draft.rows.count() == 0

    def test_only_the_author_of_a_draft_reads_a_file_into_it(self, author, approver, draft):
        with enter(approver), pytest.raises(PermissionDenied):
            services.change_print(approver, change=draft, file=workbook(pulp), name="a.xlsx", stated=STATED)

    def test_the_page_reads_shows_and_takes_and_its_rows_go_out_and_come_back(self, draft, settings):
        settings.SWITCH_TO_WEB_ROLE = True
        client = signed_in(make_person("nation_officer", NATION).username)
        client.post(reverse("change_new"), {"title": "4430", "reason": "The handbook"})
        own = Change.objects.exclude(pk=draft.pk).get()
        page = reverse("change_handbook", args=[own.pk])
        answer = client.post(page, {"file": upload(workbook(boilers)), **STATED, "source": ""})
        assert answer.status_code == 422
        answer = client.post(page, STATED)
        assert "Choose a file first." in answer.content.decode()
        text = client.post(page, {"file": upload(workbook(boilers)), **STATED}, follow=True).content.decode()
        assert "Take 6 rows" in text
        assert "16*S" in text
        rows = client.get(reverse("change_waiting", args=[own.pk])).content
        assert client.get(reverse("change_report", args=[own.pk])).status_code == 200
        client.post(reverse("change_take", args=[own.pk]))
        assert own.rows.count() == 6
        client.post(reverse("change_file", args=[own.pk]), {"file": upload(BytesIO(rows))})
        own.refresh_from_db()
        assert (own.report["faults"], own.report["counts"]["added"], own.rows.count()) == ([], 5, 6)
        assert client.get(reverse("handbook_template")).status_code == 200


def upload(file):
    file.name = "4430.xlsx"
    return file


def test_the_empty_table_that_goes_out_is_read_when_it_is_filled():
    target = BytesIO()
    cells = ["锅炉燃烧", *GAS[:4], "废气", *GAS[4:7], "脱硫", "80", "k=时间", "", "x"]
    write_table(target, columns=HANDBOOK, rows=[cells], title="t", template=True)
    target.seek(0)
    found = printed_rows(read_grids(target, "a.xlsx"), STATED | {"unit": ""}, (), {})
    assert [(row.cells["unit"], row.cells["kind"], row.cells["note"]) for row in found.rows] == [
        ("锅炉燃烧", "generation", "x"), ("锅炉燃烧", "removal", "x")
    ]  # fmt: skip
