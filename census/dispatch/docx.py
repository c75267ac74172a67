"""A document as a Word file in the layout of official papers (GB/T 9704-2012: page, margins, type sizes, red head).

Type faces are named as the standard names them (小标宋, 仿宋, 黑体); where a machine lacks one, Word takes another.
"""

from __future__ import annotations

import io
from typing import Any

from django.utils import timezone
from docx import Document as Paper
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from census.dispatch.drafting import chinese_date
from census.dispatch.models import Document

HEAD, TITLE, BODY, BLACK = "方正小标宋简体", "方正小标宋简体", "仿宋_GB2312", "黑体"
RED = RGBColor(0xC8, 0x10, 0x2E)
SIZE_2, SIZE_3, SIZE_4 = Pt(22), Pt(16), Pt(14)  # 二号, 三号, 四号
LINE = Pt(28)
KINDS = {"warning": "预警通知", "circular": "通报", "supervision": "督办函", "briefing": "简报"}
VERDICTS = {"done": "已完成", "good": "正常", "behind": "滞后", "far": "严重滞后", "none": "–"}
SYNTHETIC = "（合成演示数据，不对应任何真实单位）"


def document_docx(document: Document) -> bytes:
    """The file's bytes."""
    paper = Paper()
    _page(paper)
    _line(paper, document.office_name, HEAD, Pt(30), centre=True, colour=RED)
    _line(paper, f"{KINDS[document.kind]}{document.code or '（草稿）'}", BODY, SIZE_3, centre=True)
    _rule(_line(paper, "", BODY, Pt(6)))
    _line(paper, document.title, TITLE, SIZE_2, centre=True, after=Pt(14))
    _line(paper, "、".join(document.addressees) + "：", BODY, SIZE_3)
    for text in document.body.splitlines():
        if text.strip():
            _line(paper, text.strip(), BODY, SIZE_3, indent=True)
    if document.deadline:
        _line(
            paper, f"请于{chinese_date(document.deadline.isoformat())}前书面回复。", BODY, SIZE_3, indent=True
        )
    _line(paper, "", BODY, SIZE_3)
    _line(paper, document.office_name, BODY, SIZE_3, right=True)
    if document.issued_at:
        _line(
            paper, chinese_date(timezone.localdate(document.issued_at).isoformat()), BODY, SIZE_3, right=True
        )
    if document.synthetic:
        _line(paper, SYNTHETIC, BODY, SIZE_4, centre=True)
    if document.figures.get("rows"):
        _annex(paper, document.figures)
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def _page(paper: Any) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, "— ", BODY, SIZE_4)
    run = paragraph.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:instrText")
            element.text = text
        run._r.append(element)
    run.font.size = SIZE_4
    _write(paragraph, " —", BODY, SIZE_4)


def _line(
    paper: Any,
    text: str,
    face: str,
    size: Pt,
    *,
    centre: bool = False,
    right: bool = False,
    indent: bool = False,
    colour: RGBColor | None = None,
    after: Pt | None = None,
) -> Paragraph:
    paragraph = paper.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before, form.space_after = Pt(0), after or Pt(0)
    form.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
    form.line_spacing = LINE if text else size
    if indent:
        form.first_line_indent = size * 2
    if centre or right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centre else WD_ALIGN_PARAGRAPH.RIGHT
    _write(paragraph, text, face, size, colour)
    return paragraph


def _write(paragraph: Paragraph, text: str, face: str, size: Pt, colour: RGBColor | None = None) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = face, size
    run._element.rPr.rFonts.set(qn("w:eastAsia"), face)
    if colour is not None:
        run.font.color.rgb = colour


def _rule(paragraph: Paragraph) -> None:
    """The red line below the head."""
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "1"), ("color", str(RED))):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    # Word wants the parts of a paragraph's properties in the order of its schema
    paragraph._p.get_or_add_pPr().insert_element_before(
        border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _annex(paper: Any, figures: dict[str, Any]) -> None:
    paper.add_page_break()
    _line(paper, "附件", BLACK, SIZE_3)
    title = f"{figures['area']}{figures['step']}进展情况表（截至{chinese_date(figures['day'])}）"
    _line(paper, title, TITLE, SIZE_3, centre=True, after=Pt(8))
    unit = figures["unit"]
    heads = (
        "排名",
        "地区",
        f"应完成（{unit}）",
        f"已完成（{unit}）",
        "完成率（%）",
        "计划（%）",
        "预计完成",
        "进度",
    )
    table = paper.add_table(rows=1, cols=len(heads), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for cell, text in zip(table.rows[0].cells, heads, strict=True):
        _cell(cell, text, BLACK)
    whole = [{**figures["whole"], "name": "合计", "rank": None}] if figures.get("whole") else []
    for row in [*figures["rows"], *whole]:
        texts = (
            *(row["rank"], row["name"], row["total"], row["done"], row["share"], row["asked"]),
            *(chinese_date(row["forecast"]) or None, VERDICTS[row["verdict"]]),
        )
        for cell, value in zip(table.add_row().cells, texts, strict=True):
            _cell(cell, "–" if value is None else str(value), BODY)


def _cell(cell: Any, text: str, face: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, text, face, Pt(10.5))
