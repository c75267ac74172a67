"""Quick estimates for other rooms: the accounting of given forms with the whole library, nothing stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from accounting.factors.matching import Policy
from accounting.factors.queries import edition_codes, library_load
from accounting.factors.shape import CONFIDENCES
from accounting.runs.engine import FORMS, PLANT_FORMS, Context, Documents, Result, compute
from accounting.runs.engine.table import Table
from sources.forms.check_set import Document

ACCOUNTED = frozenset(PLANT_FORMS).union(*FORMS.values())
_COLUMNS = ["id", "kind", "category", "region", "industry", "name"]


def account_context(context: Context, *, on: str = "") -> Result | None:
    """Lines and gaps of a shard, nothing stored; None while the library is empty.

    All editions and ratings of the library and analogues may be used: better a rough figure than none. *on*: the day
    (YYYY-MM-DD) on which factors must be in force; blank: any.
    """
    editions = edition_codes()
    if not editions:
        return None
    policy = Policy(frozenset(CONFIDENCES), True, on)
    return compute(context, library_load(editions=editions, policy=policy))


def account_documents(
    objects: Mapping[Any, Mapping[str, Any]], documents: Sequence[Document], *, on: str = ""
) -> Result | None:
    """As :func:`account_context`, of the given forms of one county. *objects*: id → facts with kind, category,
    region, industry, name."""
    position = {object_id: number for number, object_id in enumerate(objects)}
    facts = Table.from_rows(
        [(str(i), *(str(one.get(name) or "") for name in _COLUMNS[1:])) for i, one in objects.items()],
        _COLUMNS,
    )
    found: dict[str, tuple[list, list, list, list]] = {}
    for document in documents:
        if document.form in ACCOUNTED and document.object_id in position:
            lists = found.setdefault(document.form, ([], [], [], []))
            row = (position[document.object_id], document.sheet, 0, document.values)
            for column, value in zip(lists, row, strict=True):
                column.append(value)
    shard = {form: Documents(form, *lists) for form, lists in found.items()}
    return account_context(Context(facts, shard), on=on)


def estimate_emissions(
    objects: Mapping[Any, Mapping[str, Any]], documents: Sequence[Document]
) -> dict[tuple[Any, str], float]:
    """Kilograms a year entering the environment by (object, pollutant); see :func:`account_documents`."""
    result = account_documents(objects, documents)
    if result is None:
        return {}
    chosen = result.lines[result.lines["chosen"]]
    by_text = {str(i): i for i in objects}
    return {
        (by_text[object_id], pollutant): float(np.nansum(part["environment"]))
        for (object_id, pollutant), part in chosen.groups(["object_id", "pollutant"])
    }
