"""A document as plain values: what stands on the paper, not how. Pure; it can be kept as JSON.

The layout follows GB/T 9704-2012 (page, margins, type sizes, red head) in Chinese, a plain report in English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Style = Literal["body", "plain", "right", "centre", "note"]
Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Heading:
    """*level* 1 … 3; the number, if any, is part of the text (一、 / （一） / 1.)."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    """A paragraph. ``body`` is indented by two characters, ``note`` is small."""

    text: str
    style: Style = "body"


@dataclass(frozen=True)
class Head:
    """A cell of a table's head that spans *span* columns and *deep* lines."""

    text: str
    span: int = 1
    deep: int = 1


@dataclass(frozen=True)
class Table:
    """*heads*: lines of head cells; *rows*: lines of ready texts, of which the first *labels* are left-aligned words.

    *align* of the other columns: ``right`` for numbers, ``centre`` for short words. *bold* are indexes of rows that
    carry totals; *indents* the indent of each row's first cell.
    """

    heads: Sequence[Sequence[Head]]
    rows: Sequence[Sequence[str]]
    title: str = ""
    unit: str = ""
    labels: int = 1
    align: Literal["right", "centre"] = "right"
    bold: Sequence[int] = ()
    indents: Sequence[int] = ()
    notes: Sequence[str] = ()

    @property
    def width(self) -> int:
        """Number of columns."""
        return sum(head.span for head in self.heads[0])

    def weights(self) -> list[int]:
        """Widths of the columns against each other, by the longest text; a head may take three lines."""
        heads = [wide(head.text) // 3 for head in self.heads[0]] if len(self.heads) == 1 else [0] * self.width
        longest = [max((wide(row[place]) for row in self.rows), default=1) for place in range(self.width)]
        return [min(max(pair), WIDEST) + 3 for pair in zip(heads, longest, strict=True)]


WIDEST = 34  # longer words are broken into lines


def wide(text: str) -> int:
    """Latin letters that take as much room as *text*."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)


@dataclass(frozen=True)
class Figure:
    """A drawing as SVG (see charts.py), *share* of the text's width."""

    svg: str
    title: str = ""
    note: str = ""
    share: float = 1.0


@dataclass(frozen=True)
class Break:
    """A new page."""


@dataclass(frozen=True)
class Letterhead:
    """The red head: who issues, and the line below it (kind and number)."""

    office: str
    line: str = ""


@dataclass(frozen=True)
class Signature:
    """Who signs, when; *seal*: the place of the seal is marked (only on paper that is not issued electronically)."""

    office: str
    date: str = ""
    seal: bool = True


Block = Heading | Text | Table | Figure | Break | Signature
KINDS: Mapping[str, type] = {
    kind.__name__.lower(): kind for kind in (Heading, Text, Table, Figure, Break, Signature)
}


@dataclass(frozen=True)
class Paper:
    """A whole document. *mark* stands at the head of every page (internal, draft); *about* at its foot."""

    title: str
    blocks: Sequence[Block]
    language: Language = "zh"
    subtitle: str = ""
    letterhead: Letterhead | None = None
    mark: str = ""
    about: str = ""
    author: str = ""
    date: str = field(default="")  # ISO day of the document, for the file's properties


def to_json(paper: Paper) -> dict[str, Any]:
    """Plain lists and mappings; every block carries its ``kind``."""
    blocks = [{"kind": type(block).__name__.lower(), **asdict(block)} for block in paper.blocks]
    return {**asdict(paper), "blocks": blocks}


def from_json(data: Mapping[str, Any]) -> Paper:
    """The inverse of :func:`to_json`."""
    head = data["letterhead"]
    return Paper(
        **{
            **data,
            "blocks": [_block(entry) for entry in data["blocks"]],
            "letterhead": Letterhead(**head) if head else None,
        }
    )


def _block(entry: Mapping[str, Any]) -> Block:
    values = {name: value for name, value in entry.items() if name != "kind"}
    if entry["kind"] == "table":
        values["heads"] = [[Head(**head) for head in line] for line in values["heads"]]
    return KINDS[entry["kind"]](**values)


def plain_text(paper: Paper) -> str:
    """All words of the document, one block a line: what a search or a comparison reads."""
    lines = [paper.title, paper.subtitle]
    for block in paper.blocks:
        if isinstance(block, Heading | Text):
            lines.append(block.text)
        elif isinstance(block, Table):
            lines += [block.title, *(" ".join(row) for row in block.rows)]
        elif isinstance(block, Figure):
            lines.append(block.title)
    return "\n".join(line for line in lines if line)
