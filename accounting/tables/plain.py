"""A summary table as csv for machines and other offices: unrounded numbers, official heads, notes and origin.

Before the heads stand the title, region, source, mark and warnings; behind the rows an empty line and the notes.
"""

from __future__ import annotations

import csv
import io

from django.utils.translation import gettext as _

from accounting.tables.build import Table
from accounting.tables.workbook import Imprint, notes_of

BOM = "\ufeff"  # without it office programs read Chinese csv in the wrong encoding


def csv_text(table: Table, imprint: Imprint) -> str:
    """Return the table with its head lines; blanks are empty fields."""
    lang = imprint.language
    out = io.StringIO(newline="")
    writer = csv.writer(out)

    def write(cells: list[str]) -> None:
        writer.writerow(map(_no_formula, cells))

    write([table.layout.code, table.layout.title[lang]])
    write(
        [
            _("Region: %(region)s") % {"region": imprint.region},
            _("Source: %(run)s.") % {"run": imprint.source},
        ]
    )
    write(
        [
            imprint.mark or _("Internal, confidential"),
            f"{imprint.printed_by} {imprint.printed_at:%Y-%m-%d %H:%M}",
        ]
    )
    for warning in imprint.warnings:
        write([warning])
    columns = table.columns
    write([table.head[lang], "", *(c.group[lang] if c.group else "" for c in columns)])
    write(["", "", *(c.label[lang] for c in columns)])
    write(["", "", *(c.unit[lang] for c in columns)])
    for row in table.printed_rows:
        write([row.key, row.label[lang], *("" if cell is None else repr(cell) for cell in row.cells)])
    write([])
    *notes, how = notes_of(table, imprint)
    if not imprint.rounded:  # nothing is cut off here
        how = _("Blank: nothing reported or accounted, which is not zero. Numbers are not rounded.")
    for note in [*notes, how]:
        write([note])
    return BOM + out.getvalue()


def _no_formula(text: str) -> str:
    """Names that people type (of persons, waters) are no formulas to a spreadsheet; numbers stay numbers."""
    if not text.startswith(("=", "+", "-", "@", "\t", "\r")):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
