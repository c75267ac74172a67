"""The analysis of one pollutant as a workbook: ranking (T24), origin by region and industry, foundation."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from accounting.analysis.concentration import Concentration
from accounting.analysis.queries import Choice
from accounting.tables.workbook import Imprint

_PART = ("amount", "share", "objects", "intensity")
WIDTHS = (8, 26, 34, 16, 14, 16, 12, 14)


def analysis_book(
    *,
    choice: Choice,
    imprint: Imprint,
    found: Concentration | None,
    needed: Sequence[dict[str, float]],
    areas: dict[str, float],
    objects: Sequence[dict[str, Any]],
    parts: dict[str, Sequence[dict[str, Any]]],
    structures: Sequence[dict[str, Any]],
) -> bytes:
    """Return the xlsx file. Amounts are unrounded, in the unit of *choice*."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "border": 1, "bg_color": "#F2F2F2", "text_wrap": True}),
        "warning": book.add_format({"bold": True, "font_color": "#B45309"}),
        "amount": book.add_format({"num_format": "#,##0.00##"}),
        "share": book.add_format({"num_format": "0.0"}),
        "count": book.add_format({"num_format": "#,##0"}),
    }
    name = choice.en if imprint.language == "en" else choice.zh
    unit = choice.unit_en if imprint.language == "en" else choice.unit_zh

    def page(
        title: str, notes: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[Any]], styles: str
    ):
        _page(book, formats, imprint, f"{name}: {title}", title, notes, head, rows, styles)

    page(
        _("Ranking"),
        _lead(found, needed, areas, unit),
        [
            "#",
            _("Code"),
            _("Name"),
            _("Region"),
            _("Industry"),
            unit,
            _("Share") + " %",
            _("Together") + " %",
        ],
        [
            (n, o["code"], o["name"], o["county"], o["industry"], o["amount"], o["share"], o["together"])
            for n, o in enumerate(objects, start=1)
        ],
        "cttttass",
    )
    for title, rows in parts.items():
        page(
            title,
            (),
            [_("Code"), _("Name"), unit, _("Share") + " %", _("Objects"), _("kg per 10⁴ CNY of output")],
            [
                (part["code"], part[imprint.language], *(part[name] for name in _PART))
                for part in rows
            ],
            "ttasca",
        )  # fmt: skip
    for structure in structures:
        page(
            str(structure["title"]),
            (),
            [
                _("Source category"),
                f"{_('Total')} ({unit})",
                *(f"{column} ({unit})" for column in structure["columns"]),
            ],
            [
                (str(row["label"]), row["total"], *(cell["amount"] for cell in row["cells"]))
                for row in structure["rows"]
            ],
            "t" + "a" * (len(structure["columns"]) + 1),
        )
    book.close()
    return buffer.getvalue()


def _lead(
    found: Concentration | None, needed: Sequence[dict[str, float]], areas: dict[str, float], unit: str
) -> list[str]:
    lines = []
    if areas["objects"]:
        lines.append(
            _("Not ranked: %(objects)s objects that stand for a whole county or city, %(amount)s %(unit)s")
            % {"objects": areas["objects"], "amount": f"{areas['amount']:,.2f}", "unit": unit}
        )
    if found is None:
        return [*lines, _("No unit discharges this pollutant.")]
    return [
        *lines,
        _("%(objects)s units, Gini coefficient %(gini)s")
        % {"objects": found.objects, "gini": f"{found.gini:.3f}"},
        *(
            _("%(objects)s units make up %(limit)s %%")
            % {"objects": entry["objects"], "limit": f"{entry['limit']:g}"}
            for entry in needed
        ),
    ]


def _page(book, formats, imprint: Imprint, title, name, notes, head, rows, styles) -> None:
    """One sheet: title, imprint, notes, head and rows. *styles*: a letter a column (text, amount, share, count)."""
    sheet = book.add_worksheet(name[:31])
    sheet.write(0, 0, title, formats["title"])
    lines = [
        _("Region: %(region)s") % {"region": imprint.region}
        + " · "
        + _("Source: %(run)s.") % {"run": imprint.source},
        _("Internal, confidential") + f" · {imprint.printed_by} {imprint.printed_at:%Y-%m-%d %H:%M}",
        *notes,
    ]
    for at, text in enumerate(lines, start=1):
        sheet.write_string(at, 0, text)
    top = len(lines) + 1
    if imprint.synthetic:
        sheet.write(
            top, 0, _("Synthetic data for demonstration; no figure here is real."), formats["warning"]
        )
        top += 1
    kinds = {"t": None, "a": formats["amount"], "s": formats["share"], "c": formats["count"]}
    sheet.write_row(top, 0, head, formats["head"])
    for at, row in enumerate(rows, start=top + 1):
        for place, (value, style) in enumerate(zip(row, styles, strict=True)):
            sheet.write(at, place, value, kinds[style])
    for place, width in enumerate(WIDTHS[: len(head)] if head[0] == "#" else [26] * len(head)):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(top + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
