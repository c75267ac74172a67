"""The accounting of one shard: forms in, result lines and gaps out. Pure; no database, no Django.

    result = compute(context, library)

``result.lines`` and ``result.gaps`` are tables in the order of the columns LINE_COLUMNS and GAP_COLUMNS, object by
object, ready to be written. The same inputs give the same bits.
"""

from dataclasses import dataclass

import numpy as np

from accounting.factors.matching import Library

from . import agriculture, centralized, domestic, industrial, leftovers, livestock, mobile
from .context import DEFAULT_PARAMETERS, Context
from .documents import ADDRESS, Documents
from .indirect import enter_environment
from .plants import PLANT_FORMS
from .result import GAP_DEFAULTS, LINE_DEFAULTS, Ledger
from .table import Table

__all__ = [
    "DEFAULT_PARAMETERS",
    "FORMS",
    "GAP_COLUMNS",
    "LINE_COLUMNS",
    "PLANT_FORMS",
    "Context",
    "Documents",
    "Result",
    "compute",
]

FORMS = {
    "industrial": (
        "G101-2", "G101-3", "G102", *(f"G103-{number}" for number in range(1, 14)), "G104-1", "G104-2",
        "G106-1", "G106-2", "G106-3", "G107",
    ),
    "agricultural": ("N101-1", "N101-2", "N201-1", "N201-2", "N201-3", "N202", "N203"),
    "domestic": ("S101", "S102", "S103", "S105", "S106", "S201", "S202"),
    "centralized": (*PLANT_FORMS, "J102-2", "J103-2", "J104-1", "J104-2"),
    "mobile": ("Y101", "Y102", "Y103", "Y201-1", "Y202-1", "Y202-2", "Y202-3"),
}  # fmt: skip
"""Forms read for each category. The sewage plants are read for every run, since others are credited with them."""

OBJECT_COLUMNS = ["region", "category", "object_id", "kind", "industry"]
_LINE = [name for name in LINE_DEFAULTS if name not in {"origin", "outlet", "rank", "plant"}]
LINE_COLUMNS = OBJECT_COLUMNS + [name for name in ADDRESS if name != "object"] + _LINE
GAP_COLUMNS = OBJECT_COLUMNS + [name for name in ADDRESS if name != "object"] + list(GAP_DEFAULTS)


@dataclass(frozen=True)
class Result:
    """Lines and gaps of a shard."""

    lines: Table
    gaps: Table


_CATEGORIES = (
    ("G", industrial.account), ("N", livestock.account), ("N", agriculture.account), ("S", domestic.account),
    ("J", lambda ledger, context, _library: centralized.account(ledger, context)), ("Y", mobile.account),
)  # fmt: skip
"""First letter of the forms -> what accounts them, in the order of the lines."""


def compute(context: Context, library: Library) -> Result:
    """Account one shard.

    A category takes part when the shard has its forms. Objects outside the census are not to be in the context.
    """
    ledger = Ledger()
    there = {form[0] for form in context.documents}
    for letter, account in _CATEGORIES:
        if (
            letter in there
        ):  # dozens of empty tables cost a tenth of a second: much for a preview of one object
            account(ledger, context, library)
    leftovers.account(ledger, context, library)
    lines = enter_environment(ledger.all_lines(), context.plants, ledger)
    return Result(_address(lines, context, LINE_COLUMNS), _address(ledger.all_gaps(), context, GAP_COLUMNS))


def _address(frame: Table, context: Context, columns: list[str]) -> Table:
    # Object by object: what is read together, and found by one index, is written together.
    order = np.argsort(frame["object"], kind="stable")
    positions = frame["object"][order]
    own = frame[[name for name in columns if name not in OBJECT_COLUMNS]].take(order)
    taken = {
        name: context.objects["id" if name == "object_id" else name][positions] for name in OBJECT_COLUMNS
    }
    return own.assign(**taken)[columns]
