"""A paper as a Word file in the layout of official papers (GB/T 9704-2012: page, margins, type sizes, red head).

Type faces are named as the standard names them (小标宋, 仿宋, 黑体); where a machine lacks one, Word takes another.
"""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from census.documents import pdf
from census.documents.model import Break, Figure, Heading, Paper, Signature, Table, Text, wide

HEAD, TITLE, BODY, BLACK = "方正小标宋简体", "方正小标宋简体", "仿宋_GB2312", "黑体"
LATIN = "Times New Roman"
RED = RGBColor(0xC8, 0x10, 0x2E)
SIZE_2, SIZE_3, SIZE_4 = Pt(22), Pt(16), Pt(14)  # 二号, 三号, 四号
TEXT_WIDTH = Mm(156)
ALIGN = {"right": WD_ALIGN_PARAGRAPH.RIGHT, "centre": WD_ALIGN_PARAGRAPH.CENTER}


def write(paper: Paper) -> bytes:
    """The file's bytes."""
    return _Writer(paper).bytes()


class _Writer:
    """Writes one paper; sizes depend on its language."""

    def __init__(self, paper: Paper) -> None:
        self.paper, self.file = paper, Document()
        chinese = paper.language == "zh"
        self.size, self.line = (SIZE_3, Pt(28)) if chinese else (Pt(11.5), Pt(17))
        self.faces = (BODY, BLACK, TITLE) if chinese else (LATIN, LATIN, LATIN)

    def bytes(self) -> bytes:
        paper, (body, _black, title) = self.paper, self.faces
        self._page()
        if paper.letterhead:
            size = Pt(min(30, TEXT_WIDTH.pt * 2 / wide(paper.letterhead.office)))  # on one line
            self._line(paper.letterhead.office, HEAD, size, align="centre", colour=RED)
            if paper.letterhead.line:
                self._line(paper.letterhead.line, body, self.size, align="centre")
            _rule(self._line("", body, Pt(6)))
        self._line(paper.title, title, SIZE_2, align="centre", after=Pt(14), bold=paper.language == "en")
        if paper.subtitle:
            self._line(paper.subtitle, body, self.size, align="centre", after=Pt(10))
        for block in paper.blocks:
            self._block(block)
        properties = self.file.core_properties
        properties.title, properties.author, properties.language = paper.title, paper.author, paper.language
        buffer = io.BytesIO()
        self.file.save(buffer)
        return buffer.getvalue()

    def _block(self, block: Any) -> None:
        body, black, _title = self.faces
        match block:
            case Heading():
                face = black if block.level == 1 else body
                heading = self._line(
                    block.text, face, self.size, indent=True, bold=block.level > 1 or face == LATIN
                )
                heading.paragraph_format.keep_with_next = True
                outline = OxmlElement("w:outlineLvl")
                outline.set(qn("w:val"), str(block.level - 1))
                heading._p.get_or_add_pPr().append(outline)
            case Text(style="note"):
                self._line(block.text, body, Pt(10.5))
            case Text():
                self._line(block.text, body, self.size, indent=block.style == "body", align=block.style)
            case Signature():
                self._line("", body, self.size)
                for text in filter(None, (block.office, block.date)):
                    self._line(text, body, self.size, align="right")
            case Table():
                self._table(block)
            case Figure():
                self._figure(block)
            case Break():
                self.file.add_page_break()

    def _page(self) -> None:
        section = self.file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        if self.paper.mark:
            head = section.header.paragraphs[0]
            head.alignment = ALIGN["right"]
            _write(head, self.paper.mark, self.faces[1], Pt(10.5))
        foot = section.footer.paragraphs[0]
        foot.alignment = ALIGN["centre"]
        _write(foot, "— ", self.faces[0], SIZE_4)
        run = foot.add_run()
        for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
            element = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                element.set(qn("w:fldCharType"), kind)
            else:
                element.text = text
            run._r.append(element)
        run.font.size = SIZE_4
        _write(foot, " —", self.faces[0], SIZE_4)
        if self.paper.about:
            about = section.footer.add_paragraph()
            about.alignment = ALIGN["centre"]
            _write(about, self.paper.about, self.faces[0], Pt(8))

    def _line(
        self,
        text: str,
        face: str,
        size: Pt,
        *,
        align: str = "",
        indent: bool = False,
        colour: RGBColor | None = None,
        after: Pt | None = None,
        bold: bool = False,
    ) -> Paragraph:
        paragraph = self.file.add_paragraph()
        form = paragraph.paragraph_format
        form.space_before, form.space_after = Pt(0), after or Pt(0)
        form.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
        form.line_spacing = self.line if text and size >= self.size else Pt(size.pt * 1.4)
        if indent:
            form.first_line_indent = size * 2
        if align in ALIGN:
            paragraph.alignment = ALIGN[align]
        _write(paragraph, text, face, size, colour, bold)
        return paragraph

    def _table(self, block: Table) -> None:
        body, black, _title = self.faces
        if block.title:
            title = self._line(block.title, black, Pt(14), align="centre", after=Pt(4), bold=black == LATIN)
            title.paragraph_format.keep_with_next = True
        if block.unit:
            unit = self._line(block.unit, body, Pt(10.5), align="right")
            unit.paragraph_format.keep_with_next = True
        size = Pt(10.5 if block.width <= 8 else 8)
        table = self.file.add_table(rows=len(block.heads), cols=block.width, style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        weights = block.weights()
        widths = [int(TEXT_WIDTH * weight / sum(weights)) for weight in weights]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        taken: set[tuple[int, int]] = set()
        for number, line in enumerate(block.heads):
            column = 0
            for head in line:
                while (number, column) in taken:
                    column += 1
                last = number + head.deep - 1, column + head.span - 1
                taken |= {(y, x) for y in range(number, last[0] + 1) for x in range(column, last[1] + 1)}
                cell = table.cell(number, column).merge(table.cell(*last))
                _cell(cell, head.text, black, size, "centre", bold=black == LATIN)
            _mark(table.rows[number], "tblHeader")
            for cell in table.rows[number].cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        together = len(block.rows) <= 26  # a short table stays on one page
        for index, row in enumerate(block.rows):
            indent = block.indents[index] if block.indents else 0
            line = table.add_row()
            _mark(line, "cantSplit")
            for place, (cell, text) in enumerate(zip(line.cells, row, strict=True)):
                words = place < block.labels
                cell.width = widths[place]
                cell.paragraphs[0].paragraph_format.keep_with_next = together and index < len(block.rows) - 1
                _cell(
                    cell,
                    "　" * indent + text if place == 0 else text,
                    body,
                    size,
                    "" if words else block.align,
                    index in block.bold,
                )
        for note in block.notes:
            self._line(note, body, Pt(9))
        self._line("", body, Pt(6))

    def _figure(self, block: Figure) -> None:
        paragraph = self.file.add_paragraph()
        paragraph.alignment = ALIGN["centre"]
        paragraph.paragraph_format.keep_with_next = bool(block.title)
        paragraph.add_run().add_picture(io.BytesIO(pdf.png(block.svg)), width=int(TEXT_WIDTH * block.share))
        if block.title:
            self._line(block.title, self.faces[1], Pt(12), align="centre", after=Pt(6))
        if block.note:
            self._line(block.note, self.faces[0], Pt(9), align="centre", after=Pt(6))


def _write(
    paragraph: Paragraph, text: str, face: str, size: Pt, colour: RGBColor | None = None, bold: bool = False
) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = face, size
    run._element.rPr.rFonts.set(qn("w:eastAsia"), face)
    if bold:
        run.font.bold = True
    if colour is not None:
        run.font.color.rgb = colour


def _cell(cell: Any, text: str, face: str, size: Pt, align: str, bold: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    if align:
        paragraph.alignment = ALIGN[align]
    _write(paragraph, text, face, size, bold=bold)


def _mark(row: Any, name: str) -> None:
    """``tblHeader``: the line stands again at the head of every page; ``cantSplit``: it is never cut in two."""
    mark = OxmlElement(f"w:{name}")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


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
