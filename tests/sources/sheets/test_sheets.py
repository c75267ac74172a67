"""Spreadsheets out and in, with wrong and hostile files."""

import io
import zipfile

import pytest
import xlsxwriter
from django.utils import translation

from sources.sheets.columns import Column
from sources.sheets.grids import Grid, read_grids
from sources.sheets.reader import SheetFault, read_table
from sources.sheets.report import COLUMNS as REPORT_COLUMNS
from sources.sheets.report import Report
from sources.sheets.writer import write_table

COLUMNS = [
    Column("name", "名称", "Name", required=True),
    Column("code", "代码", "Code", "code"),
    Column("output", "产量（吨）", "Output (t)", "number"),
    Column("status", "状态", "Status", choices=("运行", "停产")),
]
ROWS = [("甲公司", "007000000000000001", 12.5, "运行"), ("=乙公司", "0001", None, "停产")]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def workbook(rows=ROWS, **options) -> io.BytesIO:
    target = io.BytesIO()
    write_table(
        target, columns=COLUMNS, rows=rows, title="试表", notes=["张三 2018-03-01", "全部"], **options
    )
    target.seek(0)
    return target


def raw_workbook(fill) -> io.BytesIO:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    fill(book.add_worksheet())
    book.close()
    target.seek(0)
    return target


def test_what_is_written_comes_back():
    table = read_table(workbook(), "a.xlsx", COLUMNS)
    assert table.columns == ["name", "code", "output", "status"]
    assert [row.cells for row in table.rows] == [
        {"name": "甲公司", "code": "007000000000000001", "output": "12.5", "status": "运行"},
        {"name": "=乙公司", "code": "0001", "output": "", "status": "停产"},
    ]
    assert [row.line for row in table.rows] == [6, 7]
    assert table.unknown == []


def test_template_has_drop_downs_and_reads_as_empty():
    target = workbook([], template=True)
    with zipfile.ZipFile(target) as package:
        page = package.read("xl/worksheets/sheet1.xml").decode()
    assert 'type="list"' in page
    assert "代码 Codes" in page
    target.seek(0)
    assert read_table(target, "a.xlsx", COLUMNS).rows == []


def test_writing_counts_rows():
    assert write_table(io.BytesIO(), columns=COLUMNS, rows=[], title="t") == 0
    assert write_table(io.BytesIO(), columns=COLUMNS, rows=ROWS, title="t") == 2


def test_the_apostrophe_before_a_formula_is_no_part_of_the_text():
    text = f"{COLUMNS[0].zh},{COLUMNS[1].zh}\n007000000000000001,'=乙公司\n"
    table = read_table(io.BytesIO(text.encode("utf-8-sig")), "a.csv", COLUMNS)
    assert table.rows[0].cells == {COLUMNS[0].key: "007000000000000001", COLUMNS[1].key: "=乙公司"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_encodings_and_delimiters(encoding, delimiter):
    text = delimiter.join(["名称", "代码"]) + "\r\n" + delimiter.join(["衢州某厂", "01"]) + "\r\n"
    table = read_table(io.BytesIO(text.encode(encoding)), "表.csv", COLUMNS)
    assert table.rows[0].cells == {"name": "衢州某厂", "code": "01"}


def test_columns_in_another_order_with_unknown_ones():
    data = "Code,备注,名称＊\n1,x,甲\n".encode()
    table = read_table(io.BytesIO(data), "a.csv", COLUMNS)
    assert table.unknown == ["备注"]
    assert table.rows[0].cells == {"code": "1", "name": "甲"}


def test_numbers_dates_and_formulas_give_what_a_person_sees():
    def fill(page):
        page.write_row(0, 0, ["名称", "代码", "产量（吨）"])
        page.write_row(1, 0, ["甲", 330802000000, 0.1])
        page.write_formula(2, 0, "=A2", value="甲")

    table = read_table(raw_workbook(fill), "a.xlsx", COLUMNS)
    assert table.rows[0].cells == {"name": "甲", "code": "330802000000", "output": "0.1"}
    assert table.rows[1].cells["name"] == "甲"


def test_a_million_formatted_empty_rows_are_ignored():
    def fill(page):
        page.write_row(0, 0, ["名称", "代码"])
        page.write_row(1, 0, ["甲", "1"])
        for line in range(2, 300_000, 3):
            page.write_blank(line, 0, None, page.default_date_format)
        page.set_row(1_048_575, 30)

    assert len(read_table(raw_workbook(fill), "a.xlsx", COLUMNS).rows) == 1


def test_a_cell_in_the_farthest_corner_harms_only_the_reader():
    def fill(page):
        page.write_row(0, 0, ["名称", "代码"])
        page.write(1_048_575, 16_383, "x")

    with pytest.raises(SheetFault, match="too large"):
        read_table(raw_workbook(fill), "a.xlsx", COLUMNS)


def zipped(members: dict[str, bytes]) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, data in members.items():
            package.writestr(name, data)
    target.seek(0)
    return target


def test_zip_bomb(monkeypatch):
    monkeypatch.setattr("sources.sheets.reader.MAX_UNPACKED", 20 * 2**20)
    bomb = zipped({"xl/workbook.xml": b"<workbook/>", "xl/a.xml": b"0" * (21 * 2**20)})
    assert len(bomb.getvalue()) < 2**20
    with pytest.raises(SheetFault, match="too large"):
        read_table(bomb, "a.xlsx", COLUMNS)


def test_zip_bomb_that_lies_about_its_size():
    bomb = workbook().getvalue()
    with zipfile.ZipFile(io.BytesIO(bomb)) as package:
        members = {name: package.read(name) for name in package.namelist()}
    head, tail = members["xl/worksheets/sheet1.xml"].split(b"</sheetData>")
    row = b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"x" * (420 * 2**20) + b"</t></is></c></row>"
    members["xl/worksheets/sheet1.xml"] = head + row + b"</sheetData>" + tail
    data = bytearray(zipped(members).getvalue())
    size = len(members["xl/worksheets/sheet1.xml"]).to_bytes(4, "little")
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = (5000).to_bytes(4, "little")
    with pytest.raises(SheetFault, match="too large"):
        read_table(io.BytesIO(bytes(data)), "a.xlsx", COLUMNS)


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "a.xlsx", "empty"),
        (b"  \n", "a.csv", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 100, "a.xls", "old Excel"),
        (b"%PDF-1.4 ...", "a.pdf", "neither"),
        (b"%PDF-1.4 ...", "a.xlsx", "neither"),
        (b"PK\x03\x04 broken", "a.xlsx", "damaged"),
        (b"a,b\0c\n", "a.csv", "no text file"),
        ("名称,代码\n".encode() + b"\xff\xff\xff", "a.csv", "characters"),
        (b"x,y\n1,2\n", "a.csv", "No header row"),
        ("代码,状态\n1,2\n".encode(), "a.csv", "“名称” is missing"),
        ("名称,名称,代码\n1,2,3\n".encode(), "a.csv", "twice"),
        (("名称,代码\n" + "甲" * 30_000 + ",1\n").encode(), "a.csv", "longer than"),
        (('名称,代码\n"' + "甲" * 200_000 + "\n").encode(), "a.csv", "Line"),
    ],
)
def test_wrong_files_get_a_clear_message(data, name, message):
    with pytest.raises(SheetFault, match=message):
        read_table(io.BytesIO(data), name, COLUMNS)


def test_macros_passwords_and_other_packages_are_refused():
    with pytest.raises(SheetFault, match="macros"):
        read_table(zipped({"xl/workbook.xml": b"", "xl/vbaProject.bin": b""}), "a.xlsm", COLUMNS)
    with pytest.raises(SheetFault, match="no Excel workbook"):
        read_table(zipped({"word/document.xml": b""}), "a.docx", COLUMNS)


def test_merged_cells_in_the_rows_are_refused_and_in_the_title_are_not():
    def title(page):
        page.merge_range(0, 0, 0, 3, "表")
        page.write_row(1, 0, ["名称", "代码"])
        page.write_row(2, 0, ["甲", "1"])

    assert len(read_table(raw_workbook(title), "a.xlsx", COLUMNS).rows) == 1

    def data(page):
        page.write_row(0, 0, ["名称", "代码"])
        for line in range(1, 40):
            page.write_row(line, 0, ["甲", "1"])
        page.merge_range(30, 0, 33, 0, "乙")

    with pytest.raises(SheetFault, match="Rows 31 to 34"):
        read_table(raw_workbook(data), "a.xlsx", COLUMNS)


def test_report_packs_and_lists_in_order_of_rows():
    report = Report(counts={"new": 1})
    report.add(7, "名称", "", "blank", "fill it")
    report.warn(3, "代码", "x", "odd")
    assert [row[0] for row in report.rows()] == [3, 7]
    assert all(len(row) == len(REPORT_COLUMNS) for row in report.rows())
    again = Report.unpack(report.pack())
    assert again == report
    assert again.bad_lines == {7}


def test_grids_fill_merged_cells_of_every_visible_sheet():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    first, second, hidden = (book.add_worksheet(name) for name in ("一", "二", "三"))
    first.merge_range(0, 0, 0, 2, "title")
    first.merge_range(1, 0, 3, 1, "area")
    for line in (1, 2, 3):
        first.write(line, 2, line)
    second.write(4, 1, "'=x")
    hidden.write(0, 0, "y")
    hidden.hide()
    book.close()
    target.seek(0)
    assert read_grids(target, "a.xlsx") == [
        Grid("一", [(1, ["title"] * 3), *((line, ["area", "area", str(line - 1)]) for line in (2, 3, 4))]),
        Grid("二", [(5, ["", "=x"])]),
    ]
    assert read_grids(io.BytesIO(b"a,b\n\n1,2\n"), "a.csv") == [Grid("", [(1, ["a", "b"]), (3, ["1", "2"])])]


def test_grids_refuse_what_merges_too_much_and_what_is_empty(monkeypatch):
    monkeypatch.setattr("sources.sheets.grids.FILLED", 5)

    def fill(page):
        page.merge_range(0, 0, 2, 2, "x")
        page.write_column(0, 3, [1, 2, 3])

    with pytest.raises(SheetFault, match="Too many merged cells"):
        read_grids(raw_workbook(fill), "a.xlsx")
    with pytest.raises(SheetFault, match="no rows"):
        read_grids(raw_workbook(lambda page: None), "a.xlsx")
