"""A paper as PDF/A, and a drawing as PNG, both set by Typst with the type face that the set-up brought.

No system font and no browser is used, so the bytes depend on the paper alone. Text stays text: it can be selected
and searched; the face is embedded, reduced to the characters used.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import orjson
import typst
from django.conf import settings
from django.utils import timezone

from census.documents.model import Paper, Table, to_json

SHEET = Path(__file__).with_name("paper.typ")
FACE = "Noto Serif SC"
FOLDER = "node_modules/@expo-google-fonts/noto-serif-sc"
WEIGHTS = ("400Regular", "700Bold")
PNG_PPI = 180.0


class FontMissing(RuntimeError):
    """The set-up did not bring the type face."""


@cache
def _fonts() -> typst.Fonts:
    folders = [Path(settings.BASE_DIR) / FOLDER / weight for weight in WEIGHTS]
    for folder in folders:
        if not any(folder.glob("*.ttf")):
            raise FontMissing(f"no type face in {folder}: run the set-up (npm ci) again")
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder) for folder in folders])


def write(paper: Paper) -> bytes:
    """The paper as PDF/A-2b. The same dated paper gives the same bytes; an undated one is of today."""
    day = dt.datetime.fromisoformat(paper.date or timezone.localdate().isoformat()).replace(tzinfo=dt.UTC)
    data = to_json(paper)
    for entry, block in zip(data["blocks"], paper.blocks, strict=True):
        if isinstance(block, Table):
            entry["weights"] = block.weights()
    return typst.compile(
        str(SHEET),
        format="pdf",
        font_paths=_fonts(),
        sys_inputs={"paper": orjson.dumps(data).decode()},
        pdf_standards=["a-2b"],
        timestamp=int(day.timestamp()),
    )


def png(svg: str) -> bytes:
    """A drawing as PNG, for Word."""
    sheet = f'#set page(width: auto, height: auto, margin: 0pt)\n#set text(font: "{FACE}")\n'
    sheet += '#image(bytes(sys.inputs.svg), format: "svg", width: 156mm)'
    return typst.compile(
        sheet.encode(), format="png", ppi=PNG_PPI, font_paths=_fonts(), sys_inputs={"svg": svg}
    )
