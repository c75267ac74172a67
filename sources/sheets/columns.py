"""Columns of a spreadsheet that goes out to people and comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# a text that begins so is taken for a formula by spreadsheet programs when they open a csv file
FORMULA_STARTS = frozenset("=+-@\t\r")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. *key* names the value in code; *zh* and *en* are its two header cells.

    kind: ``text``, ``code`` (text that must keep its zeros), ``integer``, ``number``, ``date``, ``datetime``.
    width: in characters. choices: allowed texts, offered as a drop-down in templates. required: marked *.
    note: how to fill the cell, shown in templates.
    """

    key: str
    zh: str
    en: str
    kind: str = "text"
    width: int = 14
    choices: tuple[str, ...] = ()
    required: bool = False
    note: str = ""


def header_key(text: str) -> str:
    """A header cell as it is compared: no spaces, no star of a required column, case folded."""
    return "".join(text.replace("＊", "*").split()).strip("*").casefold()


def by_header(columns: Sequence[Column]) -> dict[str, str]:
    """Map every accepted header cell (key, Chinese, English) to the column's key."""
    return {header_key(text): column.key for column in columns for text in (column.key, column.en, column.zh)}
