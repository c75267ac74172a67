"""Names of what a number rests on, and the structure of a total by them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounting.factors.models import CONFIDENCE
from accounting.runs.models import METHODS
from census.access.posts import CATEGORIES

RATINGS = {
    "measured": _("Measured"),
    **CONFIDENCE,
    "reported": _("Reported quantity"),
}
TITLES = {"method": _("By method"), "confidence": _("By rating of the factors")}
LABELS = {"method": METHODS, "confidence": RATINGS}


def structure_by(lines: Iterable[dict[str, Any]], name: str) -> dict[str, Any]:
    """The amounts of *lines* (see queries.structure) by source category (rows) and *name* (columns).

    {"title", "columns": [label], "rows": [{"label", "total", "cells": [{"amount", "share"}]}]}, the total of
    all categories first. A share is percent of its row; blank where the row's total is not above zero.
    """
    found: dict[str, dict[str, float]] = {}
    for line in lines:
        for row in ("", line["category"]):
            cells = found.setdefault(row, {})
            cells[line[name]] = cells.get(line[name], 0.0) + line["amount"]
    columns = [code for code in LABELS[name] if any(code in cells for cells in found.values())]
    columns += sorted({code for cells in found.values() for code in cells} - set(columns))
    order = ["", *CATEGORIES]
    return {
        "title": TITLES[name],
        "columns": [LABELS[name].get(code, code) for code in columns],
        "rows": [_row(code, found[code], columns) for code in order if code in found],
    }


def _row(category: str, cells: dict[str, float], columns: list[str]) -> dict[str, Any]:
    total = sum(cells.values())
    amounts = [cells.get(code) for code in columns]
    return {
        "label": CATEGORIES[category] if category else _("All sources"),
        "total": total,
        "cells": [
            {"amount": a, "share": 100 * a / total if a is not None and total > 0 else None} for a in amounts
        ],
    }
