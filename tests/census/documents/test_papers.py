"""One description, two files: the same words in Word and PDF, the face embedded, drawings in both."""

import io

import orjson
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from census.access.scope import Scope
from census.documents import charts, docx, figures, maps, pdf
from census.documents.model import (
    Break,
    Figure,
    Head,
    Heading,
    Letterhead,
    Paper,
    Signature,
    Table,
    Text,
    from_json,
    plain_text,
    to_json,
)
from tests.factories import CITY, COUNTY

SENTENCE = "2017年末，全市普查对象数量12217个（不含移动源），化学需氧量1234.56吨，衢江、柯城两地占52.94%。"
TABLE = Table(
    [
        [Head("污染源", deep=2), Head("化学需氧量", span=2)],
        [Head("产生量"), Head("排放量")],
    ],
    [["合计", "12.30", "4.50"], ["其中：造纸", "–", "…"]],
    title="表1 水污染物",
    unit="单位：吨",
    bold=[0],
    indents=[0, 1],
    notes=["“…”表示不予公布。"],
)
PAPER = Paper(
    "第二次污染源普查公报",
    [
        Heading("一、总体情况"),
        Text(SENTENCE),
        TABLE,
        Figure(charts.pie([("工业源", 3.0, "75%"), ("生活源", 1.0, "25%")]), "图1 构成"),
        Break(),
        Text("附注", "note"),
        Signature("衢州市普查办公室", "2019年9月5日"),
    ],
    letterhead=Letterhead("衢州市普查办公室", "公报〔2019〕1号"),
    mark="草稿",
    about="定库第1号",
    date="2019-09-05",
)
SQUARE = {
    "type": "Feature",
    "properties": {"name": "甲县", "codes": ["1"]},
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[118, 28], [119, 28], [119, 29], [118, 29], [118, 28]]],
    },
}


def squeezed(reader: PdfReader) -> str:
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


def test_the_pdf_holds_searchable_words_and_a_small_embedded_face():
    content = pdf.write(PAPER)
    reader = PdfReader(io.BytesIO(content))
    text = squeezed(reader)
    for words in (
        SENTENCE,
        "公报〔2019〕1号",
        "表1水污染物",
        "其中：造纸–…",
        "图1构成",
        "工业源",
        "草稿",
        "2019年9月5日",
    ):
        assert words in text
    faces = {str(font.get_object()["/BaseFont"]) for font in reader.pages[0]["/Resources"]["/Font"].values()}
    assert faces
    assert all("+NotoSerifSC-" in face for face in faces)  # the plus sign: reduced to what is used
    assert len(content) < 200_000
    assert reader.metadata.title == PAPER.title


def test_the_same_paper_gives_the_same_bytes():
    assert pdf.write(PAPER) == pdf.write(from_json(orjson.loads(orjson.dumps(to_json(PAPER)))))


def test_a_paper_survives_json():
    assert to_json(from_json(to_json(PAPER))) == to_json(PAPER)


def test_the_word_file_says_the_same():
    file = Document(io.BytesIO(docx.write(PAPER)))
    texts = [paragraph.text for paragraph in file.paragraphs]
    assert SENTENCE in texts
    assert len(file.inline_shapes) == 1
    (table,) = file.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["污染源", "化学需氧量", "化学需氧量"],
        ["污染源", "产生量", "排放量"],
        ["合计", "12.30", "4.50"],
        ["　其中：造纸", "–", "…"],
    ]


def test_english_papers_have_no_letterhead_they_were_not_given():
    paper = Paper("Bulletin", [Heading("1. Overview"), Text("COD 12.30 t.")], language="en")
    assert "COD12.30t." in squeezed(PdfReader(io.BytesIO(pdf.write(paper))))
    assert Document(io.BytesIO(docx.write(paper))).paragraphs[0].text == "Bulletin"


def test_plain_text_lists_everything_that_is_read():
    assert SENTENCE in plain_text(PAPER)
    assert "其中：造纸 – …" in plain_text(PAPER)


NAMES = st.text(min_size=1, max_size=12)
AMOUNTS = st.floats(0, 1e12)


@settings(max_examples=40)
@given(st.lists(st.tuples(NAMES, AMOUNTS, NAMES), max_size=5))
def test_no_words_or_amounts_break_a_drawing(rows):
    for svg in (charts.bars(rows), charts.pie(rows), charts.shares([(a, [b]) for a, b, _c in rows], ["a"])):
        assert svg.startswith("<svg")
        assert "nan" not in svg
        assert svg.count("<text") == svg.count("</text>")


def test_a_hidden_area_is_hatched_and_a_blank_one_named():
    hidden = maps.choropleth(
        [SQUARE], {}, [], labels=[], blank="无数据", hidden=frozenset({"1"}), hidden_label="不予公布"
    )
    assert 'fill="url(#hidden)"' in hidden
    assert "不予公布" in hidden
    assert "无数据" in maps.choropleth([SQUARE], {}, [], labels=[], blank="无数据")
    coloured = maps.choropleth([SQUARE], {"1": 5.0}, [0, 2, 9], labels=["0–2", "2–9"], blank="无数据")
    assert maps.SHADES[1] in coloured
    assert "无数据" not in coloured
    assert pdf.png(coloured)[:8] == b"\x89PNG\r\n\x1a\n"


def test_figures_come_from_whoever_registered_them(monkeypatch):
    monkeypatch.setattr(figures, "_providers", {})
    figures.figures_of("visits")(lambda scope, region: {"all": 3, "with_photo": None})
    city = Scope.system(CITY)
    assert figures.figures(city, COUNTY, {"visits"}) == {"visits.all": 3, "visits.with_photo": None}
    with pytest.raises(LookupError, match="problems"):
        figures.figures(city, COUNTY, {"problems"})
