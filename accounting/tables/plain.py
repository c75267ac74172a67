"""A summary table as csv for machines and other offices: unformatted numbers, official heads, where they come from."""

from __future__ import annotations

import csv
import io

from django.utils.translation import gettext as _

from accounting.tables.build import Table
from accounting.tables.workbook import Imprint, rounding_note

BOM = "\ufeff"  # without it office programs read Chinese csv in the wrong encoding


def csv_text(table: Table, imprint: Imprint) -> str:
    """Return the table with its head lines; blanks are empty fields."""
    lang = imprint.language
    out = io.StringIO(newline="")
    write = csv.writer(out).writerow
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
    if imprint.synthetic:
        write([_("Synthetic data for demonstration; no figure here is real.")])
    columns = table.columns
    write([table.head[lang], "", *(c.group[lang] if c.group else "" for c in columns)])
    write(["", "", *(c.label[lang] for c in columns)])
    write(["", "", *(c.unit[lang] for c in columns)])
    for row in [*([table.total] if table.total else []), *table.rows]:
        write([row.key, row.label[lang], *("" if cell is None else repr(cell) for cell in row.cells)])
    if imprint.rounded:
        write([rounding_note(controlled=True)])
    return BOM + out.getvalue()
